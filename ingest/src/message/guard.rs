//! Makes a raw mail safe to parse, and parseable.
//!
//! The parser for mail takes time quadratic in the parameters of one header, and recursion in messages within
//! messages; both are bounded before it sees the mail. What stands before the headers is taken away.

use std::borrow::Cow;

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
    if nested_messages(&safe) > NESTED_MESSAGES {
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
    while let Some(length) = raw[at..].iter().position(|byte| *byte == b'\n') {
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
        let end = raw[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(raw.len(), |length| at + length + 1);
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

fn nested_messages(raw: &[u8]) -> usize {
    raw.iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'm' | b'M'))
        .filter(|(at, _)| {
            [&b"message/rfc822"[..], b"message/global", b"multipart/digest"].iter().any(|kind| {
                raw.get(*at..at + kind.len()).is_some_and(|here| here.eq_ignore_ascii_case(kind))
            })
        })
        .count()
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
    fn long_headers_and_large_mails_keep_their_first_headers() {
        let raw = format!("Subject: a\r\nX: {}\r\n\r\nbody", "x".repeat(300_000));
        let guarded = prepare(raw.as_bytes(), 1 << 20);
        assert_eq!(guarded.raw.as_ref(), b"Subject: a\r\n\r\nbody");
        let guarded = prepare(b"Subject: a\r\n\r\nbody", 10);
        assert!(!guarded.body_is_safe);
        assert!(guarded.raw.starts_with(b"Subject: a"));
    }
}
