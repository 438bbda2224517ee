//! Dates in longer texts: both ends of a range, days and months in a sentence.

use jiff::civil::{Date, DateTime, Time};

use super::super::text::{digit_value, fold, smooth};
use super::super::words;
use super::{DateText, is_year, read, resolve};

/// Both ends of `01.01.2024 - 31.01.2024`.
pub fn read_range(text: &str) -> Option<(DateText, DateText)> {
    // Names stand in most cells, and no date is without a digit.
    if !text.chars().any(|c| digit_value(c).is_some()) {
        return None;
    }
    let smoothed = smooth(text);
    let (first, rest) = smoothed.split_once(' ').unwrap_or_default();
    let text = if words::begins_span(&fold(first)) { rest } else { &smoothed };
    for separator in [
        " - ", " – ", " — ", " to ", " bis ", " au ", " al ", " a ", " do ", " по ", " tot ",
        " t/m ", " hasta ", " até ", " إلى ", " الى ", "–", "—", " / ", "-",
    ] {
        if let Some((first, second)) = text.split_once(separator) {
            let second_day = read(second);
            let ends = (with_year_of(first, second).unwrap_or_else(|| read(first)), second_day);
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

/// The first day of `01.01.-31.01.2024`, whose year stands after the second one only.
fn with_year_of(first: &str, second: &str) -> Option<DateText> {
    let first = first.trim().trim_end_matches('.');
    let mark = first.chars().find(|c| matches!(c, '.' | '/'))?;
    let digits =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let (day, month) = first.split_once(mark)?;
    let year = second.trim().rsplit(mark).next().filter(|year| year.len() == 4)?;
    (digits(day) && digits(month)).then(|| read(&format!("{day}{mark}{month}{mark}{year}")))
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
    let days: Vec<DateText> = smooth(text)
        .split([' ', ',', ';', '(', ')', '–', '—'])
        .map(|word| word.trim_matches([':', '.']))
        .filter(|word| word.matches(['.', '/', '-']).count() == 2)
        .map(read)
        .collect();
    let order = days.iter().find_map(|day| match day {
        DateText::Proves(_, order) => Some(*order),
        _ => None,
    });
    days.into_iter().filter_map(|day| resolve(day, order)).collect()
}

/// From and to which month a title speaks, no more than a year: `July 2023 - June 2024`, `01/04/2024 to 31/03/2025`,
/// `year ending 31 March 2025`. Year and month of both.
pub fn months_from_to(text: &str) -> Option<((i16, i8), (i16, i8))> {
    if text.chars().count() > 120 {
        return None;
    }
    let days: Vec<(i16, i8)> =
        days_inside(text).into_iter().map(|day| (day.year(), day.month())).collect();
    let stated = if days.is_empty() { months_and_years_inside(text) } else { days };
    let number = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month);
    match stated.as_slice() {
        [first, last] if (0..12).contains(&(number(*last) - number(*first))) => {
            Some((*first, *last))
        }
        [last] => {
            let first = if last.1 == 12 { (last.0, 1) } else { (last.0 - 1, last.1 + 1) };
            words::ends_year(&fold(text)).then_some((first, *last))
        }
        _ => None,
    }
}

/// Every month that stands beside its year in a text.
fn months_and_years_inside(text: &str) -> Vec<(i16, i8)> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let joins = |word: &str| matches!(word, "to" | "bis" | "a" | "au" | "al" | "do" | "tot" | "по");
    let whole = |word: &str| word.parse().ok().filter(|year| word.len() == 4 && is_year(*year));
    let found: Vec<(i16, i8)> = words
        .windows(2)
        .filter_map(|pair| Some((whole(pair[1])?, words::month(pair[0])?)))
        .collect();
    if let &[(year, last)] = found.as_slice() {
        // `Jul - Jun 2024`: the year of the first month is not said again.
        let at = words.iter().position(|word| whole(word).is_some()).unwrap_or_default();
        let mut before = words[..at.saturating_sub(1)].iter().rev().skip_while(|word| joins(word));
        if let Some(first) = before.next().and_then(|word| words::month(word)) {
            return vec![(if first > last { year - 1 } else { year }, first), (year, last)];
        }
    }
    if !found.is_empty() {
        return found;
    }
    // `Apr-23 to Mar-24`, `YE Mar-24`.
    let short = |word: &str| {
        let year = word.parse::<i16>().ok().filter(|year| word.len() == 2 && *year > 9)?;
        Some(2000 + year)
    };
    words.windows(2).filter_map(|pair| Some((short(pair[1])?, words::month(pair[0])?))).collect()
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
