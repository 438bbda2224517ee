//! Raw mail into sender, subject and attachments.
//!
//! Every part is walked, whatever its disposition; messages within messages, uuencoded files in bodies and files in
//! archives are opened, and the way to each is recorded. Damage is a problem beside what could be read: a mail is
//! never lost and parsing never panics. The library for mail is named in [`mime`] alone.

pub mod archive;
pub mod attachment;

mod envelope;
mod guard;
mod link;
mod mbox;
mod mime;
mod outlook;
mod parameter;
mod signed;
mod tnef;
mod transfer;
mod uuencode;

use jiff::Timestamp;
use readings::{Problem, ProblemCode};

use crate::workbook::{Limits, may_be_workbook};

pub use attachment::Attachment;
pub use envelope::Envelope;

use guard::Guarded;
use mime::Leaf;
use signed::Container;

/// How the files of a message within a mail are told from those of the mail.
#[derive(Debug, Clone, Copy)]
enum Naming {
    /// They came through a message of its own, named by its subject.
    BySubject,
    /// They are those of the mail: what wraps them is only its signature.
    AsTheMail,
}

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

/// Whether these bytes are a mail as Outlook saves it (.msg); other mails are told by their headers.
pub fn is_outlook(raw: &[u8]) -> bool {
    outlook::is_message(raw)
}

/// The pages of a web archive, which is wrapped as a mail is; decoded, in the character set of each.
pub(crate) fn pages(raw: &[u8]) -> Vec<Vec<u8>> {
    let Guarded { raw, body_is_safe, .. } = guard::prepare(raw, LARGEST_MESSAGE);
    let parsed = mime::parse(&raw, body_is_safe);
    let leaves = parsed.map(|parsed| parsed.leaves).unwrap_or_default();
    leaves
        .into_iter()
        .filter(|leaf| leaf.content_type == "text/html")
        .map(|leaf| transfer::decode(&leaf.body, leaf.transfer.as_deref()).content)
        .collect()
}

/// Reads a mail, also one as Outlook saves it; of several in one file (mbox) the first, with the others within it.
pub fn parse(raw: &[u8]) -> Message {
    if is_outlook(raw) {
        let mut message = Message::default();
        message.take_outlook(raw);
        return message;
    }
    let mut mails = mbox::split(raw).into_iter();
    let mut message = mails.next().map_or_else(Message::default, parse_one);
    for other in mails {
        let Message { subject, attachments, problems, .. } = parse_one(other);
        message.problems.extend(problems);
        let through = subject.unwrap_or_else(|| "another mail".to_owned());
        for mut attachment in attachments {
            if message.attachments.len() >= MOST_ATTACHMENTS {
                message.limit(format!(
                    "The file holds more than {MOST_ATTACHMENTS} attachments; the rest was left out."
                ));
                return message;
            }
            attachment.path.insert(0, through.clone());
            message.push(attachment);
        }
    }
    message
}

fn parse_one(raw: &[u8]) -> Message {
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
    message.ask_for_the_table(&bodies);
    message
}

impl Message {
    /// Says what came instead of a workbook, where none did: a link to a file, or pictures.
    fn ask_for_the_table(&mut self, bodies: &[Vec<u8>]) {
        if self.attachments.iter().any(Attachment::can_be_workbook) {
            return;
        }
        if let Some(host) = bodies.iter().find_map(|body| link::cloud_host(body)) {
            self.problems.push(Problem::of_file(
                ProblemCode::CloudLink,
                format!("The mail links to a file at {host} instead of bringing it."),
            ));
        } else if !self.attachments.is_empty() && self.attachments.iter().all(Attachment::is_scan) {
            self.problems.push(Problem::of_file(
                ProblemCode::ImageOnly,
                "The mail brings pictures and no table; pictures are not read.",
            ));
        }
    }

    fn take_outlook(&mut self, raw: &[u8]) {
        match outlook::read(raw) {
            Ok(read) => {
                self.header_id = read.header_id;
                self.sender = read.sender;
                self.subject = read.subject;
                self.sent_at = read.sent_at;
                self.problems.extend(read.problems);
                for file in read.files {
                    let content_type =
                        file.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
                    self.attach(file.name, content_type, file.path, file.content);
                }
                self.ask_for_the_table(&read.bodies);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

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
            self.mended("A message within the mail is encoded against the rule; it was decoded.");
            self.open_within(&decoded.content, &leaf.path, Naming::BySubject, bodies, depth + 1);
            return;
        }
        if signed::is_named(&leaf.content_type, leaf.file_name.as_deref())
            && self.open_signed(&decoded.content, &leaf.path, bodies, depth + 1)
        {
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
            match file.damage {
                Some(damage) => self.damage(format!("The uuencoded file {} {damage}.", file.name)),
                None => self.mended(format!(
                    "The file {} stands uuencoded in the text of the mail.",
                    file.name
                )),
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

    /// Opens a message that came encoded or signed within another one, with the same care as the mail itself.
    fn open_within(
        &mut self,
        raw: &[u8],
        path: &[String],
        naming: Naming,
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
        let name = matches!(naming, Naming::BySubject).then_some(name);
        for mut leaf in parsed.leaves {
            leaf.path = path.iter().chain(&name).chain(&leaf.path).cloned().collect();
            self.take(leaf, bodies, depth);
        }
    }

    /// Opens what is signed as a whole; true where the files in it stand for the container from now on.
    fn open_signed(
        &mut self,
        container: &[u8],
        path: &[String],
        bodies: &mut Vec<Vec<u8>>,
        depth: usize,
    ) -> bool {
        match signed::open(container) {
            Container::Signed(content) => {
                let mut inner = Self::default();
                inner.open_within(&content, path, Naming::AsTheMail, bodies, depth);
                let has_workbook = inner.attachments.iter().any(Attachment::can_be_workbook);
                self.problems.extend(inner.problems);
                if has_workbook {
                    for attachment in inner.attachments {
                        self.push(attachment);
                    }
                }
                has_workbook
            }
            Container::Encrypted => {
                self.problems.push(Problem::of_file(
                    ProblemCode::Encrypted,
                    "The mail is encrypted for its receiver alone (S/MIME).",
                ));
                false
            }
            Container::Other => {
                self.problems.push(Problem::of_file(
                    ProblemCode::UnsupportedContainer,
                    "The mail holds a container of S/MIME without content, or of another kind.",
                ));
                false
            }
            Container::Damaged => {
                self.damage("The signed content of the mail (S/MIME) is damaged or cut off.");
                false
            }
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
                        path: path.iter().chain(&file.path).cloned().collect(),
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

    fn mended(&mut self, sentence: impl Into<String>) {
        let problem = Problem::of_file(ProblemCode::MendedMail, sentence);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
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
