//! Tables that stand side by side under one row of headings.

use std::ops::Range;

use foldhash::HashSet;

use super::super::grid::{Grid, text_of};
use super::super::role::Role;
use super::Column;

/// Parts the columns where an empty column stands between two tables that each have periods and values.
///
/// A short list that stands beside a table plays no part.
pub(super) fn side_by_side(
    grid: &Grid<'_>,
    rows: &Range<usize>,
    columns: Vec<Column>,
) -> Vec<Vec<Column>> {
    let complete = |part: &[Column]| {
        let across = part.iter().any(|column| column.period.is_some());
        let down = part.iter().any(|column| {
            matches!(column.role, Role::Start | Role::End | Role::Date | Role::Month | Role::Week)
        });
        let value = part.iter().any(|column| column.role.is_value());
        value && (across || down)
    };
    let mut parts: Vec<Vec<Column>> = Vec::new();
    let mut last: Option<u32> = None;
    for column in columns {
        let gap = last.is_some_and(|last| column.index > last + 1);
        last = Some(column.index);
        match parts.last_mut() {
            Some(part) if !gap => part.push(column),
            _ => parts.push(vec![column]),
        }
    }
    let mut joined: Vec<Vec<Column>> = Vec::new();
    for mut part in parts {
        if joined.last().is_some_and(|before| {
            complete(before) && !complete(&part) && is_list_beside(grid, rows, &part, before)
        }) {
            for column in &mut part {
                column.role = Role::Ignored;
            }
        }
        match joined.last_mut() {
            Some(before) if !complete(&part) || !complete(before) => before.extend(part),
            _ => joined.push(part),
        }
    }
    joined.into_iter().flat_map(at_repeated_dates).collect()
}

/// Whether columns behind an empty one are a short list of their own that has no periods, as of years, appliances or
/// seasons: it begins in the first row and has each of its names once. Its rows have nothing to do with those of the
/// table that it stands beside.
fn is_list_beside(grid: &Grid<'_>, rows: &Range<usize>, part: &[Column], table: &[Column]) -> bool {
    let Some(names) = part.first().filter(|column| {
        !column.role.is_value()
            && !matches!(column.role, Role::Cost | Role::Price | Role::Generation | Role::Forecast)
    }) else {
        return false;
    };
    let told = |columns: &[Column]| {
        columns.iter().map(|column| column.profile.told()).max().unwrap_or_default()
    };
    let listed: Vec<String> = rows
        .clone()
        .map_while(|row| grid.cell(row, names.index))
        .map(|cell| text_of(&cell.value).into_owned())
        .collect();
    let distinct: HashSet<&String> = listed.iter().collect();
    listed.len() > 1
        && distinct.len() == listed.len()
        && listed.len() == names.profile.told()
        && part[1..].iter().any(|column| column.profile.mostly(column.profile.numbers))
        && told(part) * 4 <= told(table) * 3
}

/// Parts the columns where the same date heading stands again: `Date | kWh | Date | kWh`.
fn at_repeated_dates(columns: Vec<Column>) -> Vec<Vec<Column>> {
    let dates: Vec<usize> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| {
            matches!(column.role, Role::Date | Role::Month) && column.period.is_none()
        })
        .map(|(at, _)| at)
        .collect();
    // Without what stands over it.
    let own = |at: usize| columns[at].heading.text.rsplit(" / ").next();
    let same = dates.len() > 1
        && dates[0] == 0
        && dates.iter().all(|at| own(*at) == own(dates[0]))
        && dates
            .iter()
            .zip(dates.iter().skip(1).copied().chain([columns.len()]))
            .all(|(from, to)| columns[*from..to].iter().any(|column| column.role.is_value()));
    if !same {
        return vec![columns];
    }
    let mut parts: Vec<Vec<Column>> = Vec::new();
    for (at, column) in columns.into_iter().enumerate() {
        if dates.contains(&at) {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(column);
        }
    }
    parts
}
