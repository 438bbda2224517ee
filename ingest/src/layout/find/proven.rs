//! A column that is what its registers say: the difference of two registers is what was used, whatever its heading.

use std::ops::Range;

use rust_decimal::Decimal;
use rust_decimal::dec;
use rust_decimal::prelude::FromPrimitive as _;

use super::super::grid::Grid;
use super::super::number::{self, NumberText};
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Column;
use crate::workbook::{Cell, CellValue};

/// Rows that are looked at.
pub(super) const MOST_ROWS: usize = 500;
/// Fewest rows in which the difference must be met.
pub(super) const LEAST: usize = 3;

/// Where registers before and after stand in columns and no column says that it is the consumption: a column that is
/// their difference, perhaps times the transformer ratio of its row, is.
pub(super) fn difference_is_used(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_role = |role: Role| {
        let mut found = columns.iter().filter(|column| column.role == role);
        match (found.next(), found.next()) {
            (Some(column), None) => Some(column.index),
            _ => None,
        }
    };
    let (Some(before), Some(after)) = (of_role(Role::Previous), of_role(Role::Current)) else {
        return;
    };
    if columns.iter().any(|column| column.role == Role::Quantity || column.period.is_some()) {
        return;
    }
    let multiplier = of_role(Role::Multiplier);
    let mut proven: Vec<usize> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let could_be = matches!(
            column.role,
            Role::Unclear | Role::Forecast | Role::Ignored | Role::Generation | Role::Unit
        ) && column.profile.numbers > 0
            && !column.heading.money
            && !column.heading.is_ratio();
        if could_be && is_difference(grid, rows.clone(), (before, after, multiplier), column.index)
        {
            proven.push(at);
        }
    }
    if let [only] = proven.as_slice() {
        columns[*only].role = Role::Quantity;
    }
}

/// A difference beside which nothing says what was used is what was used: `From | To | Diff kWh`.
pub(super) fn lone_difference_is_used(columns: &mut [Column]) {
    if columns.iter().any(|column| column.role.is_value() || column.period.is_some()) {
        return;
    }
    let names_one = |column: &Column| {
        column.role == Role::Forecast && words::names_difference(&fold(&column.heading.text))
    };
    let mut found = columns.iter_mut().filter(|column| names_one(column));
    if let (Some(only), None) = (found.next(), found.next()) {
        only.role = Role::Quantity;
    }
}

/// A column whose steps from row to row are the numbers of the column behind it is the register of what that one says was
/// used, whatever it is called.
pub(super) fn steps_are_used(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_use = |column: &Column| {
        column.period.is_none()
            && matches!(column.role, Role::Quantity | Role::Unclear)
            && column.profile.numbers >= LEAST
    };
    for at in 1..columns.len() {
        let (register, used) = (&columns[at - 1], &columns[at]);
        if !of_use(register) || !of_use(used) || register.heading.words.has(Word::Total) {
            continue;
        }
        let read = |row: usize, column: u32| grid.cell(row, column).and_then(plain);
        let mut stood: Option<Decimal> = None;
        let (mut met, mut other) = (0usize, 0usize);
        for row in rows.clone().take(MOST_ROWS) {
            let Some(now) = read(row, register.index) else { continue };
            let step = stood.replace(now).map(|before| now - before);
            let Some((step, used)) = step.zip(read(row, used.index)) else { continue };
            let is_met = (step - used).abs() <= dec!(0.011);
            met += usize::from(is_met && !step.is_zero());
            other += usize::from(!is_met);
        }
        if met >= LEAST && other * 10 <= met {
            columns[at - 1].role = Role::Register;
            let (unit, commodity) =
                (columns[at - 1].heading.unit.clone(), columns[at - 1].heading.commodity);
            let used = &mut columns[at];
            used.role = Role::Quantity;
            used.heading.unit = used.heading.unit.take().or(unit);
            used.heading.commodity = used.heading.commodity.or(commodity);
        }
    }
}

/// A column in which each number is the sum of those of another column up to its row says nothing of its own.
pub(super) fn running_sum_is_none(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let numeric = |column: &Column| {
        column.period.is_none()
            && column.profile.numbers > LEAST
            && matches!(
                column.role,
                Role::Quantity | Role::Unclear | Role::Register | Role::Current
            )
    };
    let candidates: Vec<usize> = (0..columns.len()).filter(|at| numeric(&columns[*at])).collect();
    if candidates.len() < 2 || candidates.len() > 20 {
        return;
    }
    let number = |row: usize, at: usize| -> Option<Decimal> {
        match &grid.cell(row, columns[at].index)?.value {
            CellValue::Number(number) => Decimal::from_f64(*number),
            CellValue::Text(text) => number::read_with(text, columns[at].profile.marks.mark()),
            _ => None,
        }
    };
    let sums = |part: usize, sum: usize| {
        let mut before: Option<Decimal> = None;
        let (mut met, mut grew) = (0, 0);
        for row in rows.clone().take(MOST_ROWS) {
            let (Some(own), Some(stands)) = (number(row, part), number(row, sum)) else { continue };
            let close = |a: Decimal, b: Decimal| (a - b).abs() <= dec!(0.011);
            let grows = before.is_some_and(|before| close(before + own, stands));
            // Another meter, or another year, begins anew.
            if !grows && !close(own, stands) {
                return false;
            }
            grew += usize::from(grows && !own.is_zero());
            met += 1;
            before = Some(stands);
        }
        met > LEAST && grew >= LEAST
    };
    let running: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|sum| candidates.iter().any(|part| part != sum && sums(*part, *sum)))
        .collect();
    for at in running {
        columns[at].role = Role::Ignored;
    }
}

