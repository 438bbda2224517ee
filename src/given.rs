//! The files that were given on the command line: folders searched to their depth, mails told from the rest.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

/// Headers of mails that no table has: a line `From: 2026-01-01` may stand above one.
const OF_MAILS_ALONE: [&str; 5] =
    ["received", "mime-version", "message-id", "return-path", "content-type"];

/// Every file, in the order given, those of a folder by name; what cannot be read is a failure in its place.
pub fn files(given: &[PathBuf]) -> Vec<Result<PathBuf, Failure>> {
    let mut found = Vec::new();
    for path in given {
        if path.is_dir() { search(path, &mut found) } else { found.push(Ok(path.clone())) }
    }
    found
}

/// A path that was given and cannot be read.
pub fn unreadable(path: &Path, error: io::Error) -> Failure {
    let what = format!("{} cannot be read", path.display());
    Failure::new(Exit::Failed, what, "check the path, and who may read it").because(error)
}

fn search(folder: &Path, found: &mut Vec<Result<PathBuf, Failure>>) {
    let listed = folder.read_dir().and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            found.push(Err(unreadable(folder, error)));
            return;
        }
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        // Links are not followed: one may lead back up.
        match entry.file_type() {
            _ if hidden => {}
            Ok(kind) if kind.is_dir() => search(&path, found),
            Ok(kind) if kind.is_file() => found.push(Ok(path)),
            _ => {}
        }
    }
}

/// Whether a file is a mail: by its name, as Outlook saves it, or by headers that only mails have.
pub fn is_mail(path: &Path, content: &[u8]) -> bool {
    let extension =
        path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    if ingest::message::is_outlook(content) {
        return true;
    }
    match extension.as_deref() {
        Some("eml" | "mbox") => return true,
        // Some programs name plain mails so; a compound file that is no message may be a workbook.
        Some("msg") => return !content.starts_with(b"\xD0\xCF\x11\xE0"),
        Some("csv" | "tsv" | "xls" | "xlsx" | "xlsm" | "xlsb" | "ods" | "xml") => return false,
        _ => {}
    }
    let head = String::from_utf8_lossy(&content[..content.len().min(16 * 1024)]);
    let names: Vec<String> = head
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_once(':').map(|(name, _)| name.to_ascii_lowercase()))
        .collect();
    names.iter().any(|name| OF_MAILS_ALONE.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_known_by_its_name_or_its_headers() {
        let mail = b"Subject: March\nMIME-Version: 1.0\nFrom: a@b\n\ntext";
        assert!(is_mail(Path::new("a.txt"), mail));
        assert!(is_mail(Path::new("1700000000.M1.host:2,S"), mail));
        assert!(is_mail(Path::new("broken.EML"), b"nothing"));
        let table = b"From: 2026-01-01\nTo: 2026-01-31\n\nmeter,kWh\nA,1\n";
        assert!(!is_mail(Path::new("export"), table));
        assert!(!is_mail(Path::new("a.csv"), mail));
        assert!(is_mail(Path::new("a.msg"), b"Subject: March\n\ntext"));
        assert!(!is_mail(Path::new("a.msg"), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
    }
}
