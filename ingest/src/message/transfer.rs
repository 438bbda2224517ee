//! Undoes the transfer encoding of a part, as far as the bytes allow.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr_iter;

use super::uuencode;

/// What came out of a part.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The bytes; what could be recovered where there is damage.
    pub content: Vec<u8>,
    /// What is wrong, as the end of a sentence.
    pub damage: Option<&'static str>,
}

/// Decodes a part by the encoding its header states.
///
/// A part without such a statement whose bytes are a workbook in base64 is decoded too: some relays lose the header.
pub fn decode(body: &[u8], encoding: Option<&str>) -> Decoded {
    match encoding {
        Some("base64") => base64(body),
        Some("quoted-printable") => Decoded { content: quoted_printable(body), damage: None },
        Some("uuencode" | "x-uuencode" | "x-uue" | "uue") => {
            match uuencode::files(body).into_iter().next() {
                Some(file) => Decoded { content: file.content, damage: file.damage },
                None => Decoded {
                    content: body.to_vec(),
                    damage: Some("says it is uuencoded but is not"),
                },
            }
        }
        _ if is_bare_base64(body) => base64(body),
        _ => Decoded { content: body.to_vec(), damage: None },
    }
}

/// A zip archive or a compound file in base64, by their first bytes.
fn is_bare_base64(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    (start.starts_with(b"UEsDB") || start.starts_with(b"0M8R4KGxGuE"))
        && start.iter().take(2_000).all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n')
        })
}

fn base64(body: &[u8]) -> Decoded {
    match STANDARD.decode(joined_lines(body)) {
        Ok(content) => Decoded { content, damage: None },
        Err(_) => damaged_base64(body),
    }
}

/// The lines without what ends them and the blanks around them.
fn joined_lines(body: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(body.len());
    let mut start = 0;
    for end in memchr_iter(b'\n', body).chain([body.len()]) {
        joined.extend_from_slice(body[start..end].trim_ascii());
        start = end + 1;
    }
    joined
}

/// What can be recovered of base64 that the rule does not allow, such as pieces that each end in padding.
fn damaged_base64(body: &[u8]) -> Decoded {
    let mut content = Vec::with_capacity(body.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut count = 0;
    let mut foreign = 0_usize;
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                // Concatenated pieces each end in padding.
                flush(&mut content, bits, count);
                (bits, count) = (0, 0);
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {
                foreign += 1;
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            flush(&mut content, bits, count);
            (bits, count) = (0, 0);
        }
    }
    flush(&mut content, bits, count);
    let damage = if foreign > 0 {
        Some("holds bytes that are no base64; they were left out")
    } else if count != 0 {
        Some("is cut off in the middle of its base64")
    } else {
        None
    };
    Decoded { content, damage }
}

fn flush(content: &mut Vec<u8>, bits: u32, count: usize) {
    if count < 2 {
        return;
    }
    let bytes = (bits << (6 * (4 - count))).to_be_bytes();
    content.extend_from_slice(&bytes[1..count]);
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let (text, end) = match line {
            [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => (text, &line[text.len()..]),
            text => (text, &line[line.len()..]),
        };
        // Spaces at the end of a line were added on the way.
        let text = text.trim_ascii_end();
        let (text, soft) = match text {
            [text @ .., b'='] => (text, true),
            text => (text, false),
        };
        let mut at = 0;
        while at < text.len() {
            let pair =
                text.get(at + 1..at + 3).and_then(|pair| Some((hex(pair[0])?, hex(pair[1])?)));
            if let (b'=', Some((high, low))) = (text[at], pair) {
                content.push(high << 4 | low);
                at += 3;
            } else {
                content.push(text[at]);
                at += 1;
            }
        }
        if !soft {
            content.extend_from_slice(end);
        }
    }
    content
}

/// The value of a hexadecimal digit.
pub(super) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The bytes of base64, damage ignored; for words in headers.
pub(super) fn base64_word(word: &[u8]) -> Vec<u8> {
    base64(word).content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_and_a_cut_is_named() {
        assert_eq!(
            decode(b"aGVs\r\nbG8=", Some("base64")),
            Decoded { content: b"hello".to_vec(), damage: None }
        );
        let cut = decode(b"aGVsb", Some("base64"));
        assert_eq!(cut.content, b"hel");
        assert!(cut.damage.is_some());
        assert_eq!(decode(b"aGVsbG8=\naGVsbG8=", Some("base64")).content, b"hellohello");
    }

    #[test]
    fn a_workbook_whose_encoding_was_lost_is_still_decoded() {
        assert!(decode(b"UEsDBBQABgAIAAAAIQ==", None).content.starts_with(b"PK\x03\x04"));
        assert_eq!(decode(b"UEsDB is not base64", None).content, b"UEsDB is not base64");
    }

    #[test]
    fn quoted_printable_keeps_line_ends_and_joins_soft_ones() {
        assert_eq!(
            decode(b"a=3Db=\r\nc=E4 \r\nd=ZZ", Some("quoted-printable")).content,
            b"a=bc\xE4\r\nd=ZZ"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            for encoding in ["base64", "quoted-printable", "uuencode"] {
                decode(&body, Some(encoding));
            }
        }
    }
}
