//! What the numbers of a table say about themselves, before anything is believed.

mod by_unit;
mod credits;
mod dated;
mod registers;
mod repeats;
mod scale;
mod sums;
mod totals;
mod unclear;
mod zeros;

use readings::{Dimension, ProblemCode};

use super::candidate::{Hold, Values};
use super::context::Surroundings;
use super::find::Table;
use super::role::Role;
use super::words::Word;

pub use registers::rise_together;
pub use scale::{in_thousands, speaks_of_scale};

/// Holds what contradicts itself or is not certain to be consumption.
pub fn check(table: &Table, values: &mut Values, around: &Surroundings) {
    if let Some(title) = &around.not_measured {
        values.hold_all(&Hold::new(ProblemCode::KindUnclear, format!("\u{201c}{title}\u{201d} says that these numbers are planned or calculated, not measured.")));
    }
    statistics(table, values);
    dated::dates_of_another_year(table, values);
    export_and_import(table, values);
    carriers_of_heat(table, values, around);
    totals::sums_of_columns(table, values);
    unclear::unclear_columns(table, values, around);
    scale::scale_in_a_note(table, values);
    scale::factor_in_a_heading(table, values);
    scale::price_times_quantity(values);
    registers::registers_beside(values);
    registers::registers(table, values, around);
    scale::spread(values);
    credits::credits(values);
    credits::negative(values);
    sums::sums_of_rows(table, values);
    sums::sums_of_places(table, values);
    sums::second_cut(table, values);
    repeats::same_in_other_units(values);
    repeats::contradictions(values);
    repeats::one_name_for_several(values);
    sums::wholes_of_parts(values);
    zeros::trailing_zeros(table, values);
}

/// Rows of territories or sectors are statistics.
fn statistics(table: &Table, values: &mut Values) {
    let territory = table.columns.iter().any(|column| column.role == Role::Statistic);
    let named = table
        .columns
        .iter()
        .any(|column| matches!(column.role, Role::Site | Role::Meter | Role::Account));
    if territory && !named {
        values.hold_all(&Hold::new(ProblemCode::LayoutUnclear, "The rows are territories or sectors, so these are statistics rather than the readings of meters."));
    }
}

/// Where a site also makes energy, import and consumption are two things, and only one of them is the meter's.
fn export_and_import(table: &Table, values: &mut Values) {
    let is_both_ways = table
        .columns
        .iter()
        .any(|column| column.role == Role::Quantity && column.heading.words.has(Word::Received));
    let is_made = table.columns.iter().any(|column| column.role == Role::Generation);
    if table.wide || !(is_made || is_both_ways) {
        return;
    }
    let used: Vec<&super::find::Column> = table
        .columns
        .iter()
        .filter(|column| {
            column.role == Role::Quantity
                && column.heading.commodity.is_none_or(|c| c == readings::Commodity::Electricity)
        })
        .filter(|column| matches!(column.heading.dimension(), None | Some(Dimension::Energy)))
        .collect();
    if used.len() > 1 {
        let columns: Vec<u32> = used.iter().map(|column| column.index).collect();
        let hold = Hold::new(
            ProblemCode::LayoutUnclear,
            if is_both_ways {
                "Energy was delivered and received, and which of the columns is the consumption is not certain."
            } else {
                "Beside generation stand several columns of energy, and which of them is the consumption is not certain."
            },
        );
        values
            .candidates
            .iter_mut()
            .filter(|candidate| columns.contains(&candidate.at.column))
            .for_each(|candidate| candidate.hold(&hold));
    }
}

/// Volume and mass beside the heat of a heat meter are what carried it, not something used.
fn carriers_of_heat(table: &Table, values: &mut Values, around: &Surroundings) {
    use readings::Commodity::{Cooling, Heat, Steam, Water};
    let thermal = |column: &&super::find::Column| {
        let unit = column.heading.unit.as_ref().and_then(|unit| unit.text.unit);
        column.role == Role::Quantity
            && column.heading.dimension() == Some(Dimension::Energy)
            && (matches!(unit, Some(readings::Unit::Gigacalorie | readings::Unit::Gigajoule))
                || matches!(
                    column.heading.commodity.or(around.commodity),
                    Some(Heat | Cooling | Steam)
                ))
    };
    if table.wide || !table.columns.iter().any(|column| thermal(&column)) {
        return;
    }
    let carriers: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| {
            matches!(column.heading.dimension(), Some(Dimension::Volume | Dimension::Mass))
        })
        .filter(|column| !matches!(column.heading.commodity, Some(Water)))
        .filter(|column| {
            column.heading.commodity.is_none() || column.heading.commodity == around.commodity
        })
        .map(|column| column.index)
        .collect();
    let hold = Hold::new(
        ProblemCode::LayoutUnclear,
        "Beside heat, a volume or mass may be what carried the heat rather than something used.",
    );
    values
        .candidates
        .iter_mut()
        .filter(|candidate| carriers.contains(&candidate.at.column))
        .for_each(|candidate| candidate.hold(&hold));
}
