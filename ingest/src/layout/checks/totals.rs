//! Columns that are the totals of others beside them, or parts of one.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use readings::{Commodity, Dimension, ProblemCode, Unit};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Fate, Hold, Values};
use super::super::find::{Column, Table};
use super::super::heading::HeadingPeriod;
use super::super::words::Word;
use super::sums::close_within;

/// A column that is the sum of neighbouring columns is their total: among all columns of values, or, where periods stand
/// across, among those of one period.
pub(super) fn sums_of_columns(table: &Table, values: &mut Values) {
    let columns = super::super::rows::value_columns(table);
    let mut groups: Vec<Vec<&Column>> = Vec::new();
    let mut known: HashMap<Option<HeadingPeriod>, usize> = HashMap::new();
    for column in columns.into_iter().map(|at| &table.columns[at]) {
        let group = *known.entry(column.period).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(column);
    }
    groups.retain(|group| (3..=40).contains(&group.len()));
    if groups.is_empty() {
        return;
    }
    let mut rows: BTreeMap<u32, HashMap<u32, Decimal>> = BTreeMap::new();
    // Where a group has several units, in one: a total of all energy is known whatever its parts are stated in.
    let has_several = |group: &&Vec<&Column>| {
        let mut units = group.iter().filter_map(|column| unit(column));
        units.next().is_some_and(|first| units.any(|other| other != first))
    };
    let factors: HashMap<u32, Decimal> = groups
        .iter()
        .filter(has_several)
        .flatten()
        .filter_map(|column| Some((column.index, unit(column)?.factor())))
        .collect();
    for candidate in values.candidates.iter().take(4_000) {
        let column = candidate.at.column;
        let factor = factors.get(&column).copied().unwrap_or(Decimal::ONE);
        let number = candidate.number.checked_mul(factor).unwrap_or(candidate.number);
        rows.entry(candidate.at.row).or_default().insert(column, number);
    }
    let mut totals: Vec<u32> = Vec::new();
    let mut unsure: Vec<u32> = Vec::new();
    for group in &groups {
        totals.extend(parts_without_unit(&rows, group));
        let found = totals_among(&rows, group);
        if group.len() - found.len() > 2 {
            let alike = |column: &Column| {
                let own = measure(column);
                group.iter().filter(|other| measure(other).0 == own.0).count()
            };
            unsure.extend(
                group
                    .iter()
                    .filter(|column| !found.contains(&column.index))
                    .filter(|column| column.heading.words.has(Word::Total) && alike(column) > 2)
                    .map(|column| column.index),
            );
        }
        totals.extend(found);
    }
    for candidate in
        values.candidates.iter_mut().filter(|candidate| totals.contains(&candidate.at.column))
    {
        if candidate.is_live() {
            candidate.fate = Fate::NotData;
        }
    }
    let hold = Hold::new(
        ProblemCode::LayoutUnclear,
        "The column is called a total, but it is not the sum of the columns beside it.",
    );
    values
        .candidates
        .iter_mut()
        .filter(|candidate| unsure.contains(&candidate.at.column))
        .for_each(|candidate| candidate.hold(&hold));
}

/// Columns that say nothing of what they count and add up to the one of their group that does: the rates of its meter,
/// such as peak and off-peak. The sum is what is counted.
fn parts_without_unit(rows: &BTreeMap<u32, HashMap<u32, Decimal>>, group: &[&Column]) -> Vec<u32> {
    let (stated, parts): (Vec<&Column>, Vec<&Column>) =
        group.iter().copied().partition(|column| column.heading.unit.is_some());
    let &[whole] = stated.as_slice() else { return Vec::new() };
    let says_nothing = |column: &&Column| column.heading.commodity.is_none();
    let parts: Vec<u32> =
        parts.iter().filter(|column| says_nothing(column)).map(|column| column.index).collect();
    if parts.len() > 1 && is_sum(rows, &parts, whole.index, EXACT) { parts } else { Vec::new() }
}

fn unit(column: &Column) -> Option<Unit> {
    column.heading.unit.as_ref().and_then(|unit| unit.text.unit)
}

fn measure(column: &Column) -> (Option<Dimension>, Option<Commodity>) {
    (column.heading.dimension(), column.heading.commodity)
}

/// The columns of a group that are sums of two or more of those beside them.
fn totals_among(rows: &BTreeMap<u32, HashMap<u32, Decimal>>, group: &[&Column]) -> Vec<u32> {
    let mut totals: Vec<u32> = Vec::new();
    for (at, total) in group.iter().enumerate() {
        let alike = |other: &&&Column| {
            measure(other).0 == measure(total).0 && !totals.contains(&other.index)
        };
        let index = |column: &&Column| column.index;
        let before: Vec<u32> = group[..at].iter().rev().filter(alike).map(index).collect();
        let after: Vec<u32> = group[at + 1..].iter().filter(alike).map(index).collect();
        let one_unit = |members: &[u32]| {
            let mut those = group.iter().filter(|column| members.contains(&column.index));
            those.all(|column| unit(column) == unit(total))
        };
        let adds_up = |members: &[u32]| {
            let least = if one_unit(members) { EXACT } else { CONVERTED };
            is_sum(rows, members, total.index, least)
        };
        let found = [&before, &after].into_iter().find_map(|members| {
            (2..=members.len()).find(|n| adds_up(&members[..*n])).map(|n| &members[..n])
        });
        match found {
            // In some rows only the total is stated: it is what counts in all of them.
            Some(parts) if is_stated_alone(rows, parts, total.index) => totals.extend(parts),
            Some(_) => totals.push(total.index),
            None => {}
        }
    }
    totals
}

/// By what share a sum may differ from its total, and in how many rows at least two of its members must count.
type Least = (Decimal, usize);
/// For numbers of one unit.
const EXACT: Least = (dec!(0.000001), 2);
/// For numbers that were rounded in units of their own.
const CONVERTED: Least = (dec!(0.001), 4);

/// Whether some row states the total and none of its parts.
fn is_stated_alone(rows: &BTreeMap<u32, HashMap<u32, Decimal>>, parts: &[u32], total: u32) -> bool {
    rows.values()
        .any(|row| row.contains_key(&total) && parts.iter().all(|member| !row.contains_key(member)))
}

/// Whether in every row with members they add up to the total, and in enough of them at least two count.
fn is_sum(
    rows: &BTreeMap<u32, HashMap<u32, Decimal>>,
    members: &[u32],
    total: u32,
    (share, least): Least,
) -> bool {
    let mut significant = 0usize;
    for row in rows.values() {
        let Some(total) = row.get(&total) else { continue };
        let parts: Vec<Decimal> =
            members.iter().filter_map(|member| row.get(member).copied()).collect();
        if parts.is_empty() {
            continue;
        }
        if !close_within(parts.iter().sum(), *total, share) {
            return false;
        }
        significant += usize::from(parts.iter().filter(|part| !part.is_zero()).count() >= 2);
    }
    significant >= least
}
