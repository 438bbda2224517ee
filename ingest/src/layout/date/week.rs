//! Weeks by their number.

use super::super::text::fold;
use super::is_year;

/// The week of a cell, with its year where it stands there, counted as ISO 8601 counts: `KW 12`, `12/2024`, `2024-W12`.
/// A number alone is such a week where the heading says so.
pub fn week(text: &str, said_by_heading: bool) -> Option<(Option<i16>, i8)> {
    let folded = fold(text);
    let mut is_iso = said_by_heading;
    let (mut year, mut week) = (None, None);
    for token in folded.split(' ') {
        let digits = token.trim_start_matches("kw").trim_start_matches('w');
        is_iso |= token.starts_with("kw") || token == "kalenderwoche";
        is_iso |= token.len() > digits.len() && year.is_some();
        match (digits.len(), digits.parse::<i16>()) {
            (4, Ok(number)) if year.is_none() && is_year(number) => year = Some(number),
            (1 | 2, Ok(number)) if week.is_none() && (1..=53).contains(&number) => {
                week = i8::try_from(number).ok();
            }
            (0, _) => {}
            _ if token == "kalenderwoche" => {}
            _ => return None,
        }
    }
    week.filter(|_| is_iso).map(|week| (year, week))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_those_of_iso_8601_or_none() {
        for (text, said, want) in [
            ("12", true, Some((None, 12))),
            ("12", false, None),
            ("KW 12", false, Some((None, 12))),
            ("KW12/2024", false, Some((Some(2024), 12))),
            ("12. KW 2024", false, Some((Some(2024), 12))),
            ("2024-W05", false, Some((Some(2024), 5))),
            ("W05", false, None),
            ("Week 5", false, None),
            ("54", true, None),
            ("total", true, None),
        ] {
            assert_eq!(week(text, said), want, "{text}");
        }
    }
}
