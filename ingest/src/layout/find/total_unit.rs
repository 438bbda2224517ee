//! The unit of periods across that only the column of their sums states: `Jan | Feb | ... | Total kWh`.

use std::ops::Range;

use rust_decimal::{Decimal, dec};

use super::super::grid::Grid;
use super::super::role::Role;
use super::super::words::Word;
use super::Column;
use super::proven::{MOST_ROWS, plain};

/// Fewest rows in which the sum must be met.
const LEAST: usize = 2;

/// Gives the periods across the unit of the column that sums them up, where each row proves that it does and they state
/// none themselves.
pub(super) fn sums_say_the_unit(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let states_unit = |column: &Column| column.heading.unit.is_some();
    let periods: Vec<u32> =
        columns.iter().filter(|c| c.period.is_some()).map(|column| column.index).collect();
    let last = periods.last().copied().unwrap_or(u32::MAX);
    let is_open = periods.len() > 1
        && !columns.iter().any(|c| c.role == Role::Unit || c.period.is_some() && states_unit(c));
    let mut totals = columns.iter().filter(|column| {
        let own = &column.heading;
        let is_total = own.unknown.is_empty()
            && (own.words.is_empty()
                || own.words.any(&[Word::Total, Word::Annual, Word::Quantity]));
        column.index > last && is_total && states_unit(column) && own.dimension().is_some()
    });
    let (true, Some(total), None) = (is_open, totals.next(), totals.next()) else { return };
    let sums = |row: usize| {
        let stated = grid.cell(row, total.index).and_then(plain)?;
        let parts: Vec<Decimal> =
            periods.iter().filter_map(|at| grid.cell(row, *at).and_then(plain)).collect();
        // Rounded parts may be off by half of their last digit each.
        let off = (parts.iter().sum::<Decimal>() - stated).abs();
        (parts.len() > 1)
            .then_some(off <= dec!(0.011).max(Decimal::from(parts.len()) * dec!(0.005)))
    };
    let told: Vec<bool> = rows.take(MOST_ROWS).filter_map(sums).collect();
    if told.len() < LEAST || !told.iter().all(|met| *met) {
        return;
    }
    let unit = total.heading.unit.clone();
    for column in columns.iter_mut().filter(|column| column.period.is_some()) {
        column.heading.unit.clone_from(&unit);
        if column.role == Role::Unclear {
            column.role = Role::Quantity;
        }
    }
}
