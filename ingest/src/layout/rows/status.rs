//! What a row says of its value: planned, a fee of a bill, estimated.

use super::super::grid::text_of;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Reader;
use super::columns::says_planned;
use crate::workbook::CellValue;

impl Reader<'_, '_> {
    /// Whether a column that names neither site nor meter says of the row that its value is not measured.
    pub(super) fn is_planned(&mut self, row: usize) -> bool {
        let columns: Vec<u32> = self
            .table
            .columns
            .iter()
            .filter(|column| {
                let says = matches!(column.role, Role::Label | Role::Statistic | Role::Estimated)
                    || column.role == Role::Ignored && column.heading.words.has(Word::Note);
                says && self.naming != Some(column.index)
            })
            .map(|column| column.index)
            .collect();
        columns.into_iter().any(|column| {
            self.text_at(row, column).is_some_and(|text| says_planned(&self.heading(&text)))
        })
    }

    /// Whether a row of a bill is one of its taxes, levies or fees.
    pub(super) fn is_charge(&self, row: usize) -> bool {
        self.saying.iter().filter(|(_, role)| *role != Role::Meter).any(|(column, _)| {
            self.text_at(row, *column).is_some_and(|text| words::is_part_of_a_bill(&fold(&text)))
        })
    }

    pub(super) fn estimated(&self, row: usize) -> bool {
        self.table.columns.iter().filter(|column| column.role == Role::Estimated).any(|column| {
            self.grid.cell(row, column.index).is_some_and(|cell| match &cell.value {
                CellValue::Boolean(flag) => *flag,
                value => {
                    let folded = fold(&text_of(value));
                    matches!(
                        folded.as_str(),
                        "yes"
                            | "y"
                            | "e"
                            | "est"
                            | "true"
                            | "oui"
                            | "ja"
                            | "si"
                            | "sim"
                            | "tak"
                            | "да"
                            | "evet"
                            | "نعم"
                    ) || words::estimated(&folded) == Some(true)
                        || folded.starts_with("estim")
                        || folded.starts_with("geschatz")
                        || folded.starts_with("stimat")
                }
            })
        })
    }
}
