//! Cells into readings and problems.
//!
//! The path of a sheet: `grid` indexes its cells, `find` looks for headers and parts the columns of each table, `role`
//! says what each column is by its heading and by what stands in it, `rows` turns rows into values that could be
//! readings, `when` gives them periods that the whole table proves, `checks` and `copies` hold what contradicts
//! itself, `report` prints the rest. Nothing is guessed: what is not certain is held, with a question.

mod candidate;
mod checks;
mod columns;
mod context;
mod copies;
mod date;
mod disagreement;
mod find;
mod fingerprint;
mod grid;
mod heading;
mod multiplier;
mod notation;
mod number;
mod order;
mod profile;
mod report;
mod role;
mod rows;
mod set_aside;
mod stated;
mod stretches;
mod text;
mod turned;
mod unit;
mod weather;
mod when;
mod words;

use std::collections::BTreeSet;

use foldhash::{HashMap, HashSet};
use jiff::civil::Date;
use readings::{EarlierNotation, Extraction, Problem, ProblemCode, Profile};
use serde::{Deserialize, Serialize};

use crate::workbook::{CellValue, Sheet, Visibility, Workbook};
use candidate::Values;
use context::Surroundings;
use find::Table;
use grid::Grid;
use role::Role;
use turned::Turned;

pub use stated::changes_since;
pub use stretches::Stretches;

/// What is known about a file besides its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContext {
    /// The file's own name, where it has one.
    pub file_name: Option<String>,
    /// The subject of the mail it came with.
    pub mail_subject: Option<String>,
    /// The day on which it is read or arrived: periods after it have not come yet.
    pub today: Date,
    /// What people have said about files of its sender; later ones stand above earlier ones.
    #[serde(with = "as_json")]
    pub profiles: Vec<Profile>,
    /// Layouts of which files of this sender were taken before.
    pub known_layouts: Vec<String>,
    /// What earlier files of this sender prove of their notation, by layout.
    pub earlier: Vec<EarlierNotation>,
}

