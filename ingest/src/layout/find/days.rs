//! Days across a row that are open one by one and certain together: `05/01/2024`, `02/02/2024`, `15/02/2024`.

use readings::profile::DateOrder;

use super::super::date::{self, DateText, OrderEvidence};
use super::super::heading::{Heading, HeadingPeriod};
use super::super::text::fold;
use super::super::words::{self, Word, WordSet};
use super::Finder;
use crate::workbook::{Cell, CellValue};

/// Fewest days whose order proves how they are written.
const FEWEST: usize = 3;

impl Finder<'_, '_> {
    /// Remembers which days the texts of a row are, where the row proves it: by one that can only be read in one way, or
    /// since they follow each other in one way alone.
    pub(super) fn settle_days(&mut self, cells: &[Cell]) {
        let days: Vec<(&str, DateText)> = cells
            .iter()
            .filter_map(|cell| match &cell.value {
                CellValue::Text(text) if text.len() < 40 => Some((&**text, date::read(text))),
                _ => None,
            })
            .filter(|(_, day)| {
                matches!(day, DateText::At(_) | DateText::Proves(..) | DateText::Either(..))
            })
            .collect();
        let open = |(_, day): &&(&str, DateText)| matches!(day, DateText::Either(..));
        if days.len() < FEWEST || !days.iter().any(|day| open(&day)) {
            return;
        }
        let Some(order) = order_of(&days) else { return };
        for (text, day) in days.iter().filter(open) {
            if let Some(at) = date::resolve(*day, Some(order)) {
                let mut heading = Heading::of(text);
                heading.period = Some(HeadingPeriod::At(at));
                self.remembered.insert((*text).to_owned(), heading.into());
            }
        }
    }
}

/// How many intervals of a day are counted across: hours, half-hours, quarters of an hour.
const INTERVALS: [usize; 3] = [24, 48, 96];

impl Finder<'_, '_> {
    /// The columns of intervals of a day whose headings are one text and a number that counts on, beside a heading of
    /// days: `kWh_1` to `kWh_48`, `HH1` to `HH48`.
    pub(super) fn counted_intervals(&mut self, cells: &[Cell]) -> Option<Vec<u32>> {
        if cells.len() <= INTERVALS[0] {
            return None;
        }
        let mut run: Vec<(u32, i16, String)> = Vec::new();
        let mut dated = false;
        for cell in cells {
            let CellValue::Text(text) = &cell.value else { continue };
            let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
            let number = text[before.len()..].parse::<i16>();
            let same = run.first().is_none_or(|(.., first)| first == before);
            match number {
                Ok(number) if same && run.last().is_none_or(|last| last.1 + 1 == number) => {
                    run.push((cell.at.column, number, before.to_owned()));
                }
                Ok(_) => return None,
                Err(_) => dated |= self.heading(&cell.value).words.has(Word::Date),
            }
        }
        let (_, first, before) = run.first()?;
        let bare = before.trim_end_matches(|c: char| !c.is_alphanumeric());
        let said = Heading::of(bare);
        let is_quantity = said.unit.is_some() && said.unknown.is_empty() && !said.supplies;
        let counts = INTERVALS.contains(&run.len()) && matches!(first, 0 | 1);
        if !(dated && counts && (is_quantity || words::names_interval(&fold(bare)))) {
            return None;
        }
        for (_, number, before) in &run {
            let text = format!("{before}{number}");
            let period = Some(HeadingPeriod::Number(*number));
            // What counts the intervals says nothing of the values below.
            let heading = Heading { period, words: WordSet::default(), ..said.clone() };
            self.remembered.insert(text, heading.into());
        }
        Some(run.into_iter().map(|(column, ..)| column).collect())
    }
}

fn order_of(days: &[(&str, DateText)]) -> Option<DateOrder> {
    let mut evidence = OrderEvidence::default();
    for (_, day) in days {
        evidence.see(*day);
    }
    if evidence != OrderEvidence::default() {
        return evidence.order();
    }
    let follow = |order: &DateOrder| {
        let days: Option<Vec<_>> =
            days.iter().map(|(_, day)| date::resolve(*day, Some(*order))).collect();
        days.is_some_and(|days| {
            days.windows(2).all(|pair| pair[0] < pair[1])
                || days.windows(2).all(|pair| pair[0] > pair[1])
        })
    };
    let mut possible = [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().filter(follow);
    match (possible.next(), possible.next()) {
        (Some(order), None) => Some(order),
        _ => None,
    }
}
