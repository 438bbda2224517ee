//! Two columns of days, of the reading before and of the reading itself: from and to, whatever their headings.

use std::ops::Range;

use foldhash::HashSet;
use jiff::civil::DateTime;

use super::super::date::{self, DateText};
use super::super::grid::Grid;
use super::super::heading::HeadingPeriod;
use super::super::role::Role;
use super::super::words::Word;
use super::Column;
use crate::workbook::CellValue;

/// Rows that are looked at.
const MOST_ROWS: usize = 500;
/// Days that a billing period has at least and at most.
const DAYS: (i64, i64) = (5, 400);

/// Of two columns of days the earlier one is the start and the later one the end, where a heading says so of the
/// earlier one, or where the later day of most rows is the earlier one of another row.
pub(super) fn from_reading_to_reading(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_days: Vec<usize> = (0..columns.len())
        .filter(|at| matches!(columns[*at].role, Role::Date | Role::Start | Role::End))
        .filter(|at| columns[*at].period.is_none())
        .collect();
    let &[one, two] = of_days.as_slice() else { return };
    let roles = (columns[one].role, columns[two].role);
    if matches!(roles, (Role::Start, Role::End) | (Role::End, Role::Start)) {
        return;
    }
    let day = |row: usize, at: usize| day_of(&grid.cell(row, columns[at].index)?.value);
    let pairs: Vec<(DateTime, DateTime)> =
        rows.take(MOST_ROWS).filter_map(|row| Some((day(row, one)?, day(row, two)?))).collect();
    let follows = |pairs: &[(DateTime, DateTime)]| {
        pairs.iter().all(|(from, to)| {
            (DAYS.0..=DAYS.1).contains(&(to.duration_since(*from).as_hours() / 24))
        })
    };
    let turned: Vec<(DateTime, DateTime)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
    let (start, end, pairs) = if pairs.len() > 1 && follows(&pairs) {
        (one, two, pairs)
    } else if turned.len() > 1 && follows(&turned) {
        (two, one, turned)
    } else {
        return;
    };
    let is_said = columns[start].role == Role::Start
        && columns[end].role == Role::Date
        && columns[end].heading.words.any(&[Word::ReadDate, Word::Date]);
    let starts: HashSet<DateTime> = pairs.iter().map(|(from, _)| *from).collect();
    let chained = pairs
        .iter()
        .filter(|(_, to)| {
            let next = to.checked_add(jiff::SignedDuration::from_hours(24)).ok();
            starts.contains(to) || next.is_some_and(|next| starts.contains(&next))
        })
        .count();
    if is_said || chained * 2 >= pairs.len() {
        columns[start].role = Role::Start;
        columns[end].role = Role::End;
    }
}

/// Days that stand beside the registers before and after, each beside its own, are from and to: `Opened | Meter | Closed |
/// Meter | Use`.
pub(super) fn days_beside_registers(columns: &mut [Column]) {
    let of_role = |role: Role| -> Vec<usize> {
        (0..columns.len()).filter(|at| columns[*at].role == role).collect()
    };
    let (before, after) = (of_role(Role::Previous), of_role(Role::Current));
    let (&[before], &[after], &[from, to]) =
        (before.as_slice(), after.as_slice(), of_role(Role::Date).as_slice())
    else {
        return;
    };
    let left = before == from + 1 && after == to + 1;
    let right = from == before + 1 && to == after + 1;
    if before < after && (left || right) {
        columns[from].role = Role::Start;
        columns[to].role = Role::End;
    }
}

/// Two registers with a month in their headings, beside what was used, are those before and after.
pub(super) fn registers_of_months(columns: &mut [Column]) {
    if !columns.iter().any(|column| column.role == Role::Quantity) {
        return;
    }
    let of_months: Vec<usize> = (0..columns.len())
        .filter(|at| matches!(columns[*at].role, Role::Register | Role::Current | Role::Previous))
        .filter(|at| columns[*at].period.is_none())
        .filter(|at| matches!(columns[*at].heading.period, Some(HeadingPeriod::Month(..))))
        .collect();
    if let &[before, after] = of_months.as_slice() {
        columns[before].role = Role::Previous;
        columns[after].role = Role::Current;
    }
}

/// The day in a cell; one that can be read in two ways is read with the day first, in both columns alike.
fn day_of(value: &CellValue) -> Option<DateTime> {
    match value {
        CellValue::DateTime(at) => Some(*at),
        CellValue::Text(text) => match date::read(text) {
            DateText::At(at) | DateText::Proves(at, _) | DateText::Either(at, _) => Some(at),
            _ => None,
        },
        _ => None,
    }
}
