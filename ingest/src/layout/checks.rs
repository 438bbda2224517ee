//! What the numbers of a table say about themselves, before anything is believed.

mod credits;
mod registers;
mod repeats;
mod scale;
mod sums;
mod totals;
mod zeros;

use foldhash::{HashMap, HashSet};
use readings::{Dimension, ProblemCode, ReadingKind};

use super::candidate::{Hold, Values, When};
use super::context::Surroundings;
use super::find::Table;
use super::role::Role;
use super::words::Word;

pub use registers::rise_together;

/// Holds what contradicts itself or is not certain to be consumption.
pub fn check(table: &Table, values: &mut Values, around: &Surroundings) {
    if let Some(title) = &around.not_measured {
        values.hold_all(&Hold::new(ProblemCode::KindUnclear, format!("\u{201c}{title}\u{201d} says that these numbers are planned or calculated, not measured.")));
    }
    statistics(table, values);
    export_and_import(table, values);
    carriers_of_heat(table, values, around);
    totals::sums_of_columns(table, values);
    unclear_columns(table, values, around);
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

/// Columns whose headings are not understood at all, beside a column of names: they are no meters, and where there are
/// several, a title cannot say which of them it means.
fn strange_columns(table: &Table) -> HashSet<u32> {
    let named = table.columns.iter().any(|column| {
        matches!(column.role, Role::Site | Role::Meter | Role::Account | Role::Identifier)
    });
    table
        .columns
        .iter()
        .filter(|column| named && column.role == Role::Unclear && !column.heading.supplies)
        .filter(|column| column.heading.unit.is_none() && !column.heading.unknown.is_empty())
        .map(|column| column.index)
        .collect()
}

/// Numbers whose heading names only a commodity or a place: cost or consumption?
fn unclear_columns(table: &Table, values: &mut Values, around: &Surroundings) {
    let roles: HashMap<u32, &super::find::Column> =
        table.columns.iter().map(|column| (column.index, column)).collect();
    let costs = table.columns.iter().any(|column| matches!(column.role, Role::Cost | Role::Price))
        || around.words.any(&[Word::Cost, Word::Price]);
    let clear_unit = around
        .unit
        .as_ref()
        .and_then(|unit| unit.text.unit)
        .is_some_and(|unit| unit.dimension() != Dimension::Power);
    let value_columns = super::rows::value_columns(table).len();
    let strange = strange_columns(table);
    let series_units: Vec<bool> =
        values.series.iter().map(|series| series.unit.is_some()).collect();
    let unit = |series: &super::candidate::Series| series.unit.as_ref().and_then(|unit| unit.unit);
    let dimensions: Vec<Option<Dimension>> =
        values.series.iter().map(|series| unit(series).map(readings::Unit::dimension)).collect();
    for candidate in &mut values.candidates {
        let Some(column) = roles.get(&candidate.at.column) else { continue };
        let own_words = column.heading.words.has(Word::Quantity) && !table.wide;
        let doubtful =
            table.wide || column.role == Role::Unclear || around.words.has(Word::Generation);
        if let Some(other) = around.says_other().filter(|_| !own_words && doubtful) {
            candidate.hold(&title_speaks_of(other));
        }
        let year_only = matches!(candidate.when, When::Year(_));
        let unit = column.heading.unit.is_some() || clear_unit;
        if table.wide {
            if year_only && series_units.get(candidate.series).is_none_or(|known| !known) {
                candidate.hold(&Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Yearly numbers without a unit are taken for statistics, not for readings.",
                ));
            }
            continue;
        }
        if candidate.kind == ReadingKind::RegisterReading && column.role == Role::Unclear {
            continue;
        }
        match column.role {
            Role::Unclear if strange.len() > 1 && strange.contains(&column.index) => {
                candidate.hold(&Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Several columns have headings that are not understood; which of them holds the consumption?",
                ));
            }
            // `Units` that are said to be of energy or a volume are no money.
            Role::Unclear
                if column.heading.words.has(Word::Unit)
                    && dimensions
                        .get(candidate.series)
                        .copied()
                        .flatten()
                        .is_some_and(|d| matches!(d, Dimension::Energy | Dimension::Volume)) => {}
            Role::Unclear
                if !(around.says_used
                    || clear_unit
                    || candidate.kind == ReadingKind::AveragePower)
                    || costs =>
            {
                candidate.hold(&Hold::new(
                    ProblemCode::KindUnclear,
                    "Nothing says whether these numbers are consumption, cost or something else.",
                ));
            }
            Role::Power if column.heading.unit.is_none() => {
                candidate.hold(&Hold::new(
                    ProblemCode::UnitUnknown,
                    "Power without a unit cannot be told from energy.",
                ));
            }
            Role::Quantity
                if value_columns > 1
                    && column.heading.unit.is_none()
                    && column.heading.commodity.is_none()
                    && column.heading.unknown.is_empty()
                    && !clear_unit =>
            {
                candidate.hold(&Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Several columns could hold the consumption, and nothing tells them apart.",
                ));
            }
            Role::Unclear
                if !series_units[candidate.series]
                    && candidate.period.is_some_and(|period| period.days() < 0.999) =>
            {
                candidate.hold(&Hold::new(
                    ProblemCode::KindUnclear,
                    "Nothing says whether these numbers are energy or power.",
                ));
            }
            Role::Quantity
                if column.heading.unit.is_none()
                    && !series_units[candidate.series]
                    && around.words.has(Word::Power)
                    && candidate.period.is_some_and(|period| period.days() < 0.999) =>
            {
                candidate.hold(&Hold::new(
                    ProblemCode::KindUnclear,
                    "Nothing says whether these numbers are energy or power.",
                ));
            }
            _ if year_only && !unit => {
                candidate.hold(&Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Yearly numbers without a unit are taken for statistics, not for readings.",
                ));
            }
            _ => {}
        }
    }
}

fn title_speaks_of(other: &str) -> Hold {
    let code = if other == "cost" { ProblemCode::CostOnly } else { ProblemCode::KindUnclear };
    Hold::new(
        code,
        format!("The title speaks of {other}, so these numbers are not taken for consumption."),
    )
}
