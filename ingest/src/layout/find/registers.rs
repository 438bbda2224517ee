//! Two columns of registers that no heading calls so, or not in words that mean nothing else: `Start (kWh) | End (kWh)`.
//!
//! The numbers tell: the difference of the two is what a third column says was used. So that no total less one of its
//! parts is taken for that, the headings must speak of before or after, or each register must be the first of the next
//! row.

use std::ops::Range;

use super::super::context;
use super::super::grid::Grid;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Column;
use super::proven::plain_number;

/// Rows that are looked at.
const MOST_ROWS: usize = 200;
/// Columns from one of the three to the next, at most.
const NEAR: u32 = 4;
/// Fewest rows that must show it.
const LEAST: usize = 3;
/// More columns of numbers are those of another kind of table.
const MOST_COLUMNS: usize = 40;

/// Gives registers before and after, and what was used between them, their parts.
pub(super) fn registers_beside_use(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let numeric: Vec<usize> = (0..columns.len()).filter(|at| is_numeric(&columns[*at])).collect();
    if numeric.len() < 2 || numeric.len() > MOST_COLUMNS {
        return;
    }
    let numbers: Vec<Vec<Option<f64>>> = numeric
        .iter()
        .map(|at| {
            let column = columns[*at].index;
            let read = |row: usize| grid.cell(row, column).and_then(plain_number);
            rows.clone().take(MOST_ROWS).map(read).collect()
        })
        .collect();
    let near =
        |a: usize, b: usize| columns[numeric[a]].index.abs_diff(columns[numeric[b]].index) <= NEAR;
    let mut found: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for before in 0..numeric.len() {
        for after in (0..numeric.len()).filter(|after| *after != before && near(before, *after)) {
            let pair = (&columns[numeric[before]], &columns[numeric[after]]);
            let spoken = speak_of(pair.0, pair.1);
            if spoken == Spoken::Otherwise || speaks_of_years(pair.0) || speaks_of_years(pair.1) {
                continue;
            }
            if spoken != Spoken::Both
                && spoken != Spoken::One
                && !is_chained(&numbers[before], &numbers[after])
            {
                continue;
            }
            let is_said = says(pair.0).0;
            if !is_said && pair.0.heading.words.has(Word::Quantity) {
                continue;
            }
            let used = (0..numeric.len()).find(|used| {
                *used != before
                    && *used != after
                    && (near(*used, before) || near(*used, after))
                    && may_be_use(&columns[numeric[*used]], spoken == Spoken::Both)
                    && is_difference(&numbers[before], &numbers[after], &numbers[*used])
                    // A register less what was used is the register before as well.
                    && (is_said || sum(&numbers[before]) > sum(&numbers[*used]))
            });
            if used.is_some() || is_span(pair) && never_falls(&numbers[before], &numbers[after]) {
                found.push((numeric[before], numeric[after], used.map(|used| numeric[used])));
            }
        }
    }
    let proven: Vec<usize> = found.iter().filter_map(|(.., used)| *used).collect();
    // Beside what is said to be used, in its unit, a difference is one step on the way to it.
    let is_said = (0..columns.len()).any(|at| {
        columns[at].role == Role::Quantity && !proven.contains(&at) && !takes_part(&found, at)
    });
    for (before, after, used) in found {
        columns[before].role = Role::Previous;
        columns[after].role = Role::Current;
        if let Some(used) = used.filter(|_| !is_said) {
            columns[used].role = Role::Quantity;
        }
    }
}

fn takes_part(found: &[(usize, usize, Option<usize>)], at: usize) -> bool {
    found.iter().any(|(before, after, _)| *before == at || *after == at)
}

fn is_numeric(column: &Column) -> bool {
    column.period.is_none()
        && column.profile.numbers >= LEAST
        && column.profile.mostly(column.profile.numbers)
        && !column.heading.money
        && !column.heading.is_ratio()
        && matches!(
            column.role,
            Role::Quantity
                | Role::Unclear
                | Role::Previous
                | Role::Current
                | Role::Register
                | Role::Ignored
                | Role::Forecast
        )
}

