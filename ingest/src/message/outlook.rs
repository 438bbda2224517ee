//! Mails as Outlook saves them (.msg): a compound file of properties.
//!
//! After [MS-OXMSG]: a folder for each attachment; values of fixed length stand in one stream, others in streams of
//! their own named by number and type. A message within the message is a folder in the folder of its attachment.

use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};
use jiff::Timestamp;
use readings::{Problem, ProblemCode};

use super::parameter::last_component;
use super::tnef::code_page;
use crate::workbook::compound::{CompoundFile, EntryId};

/// A message of Outlook.
#[derive(Debug, Default)]
pub struct OutlookMessage {
    /// The Message-ID without angle brackets.
    pub header_id: Option<String>,
    /// The address of the sender.
    pub sender: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// The texts of the letter.
    pub bodies: Vec<Vec<u8>>,
    /// The files, also of the messages within.
    pub files: Vec<OutlookFile>,
    /// Damage and what is not opened.
    pub problems: Vec<Problem>,
}

/// A file in it.
#[derive(Debug)]
pub struct OutlookFile {
    /// Its name.
    pub name: Option<String>,
    /// Its declared type.
    pub content_type: Option<String>,
    /// The messages it came through within this one.
    pub path: Vec<String>,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The stream that every message has.
const PROPERTIES: &str = "__properties_version1.0";
/// How the names of folders of attachments begin.
const ATTACHMENT: &str = "__attach_version1.0";
/// How the names of streams of values begin.
const VALUE: &str = "__substg1.0_";

const SUBJECT: u16 = 0x0037;
const SUBMITTED: u16 = 0x0039;
const DELIVERED: u16 = 0x0E06;
const SENDER: u16 = 0x0C1F;
const SENDER_SMTP: u16 = 0x5D01;
const MESSAGE_ID: u16 = 0x1035;
const BODY: u16 = 0x1000;
const HTML: u16 = 0x1013;
const CODE_PAGE: u16 = 0x3FFD;
const CONTENT: u16 = 0x3701;
const DISPLAY_NAME: u16 = 0x3001;
const SHORT_NAME: u16 = 0x3704;
const LONG_NAME: u16 = 0x3707;
const METHOD: u16 = 0x3705;
const MEDIA_TYPE: u16 = 0x370E;

const WIDE_TEXT: u16 = 0x001F;
const TIME: u16 = 0x0040;
const LONG: u16 = 0x0003;

/// Methods of attaching by which only a reference comes: to a file, to a share, to the web.
const BY_REFERENCE: [u32; 4] = [2, 3, 4, 7];
/// How deep messages within messages are followed.
const DEPTH: usize = 8;
/// Files of one message.
const MOST_FILES: usize = 1_000;

/// Whether a compound file is a message of Outlook.
pub fn is_message(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
        && CompoundFile::open(bytes).is_ok_and(|file| file.has(PROPERTIES))
}

/// Reads a message; the problem of one that cannot be read as a compound file.
pub fn read(bytes: &[u8]) -> Result<OutlookMessage, Problem> {
    let file = CompoundFile::open(bytes)
        .map_err(|problem| Problem { code: ProblemCode::DamagedMail, ..problem })?;
    let mut message = OutlookMessage::default();
    let Some(root) = file.root() else { return Err(damaged()) };
    // What a file holds cannot be longer than the file: streams that share their bytes are an attack.
    let mut reading = Reading { file: &file, left: bytes.len() as u64, message: &mut message };
    let folder = Folder::of(&file, root, 32);
    reading.head(&folder);
    reading.attachments(&folder, &[], 0);
    Ok(message)
}

struct Reading<'f, 'a, 'm> {
    file: &'f CompoundFile<'a>,
    left: u64,
    message: &'m mut OutlookMessage,
}

/// A folder with its properties.
struct Folder<'f, 'a> {
    file: &'f CompoundFile<'a>,
    children: Vec<EntryId>,
    fixed: Vec<u8>,
    encoding: &'static Encoding,
}

impl<'f, 'a> Folder<'f, 'a> {
    /// `head` bytes stand before the values of fixed length: 32 in the outermost message, 24 in one within, 8 in an
    /// attachment.
    fn of(file: &'f CompoundFile<'a>, id: EntryId, head: usize) -> Self {
        let children = file.children(id);
        let properties = children.iter().find(|child| file.name(**child) == PROPERTIES);
        let fixed = properties.and_then(|stream| file.content(*stream).ok()).unwrap_or_default();
        let fixed = fixed.get(head..).map(<[u8]>::to_vec).unwrap_or_default();
        let mut folder = Self { file, children, fixed, encoding: WINDOWS_1252 };
        if let Some(page) = folder.number(CODE_PAGE) {
            folder.encoding = code_page(page);
        }
        folder
    }

    fn fixed(&self, id: u16, kind: u16) -> Option<[u8; 8]> {
        self.fixed.chunks_exact(16).find_map(|value| {
            let (found_kind, found_id) = (short(value, 0), short(value, 2));
            (found_kind == kind && found_id == id).then(|| value[8..].first_chunk().copied())?
        })
    }

