//! Sheets as an Excel workbook.

use anyhow::Context;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Sheet};

/// Writes a workbook whose cells show days by `date_format`, such as `dd/mm/yyyy`.
pub fn write(sheets: &[Sheet], date_format: &str) -> anyhow::Result<Vec<u8>> {
    build(sheets, date_format).context("a workbook of the sample cannot be written")
}

/// A workbook with a value in the last cell that a sheet has, where a reader that fills the space between would fail.
pub fn far_cell() -> anyhow::Result<Vec<u8>> {
    let mut workbook = new_workbook()?;
    let sheet = workbook.add_worksheet();
    sheet.write_string(0, 0, "Meter")?;
    sheet.write_number(1_048_575, 16_383, 1.0)?;
    Ok(workbook.save_to_buffer()?)
}

fn build(sheets: &[Sheet], date_format: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook()?;
    let day = Format::new().set_num_format(date_format);
    for sheet in sheets {
        let worksheet = workbook.add_worksheet().set_name(&sheet.name)?;
        for (row, cells) in (0u32..).zip(&sheet.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                fill(worksheet, row, column, cell, &day)?;
            }
        }
        worksheet.set_column_width(0, 28)?;
    }
    workbook.save_to_buffer()
}

fn fill(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    day: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(words) => {
            sheet.write_string(row, column, words)?;
        }
        Cell::Number(value, places) => {
            let shown = match places {
                0 => "#,##0".to_owned(),
                places => format!("#,##0.{}", "0".repeat(usize::from(*places))),
            };
            sheet.write_number_with_format(
                row,
                column,
                *value,
                &Format::new().set_num_format(shown),
            )?;
        }
        Cell::Day(date) => {
            let year = u16::try_from(date.year()).unwrap_or(1900);
            let value = ExcelDateTime::from_ymd(
                year,
                date.month().unsigned_abs(),
                date.day().unsigned_abs(),
            )?;
            sheet.write_datetime_with_format(row, column, &value, day)?;
        }
    }
    Ok(())
}

/// The library would write down the present as the time of creation.
fn new_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2023, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    Ok(workbook)
}
