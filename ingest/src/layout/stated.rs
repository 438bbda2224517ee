//! What a person has stated about a file, brought to bear where the file is read.
//!
//! The seam between the reading of layouts and the profiles of people: each function here is called at one place of
//! [`super::extract`], takes the profile that holds for the file, and changes nothing where the profile says nothing.

mod changed;
mod header;
mod table;
mod values;

use jiff::civil::Date;
use readings::profile::{Profile, TableProfile};
use readings::{Notation, Unit, UnitText};
use rust_decimal::Decimal;

use super::context::Surroundings;
use super::text::fold;
use super::unit::FoundUnit;
use crate::workbook::{Sheet, Visibility};

pub use changed::{changes_since, hold_changed};
pub use header::tables;
pub use table::Changed;
pub use values::{release, settle};

/// Whether a sheet is read: a hidden one only where a table of it is described.
pub fn reads(profile: &Profile, sheet: &Sheet) -> bool {
    if profile.skip_sheets.iter().any(|name| same_sheet(name, &sheet.name)) {
        return false;
    }
    let described = |table: &TableProfile| {
        table.sheet.as_deref().is_some_and(|name| same_sheet(name, &sheet.name))
    };
    sheet.visibility == Visibility::Visible || profile.tables.iter().any(described)
}

/// The notation that is stated.
pub fn notation(profile: &Profile) -> Notation {
    Notation { decimal_mark: profile.decimal_mark, date_order: profile.date_order }
}

/// What stands around a table, completed by what is stated.
pub fn surround(profile: &Profile, around: &mut Surroundings, today: Date) {
    around.unit = around.unit.take().or_else(|| profile.unit.map(found));
    around.commodity = around.commodity.or(profile.commodity);
    around.site = around.site.take().or_else(|| profile.site.clone());
    around.meter = around.meter.take().or_else(|| profile.meter.clone());
    around.spellings.extend(profile.units.iter().map(|(text, unit)| (fold(text), *unit)));
    if let Some(month) = profile.month {
        let year = profile.year.map(|year| year.of_month(month, today));
        around.month = Some((year.or(around.month.and_then(|(year, _)| year)), month));
    }
    if profile.kind.is_some() {
        around.not_measured = None;
        around.says_used = true;
    }
}

/// A unit that is stated rather than found.
fn found(unit: Unit) -> FoundUnit {
    FoundUnit { text: text(unit), factor: Decimal::ONE, ratio: false }
}

fn text(unit: Unit) -> UnitText {
    UnitText { text: unit.symbol().into(), unit: Some(unit) }
}

/// Sheets are found again by their name, whatever its case and spaces.
fn same_sheet(one: &str, other: &str) -> bool {
    one == other || fold(one) == fold(other)
}

/// Whether two headers name one column: by their words, or since both are periods and no more.
fn same_header(one: &str, other: &str) -> bool {
    use super::heading::Heading;
    let is_period = |text: &str| Heading::of(text).period.is_some();
    fold(one) == fold(other) || is_period(one) && is_period(other)
}
