//! Totals of other cells, which are not counted beside them.

use std::collections::HashMap;

use readings::{Period, ProblemCode};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Fate, Hold, Values};
use super::super::find::Table;
use super::super::words::Word;

/// A column that is the sum of neighbouring columns is their total.
pub(super) fn sums_of_columns(table: &Table, values: &mut Values) {
    let columns = super::super::rows::value_columns(table);
    if table.wide || !(3..=40).contains(&columns.len()) {
        return;
    }
    let columns: Vec<u32> = columns.into_iter().map(|at| table.columns[at].index).collect();
    let mut rows: std::collections::BTreeMap<u32, HashMap<u32, Decimal>> =
        std::collections::BTreeMap::new();
    for candidate in values.candidates.iter().take(4_000) {
        rows.entry(candidate.at.row).or_default().insert(candidate.at.column, candidate.number);
    }
    let unit = |column: u32| {
        let column = table.columns.iter().find(|other| other.index == column);
        column.map(|column| (column.heading.dimension(), column.heading.commodity))
    };
    let mut totals: Vec<u32> = Vec::new();
    for (at, total) in columns.iter().enumerate() {
        let alike = |other: &&u32| {
            unit(**other).map(|u| u.0) == unit(*total).map(|u| u.0) && !totals.contains(other)
        };
        let before: Vec<u32> = columns[..at].iter().rev().filter(alike).copied().collect();
        let after: Vec<u32> = columns[at + 1..].iter().filter(alike).copied().collect();
        if [before, after]
            .iter()
            .any(|members| (2..=members.len()).any(|n| is_sum(&rows, &members[..n], *total)))
        {
            totals.push(*total);
        }
    }
    for candidate in
        values.candidates.iter_mut().filter(|candidate| totals.contains(&candidate.at.column))
    {
        if candidate.is_live() {
            candidate.fate = Fate::NotData;
        }
    }
    let members = columns.len() - totals.len();
    let unsure: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| columns.contains(&column.index) && !totals.contains(&column.index))
        .filter(|column| column.heading.words.has(Word::Total))
        .filter(|column| {
            columns
                .iter()
                .filter(|other| unit(**other).map(|u| u.0) == unit(column.index).map(|u| u.0))
                .count()
                > 2
        })
        .map(|column| column.index)
        .collect();
    if members > 2 {
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
}

/// In a wide table: a row that is the sum of the rows before it, in every period, is their total.
pub(super) fn sums_of_rows(table: &Table, values: &mut Values) {
    if !table.wide || values.series.len() < 3 || values.series.len() > 2_000 {
        return;
    }
    let lists = values.by_series();
    let row_of = |list: &[usize]| -> HashMap<u32, Decimal> {
        list.iter()
            .map(|index| (values.candidates[*index].at.column, values.candidates[*index].number))
            .collect()
    };
    let rows: Vec<HashMap<u32, Decimal>> = lists.iter().map(|list| row_of(list)).collect();
    let mut totals = Vec::new();
    let mut sum: HashMap<u32, Decimal> = HashMap::new();
    let mut members = 0usize;
    for (at, row) in rows.iter().enumerate() {
        if at > 0 && values.series[at].unit != values.series[at - 1].unit {
            (sum, members) = (HashMap::new(), 0);
        }
        let significant = row.values().filter(|n| !n.is_zero()).count();
        let equal = row
            .iter()
            .all(|(column, number)| close(sum.get(column).copied().unwrap_or_default(), *number));
        if members >= 2 && significant >= 2 && equal {
            totals.push(at);
            (sum, members) = (HashMap::new(), 0);
            continue;
        }
        for (column, number) in row {
            *sum.entry(*column).or_default() += *number;
        }
        members += usize::from(significant > 0);
    }
    for total in totals {
        for index in &lists[total] {
            if values.candidates[*index].is_live() {
                values.candidates[*index].fate = Fate::NotData;
            }
        }
    }
}

/// A period that covers three or more others of the same meter is their total.
pub(super) fn wholes_of_parts(values: &mut Values) {
    for list in values.by_series() {
        let mut periods: Vec<(Period, usize)> = list
            .iter()
            .filter(|index| values.candidates[**index].is_live())
            .filter_map(|index| Some((values.candidates[*index].period?, *index)))
            .collect();
        periods.sort_unstable();
        let mut wholes = Vec::new();
        for (at, (period, index)) in periods.iter().enumerate() {
            // Parts start at or after their whole; only a period much longer than its neighbour can be one.
            if period.days() < 80.0 {
                continue;
            }
            let inside = |other: &&(Period, usize)| {
                other.0.end() <= period.end()
                    && other.0.days() * 2.0 < period.days()
                    && other.0.start() >= period.start()
            };
            let same_start = periods[..at].iter().rev().take(24).filter(inside).count();
            let after = periods[at + 1..].iter().take(24).filter(inside).count();
            if same_start + after >= 3 {
                wholes.push(*index);
            }
        }
        let hold = Hold::new(
            ProblemCode::Overlap,
            "The period covers other readings of the same meter, as a total does.",
        );
        for index in wholes {
            values.candidates[index].hold(&hold);
        }
    }
}

/// Whether in every row the members add up to the total, and at least two of them count.
fn is_sum(
    rows: &std::collections::BTreeMap<u32, HashMap<u32, Decimal>>,
    members: &[u32],
    total: u32,
) -> bool {
    let mut significant = 0usize;
    for row in rows.values() {
        let Some(total) = row.get(&total) else { continue };
        let parts: Vec<Decimal> =
            members.iter().filter_map(|member| row.get(member).copied()).collect();
        if !close(parts.iter().sum(), *total) {
            return false;
        }
        significant += usize::from(parts.iter().filter(|part| !part.is_zero()).count() >= 2);
    }
    significant >= 2
}

fn close(a: Decimal, b: Decimal) -> bool {
    (a - b).abs() <= a.abs().max(b.abs()) * dec!(0.000001)
}
