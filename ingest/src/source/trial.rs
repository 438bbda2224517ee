//! Trying a source without storing anything: whether it lets us in, what it holds, what the rules would take.

use jiff::Timestamp;
use serde::Serialize;

use super::config::SourceConfig;
use super::trouble::Trouble;
use super::{AnySource, Fetched, ItemError, Source, SourceError};
use crate::message::{self, Envelope};

/// What a source would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The folders that the account sees; empty where there are none.
    pub folders: Vec<String>,
    /// Mails and files that it holds.
    pub items: usize,
    /// The newest of them, as far as they were looked at.
    pub looked_at: Vec<TriedItem>,
}

/// A mail or file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriedItem {
    /// Where it lies.
    pub location: String,
    /// Whether it would be taken.
    pub is_taken: bool,
    /// Who sent it.
    pub from: Option<String>,
    /// Its subject, or the name of a bare file.
    pub subject: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// The files in it.
    pub files: Vec<TriedFile>,
    /// Why it could not be fetched.
    pub problem: Option<String>,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriedFile {
    /// Its name.
    pub name: Option<String>,
    /// Its size in bytes.
    pub bytes: usize,
    /// Whether it would be taken.
    pub is_taken: bool,
}

/// Tries a source: signs in, lists folders and mails, and fetches the newest `look_at` of them without marking any.
pub async fn try_out(
    source: &AnySource,
    config: &SourceConfig,
    look_at: usize,
    now: Timestamp,
) -> Result<Trial, Trouble> {
    let trouble = |SourceError::Trouble { trouble, .. }: SourceError| trouble;
    let folders = match source {
        AnySource::Imap(imap) => imap.folders().await?,
        AnySource::Graph(graph) => graph.folders().await?,
        _ => Vec::new(),
    };
    let items = source.list().await.map_err(trouble)?;
    let newest = &items[items.len().saturating_sub(look_at)..];
    source.fetch_ahead(newest);
    let rules = config.rules.clone().unwrap_or_default();
    let mut looked_at = Vec::new();
    for item in newest {
        let mut tried = TriedItem {
            location: item.location.clone(),
            is_taken: false,
            from: None,
            subject: None,
            sent_at: None,
            files: Vec::new(),
            problem: None,
        };
        match source.fetch(item).await {
            Ok(Fetched::Mail(raw)) => {
                let envelope = Envelope::read(&raw);
                tried.is_taken = rules.want_mail(&envelope, now);
                let files = message::parse(&raw).attachments.into_iter().map(|file| TriedFile {
                    is_taken: tried.is_taken && rules.want_file(file.file_name.as_deref()),
                    name: file.file_name,
                    bytes: file.content.len(),
                });
                tried.files = files.collect();
                (tried.from, tried.subject, tried.sent_at) =
                    (envelope.from, envelope.subject, envelope.sent_at);
            }
            Ok(Fetched::File(name, bytes)) => {
                tried.is_taken = true;
                tried.subject = Some(name.clone());
                tried.files.push(TriedFile {
                    name: Some(name),
                    bytes: bytes.len(),
                    is_taken: true,
                });
            }
            Err(ItemError::SourceLost(error)) => return Err(trouble(error)),
            Err(error) => tried.problem = Some(error.to_string()),
        }
        looked_at.push(tried);
    }
    // What was only looked at is not marked, so there is nothing to flush; connections go.
    source.finish().await.map_err(trouble)?;
    Ok(Trial { folders, items: items.len(), looked_at })
}
