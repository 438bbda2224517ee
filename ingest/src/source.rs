//! Where mails and workbooks come from.
//!
//! A source lists what it holds, hands over bytes, and is told when they are safe. Nothing is acknowledged before it is
//! committed, and acknowledging twice does no harm: a pass that was killed in between acknowledges what it finds
//! committed. [`Guarded`] puts a circuit breaker, a time and rules around any of them.
//!
//! Each kind is one file that reads like the others. To add one:
//!
//! 1. its file: a struct made by `open`, and [`Source`] for it. `list` names every item by a place that stays the same
//!    and a version that changes with it; `fetch` gives its bytes; `acknowledge` marks or moves. Behind a network,
//!    `fetch_ahead` starts an [`ahead::Ahead`], and failures of the whole are a [`Trouble`] of a fitting kind;
//! 2. a variant of [`SourceKind`] and [`AnySource`], an arm in [`open`] and in `each_kind!`;
//! 3. its keys in [`SourceConfig`], and in `config/check.rs` which of them it needs;
//! 4. its part of `meterwatch.example.toml`, and tests of how it breaks.

mod ahead;
mod config;
mod folder;
mod graph;
mod guarded;
mod health;
mod http;
mod imap;
mod maildir;
mod mbox;
mod oauth;
mod rules;
mod secret;
mod state;
mod tls;
mod trial;
mod trouble;
mod uploads;

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use readings::{Problem, ProblemCode};

pub use self::config::{
    After, AuthKind, ConfigError, OauthConfig, SourceConfig, SourceKind, Tls, check,
};
pub use self::folder::Folder;
pub use self::graph::Graph;
pub use self::guarded::Guarded;
pub use self::health::{SourceHealth, health};
pub use self::imap::Imap;
pub use self::maildir::Maildir;
pub use self::mbox::Mbox;
pub use self::rules::RulesConfig;
pub use self::secret::{Secret, SecretError, SecretPlace};
pub use self::state::try_again;
pub use self::trial::{Trial, TriedFile, TriedItem, try_out};
pub use self::trouble::{Lasting, Trouble, TroubleKind};
pub use self::uploads::{UPLOADS, Uploads};

/// Asks for the time; tests answer with one of their own.
pub type Clock = fn() -> Timestamp;

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

/// How an item is kept in the database when its source is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// All of its files were read, or there was nothing to read.
    Taken,
    /// Nothing was taken of one of its files, which waits for a person.
    Quarantined,
}

/// A source as a whole could not be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// It is not as it should be.
    #[error("source `{name}`: {trouble}")]
    Trouble {
        /// The name of the source.
        name: String,
        /// What is wrong.
        trouble: Trouble,
    },
}

impl SourceError {
    /// A file or folder of a source cannot be read.
    fn unreadable(name: &str, path: &Path, error: &io::Error) -> Self {
        let sentence = format!("{} cannot be read ({error})", path.display());
        Self::Trouble {
            name: name.to_owned(),
            trouble: Trouble::new(TroubleKind::Unreadable, sentence),
        }
    }
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
    /// The rules of the source pass it over.
    #[error("the rules of the source pass it over")]
    NotWanted,
    /// The process is to end; the next pass takes it up.
    #[error("meterwatch is ending; the next pass takes it up")]
    Ending,
    /// The source as a whole is lost; the next pass takes up what is left.
    #[error(transparent)]
    SourceLost(SourceError),
}

impl ItemError {
    /// Whether nothing is wrong: the item is not meant, or not now.
    pub const fn is_expected(&self) -> bool {
        matches!(self, Self::NotWanted | Self::Ending)
    }

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

    /// Told which items will be fetched, in this order, so that a source behind a network can have them on the way
    /// while earlier ones are read and stored. What is held ahead is bounded by the source.
    fn fetch_ahead(&self, _items: &[Item]) {}

    /// The bytes of an item, at most [`MAX_BYTES`].
    fn fetch(&self, item: &Item) -> impl Future<Output = Result<Fetched, ItemError>> + Send;

    /// Whether a file of this name in a mail is wanted.
    fn wants_file(&self, _name: Option<&str>) -> bool {
        true
    }

    /// Told after the item is committed. Leaves it, marks it or moves it, as configured.
    fn acknowledge(
        &self,
        item: &Item,
        kept: Kept,
    ) -> impl Future<Output = Result<(), ItemError>> + Send;

    /// How far the source was read when it ended last, for those that are asked for what is new since then.
    fn resume(&self, _cursor: Option<String>) {}

    /// How far it is read when all that was listed is done with.
    fn cursor(&self) -> Option<String> {
        None
    }

    /// Told at the end of a pass: nothing more is wanted for now, connections may go.
    fn finish(&self) -> impl Future<Output = Result<(), SourceError>> + Send {
        std::future::ready(Ok(()))
    }
}

/// A source of any kind.
#[derive(Debug, Clone)]
pub enum AnySource {
    /// A folder of mails and workbooks.
    Folder(Folder),
    /// A Maildir.
    Maildir(Maildir),
    /// An mbox file.
    Mbox(Mbox),
    /// A mailbox by IMAP.
    Imap(Imap),
    /// A mailbox by Microsoft Graph.
    Graph(Graph),
}

/// Opens a source; nothing is touched yet. Paths are relative to `base`, the folder of the configuration file.
pub fn open(config: &SourceConfig, base: &Path, clock: Clock) -> Result<AnySource, ConfigError> {
    check(config)?;
    let path = base.join(config.path.as_deref().unwrap_or_else(|| Path::new("")));
    Ok(match config.kind {
        SourceKind::Folder => AnySource::Folder(Folder::open(&config.name, path, config.after)),
        SourceKind::Maildir => {
            let path = match config.folder.as_deref() {
                None | Some("INBOX") => path,
                Some(folder) => path.join(format!(".{folder}")),
            };
            AnySource::Maildir(Maildir::open(&config.name, path, config.after))
        }
        SourceKind::Mbox => AnySource::Mbox(Mbox::open(&config.name, path)),
        SourceKind::Imap => AnySource::Imap(Imap::open(config, base, clock)),
        SourceKind::Graph => AnySource::Graph(Graph::open(config, base, clock)),
    })
}

/// Calls a method of the source of whatever kind.
macro_rules! each_kind {
    ($any:expr, $source:ident => $call:expr) => {
        match $any {
            AnySource::Folder($source) => $call,
            AnySource::Maildir($source) => $call,
            AnySource::Mbox($source) => $call,
            AnySource::Imap($source) => $call,
            AnySource::Graph($source) => $call,
        }
    };
}

impl Source for AnySource {
    fn name(&self) -> &str {
        each_kind!(self, source => source.name())
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        each_kind!(self, source => source.list().await)
    }

    fn fetch_ahead(&self, items: &[Item]) {
        each_kind!(self, source => source.fetch_ahead(items));
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        each_kind!(self, source => source.fetch(item).await)
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        each_kind!(self, source => source.acknowledge(item, kept).await)
    }

    fn resume(&self, cursor: Option<String>) {
        each_kind!(self, source => source.resume(cursor));
    }

    fn cursor(&self) -> Option<String> {
        each_kind!(self, source => source.cursor())
    }

    async fn finish(&self) -> Result<(), SourceError> {
        each_kind!(self, source => source.finish().await)
    }
}

/// Bytes as hexadecimal text.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where requests to Microsoft Graph begin, without the version.
fn graph_origin(config: &SourceConfig) -> &str {
    let url = config.graph_url.as_deref().unwrap_or("https://graph.microsoft.com");
    url.trim_end_matches('/').trim_end_matches("/v1.0")
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
