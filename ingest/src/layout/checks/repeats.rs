//! What is stated twice: in another unit, or with another value.

use foldhash::{HashMap, HashMapExt as _, HashSet};
use readings::{Commodity, Period, ProblemCode, ReadingKind};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Hold, Values};
use super::by_unit::name_by_unit;

/// Two columns or rows of one place that say the same in two units: the first is kept.
pub(super) fn same_in_other_units(values: &mut Values) {
    let lists = values.by_series();
    let mut groups: HashMap<(Option<String>, Option<u32>), Vec<usize>> = HashMap::new();
    for (at, series) in values.series.iter().enumerate() {
        groups.entry((series.site.clone(), series.place.0.map(|_| 0))).or_default().push(at);
    }
    let mut copies = Vec::new();
    for members in groups.values().filter(|members| members.len() > 1 && members.len() <= 64) {
        for (at, later) in members.iter().enumerate() {
            for earlier in &members[..at] {
                if is_copy(values, &lists, *earlier, *later) {
                    copies.push(*later);
                    break;
                }
            }
        }
    }
    let hold = Hold::new(
        ProblemCode::Overlap,
        "The same quantity stands in another column or row in another unit, and is counted once.",
    );
    for series in copies {
        for index in &lists[series] {
            values.candidates[*index].hold(&hold);
        }
    }
}

/// The same meter and period twice: equal values are one reading, different ones contradict each other.
pub(super) fn contradictions(values: &mut Values) {
    let alike = same_names(values);
    let mut seen: HashMap<(usize, Period, ReadingKind), Vec<usize>> = HashMap::new();
    for (index, candidate) in values.candidates.iter().enumerate() {
        if let Some(period) = candidate.period.filter(|_| candidate.is_live()) {
            let kind = if candidate.kind == ReadingKind::Estimated {
                ReadingKind::Consumption
            } else {
                candidate.kind
            };
            seen.entry((alike[candidate.series], period, kind)).or_default().push(index);
        }
    }
    let live = values.candidates.iter().filter(|candidate| candidate.is_live()).count();
    let mut against: Vec<usize> = Vec::new();
    let mut again: Vec<usize> = Vec::new();
    let mut replaced: Vec<usize> = Vec::new();
    for list in seen.values().filter(|list| list.len() > 1) {
        let first = values.candidates[list[0]].number;
        if list.iter().all(|index| values.candidates[*index].number == first) {
            again.extend(&list[1..]);
        } else if let Some(estimates) = estimates_of_one(values, list) {
            replaced.extend(estimates);
        } else {
            against.extend(list);
        }
    }
    // Without a name for the meters, contradictions mean that several meters are mixed.
    let named = values.series.iter().any(|series| series.meter.is_some() || series.site.is_some());
    let most = if named { 7 } else { 2 };
    if against.len() * 10 > live * most && live > 4 {
        values.hold_all(&Hold::new(
            ProblemCode::LayoutUnclear,
            "Many rows state different values for the same period, and no column tells them apart.",
        ));
        return;
    }
    let different = Hold::new(
        ProblemCode::Contradiction,
        "The file states different values for the same meter and period.",
    );
    for index in against {
        values.candidates[index].hold(&different);
    }
    let estimate = Hold::new(
        ProblemCode::Overlap,
        "An estimate of a period whose actual value stands in the file as well, and that alone is counted.",
    );
    for index in replaced {
        values.candidates[index].hold(&estimate);
    }
    let same = Hold::new(
        ProblemCode::Overlap,
        "The file states the same value for this meter and period once before.",
    );
    for index in again {
        values.candidates[index].hold(&same);
    }
}

/// Different values for one period under the same names, from different columns or rows: where the rows have other names
/// as well, these tell the meters apart; elsewhere at most one of them has the name.
pub(super) fn one_name_for_several(values: &mut Values) {
    let against = under_one_name(values);
    if against.is_empty() {
        return;
    }
    let mixed: HashSet<usize> =
        against.into_iter().map(|index| values.candidates[index].series).collect();
    for series in mixed {
        let series = &mut values.series[series];
        if let Some(also) = series.also.take() {
            series.meter = Some(match series.meter.take() {
                Some(meter) => format!("{meter} {also}"),
                None => also,
            });
        }
    }
    let mixed: HashSet<usize> =
        under_one_name(values).into_iter().map(|index| values.candidates[index].series).collect();
    name_by_unit(values, mixed.into_iter());
    let hold = Hold::new(
        ProblemCode::Contradiction,
        "Other cells state another value for this period under the same names: which of them is this meter's?",
    );
    for index in under_one_name(values) {
        values.candidates[index].hold(&hold);
    }
}

