//! Days across a row that are open one by one and certain together: `05/01/2024`, `02/02/2024`, `15/02/2024`.

use readings::profile::DateOrder;

use super::super::date::{self, DateText, OrderEvidence};
use super::super::heading::{Heading, HeadingPeriod};
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