/// Where a price stands beside `Units` and an amount, and no column says that it is the consumption: the units are,
/// where price times units is the amount in all rows; then the amount is what they cost.
pub(super) fn priced_is_used(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let says_used = |column: &Column| {
        matches!(column.role, Role::Quantity | Role::Register | Role::Current | Role::Power)
            || column.period.is_some()
    };
    if columns.iter().any(says_used) {
        return;
    }
    let mut prices = columns.iter().filter(|column| column.role == Role::Price);
    let (Some(price), None) = (prices.next(), prices.next()) else { return };
    let price = price.index;
    let units = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.role == Role::Unclear && column.heading.words.has(Word::Unit));
    let amounts = columns.iter().enumerate().filter(|(_, column)| {
        matches!(column.role, Role::Unclear | Role::Cost | Role::Ignored)
            && column.profile.numbers + column.profile.money > 0
    });
    let proven: Vec<(usize, usize)> = units
        .flat_map(|unit| amounts.clone().map(move |amount| (unit, amount)))
        .filter(|((unit, units), (amount, amounts))| {
            unit != amount && is_product(grid, rows.clone(), (price, units.index), amounts.index)
        })
        .map(|((unit, _), (amount, _))| (unit, amount))
        .collect();
    if let [(units, amount)] = proven.as_slice() {
        columns[*units].role = Role::Quantity;
        columns[*amount].role = Role::Cost;
    }
}

fn is_product(
    grid: &Grid<'_>,
    rows: Range<usize>,
    (price, units): (u32, u32),
    amount: u32,
) -> bool {
    let (mut equal, mut other) = (0usize, 0usize);
    for row in rows.take(MOST_ROWS) {
        let read = |column: u32| grid.cell(row, column).and_then(plain);
        let (Some(price), Some(units), Some(amount)) = (read(price), read(units), read(amount))
        else {
            continue;
        };
        let Some(product) = price.checked_mul(units).filter(|product| !product.is_zero()) else {
            continue;
        };
        // Amounts are rounded to hundredths.
        if (product - amount).abs() <= dec!(0.011).max(amount.abs() * dec!(0.0001)) {
            equal += 1;
        } else {
            other += 1;
        }
    }
    equal >= LEAST && other == 0
}

fn is_difference(
    grid: &Grid<'_>,
    rows: Range<usize>,
    (before, after, multiplier): (u32, u32, Option<u32>),
    column: u32,
) -> bool {
    let (mut equal, mut other) = (0usize, 0usize);
    for row in rows.take(MOST_ROWS) {
        let read = |column: u32| grid.cell(row, column).and_then(plain);
        let (Some(before), Some(after), Some(number)) = (read(before), read(after), read(column))
        else {
            continue;
        };
        let difference = after - before;
        if difference.is_zero() && number.is_zero() {
            continue;
        }
        let close = |expected: Decimal| (expected - number).abs() <= number.abs() * dec!(0.000001);
        let by_ratio = multiplier
            .and_then(read)
            .and_then(|ratio| difference.checked_mul(ratio))
            .is_some_and(close);
        if close(difference) || by_ratio {
            equal += 1;
        } else {
            other += 1;
        }
    }
    equal >= LEAST && other * 10 <= equal
}

/// A number that can be read in one way only, as near as a float is to it.
pub(super) fn plain_number(cell: &Cell) -> Option<f64> {
    plain(cell).and_then(|number| f64::try_from(number).ok())
}

/// A number that can be read in one way only.
pub(super) fn plain(cell: &Cell) -> Option<Decimal> {
    match &cell.value {
        CellValue::Number(number) => {
            readings::Quantity::from_number(*number).map(readings::Quantity::get)
        }
        CellValue::Text(text) => match number::read(text) {
            NumberText::Plain(number) | NumberText::Proves(number, _) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

/// In a table with periods across: the row that is the difference of the registers in two others.
pub fn row_of_differences(
    grid: &Grid<'_>,
    columns: &[Column],
    (before, after): (usize, usize),
    rows: Range<usize>,
) -> Option<usize> {
    let read = |row: usize, column: u32| grid.cell(row, column).and_then(plain);
    let mut proven = rows.filter(|row| *row != before && *row != after).filter(|row| {
        let told: Vec<bool> = columns
            .iter()
            .filter(|column| column.period.is_some())
            .filter_map(|column| {
                let difference = read(after, column.index)? - read(before, column.index)?;
                let number = read(*row, column.index)?;
                (!number.is_zero()).then_some(difference == number)
            })
            .collect();
        told.len() >= LEAST && told.iter().all(|equal| *equal)
    });
    match (proven.next(), proven.next()) {
        (Some(row), None) => Some(row),
        _ => None,
    }
}
