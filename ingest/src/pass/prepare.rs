//! A fetched item, taken apart and read, ready to be stored.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use readings::{Problem, ProblemCode};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::open::OpenFile;
use super::store::patiently;
use crate::layout::FileContext;
use crate::ledger::{self, FilePlace, LedgerError, Mail, MailFile, Opened};
use crate::message::archive;
use crate::message::{self, Attachment, Message};
use crate::source::{Fetched, Item};
use crate::workbook::Limits;

/// An item whose files are read as far as they are not stored.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) source: String,
    pub(super) item: Item,
    raw: Vec<u8>,
    digest: [u8; 32],
    message: Message,
    pub(super) files: Vec<PreparedFile>,
}

/// A file of the item that is not linked to the mail yet.
#[derive(Debug)]
pub(super) struct PreparedFile {
    index: usize,
    sha256: [u8; 32],
    /// `None` where the bytes are stored already.
    pub(super) opened: Option<Opened>,
}

/// An item as it is known before its files are looked at.
pub(super) struct Arrived {
    raw: Vec<u8>,
    message: Message,
    pub(super) digest: [u8; 32],
}

impl Arrived {
    /// A bare file becomes the one attachment of a mail with its name as subject, or the files of an archive do.
    pub(super) fn new(fetched: Fetched) -> Self {
        match fetched {
            Fetched::Mail(raw) => {
                Self { digest: Sha256::digest(&raw).into(), message: message::parse(&raw), raw }
            }
            Fetched::File(_, raw) if message::is_outlook(&raw) => {
                Self { digest: Sha256::digest(&raw).into(), message: message::parse(&raw), raw }
            }
            Fetched::File(name, raw) => {
                Self { digest: Sha256::digest(&raw).into(), message: of_file(name, &raw), raw }
            }
        }
    }

    /// Has the files opened that are stored neither with this mail (`done`) nor with another.
    pub(super) async fn prepare(
        self,
        pool: &PgPool,
        (source, item): (&str, &Item),
        done: &BTreeSet<i32>,
        reader: &mut impl OpenFile,
        now: Timestamp,
    ) -> Result<Prepared, LedgerError> {
        let Self { raw, message, digest } = self;
        let digests: Vec<[u8; 32]> =
            message.attachments.iter().map(|a| Sha256::digest(&a.content).into()).collect();
        let mut known = match digests.as_slice() {
            [] => BTreeSet::new(),
            digests => patiently(|| ledger::known_attachments(pool, digests)).await?,
        };
        let mut files = Vec::with_capacity(digests.len());
        // Years that a file leaves out are those before it was sent, however late it is read.
        let stated = message.sent_at.map_or(now, |sent| sent.min(now));
        for (index, (attachment, sha256)) in message.attachments.iter().zip(digests).enumerate() {
            if done.contains(&ordinal(attachment)) {
                continue;
            }
            let opened = if known.insert(sha256) {
                Some(open(attachment, message.subject.as_deref(), stated, reader).await)
            } else {
                None
            };
            files.push(PreparedFile { index, sha256, opened });
        }
        Ok(Prepared { source: source.to_owned(), item: item.clone(), raw, digest, message, files })
    }
}

impl Prepared {
    pub(super) fn mail(&self) -> Mail<'_> {
        Mail {
            source: &self.source,
            location: &self.item.location,
            version: &self.item.version,
            raw: &self.raw,
            digest: self.digest,
            header_id: self.message.header_id.as_deref(),
            sender: self.message.sender.as_deref(),
            subject: self.message.subject.as_deref(),
            sent_at: self.message.sent_at,
            problems: &self.message.problems,
            attachments: self.message.attachments.len(),
        }
    }

    pub(super) fn file(&self, file: &PreparedFile) -> MailFile<'_> {
        let attachment = &self.message.attachments[file.index];
        MailFile {
            place: FilePlace {
                ordinal: ordinal(attachment),
                file_name: attachment.file_name.as_deref(),
                content_type: Some(&attachment.content_type),
                path: &attachment.path,
            },
            content: &attachment.content,
            sha256: file.sha256,
        }
    }

    pub(super) fn file_name(&self, file: &PreparedFile) -> Option<&str> {
        self.message.attachments[file.index].file_name.as_deref()
    }

    pub(super) fn problems(&self) -> &[Problem] {
        &self.message.problems
    }
}

/// Has a file opened, unless it is a picture, a signature or a letter.
async fn open(
    attachment: &Attachment,
    subject: Option<&str>,
    stated: Timestamp,
    reader: &mut impl OpenFile,
) -> Opened {
    if !attachment.can_be_workbook() {
        let sentence = match &attachment.file_name {
            Some(name) => format!("{name} is not a table: {}.", attachment.content_type),
            None => format!("This part of the mail is not a table: {}.", attachment.content_type),
        };
        return Opened::Unread(Problem::of_file(ProblemCode::NotAWorkbook, sentence));
    }
    read(attachment.file_name.as_deref(), subject, stated, &attachment.content, reader).await
}

/// Has a file opened.
pub(super) async fn read(
    file_name: Option<&str>,
    subject: Option<&str>,
    stated: Timestamp,
    bytes: &[u8],
    reader: &mut impl OpenFile,
) -> Opened {
    let context = FileContext {
        file_name: file_name.map(ToOwned::to_owned),
        mail_subject: subject.map(ToOwned::to_owned),
        today: stated.to_zoned(TimeZone::UTC).date(),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
    };
    match reader.open(&context, bytes).await {
        Ok((format, extraction)) => Opened::Read { format, extraction },
        Err(problem) => Opened::Unread(problem),
    }
}

fn of_file(name: String, raw: &[u8]) -> Message {
    let content_type = "application/octet-stream";
    let file = |ordinal: usize, file_name, path, content| Attachment {
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        file_name,
        content_type: content_type.to_owned(),
        path,
        content,
    };
    let mut message = Message { subject: Some(name.clone()), ..Message::default() };
    match archive::open(Some(&name), raw, &Limits::default()) {
        Ok(Some(files)) if !files.is_empty() => {
            message.attachments = files
                .into_iter()
                .enumerate()
                .map(|(index, inner)| {
                    let path = std::iter::once(name.clone()).chain(inner.path).collect();
                    file(index, inner.name, path, inner.content)
                })
                .collect();
        }
        other => {
            message.problems.extend(other.err());
            message.attachments.push(file(0, Some(name), Vec::new(), raw.to_vec()));
        }
    }
    message
}

fn ordinal(attachment: &Attachment) -> i32 {
    i32::try_from(attachment.ordinal).unwrap_or(i32::MAX)
}
