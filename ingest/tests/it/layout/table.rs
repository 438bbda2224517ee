//! Workbooks written as text, and extractions as lines, so that a test shows the sheet and what is read from it.

use std::sync::Arc;

use ingest::layout::{FileContext, extract};
use ingest::workbook::{Cell, CellValue, Epoch, Sheet, Visibility, Workbook, WorkbookFormat};
use jiff::civil::{Date, DateTime, Time, date};
use readings::{CellAddress, Extraction};

/// A sheet from lines of cells parted by `|`: numbers, ISO dates, `'text`, `=` for a formula without a value, `#...`
/// for an error, `<` merged with the cell to the left, `^` with the one above; anything else is text.
pub fn sheet(name: &str, lines: &str) -> Sheet {
    let mut cells = Vec::new();
    let mut merged: Vec<(CellAddress, CellAddress)> = Vec::new();
    for (row, line) in lines.trim_matches('\n').lines().enumerate() {
        for (column, text) in line.split('|').enumerate() {
            let index = |at: usize| u32::try_from(at).expect("a small sheet");
            let at = CellAddress::new(index(row), index(column));
            match text.trim() {
                "" => {}
                "<" | "^" => {
                    let up = text.trim() == "^";
                    let home = if up {
                        CellAddress::new(at.row - 1, at.column)
                    } else {
                        CellAddress::new(at.row, at.column - 1)
                    };
                    match merged.iter_mut().find(|(_, last)| *last == home) {
                        Some(range) => range.1 = at,
                        None => merged.push((home, at)),
                    }
                }
                text => cells.push(Cell { at, value: value(text) }),
            }
        }
    }
    Sheet {
        name: name.to_owned(),
        visibility: Visibility::Visible,
        epoch: Some(Epoch::Y1900),
        cells,
        merged,
    }
}

fn value(text: &str) -> CellValue {
    if let Some(text) = text.strip_prefix('\'') {
        return CellValue::Text(Arc::from(text));
    }
    if text == "=" {
        return CellValue::FormulaWithoutValue;
    }
    if text.starts_with('#') && text.ends_with('!') {
        return CellValue::Error(Arc::from(text));
    }
    if let Ok(number) = text.parse::<f64>()
        && text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    {
        return CellValue::Number(number);
    }
    let iso = text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    if iso && let Ok(at) = text.parse::<DateTime>() {
        return CellValue::DateTime(at);
    }
    if iso && let Ok(day) = text.parse::<Date>() {
        return CellValue::DateTime(day.to_datetime(Time::midnight()));
    }
    CellValue::Text(Arc::from(text))
}

/// A workbook of these sheets.
pub fn book(sheets: Vec<Sheet>) -> Workbook {
    Workbook { format: WorkbookFormat::Xlsx, sheets, problems: Vec::new() }
}

/// Reads a workbook in the summer of 2026.
pub fn read(workbook: &Workbook, file_name: &str) -> Extraction {
    let context = FileContext {
        file_name: Some(file_name.to_owned()),
        mail_subject: None,
        today: date(2026, 6, 30),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    };
    let extraction = extract(workbook, &context);
    assert!(extraction.adds_up(), "the account of rows must add up");
    extraction
}

/// Reads one sheet with a name that says nothing.
pub fn read_sheet(lines: &str) -> Extraction {
    read(&book(vec![sheet("Sheet1", lines)]), "file.xlsx")
}

/// One line per reading: cell, site, meter, period, quantity, unit, kind where it is not consumption.
pub fn lines(extraction: &Extraction) -> Vec<String> {
    extraction
        .readings
        .iter()
        .map(|reading| {
            let period = reading.period.map_or_else(String::new, |period| {
                let (start, end) = ingest::extract_csv::ends(period);
                format!("{start}..{end}")
            });
            let unit = reading.unit.as_ref().map_or("?", |unit| unit.text.as_ref());
            let kind = match reading.kind {
                readings::ReadingKind::Consumption => String::new(),
                kind => format!(" {kind}"),
            };
            format!(
                "{} {}/{} {period} {} {unit}{kind}",
                reading.cell,
                reading.site.as_deref().unwrap_or("?"),
                reading.meter.as_deref().unwrap_or("?"),
                reading.quantity
            )
        })
        .collect()
}

/// The codes of the problems, each once, sorted.
pub fn codes(extraction: &Extraction) -> Vec<&'static str> {
    let mut codes: Vec<&str> =
        extraction.problems.iter().map(|problem| problem.code.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Asserts what is read from one sheet.
#[track_caller]
pub fn reads(sheet: &str, expected: &[&str]) {
    let extraction = read_sheet(sheet);
    assert_eq!(lines(&extraction), expected, "problems: {:#?}", extraction.problems);
}

/// Asserts that nothing is read from one sheet, and why.
#[track_caller]
pub fn holds(sheet: &str, code: &str) {
    let extraction = read_sheet(sheet);
    assert_eq!(lines(&extraction), Vec::<String>::new(), "nothing may be read");
    assert!(codes(&extraction).contains(&code), "{code} is not among {:?}", extraction.problems);
}
