//! Which of the formats written in angle brackets a text is.

use readings::Problem;

use super::cells::Workbook;
use super::limits::Limits;
use super::refusal::Refusal;
use super::{green_button, html, opendocument, spreadsheet_ml};

/// A format written in angle brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// A web page.
    Html,
    /// A table of Excel 2003.
    SpreadsheetMl,
    /// Interval readings of a utility.
    GreenButton,
    /// An open document table without its archive.
    OpenDocument,
    /// Another XML file, with what it is.
    Other(&'static str),
}

/// Characters that are looked at for the first element and its namespaces; comments and licences stand before it.
const HEAD: usize = 64 * 1024;

/// The format, where the text begins with an angle bracket.
pub fn of(text: &str) -> Option<Markup> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return None;
    }
    let end = (0..=HEAD.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = text[..end].to_lowercase();
    let root = root(&head);
    let root = root.rsplit(':').next().unwrap_or_default();
    let contains = |needle: &str| head.contains(needle);
    Some(match root {
        "workbook" if contains("urn:schemas-microsoft-com:office:spreadsheet") => {
            Markup::SpreadsheetMl
        }
        "document" if contains("office:spreadsheet") || contains("opendocument.spreadsheet") => {
            Markup::OpenDocument
        }
        _ if contains("naesb.org/espi") || contains("<intervalblock") => Markup::GreenButton,
        "html" | "head" | "body" | "table" | "meta" | "style" | "div" | "tr" | "title"
        | "center" | "font" | "p" | "h1" | "h2" | "h3" | "br" | "b" | "span" | "script"
        | "link" | "form" => Markup::Html,
        _ if contains("<html") || contains("<!doctype html") => Markup::Html,
        _ => Markup::Other(other(root, &head)),
    })
}

/// Reads a text of this format.
pub fn read(markup: Markup, text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    match markup {
        Markup::Html => html::read(text, limits),
        Markup::SpreadsheetMl => spreadsheet_ml::read(text, limits),
        Markup::GreenButton => green_button::read(text, limits),
        Markup::OpenDocument => opendocument::read_flat(text, limits),
        Markup::Other(sentence) => Err(Refusal::unsupported(sentence).problem()),
    }
}

/// Whether such a text is worth asking a person about.
pub fn is_table(markup: Markup, text: &str) -> bool {
    match markup {
        Markup::Html => html::is_table(text),
        Markup::SpreadsheetMl | Markup::GreenButton | Markup::OpenDocument => true,
        Markup::Other(_) => false,
    }
}

fn other(root: &str, head: &str) -> &'static str {
    if head.contains("gnumeric.org") {
        "This is a Gnumeric workbook."
    } else if root == "uof" || head.contains("schemas.uof.org") || head.contains("/uof/") {
        "This is a document in the Uniform Office Format."
    } else if root == "package" && head.contains("xmlpackage") {
        "This is an Office document in one XML file (flat OPC)."
    } else if root == "svg" {
        "This is a drawing (SVG)."
    } else {
        "This is an XML file."
    }
}

/// The name of the first element: what stands before it are declarations and comments.
fn root(head: &str) -> &str {
    let mut rest = head;
    loop {
        let Some(at) = rest.find('<') else { return "" };
        rest = &rest[at + 1..];
        let end = match rest {
            _ if rest.starts_with("!--") => "-->",
            _ if rest.starts_with('!') || rest.starts_with('?') => ">",
            _ => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
                    .unwrap_or(rest.len());
                return &rest[..length];
            }
        };
        let Some(after) = rest.find(end) else { return "" };
        rest = &rest[after + end.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_element_and_its_names() {
        for (text, expected) in [
            ("meter;kWh", None),
            ("\u{feff}\r\n<TABLE border=1><tr>", Some(Markup::Html)),
            ("<!-- made by <portal> --><!DOCTYPE html><html>", Some(Markup::Html)),
            (
                "<?xml version='1.0'?><ss:Workbook xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'>",
                Some(Markup::SpreadsheetMl),
            ),
            ("<feed xmlns:espi='http://naesb.org/espi'>", Some(Markup::GreenButton)),
            (
                "<office:document office:mimetype='application/vnd.oasis.opendocument.spreadsheet'>",
                Some(Markup::OpenDocument),
            ),
            ("<?xml version='1.0'?><invoice/>", Some(Markup::Other("This is an XML file."))),
            ("<", Some(Markup::Other("This is an XML file."))),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
