//! A folder of `.eml` files and bare workbooks, with the folders below it.
//!
//! Every file counts, whatever its name; those of programs at work do not: names that begin with `.` or `~$`, and
//! names that end in `.tmp`, `.part` or `~`. Links are not followed. Write a file under such a name and rename it when it is complete.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{After, Fetched, Item, ItemError, Kept, Source, SourceError, apart, read_capped};

/// Where stored files are moved to, below the folder itself; what lies there is not listed.
const PROCESSED: &str = "processed";
/// Where those are moved to of which something waits for a person.
const QUARANTINE: &str = "quarantine";

/// A folder.
#[derive(Debug, Clone)]
pub struct Folder {
    name: String,
    path: PathBuf,
    after: After,
}

impl Folder {
    /// The folder at `path`; it need not exist yet.
    pub fn open(name: &str, path: PathBuf, after: After) -> Self {
        Self { name: name.to_owned(), path, after }
    }
}

impl Source for Folder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        let (path, leave) = (self.path.clone(), self.after == After::Leave);
        let listed = apart(move || {
            let mut items = Vec::new();
            walk(&path, &path, &mut |file, location, about| {
                let version = version(about);
                items.push(Item { location, version, is_acknowledged: leave, file });
            })?;
            items.sort();
            Ok(items)
        });
        listed.await.map_err(|error| SourceError::unreadable(&self.name, &self.path, &error))
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let path = item.file.clone();
        let read = apart(move || Ok(read_capped(&path))).await.map_err(ItemError::Read)??;
        let path = &item.file;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_mail = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
        Ok(if is_mail { Fetched::Mail(read) } else { Fetched::File(name, read) })
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        if self.after != After::Move {
            return Ok(());
        }
        let from = self.path.join(&item.location);
        let aside = match kept {
            Kept::Taken => PROCESSED,
            Kept::Quarantined => QUARANTINE,
        };
        let to = self.path.join(aside).join(&item.location);
        apart(move || move_aside(&from, &to)).await.map_err(ItemError::Acknowledge)
    }
}

/// Visits every file; a folder below that cannot be read is told and left out, the first one is an error.
fn walk(
    root: &Path,
    folder: &Path,
    visit: &mut dyn FnMut(PathBuf, String, &Metadata),
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        let (Ok(about), Ok(below)) = (entry.metadata(), path.strip_prefix(root)) else { continue };
        if is_of_a_program(&entry.file_name()) {
            continue;
        }
        if about.is_dir() {
            let is_aside = [PROCESSED, QUARANTINE].iter().any(|aside| below == Path::new(aside));
            if !is_aside && let Err(error) = walk(root, &path, visit) {
                tracing::warn!(path = %path.display(), %error, "a folder of a source cannot be listed");
            }
        } else if about.is_file() {
            match below.to_str().map(ToOwned::to_owned) {
                Some(location) => visit(path, location, &about),
                None => {
                    tracing::warn!(path = %path.display(), "a file is passed over: its name is not UTF-8");
                }
            }
        }
    }
    Ok(())
}

fn is_of_a_program(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.starts_with("~$")
        || [".tmp", ".part", "~"].iter().any(|ending| name.ends_with(ending))
}

/// Size and time of the last change: other bytes under the same name are another file.
fn version(about: &Metadata) -> String {
    let changed = about
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    format!("{};{changed}", about.len())
}

/// Moves a file; one of the same name that was moved earlier is kept.
fn move_aside(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut free = to.to_owned();
    let mut number = 1;
    while free.exists() {
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        free.set_file_name(format!("{number}-{name}"));
        number += 1;
    }
    match fs::rename(from, free) {
        // Moved by an earlier pass that was interrupted, or taken by a person.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
