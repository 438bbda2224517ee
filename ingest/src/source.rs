//! Where mails and workbooks come from.
//!
//! A source lists what it holds, hands over bytes, and is told when they are safe. Each kind is one file that reads
//! like the others: a struct made by `open`, and [`Source`] for it. To add a kind: its file, a variant of
//! [`SourceKind`] and [`AnySource`], an arm in [`open`].
//!
//! Nothing is acknowledged before it is committed, and acknowledging twice does no harm: a pass that was killed in
//! between acknowledges what it finds committed.

mod config;
mod folder;
mod maildir;

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};

use readings::{Problem, ProblemCode};

pub use self::config::{After, ConfigError, SourceConfig, SourceKind, Tls, check};
pub use self::folder::Folder;
pub use self::maildir::Maildir;

/// The largest mail or file that is fetched.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Something that a source holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Where it lies in the source; the same for as long as it lies there.
    pub location: String,
    /// What changes when something else appears at that place.
    pub version: String,
    /// Whether the source knows already that it is done with.
    pub is_acknowledged: bool,
    /// The file that held it when it was listed.
    pub file: PathBuf,
}

/// The bytes of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A mail as it travels.
    Mail(Vec<u8>),
    /// A file without a mail, with its name.
    File(String, Vec<u8>),
}

/// A source as a whole could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The folder could not be listed.
    #[error("source `{name}`: {} cannot be listed; check that it exists and who may read it", .path.display())]
    List {
        /// The name of the source.
        name: String,
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// An item could not be fetched or acknowledged; the others are not affected.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// Reading failed.
    #[error("it cannot be read ({0}); check who may read it")]
    Read(#[source] io::Error),
    /// It was there when the source was listed.
    #[error("it is not there any more; another program may have taken it")]
    Vanished,
    /// Larger than what is fetched.
    #[error("it is larger than {} MiB, the largest that is fetched", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// It could not be marked or moved after it was stored.
    #[error("it is stored, but could not be marked or moved ({0}); check who may write there")]
    Acknowledge(#[source] io::Error),
}

impl ItemError {
    /// As a problem of the item.
    pub fn problem(&self) -> Problem {
        let code = match self {
            Self::TooLarge => ProblemCode::LimitExceeded,
            _ => ProblemCode::Corrupt,
        };
        Problem::of_file(code, self.to_string())
    }
}

/// What every kind of source does.
pub trait Source {
    /// The name in the configuration.
    fn name(&self) -> &str;

    /// All that it holds, in an order that stays the same.
    fn list(&self) -> impl Future<Output = Result<Vec<Item>, SourceError>> + Send;

    /// The bytes of an item, at most [`MAX_BYTES`].
    fn fetch(&self, item: &Item) -> impl Future<Output = Result<Fetched, ItemError>> + Send;

    /// Told after the item is committed. Leaves it, marks it or moves it, as configured.
    fn acknowledge(&self, item: &Item) -> impl Future<Output = Result<(), ItemError>> + Send;
}

/// A source of any kind.
#[derive(Debug, Clone)]
pub enum AnySource {
    /// A folder of mails and workbooks.
    Folder(Folder),
    /// A Maildir.
    Maildir(Maildir),
}

/// Opens a source. Paths are relative to `base`, the folder of the configuration file.
pub fn open(config: &SourceConfig, base: &Path) -> Result<AnySource, ConfigError> {
    check(config)?;
    let path = base.join(config.path.as_deref().unwrap_or_else(|| Path::new("")));
    match config.kind {
        SourceKind::Folder => Ok(AnySource::Folder(Folder::open(&config.name, path, config.after))),
        SourceKind::Maildir => {
            let path = config.folder.as_deref().map_or(path.clone(), |folder| {
                if folder == "INBOX" { path.clone() } else { path.join(format!(".{folder}")) }
            });
            Ok(AnySource::Maildir(Maildir::open(&config.name, path, config.after)))
        }
        kind => Err(ConfigError::NotSupportedYet { name: config.name.clone(), kind }),
    }
}

impl Source for AnySource {
    fn name(&self) -> &str {
        match self {
            Self::Folder(source) => source.name(),
            Self::Maildir(source) => source.name(),
        }
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        match self {
            Self::Folder(source) => source.list().await,
            Self::Maildir(source) => source.list().await,
        }
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        match self {
            Self::Folder(source) => source.fetch(item).await,
            Self::Maildir(source) => source.fetch(item).await,
        }
    }

    async fn acknowledge(&self, item: &Item) -> Result<(), ItemError> {
        match self {
            Self::Folder(source) => source.acknowledge(item).await,
            Self::Maildir(source) => source.acknowledge(item).await,
        }
    }
}

/// Reads a file of at most [`MAX_BYTES`]; one that grows meanwhile is cut off there and refused.
fn read_capped(path: &Path) -> Result<Vec<u8>, ItemError> {
    use std::io::Read;
    let gone = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ItemError::Vanished,
        _ => ItemError::Read(error),
    };
    let file = std::fs::File::open(path).map_err(gone)?;
    let size = file.metadata().map_err(gone)?.len();
    if size > MAX_BYTES {
        return Err(ItemError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(gone)?;
    if bytes.len() as u64 > MAX_BYTES { Err(ItemError::TooLarge) } else { Ok(bytes) }
}

/// Runs file operations where they may wait, such as on a network share.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, io::Error> + Send + 'static,
) -> Result<T, io::Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|ended| Err(io::Error::other(ended)))
}
