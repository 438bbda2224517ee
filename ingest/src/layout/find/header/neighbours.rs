//! What a heading means is told by those beside it: a month that is a word as well, a meter that is called like a unit.

use super::super::super::heading::{self, Heading, HeadingPeriod};
use super::super::super::text::fold;
use super::super::super::words;

/// `M3` beside `M1` and `M4` is the name of a meter, and no unit.
pub(super) fn numbered_names(found: &mut [(u32, Heading)]) {
    let parted = |heading: &Heading| -> Option<(String, u32)> {
        let text = heading.text.trim();
        let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let stem = before.trim_end_matches([' ', '-', '_', '.']);
        (!stem.is_empty() && stem.chars().all(char::is_alphabetic))
            .then_some(())
            .and_then(|()| Some((fold(stem), text[before.len()..].parse().ok()?)))
    };
    let numbered: Vec<(String, u32)> =
        found.iter().filter_map(|(_, heading)| parted(heading)).collect();
    for (_, heading) in found.iter_mut().filter(|(_, heading)| heading.unit.is_some()) {
        let Some((stem, number)) = parted(heading) else { continue };
        // `m2` and `m3` alone are areas and volumes.
        let others = numbered.iter().filter(|(other, of)| *other == stem && *of != number);
        if others.clone().any(|(_, of)| !matches!(of, 2 | 3)) {
            *heading = Heading {
                text: heading.text.clone(),
                unknown: vec![fold(&heading.text)],
                ..Heading::default()
            };
        }
    }
}

/// Short names of months that are words as well, told by their neighbours: `May usage` beside `Jan usage` and `Feb usage`.
fn complete_by_words(found: &mut [(u32, Heading)]) {
    let told: Vec<(i8, String)> = found
        .iter()
        .filter(|(_, heading)| matches!(heading.period, Some(HeadingPeriod::Month(None, _))))
        .filter_map(|(_, heading)| heading::month_and_rest(&heading.text))
        .collect();
    for (_, heading) in found.iter_mut().filter(|(_, heading)| heading.period.is_none()) {
        let Some((month, rest)) = heading::month_and_rest(&heading.text) else { continue };
        let alike = told.iter().filter(|(_, other)| *other == rest).count();
        if alike >= 2 && !told.iter().any(|(other, of)| *other == month && *of == rest) {
            heading.period = Some(HeadingPeriod::Month(None, month));
        }
    }
}

/// Months whose names are misspelt or in no list, told by where they stand: in twelve neighbouring columns of words,
/// half of them and more months in their order, the others are the months between. A misspelt name next to a month
/// needs only to be one letter from the month that follows.
pub(super) fn complete_months(found: &mut [(u32, Heading)]) {
    let month = |heading: &Heading| match heading.period {
        Some(HeadingPeriod::Month(year, month)) => Some((year, month)),
        _ => None,
    };
    for start in 0..found.len().saturating_sub(11) {
        let run = &found[start..start + 12];
        let neighbours = run.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
        let known: Vec<(usize, Option<i16>, i8)> = run
            .iter()
            .enumerate()
            .filter_map(|(at, (_, heading))| month(heading).map(|(year, month)| (at, year, month)))
            .collect();
        let Some((_, year, _)) = known.first().copied() else { continue };
        let in_order = known.iter().all(|(at, own, month)| {
            usize::try_from(*month).is_ok_and(|m| m == at + 1) && *own == year
        });
        let words = run.iter().all(|(_, heading)| {
            month(heading).is_some()
                || heading.period.is_none()
                    && heading.words.is_empty()
                    && heading.unit.is_none()
                    && !heading.supplies
                    && !heading.money
                    && (1..=2).contains(&heading.unknown.len())
        });
        if neighbours && in_order && words && (6..12).contains(&known.len()) {
            for (number, (_, heading)) in (1i8..).zip(&mut found[start..start + 12]) {
                heading.period = Some(HeadingPeriod::Month(year, number));
            }
        }
    }
    complete_by_words(found);
    for at in 0..found.len() {
        let (_, heading) = &found[at];
        let [word] = heading.unknown.as_slice() else { continue };
        if heading.period.is_some() || !heading.words.is_empty() {
            continue;
        }
        let Some(near) = words::nearly_month(word) else { continue };
        let before = at.checked_sub(1).and_then(|at| month(&found[at].1));
        let after = found.get(at + 1).and_then(|(_, heading)| month(heading));
        // The year changes between December and January.
        let year = match (before, after) {
            (Some((year, 12)), _) if near == 1 => year.map(|year| year + 1),
            (Some((year, month)), _) if near == month + 1 => year,
            (_, Some((year, 1))) if near == 12 => year.map(|year| year - 1),
            (_, Some((year, month))) if month == near + 1 => year,
            _ => continue,
        };
        found[at].1.period = Some(HeadingPeriod::Month(year, near));
    }
}
