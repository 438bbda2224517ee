//! What a row says of its value: planned, a fee of a bill, estimated.

use super::super::grid::text_of;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Reader;
use super::columns::says_planned;
use crate::workbook::CellValue;

/// Bytes of the longest text that is looked up: remarks are long, and each is another.
const LONGEST: usize = 60;

/// Whether a text may be nothing but a word for the state of its row: remarks with numbers are not looked up.
fn may_be_a_word(text: &str) -> bool {
    text.len() <= LONGEST && !text.bytes().any(|byte| byte.is_ascii_digit())
}

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
            self.text_at(row, column)
                .is_some_and(|text| may_be_a_word(&text) && says_planned(&self.heading(&text)))
        })
    }

    /// Whether a row of a bill is one of its taxes, levies or fees.
    pub(super) fn is_charge(&self, row: usize) -> bool {
        self.saying.iter().filter(|(_, role)| *role != Role::Meter).any(|(column, _)| {
            self.text_at(row, *column)
                .is_some_and(|text| text.len() <= LONGEST && words::is_part_of_a_bill(&fold(&text)))
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
