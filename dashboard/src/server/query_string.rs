//! Names and values in addresses and forms.

use crate::alert_filter::encode;

/// Reads `a=1&b=2`, undoing the escapes. What is not UTF-8 is read as far as it goes.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The first value of a name.
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// One name and its value, escaped.
pub fn encode_one(name: &'static str, value: &str) -> String {
    encode(&[(name, value.to_owned())])
}

/// An address of this site, for a redirect: it starts with one slash. Anything else leads to the first page.
pub fn local(address: Option<&str>) -> &str {
    match address {
        Some(address)
            if address.starts_with('/')
                && !address[1..].starts_with(['/', '\\'])
                && !address.contains(|sign: char| sign.is_control()) =>
        {
            address
        }
        _ => "/",
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Option<Vec<u32>> =
                    rest.clone().take(2).map(|digit| char::from(digit).to_digit(16)).collect();
                match digits.as_deref() {
                    Some([high, low]) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                        rest.nth(1);
                    }
                    _ => bytes.push(b'%'),
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_broken_ones_kept() {
        let read = pairs("q=Nord+%26+S%C3%BCd&empty=&flag&bad=5%&worse=%zz");
        let found = |name| value(&read, name);
        assert_eq!(found("q"), Some("Nord & Süd"));
        assert_eq!(found("empty"), Some(""));
        assert_eq!(found("flag"), Some(""));
        assert_eq!(found("bad"), Some("5%"));
        assert_eq!(found("worse"), Some("%zz"));
        assert_eq!(found("none"), None);
    }

    #[test]
    fn only_addresses_of_this_site_are_followed() {
        assert_eq!(local(Some("/alerts?page=2")), "/alerts?page=2");
        for other in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\r\nX: 1"]
        {
            assert_eq!(local(Some(other)), "/", "{other:?}");
        }
        assert_eq!(local(None), "/");
    }
}
