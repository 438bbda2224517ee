//! Mails that are signed as a whole (S/MIME, `application/pkcs7-mime`): the content is taken out of the signature.
//!
//! The signature itself is not checked: who sent a mail is decided by the rules of its source. The container is CMS
//! (RFC 5652) in BER, read here as far as the content; definite and indefinite lengths and strings in pieces occur.

/// What such a container holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Container {
    /// Content with signatures.
    Signed(Vec<u8>),
    /// Content that only its receiver can read.
    Encrypted,
    /// Signatures of content that stands elsewhere, or another kind.
    Other,
    /// Not readable as a container.
    Damaged,
}

/// How deep elements within elements are followed.
const DEPTH: usize = 32;

const SEQUENCE: u8 = 0x30;
const OBJECT: u8 = 0x06;
const STRING: u8 = 0x04;
const STRING_IN_PIECES: u8 = 0x24;
const EXPLICIT: u8 = 0xA0;

const SIGNED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
const ENVELOPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
const ENCRYPTED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06";
const AUTHENTICATED_ENVELOPED: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";

/// Whether a part says that it is such a container, by its type or by its name.
pub fn is_named(content_type: &str, file_name: Option<&str>) -> bool {
    matches!(content_type, "application/pkcs7-mime" | "application/x-pkcs7-mime")
        || file_name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m"))
}

/// Opens a container.
pub fn open(bytes: &[u8]) -> Container {
    let Some((kind, inner)) = kind_and_inner(bytes) else { return Container::Damaged };
    match kind {
        SIGNED => content(inner).unwrap_or(Container::Damaged),
        ENVELOPED | ENCRYPTED | AUTHENTICATED_ENVELOPED => Container::Encrypted,
        _ => Container::Other,
    }
}

fn kind_and_inner(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut info = Elements(expect(&mut Elements(bytes), SEQUENCE)?);
    let kind = expect(&mut info, OBJECT)?;
    let inner = expect(&mut info, EXPLICIT).unwrap_or_default();
    Some((kind, inner))
}

/// The content of signed data, where it does not stand elsewhere; `None` where it is damaged.
fn content(signed: &[u8]) -> Option<Container> {
    let mut data = Elements(expect(&mut Elements(signed), SEQUENCE)?);
    // The version and the methods of digesting.
    data.next_element()?;
    data.next_element()?;
    let mut encapsulated = Elements(expect(&mut data, SEQUENCE)?);
    expect(&mut encapsulated, OBJECT)?;
    let Some(explicit) = expect(&mut encapsulated, EXPLICIT) else {
        return Some(Container::Other);
    };
    let mut content = Vec::new();
    let mut pieces = Elements(explicit);
    let (tag, bytes) = pieces.next_element()?;
    string(tag, bytes, &mut content, 0)?;
    Some(Container::Signed(content))
}

/// Gathers a string that may be in pieces, which may be in pieces.
fn string(tag: u8, bytes: &[u8], content: &mut Vec<u8>, depth: usize) -> Option<()> {
    match tag {
        STRING => content.extend_from_slice(bytes),
        STRING_IN_PIECES if depth < DEPTH => {
            let mut pieces = Elements(bytes);
            while !pieces.0.is_empty() {
                let (tag, bytes) = pieces.next_element()?;
                string(tag, bytes, content, depth + 1)?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn expect<'a>(elements: &mut Elements<'a>, wanted: u8) -> Option<&'a [u8]> {
    let (tag, content) = elements.next_element()?;
    (tag == wanted).then_some(content)
}

/// Elements one after the other.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn next_element(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, content, rest) = element(self.0, 0)?;
        self.0 = rest;
        Some((tag, content))
    }
}

/// The first element: its tag, its content, and what follows.
fn element(bytes: &[u8], depth: usize) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Tags of several bytes do not occur on the way to the content.
    if tag & 0x1F == 0x1F || depth > DEPTH {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    if first == 0x80 {
        let length = indefinite(rest, depth)?;
        return Some((tag, &rest[..length], &rest[length + 2..]));
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The length of content that ends with two zeros.
fn indefinite(bytes: &[u8], depth: usize) -> Option<usize> {
    let mut rest = bytes;
    while !rest.starts_with(b"\0\0") {
        (_, _, rest) = element(rest, depth + 1)?;
    }
    Some(bytes.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }

    fn open_ended(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, b"\0\0"].concat()
    }

    fn signed(wrap: fn(u8, &[u8]) -> Vec<u8>, content: &[u8]) -> Vec<u8> {
        let data = [0x06, 3, 0x2A, 3, 4];
        let encapsulated = wrap(SEQUENCE, &[data.as_slice(), content].concat());
        let inner = [&[0x02, 1, 1, 0x31, 0][..], &encapsulated, &[0x31, 0]].concat();
        let kind = [&[OBJECT, 9], SIGNED].concat();
        wrap(SEQUENCE, &[kind, wrap(EXPLICIT, &wrap(SEQUENCE, &inner))].concat())
    }

    #[test]
    fn content_is_taken_out_in_both_kinds_of_length() {
        let plain = wrap(EXPLICIT, &wrap(STRING, b"Subject: a\r\n\r\nbody"));
        let expected = Container::Signed(b"Subject: a\r\n\r\nbody".to_vec());
        assert_eq!(open(&signed(wrap, &plain)), expected);
        let pieces =
            [[STRING, 9].as_slice(), b"Subject: ", &[STRING, 9], b"a\r\n\r\nbody"].concat();
        let pieces = open_ended(EXPLICIT, &open_ended(STRING_IN_PIECES, &pieces));
        assert_eq!(open(&signed(open_ended, &pieces)), expected);
    }

    #[test]
    fn encrypted_and_detached_ones_are_told_apart() {
        let kind = [&[OBJECT, 9], ENVELOPED].concat();
        assert_eq!(open(&wrap(SEQUENCE, &kind)), Container::Encrypted);
        assert_eq!(open(&signed(wrap, b"")), Container::Other);
        assert_eq!(open(b"not BER at all"), Container::Damaged);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(cut in 0_usize..80, place in 0_usize..80, byte: u8) {
            let mut file = signed(open_ended, &open_ended(EXPLICIT, &wrap(STRING, b"text")));
            file.truncate(cut);
            if let Some(old) = file.get_mut(place) {
                *old = byte;
            }
            open(&file);
        }
    }
}