/// Profiles leave out what they do not say, which the compact form between processes cannot.
mod as_json {
    use readings::Profile;
    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    pub fn serialize<S: Serializer>(profiles: &[Profile], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&serde_json::to_string(profiles).map_err(ser::Error::custom)?)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Profile>, D::Error> {
        serde_json::from_str(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// Recognises the tables of a workbook and reads them.
pub fn extract(workbook: &Workbook, context: &FileContext) -> Extraction {
    let mut out = Extraction { problems: workbook.problems.clone(), ..Extraction::default() };
    let mut sheets: Vec<(&Sheet, Grid<'_>, Vec<Table>)> = workbook
        .sheets
        .iter()
        .map(|sheet| {
            let grid = Grid::new(sheet);
            let is_visible = sheet.visibility == Visibility::Visible;
            let weather =
                if is_visible { weather::read(&grid, &sheet.name, context) } else { None };
            let tables =
                if is_visible && weather.is_none() { find::tables(&grid) } else { Vec::new() };
            out.weather.extend(weather.into_iter().flatten());
            (sheet, grid, tables)
        })
        .collect();
    let turned: Vec<Option<Turned>> = sheets
        .iter()
        .map(|(sheet, _, tables)| {
            let is_weather = out.weather.iter().any(|value| value.sheet == sheet.name);
            let may_turn = sheet.visibility == Visibility::Visible && !is_weather;
            may_turn.then(|| turned::turned(sheet, tables)).flatten()
        })
        .collect();
    let forms = turned.iter().zip(&mut sheets);
    for (turned, (_, grid, tables)) in
        forms.filter_map(|(form, sheet)| Some((form.as_ref()?, sheet)))
    {
        (*grid, *tables) = turned.read();
    }
    out.fingerprint = fingerprint::of_file(&sheets);
    let profile = apply_profiles(&mut out, context);
    // What a person has said about columns is about the sheet as it stands.
    let is_turned = |turned: &Option<Turned>| turned.is_some() && !profile.is_mapping();
    for ((sheet, grid, tables), turned) in sheets.iter_mut().zip(&turned) {
        if turned.is_some() && !is_turned(turned) {
            *grid = Grid::new(sheet);
            *tables = find::tables(grid);
        }
    }
    let mut changed = Vec::with_capacity(sheets.len());
    for (sheet, grid, tables) in &mut sheets {
        let (found, by_person) = if stated::reads(&profile, sheet) {
            let found = match sheet.visibility {
                Visibility::Visible => std::mem::take(tables),
                Visibility::Hidden => find::tables(grid),
            };
            stated::tables(&profile, grid, found)
        } else {
            (Vec::new(), Vec::new())
        };
        *tables = found;
        changed.push(by_person);
    }
    let proven = notation::of_file(&sheets);
    out.notation = proven.notation;
    let earlier = notation::earlier(&context.earlier, out.fingerprint.as_deref());
    let notation = proven.or(stated::notation(&profile)).or_earlier(earlier);
    let mut read: Vec<(String, Values)> = Vec::new();
    let mut counts = Vec::with_capacity(sheets.len());
    for (((sheet, grid, tables), changed), turned) in sheets.iter().zip(&changed).zip(&turned) {
        counts.push(tables.len());
        for (table, changed) in tables.iter().zip(changed) {
            let mut around = Surroundings::of(table, &sheet.name, context);
            stated::surround(&profile, &mut around, context.today);
            let mut values = rows::read(grid, table, &around, notation);
            stated::settle(&profile, changed, &mut values, context.today);
            multiplier::apply(table, &mut values);
            name_parts(table, &mut values);
            when::resolve(table, &mut values, &around, context.today);
            checks::check(table, &mut values, &around);
            stated::release(&profile, changed, &mut values);
            let layout = fingerprint::layout(&sheet.name, table);
            if let Some(form) = turned.as_ref().filter(|_| !profile.is_mapping()) {
                form.back(&mut values);
                out.layouts.push(turned::told(layout));
            } else {
                out.layouts.push(layout);
            }
            read.push((sheet.name.clone(), values));
        }
    }
    set_aside::hold(&mut read, &profile);
    copies::hold(&mut read);
    disagreement::hold(&mut read);
    let mut read = read.into_iter();
    for ((sheet, _, tables), count) in sheets.iter().zip(counts) {
        let of_sheet = out.weather.iter().filter(|value| value.sheet == sheet.name);
        let mut used_rows: HashSet<u32> = of_sheet.clone().map(|value| value.cell.row).collect();
        out.rows += of_sheet.count() as u64;
        for (table, (_, values)) in tables.iter().zip(read.by_ref().take(count)) {
            questions(&mut out, &sheet.name, table, &values);
            report::take(&mut out, &sheet.name, values, &mut used_rows);
        }
        let idle = sheet.rows().filter(|(row, _)| !used_rows.contains(row)).count() as u64;
        out.rows += idle;
        out.not_data += idle;
    }
    nothing_read(&mut out, workbook);
    stated::hold_changed(&context.profiles, &context.known_layouts, &mut out);
    out
}

/// What people have said about this file, all together; nothing where they have not.
fn apply_profiles(out: &mut Extraction, context: &FileContext) -> Profile {
    let fingerprint = out.fingerprint.as_deref().unwrap_or_default();
    let Some(profile) = Profile::together(&context.profiles, fingerprint) else {
        return Profile::default();
    };
    let holds = |one: &&Profile| !one.is_mapping() || one.fingerprint == fingerprint;
    out.profiles = context.profiles.iter().filter(holds).map(|one| one.name.clone()).collect();
    out.time_zone.clone_from(&profile.time_zone);
    profile
}

/// Tables side by side are different meters, unless they are years of one; where nothing names them, their columns do.
fn name_parts(table: &Table, values: &mut Values) {
    let Some(part) = table.part.filter(|_| table.wide || table.year.is_none()) else { return };
    let (Some(first), Some(last)) = (table.columns.first(), table.columns.last()) else { return };
    let span = format!(
        "table {part} ({}:{})",
        readings::column_letters(first.index),
        readings::column_letters(last.index)
    );
    for series in &mut values.series {
        if series.site.is_none() && series.meter.is_none() {
            series.meter = Some(span.clone());
        }
    }
}

/// What is asked about readings that are printed with something left empty.
fn questions(out: &mut Extraction, sheet: &str, table: &Table, values: &Values) {
    let live: BTreeSet<usize> = values
        .candidates
        .iter()
        .filter(|candidate| candidate.is_live())
        .map(|candidate| candidate.series)
        .collect();
    let any = |test: &dyn Fn(&candidate::Series) -> bool| {
        live.iter().any(|index| test(&values.series[*index]))
    };
    let mut ask =
        |code, sentence: &str| out.problems.push(Problem::of_sheet(code, sheet, sentence));
    if any(&|series| series.unit.is_none()) {
        ask(
            ProblemCode::UnitUnknown,
            "Nothing in the file says in which unit these quantities are.",
        );
    }
    if any(&|series| series.site.is_none() && series.meter.is_none()) {
        ask(
            ProblemCode::MeterUnknown,
            "Nothing in the file names the site or the meter of these quantities.",
        );
    }
    if any(&|series| series.commodity.is_none()) {
        ask(
            ProblemCode::CommodityUnknown,
            "The file does not say what is supplied for some of these quantities.",
        );
    }
    let odd: BTreeSet<&str> = live
        .iter()
        .filter_map(|index| values.series[*index].unit.as_ref())
        .filter(|unit| unit.unit.is_none())
        .map(|unit| &*unit.text)
        .collect();
    for unit in odd.into_iter().take(10) {
        ask(
            ProblemCode::UnitNotUnderstood,
            &format!("The unit \u{201c}{unit}\u{201d} is not known."),
        );
    }
    for column in unread_among_periods(table).take(10) {
        ask(
            ProblemCode::LayoutUnclear,
            &format!(
                "Column {} stands among months, but its heading \u{201c}{}\u{201d} is not understood; its numbers were not read.",
                readings::column_letters(column.index),
                column.heading.text
            ),
        );
    }
    for column in unread_beside(table).filter(|_| !live.is_empty()).take(10) {
        ask(
            ProblemCode::LayoutUnclear,
            &format!(
                "Column {} is called \u{201c}{}\u{201d}, without a unit or a word for what was used; its numbers were not read.",
                readings::column_letters(column.index),
                column.heading.text
            ),
        );
    }
    if values.candidates.is_empty() && values.refused.is_empty() {
        let has = |role: Role| table.columns.iter().any(|column| column.role == role);
        if has(Role::Cost) {
            ask(ProblemCode::CostOnly, "This table has costs but no quantities.");
        }
    }
}

/// Columns under the name of something supplied that are not read because others say in full what was used.
fn unread_beside(table: &Table) -> impl Iterator<Item = &find::Column> {
    let read = rows::value_columns(table);
    table.columns.iter().enumerate().filter_map(move |(at, column)| {
        let is_open = !table.wide
            && column.role == Role::Unclear
            && column.heading.commodity.is_some()
            && column.profile.numbers > 0
            && !read.contains(&at);
        is_open.then_some(column)
    })
}

/// Columns of numbers that stand between those of months, and whose headings say nothing.
fn unread_among_periods(table: &Table) -> impl Iterator<Item = &find::Column> {
    let of_months =
        |column: &&find::Column| matches!(column.period, Some(heading::HeadingPeriod::Month(..)));
    let first = table.columns.iter().find(of_months).map_or(u32::MAX, |column| column.index);
    let last = table.columns.iter().rfind(of_months).map_or(0, |column| column.index);
    table.columns.iter().filter(move |column| {
        table.wide
            && column.period.is_none()
            && column.role == Role::Unclear
            && column.heading.words.is_empty()
            && !column.heading.text.is_empty()
            && (first..last).contains(&column.index)
            && column.profile.numbers > 0
    })
}

/// Whether the first rows name money, and nothing that could have been used.
fn speaks_of_costs_alone(workbook: &Workbook) -> bool {
    const HEAD: usize = 200;
    let headings: Vec<heading::Heading> = workbook
        .sheets
        .iter()
        .filter(|sheet| sheet.visibility == Visibility::Visible)
        .flat_map(|sheet| sheet.cells.iter().take(HEAD))
        .filter_map(|cell| match &cell.value {
            CellValue::Text(text) if text.len() < 200 => Some(heading::Heading::of(text)),
            _ => None,
        })
        .collect();
    let costs =
        headings.iter().any(|heading| heading.money || heading.words.has(words::Word::Cost));
    let used = headings.iter().any(|heading| {
        heading.unit.is_some()
            || heading.words.any(&[
                words::Word::Quantity,
                words::Word::Register,
                words::Word::Current,
                words::Word::Power,
                words::Word::Unit,
            ])
    });
    costs && !used
}

/// A file of which nothing is read says why.
fn nothing_read(out: &mut Extraction, workbook: &Workbook) {
    let formulas: HashMap<&str, usize> = workbook
        .sheets
        .iter()
        .map(|sheet| {
            (
                sheet.name.as_str(),
                sheet
                    .cells
                    .iter()
                    .filter(|cell| cell.value == CellValue::FormulaWithoutValue)
                    .count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    for sheet in &workbook.sheets {
        let told = out.problems.iter().any(|problem| {
            problem.code == ProblemCode::FormulaWithoutValue
                && problem.sheet.as_deref() == Some(sheet.name.as_str())
        });
        if let Some(count) = formulas.get(sheet.name.as_str()).filter(|count| **count >= 3 && !told)
        {
            out.problems.push(Problem::of_sheet(ProblemCode::FormulaWithoutValue, &sheet.name, format!("{count} formulas of this sheet were never calculated, so it may hold readings that cannot be seen.")));
        }
    }
    if !out.readings.is_empty() || !out.weather.is_empty() || out.refused > 0 {
        return;
    }
    if workbook.sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        if !out.problems.iter().any(|problem| problem.code == ProblemCode::Empty) {
            out.problems
                .push(Problem::of_file(ProblemCode::Empty, "No cell of this file has a value."));
        }
        return;
    }
    let told = out.problems.iter().any(|problem| problem.code == ProblemCode::CostOnly);
    if !told && speaks_of_costs_alone(workbook) {
        out.problems.push(Problem::of_file(
            ProblemCode::CostOnly,
            "This file speaks of costs and payments and states no quantities.",
        ));
    }
    if !out.problems.iter().any(|problem| problem.code == ProblemCode::CostOnly) {
        out.problems.push(Problem::of_file(
            ProblemCode::NoReadings,
            "No table of readings was recognised in this file.",
        ));
    }
    for sheet in workbook
        .sheets
        .iter()
        .filter(|sheet| sheet.visibility == Visibility::Hidden && !sheet.cells.is_empty())
    {
        out.problems.push(Problem::of_sheet(
            ProblemCode::NoReadings,
            &sheet.name,
            "This sheet is hidden and was not read.",
        ));
    }
}
