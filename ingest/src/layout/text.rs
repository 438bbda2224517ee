//! Text of cells, smoothed for people and folded for comparing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// White space of any kind as single spaces, none at the ends; invisible marks removed.
pub fn smooth(text: &str) -> String {
    if is_smooth(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_space(character) {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if ('\u{3380}'..='\u{33DF}').contains(&character) {
            // Units that Chinese, Japanese and Korean write as one character: `㎥`.
            out.extend(std::iter::once(character).nfkd());
        } else if !is_invisible(character) {
            out.push(character);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether nothing is to be smoothed, told at a glance; most texts are such.
fn is_smooth(text: &[u8]) -> bool {
    let mut before = b' ';
    for byte in text {
        if !(b' '..=b'~').contains(byte) || *byte == b' ' && before == b' ' {
            return false;
        }
        before = *byte;
    }
    before != b' ' || text.is_empty()
}

/// The form in which words are compared: lower case, no accents, digits of all scripts as 0 to 9, words that are
/// joined by capitals (`BillStartDate`) parted, everything but letters and digits a single space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lower_run = 0usize;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let starts_word = character.is_uppercase()
            && lower_run >= 2
            && characters.peek().is_none_or(|next| next.is_alphabetic() || !next.is_alphanumeric());
        if starts_word {
            push_space(&mut out);
        }
        lower_run = if character.is_lowercase() { lower_run + 1 } else { 0 };
        push_folded(&mut out, character);
    }
    out.truncate(out.trim_end().len());
    out
}

/// The value of a decimal digit of the scripts met in workbooks: ASCII, Arabic-Indic, Persian, Devanagari, full width.
pub fn digit_value(character: char) -> Option<u32> {
    let code = u32::from(character);
    [0x30, 0x660, 0x6F0, 0x966, 0xFF10]
        .into_iter()
        .find(|zero| (*zero..zero + 10).contains(&code))
        .map(|zero| code - zero)
}

/// Whether the character parts words or groups of digits without being seen.
pub fn is_space(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2060}')
}

/// Whether the character is drawn as nothing: marks of order and width, soft hyphens.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}'
    )
}

fn push_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn push_folded(out: &mut String, character: char) {
    if is_invisible(character) {
        return;
    }
    if let Some(digit) = digit_value(character).and_then(|value| char::from_digit(value, 10)) {
        out.push(digit);
        return;
    }
    if character.is_ascii() {
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else {
            push_space(out);
        }
        return;
    }
    for part in character.nfkd().filter(|part| !is_combining_mark(*part)) {
        for lower in part.to_lowercase().filter(|lower| !is_combining_mark(*lower)) {
            match lower {
                'ı' => out.push('i'),
                'ß' => out.push_str("ss"),
                'ł' => out.push('l'),
                'ø' => out.push('o'),
                'đ' => out.push('d'),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ـ' => {}
                lower if lower.is_alphanumeric() => out.push(lower),
                _ => push_space(out),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_scripts_fold_to_one_form() {
        for (text, folded) in [
            ("BillStartDate", "bill start date"),
            ("MeterID", "meter id"),
            ("kWh", "kwh"),
            ("Énergie  consommée\n(kWh)", "energie consommee kwh"),
            ("Ağustos", "agustos"),
            ("KASIM", "kasim"),
            ("Zählerstände", "zahlerstande"),
            ("Потребление, м³", "потребление м3"),
            ("أغسطس", "اغسطس"),
            ("２０２４ год", "2024 год"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn odd_spaces_are_smoothed() {
        assert_eq!(smooth("\u{feff} Office\u{a0}\r\n East "), "Office East");
        for (text, smoothed) in
            [(" a", "a"), ("a ", "a"), ("a  b", "a b"), ("a\tb", "a b"), ("a b", "a b"), ("", "")]
        {
            assert_eq!(smooth(text), smoothed, "{text:?}");
        }
    }
}
