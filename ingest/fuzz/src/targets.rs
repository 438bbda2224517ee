//! What each target does with its bytes. The tests of `ingest` include this file and replay the corpora with it, so
//! that it compiles with the stable compiler.

use ingest::layout::{self, FileContext};
use ingest::message::{self, archive};
use ingest::workbook::{
    self, CellValue, Limits, Sheet, Visibility, Workbook, WorkbookFormat, may_be_workbook,
};

/// Limits small enough that meeting them is quick.
fn limits() -> Limits {
    const MIB: u64 = 1024 * 1024;
    Limits {
        file_bytes: MIB,
        archive_bytes: 8 * MIB,
        entry_bytes: 4 * MIB,
        shared_string_bytes: 4 * MIB,
        shared_strings: 100_000,
        cells: 200_000,
        merged_ranges: 1_000,
        sheets: 100,
        ..Limits::default()
    }
}

/// What a file is, and what is in it where it is an archive.
pub fn prescan(data: &[u8]) {
    let _ = may_be_workbook(data, None);
    if let Ok(Some(files)) = archive::open(Some("a.gz"), data, &limits()) {
        for file in files {
            let _ = may_be_workbook(&file.content, file.name.as_deref());
        }
    }
}

/// A mail into attachments.
pub fn mail(data: &[u8]) {
    let message = message::parse(data);
    for (place, attachment) in message.attachments.iter().enumerate() {
        assert_eq!(attachment.ordinal as usize, place);
        let _ = attachment.can_be_workbook();
    }
}

/// A file into cells: each sheet in order, no cell twice.
pub fn grid(data: &[u8]) {
    let Ok(workbook) = workbook::read(data, &limits()) else { return };
    for sheet in &workbook.sheets {
        assert!(sheet.cells.is_sorted_by(|a, b| a.at < b.at));
    }
}

/// A file into readings.
pub fn layout(data: &[u8]) {
    if let Ok(workbook) = workbook::read(data, &limits()) {
        extract(&workbook);
    }
}

/// Texts as quantities of a table.
pub fn numbers(data: &[u8]) {
    extract(&table(data, |row, text| format!("A\t2023-{:02}\t{text}", row % 12 + 1)));
}

/// Texts as periods of a table.
pub fn dates(data: &[u8]) {
    extract(&table(data, |row, text| format!("A\t{text}\t{row}")));
}

/// A table with a row for each text of the data: meter, month and quantity, parted by tabs.
fn table(data: &[u8], row: impl Fn(usize, &str) -> String) -> Workbook {
    let text = String::from_utf8_lossy(data);
    let mut lines = vec!["Meter\tMonth\tkWh".to_owned()];
    let texts = text.split(['\n', '\0']).take(200).enumerate();
    lines.extend(texts.map(|(number, text)| row(number, &text.replace('\t', " "))));
    let cells = (0..).zip(&lines).flat_map(|(row, line)| {
        (0..).zip(line.split('\t')).filter(|(_, text)| !text.is_empty()).map(
            move |(column, text)| {
                let at = format!("{}{}", ["A", "B", "C"][column], row + 1);
                workbook::Cell {
                    at: at.parse().expect("an address"),
                    value: CellValue::Text(text.into()),
                }
            },
        )
    });
    Workbook {
        format: WorkbookFormat::Csv,
        sheets: vec![Sheet {
            name: String::new(),
            visibility: Visibility::Visible,
            epoch: None,
            cells: cells.collect(),
            merged: Vec::new(),
        }],
        problems: Vec::new(),
    }
}

/// Every row has exactly one outcome.
fn extract(workbook: &Workbook) {
    let context = FileContext {
        file_name: Some("usage 2023.csv".to_owned()),
        mail_subject: None,
        today: jiff::civil::date(2026, 1, 1),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    };
    let extraction = layout::extract(workbook, &context);
    assert!(extraction.refused + extraction.not_data <= extraction.rows);
}
