//! The column that sums up those of the places beside it: `Month | Library | Pool | Total consumption`.

use std::ops::Range;

use super::super::grid::Grid;
use super::super::role::Role;
use super::Column;
use super::proven::plain_number;

/// Rows that are looked at.
const MOST_ROWS: usize = 200;
/// Fewest rows that must show it.
const LEAST: usize = 3;

/// Where the one column that says what was used is the sum of columns under names that no list knows, these are what was
/// used, in its unit, and it is their total. Without this its heading alone would be believed, and its parts lost.
pub(super) fn total_of_places(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let is_time = |column: &Column| {
        matches!(column.role, Role::Month | Role::Date | Role::Start | Role::End | Role::Year)
    };
    if columns.iter().any(|column| column.period.is_some()) || !columns.iter().any(is_time) {
        return;
    }
    let mut certain = (0..columns.len())
        .filter(|at| columns[*at].role.is_value() && columns[*at].role != Role::Unclear);
    let (Some(total), None) = (certain.next(), certain.next()) else { return };
    let is_place = |column: &Column| {
        let numbers = column.profile.numbers > 0 && column.profile.texts == 0;
        // `F1` and `HT` are rates.
        let is_name = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count() > 2;
        let is_unknown = column.role == Role::Unclear && column.heading.unknown.iter().any(is_name);
        numbers && (is_unknown || column.role == Role::Site)
    };
    let places: Vec<usize> = (0..columns.len()).filter(|at| is_place(&columns[*at])).collect();
    if columns[total].role != Role::Quantity || places.len() < 2 {
        return;
    }
    let read = |row: usize, at: usize| grid.cell(row, columns[at].index).and_then(plain_number);
    let (mut met, mut other) = (0usize, 0usize);
    for row in rows.take(MOST_ROWS) {
        let Some(stated) = read(row, total).filter(|number| *number != 0.0) else { continue };
        let parts: Vec<f64> = places.iter().filter_map(|at| read(row, *at)).collect();
        if parts.is_empty() {
            continue;
        }
        let sum: f64 = parts.iter().sum();
        let is_met = (sum - stated).abs() <= 0.011_f64.max(stated.abs() * 1e-4);
        met += usize::from(is_met && parts.len() > 1);
        other += usize::from(!is_met);
    }
    if met < LEAST || other * 10 > met {
        return;
    }
    let of_all = columns[total].heading.clone();
    columns[total].role = Role::Ignored;
    for at in places {
        let Column { role, heading, .. } = &mut columns[at];
        *role = Role::Unclear;
        heading.unit = heading.unit.take().or_else(|| of_all.unit.clone());
        heading.commodity = heading.commodity.or(of_all.commodity);
    }
}
