//! How a file writes numbers and days, where they can be read in two ways: proven by the file itself, else stated by a
//! person, else as earlier files of the same layout from the same sender prove it.

use std::collections::BTreeSet;

use readings::profile::{DateOrder as StatedOrder, DecimalMark as StatedMark};
use readings::{EarlierNotation, Notation as StatedNotation};

use super::date::{DateOrder, OrderEvidence};
use super::find::Table;
use super::grid::Grid;
use super::number::{DecimalMark, MarkEvidence};
use super::order;
use crate::workbook::Sheet;

/// Notation that holds for the whole file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Notation {
    /// The decimal mark, where one is known.
    pub mark: Option<DecimalMark>,
    /// The order of day and month, where one is known.
    pub order: Option<DateOrder>,
}

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
        notation: Notation { mark: marks.mark(), order },
        contradicts_mark: marks.contradicts(),
        contradicts_order,
    }
}

/// What earlier files of a layout prove.
pub fn earlier(known: &[EarlierNotation], fingerprint: Option<&str>) -> Notation {
    let of_layout = known.iter().find(|one| Some(one.fingerprint.as_str()) == fingerprint);
    of_layout.map_or_else(Notation::default, |one| one.notation.into())
}

impl Proven {
    /// Completed by what a person has stated.
    #[must_use]
    pub fn or(self, stated: Notation) -> Self {
        let Notation { mark, order } = self.notation;
        let notation = Notation { mark: mark.or(stated.mark), order: order.or(stated.order) };
        Self { notation, ..self }
    }

    /// Completed by what earlier files prove. A file that contradicts itself is not like them, and asks.
    pub fn or_earlier(self, earlier: Notation) -> Notation {
        let Notation { mark, order } = self.notation;
        Notation {
            mark: mark.or(earlier.mark.filter(|_| !self.contradicts_mark)),
            order: order.or(earlier.order.filter(|_| !self.contradicts_order)),
        }
    }
}

impl From<StatedNotation> for Notation {
    fn from(stated: StatedNotation) -> Self {
        Self {
            mark: stated.decimal_mark.map(|mark| match mark {
                StatedMark::Point => DecimalMark::Point,
                StatedMark::Comma => DecimalMark::Comma,
            }),
            order: stated.date_order.map(|order| match order {
                StatedOrder::DayFirst => DateOrder::DayFirst,
                StatedOrder::MonthFirst => DateOrder::MonthFirst,
            }),
        }
    }
}

impl From<Notation> for StatedNotation {
    fn from(notation: Notation) -> Self {
        Self {
            decimal_mark: notation.mark.map(|mark| match mark {
                DecimalMark::Point => StatedMark::Point,
                DecimalMark::Comma => StatedMark::Comma,
            }),
            date_order: notation.order.map(|order| match order {
                DateOrder::DayFirst => StatedOrder::DayFirst,
                DateOrder::MonthFirst => StatedOrder::MonthFirst,
            }),
        }
    }
}
