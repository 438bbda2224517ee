//! File names from the parameters of a header.
//!
//! Own code, because names are what people know an attachment by and senders break every rule: backslashes of a
//! Windows path inside quotes, names folded inside the quotes, characters cut between two continuations, encoded
//! words where none are allowed.

use encoding_rs::{Encoding, UTF_8};

use super::transfer::{base64_word, hex};

/// The value of a parameter in the raw text of a header, decoded by whichever rule it follows.
pub fn value(header: &[u8], name: &str) -> Option<String> {
    let parameters = parameters(header);
    extended(&parameters, name).or_else(|| {
        let (_, value) = parameters.iter().find(|(key, _)| key == name)?;
        Some(words(value))
    })
}

/// The last component of a path, without control characters; none where nothing is left.
pub fn last_component(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    let clean = clean.trim();
    (!clean.is_empty() && clean != "." && clean != "..").then(|| clean.to_owned())
}

/// The parameters as written: name in lower case, value without its quotes and folds.
fn parameters(header: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for piece in split_outside_quotes(header).into_iter().skip(1) {
        let Some(equals) = piece.iter().position(|byte| *byte == b'=') else { continue };
        let key = String::from_utf8_lossy(&piece[..equals]).trim().to_ascii_lowercase();
        found.push((key, unquoted(piece[equals + 1..].trim_ascii())));
        if found.len() >= 1_000 {
            break;
        }
    }
    found
}

fn split_outside_quotes(header: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, &byte) in header.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                pieces.push(&header[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&header[start..]);
    pieces
}

/// Without quotes, comments behind them, and line breaks of folding. A backslash stays unless it escapes a quote or
/// another backslash: `C:\TEMP\x` is a path and not a sequence of escapes.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    };
    let mut content = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(b'"' | b'\\')) => content.extend(bytes.next()),
            (b'"', _) => break,
            (b'\r' | b'\n', _) => {}
            _ => content.push(byte),
        }
    }
    content
}

/// A value by RFC 2231: `name*=charset'language'%xx`, in one piece or numbered pieces that are joined before decoding.
fn extended(parameters: &[(String, Vec<u8>)], name: &str) -> Option<String> {
    let mut pieces: Vec<(u32, bool, &[u8])> = Vec::new();
    for (key, value) in parameters {
        let Some(rest) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('*')) else {
            continue;
        };
        let (number, encoded) = match rest.strip_suffix('*') {
            Some(number) => (number, true),
            None => (rest, rest.is_empty()),
        };
        let number = if number.is_empty() { 0 } else { number.parse().ok()? };
        pieces.push((number, encoded, value));
    }
    pieces.sort_by_key(|piece| piece.0);
    let mut encoding = UTF_8;
    let mut bytes = Vec::new();
    for (at, (_, encoded, value)) in pieces.iter().enumerate() {
        if !encoded {
            bytes.extend_from_slice(value);
            continue;
        }
        let mut text = *value;
        if at == 0 {
            let mut quotes = value.splitn(3, |byte| *byte == b'\'');
            if let (Some(label), Some(_), Some(rest)) =
                (quotes.next(), quotes.next(), quotes.next())
            {
                encoding = Encoding::for_label(label).unwrap_or(UTF_8);
                text = rest;
            }
        }
        percent_decode(text, &mut bytes);
    }
    let plain = pieces.iter().all(|piece| !piece.1);
    match (pieces.is_empty(), plain) {
        (true, _) => None,
        (_, true) => Some(words(&bytes)),
        _ => Some(encoding.decode_without_bom_handling(&bytes).0.into_owned()),
    }
}

fn percent_decode(text: &[u8], bytes: &mut Vec<u8>) {
    let mut at = 0;
    while at < text.len() {
        let pair = text.get(at + 1..at + 3).and_then(|pair| Some((hex(pair[0])?, hex(pair[1])?)));
        if let (b'%', Some((high, low))) = (text[at], pair) {
            bytes.push(high << 4 | low);
            at += 3;
        } else {
            bytes.push(text[at]);
            at += 1;
        }
    }
}

