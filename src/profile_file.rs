//! Profiles as TOML: `[[profile]]` in files that stand under version control.

use std::path::{Path, PathBuf};

use readings::Profile;
use serde::{Deserialize, Serialize};

use crate::config::sentence_of;
use crate::exit::{Exit, Failure};

/// A file of profiles.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "profile")]
    profiles: Vec<Profile>,
}

/// Reads a text; the error is a sentence that begins with the line.
pub fn parse(text: &str) -> Result<Vec<Profile>, String> {
    let file: File = toml::from_str(text).map_err(|error| sentence_of(text, &error))?;
    let wrong: Vec<String> = file.profiles.iter().flat_map(Profile::problems).collect();
    if wrong.is_empty() { Ok(file.profiles) } else { Err(wrong.join("; ")) }
}

/// Writes profiles so that [`parse`] reads the same.
pub fn write(profiles: &[Profile]) -> anyhow::Result<String> {
    Ok(toml::to_string_pretty(&File { profiles: profiles.to_vec() })?)
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<Profile>, Failure> {
    let advice = "correct the file; `meterwatch profile export` shows how profiles are written";
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Configuration, format!("{} cannot be read", path.display()), advice)
            .because(error)
    })?;
    parse(&text).map_err(|sentence| {
        Failure::new(Exit::Configuration, format!("{}, {sentence}", path.display()), advice)
    })
}

/// All profiles of the `.toml` files of a folder, in the order of their names.
pub fn read_folder(folder: &Path) -> Result<Vec<Profile>, Failure> {
    let unreadable = |error| {
        Failure::new(
            Exit::Configuration,
            format!("the folder of profiles {} cannot be read", folder.display()),
            "make it, or correct folder of [profiles]",
        )
        .because(error)
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut profiles: Vec<Profile> = Vec::new();
    for path in files {
        for profile in read(&path)? {
            if profiles.iter().any(|other| other.name == profile.name) {
                return Err(Failure::new(
                    Exit::Configuration,
                    format!("{}: two profiles have the name `{}`", path.display(), profile.name),
                    "give each profile a name of its own",
                ));
            }
            profiles.push(profile);
        }
    }
    Ok(profiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"[[profile]]
name = "Acme, monthly"
sender = "@acme.example"
fingerprint = "0123456789abcdef0123456789abcdef"
unit = "kWh"
commodity = "electricity"
decimal_mark = ","
year = "mail"
multiply_by = "1000"

[profile.units]
Einh = "MWh"

[[profile.table]]
header_rows = [2, 3]

[[profile.table.column]]
column = "C"
header = "Wert"
role = "quantity"
unit = "kWh"
"#;

    #[test]
    fn what_is_written_reads_the_same() {
        let read = parse(TEXT).unwrap();
        let written = write(&read).unwrap();
        assert_eq!(parse(&written).unwrap(), read, "{written}");
        assert_eq!(written, write(&parse(&written).unwrap()).unwrap());
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        let wrong = TEXT.replace("commodity =", "comodity =");
        let sentence = parse(&wrong).unwrap_err();
        assert!(sentence.contains("did you mean `commodity`?"), "{sentence}");
        let wrong = TEXT.replace("header_rows", "header_row");
        let sentence = parse(&wrong).unwrap_err();
        assert!(sentence.contains("did you mean `header_rows`?"), "{sentence}");
        let wrong = TEXT.replace("role = \"quantity\"", "role = \"quantty\"");
        let sentence = parse(&wrong).unwrap_err();
        assert!(sentence.contains("did you mean `quantity`?"), "{sentence}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let sentence = parse(&TEXT.replace("0123456789abcdef0123456789abcdef", "1")).unwrap_err();
        assert!(sentence.contains("no fingerprint"), "{sentence}");
    }
}
