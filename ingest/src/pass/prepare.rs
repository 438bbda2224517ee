//! A fetched item, taken apart and read, ready to be stored.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use readings::{Problem, ProblemCode};
use sha2::{Digest, Sha256};

use super::open::{OpenFile, OpenedFile, OpenedInParts};
use crate::layout::FileContext;
use crate::ledger::{Content, FilePlace, Mail, MailFile, Opened, Parcel};
use crate::message::archive;
use crate::message::{self, Attachment, Message};
use crate::packed::{Further, ReadWhole};
use crate::profile::known::Said;
use crate::source::{Fetched, Item};
use crate::workbook::Limits;
use spool::{Spool, Spooled};

/// An item whose files are read as far as they are not stored.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) source: String,
    pub(super) item: Item,
    /// `None` for a bare file, which is its one attachment.
    raw: Option<Vec<u8>>,
    size: usize,
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
    /// The readings of other parts, where there are very many.
    pub(super) further: Further,
    /// The bytes of a large file that is read and not stored yet; the mail no longer has them.
    aside: Option<Spooled>,
}

/// An item as it is known before its files are looked at.
pub(super) struct Arrived {
    raw: Option<Vec<u8>>,
    size: usize,
    message: Message,
    pub(super) digest: [u8; 32],
}

/// An item whose files are to be opened.
pub(super) struct Unopened {
    mail: Prepared,
    /// For each of its files, whether the reader is to open it.
    wanted: Vec<bool>,
}

impl Arrived {
    /// A bare file becomes the one attachment of a mail with its name as subject, or the files of an archive do.
    ///
    /// Files of a mail that are not wanted are told among its problems, so that nothing of it is lost from sight.
    pub(super) fn new(fetched: Fetched, wants_file: impl Fn(Option<&str>) -> bool) -> Self {
        let (digest, message, size, raw) = match fetched {
            Fetched::Mail(raw) => {
                let mut message = message::parse(&raw);
                leave_out(&mut message, wants_file);
                (mail_digest(&raw), message, raw.len(), Some(raw))
            }
            Fetched::File(_, raw) if message::is_outlook(&raw) => {
                (Sha256::digest(&raw).into(), message::parse(&raw), raw.len(), Some(raw))
            }
            Fetched::File(name, raw) => {
                let (digest, size) = (Sha256::digest(&raw).into(), raw.len());
                let (message, raw) = of_file(name, raw);
                (digest, message, size, raw)
            }
        };
        Self { raw, size, message, digest }
    }

    /// How many bytes it has.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The files that are not stored with this mail (`done`).
    pub(super) fn unopened(
        self,
        source: &str,
        item: Item,
        done: Option<&BTreeSet<i32>>,
    ) -> Unopened {
        let Self { raw, size, message, digest } = self;
        let attachments = message.attachments.iter().enumerate();
        let files: Vec<PreparedFile> = attachments
            .filter(|(_, attachment)| done.is_none_or(|done| !done.contains(&ordinal(attachment))))
            .map(|(index, attachment)| PreparedFile {
                index,
                sha256: Sha256::digest(&attachment.content).into(),
                opened: None,
                further: Further::default(),
                aside: None,
            })
            .collect();
        let wanted = vec![true; files.len()];
        let source = source.to_owned();
        Unopened { mail: Prepared { source, item, raw, size, digest, message, files }, wanted }
    }
}

impl Unopened {
    /// The digests of its files.
    pub(super) fn digests(&self) -> impl Iterator<Item = [u8; 32]> {
        self.mail.files.iter().map(|file| file.sha256)
    }

    /// Leaves out files whose bytes are known, and makes its own known.
    pub(super) fn leave_out(&mut self, known: &mut BTreeSet<[u8; 32]>) {
        for (file, wanted) in self.mail.files.iter_mut().zip(&mut self.wanted) {
            *wanted = known.insert(file.sha256);
            let attachment = &self.mail.message.attachments[file.index];
            if *wanted && !attachment.can_be_workbook() {
                *wanted = false;
                file.opened = Some(Opened::Unread(no_table(attachment)));
            }
        }
    }

    /// Who it is from.
    pub(super) fn origin(&self) -> &str {
        self.mail.message.sender.as_deref().unwrap_or(&self.mail.source)
    }

    /// What the reader is asked, in order.
    pub(super) fn requests<'m>(
        &'m self,
        said: &'m Said,
        now: Timestamp,
    ) -> impl Iterator<Item = (FileContext, &'m [u8])> {
        let message = &self.mail.message;
        // Years that a file leaves out are those before it was sent, however late it is read.
        let stated = message.sent_at.map_or(now, |sent| sent.min(now));
        let wanted = self.mail.files.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted);
        wanted.map(move |(file, _)| {
            let attachment = &message.attachments[file.index];
            let name = attachment.file_name.as_deref();
            let names = (name, message.subject.as_deref());
            let day = stated.to_zoned(TimeZone::UTC).date();
            (about(names, day, said.clone()), attachment.content.as_slice())
        })
    }

    /// The item with what the reader answered, in the order of [`Self::requests`].
    pub(super) fn prepared(self, answers: &mut impl Iterator<Item = OpenedInParts>) -> Prepared {
        let Self { mut mail, wanted } = self;
        for (file, _) in mail.files.iter_mut().zip(wanted).filter(|(_, wanted)| *wanted) {
            let Some(answer) = answers.next() else { continue };
            file.opened = Some(match answer {
                Ok((format, extraction, further)) => {
                    if !further.is_empty() {
                        let content = &mut mail.message.attachments[file.index].content;
                        file.aside = Some(Spool::default().keep(std::mem::take(content)));
                    }
                    file.further = further;
                    Opened::Read { format, extraction }
                }
                Err(problem) => Opened::Unread(problem),
            });
        }
        mail
    }
}

