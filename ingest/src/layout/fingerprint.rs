//! What is kept about a recognised table: the parts of its columns, and a digest by which it is known again.

use readings::{Layout, LayoutKind};
use sha2::{Digest, Sha256};

use super::find::Table;
use super::role::Role;
use super::text::fold;

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
    let digest = Sha256::digest(words.join("\n").as_bytes());
    digest.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write;
        let _ = write!(text, "{byte:02x}");
        text
    })
}
