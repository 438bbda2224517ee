//! Meters of one name in several tables of a file: stated again, perhaps rounded or in another unit, or contradicted.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};
use readings::{Dimension, Period, ProblemCode, ReadingKind, Unit};
use rust_decimal::Decimal;

use super::candidate::{Hold, Series, Values};
use super::context::site_of_sheet;
use super::heading::Heading;

/// Meters of one name beyond which they are no longer compared with each other.
const MOST_ALIKE: usize = 100;

/// One meter of one table, with its values that are still to be printed.
struct Line {
    table: usize,
    series: usize,
    values: BTreeMap<(ReadingKind, Period), usize>,
}

/// The periods that two meters of one name both state: by their places in the two tables, those on which they agree and
/// those on which they do not.
#[derive(Default)]
struct Both {
    agree: Vec<(usize, usize)>,
    differ: Vec<(usize, usize)>,
}

/// Holds what a later table states again, and what two tables state differently: one would take the place of the other.
/// Where the sheets have names and their rows name places alone, each sheet is about meters of its own. `tables` are in
/// the order of the file, with the names of their sheets.
pub fn hold(tables: &mut [(String, Values)]) {
    if tables.len() < 2 {
        return;
    }
    name_by_sheet(tables);
    let mut holds: Vec<(usize, usize, Hold)> = Vec::new();
    for (one, two, both) in pairs(tables) {
        if both.differ.is_empty() {
            let hold = Hold::new(
                ProblemCode::Overlap,
                format!(
                    "These values stand on \u{201c}{}\u{201d} and are counted once.",
                    tables[one.table].0
                ),
            );
            let again = both.agree.into_iter().map(|(_, again)| (two.table, again, hold.clone()));
            holds.extend(again);
            continue;
        }
        if commodity(tables, &one) != commodity(tables, &two) {
            continue;
        }
        let hold = Hold::new(
            ProblemCode::Contradiction,
            "Another table of the file states another value for this meter and period: which of them is right?",
        );
        for (first, second) in both.differ {
            holds.push((one.table, first, hold.clone()));
            holds.push((two.table, second, hold.clone()));
        }
    }
    for (table, index, hold) in holds {
        tables[table].1.candidates[index].hold(&hold);
    }
}

/// Calls the meters of places that stand with different values on several sheets by the names of these sheets.
fn name_by_sheet(tables: &mut [(String, Values)]) {
    let mut mixed: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (one, two, both) in pairs(tables) {
        let unnamed = |line: &Line| series(tables, line).meter.is_none();
        let is_other_meter = both.differ.len() > both.agree.len()
            && commodity(tables, &one) == commodity(tables, &two)
            && tables[one.table].0 != tables[two.table].0;
        if is_other_meter && unnamed(&one) && unnamed(&two) {
            mixed.extend([(one.table, one.series), (two.table, two.series)]);
        }
    }
    for (table, series) in mixed {
        let (sheet, values) = &mut tables[table];
        values.series[series].meter = site_of_sheet(sheet, &Heading::of(sheet));
    }
}

fn series<'a>(tables: &'a [(String, Values)], line: &Line) -> &'a Series {
    &tables[line.table].1.series[line.series]
}

fn commodity(tables: &[(String, Values)], line: &Line) -> Option<readings::Commodity> {
    series(tables, line).commodity
}

