//! What is kept about a recognised table: the parts of its columns, and a digest by which it is known again.

use readings::{Layout, LayoutKind};
use sha2::{Digest, Sha256};

use super::find::Table;
use super::grid::{Grid, text_of};
use super::heading::Heading;
use super::role::Role;
use super::text::fold;
use crate::workbook::{CellValue, Sheet};

/// Rows that hold something, of each sheet, by which a file without a recognised table is known again.
const SHAPE_ROWS: usize = 12;
/// Cells of such a row that are looked at.
const SHAPE_COLUMNS: usize = 60;

/// Describes a table.
pub fn layout(sheet: &str, table: &Table) -> Layout {
    let values = table.columns.iter().filter(|column| column.role.is_value()).count();
    let kind = match (table.part.is_some(), table.wide) {
        (true, _) => LayoutKind::Blocks,
        (_, true) => LayoutKind::Wide,
        (_, false) if values > 1 => LayoutKind::Transposed,
        _ => LayoutKind::Long,
    };
    let columns = table
        .columns
        .iter()
        .filter(|column| column.role != Role::Ignored || !column.heading.text.is_empty())
        .map(|column| (column.index, column.role.code().to_owned(), column.heading.text.clone()))
        .collect();
    Layout {
        sheet: sheet.to_owned(),
        kind,
        header_rows: table.header_rows.clone(),
        columns,
        rows: Vec::new(),
        fingerprint: fingerprint(table),
    }
}

/// A digest of the header's words in their order. Periods count as one word, however many stand in a row, so that next
/// month's file has the same.
fn fingerprint(table: &Table) -> String {
    let mut words: Vec<String> = Vec::new();
    for column in &table.columns {
        let word = if column.period.is_some() {
            "<period>".to_owned()
        } else {
            fold(&column.heading.text)
        };
        if !(column.period.is_some() && words.last() == Some(&word)) {
            words.push(word);
        }
    }
    hex(&words.join("\n"))
}

/// A digest of the layouts of a file, as they are recognised without anybody's help: of the tables, each counted once,
/// so that a further sheet of the same kind changes nothing; where there are none, of the words at the top of the
/// sheets.
pub fn of_file(sheets: &[(&Sheet, Grid<'_>, Vec<Table>)]) -> Option<String> {
    let mut tables: Vec<String> =
        sheets.iter().flat_map(|(_, _, tables)| tables).map(fingerprint).collect();
    tables.sort_unstable();
    tables.dedup();
    match tables.as_slice() {
        [] => {}
        [only] => return Some(only.clone()),
        several => return Some(hex(&several.join("\n"))),
    }
    let mut shape = String::new();
    for (_, grid, _) in sheets {
        for row in 0..grid.len().min(SHAPE_ROWS) {
            for cell in grid.cells(row).iter().take(SHAPE_COLUMNS) {
                let CellValue::Text(text) = &cell.value else { continue };
                let says_when = Heading::of(text).period.is_some();
                let words: String = fold(&text_of(&cell.value))
                    .chars()
                    .filter(|letter| !letter.is_numeric())
                    .collect();
                shape.push_str(if says_when { "<period>" } else { &words });
                shape.push('|');
            }
            shape.push('\n');
        }
    }
    let says_something = shape.chars().any(char::is_alphabetic);
    let any_cell = sheets.iter().any(|(sheet, ..)| !sheet.cells.is_empty());
    (says_something || any_cell).then(|| hex(&shape))
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write;
        let _ = write!(text, "{byte:02x}");
        text
    })
}
