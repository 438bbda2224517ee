//! What columns are, told by those beside them.

use std::ops::Range;

use foldhash::HashSet;

use super::super::date::{self, DateText};
use super::super::grid::{Grid, text_of};
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Column;
use crate::workbook::CellValue;

/// Rates of a day beside each other, as `HT | NT` or `Day | Night`, say what was used in them; alone each means something
/// else.
pub(super) fn rates_of_day(columns: &mut [Column]) {
    let own: Vec<String> = columns
        .iter()
        .map(|column| column.heading.text.rsplit(" / ").next().map(fold).unwrap_or_default())
        .collect();
    for at in 0..columns.len() {
        let others = words::rates_beside(&own[at]);
        if others.is_empty() {
            continue;
        }
        let Some(beside) = own.iter().position(|other| others.contains(other)) else { continue };
        let role =
            if columns[beside].role == Role::Quantity { Role::Quantity } else { Role::Unclear };
        let column = &mut columns[at];
        let of_another_kind = column.heading.text.rsplit_once(" / ").is_some_and(|(broader, _)| {
            let broader = Heading::of(broader);
            let says_use =
                broader.unit.is_some() || broader.supplies || broader.words.has(Word::Quantity);
            !says_use || broader.money || broader.words.any(&[Word::Cost, Word::Price])
        });
        let is_open = matches!(column.role, Role::Cost | Role::Ignored | Role::Day | Role::Unclear);
        if is_open && !of_another_kind && !column.heading.money && column.profile.numbers > 0 {
            column.role = role;
        }
    }
}

/// A heading that is that of another column and, behind it, a word for another year or a plan: `Mill kWh | Mill kWh LY`.
pub(super) fn columns_of_another_year(columns: &mut [Column]) {
    const MOST: usize = 200;
    let of_another = |one: &Column, other: &Column| {
        let rest = bare(&one.heading.text).strip_prefix(bare(&other.heading.text))?;
        if words::says_per_day(&fold(rest)) {
            return Some(true);
        }
        let said = Heading::of(rest.trim_matches(|c: char| !c.is_alphanumeric()));
        (!other.heading.text.is_empty() && !rest.is_empty())
            .then(|| said.is_derived() || said.words.has(Word::Forecast) && said.unknown.is_empty())
    };
    // `Consumption 2022` beside `Consumption`.
    let of_year = |one: &Column, other: &Column| {
        let own = without_year(&one.heading.text);
        own.is_some_and(|own| own == fold(bare(&other.heading.text)))
            && other.heading.period.is_none()
    };
    let of_another = |one: &Column, other: &Column| {
        if of_year(one, other) { Some(true) } else { of_another(one, other) }
    };
    if columns.len() > MOST {
        return;
    }
    for at in 0..columns.len() {
        let is_value = columns[at].role.is_value() && columns[at].period.is_none();
        let is_of_another = is_value
            && columns.iter().any(|other| {
                other.index != columns[at].index && of_another(&columns[at], other) == Some(true)
            });
        if is_of_another {
            columns[at].role = Role::Forecast;
        }
    }
}

/// When a row was written down says nothing beside the months or days that it is about.
pub(super) fn entries_are_no_times(columns: &mut [Column]) {
    let is_time =
        |column: &Column| matches!(column.role, Role::Month | Role::Start | Role::End | Role::Date);
    let is_entry =
        |column: &Column| is_time(column) && words::says_entered(&fold(&column.heading.text));
    if columns.iter().any(|column| is_time(column) && !is_entry(column)) {
        columns.iter_mut().filter(|column| is_entry(column)).for_each(|column| {
            column.role = Role::Ignored;
        });
    }
}