/// A column that says what was used, or leaves it open; what names a difference may be that of two years, unless both
/// registers are called so.
fn may_be_use(column: &Column, are_called: bool) -> bool {
    let names_difference = || words::names_difference(&fold(own(&column.heading.text)));
    (matches!(column.role, Role::Quantity | Role::Unclear)
        || are_called && column.role == Role::Forecast && names_difference())
        && says(column) == (false, false)
        && !column.heading.words.any(&[Word::Previous, Word::Current, Word::Start, Word::End])
}

/// What two headings say of being before and after.
#[derive(PartialEq, Eq)]
enum Spoken {
    Both,
    One,
    /// The opposite, or of a total.
    Otherwise,
    Neither,
}

fn speak_of(before: &Column, after: &Column) -> Spoken {
    match (says(before), says(after)) {
        _ if after.heading.words.has(Word::Total) => Spoken::Otherwise,
        ((true, false), (false, true)) => Spoken::Both,
        ((true, false), (false, false)) | ((false, false), (false, true)) => Spoken::One,
        ((_, true), _) | (_, (true, _)) => Spoken::Otherwise,
        _ => Spoken::Neither,
    }
}

/// Whether a heading speaks of before, and of after.
fn says(column: &Column) -> (bool, bool) {
    words::says_register(&fold(own(&column.heading.text)))
}

fn sum(numbers: &[Option<f64>]) -> f64 {
    numbers.iter().flatten().sum()
}

/// What a heading says itself, without what stands over it.
fn own(text: &str) -> &str {
    text.rsplit(" / ").next().unwrap_or(text)
}

/// `Previous year` is a year before, and no register.
fn speaks_of_years(column: &Column) -> bool {
    column.heading.words.any(&[Word::Year, Word::Quarter])
        || !context::years(&column.heading.text).is_empty()
}

/// From a start to an end of the same unit: what no other numbers are called.
fn is_span((before, after): (&Column, &Column)) -> bool {
    let energy_or_volume = before.heading.dimension().is_some();
    energy_or_volume
        && before.heading.dimension() == after.heading.dimension()
        && before.heading.words.has(Word::Start)
        && after.heading.words.has(Word::End)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.0051_f64.max(b.abs() * 1e-6)
}

/// Whether a third column is what lies between two in nearly every row, and never negative.
fn is_difference(before: &[Option<f64>], after: &[Option<f64>], used: &[Option<f64>]) -> bool {
    let (mut equal, mut other) = (0usize, 0usize);
    for ((before, after), used) in before.iter().zip(after).zip(used) {
        let (Some(before), Some(after), Some(used)) = (before, after, used) else { continue };
        if close(after - before, *used) && *used >= 0.0 {
            equal += usize::from(*used > 0.0);
        } else {
            other += 1;
        }
    }
    equal >= LEAST && other * 10 <= equal
}

/// Whether the register after is the one before of the next row, meter by meter or all along.
fn is_chained(before: &[Option<f64>], after: &[Option<f64>]) -> bool {
    let pairs = after.iter().zip(before.iter().skip(1));
    let told: Vec<bool> =
        pairs.filter_map(|(after, before)| Some(close((*after)?, (*before)?))).collect();
    let met = told.iter().filter(|met| **met).count();
    met >= LEAST && met * 2 >= told.len()
}

/// Whether the second number is at least the first in each row, and more in most.
fn never_falls(before: &[Option<f64>], after: &[Option<f64>]) -> bool {
    let pairs: Vec<(f64, f64)> = before
        .iter()
        .zip(after)
        .filter_map(|(before, after)| Some(((*before)?, (*after)?)))
        .collect();
    let rises = pairs.iter().filter(|(before, after)| after > before).count();
    pairs.iter().all(|(before, after)| after >= before) && rises >= LEAST && rises * 2 > pairs.len()
}