/// The values that stand against others of the same names and period.
fn under_one_name(values: &Values) -> Vec<usize> {
    let mut groups: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, series) in values.series.iter().enumerate() {
        groups.entry((&series.site, &series.meter, series.commodity)).or_default().push(at);
    }
    let mut group_of: Vec<Option<usize>> = vec![None; values.series.len()];
    for (group, members) in groups.into_values().filter(|members| members.len() > 1).enumerate() {
        for member in members {
            group_of[member] = Some(group);
        }
    }
    let mut seen: HashMap<(usize, ReadingKind, Period), (Decimal, Vec<usize>)> = HashMap::new();
    let mut against: Vec<usize> = Vec::new();
    for (index, candidate) in values.candidates.iter().enumerate() {
        let Some(group) = group_of[candidate.series].filter(|_| candidate.is_live()) else {
            continue;
        };
        let Some(period) = candidate.period else { continue };
        let (number, list) =
            seen.entry((group, candidate.kind, period)).or_insert((candidate.number, Vec::new()));
        if *number == candidate.number {
            list.push(index);
        } else {
            against.push(index);
            against.append(list);
        }
    }
    against
}

/// The estimates among values of one meter and period, where one value beside them is actual.
fn estimates_of_one(values: &Values, list: &[usize]) -> Option<Vec<usize>> {
    let is_estimate = |index: &&usize| values.candidates[**index].kind == ReadingKind::Estimated;
    let estimates: Vec<usize> = list.iter().filter(is_estimate).copied().collect();
    (estimates.len() + 1 == list.len()).then_some(estimates)
}

fn is_copy(values: &Values, lists: &[Vec<usize>], earlier: usize, later: usize) -> bool {
    let (a, b) = (&values.series[earlier], &values.series[later]);
    let unit = |series: &super::super::candidate::Series| {
        series.unit.as_ref().map(|unit| unit.text.clone())
    };
    // A plant's bill repeated on the rows of its machines is one reading.
    let repeated = unit(a) == unit(b)
        && a.commodity == b.commodity
        && a.place == b.place
        && a.place.0.is_none();
    let other_commodity =
        a.commodity != b.commodity && a.commodity.is_some() && b.commodity.is_some();
    if other_commodity || unit(a) == unit(b) && !repeated {
        return false;
    }
    let numbers: HashMap<Period, Decimal> = lists[earlier]
        .iter()
        .filter_map(|index| {
            Some((values.candidates[*index].period?, values.candidates[*index].number))
        })
        .collect();
    let mut ratios = Vec::new();
    for index in &lists[later] {
        let candidate = &values.candidates[*index];
        let Some(other) = candidate.period.and_then(|period| numbers.get(&period)) else {
            continue;
        };
        match (other.is_zero(), candidate.number.is_zero()) {
            (true, true) => {}
            (false, false) => ratios.push(candidate.number / *other),
            _ => return false,
        }
    }
    let distinct: std::collections::HashSet<String> =
        numbers.values().map(ToString::to_string).collect();
    let Some(first) = ratios.first() else { return false };
    let tolerance = if repeated { Decimal::ZERO } else { first.abs() * dec!(0.02) };
    (!repeated || *first == Decimal::ONE)
        && ratios.len() >= 3
        && distinct.len() >= 3
        && ratios.iter().all(|ratio| (ratio - first).abs() <= tolerance)
}

/// For each series the first that has the same names: rows of a wide table that nothing tells apart are one meter.
fn same_names(values: &Values) -> Vec<usize> {
    let mut known: HashMap<([Option<&str>; 4], Option<Commodity>), usize> = HashMap::new();
    values
        .series
        .iter()
        .enumerate()
        .map(|(at, series)| {
            let unit = series.unit.as_ref().map(|unit| &*unit.text);
            let names = [
                series.site.as_deref(),
                series.meter.as_deref(),
                unit,
                Some(series.label.as_str()),
            ];
            let names = (names, series.commodity);
            if series.place.0.is_some() { *known.entry(names).or_insert(at) } else { at }
        })
        .collect()
}