/// A text with encoded words by RFC 2047, which may stand within quotes though the rule forbids it.
fn words(value: &[u8]) -> String {
    let mut text = String::new();
    // Bytes of neighbouring words of one encoding are joined before decoding: characters are cut between them.
    let mut pending: Option<(&'static Encoding, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(start) = find(rest, b"=?") {
        let Some((encoding, bytes, after)) = word(&rest[start..]) else { break };
        let between = &rest[..start];
        if pending.is_none() || !between.iter().all(u8::is_ascii_whitespace) {
            flush(&mut text, pending.take());
            text.push_str(&plain(between));
        }
        match &mut pending {
            Some((same, content)) if *same == encoding => content.extend(bytes),
            other => {
                flush(&mut text, other.take());
                *other = Some((encoding, bytes));
            }
        }
        rest = after;
    }
    flush(&mut text, pending);
    text.push_str(&plain(rest));
    text
}

fn flush(text: &mut String, pending: Option<(&'static Encoding, Vec<u8>)>) {
    if let Some((encoding, bytes)) = pending {
        text.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }
}

fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One word `=?charset?B?...?=` at the start, its bytes, and what follows it.
fn word(text: &[u8]) -> Option<(&'static Encoding, Vec<u8>, &[u8])> {
    let inner = text.strip_prefix(b"=?")?;
    let mut parts = inner.splitn(3, |byte| *byte == b'?');
    let (label, method, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = find(rest, b"?=")?;
    let label = label.split(|byte| *byte == b'*').next()?;
    let encoding = Encoding::for_label(label).unwrap_or(UTF_8);
    let bytes = match method {
        b"B" | b"b" => base64_word(&rest[..end]),
        b"Q" | b"q" => {
            let mut bytes = Vec::new();
            let text: Vec<u8> = rest[..end]
                .iter()
                .map(|byte| match byte {
                    b'_' => b' ',
                    b'=' => b'%',
                    other => *other,
                })
                .collect();
            percent_decode(&text, &mut bytes);
            bytes
        }
        _ => return None,
    };
    Some((encoding, bytes, &rest[end + 2..]))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(header: &str) -> Option<String> {
        value(header.as_bytes(), "filename")
    }

    #[test]
    fn names_are_decoded_by_every_rule_and_against_it() {
        for (header, expected) in [
            ("attachment; filename=a.xlsx", "a.xlsx"),
            ("attachment; FILENAME = \"a b.xlsx\"; size=3", "a b.xlsx"),
            ("attachment; filename=\"a\r\n b.xlsx\"", "a b.xlsx"),
            ("attachment; filename=\"C:\\TEMP\\x.xls\"", "C:\\TEMP\\x.xls"),
            ("attachment; filename=\"say \\\"hi\\\".xls\"", "say \"hi\".xls"),
            ("attachment; filename*=UTF-8''Z%C3%A4hler.xlsx", "Zähler.xlsx"),
            ("attachment; filename*0*=UTF-8''Z%C3; filename*1*=%A4hler.xlsx", "Zähler.xlsx"),
            ("attachment; filename*1=\"b.xlsx\"; filename*0=\"a\"", "ab.xlsx"),
            ("attachment; filename=\"=?utf-8?Q?Z=C3=A4hler_1.xlsx?=\"", "Zähler 1.xlsx"),
            ("attachment; filename=\"=?iso-8859-1?B?5A==?= =?iso-8859-1?B?9g==?=.xls\"", "äö.xls"),
            ("attachment; filename==?utf-8?B?w6Q=?=", "ä"),
            ("attachment; filename=\"a.xlsx\"; filename*=utf-8''b.xlsx", "b.xlsx"),
        ] {
            assert_eq!(name(header).as_deref(), Some(expected), "{header}");
        }
        assert_eq!(name("attachment; name=x"), None);
    }

    #[test]
    fn only_the_last_component_of_a_path_stays() {
        for (path, expected) in [
            ("/etc/passwd", Some("passwd")),
            ("C:\\TEMP\\x.xls", Some("x.xls")),
            ("../..", None),
            ("a\u{0}b\n.xls", Some("ab.xls")),
            (" ", None),
        ] {
            assert_eq!(last_component(path).as_deref(), expected, "{path:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(header: Vec<u8>) {
            value(&header, "filename");
        }
    }
}
