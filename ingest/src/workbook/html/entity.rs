//! References such as `&nbsp;` in a page.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Names that stand for characters beside the letters of Latin 1.
const NAMES: [(&str, char); 36] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("euro", '€'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("minus", '−'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("hellip", '…'),
    ("bull", '•'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("trade", '™'),
    ("Delta", 'Δ'),
    ("Sigma", 'Σ'),
    ("mu", 'μ'),
    ("le", '≤'),
    ("ge", '≥'),
];

/// The characters A0 to FF by their names, in order.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn \
    sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde \
    Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde \
    Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
    egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
    uacute ucirc uuml yacute thorn yuml";
/// Characters of a reference; a longer one is text.
const LONGEST: usize = 12;

/// The text with its references resolved; what is none stays as it is.
pub fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let length = rest
            .bytes()
            .take(LONGEST)
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
            .count();
        let name = &rest[..length];
        let closed = rest[length..].starts_with(';');
        match character(name) {
            // Without its semicolon only what cannot be the start of a longer word is a reference.
            Some(character) if closed || name.starts_with('#') || is_old(name) => {
                out.push(character);
                rest = &rest[length + usize::from(closed)..];
            }
            _ => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn is_old(name: &str) -> bool {
    matches!(name, "nbsp" | "amp" | "lt" | "gt" | "quot")
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return match code.ok()? {
            // Pages number these as Windows does.
            code @ 0x80..=0x9F => {
                let byte = [u8::try_from(code).ok()?];
                WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next()
            }
            code => char::from_u32(code).filter(|character| *character != '\0'),
        };
    }
    if let Some((_, character)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*character);
    }
    let place = LATIN_1.split_ascii_whitespace().position(|known| known == name)?;
    char::from_u32(0xA0 + u32::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_resolved_and_other_text_stays() {
        assert_eq!(LATIN_1.split_ascii_whitespace().count(), 96);
        for (text, expected) in [
            ("Z&auml;hler &amp; m&sup3;", "Zähler & m³"),
            ("&#228;&#xe4;&#x80;&yuml;", "ää€ÿ"),
            ("R&D; A & B &unknown; &amp", "R&D; A & B &unknown; &"),
            ("1&nbsp;000", "1\u{a0}000"),
            ("&#0;&#xD800;", "&#0;&#xD800;"),
        ] {
            assert_eq!(resolved(text), expected, "{text}");
        }
    }
}
