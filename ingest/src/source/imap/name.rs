//! Names of folders: the server's modified UTF-7 (RFC 3501 section 5.1.3) and what people read.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The name as the server spells it.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut special = Vec::new();
    let flush = |special: &mut Vec<u8>, encoded: &mut String| {
        if !special.is_empty() {
            encoded.push('&');
            encoded.push_str(&BASE64.encode(&*special));
            encoded.push('-');
            special.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut special, &mut encoded);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0; 2];
            special.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut special, &mut encoded);
    encoded
}

/// The name for people; one that is not well spelt stays as it is.
pub(super) fn decode(name: &str) -> String {
    try_decode(name).unwrap_or_else(|| name.to_owned())
}

fn try_decode(name: &str) -> Option<String> {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, after)) = rest.split_once('&') {
        decoded.push_str(plain);
        let (special, after) = after.split_once('-')?;
        if special.is_empty() {
            decoded.push('&');
        } else {
            let bytes = BASE64.decode(special).ok()?;
            let (pairs, []) = bytes.as_chunks::<2>() else { return None };
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            decoded.push_str(&char::decode_utf16(units).collect::<Result<String, _>>().ok()?);
        }
        rest = after;
    }
    decoded.push_str(rest);
    Some(decoded)
}

/// The name as a quoted text of a command.
pub(super) fn quoted(name: &str) -> String {
    let encoded = encode(name);
    format!("\"{}\"", encoded.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_the_standard_says() {
        for (name, spelt) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe & mehr", "Entw&APw-rfe &- mehr"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(encode(name), spelt);
            assert_eq!(decode(spelt), name);
        }
        assert_eq!(decode("R&D"), "R&D");
        assert_eq!(quoted("a\"b\\"), "\"a\\\"b\\\\\"");
    }
}
