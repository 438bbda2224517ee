//! Intervals of a day across a row that are counted: `kWh_1` to `kWh_48`, `HH1` to `HH48`.

use super::super::date;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::text::fold;
use super::super::words::{self, Word, WordSet};
use super::Finder;
use crate::workbook::{Cell, CellValue};

/// How many intervals of a day are counted across: hours, half-hours, quarters of an hour.
const INTERVALS: [usize; 3] = [24, 48, 96];

/// Stands for what is before the numbers of hours.
const HOURS: &str = "hour";

/// Whether what stands before a number counts intervals of whatever length.
fn has_interval_name(text: &str) -> bool {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    words::names_interval(&fold(before.trim_end_matches(|c: char| !c.is_alphanumeric())))
}

impl Finder<'_, '_> {
    /// The columns of intervals of a day whose headings are one text and a number that counts on, beside a heading of
    /// days: `kWh_1` to `kWh_48`, `HH1` to `HH48`.
    pub(super) fn counted_intervals(&mut self, cells: &[Cell]) -> Option<Vec<u32>> {
        if cells.len() <= INTERVALS[0] {
            return None;
        }
        let mut run: Vec<(u32, i16, String, String)> = Vec::new();
        let mut dated = false;
        for cell in cells {
            let CellValue::Text(text) = &cell.value else { continue };
            // `H1 (kWh)`
            let name = text.split_once(" (").map_or(&**text, |(name, _)| name);
            let hour = date::hour_number(name).filter(|_| !has_interval_name(name));
            let before = if hour.is_some() {
                HOURS
            } else {
                text.trim_end_matches(|c: char| c.is_ascii_digit())
            };
            let number = hour.map_or_else(|| text[before.len()..].parse::<i16>(), Ok);
            let same = run.first().is_none_or(|(_, _, first, _)| first == before);
            match number {
                Ok(number) if same && run.last().is_none_or(|last| last.1 + 1 == number) => {
                    run.push((cell.at.column, number, before.to_owned(), text.to_string()));
                }
                Ok(_) => return None,
                Err(_) => dated |= self.heading(&cell.value).words.has(Word::Date),
            }
        }
        let (_, first, before, _) = run.first()?;
        let bare = before.trim_end_matches(|c: char| !c.is_alphanumeric());
        let said = Heading::of(bare);
        let is_quantity = said.unit.is_some() && said.unknown.is_empty() && !said.supplies;
        let counts = INTERVALS.contains(&run.len()) && matches!(first, 0 | 1);
        let are_hours = before == HOURS && run.len() == INTERVALS[0];
        let are_intervals = is_quantity || words::names_interval(&fold(bare));
        if !(dated && counts && (are_hours || before != HOURS && are_intervals)) {
            return None;
        }
        for (_, number, _, text) in &run {
            let text = text.clone();
            let period = Some(HeadingPeriod::Number(*number));
            // What counts the intervals says nothing of the values below.
            let unit = if are_hours { Heading::of(&text).unit } else { said.unit.clone() };
            let heading = Heading { period, unit, words: WordSet::default(), ..said.clone() };
            self.remembered.insert(text, heading.into());
        }
        Some(run.into_iter().map(|(column, ..)| column).collect())
    }
}
