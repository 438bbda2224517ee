//! What a person says about a file, from the first look to what is saved.

use readings::problem::ProblemCode;
use readings::profile::{ColumnName, ColumnProfile, HeaderDiff, Profile, TableProfile};

use crate::views::mapping::{OpenedFile, Window};

/// The draft of the first look: what is kept for this layout, else what was recognised.
pub fn first(file: &OpenedFile) -> Profile {
    if let Some(kept) = &file.kept {
        return completed(kept.profile.clone(), file);
    }
    Profile {
        name: name(file),
        sender: file.origin.clone(),
        tables: condensed(file.restated.tables.clone()),
        ..file.restated.clone()
    }
}

/// A name that tells layouts of one sender apart.
fn name(file: &OpenedFile) -> String {
    let layout: String = file.fingerprint.iter().flat_map(|text| text.chars()).take(6).collect();
    let origin = if file.origin.is_empty() { "any sender" } else { &file.origin };
    format!("{origin}, layout {layout}")
}

/// Tables that say the same on several sheets are said once, for every sheet; so is the only table.
fn condensed(tables: Vec<TableProfile>) -> Vec<TableProfile> {
    let mut said: Vec<TableProfile> = Vec::new();
    for table in tables {
        match said.iter_mut().find(|other| other.columns == table.columns) {
            Some(other) => other.sheet = None,
            None => said.push(table),
        }
    }
    if let [only] = said.as_mut_slice() {
        only.sheet = None;
    }
    said
}

/// The draft with the headers of the file that was read by it, and with its recognised columns.
pub fn completed(draft: Profile, file: &OpenedFile) -> Profile {
    let mut draft = draft;
    if draft.tables.is_empty() {
        draft.tables = condensed(file.restated.tables.clone());
        return draft;
    }
    for table in &mut draft.tables {
        let found = file
            .restated
            .tables
            .iter()
            .filter(|found| table.sheet.is_none() || table.sheet == found.sheet);
        let fitting = found.max_by_key(|found| {
            let stands = |column: &&ColumnProfile| {
                found.columns.iter().any(|one| {
                    one.column == column.column
                        && (column.header.is_empty() || one.header == column.header)
                })
            };
            table.columns.iter().filter(stands).count()
        });
        let Some(found) = fitting else { continue };
        for column in &found.columns {
            match table.columns.iter_mut().find(|known| known.column == column.column) {
                Some(known) if known.header.is_empty() => known.header.clone_from(&column.header),
                Some(_) => {}
                None => table.columns.push(column.clone()),
            }
        }
        table.columns.sort_by_key(|column| column.column);
    }
    draft
}

/// An old mapping brought to the new columns: what has moved or was renamed keeps its part, what is new has the part
/// that was recognised.
pub fn remapped(file: &OpenedFile, old: &Profile, diff: &HeaderDiff) -> Profile {
    let new_place = |column: ColumnName, header: &str| -> Option<(ColumnName, String)> {
        let moved = diff.moved.iter().find(|(from, ..)| *from == column);
        let renamed = diff.renamed.iter().find(|(place, ..)| *place == column);
        let gone = diff.removed.iter().any(|(place, _)| *place == column);
        match (moved, renamed) {
            (Some((_, to, name)), _) => Some((*to, name.clone())),
            (None, Some((place, _, name))) => Some((*place, name.clone())),
            (None, None) if gone => None,
            (None, None) => Some((column, header.to_owned())),
        }
    };
    let tables = old.tables.iter().map(|table| TableProfile {
        header_rows: Vec::new(),
        columns: table
            .columns
            .iter()
            .filter_map(|column| {
                let (place, header) = new_place(column.column, &column.header)?;
                Some(ColumnProfile { column: place, header, ..column.clone() })
            })
            .collect(),
        ..table.clone()
    });
    Profile {
        name: name(file),
        sender: old.sender.clone(),
        fingerprint: file.fingerprint.clone().unwrap_or_default(),
        tables: tables.collect(),
        ..old.clone()
    }
}

/// Which table of the draft stands on the sheet that is shown.
pub fn table_of(draft: &Profile, file: &OpenedFile, window: Window, wanted: usize) -> usize {
    let sheet = file.sheets.get(window.sheet).map(|sheet| sheet.name.as_str());
    let is_here =
        |table: &TableProfile| table.sheet.as_deref().is_none_or(|name| Some(name) == sheet);
    if draft.tables.get(wanted).is_some_and(is_here) {
        return wanted;
    }
    draft.tables.iter().position(is_here).unwrap_or(draft.tables.len())
}

/// The questions that this answers beyond what was said before.
pub fn answers(before: Option<&Profile>, now: &Profile) -> Vec<(ProblemCode, String)> {
    let nothing = Profile::default();
    let before = before.unwrap_or(&nothing);
    let mut answers = Vec::new();
    let mut note = |changed: bool, code: ProblemCode, answer: Option<String>| {
        if changed && let Some(answer) = answer {
            answers.push((code, answer));
        }
    };
    note(
        before.unit != now.unit,
        ProblemCode::UnitUnknown,
        now.unit.map(|unit| unit.symbol().to_owned()),
    );
    note(
        before.commodity != now.commodity,
        ProblemCode::CommodityUnknown,
        now.commodity.map(|commodity| commodity.code().to_owned()),
    );
    note(
        (&before.site, &before.meter) != (&now.site, &now.meter),
        ProblemCode::MeterUnknown,
        now.site.clone().or_else(|| now.meter.clone()),
    );
    note(
        before.decimal_mark != now.decimal_mark,
        ProblemCode::AmbiguousNumber,
        now.decimal_mark.map(|mark| mark.label().to_owned()),
    );
    note(
        before.date_order != now.date_order,
        ProblemCode::AmbiguousDate,
        now.date_order.map(|order| order.label().to_owned()),
    );
    note(before.year != now.year, ProblemCode::YearUnknown, now.year.map(super::form::year_text));
    note(
        before.date_means != now.date_means || before.month != now.month,
        ProblemCode::PeriodUnknown,
        now.date_means
            .map(|means| means.label().to_owned())
            .or_else(|| now.month.map(|month| format!("month {month}"))),
    );
    note(
        before.kind != now.kind,
        ProblemCode::KindUnclear,
        now.kind.map(|kind| kind.code().to_owned()),
    );
    note(
        before.multiply_by != now.multiply_by,
        ProblemCode::AmbiguousScale,
        now.multiply_by.map(|factor| format!("times {factor}")),
    );
    note(
        before.units != now.units,
        ProblemCode::UnitNotUnderstood,
        (!now.units.is_empty()).then(|| {
            let said: Vec<String> =
                now.units.iter().map(|(text, unit)| format!("{text} is {unit}")).collect();
            said.join(", ")
        }),
    );
    answers
}
