//! Totals of other rows and periods, which are not counted beside them.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use readings::{Period, ProblemCode};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Fate, Hold, Values};
use super::super::find::Table;
use super::super::text::fold;
use super::super::words::{self, Word};

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
    let mut totals = totals_above(values, &rows);
    // Since the last total, and of all parts: the total of totals sums the parts of all of them.
    let (mut since, mut all) = (Sum::default(), Sum::default());
    for (at, row) in rows.iter().enumerate() {
        if totals.contains(&at) {
            since = Sum::default();
            continue;
        }
        if at > 0 && values.series[at].unit != values.series[at - 1].unit {
            (since, all) = (Sum::default(), Sum::default());
        }
        if since.is(row) || all.is(row) {
            totals.push(at);
            since = Sum::default();
            continue;
        }
        since.add(row);
        all.add(row);
    }
    totals.extend(running_sums(&rows));
    for total in totals {
        for index in &lists[total] {
            if values.candidates[*index].is_live() {
                values.candidates[*index].fate = Fate::NotData;
            }
        }
    }
}

/// Rows in which each number is the sum of those of the row above up to its column: `Cumulative`.
fn running_sums(rows: &[HashMap<u32, Decimal>]) -> Vec<usize> {
    const LEAST: usize = 4;
    let is_running = |part: &HashMap<u32, Decimal>, row: &HashMap<u32, Decimal>| {
        let mut columns: Vec<u32> = row.keys().copied().collect();
        columns.sort_unstable();
        let mut sum = Decimal::ZERO;
        let grew = columns.iter().filter(|column| part.get(*column).is_some_and(|n| !n.is_zero()));
        grew.count() >= LEAST
            && columns.iter().all(|column| {
                sum += part.get(column).copied().unwrap_or_default();
                close(sum, row[column])
            })
    };
    (1..rows.len()).filter(|at| is_running(&rows[*at - 1], &rows[*at])).collect()
}

/// The sums of rows by column.
#[derive(Default)]
struct Sum {
    numbers: HashMap<u32, Decimal>,
    members: usize,
}

impl Sum {
    fn add(&mut self, row: &HashMap<u32, Decimal>) {
        for (column, number) in row {
            *self.numbers.entry(*column).or_default() += *number;
        }
        self.members += usize::from(row.values().any(|number| !number.is_zero()));
    }

    /// Whether a row is this sum, in every period; one of whole numbers may have been rounded.
    fn is(&self, row: &HashMap<u32, Decimal>) -> bool {
        let significant = row.values().filter(|number| !number.is_zero()).count();
        let summed = |column: &u32| self.numbers.get(column).copied().unwrap_or_default();
        let rounded = |sum: Decimal, number: Decimal| {
            significant >= 3
                && number.fract().is_zero()
                && !sum.fract().is_zero()
                && (sum - number).abs() <= Decimal::ONE
        };
        self.members >= 2
            && significant >= 2
            && row.iter().all(|(column, number)| {
                let sum = summed(column);
                close(sum, *number) || rounded(sum, *number)
            })
    }
}

/// In a table with a row per place, all of one period: a row that is called a total, or a sum by its name, is what the
/// rows above it add up to; one that is called so and adds up to nothing is asked about.
pub(super) fn sums_of_places(table: &Table, values: &mut Values) {
    let Some(first) = values.candidates.first().map(|candidate| candidate.when) else { return };
    if table.wide || values.candidates.iter().any(|candidate| candidate.when != first) {
        return;
    }
    let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in values.candidates.iter().enumerate() {
        rows.entry(candidate.at.row).or_default().push(index);
    }
    if rows.len() < 3 {
        return;
    }
    let says_total = |name: &String| words::meaning(&fold(name)).words.has(Word::Total);
    let called: Vec<bool> = values
        .series
        .iter()
        .map(|series| [&series.site, &series.meter].into_iter().flatten().any(says_total))
        .collect();
    let mut sum: HashMap<u32, Decimal> = HashMap::new();
    let mut members = 0usize;
    let hold = Hold::new(
        ProblemCode::LayoutUnclear,
        "The row is called a total, and other rows of the table may be its parts.",
    );
    for list in rows.into_values() {
        let called_total = list.iter().any(|index| called[values.candidates[*index].series]);
        let is_sum = members >= 2
            && list.iter().all(|index| {
                let candidate = &values.candidates[*index];
                close(sum.get(&candidate.at.column).copied().unwrap_or_default(), candidate.number)
            });
        let significant =
            list.iter().filter(|index| !values.candidates[**index].number.is_zero()).count();
        if is_sum && significant >= if called_total { 1 } else { 2 } {
            for index in list {
                if values.candidates[index].is_live() {
                    values.candidates[index].fate = Fate::NotData;
                }
            }
            (sum, members) = (HashMap::new(), 0);
            continue;
        }
        for index in list {
            if called_total {
                values.candidates[index].hold(&hold);
                continue;
            }
            let candidate = &values.candidates[index];
            *sum.entry(candidate.at.column).or_default() += candidate.number;
        }
        members += usize::from(!called_total && significant > 0);
    }
}

