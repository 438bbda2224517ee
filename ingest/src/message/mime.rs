//! The structure of a mail, by the library for it; it is named in this file alone.
//!
//! The library finds parts and headers. The bytes of a part are taken from where it found them, because it converts
//! texts to Unicode and leaves damaged base64 undecoded.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use mail_parser::{HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use readings::{Problem, ProblemCode};

use super::attachment::is_table_type;
use super::parameter;

/// A parsed mail.
#[derive(Debug, Default)]
pub struct Parsed<'a> {
    /// The Message-ID.
    pub header_id: Option<String>,
    /// The first address of From.
    pub sender: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The Date.
    pub sent_at: Option<Timestamp>,
    /// Every part that holds content, in order.
    pub leaves: Vec<Leaf<'a>>,
    /// Damage of the structure.
    pub problems: Vec<Problem>,
}

/// A part with content of its own.
#[derive(Debug)]
pub struct Leaf<'a> {
    /// Its name, the last component.
    pub file_name: Option<String>,
    /// Its declared type in lower case; `text/plain` where none is declared.
    pub content_type: String,
    /// The transfer encoding its header states, in lower case.
    pub transfer: Option<String>,
    /// The bytes as they stand in the mail.
    pub body: Cow<'a, [u8]>,
    /// The messages it came through, from the outside in.
    pub path: Vec<String>,
    /// Whether the header calls it an attachment.
    says_attachment: bool,
}

/// How deep messages within messages are followed.
const DEPTH: usize = 64;
/// How many parts are looked at.
const PARTS: usize = 4_000;

impl Leaf<'_> {
    /// Whether the part is a file and not what a person reads as the letter itself.
    pub fn is_attachment(&self) -> bool {
        let (main, _) = self.content_type.split_once('/').unwrap_or((&self.content_type, ""));
        match main {
            "text" => {
                self.says_attachment
                    || self.file_name.is_some()
                    || is_table_type(&self.content_type)
            }
            "message" => self.file_name.is_some(),
            _ => true,
        }
    }
}

/// The addresses of To and Cc, in their order.
pub fn recipients(raw: &[u8]) -> Vec<String> {
    let Some(message) = MessageParser::default().parse_headers(raw) else { return Vec::new() };
    [message.to(), message.cc()]
        .into_iter()
        .flatten()
        .flat_map(|list| list.iter())
        .filter_map(|address| address.address().map(str::to_owned))
        .collect()
}

/// Finds the parts of a mail; of a mail whose body is not safe only the headers are read.
///
/// The library has been seen to fail over boundaries that contradict each other; such a mail gives its headers, and
/// its body in one piece.
pub fn parse(raw: &[u8], body_is_safe: bool) -> Option<Parsed<'_>> {
    let attempt =
        |body_is_safe| catch_unwind(AssertUnwindSafe(|| parse_with_library(raw, body_is_safe)));
    attempt(body_is_safe).unwrap_or_else(|_| {
        let mut parsed = attempt(false).ok().flatten().unwrap_or_default();
        parsed.problems.push(Problem::of_file(
            ProblemCode::DamagedMail,
            "The parts of the mail contradict each other; its body is kept in one piece.",
        ));
        let blank = |end: &[u8]| {
            raw.windows(end.len()).position(|window| window == end).map(|at| at + end.len())
        };
        let body = blank(b"\r\n\r\n").or_else(|| blank(b"\n\n")).unwrap_or(0);
        parsed.leaves.push(Leaf {
            file_name: None,
            content_type: "application/octet-stream".to_owned(),
            transfer: None,
            body: Cow::Borrowed(&raw[body..]),
            path: Vec::new(),
            says_attachment: true,
        });
        Some(parsed)
    })
}

fn parse_with_library(raw: &[u8], body_is_safe: bool) -> Option<Parsed<'_>> {
    let parser = MessageParser::default();
    let message = if body_is_safe { parser.parse(raw) } else { parser.parse_headers(raw) }?;
    let first = |name: HeaderName<'_>| {
        let headers = message.parts.first().map(|root| root.headers.as_slice()).unwrap_or_default();
        headers.iter().find(|header| header.name == name).map(|header| &header.value)
    };
    let mut parsed = Parsed {
        header_id: first(HeaderName::MessageId).and_then(|id| id.as_text()).map(str::to_owned),
        sender: first(HeaderName::From)
            .and_then(|from| from.as_address()?.first()?.address())
            .map(str::to_owned),
        subject: first(HeaderName::Subject)
            .and_then(|subject| subject.as_text())
            .map(str::to_owned),
        sent_at: first(HeaderName::Date)
            .and_then(|date| date.as_datetime())
            .filter(|date| date.is_valid())
            .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        leaves: Vec::new(),
        problems: Vec::new(),
    };
    if body_is_safe {
        let mut walk = Walk { leaves: Vec::new(), problems: &mut parsed.problems, parts: 0 };
        walk.message(&message, raw, &[], 0);
        parsed.leaves = walk.leaves.into_iter().map(|leaf| leaf.placed_in(raw)).collect();
    }
    Some(parsed)
}

