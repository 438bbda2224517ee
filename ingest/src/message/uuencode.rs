//! Uuencoded files, as a transfer encoding and in the middle of a letter.

/// A file found in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct UuFile {
    /// The name on its first line.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// What is wrong, as the end of a sentence.
    pub damage: Option<&'static str>,
}

/// The files between lines `begin 644 name` and `end`; what only looks like one is none.
pub fn files(text: &[u8]) -> Vec<UuFile> {
    let mut files = Vec::new();
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    while let Some(line) = lines.next() {
        let Some(name) = begin(line) else { continue };
        let mut content = Vec::new();
        let mut damage = Some("is cut off before its end");
        // Looking ahead on a copy: a letter may quote the first line without a file behind it.
        let mut ahead = lines.clone();
        for line in ahead.by_ref() {
            if line == b"end" {
                damage = None;
                break;
            }
            if !decode_line(line, &mut content) {
                break;
            }
        }
        if !content.is_empty() {
            lines = ahead;
            files.push(UuFile { name, content, damage });
        }
    }
    files
}

fn begin(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"begin ")?;
    let mode = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    if !(3..=4).contains(&mode) || rest.get(mode) != Some(&b' ') {
        return None;
    }
    let name = String::from_utf8_lossy(rest[mode..].trim_ascii()).into_owned();
    (!name.is_empty()).then_some(name)
}

/// Decodes one line; false where it is none.
fn decode_line(line: &[u8], content: &mut Vec<u8>) -> bool {
    let Some((&length, rest)) = line.split_first() else { return true };
    if !(b' '..=b'`').contains(&length) {
        return false;
    }
    let length = usize::from((length - b' ') & 63);
    let groups = length.div_ceil(3);
    // Spaces at the end may have been lost on the way; many more characters than the length says are no line.
    if rest.len() > groups * 4 + 4 || (groups > 0 && rest.is_empty()) {
        return false;
    }
    let value =
        |at: usize| u32::from(rest.get(at).copied().unwrap_or(b' ').wrapping_sub(b' ') & 63);
    let mut line = Vec::with_capacity(groups * 3);
    for group in 0..groups {
        let at = group * 4;
        let bits = value(at) << 18 | value(at + 1) << 12 | value(at + 2) << 6 | value(at + 3);
        line.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    content.extend_from_slice(&line[..length]);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_a_letter_is_found() {
        let text = b"Hello,\nbegin quoting\n\nbegin 644 cat.txt\n#0V%T\n`\nend\nRegards\n";
        let expected =
            UuFile { name: "cat.txt".to_owned(), content: b"Cat".to_vec(), damage: None };
        assert_eq!(files(text), [expected]);
    }

    #[test]
    fn a_cut_file_is_recovered_and_named() {
        let file = &files(b"begin 644 a\n#0V%T\n")[0];
        assert_eq!(file.content, b"Cat");
        assert!(file.damage.is_some());
    }

    #[test]
    fn words_are_no_file() {
        assert_eq!(
            files(b"begin 644 things at once\nand a line of prose follows that is long enough.\n"),
            []
        );
    }
}