/// The identity of a mail: SHA-256 of its bytes with plain line feeds and without line breaks at its end.
///
/// A server hands a mail out with CRLF, a file or an mbox holds it with LF, and some add a line break at the end: it is
/// the same mail.
pub(super) fn mail_digest(raw: &[u8]) -> [u8; 32] {
    let end =
        raw.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let mut digest = Sha256::new();
    for line in raw[..end].split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                digest.update(text);
                digest.update(b"\n");
            }
            None => digest.update(line),
        }
    }
    digest.finalize().into()
}

/// Takes files that are not wanted out of the mail.
fn leave_out(message: &mut Message, wants_file: impl Fn(Option<&str>) -> bool) {
    let attachments = std::mem::take(&mut message.attachments);
    for attachment in attachments {
        if wants_file(attachment.file_name.as_deref()) {
            message.attachments.push(attachment);
            continue;
        }
        let name = attachment.file_name.as_deref().unwrap_or("A file without a name");
        let sentence = format!("{name} was left out, as the rules of the source say.");
        message.problems.push(Problem::of_file(ProblemCode::LeftOut, sentence));
    }
}

impl Prepared {
    pub(super) fn mail(&self) -> Mail<'_> {
        Mail {
            source: &self.source,
            location: &self.item.location,
            version: &self.item.version,
            raw: self.raw.as_deref(),
            size_bytes: self.size,
            digest: self.digest,
            header_id: self.message.header_id.as_deref(),
            sender: self.message.sender.as_deref(),
            subject: self.message.subject.as_deref(),
            sent_at: self.message.sent_at,
            problems: &self.message.problems,
            attachments: self.message.attachments.len(),
        }
    }

    pub(super) fn file<'m>(&'m self, file: &'m PreparedFile) -> MailFile<'m> {
        let attachment = &self.message.attachments[file.index];
        MailFile {
            place: FilePlace {
                ordinal: ordinal(attachment),
                file_name: attachment.file_name.as_deref(),
                content_type: Some(&attachment.content_type),
                path: &attachment.path,
            },
            content: file.aside.as_ref().map_or(Content::Here(&attachment.content), Content::Aside),
            sha256: file.sha256,
        }
    }

    pub(super) fn file_name(&self, file: &PreparedFile) -> Option<&str> {
        self.message.attachments[file.index].file_name.as_deref()
    }

    /// The mail with all of its files, where all of them were opened, none is stored yet and none is in parts.
    pub(super) fn parcel(&self) -> Option<Parcel<'_>> {
        let is_in_parts = self.files.iter().any(|file| !file.further.is_empty());
        if self.files.len() != self.message.attachments.len() || is_in_parts {
            return None;
        }
        let files: Option<Vec<_>> = self
            .files
            .iter()
            .map(|file| file.opened.as_ref().map(|opened| (self.file(file), opened)))
            .collect();
        files.map(|files| Parcel::new(self.mail(), files))
    }

    pub(super) fn problems(&self) -> &[Problem] {
        &self.message.problems
    }
}

/// A picture, a signature or a letter is not opened.
fn no_table(attachment: &Attachment) -> Problem {
    let sentence = match &attachment.file_name {
        Some(name) => format!("{name} is not a table: {}.", attachment.content_type),
        None => format!("This part of the mail is not a table: {}.", attachment.content_type),
    };
    Problem::of_file(ProblemCode::NotAWorkbook, sentence)
}

/// Has a file opened.
pub(super) async fn read(context: FileContext, bytes: &[u8], reader: &mut impl OpenFile) -> Opened {
    opened(reader.open(&context, bytes).await)
}

/// What is known about a file besides its cells.
pub(super) fn about(
    (file_name, subject): (Option<&str>, Option<&str>),
    today: Date,
    said: Said,
) -> FileContext {
    FileContext {
        file_name: file_name.map(ToOwned::to_owned),
        mail_subject: subject.map(ToOwned::to_owned),
        today,
        profiles: said.profiles,
        known_layouts: said.known_layouts,
        earlier: said.earlier,
    }
}

/// What the reader made of a file that it had to read once more, as a whole.
pub(super) fn read_whole(read: ReadWhole) -> (Opened, Further) {
    match read {
        Ok((format, extraction, parts)) => (Opened::Read { format, extraction }, parts.into()),
        Err(problem) => (Opened::Unread(problem), Further::default()),
    }
}

fn opened(answer: OpenedFile) -> Opened {
    match answer {
        Ok((format, extraction)) => Opened::Read { format, extraction },
        Err(problem) => Opened::Unread(problem),
    }
}

/// A bare file as the mail that it would have come with, and its bytes where no attachment has them.
fn of_file(name: String, raw: Vec<u8>) -> (Message, Option<Vec<u8>>) {
    let content_type = "application/octet-stream";
    let file = |ordinal: usize, file_name, path, content| Attachment {
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        file_name,
        content_type: content_type.to_owned(),
        path,
        content,
    };
    let mut message = Message { subject: Some(name.clone()), ..Message::default() };
    match archive::open(Some(&name), &raw, &Limits::default()) {
        Ok(Some(files)) if !files.is_empty() => {
            message.attachments = files
                .into_iter()
                .enumerate()
                .map(|(index, inner)| {
                    let path = std::iter::once(name.clone()).chain(inner.path).collect();
                    file(index, inner.name, path, inner.content)
                })
                .collect();
            (message, Some(raw))
        }
        other => {
            message.problems.extend(other.err());
            message.attachments.push(file(0, Some(name), Vec::new(), raw));
            (message, None)
        }
    }
}

fn ordinal(attachment: &Attachment) -> i32 {
    i32::try_from(attachment.ordinal).unwrap_or(i32::MAX)
}