struct Walk<'p> {
    leaves: Vec<Found>,
    problems: &'p mut Vec<Problem>,
    parts: usize,
}

/// A leaf before its bytes are tied to the mail.
struct Found {
    leaf: Leaf<'static>,
    place: Option<std::ops::Range<usize>>,
}

impl Found {
    fn placed_in(self, raw: &[u8]) -> Leaf<'_> {
        match self.place.and_then(|place| raw.get(place)) {
            Some(body) => Leaf { body: Cow::Borrowed(body), ..self.leaf },
            None => self.leaf,
        }
    }
}

impl Walk<'_> {
    fn message(&mut self, message: &Message<'_>, outer: &[u8], path: &[String], depth: usize) {
        if depth > DEPTH {
            self.limit(format!("The mail holds messages within messages more than {DEPTH} deep."));
            return;
        }
        // A message that was encoded has bytes of its own; others lie within the mail.
        let raw = message.raw_message.as_ref();
        let is_outer = raw.len() == outer.len() && std::ptr::eq(raw.as_ptr(), outer.as_ptr());
        for part in &message.parts {
            self.parts += 1;
            if self.parts > PARTS {
                self.limit(format!("The mail has more than {PARTS} parts; the rest was left out."));
                return;
            }
            self.check_headers(part, raw);
            match &part.body {
                PartType::Multipart(parts) => self.check_closed(part, parts.is_empty(), raw),
                PartType::Message(inner) => {
                    let mut path = path.to_vec();
                    path.push(
                        inner
                            .subject()
                            .map_or_else(|| "forwarded message".to_owned(), str::to_owned),
                    );
                    self.message(inner, outer, &path, depth + 1);
                }
                _ => self.leaf(part, raw, is_outer, path),
            }
        }
    }

    fn leaf(&mut self, part: &MessagePart<'_>, raw: &[u8], is_outer: bool, path: &[String]) {
        let (start, end) = (part.offset_body as usize, part.offset_end as usize);
        let place = start..end.clamp(start, raw.len().max(start));
        let content_type = declared_type(part);
        if content_type.starts_with("multipart/") {
            self.damage("A part of the mail says that it has parts but holds none.");
            if raw.get(place.clone()).is_none_or(|body| body.trim_ascii().is_empty()) {
                return;
            }
        }
        if content_type == "message/rfc822" {
            self.damage("A message within the mail cannot be read as one.");
        }
        if content_type == "message/external-body" {
            self.reference(part, raw, place, path);
            return;
        }
        let body =
            if is_outer { Vec::new() } else { raw.get(place.clone()).unwrap_or_default().to_vec() };
        self.leaves.push(Found {
            leaf: Leaf {
                file_name: file_name(part, raw),
                content_type,
                transfer: part
                    .content_transfer_encoding()
                    .and_then(|text| text.split([';', ' ']).next())
                    .map(|text| text.trim().to_ascii_lowercase()),
                body: Cow::Owned(body),
                path: path.to_vec(),
                says_attachment: part
                    .content_disposition()
                    .is_some_and(mail_parser::ContentType::is_attachment),
            },
            place: is_outer.then_some(place),
        });
    }

    /// A part that only says where a file is kept: recorded as that file, without a byte.
    fn reference(
        &mut self,
        part: &MessagePart<'_>,
        raw: &[u8],
        place: std::ops::Range<usize>,
        path: &[String],
    ) {
        let head = String::from_utf8_lossy(raw.get(place).unwrap_or_default()).into_owned();
        let kind = head.lines().take_while(|line| !line.trim().is_empty()).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-type")
                .then(|| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        });
        let name = file_name(part, raw);
        self.problem(
            ProblemCode::CloudLink,
            format!(
                "The mail only says where {} is kept, and does not bring it.",
                name.as_deref().unwrap_or("a file")
            ),
        );
        self.leaves.push(Found {
            leaf: Leaf {
                file_name: None,
                content_type: kind.unwrap_or_else(|| "application/octet-stream".to_owned()),
                transfer: None,
                body: Cow::Borrowed(b""),
                path: path.to_vec(),
                says_attachment: true,
            },
            place: None,
        });
    }

    /// What stands between the headers without being one, and a type that is stated twice.
    fn check_headers(&mut self, part: &MessagePart<'_>, raw: &[u8]) {
        let block =
            raw.get(part.offset_header as usize..part.offset_body as usize).unwrap_or_default();
        let is_header = |line: &[u8]| {
            let name = line.iter().position(|byte| *byte == b':').map(|colon| &line[..colon]);
            line.starts_with(b" ")
                || line.starts_with(b"\t")
                || line.trim_ascii().is_empty()
                || name.is_some_and(|name| !name.trim_ascii_end().contains(&b' '))
        };
        if !block.split(|byte| *byte == b'\n').all(is_header) {
            self.damage("A line among the headers of the mail is no header.");
        }
        let mut types = part.headers.iter().filter(|header| header.name == HeaderName::ContentType);
        if let Some(first) = types.next() {
            let text = raw.get(first.offset_start() as usize..first.offset_end() as usize);
            if let Some(sentence) = text.and_then(odd_boundary) {
                self.problem(ProblemCode::MendedMail, sentence.to_owned());
            }
        }
        if types.next().is_some() {
            self.damage("A part of the mail states its type twice.");
        }
    }

    /// A multipart without its closing line may be cut off.
    fn check_closed(&mut self, part: &MessagePart<'_>, is_empty: bool, raw: &[u8]) {
        if is_empty {
            self.damage("A part of the mail says that it has parts but holds none.");
        }
        let Some(boundary) = part.content_type().and_then(|kind| kind.attribute("boundary")) else {
            return;
        };
        let closing = format!("--{boundary}--");
        let end = (part.offset_end as usize).min(raw.len());
        let around =
            end.saturating_sub(closing.len() * 2 + 8)..(end + closing.len() * 2 + 8).min(raw.len());
        let is_closed =
            raw[around].windows(closing.len()).any(|window| window == closing.as_bytes());
        if !is_closed && !contains_late(raw, part.offset_body as usize, closing.as_bytes()) {
            self.damage("The mail ends before its last part is closed; it may be cut off.");
        }
    }

    fn damage(&mut self, sentence: &str) {
        self.problem(ProblemCode::DamagedMail, sentence.to_owned());
    }

    fn limit(&mut self, sentence: String) {
        self.problem(ProblemCode::LimitExceeded, sentence);
    }

    fn problem(&mut self, code: ProblemCode, sentence: String) {
        if self.problems.iter().all(|problem| problem.sentence != sentence) {
            self.problems.push(Problem::of_file(code, sentence));
        }
    }
}

