//! Hours of a day as tables count them: `HE 1`, `H01`, `1h`, `00 - 01`, `12 AM`.

use super::super::text::fold;
use super::super::words;

/// The number of an hour: from 0, where it is the hour that begins then, or from 1, as the others of its table tell.
pub fn hour_number(text: &str) -> Option<i16> {
    if text.len() > 20 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [one] => alone(one),
        [hour, half @ ("am" | "pm")] => twelve(number(hour)?, half),
        [unit, hour] if words::names_hour(unit) || *unit == "h" => number(hour),
        [hour, unit] if words::names_hour(unit) || *unit == "h" => number(hour),
        [from, to] | [from, "to" | "bis" | "a", to] => follows(from, to),
        _ => None,
    }
}

/// One word: `H01`, `1h`, `HE7`, `12am`.
fn alone(word: &str) -> Option<i16> {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let letters: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    let in_one_piece = word.contains(&digits);
    match letters.as_str() {
        half @ ("am" | "pm") if word.ends_with(half) => twelve(number(&digits)?, half),
        unit if in_one_piece && (unit == "h" || words::names_hour(unit)) => number(&digits),
        _ => None,
    }
}

/// From an hour to the next.
fn follows(from: &str, to: &str) -> Option<i16> {
    let hour = |word: &str| number(word.trim_end_matches('h'));
    let (from, to) = (hour(from)?, hour(to)?);
    (to == from + 1 || from == 23 && to == 0).then_some(from)
}

fn number(digits: &str) -> Option<i16> {
    digits.parse().ok().filter(|hour| digits.len() <= 2 && (0..=24).contains(hour))
}

fn twelve(hour: i16, half: &str) -> Option<i16> {
    (1..=12).contains(&hour).then(|| hour % 12 + if half == "pm" { 12 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_in_many_ways() {
        for (text, hour) in [
            ("HE 1", Some(1)),
            ("H01", Some(1)),
            ("1h", Some(1)),
            ("h00", Some(0)),
            ("Hour 24", Some(24)),
            ("00 - 01", Some(0)),
            ("00h-01h", Some(0)),
            ("23-24", Some(23)),
            ("12 AM", Some(0)),
            ("1 PM", Some(13)),
            ("H25", None),
            ("01", None),
            ("2023", None),
            ("3 - 7", None),
            ("B12", None),
        ] {
            assert_eq!(hour_number(text), hour, "{text}");
        }
    }
}
