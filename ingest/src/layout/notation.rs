//! How a file writes numbers and days, where they can be read in two ways: proven by the file itself, else stated by a
//! person, else as earlier files of the same layout from the same sender prove it.

use std::collections::BTreeSet;

use readings::profile::DateOrder;
use readings::{EarlierNotation, Notation};

use super::date::OrderEvidence;
use super::find::Table;
use super::grid::Grid;
use super::number::MarkEvidence;
use super::order;
use crate::workbook::Sheet;

/// What the tables of a file prove.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proven {
    /// What all evidence agrees on.
    pub notation: Notation,
    /// The file has numbers with either mark.
    contradicts_mark: bool,
    /// The file has days in either order.
    contradicts_order: bool,
}

/// Proofs that all tables of a file share: a sender writes numbers and dates one way.
pub fn of_file(sheets: &[(&Sheet, Grid<'_>, Vec<Table>)]) -> Proven {
    let mut marks = MarkEvidence::default();
    let mut orders = OrderEvidence::default();
    for column in sheets.iter().flat_map(|(_, _, tables)| tables).flat_map(|table| &table.columns) {
        marks = marks.with(column.profile.marks);
        orders = orders.with(column.profile.orders);
    }
    let mut order = orders.order();
    let mut contradicts_order = order.is_none();
    if orders == OrderEvidence::default() {
        let rhythms: BTreeSet<DateOrder> = sheets
            .iter()
            .flat_map(|(_, grid, tables)| {
                tables.iter().filter_map(|table| {
                    order::by_spans(grid, table)
                        .or_else(|| order::by_rhythm(grid, table))
                        .or_else(|| order::by_registers(grid, table))
                })
            })
            .collect();
        if rhythms.len() == 1 {
            order = rhythms.first().copied();
        }
        contradicts_order = rhythms.len() > 1;
    }
    Proven {
        notation: Notation { decimal_mark: marks.mark(), date_order: order },
        contradicts_mark: marks.contradicts(),
        contradicts_order,
    }
}

/// What earlier files of a layout prove.
pub fn earlier(known: &[EarlierNotation], fingerprint: Option<&str>) -> Notation {
    let of_layout = known.iter().find(|one| Some(one.fingerprint.as_str()) == fingerprint);
    of_layout.map_or_else(Notation::default, |one| one.notation)
}

impl Proven {
    /// Completed by what a person has stated.
    #[must_use]
    pub fn or(self, stated: Notation) -> Self {
        let notation = Notation {
            decimal_mark: self.notation.decimal_mark.or(stated.decimal_mark),
            date_order: self.notation.date_order.or(stated.date_order),
        };
        Self { notation, ..self }
    }

    /// Completed by what earlier files prove. A file that contradicts itself is not like them, and asks.
    pub fn or_earlier(self, earlier: Notation) -> Notation {
        let Notation { decimal_mark, date_order } = earlier;
        let mark = decimal_mark.filter(|_| !self.contradicts_mark);
        let order = date_order.filter(|_| !self.contradicts_order);
        self.or(Notation { decimal_mark: mark, date_order: order }).notation
    }
}
