//! Makes a raw mail safe to parse, and parseable.
//!
//! The parser for mail takes time quadratic in the parameters of one header, and recursion in messages within
//! messages; both are bounded before it sees the mail. What stands before the headers is taken away.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};
use readings::{Problem, ProblemCode};

/// A mail as it is given to the parser.
#[derive(Debug)]
pub struct Guarded<'a> {
    /// The mail, without what stood before its headers, long headers cut.
    pub raw: Cow<'a, [u8]>,
    /// Whether the body may be parsed; the headers always may.
    pub body_is_safe: bool,
    /// What was cut.
    pub problems: Vec<Problem>,
}

/// The type given to a message within a message that is in base64 or quoted-printable. The parser would decode and
/// parse it at once, past these guards; as a part of an unknown type it comes back and is prepared like the mail.
pub const ENCODED_MESSAGE: &str = "message/xfc822";

/// Bytes of the headers of the mail.
const HEADER_BLOCK: usize = 256 * 1024;
/// Parameters of one header.
const PARAMETERS: usize = 1_000;
/// Messages within messages, and digests of them, in the whole mail.
const NESTED_MESSAGES: usize = 256;

/// Strips and bounds a raw mail.
pub fn prepare(raw: &[u8], largest: usize) -> Guarded<'_> {
    let raw = strip_front(raw);
    let mut problems = Vec::new();
    let mut body_is_safe = raw.len() <= largest;
    let header_end = end_of_headers(raw);
    let mut safe = Cow::Borrowed(raw);
    if header_end > HEADER_BLOCK {
        problems.push(limit(format!(
            "The headers of the mail have {header_end} bytes; only the first {HEADER_BLOCK} were read."
        )));
        let cut = last_line_end(&raw[..HEADER_BLOCK]);
        safe = Cow::Owned([&raw[..cut], &raw[header_end.min(raw.len())..]].concat());
    }
    if !body_is_safe {
        let end = end_of_headers(&safe).min(safe.len());
        safe = Cow::Owned(safe[..end].to_vec());
    }
    if let Some(cut) = cut_parameters(&safe) {
        problems.push(limit(format!(
            "A header of the mail has more than {PARAMETERS} parameters; the rest of them was left out."
        )));
        safe = Cow::Owned(cut);
    }
    if let Some(held) = hold_encoded_messages(&safe) {
        safe = Cow::Owned(held);
    }
    if nested_messages(&safe).count() > NESTED_MESSAGES {
        problems.push(limit(format!(
            "The mail holds more than {NESTED_MESSAGES} messages within messages; they were not opened."
        )));
        body_is_safe = false;
    }
    Guarded { raw: safe, body_is_safe, problems }
}

/// Without byte order mark, blank lines and the `From ` line of an mbox.
fn strip_front(raw: &[u8]) -> &[u8] {
    let mut rest = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    loop {
        let line_end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let line = &rest[..line_end];
        let is_blank = !line.is_empty() && line.iter().all(u8::is_ascii_whitespace);
        if is_blank || line.starts_with(b"From ") || line.starts_with(b">From ") {
            rest = &rest[line_end..];
        } else {
            return rest;
        }
    }
}

/// Where the body begins: after the first blank line.
fn end_of_headers(raw: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = memchr(b'\n', &raw[at..]) {
        let line = &raw[at..at + length];
        if line.is_empty() || line == b"\r" {
            return at;
        }
        at += length + 1;
    }
    raw.len()
}

fn last_line_end(block: &[u8]) -> usize {
    block.iter().rposition(|byte| *byte == b'\n').map_or(block.len(), |at| at + 1)
}

/// The mail with the parameters beyond the limit left out; `None` where no header has that many.
fn cut_parameters(raw: &[u8]) -> Option<Vec<u8>> {
    let mut cut: Option<Vec<u8>> = None;
    let mut kept = 0;
    let mut in_header = false;
    let mut parameters = 0;
    let mut at = 0;
    while at < raw.len() {
        let end = memchr(b'\n', &raw[at..]).map_or(raw.len(), |length| at + length + 1);
        let line = &raw[at..end];
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            in_header = line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
            parameters = 0;
        }
        if in_header {
            for (offset, _) in line.iter().enumerate().filter(|(_, byte)| **byte == b';') {
                parameters += 1;
                if parameters == PARAMETERS {
                    let copy = cut.get_or_insert_default();
                    copy.extend_from_slice(&raw[kept..at + offset]);
                    copy.extend_from_slice(b"\r\n");
                }
            }
            if parameters >= PARAMETERS {
                kept = end;
            }
        }
        at = end;
    }
    if let Some(copy) = &mut cut {
        copy.extend_from_slice(&raw[kept..]);
    }
    cut
}

/// Where messages within messages, and digests of them, are announced, and the kind they are announced as.
fn nested_messages(raw: &[u8]) -> impl Iterator<Item = (usize, &'static [u8])> {
    // Slashes are rarer than letters in base64, and each kind has one.
    memchr_iter(b'/', raw).filter_map(|slash| {
        [RFC_822, GLOBAL, DIGEST].into_iter().find_map(|kind| {
            let at = slash.checked_sub(memchr(b'/', kind)?)?;
            let here = raw.get(at..at + kind.len())?;
            here.eq_ignore_ascii_case(kind).then_some((at, kind))
        })
    })
}

