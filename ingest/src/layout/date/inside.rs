//! Dates in longer texts: both ends of a range, days and months in a sentence.

use jiff::civil::{Date, DateTime, Time};

use super::super::text::{digit_value, fold, smooth};
use super::super::words;
use super::{DateText, is_year, read};

/// Both ends of `01.01.2024 - 31.01.2024`.
pub fn read_range(text: &str) -> Option<(DateText, DateText)> {
    let text = smooth(text);
    for separator in [
        " - ", " – ", " — ", " to ", " bis ", " au ", " al ", " a ", " do ", " по ", " tot ", "–",
        "—", " / ", "-",
    ] {
        if let Some((first, second)) = text.split_once(separator) {
            let ends = (read(first), read(second));
            let day = |end: DateText| {
                matches!(end, DateText::At(_) | DateText::Proves(..) | DateText::Either(..))
            };
            if day(ends.0) && day(ends.1) {
                return Some(ends);
            }
            if let Some((first, last)) = months_with_years(ends) {
                return Some((DateText::At(first), DateText::At(last)));
            }
        }
    }
    None
}

/// From the first to the last day of two months that both have their year: `Jan-23 to Mar-23`.
fn months_with_years(ends: (DateText, DateText)) -> Option<(DateTime, DateTime)> {
    let (DateText::Month(Some(year), first), DateText::Month(Some(other), last)) = ends else {
        return None;
    };
    let start = Date::new(year, first, 1).ok()?;
    let end = Date::new(other, last, 1).ok()?.last_of_month();
    (start < end).then(|| (start.to_datetime(Time::midnight()), end.to_datetime(Time::midnight())))
}

/// The days that stand in a sentence as words of their own and can be read in one way only.
pub fn days_inside(text: &str) -> Vec<DateTime> {
    if text.chars().filter(|c| digit_value(*c).is_some()).count() < 6 {
        return Vec::new();
    }
    smooth(text)
        .split([' ', ',', ';', '(', ')', '–', '—'])
        .map(|word| word.trim_matches([':', '.']))
        .filter(|word| word.matches(['.', '/', '-']).count() == 2)
        .filter_map(|word| match read(word) {
            DateText::At(at) | DateText::Proves(at, _) => Some(at),
            _ => None,
        })
        .collect()
}

/// The one month with its year in a sentence: `Bill for the month of January 2023`. A month without its year beside it
/// is as often a name or a verb.
pub fn month_and_year_inside(text: &str) -> Option<(i16, i8)> {
    if text.chars().count() > 120 {
        return None;
    }
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !matches!(*word, "de" | "del" | "of" | "г" | "года"))
        .collect();
    let year =
        |word: &str| word.parse::<i16>().ok().filter(|year| word.len() == 4 && is_year(*year));
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let Some(month) = words::month(word) else { continue };
        let stated = words.get(at + 1).and_then(|next| year(next))?;
        if found.replace((stated, month)).is_some() {
            return None;
        }
    }
    found
}
