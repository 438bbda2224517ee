//! A page into tags and text, without a tree: nothing nests in memory and every byte is looked at a bounded number of
//! times.

use std::borrow::Cow;

use super::entity;

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// An opening tag: its name in lower case, and its attributes as written.
    Open(String, &'a str),
    /// A closing tag.
    Close(String),
    /// Text between tags, references not resolved.
    Text(&'a str),
}

/// Elements whose content is no page: it ends only at their closing tag.
pub const RAW: [&str; 6] = ["script", "style", "title", "textarea", "xmp", "iframe"];
/// Characters of a tag that are looked through for its end; a quote that is never closed must not cost the page.
const LONGEST_TAG: usize = 16 * 1024;

/// The pieces of a page in order.
#[derive(Debug)]
pub struct Pieces<'a> {
    rest: &'a str,
    raw: Option<&'static str>,
}

impl<'a> Pieces<'a> {
    /// Begins at the start of the page.
    pub fn of(page: &'a str) -> Self {
        Self { rest: page, raw: None }
    }

    fn text(&mut self, length: usize) -> Piece<'a> {
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        Piece::Text(text)
    }

    /// Passes a comment, a declaration or a processing instruction.
    fn skip_declaration(&mut self) {
        let (after, end) = match self.rest.strip_prefix("<!--") {
            Some(after) => (after, "-->"),
            None => (&self.rest[1..], ">"),
        };
        self.rest = after.find(end).map_or("", |at| &after[at + end.len()..]);
    }

    fn tag(&mut self) -> Piece<'a> {
        let end = tag_end(self.rest);
        let inner = &self.rest[1..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        let length = inner
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .unwrap_or(inner.len());
        let name = inner[..length].to_ascii_lowercase();
        // A prefix is that of XHTML in another document.
        let name = name.rsplit(':').next().unwrap_or_default().to_owned();
        if closes {
            return Piece::Close(name);
        }
        let attributes = &inner[length..];
        if !attributes.trim_end().ends_with('/') {
            self.raw = RAW.into_iter().find(|raw| *raw == name);
        }
        Piece::Open(name, attributes)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some(name) = self.raw.take() {
            let length = closing(self.rest, name).unwrap_or(self.rest.len());
            return Some(self.text(length));
        }
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(at) = self.rest.find('<') else { return Some(self.text(self.rest.len())) };
            if at > 0 {
                return Some(self.text(at));
            }
            match self.rest.as_bytes().get(1) {
                Some(b'!' | b'?') => self.skip_declaration(),
                Some(b'/' | b'a'..=b'z' | b'A'..=b'Z') => return Some(self.tag()),
                // A mark that begins no tag is text.
                _ => {
                    let next = self.rest[1..].find('<').map_or(self.rest.len(), |at| at + 1);
                    return Some(self.text(next));
                }
            }
        }
    }
}

/// Where the closing tag of a raw element begins.
fn closing(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let start = from + at;
        let after = text.as_bytes().get(start + 2..start + 2 + name.len());
        if after.is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(start);
        }
        from = start + 2;
    }
    None
}

/// Where the tag at the start ends: at its `>` outside of quoted values, or at the first `>` where a quote stays open.
fn tag_end(text: &str) -> usize {
    let bytes = &text.as_bytes()[..text.len().min(LONGEST_TAG)];
    let mut quote = None;
    let mut after_equals = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return at,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            _ => {}
        }
        after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
    }
    text.find('>').unwrap_or(text.len())
}

/// The value of an attribute, references resolved; the first of that name counts.
pub fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let length = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .unwrap_or(rest.len())
            .max(1);
        let length = (length..=rest.len()).find(|at| rest.is_char_boundary(*at))?;
        let key = &rest[..length];
        rest = rest[length..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quoted = ['"', '\''].into_iter().find_map(|quote| {
                let inner = after.strip_prefix(quote)?;
                Some(inner.split_once(quote).unwrap_or((inner, "")))
            });
            (value, rest) = quoted.unwrap_or_else(|| {
                after.split_at(after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len()))
            });
        }
        if key.eq_ignore_ascii_case(name) {
            return Some(entity::resolved(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_comments_and_raw_text_are_told_apart() {
        let page = "<!DOCTYPE html><!-- <td> --><STYLE>a<b</STYLE>x < y<TD Class='a>b' nowrap colspan=2>1</td>";
        let pieces: Vec<_> = Pieces::of(page).collect();
        assert_eq!(
            pieces,
            [
                Piece::Open("style".to_owned(), ""),
                Piece::Text("a<b"),
                Piece::Close("style".to_owned()),
                Piece::Text("x "),
                Piece::Text("< y"),
                Piece::Open("td".to_owned(), " Class='a>b' nowrap colspan=2"),
                Piece::Text("1"),
                Piece::Close("td".to_owned()),
            ]
        );
        assert_eq!(attribute(" Class='a>b' nowrap colspan=2", "colspan").as_deref(), Some("2"));
        assert_eq!(attribute(" title=\"a &amp; b\"", "TITLE").as_deref(), Some("a & b"));
        assert_eq!(attribute(" a=1 b", "c"), None);
    }

    #[test]
    fn a_quote_that_stays_open_ends_with_the_tag() {
        let pieces: Vec<_> = Pieces::of("<td class=\"a>1</td>").collect();
        assert_eq!(pieces[1], Piece::Text("1"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(page in "[<>/a-z\"'=!?ä &;-]{0,80}") {
            for piece in Pieces::of(&page) {
                if let Piece::Open(_, attributes) = piece {
                    attribute(attributes, "x");
                }
            }
        }
    }
}