const RFC_822: &[u8] = b"message/rfc822";
const GLOBAL: &[u8] = b"message/global";
const DIGEST: &[u8] = b"multipart/digest";
/// Bytes around a type in which its transfer encoding is looked for.
const HEADERS_AROUND: usize = 4 * 1024;

/// The mail with encoded messages within it announced as [`ENCODED_MESSAGE`]; `None` where there are none.
fn hold_encoded_messages(raw: &[u8]) -> Option<Vec<u8>> {
    let mut held: Option<Vec<u8>> = None;
    let mut digests = Vec::new();
    for (at, kind) in nested_messages(raw).take(NESTED_MESSAGES + 1) {
        if kind == DIGEST {
            digests.push(at);
        } else if is_encoded(headers_around(raw, at)) {
            held.get_or_insert_with(|| raw.to_vec())[at..at + kind.len()]
                .copy_from_slice(ENCODED_MESSAGE.as_bytes());
        }
    }
    // The parts of a digest are messages without saying so: with encoded parts in the mail it is taken as a mixture.
    if !digests.is_empty() && is_encoded(raw) {
        let held = held.get_or_insert_with(|| raw.to_vec());
        for at in digests {
            held[at..at + DIGEST.len()].copy_from_slice(b"multipart/xigest");
        }
    }
    held
}

/// The headers a place stands in: between the blank lines or boundaries around it.
fn headers_around(raw: &[u8], at: usize) -> &[u8] {
    let start = at.saturating_sub(HEADERS_AROUND);
    let end = (at + HEADERS_AROUND).min(raw.len());
    let blank = |text: &[u8]| text.starts_with(b"\n\n") || text.starts_with(b"\n\r\n");
    let before = (start..at).rev().find(|place| blank(&raw[*place..])).unwrap_or(start);
    let after = (at..end).find(|place| blank(&raw[*place..])).unwrap_or(end);
    &raw[before..after]
}

/// Whether a header here says base64 or quoted-printable.
fn is_encoded(text: &[u8]) -> bool {
    const NAME: &[u8] = b"content-transfer-encoding";
    let is_named =
        |line: &[u8]| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let mut in_header = false;
    text.split(|byte| *byte == b'\n').any(|line| {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        in_header = is_named(line) || (in_header && is_folded);
        let lower = if in_header { line.to_ascii_lowercase() } else { Vec::new() };
        let has = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
        has(b"base64") || has(b"quoted-printable")
    })
}

fn limit(sentence: String) -> Problem {
    Problem::of_file(ProblemCode::LimitExceeded, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_headers_is_taken_away() {
        for front in ["\r\n\r\n", "From a@b Mon Jan 1\n", "\u{feff}", "\n>From x\n \n"] {
            let raw = format!("{front}Subject: a\r\n\r\nbody");
            assert_eq!(
                prepare(raw.as_bytes(), 100).raw.as_ref(),
                b"Subject: a\r\n\r\nbody",
                "{front:?}"
            );
        }
    }

    #[test]
    fn a_flood_of_parameters_is_cut_and_the_next_header_kept() {
        let flood = ";\r\n a=b".repeat(5_000);
        let raw =
            format!("Content-Type: text/plain{flood}\r\nSubject: a;b\r\n\r\nbody; with; marks");
        let guarded = prepare(raw.as_bytes(), 1 << 20);
        let text = String::from_utf8(guarded.raw.into_owned()).unwrap();
        assert!(
            text.ends_with("\r\nSubject: a;b\r\n\r\nbody; with; marks"),
            "{}",
            &text[text.len() - 80..]
        );
        assert_eq!(text.matches(';').count(), 999 + 3);
        assert_eq!(guarded.problems.len(), 1);
    }

    #[test]
    fn encoded_messages_are_held_back_and_others_not() {
        let part = |encoding: &str| {
            format!(
                "--x\r\nContent-Type: Message/RFC822\r\nContent-Transfer-Encoding:{encoding}\r\n\r\nbody\r\n"
            )
        };
        for (encoding, is_held) in
            [(" base64", true), ("\r\n Quoted-Printable", true), (" 7bit", false)]
        {
            let raw = format!("Subject: a\r\n\r\n{}", part(encoding));
            let guarded = prepare(raw.as_bytes(), 1 << 20);
            let text = String::from_utf8_lossy(&guarded.raw).into_owned();
            assert_eq!(text.contains(ENCODED_MESSAGE), is_held, "{encoding:?}");
            assert_eq!(text.len(), raw.len());
        }
    }

    #[test]
    fn long_headers_and_large_mails_keep_their_first_headers() {
        let raw = format!("Subject: a\r\nX: {}\r\n\r\nbody", "x".repeat(300_000));
        let guarded = prepare(raw.as_bytes(), 1 << 20);
        assert_eq!(guarded.raw.as_ref(), b"Subject: a\r\n\r\nbody");
        let guarded = prepare(b"Subject: a\r\n\r\nbody", 10);
        assert!(!guarded.body_is_safe);
        assert!(guarded.raw.starts_with(b"Subject: a"));
    }
}
