//! From and to as a title writes them out: `1 April 2024 to 30 April 2024`, `Du 1er janvier au 31 décembre 2023`.

use jiff::civil::{Date, DateTime, Time};

use super::super::text::fold;
use super::super::words;
use super::is_year;

/// A span of more days is that of a contract.
const MOST_DAYS: i32 = 366;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Day(i8),
    Month(i8),
    Year(i16),
    /// What stands between the first day and the last one.
    To,
    /// What stands inside of a date and says nothing.
    Filler,
}

fn part(word: &str) -> Option<Part> {
    const TO: [&str; 13] =
        ["to", "bis", "au", "a", "al", "ao", "do", "tot", "m", "по", "through", "until", "till"];
    const FILLERS: [&str; 9] = ["de", "del", "of", "the", "le", "t", "em", "г", "года"];
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    let is_ordinal = matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th" | "er");
    if let (Ok(number), true) = (digits.parse::<i16>(), is_ordinal) {
        return match i8::try_from(number) {
            Ok(day @ 1..=31) if digits.len() <= 2 => Some(Part::Day(day)),
            _ => (word.len() == 4 && is_year(number)).then_some(Part::Year(number)),
        };
    }
    if TO.contains(&word) {
        return Some(Part::To);
    }
    if FILLERS.contains(&word) {
        return Some(Part::Filler);
    }
    words::month(word).map(Part::Month)
}

/// The first and the last day of the one span that a text writes out with the names of months; of whole months where it
/// names no days. The year of the first may be left out, and so may its month.
pub fn span_written_out(text: &str) -> Option<(DateTime, DateTime)> {
    if text.chars().count() > 120 {
        return None;
    }
    let folded = fold(&text.replace(['-', '\u{2013}', '\u{2014}'], " to "));
    let mut runs: Vec<Vec<Part>> = vec![Vec::new()];
    for word in folded.split(' ') {
        match (part(word), runs.last_mut()) {
            (Some(Part::Filler), _) => {}
            (Some(part), Some(run)) => run.push(part),
            _ => runs.push(Vec::new()),
        }
    }
    let mut found = runs.iter().filter_map(|run| span(run));
    let (Some((first, last)), None) = (found.next(), found.next()) else { return None };
    let days = (last - first).get_days() + 1;
    let at = |day: Date| day.to_datetime(Time::midnight());
    (first < last && days <= MOST_DAYS).then(|| (at(first), at(last)))
}

fn span(run: &[Part]) -> Option<(Date, Date)> {
    use Part::{Day, Month, To, Year};
    // `Period: from 1 April ...`: what joins nothing.
    let start = run.iter().position(|part| *part != To)?;
    let run = &run[start..];
    let (first, last) = run.split_at(run.iter().position(|part| *part == To)?);
    let last = &last[1..];
    let of = |year: i16, month: i8, day: i8| Date::new(year, month, day).ok();
    let (end_year, end_month, end) = match *last {
        [Day(day), Month(month), Year(year)] | [Month(month), Day(day), Year(year)] => {
            (year, month, of(year, month, day)?)
        }
        [Month(month), Year(year)] if !first.iter().any(|part| matches!(part, Day(_))) => {
            (year, month, of(year, month, 1)?.last_of_month())
        }
        [Day(day), Year(year)] => {
            let [Month(month), Day(_)] = *first else { return None };
            (year, month, of(year, month, day)?)
        }
        _ => return None,
    };
    let has_days = matches!(last, [Day(_), ..] | [_, Day(_), ..]);
    // The year of the first month is not said again.
    let before = |month: i8| if month > end_month { end_year - 1 } else { end_year };
    let begin = match *first {
        [Day(day), Month(month), Year(year)] | [Month(month), Day(day), Year(year)] => {
            of(year, month, day)?
        }
        [Day(day), Month(month)] | [Month(month), Day(day)] => of(before(month), month, day)?,
        [Day(day)] => of(end_year, end_month, day)?,
        [Month(month), Year(year)] if !has_days => of(year, month, 1)?,
        [Month(month)] if !has_days => of(before(month), month, 1)?,
        _ => return None,
    };
    Some((begin, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_the_words_of_several_languages() {
        let read = |text: &str| {
            span_written_out(text)
                .map(|(a, b)| format!("{} {}", a.date(), b.date()))
                .unwrap_or_default()
        };
        for text in [
            "Period: 1 April 2024 - 30 April 2024",
            "Billing period 1st April 2024 to 30th April 2024",
            "April 1, 2024 to April 30, 2024",
            "1-30 April 2024",
            "1 to 30 April 2024",
            "1. April bis 30. April 2024",
            "du 1er avril au 30 avril 2024",
            "Del 1 de abril al 30 de abril de 2024",
        ] {
            assert_eq!(read(text), "2024-04-01 2024-04-30", "{text}");
        }
        assert_eq!(read("April 2022 to March 2023"), "2022-04-01 2023-03-31");
        assert_eq!(read("Consumption Jul - Jun 2024"), "2023-07-01 2024-06-30");
        assert_eq!(read("Zeitraum: Januar - Dezember 2023"), "2023-01-01 2023-12-31");
        for text in [
            "March 2023 and March 2024",
            "Flat 12, 30 April 2024",
            "April 2024",
            "Contract 1 April 2022 to 31 March 2025",
            "Report of 15 March 2024",
            "30 April 2024 to 1 April 2024",
        ] {
            assert_eq!(read(text), "", "{text}");
        }
    }
}