/// Meters of one name in two tables, the earlier table first, that may be the same, and what they both state.
fn pairs(tables: &[(String, Values)]) -> Vec<(Line, Line, Both)> {
    type Named<'a> = (&'a Option<String>, &'a Option<String>);
    let mut by_name: HashMap<Named<'_>, Vec<(usize, usize)>> = HashMap::new();
    for (table, (_, values)) in tables.iter().enumerate() {
        for (at, series) in values.series.iter().enumerate() {
            if series.site.is_some() || series.meter.is_some() {
                by_name.entry((&series.site, &series.meter)).or_default().push((table, at));
            }
        }
    }
    by_name.retain(|_, meters| {
        meters.len() <= MOST_ALIKE && meters.iter().any(|(table, _)| *table != meters[0].0)
    });
    let mut groups: Vec<Vec<(usize, usize)>> = by_name.into_values().collect();
    groups.sort_unstable();
    let mut wanted: BTreeMap<(usize, usize), BTreeMap<(ReadingKind, Period), usize>> =
        groups.iter().flatten().map(|meter| (*meter, BTreeMap::new())).collect();
    for (table, (_, values)) in tables.iter().enumerate() {
        for (index, candidate) in values.candidates.iter().enumerate() {
            let Some(period) = candidate.period.filter(|_| candidate.is_live()) else { continue };
            if let Some(stated) = wanted.get_mut(&(table, candidate.series)) {
                stated.insert((candidate.kind, period), index);
            }
        }
    }
    let line = |(table, series): (usize, usize)| Line {
        table,
        series,
        values: wanted.get(&(table, series)).cloned().unwrap_or_default(),
    };
    let mut found = Vec::new();
    for meters in groups {
        for (at, one) in meters.iter().enumerate() {
            for two in meters[at + 1..].iter().filter(|two| two.0 != one.0) {
                let (one, two) = (line(*one), line(*two));
                let both = both(tables, &one, &two);
                if !(both.agree.is_empty() && both.differ.is_empty()) {
                    found.push((one, two, both));
                }
            }
        }
    }
    found
}

/// What two meters both state, where they count the same thing in units that can be compared.
fn both(tables: &[(String, Values)], one: &Line, two: &Line) -> Both {
    let (first, second) = (series(tables, one), series(tables, two));
    let unit = |series: &Series| series.unit.as_ref().and_then(|unit| unit.unit);
    let dimension = |series: &Series| -> Option<Dimension> { unit(series).map(Unit::dimension) };
    let differ = |same: bool, known: bool| known && !same;
    let is_other = differ(
        first.commodity == second.commodity,
        first.commodity.is_some() && second.commodity.is_some(),
    ) || differ(
        dimension(first) == dimension(second),
        dimension(first).is_some() && dimension(second).is_some(),
    );
    let mut both = Both::default();
    if is_other {
        return both;
    }
    let (of_first, of_second) = match (unit(first), unit(second)) {
        (Some(first), Some(second)) => (first.factor(), second.factor()),
        _ => (Decimal::ONE, Decimal::ONE),
    };
    for (period, index) in &one.values {
        let Some(other) = two.values.get(period) else { continue };
        let numbers = (
            tables[one.table].1.candidates[*index].number,
            tables[two.table].1.candidates[*other].number,
        );
        if agree((numbers.0, of_first), (numbers.1, of_second)) {
            both.agree.push((*index, *other));
        } else {
            both.differ.push((*index, *other));
        }
    }
    both
}

/// Whether two numbers in units of these sizes are the same to half of the last digit of each.
fn agree(one: (Decimal, Decimal), two: (Decimal, Decimal)) -> bool {
    let rounded = |(number, size): (Decimal, Decimal)| {
        Decimal::new(5, number.normalize().scale() + 1).checked_mul(size)
    };
    let off = || one.0.checked_mul(one.1)?.checked_sub(two.0.checked_mul(two.1)?);
    let least = || rounded(one)?.checked_add(rounded(two)?);
    matches!((off(), least()), (Some(off), Some(least)) if off.abs() <= least)
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn rounded_numbers_in_other_units_agree() {
        let (kilo, mega) = (dec!(1), dec!(1000));
        assert!(agree((dec!(7068.7), kilo), (dec!(7069), kilo)));
        assert!(agree((dec!(7068.7), kilo), (dec!(7.07), mega)));
        assert!(!agree((dec!(7068.7), kilo), (dec!(7.08), mega)));
        assert!(!agree((dec!(574), kilo), (dec!(576), kilo)));
    }
}
