//! What is stated about the columns of a table.

use std::collections::BTreeSet;

use readings::profile::{ColumnProfile, ColumnRole, TableProfile};
use readings::{Commodity, UnitText};

use super::super::find::{Column, Table};
use super::super::grid::Grid;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::Word;
use super::{found, same_header};

/// What was stated otherwise than it was recognised, and what holds for all readings of a column.
#[derive(Debug, Default)]
pub struct Changed {
    /// Columns whose part a person has changed.
    pub roles: BTreeSet<u32>,
    /// Site and meter of all readings of the table.
    pub of_table: (Option<String>, Option<String>),
    /// Site and meter of all readings of a column.
    pub of_columns: Vec<(u32, Option<String>, Option<String>)>,
}

/// Applies the one of the stated tables that this is.
pub fn apply(stated: &[&TableProfile], grid: &Grid<'_>, table: &mut Table) -> Changed {
    let Some(said) = stated
        .iter()
        .filter_map(|said| Some((likeness(said, table)?, *said)))
        .max_by_key(|(likeness, _)| *likeness)
        .map(|(_, said)| said)
    else {
        return Changed::default();
    };
    let mut changed =
        Changed { of_table: (said.site.clone(), said.meter.clone()), ..Changed::default() };
    let places: Vec<(usize, &ColumnProfile)> = said
        .columns
        .iter()
        .filter_map(|column| Some((place(column, &table.columns)?, column)))
        .collect();
    for (at, column) in places {
        let target = &mut table.columns[at];
        change(target, column, &mut changed);
        table.wide |= target.period.is_some();
    }
    rows(said, grid, table);
    for column in table.columns.iter_mut().filter(|column| column.role.is_value()) {
        of_all(column, said.commodity, said.unit);
    }
    changed
}

/// How well a stated table fits: columns at their place, columns that have moved, nearness of the header. `None` where
/// less than half of its headers are there.
fn likeness(said: &TableProfile, table: &Table) -> Option<(usize, usize, i64)> {
    let named: Vec<&ColumnProfile> =
        said.columns.iter().filter(|column| !column.header.is_empty()).collect();
    let is_at = |stated: &&&ColumnProfile, column: &Column| {
        column.index == stated.column.index() && same_header(&column.heading.text, &stated.header)
    };
    let here = |stated: &&&ColumnProfile| {
        table.columns.iter().any(|column| same_header(&column.heading.text, &stated.header))
    };
    let at_place = named.iter().filter(|s| table.columns.iter().any(|c| is_at(s, c))).count();
    let present = named.iter().filter(here).count();
    let row = |rows: &[u32], base: i64| rows.first().map(|row| i64::from(*row) - base);
    let distance = row(&said.header_rows, 1)
        .zip(row(&table.header_rows, 0))
        .map_or(0, |(stated, found)| (stated - found).abs());
    (present * 2 >= named.len()).then_some((at_place, present, -distance))
}

/// The column that is meant: by its header; by its place where it has no header, or both are periods.
fn place(stated: &ColumnProfile, columns: &[Column]) -> Option<usize> {
    let at = stated.column.index();
    let header = fold(&stated.header);
    let named = |column: &Column| fold(&column.heading.text) == header;
    let same_place = columns.iter().position(|column| column.index == at);
    if header.is_empty() || same_place.is_some_and(|place| named(&columns[place])) {
        return same_place;
    }
    let mut with_name = columns.iter().enumerate().filter(|(_, column)| named(column));
    match (with_name.next(), with_name.next()) {
        (Some((only, _)), None) => Some(only),
        (Some(_), Some(_)) => None,
        (None, _) => same_place.filter(|place| {
            columns[*place].heading.period.is_some() && Heading::of(&stated.header).period.is_some()
        }),
    }
}

fn change(column: &mut Column, stated: &ColumnProfile, changed: &mut Changed) {
    if let Some(role) = stated.role.and_then(|role| Role::from_code(role.code()))
        && role != column.role
    {
        column.role = role;
        changed.roles.insert(column.index);
        if stated.role == Some(ColumnRole::Quantity) {
            column.heading.words.add(Word::Quantity);
        }
    }
    if let Some(period) = stated.stated_period() {
        let period = match period {
            (Some(year), None) => HeadingPeriod::Year(year),
            (year, Some(month)) => HeadingPeriod::Month(year, month),
            (None, None) => return,
        };
        column.period = Some(period);
        column.heading.period = Some(period);
        if !column.role.is_value() {
            column.role = Role::Quantity;
        }
        column.heading.words.add(Word::Quantity);
    }
    of_all(column, stated.commodity, stated.unit);
    if stated.site.is_some() || stated.meter.is_some() {
        changed.of_columns.push((column.index, stated.site.clone(), stated.meter.clone()));
    }
}

fn of_all(column: &mut Column, commodity: Option<Commodity>, unit: Option<readings::Unit>) {
    column.heading.commodity = commodity.or(column.heading.commodity);
    column.heading.supplies |= commodity.is_some();
    if let Some(unit) = unit {
        let text = UnitText { text: unit.symbol().into(), unit: Some(unit) };
        let is_same = column.heading.unit.as_ref().is_some_and(|own| own.text.unit == text.unit);
        if !is_same {
            column.heading.unit = Some(found(unit));
        }
    }
}

/// Keeps the rows that are stated to be data.
fn rows(said: &TableProfile, grid: &Grid<'_>, table: &mut Table) {
    let number = |index: usize| grid.row_number(index) + 1;
    if let Some(first) = said.first_row {
        while table.rows.start < table.rows.end && number(table.rows.start) < first {
            table.rows.start += 1;
        }
    }
    if let Some(last) = said.last_row {
        while table.rows.start < table.rows.end && number(table.rows.end - 1) > last {
            table.rows.end -= 1;
        }
    }
}
