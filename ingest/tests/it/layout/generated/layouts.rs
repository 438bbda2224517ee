//! The layouts that people send, each built with any words, notation and place of the unit.

mod across;
mod exports;
mod long;
mod series;
mod statistics;

use std::sync::Arc;

use ingest::workbook::CellValue;

use super::case::{Case, UnitPlace, Wish};
use super::notation::Paper;

/// Builds a workbook of one layout.
pub type Build = fn(&Wish) -> Case;

/// A layout, and whether it says enough to be read whole with any wish.
pub const LAYOUTS: &[(&str, Build)] = &[
    ("long bills", long::long_bills),
    ("long bills below notes", long::long_below_notes),
    ("long months", long::long_months),
    ("year and month columns", long::year_month_columns),
    ("wide months", across::wide_months),
    ("wide months dated", across::wide_months_dated),
    ("wide days", across::wide_days),
    ("month blocks across", across::month_blocks),
    ("site blocks downwards", across::site_blocks),
    ("year blocks downwards", across::year_blocks),
    ("transposed bill", across::transposed),
    ("registers with consumption", series::registers_beside),
    ("registers only", series::registers_only),
    ("hours", series::hours),
    ("intervals from to", series::intervals_from_to),
    ("date and time apart", series::date_and_time),
    ("daily", series::daily),
    ("side by side", long::side_by_side),
    ("sheet per machine and all", long::sheet_per_machine),
    ("grouped in the first column", long::grouped),
    ("commodities across", long::commodities_across),
    ("sheet per month", long::sheet_per_month),
    ("headers repeated", long::repeated_headers),
    ("merged header", exports::merged_header),
    ("meters across", exports::meters_across),
    ("names without heading", exports::names_without_heading),
    ("use and cost across", exports::use_and_cost_across),
    ("statistics by year", statistics::years_of_regions),
    ("sheets of sectors and their total", statistics::sheets_of_sectors),
    ("consumers beside consumption", statistics::consumers),
    ("costs alone", statistics::costs_alone),
    ("headings in no language", statistics::strange_headings),
    ("register months across", across::wide_registers),
];

fn sheet_name(wish: &Wish, unit: &str) -> String {
    match wish.unit {
        UnitPlace::SheetName => format!("{} {unit}", wish.words().used),
        _ => "Sheet1".to_owned(),
    }
}

fn heading(wish: &Wish, text: &str, unit: &str) -> String {
    match wish.unit {
        UnitPlace::Brackets => format!("{text} ({unit})"),
        UnitPlace::Comma => format!("{text}, {unit}"),
        _ => text.to_owned(),
    }
}

fn value(wish: &Wish, hundredths: u64, unit: &str) -> CellValue {
    match (wish.unit, wish.numbers.write(hundredths)) {
        (UnitPlace::Cell, CellValue::Text(text)) => {
            CellValue::Text(Arc::from(format!("{text} {unit}")))
        }
        (UnitPlace::Cell, CellValue::Number(number)) => {
            CellValue::Text(Arc::from(format!("{number} {unit}")))
        }
        (_, value) => value,
    }
}

/// The title above a table, where the unit is to stand there.
fn title(wish: &Wish, paper: &mut Paper, unit: &str) -> u32 {
    if wish.unit != UnitPlace::Title {
        return 0;
    }
    paper.text(0, 0, &format!("{} ({unit})", wish.words().used));
    2
}
