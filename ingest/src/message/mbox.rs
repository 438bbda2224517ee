//! Several mails in one file (mbox): each begins with a line `From `.

/// The mails of a file; one where it is a single mail, with or without such a line before it.
///
/// A line `From ` in a letter begins no mail: before it stands a blank line, in it a year, and after it a header.
pub fn split(raw: &[u8]) -> Vec<&[u8]> {
    let mut mails = Vec::new();
    if !is_start(raw) {
        return vec![raw];
    }
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = raw[at..].windows(LINE.len()).position(|window| window == LINE) {
        let line = at + found + 1;
        let before = &raw[start..line];
        let after_blank = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        if after_blank && is_start(&raw[line..]) {
            mails.push(before);
            start = line;
        }
        at = line;
    }
    mails.push(&raw[start..]);
    mails
}

const LINE: &[u8] = b"\nFrom ";

/// Whether a mail of an mbox begins here.
fn is_start(text: &[u8]) -> bool {
    const LONGEST_LINE: usize = 300;
    let head = &text[..text.len().min(LONGEST_LINE)];
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else { return false };
    let (line, next) = (&head[..end], &text[end + 1..]);
    let has_year = line.split(|byte| !byte.is_ascii_digit()).any(|digits| {
        digits.len() == 4 && (digits.starts_with(b"19") || digits.starts_with(b"20"))
    });
    let name = next
        .iter()
        .take(80)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
        .count();
    line.starts_with(b"From ") && has_year && name > 0 && next.get(name) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_parted_and_letters_are_not() {
        let one =
            "From a@b Tue Jan  2 10:00:00 2024\nSubject: a\n\nFrom here on, in 2023:\nFrom me\n\n";
        let two = "From c Tue Jan  2 10:00:00 2024\r\nSubject: b\r\n\r\nbody\r\n";
        let both = format!("{one}{two}");
        assert_eq!(split(both.as_bytes()), [one.as_bytes(), two.as_bytes()]);
        assert_eq!(split(b"Subject: a\n\nFrom c 2024\nX: y\n").len(), 1);
    }
}
