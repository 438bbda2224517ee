//! What a person has said about the files of a sender, once, so that it need not be asked again.
//!
//! A profile with a fingerprint is the mapping of one layout: header rows, the part of every column, and the answers to
//! what the file leaves open. One without is what holds for all files of a sender. A statement fills what a file does
//! not say; a statement about a column or a table stands above what was recognised there. Rows and columns are written
//! as a spreadsheet shows them: rows from 1, columns as letters.

mod answer;
mod check;
mod column;
mod diff;
mod merge;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::commodity::Commodity;
use crate::extraction::{Extraction, ReadingKind};
use crate::unit::Unit;

pub use answer::{DateOrder, DecimalMark, Sign, StampMeaning, YearAnswer, YearSource};
pub use column::{ColumnName, ColumnRole, NotAColumn};
pub use diff::{HeaderDiff, headers_of};

/// What is said about the files of one sender.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// By which people know it; unique.
    pub name: String,
    /// An address, `@` and a domain, or the name of a source for files that came without a mail; empty: any sender.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sender: String,
    /// The layout it is about ([`Extraction::fingerprint`]); empty: all files of the sender.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
    /// The unit of quantities whose unit the file does not state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What is supplied, where the file does not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commodity: Option<Commodity>,
    /// The site, where the file does not name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The meter, where the file does not name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The zone of sites that are made by these files, an IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Which mark is the decimal mark, where the file does not prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    /// Whether the day or the month comes first, where the file does not prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// The year of months that are written without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<YearAnswer>,
    /// The month, 1 to 12, with which the year begins: earlier months are those of the next calendar year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_begins: Option<i8>,
    /// The month, 1 to 12, of values that name no period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<i8>,
    /// What a single date beside a value stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_means: Option<StampMeaning>,
    /// What the numbers are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReadingKind>,
    /// Whether the numbers are written with the other sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
    /// By what the numbers must be multiplied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiply_by: Option<Decimal>,
    /// Sheets that are not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip_sheets: Vec<String>,
    /// What the file's own spellings of units mean.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, Unit>,
    /// The tables.
    #[serde(rename = "table", skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableProfile>,
}

/// What is said about a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableProfile {
    /// The sheet it stands on; nothing: every sheet that has these headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The rows of its header, from 1; empty: as recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub header_rows: Vec<u32>,
    /// The first row of data, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_row: Option<u32>,
    /// The last row of data, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_row: Option<u32>,
    /// The site of all its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The meter of all its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// What is supplied, in all its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commodity: Option<Commodity>,
    /// The unit of all its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Its columns.
    #[serde(rename = "column", skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnProfile>,
}

/// What is said about a column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnProfile {
    /// Where it stood when it was mapped.
    pub column: ColumnName,
    /// Its header then, by which it is found again when it has moved.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// The part it plays; nothing: as recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<ColumnRole>,
    /// The unit of its numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What its numbers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commodity: Option<Commodity>,
    /// The site of its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The meter of its readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The period of its readings: a month `2024-03`, a month of an unsaid year `03`, or a year `2024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
}

impl Profile {
    /// Whether it is about one layout, and not about all files of a sender.
    pub fn is_mapping(&self) -> bool {
        !self.fingerprint.is_empty()
    }

    /// Whether it is about files of this sender (an address, or the name of a source).
    pub fn is_about(&self, origin: &str) -> bool {
        let (own, origin) = (self.sender.to_lowercase(), origin.to_lowercase());
        own.is_empty()
            || own == origin
            || own.starts_with('@') && origin.rfind('@').is_some_and(|at| origin[at..] == own)
    }

    /// A profile that says what was recognised, no more and no less; with `rows` also in which rows the headers stand.
    pub fn restating(extraction: &Extraction, rows: bool) -> Self {
        let tables = extraction.layouts.iter().map(|layout| TableProfile {
            sheet: Some(layout.sheet.clone()),
            header_rows: if rows {
                layout.header_rows.iter().map(|row| row + 1).collect()
            } else {
                Vec::new()
            },
            columns: layout
                .columns
                .iter()
                .map(|(column, role, header)| ColumnProfile {
                    column: ColumnName::new(*column),
                    header: header.clone(),
                    role: ColumnRole::from_code(role),
                    ..ColumnProfile::default()
                })
                .collect(),
            ..TableProfile::default()
        });
        Self {
            fingerprint: extraction.fingerprint.clone().unwrap_or_default(),
            tables: tables.collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