    fn number(&self, id: u16) -> Option<u32> {
        let value = self.fixed(id, LONG)?;
        value.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The instant in hundreds of nanoseconds since 1601.
    fn time(&self, id: u16) -> Option<Timestamp> {
        const FROM_1601_TO_1970: i64 = 11_644_473_600;
        let ticks = i64::from_le_bytes(self.fixed(id, TIME)?);
        let seconds = ticks.checked_div(10_000_000)?.checked_sub(FROM_1601_TO_1970)?;
        Timestamp::from_second(seconds).ok()
    }

    /// The stream of a value, and its type.
    fn value(&self, id: u16) -> Option<(EntryId, u16)> {
        self.children.iter().find_map(|child| {
            let number = self.file.name(*child).strip_prefix(VALUE)?;
            let number = u32::from_str_radix(number.get(..8)?, 16).ok()?;
            let kind = u16::try_from(number & 0xFFFF).ok()?;
            (number >> 16 == u32::from(id)).then_some((*child, kind))
        })
    }

    fn text(&self, id: u16) -> Option<String> {
        /// Names and subjects; longer ones are rubbish.
        const LONGEST: u64 = 64 * 1024;
        let (stream, kind) = self.value(id)?;
        if self.file.length(stream) > LONGEST {
            return None;
        }
        let bytes = self.file.content(stream).ok()?;
        let encoding = if kind == WIDE_TEXT { UTF_16LE } else { self.encoding };
        let text = encoding.decode_without_bom_handling(&bytes).0;
        let text = text.trim_end_matches('\0');
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Reading<'_, '_, '_> {
    fn head(&mut self, folder: &Folder<'_, '_>) {
        self.message.subject = folder.text(SUBJECT);
        self.message.sender = folder
            .text(SENDER_SMTP)
            .or_else(|| folder.text(SENDER))
            .filter(|address| address.contains('@'));
        self.message.header_id =
            folder.text(MESSAGE_ID).map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
        self.message.sent_at = folder.time(SUBMITTED).or_else(|| folder.time(DELIVERED));
        for id in [BODY, HTML] {
            let Some((stream, kind)) = folder.value(id) else { continue };
            if let Some(bytes) = self.take(stream) {
                self.message.bodies.push(if kind == WIDE_TEXT {
                    UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned().into_bytes()
                } else {
                    bytes
                });
            }
        }
    }

    fn attachments(&mut self, folder: &Folder<'_, '_>, path: &[String], depth: usize) {
        for child in &folder.children {
            if !self.file.is_folder(*child) || !self.file.name(*child).starts_with(ATTACHMENT) {
                continue;
            }
            if self.message.files.len() >= MOST_FILES {
                self.problem(
                    ProblemCode::LimitExceeded,
                    format!("The message of Outlook holds more than {MOST_FILES} files."),
                );
                return;
            }
            let mut attachment = Folder::of(self.file, *child, 8);
            attachment.encoding = folder.encoding;
            self.attachment(&attachment, path, depth);
        }
    }

    fn attachment(&mut self, folder: &Folder<'_, '_>, path: &[String], depth: usize) {
        let name = [LONG_NAME, SHORT_NAME, DISPLAY_NAME]
            .into_iter()
            .find_map(|id| folder.text(id))
            .and_then(|name| last_component(&name));
        if folder.number(METHOD).is_some_and(|method| BY_REFERENCE.contains(&method)) {
            let which = name.as_deref().unwrap_or("a file");
            self.problem(
                ProblemCode::CloudLink,
                format!("The mail only refers to {which}, which is kept elsewhere."),
            );
            return;
        }
        let Some((content, _)) = folder.value(CONTENT) else {
            let which = name.as_deref().unwrap_or("without a name");
            self.problem(
                ProblemCode::DamagedMail,
                format!("The attachment {which} of the message of Outlook holds no bytes."),
            );
            return;
        };
        if self.file.is_folder(content) {
            self.within(content, name, path, depth);
            return;
        }
        let Some(content) = self.take(content) else { return };
        self.message.files.push(OutlookFile {
            name,
            content_type: folder.text(MEDIA_TYPE).map(|text| text.to_ascii_lowercase()),
            path: path.to_vec(),
            content,
        });
    }

    /// A message within, or an object of another program.
    fn within(&mut self, id: EntryId, name: Option<String>, path: &[String], depth: usize) {
        let folder = Folder::of(self.file, id, 24);
        let is_message = folder.children.iter().any(|child| self.file.name(*child) == PROPERTIES);
        let name = name.or_else(|| folder.text(SUBJECT));
        if !is_message {
            let which = name.as_deref().unwrap_or("an object");
            self.problem(
                ProblemCode::UnsupportedContainer,
                format!("The message of Outlook embeds {which}, which is not opened."),
            );
            return;
        }
        if depth >= DEPTH {
            self.problem(
                ProblemCode::LimitExceeded,
                format!("The message of Outlook holds messages more than {DEPTH} deep."),
            );
            return;
        }
        let mut path = path.to_vec();
        path.push(name.unwrap_or_else(|| "forwarded message".to_owned()));
        self.attachments(&folder, &path, depth + 1);
    }

    /// The bytes of a stream, as long as all that was taken is not more than the file.
    fn take(&mut self, stream: EntryId) -> Option<Vec<u8>> {
        let length = self.file.length(stream);
        let Some(left) = self.left.checked_sub(length) else {
            self.problem(
                ProblemCode::DamagedMail,
                "The parts of the message of Outlook claim more bytes than it has.".to_owned(),
            );
            return None;
        };
        self.left = left;
        match self.file.content(stream) {
            Ok(content) => {
                if content.len() as u64 != length {
                    self.problem(
                        ProblemCode::DamagedMail,
                        "An attachment of the message of Outlook is cut off.".to_owned(),
                    );
                }
                Some(content)
            }
            Err(problem) => {
                self.problem(ProblemCode::DamagedMail, problem.sentence);
                None
            }
        }
    }

    fn problem(&mut self, code: ProblemCode, sentence: String) {
        if self.message.problems.iter().all(|problem| problem.sentence != sentence) {
            self.message.problems.push(Problem::of_file(code, sentence));
        }
    }
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn damaged() -> Problem {
    Problem::of_file(ProblemCode::DamagedMail, "The message of Outlook (.msg) is damaged.")
}