/// Totals that stand above their parts: the first row of a unit, and the row below the parts of such a total. Elsewhere
/// a row may be half of something by chance.
fn totals_above(values: &Values, rows: &[HashMap<u32, Decimal>]) -> Vec<usize> {
    let mut totals = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        if let Some(after) = below_its_parts(values, rows, at) {
            totals.push(at);
            at = after;
            continue;
        }
        let unit = &values.series[at].unit;
        let next = (at..rows.len()).find(|next| values.series[*next].unit != *unit);
        at = next.unwrap_or(rows.len());
    }
    totals
}

/// The row below the parts of a row that is, in every period, the sum of two or more rows right below it.
fn below_its_parts(values: &Values, rows: &[HashMap<u32, Decimal>], at: usize) -> Option<usize> {
    let row = &rows[at];
    if row.values().filter(|number| !number.is_zero()).count() < 2 {
        return None;
    }
    let whole: Decimal = row.values().sum();
    let mut sum: HashMap<u32, Decimal> = HashMap::new();
    let mut members = 0usize;
    for (below, part_row) in rows.iter().enumerate().skip(at + 1) {
        let is_part = values.series[below].unit == values.series[at].unit
            && part_row
                .iter()
                .all(|(column, number)| row.contains_key(column) && !number.is_sign_negative());
        if !is_part {
            return None;
        }
        for (column, number) in part_row {
            *sum.entry(*column).or_default() += *number;
        }
        members += usize::from(part_row.values().any(|number| !number.is_zero()));
        let part = |column: &u32| sum.get(column).copied().unwrap_or_default();
        if members >= 2 && row.iter().all(|(column, number)| close(part(column), *number)) {
            return Some(below + 1);
        }
        if sum.values().sum::<Decimal>() > whole + whole * dec!(0.001) {
            return None;
        }
    }
    None
}

/// In a wide table: rows that add up, in every period, to what the rows above them add up to cut the same total another
/// way (by region, then by network), and are not counted beside them.
pub(super) fn second_cut(table: &Table, values: &mut Values) {
    if !table.wide || values.series.len() < 4 || values.series.len() > 2_000 {
        return;
    }
    let lists: Vec<Vec<usize>> = values
        .by_series()
        .into_iter()
        .filter(|list| {
            list.iter().any(|index| {
                let held_as_total = matches!(&values.candidates[*index].fate,
                    Fate::Held(hold) if hold.code == ProblemCode::LayoutUnclear);
                values.candidates[*index].fate != Fate::NotData && !held_as_total
            })
        })
        .collect();
    let unit = |list: &Vec<usize>| {
        list.first().map(|index| &values.series[values.candidates[*index].series].unit)
    };
    if lists.len() < 4 || lists.iter().any(|list| unit(list) != unit(&lists[0])) {
        return;
    }
    let mut whole: HashMap<u32, Decimal> = HashMap::new();
    for index in lists.iter().flatten() {
        let candidate = &values.candidates[*index];
        *whole.entry(candidate.at.column).or_default() += candidate.number;
    }
    if whole.values().filter(|sum| !sum.is_zero()).count() < 3 {
        return;
    }
    let mut part: HashMap<u32, Decimal> = HashMap::new();
    let mut cut = None;
    for (at, list) in lists.iter().enumerate().take(lists.len() - 2) {
        for index in list {
            let candidate = &values.candidates[*index];
            *part.entry(candidate.at.column).or_default() += candidate.number;
        }
        let half = whole.iter().all(|(column, total)| {
            let part = part.get(column).copied().unwrap_or_default();
            close_within(part + part, *total, dec!(0.00001))
        });
        if at >= 1 && half {
            cut = Some(at + 1);
            break;
        }
    }
    let Some(cut) = cut else { return };
    let hold = Hold::new(
        ProblemCode::Overlap,
        "These rows add up to the same total as the rows above them: another way of parting it, counted once.",
    );
    for index in lists[cut..].iter().flatten() {
        values.candidates[*index].hold(&hold);
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

fn close(a: Decimal, b: Decimal) -> bool {
    close_within(a, b, dec!(0.000001))
}

pub(super) fn close_within(a: Decimal, b: Decimal, share: Decimal) -> bool {
    (a - b).abs() <= a.abs().max(b.abs()) * share
}
