//! A Maildir: one file per mail in `new` and `cur`, flags in the name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{After, Fetched, Item, ItemError, Kept, Source, SourceError, apart, read_capped};

/// Where stored mails are moved to: a Maildir folder of its own, which mail programs show.
const PROCESSED: &str = ".Processed";
/// Where those are moved to of which something waits for a person.
const QUARANTINE: &str = ".Quarantine";

/// A Maildir.
#[derive(Debug, Clone)]
pub struct Maildir {
    name: String,
    path: PathBuf,
    after: After,
}

impl Maildir {
    /// The Maildir at `path`, the folder that holds `new` and `cur`.
    pub fn open(name: &str, path: PathBuf, after: After) -> Self {
        Self { name: name.to_owned(), path, after }
    }
}

impl Source for Maildir {
    fn name(&self) -> &str {
        &self.name
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        let (path, after) = (self.path.clone(), self.after);
        let listed = apart(move || {
            let mut items = Vec::new();
            for file in files(&path)? {
                let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
                let (unique, flags) = split(name);
                items.push(Item {
                    location: unique.to_owned(),
                    // A unique name is never used for another mail.
                    version: String::new(),
                    is_acknowledged: match after {
                        After::Leave => true,
                        After::Seen => flags.contains('S'),
                        After::Move => false,
                    },
                    file: file.clone(),
                });
            }
            items.sort();
            items.dedup_by(|a, b| a.location == b.location);
            Ok(items)
        });
        listed.await.map_err(|error| SourceError::unreadable(&self.name, &self.path, &error))
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let (path, item) = (self.path.clone(), item.clone());
        let read = apart(move || match read_capped(&item.file) {
            // Its name changes whenever a mail program sets a flag.
            Err(ItemError::Vanished) => Ok(find(&path, &item.location)?
                .ok_or(ItemError::Vanished)
                .and_then(|file| read_capped(&file))),
            read => Ok(read),
        });
        Ok(Fetched::Mail(read.await.map_err(ItemError::Read)??))
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        let (path, item, after) = (self.path.clone(), item.clone(), self.after);
        apart(move || match after {
            After::Leave => Ok(()),
            After::Seen => mark(&path, &path, &item),
            After::Move => {
                let aside = match kept {
                    Kept::Taken => PROCESSED,
                    Kept::Quarantined => QUARANTINE,
                };
                mark(&path, &path.join(aside), &item)
            }
        })
        .await
        .map_err(ItemError::Acknowledge)
    }
}

/// The mails in `new` and `cur`. A Maildir without `new` has none; without both it is none.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (folder, must_exist) in [("cur", true), ("new", false)] {
        let entries = match fs::read_dir(path.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => continue,
            entries => entries?,
        };
        for entry in entries.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}

fn find(path: &Path, unique: &str) -> io::Result<Option<PathBuf>> {
    Ok(files(path)?.into_iter().find(|file| {
        file.file_name().and_then(|name| name.to_str()).is_some_and(|name| split(name).0 == unique)
    }))
}

/// The unique name, and the flags after `:2,`.
fn split(name: &str) -> (&str, &str) {
    name.split_once(":2,").unwrap_or((name, ""))
}

/// Moves the mail to `cur` of the target with the flag S, the flags in alphabetical order as the format asks.
fn mark(path: &Path, target: &Path, item: &Item) -> io::Result<()> {
    let unique = item.location.as_str();
    let file = if item.file.exists() { Some(item.file.clone()) } else { find(path, unique)? };
    let Some(file) = file else { return Ok(()) };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut flags: Vec<char> = split(&name).1.chars().chain(['S']).collect();
    flags.sort_unstable();
    flags.dedup();
    if target != path {
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(target.join(folder))?;
        }
    }
    let flags: String = flags.into_iter().collect();
    fs::rename(&file, target.join("cur").join(format!("{unique}:2,{flags}")))
}