/// What is odd about the boundary that a type states; programs part such mails differently.
fn odd_boundary(header: &[u8]) -> Option<&'static str> {
    let lower = header.to_ascii_lowercase();
    let at = lower.windows(8).position(|window| window == b"boundary")?;
    let after = lower[at + 8..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = match after.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|byte| *byte == b'"').next()?,
        None => after.split(|byte| matches!(byte, b';' | b'\r' | b'\n')).next()?.trim_ascii_end(),
    };
    if !lower[..at].trim_ascii_end().ends_with(b";") {
        Some("The boundary of the mail is not parted from its type; it was taken all the same.")
    } else if value.contains(&b'\n') {
        Some("The boundary of the mail is folded within its quotes; it was joined.")
    } else if value.last().is_some_and(u8::is_ascii_whitespace) {
        Some("The boundary of the mail ends in spaces; they were left out.")
    } else if value.ends_with(b"--") {
        Some("The boundary of the mail ends as a closing line does; its parts may run together.")
    } else {
        None
    }
}

/// Whether the closing line stands in the last 64 KiB: enough for what follows the parts of an honest mail, and
/// bounded for one with thousands of multiparts.
fn contains_late(raw: &[u8], from: usize, closing: &[u8]) -> bool {
    let start = raw.len().saturating_sub(64 * 1024).max(from.min(raw.len()));
    raw[start..].windows(closing.len()).any(|window| window == closing)
}

fn declared_type(part: &MessagePart<'_>) -> String {
    let Some(kind) = part.content_type() else { return "text/plain".to_owned() };
    match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
        // A type without a subtype is invalid, and then it is a text.
        None => "text/plain".to_owned(),
    }
}

fn file_name(part: &MessagePart<'_>, raw: &[u8]) -> Option<String> {
    let value = |header: HeaderName<'_>, name: &str| {
        let header = part.headers.iter().rev().find(|candidate| candidate.name == header)?;
        let text = raw.get(header.offset_start() as usize..header.offset_end() as usize)?;
        parameter::value(text, name)
    };
    value(HeaderName::ContentDisposition, "filename")
        .or_else(|| value(HeaderName::ContentDisposition, "name"))
        .or_else(|| value(HeaderName::ContentType, "name"))
        .or_else(|| value(HeaderName::ContentType, "filename"))
        .or_else(|| part.attachment_name().map(str::to_owned))
        .and_then(|name| parameter::last_component(&name))
}