/// Days that lie outside the months of their rows are of something else: when a place was built, when a row arrived.
pub(super) fn dates_outside_months(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    const MOST: usize = 200;
    let only = |role: Role| {
        let mut found = (0..columns.len())
            .filter(|at| columns[*at].role == role && columns[*at].period.is_none());
        match (found.next(), found.next()) {
            (Some(at), None) => Some(at),
            _ => None,
        }
    };
    let (Some(month), Some(day)) = (only(Role::Month), only(Role::Date)) else { return };
    let year = only(Role::Year);
    let text = |row: usize, at: usize| {
        grid.cell(row, columns[at].index).map(|cell| text_of(&cell.value).into_owned())
    };
    let month_of = |row: usize| -> Option<(i16, i8)> {
        if let CellValue::DateTime(at) = grid.cell(row, columns[month].index)?.value {
            return Some((at.year(), at.month()));
        }
        let said = text(row, month)?;
        let beside = || year.and_then(|year| text(row, year)?.parse::<i16>().ok());
        match date::read(&said) {
            DateText::Month(stated, month) => Some((stated.or_else(beside)?, month)),
            _ => Some((beside()?, said.parse().ok().filter(|month| (1..=12).contains(month))?)),
        }
    };
    let day_of = |row: usize| match &grid.cell(row, columns[day].index)?.value {
        CellValue::DateTime(at) => Some((at.year(), at.month())),
        CellValue::Text(text) => match date::read(text) {
            DateText::At(at) | DateText::Proves(at, _) => Some((at.year(), at.month())),
            _ => None,
        },
        _ => None,
    };
    let told: Vec<bool> =
        rows.take(MOST).filter_map(|row| Some(month_of(row)? == day_of(row)?)).collect();
    if told.len() >= 3 && told.iter().filter(|within| **within).count() * 2 < told.len() {
        columns[day].role = Role::Ignored;
    }
}

/// What a heading says beside its one year; `None` where it has none, or stands below others.
fn without_year(heading: &str) -> Option<String> {
    if heading.contains(" / ") {
        return None;
    }
    let folded = fold(bare(heading));
    let is_year = |word: &&str| word.len() == 4 && word.parse().is_ok_and(date::is_year);
    let (years, rest): (Vec<&str>, Vec<&str>) = folded.split(' ').partition(is_year);
    (years.len() == 1 && !rest.is_empty()).then(|| rest.join(" "))
}

/// A heading without the unit in brackets at its end.
fn bare(heading: &str) -> &str {
    match heading.rsplit_once('(') {
        Some((text, unit)) if unit.ends_with(')') => text.trim_end(),
        _ => heading,
    }
}

/// Amounts beside a column of physical units, in a table in which nothing else was used, are those of what was used:
/// `Fuel | Amount | Unit`.
pub(super) fn amounts_of_units(columns: &mut [Column]) {
    let is_unit = |column: &Column| {
        let profile = &column.profile;
        column.role == Role::Unit && profile.texts > 0 && profile.units * 2 > profile.texts
    };
    let says_used = |column: &Column| column.role.is_value() || column.period.is_some();
    let states_money = |column: &Column| {
        column.role == Role::Currency || column.role == Role::Price || column.heading.money
    };
    if !columns.iter().any(is_unit) || columns.iter().any(|c| says_used(c) || states_money(c)) {
        return;
    }
    let mut costs = columns.iter_mut().filter(|column| column.role == Role::Cost);
    let (Some(amount), None) = (costs.next(), costs.next()) else { return };
    if amount.profile.money == 0 && words::says_amount(&fold(&amount.heading.text)) {
        amount.role = Role::Quantity;
    }
}

/// Numbers that change from row to row where each time has one row and what was used stands beside them are how many
/// rooms, guests or staff there were, and no numbers of places.
pub(super) fn counts_are_no_places(
    grid: &Grid<'_>,
    mut rows: Range<usize>,
    columns: &mut [Column],
) {
    let time = columns.iter().find(|column| {
        matches!(column.role, Role::Month | Role::Date | Role::Start) && column.period.is_none()
    });
    let Some(time) = time.map(|column| column.index) else { return };
    let is_measured =
        |column: &Column| column.role == Role::Quantity && column.heading.dimension().is_some();
    let is_count = |column: &Column| {
        column.role == Role::Site
            && column.profile.mostly(column.profile.numbers)
            && column.profile.low < column.profile.high
    };
    if !columns.iter().any(is_measured) || !columns.iter().any(is_count) {
        return;
    }
    let mut seen = HashSet::default();
    let once = rows.all(|row| {
        grid.cell(row, time).is_none_or(|cell| seen.insert(text_of(&cell.value).into_owned()))
    });
    if !once {
        return;
    }
    for column in columns.iter_mut().filter(|column| is_count(column)) {
        column.role = Role::Ignored;
    }
}
