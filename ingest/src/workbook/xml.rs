//! What the readers of XML share: attributes, references, and how damage is told.

use std::io::BufReader;

use quick_xml::events::BytesStart;
use quick_xml::{Reader, XmlVersion};
use readings::Problem;

use super::refusal::corrupt;

/// XML that is read from memory, event by event.
pub type Xml<'a> = Reader<BufReader<&'a [u8]>>;

/// A reader that is lenient where files of the field are: an ampersand that begins no reference is one, and the name
/// of a closing tag is not compared.
pub fn reader(content: &[u8]) -> Xml<'_> {
    let mut xml = Reader::from_reader(BufReader::new(content));
    let config = xml.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    xml
}

/// The value of the attribute with this local name.
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| attribute.normalized_value(XmlVersion::Explicit1_0).ok())
        .map(std::borrow::Cow::into_owned)
}

/// What stands for `&name;`; only the five names of XML and numbers are known, so nothing can be expanded.
pub fn resolved(name: &str) -> String {
    let code = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
    let code = code.or_else(|| name.strip_prefix('#').map(str::parse));
    match (name, code) {
        ("amp", _) => "&".to_owned(),
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        (_, Some(Ok(code))) => char::from_u32(code).map(String::from).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Damage of a part, or of the file where it is one part.
pub fn damaged(part: &str, error: &quick_xml::Error) -> Problem {
    corrupt(format!("The {part} is damaged: {error}."))
}
