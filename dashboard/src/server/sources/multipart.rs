//! The one file of a form (RFC 7578).

/// A file of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct UploadedFile<'a> {
    /// The last component of its name.
    pub name: String,
    /// Its bytes.
    pub content: &'a [u8],
}

/// The first part of the body that is a file.
pub fn file<'a>(content_type: &str, body: &'a [u8]) -> Option<UploadedFile<'a>> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("boundary="))?
        .trim_matches('"');
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let delimiter = format!("--{boundary}");
    let mut rest = &body[find(body, delimiter.as_bytes())? + delimiter.len()..];
    let end_of_part = format!("\r\n{delimiter}");
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, end_of_part.as_bytes())?;
        let (whole, after) = (&part[..end], &part[end + end_of_part.len()..]);
        let head_end = find(whole, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&whole[..head_end]);
        if let Some(name) = file_name(&head) {
            return Some(UploadedFile { name, content: &whole[head_end + 4..] });
        }
        rest = after;
    }
    None
}

/// The file name that the headers of a part state. Browsers write `"` as `%22`.
fn file_name(head: &str) -> Option<String> {
    let line =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let (_, after) = line.split_once("filename=\"")?;
    let name = after.split('"').next()?.replace("%22", "\"");
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    Some(last.chars().filter(|c| !c.is_control()).take(255).collect())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_among_the_fields() {
        let body = b"--x-1\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x-1\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"C:\\a\\M\xc3\xa4rz %22.csv\"\r\n\
            Content-Type: text/csv\r\n\r\na,b\r\n--x-2\r\n\r\n--x-1--\r\n";
        let found = file("multipart/form-data; boundary=x-1", body).expect("a file");
        assert_eq!((found.name.as_str(), found.content), ("März \".csv", &b"a,b\r\n--x-2\r\n"[..]));
        assert_eq!(file("multipart/form-data; boundary=\"y\"", body), None);
        assert_eq!(file("text/plain", body), None);
        assert_eq!(file("multipart/form-data; boundary=x-1", b"--x-1--"), None);
        assert_eq!(file("multipart/form-data; boundary=x-1", b"--x-1\r\nfilename=\"a"), None);
    }
}
