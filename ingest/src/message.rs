//! Raw mail into sender, subject and attachments.
//!
//! Every part is walked, whatever its disposition; messages within messages, uuencoded files in bodies and files in
//! archives are opened, and the way to each is recorded. Damage is a problem beside what could be read: a mail is
//! never lost and parsing never panics. The library for mail is named in [`mime`] alone.

pub mod archive;
pub mod attachment;

mod guard;
mod link;
mod mime;
mod parameter;
mod tnef;
mod transfer;
mod uuencode;

use jiff::Timestamp;
use readings::{Problem, ProblemCode};

use crate::workbook::{Limits, may_be_workbook};

pub use attachment::Attachment;

use guard::Guarded;
use mime::Leaf;

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The Message-ID as its sender wrote it, without angle brackets.
    pub header_id: Option<String>,
    /// The first address of From.
    pub sender: Option<String>,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// The instant of the Date header.
    pub sent_at: Option<Timestamp>,
    /// Every file in it, in the order of the mail.
    pub attachments: Vec<Attachment>,
    /// Damage, limits met, containers that are not opened.
    pub problems: Vec<Problem>,
}

/// Bytes of a mail beyond which only its headers are read.
const LARGEST_MESSAGE: usize = 25 * 1024 * 1024;
/// How deep encoded messages within encoded messages are followed.
const ENCODED_DEPTH: usize = 8;
/// Attachments of one mail.
const MOST_ATTACHMENTS: usize = 1_000;

/// Reads a mail.
pub fn parse(raw: &[u8]) -> Message {
    let mut message = Message::default();
    if raw.len() > LARGEST_MESSAGE {
        message.limit(format!(
            "The mail has {} bytes; mails of more than {LARGEST_MESSAGE} bytes are not opened.",
            raw.len()
        ));
    }
    let Guarded { raw, body_is_safe, problems } = guard::prepare(raw, LARGEST_MESSAGE);
    message.problems.extend(problems);
    let Some(parsed) = mime::parse(&raw, body_is_safe) else {
        message.damage("This is no mail: it has no headers.");
        return message;
    };
    message.header_id = parsed.header_id;
    message.sender = parsed.sender;
    message.subject = parsed.subject;
    message.sent_at = parsed.sent_at;
    message.problems.extend(parsed.problems);
    let mut bodies = Vec::new();
    for leaf in parsed.leaves {
        message.take(leaf, &mut bodies, 0);
    }
    if !message.attachments.iter().any(Attachment::can_be_workbook)
        && let Some(host) = bodies.iter().find_map(|body| link::cloud_host(body))
    {
        message.problems.push(Problem::of_file(
            ProblemCode::CloudLink,
            format!("The mail links to a file at {host} instead of bringing it."),
        ));
    }
    message
}

impl Message {
    fn take(&mut self, leaf: Leaf<'_>, bodies: &mut Vec<Vec<u8>>, depth: usize) {
        if self.attachments.len() >= MOST_ATTACHMENTS {
            self.limit(format!(
                "The mail has more than {MOST_ATTACHMENTS} parts; the rest was left out."
            ));
            return;
        }
        let decoded = transfer::decode(&leaf.body, leaf.transfer.as_deref());
        if let Some(damage) = decoded.damage {
            self.damage(match &leaf.file_name {
                Some(name) => format!("The attachment {name} {damage}."),
                None => format!("A part of the mail {damage}."),
            });
        }
        if leaf.content_type == guard::ENCODED_MESSAGE {
            self.open_encoded(&decoded.content, &leaf.path, bodies, depth + 1);
            return;
        }
        if let Some(sentence) = attachment::unopened_container(&leaf.content_type, &decoded.content)
        {
            self.problems.push(Problem::of_file(ProblemCode::UnsupportedContainer, sentence));
        }
        if leaf.is_attachment() {
            self.attach(leaf.file_name, leaf.content_type, leaf.path, decoded.content);
            return;
        }
        for file in uuencode::files(&decoded.content) {
            if let Some(damage) = file.damage {
                self.damage(format!("The uuencoded file {} {damage}.", file.name));
            }
            let name = parameter::last_component(&file.name);
            self.attach(
                name,
                "application/octet-stream".to_owned(),
                leaf.path.clone(),
                file.content,
            );
        }
        bodies.push(decoded.content);
    }

    /// Opens a message that came encoded within another one, with the same care as the mail itself.
    fn open_encoded(
        &mut self,
        raw: &[u8],
        path: &[String],
        bodies: &mut Vec<Vec<u8>>,
        depth: usize,
    ) {
        if depth > ENCODED_DEPTH {
            self.limit(format!("The mail holds encoded messages more than {ENCODED_DEPTH} deep."));
            return;
        }
        let Guarded { raw, body_is_safe, problems } = guard::prepare(raw, LARGEST_MESSAGE);
        self.problems.extend(problems);
        let Some(parsed) = mime::parse(&raw, body_is_safe) else {
            self.damage("A message within the mail cannot be read as one.");
            return;
        };
        self.problems.extend(parsed.problems);
        let name = parsed.subject.unwrap_or_else(|| "forwarded message".to_owned());
        for mut leaf in parsed.leaves {
            leaf.path = path.iter().chain([&name]).chain(&leaf.path).cloned().collect();
            self.take(leaf, bodies, depth);
        }
    }

    /// Adds a file, or the files in it where it is an archive that holds workbooks.
    fn attach(
        &mut self,
        file_name: Option<String>,
        content_type: String,
        path: Vec<String>,
        content: Vec<u8>,
    ) {
        let inner = archive::open(file_name.as_deref(), &content, &Limits::default());
        let attachment = Attachment { ordinal: 0, file_name, content_type, path, content };
        match inner {
            Ok(Some(files))
                if files
                    .iter()
                    .any(|file| may_be_workbook(&file.content, file.name.as_deref())) =>
            {
                let mut path = attachment.path;
                path.push(attachment.file_name.unwrap_or_else(|| "archive".to_owned()));
                for file in files {
                    self.push(Attachment {
                        ordinal: 0,
                        file_name: file.name,
                        content_type: "application/octet-stream".to_owned(),
                        path: path.clone(),
                        content: file.content,
                    });
                }
            }
            Ok(_) => self.push(attachment),
            Err(problem) => {
                self.problems.push(problem);
                self.push(attachment);
            }
        }
    }

    fn push(&mut self, attachment: Attachment) {
        let ordinal = u32::try_from(self.attachments.len()).unwrap_or(u32::MAX);
        self.attachments.push(Attachment { ordinal, ..attachment });
    }

    fn damage(&mut self, sentence: impl Into<String>) {
        self.problems.push(Problem::of_file(ProblemCode::DamagedMail, sentence));
    }

    fn limit(&mut self, sentence: String) {
        if self.problems.iter().any(|problem| problem.sentence == sentence) {
            return;
        }
        self.problems.push(Problem::of_file(ProblemCode::LimitExceeded, sentence));
    }
}

#[cfg(test)]
mod tests;
