//! A `[[source]]` of the configuration.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One source, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// Names it in messages and keeps its items apart from those of other sources.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// Where a folder, a Maildir or an mbox lies.
    pub path: Option<PathBuf>,
    /// What becomes of an item that is stored.
    #[serde(default)]
    pub after: After,
    /// The mail server.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Option<Tls>,
    /// The account.
    pub user: Option<String>,
    /// The file that holds the account's password.
    pub password_file: Option<PathBuf>,
    /// The folder of the mailbox; INBOX when absent.
    pub folder: Option<String>,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A folder of `.eml` files and bare workbooks.
    Folder,
    /// A Maildir.
    Maildir,
    /// A mailbox by IMAP.
    Imap,
    /// A mailbox by Microsoft Graph.
    Graph,
    /// An mbox file.
    Mbox,
}

/// What becomes of an item that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum After {
    /// Nothing; the database knows what was stored.
    #[default]
    Leave,
    /// It is marked as seen.
    Seen,
    /// It is moved out of the way.
    Move,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// After a greeting.
    Starttls,
    /// Not at all; on this machine only.
    None,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "folder",
            Self::Maildir => "maildir",
            Self::Imap => "imap",
            Self::Graph => "graph",
            Self::Mbox => "mbox",
        })
    }
}

/// A source is configured in a way that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The kind is known, this version does not read it.
    #[error(
        "source `{name}`: kind = \"{kind}\" is not supported yet; deliver the mails into a folder or a Maildir and use kind = \"folder\" or \"maildir\""
    )]
    NotSupportedYet {
        /// The name of the source.
        name: String,
        /// Its kind.
        kind: SourceKind,
    },
    /// A key is missing that the kind needs.
    #[error("source `{name}`: kind = \"{kind}\" needs the key `{key}`")]
    MissingKey {
        /// The name of the source.
        name: String,
        /// Its kind.
        kind: SourceKind,
        /// What is missing.
        key: &'static str,
    },
    /// A key is set that means nothing for the kind.
    #[error("source `{name}`: the key `{key}` means nothing for kind = \"{kind}\"; remove it")]
    IdleKey {
        /// The name of the source.
        name: String,
        /// Its kind.
        kind: SourceKind,
        /// What is too much.
        key: &'static str,
    },
    /// Files in a plain folder carry no marks.
    #[error(
        "source `{name}`: files in a folder cannot be marked as seen; use after = \"leave\" or \"move\""
    )]
    NoSeenMark {
        /// The name of the source.
        name: String,
    },
    /// The name is empty.
    #[error("a source has an empty name; give it one, such as \"utilities\"")]
    Nameless,
}

/// Says whether the source can work, without touching it.
pub fn check(config: &SourceConfig) -> Result<(), ConfigError> {
    let (name, kind) = (config.name.clone(), config.kind);
    if name.trim().is_empty() {
        return Err(ConfigError::Nameless);
    }
    if !matches!(kind, SourceKind::Folder | SourceKind::Maildir) {
        return Err(ConfigError::NotSupportedYet { name, kind });
    }
    if config.path.as_ref().is_none_or(|path| path.as_os_str().is_empty()) {
        return Err(ConfigError::MissingKey { name, kind, key: "path" });
    }
    let idle = [
        ("host", config.host.is_some()),
        ("port", config.port.is_some()),
        ("tls", config.tls.is_some()),
        ("user", config.user.is_some()),
        ("password_file", config.password_file.is_some()),
        ("folder", config.folder.is_some() && kind == SourceKind::Folder),
    ];
    if let Some((key, _)) = idle.into_iter().find(|(_, is_set)| *is_set) {
        return Err(ConfigError::IdleKey { name, kind, key });
    }
    if kind == SourceKind::Folder && config.after == After::Seen {
        return Err(ConfigError::NoSeenMark { name });
    }
    Ok(())
}
