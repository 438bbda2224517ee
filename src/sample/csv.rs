//! Sheets as CSV, as continental programs write it: semicolons and decimal commas.

use super::table::{Cell, Sheet};

/// How a program writes numbers and letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `1.234,5` in the Windows code page.
    German,
    /// `1 234,5` with a narrow no-break space, in UTF-8 with a byte order mark.
    French,
}

/// Writes the sheet; lines end as on Windows.
pub fn write(sheet: &Sheet, dialect: Dialect) -> Vec<u8> {
    let mut text = String::new();
    for row in &sheet.rows {
        let fields: Vec<String> = row.iter().map(|cell| field(cell, dialect)).collect();
        text.push_str(&fields.join(";"));
        text.push_str("\r\n");
    }
    match dialect {
        // The letters that occur have the same numbers in the code page as in Unicode.
        Dialect::German => {
            text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
        }
        Dialect::French => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
    }
}

fn field(cell: &Cell, dialect: Dialect) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(words) if words.contains([';', '"']) => {
            format!("\"{}\"", words.replace('"', "\"\""))
        }
        Cell::Text(words) => words.clone(),
        Cell::Number(value, places) => {
            let mark = match dialect {
                Dialect::German => '.',
                Dialect::French => '\u{202F}',
            };
            grouped(*value, *places, mark)
        }
        Cell::Day(date) => date.strftime("%d/%m/%Y").to_string(),
    }
}

/// A number with a decimal comma and a mark between thousands.
pub fn grouped(value: f64, places: u8, mark: char) -> String {
    let plain = format!("{value:.*}", usize::from(places));
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(mark);
        }
        text.push(digit);
    }
    if fraction.is_empty() { text } else { format!("{text},{fraction}") }
}
