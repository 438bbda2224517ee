//! Files of the command line as a source.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ingest::source::{Fetched, Item, ItemError, Kept, MAX_BYTES, Source, SourceError};

use crate::exit::Failure;
use crate::given;

/// Mails and workbooks that were named, each at its absolute path.
pub struct Given(Vec<Item>);

impl Given {
    /// Finds the files, those of folders too; one that cannot be read ends it before anything is stored.
    pub fn find(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut items = Vec::new();
        for file in given::files(paths) {
            let file = file?;
            items.push(item(&file).map_err(|error| given::unreadable(&file, error))?);
        }
        Ok(Self(items))
    }
}

fn item(file: &Path) -> io::Result<Item> {
    let about = file.metadata()?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Ok(Item {
        location: file.canonicalize()?.display().to_string(),
        version: format!("{};{changed}", about.len()),
        is_acknowledged: true,
        file: file.to_owned(),
    })
}

impl Source for Given {
    fn name(&self) -> &'static str {
        "command line"
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        Ok(self.0.clone())
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let about = tokio::fs::metadata(&item.file).await.map_err(ItemError::Read)?;
        if about.len() > MAX_BYTES {
            return Err(ItemError::TooLarge);
        }
        let bytes = tokio::fs::read(&item.file).await.map_err(ItemError::Read)?;
        if given::is_mail(&item.file, &bytes) {
            return Ok(Fetched::Mail(bytes));
        }
        let name = item.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Fetched::File(name, bytes))
    }

    async fn acknowledge(&self, _item: &Item, _kept: Kept) -> Result<(), ItemError> {
        Ok(())
    }
}
