//! A `[[source]]` of the configuration.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::rules::RulesConfig;

mod check;

pub use self::check::{ConfigError, check};

/// The longest wait for an answer when nothing else is configured, in seconds.
const TIMEOUT_SECONDS: u64 = 60;
/// The time of a source in one pass when nothing else is configured, in seconds.
const BUDGET_SECONDS: u64 = 300;

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
    /// A file with certificates of authorities that are trusted beside those of the machine.
    pub ca_file: Option<PathBuf>,
    /// The account; of a shared mailbox its address.
    pub user: Option<String>,
    /// How the account is proven.
    #[serde(default)]
    pub auth: AuthKind,
    /// The file that holds the account's password.
    pub password_file: Option<PathBuf>,
    /// The variable of the environment that holds the account's password.
    pub password_env: Option<String>,
    /// How a token is got.
    pub oauth: Option<OauthConfig>,
    /// The folder of the mailbox; INBOX when absent.
    pub folder: Option<String>,
    /// Where `after = "move"` moves what is stored; `Processed` when absent.
    pub processed_folder: Option<String>,
    /// Where `after = "move"` moves mails of which something waits for a person; `Quarantine` when absent.
    pub quarantine_folder: Option<String>,
    /// The address of Microsoft Graph, for national clouds.
    pub graph_url: Option<String>,
    /// Which mails and files are taken; all when absent.
    pub rules: Option<RulesConfig>,
    /// The profile by which files of this source are read.
    pub profile: Option<String>,
    /// The organisation that files of this source are about.
    pub organisation: Option<String>,
    /// The longest wait for an answer of the server, in seconds.
    pub timeout_seconds: Option<u64>,
    /// The time of the source in one pass, in seconds; what is left then waits for the next one.
    pub budget_seconds: Option<u64>,
    /// At least one new mail in so many days is expected; learnt from what comes when absent.
    pub expect_days: Option<u16>,
}

impl SourceConfig {
    /// The longest wait for an answer of the server, in seconds.
    pub fn timeout_seconds(&self) -> u64 {
        self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS)
    }

    /// The time of the source in one pass, in seconds.
    pub fn budget_seconds(&self) -> u64 {
        self.budget_seconds.unwrap_or(BUDGET_SECONDS)
    }

    /// Where what is stored is moved to.
    pub fn processed_folder(&self) -> &str {
        self.processed_folder.as_deref().unwrap_or("Processed")
    }

    /// Where mails are moved to of which something waits for a person.
    pub fn quarantine_folder(&self) -> &str {
        self.quarantine_folder.as_deref().unwrap_or("Quarantine")
    }

    /// Where it is, for a person.
    pub fn place(&self) -> String {
        let folder = self.folder.as_deref();
        match (&self.path, &self.host, &self.user) {
            (Some(path), ..) => path.display().to_string(),
            (None, Some(host), _) => format!("{host}/{}", folder.unwrap_or("INBOX")),
            (None, None, Some(user)) => format!("{user}/{}", folder.unwrap_or("inbox")),
            (None, None, None) => String::new(),
        }
    }
}

/// `[source.oauth]`: how a token is got, by the client-credentials or the refresh-token flow of OAuth 2.0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OauthConfig {
    /// The tenant of Microsoft Entra ID: its name or its number.
    pub tenant: Option<String>,
    /// The application.
    pub client_id: String,
    /// The file that holds the application's secret.
    pub client_secret_file: Option<PathBuf>,
    /// The variable of the environment that holds the application's secret.
    pub client_secret_env: Option<String>,
    /// The application's certificate (PEM), instead of a secret.
    pub certificate_file: Option<PathBuf>,
    /// The private key of the certificate (PEM, RSA).
    pub key_file: Option<PathBuf>,
    /// How assertions are signed with the key.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// The file that holds a refresh token: a person signed in once. A new one is written there.
    pub refresh_token_file: Option<PathBuf>,
    /// The variable of the environment that holds a refresh token.
    pub refresh_token_env: Option<String>,
    /// The token endpoint, where it is not that of the tenant in Microsoft's public cloud.
    pub token_url: Option<String>,
    /// What the token is for, where it is not the mailbox of Exchange Online or Graph.
    pub scope: Option<String>,
}

/// How an assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum Algorithm {
    /// RSASSA-PSS with SHA-256, which Microsoft recommends.
    #[default]
    #[serde(rename = "PS256")]
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
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

/// How an account is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthKind {
    /// By its password.
    #[default]
    Password,
    /// By a token, as Exchange Online and Gmail want it.
    Xoauth2,
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
