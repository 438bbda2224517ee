//! The same readings in several tables of a file are counted once: copies, the same in another unit, sums.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use readings::{Commodity, Period, ProblemCode};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::candidate::{Hold, Series, Values};

/// Periods of a meter from which on it is compared with others.
const FEWEST: usize = 3;
/// Parts whose sum is no chance even in a single period, where it is exact.
const MANY_PARTS: usize = 10;
/// Share of a table's values that must stand in earlier tables, in percent, for it to be a copy.
const COPY_PERCENT: usize = 90;
/// Series of a file beyond which those of one name are no longer added up.
const MOST_LINES: usize = 20_000;
/// Series of one name beyond which they are no longer added up.
const MOST_ALIKE: usize = 1_000;
/// Series of a file beyond which they are no longer compared one by one.
const MOST_SERIES: usize = 400;

/// Holds tables and meters that repeat earlier ones. `tables` are in the order of the file, with the names of their
/// sheets.
pub fn hold(tables: &mut [(String, Values)]) {
    if tables.len() < 2 {
        return;
    }
    copied_tables(tables);
    compared_series(tables);
    repeated_values(tables);
    sums_over_time(tables);
    sums_over_sheets(tables);
}

fn on_sheet(sheet: &str, sentence: &str) -> Hold {
    Hold::new(
        ProblemCode::Overlap,
        format!("{sentence} on \u{201c}{sheet}\u{201d} and are counted once."),
    )
}

/// Holds tables most of whose values stand in earlier ones. What differs in such a table is left where an earlier table
/// has the same meter by name: it contradicts or adds to it.
fn copied_tables(tables: &mut [(String, Values)]) {
    let mut names: HashSet<(Option<String>, Option<String>)> = HashSet::new();
    let mut known: HashMap<(Period, Decimal), usize> = HashMap::new();
    let sheets: Vec<String> = tables.iter().map(|(sheet, _)| sheet.clone()).collect();
    for (at, (_, values)) in tables.iter_mut().enumerate() {
        let own: Vec<(Period, Decimal)> =
            live(values).filter(|(_, number)| !number.is_zero()).collect();
        let repeated: Vec<&(Period, Decimal)> =
            own.iter().filter(|pair| known.contains_key(*pair)).collect();
        let distinct: HashSet<Decimal> = repeated.iter().map(|(_, number)| *number).collect();
        if distinct.len() >= 3 && repeated.len() * 100 >= own.len() * COPY_PERCENT {
            let first = repeated.first().and_then(|pair| known.get(*pair)).copied().unwrap_or(at);
            let hold = on_sheet(&sheets[first], "These values stand");
            for candidate in &mut values.candidates {
                let series = &values.series[candidate.series];
                let same_meter = (series.site.is_some() || series.meter.is_some())
                    && names.contains(&(series.site.clone(), series.meter.clone()));
                let is_other = candidate.period.is_some_and(|period| {
                    let number = candidate.number.normalize();
                    !number.is_zero() && !known.contains_key(&(period, number))
                });
                if !(same_meter && is_other) {
                    candidate.hold(&hold);
                }
            }
            continue;
        }
        names
            .extend(values.series.iter().map(|series| (series.site.clone(), series.meter.clone())));
        for pair in own {
            known.entry(pair).or_insert(at);
        }
    }
}

/// Holds what a later table says once more of a meter with the same names: the same number in the same period.
fn repeated_values(tables: &mut [(String, Values)]) {
    type Place<'s> = (Option<&'s str>, Option<&'s str>, Option<Commodity>, Period);
    let mut known: HashMap<Place<'_>, (usize, Decimal)> = HashMap::new();
    let mut repeated: Vec<(usize, usize, usize)> = Vec::new();
    for (at, (_, values)) in tables.iter().enumerate() {
        for (index, candidate) in values.candidates.iter().enumerate() {
            let series = &values.series[candidate.series];
            let (site, meter) = (series.site.as_deref(), series.meter.as_deref());
            let Some(period) = candidate.period.filter(|_| candidate.is_live()) else { continue };
            if site.is_none() && meter.is_none() || candidate.number.is_zero() {
                continue;
            }
            let place = (site, meter, series.commodity, period);
            let (table, number) = *known.entry(place).or_insert((at, candidate.number));
            if table != at && number == candidate.number {
                repeated.push((at, index, table));
            }
        }
    }
    let sheets: Vec<String> = tables.iter().map(|(sheet, _)| sheet.clone()).collect();
    for (at, index, table) in repeated {
        let hold = on_sheet(&sheets[table], "This value stands");
        tables[at].1.candidates[index].hold(&hold);
    }
}

fn live(values: &Values) -> impl Iterator<Item = (Period, Decimal)> {
    values
        .candidates
        .iter()
        .filter(|candidate| candidate.is_live())
        .filter_map(|candidate| Some((candidate.period?, candidate.number.normalize())))
}

/// A meter of one table, for comparing with those of others.
struct Line {
    table: usize,
    series: usize,
    numbers: BTreeMap<Period, Decimal>,
}

fn lines(tables: &[(String, Values)], fewest: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (table, (_, values)) in tables.iter().enumerate() {
        let mut by_series: Vec<BTreeMap<Period, Decimal>> =
            vec![BTreeMap::new(); values.series.len()];
        for candidate in values.candidates.iter().filter(|candidate| candidate.is_live()) {
            if let Some(period) = candidate.period {
                by_series[candidate.series].insert(period, candidate.number);
            }
        }
        let with_numbers =
            by_series.into_iter().enumerate().filter(|(_, numbers)| numbers.len() >= fewest);
        lines.extend(with_numbers.map(|(series, numbers)| Line { table, series, numbers }));
    }
    lines
}

/// Meters of different tables whose numbers are the same, or the same times a constant.
fn compared_series(tables: &mut [(String, Values)]) {
    let lines = lines(tables, FEWEST);
    if lines.len() > MOST_SERIES {
        return;
    }
    let mut holds: Vec<(usize, usize, Hold)> = Vec::new();
    for (at, later) in lines.iter().enumerate() {
        for earlier in lines[..at].iter().filter(|earlier| earlier.table != later.table) {
            let Some(ratio) = constant_ratio(&earlier.numbers, &later.numbers) else { continue };
            let units = |line: &Line| {
                tables[line.table].1.series[line.series].unit.as_ref().and_then(|unit| unit.unit)
            };
            let converted = units(earlier)
                .zip(units(later))
                .and_then(|(from, to)| from.convert(Decimal::ONE, to));
            let same = (ratio - dec!(1)).abs() < dec!(0.000001)
                || other_text(
                    &tables[earlier.table].1.series[earlier.series],
                    &tables[later.table].1.series[later.series],
                ) && is_between_units(ratio)
                || converted
                    .is_some_and(|factor| (factor - ratio).abs() <= ratio.abs() * dec!(0.01));
            if same {
                holds.push((
                    later.table,
                    later.series,
                    on_sheet(&tables[earlier.table].0, "These values stand"),
                ));
            } else {
                let hold = Hold::new(
                    ProblemCode::AmbiguousScale,
                    format!(
                        "The same values stand on \u{201c}{}\u{201d} and \u{201c}{}\u{201d}, one {} times the other.",
                        tables[earlier.table].0,
                        tables[later.table].0,
                        ratio.round_dp(4).normalize()
                    ),
                );
                holds.push((later.table, later.series, hold.clone()));
                holds.push((earlier.table, earlier.series, hold));
            }
        }
    }
    apply(tables, holds);
}

fn apply(tables: &mut [(String, Values)], holds: Vec<(usize, usize, Hold)>) {
    let mut by_line: HashMap<(usize, usize), Hold> = HashMap::new();
    for (table, series, hold) in holds {
        by_line.entry((table, series)).or_insert(hold);
    }
    for (at, (_, values)) in tables.iter_mut().enumerate() {
        for candidate in &mut values.candidates {
            if let Some(hold) = by_line.get(&(at, candidate.series)) {
                candidate.hold(hold);
            }
        }
    }
}

/// Whether both units are written, and differently; one of them may not be understood.
fn other_text(a: &Series, b: &Series) -> bool {
    matches!((&a.unit, &b.unit), (Some(a), Some(b)) if a.text != b.text)
}

/// Whether a ratio is one between units of energy, but for the powers of ten in their prefixes: watt-hours, joules and
/// British thermal units.
fn is_between_units(ratio: Decimal) -> bool {
    let mut mantissa = ratio.abs();
    for _ in 0..12 {
        if mantissa >= Decimal::TEN {
            mantissa /= Decimal::TEN;
        } else if mantissa < Decimal::ONE && !mantissa.is_zero() {
            mantissa *= Decimal::TEN;
        }
    }
    [
        dec!(1),
        dec!(3.6),
        dec!(2.777778),
        dec!(1.055056),
        dec!(9.478171),
        dec!(2.930711),
        dec!(3.412142),
    ]
    .into_iter()
    .any(|known| (mantissa - known).abs() < known * dec!(0.002))
}

/// What the later numbers are of the earlier, where that is the same in at least four periods of different numbers.
fn constant_ratio(
    earlier: &BTreeMap<Period, Decimal>,
    later: &BTreeMap<Period, Decimal>,
) -> Option<Decimal> {
    let mut ratio: Option<Decimal> = None;
    let mut distinct = HashSet::new();
    for (period, number) in later {
        let Some(other) = earlier.get(period) else { continue };
        if other.is_zero() || number.is_zero() {
            if other != number {
                return None;
            }
            continue;
        }
        let own = number.checked_div(*other)?;
        match ratio {
            Some(known) if (own - known).abs() > known.abs() * dec!(0.00001) => return None,
            Some(_) => {}
            None => ratio = Some(own),
        }
        distinct.insert(number.normalize());
    }
    ratio.filter(|_| distinct.len() >= 4)
}

/// A meter whose every number is the sum of finer numbers of another table over the same time is their summary.
fn sums_over_time(tables: &mut [(String, Values)]) {
    let mut lines = lines(tables, 1);
    if lines.len() > MOST_SERIES {
        // Of too many the short ones are left out first.
        lines.retain(|line| line.numbers.len() >= FEWEST);
    }
    if lines.len() > MOST_SERIES {
        return;
    }
    let mut holds = Vec::new();
    for coarse in &lines {
        for table in (0..tables.len()).filter(|table| *table != coarse.table) {
            let fine: Vec<&Line> =
                lines.iter().filter(|line| line.table == table && is_finer(line, coarse)).collect();
            let own: Vec<bool> = fine.iter().map(|line| is_sum_of(coarse, &[line])).collect();
            if own.contains(&true) || fine.len() > 1 && is_sum_of(coarse, &fine) {
                holds.push((
                    coarse.table,
                    coarse.series,
                    on_sheet(&tables[table].0, "These values sum up what stands"),
                ));
                break;
            }
        }
    }
    apply(tables, holds);
}

/// A row or column of one table whose every number is the sum of those that are called the same in several other tables
/// is their total: the sheet of all sectors beside a sheet for each.
fn sums_over_sheets(tables: &mut [(String, Values)]) {
    let lines = lines(tables, FEWEST);
    if lines.len() > MOST_LINES {
        return;
    }
    let name = |line: &Line| {
        let series = &tables[line.table].1.series[line.series];
        (series.label.clone(), series.unit.clone())
    };
    let mut alike: HashMap<_, Vec<&Line>> = HashMap::new();
    for line in &lines {
        alike.entry(name(line)).or_default().push(line);
    }
    // A summary may call them otherwise: then all that is supplied alike, in one unit.
    let mut of_kind: HashMap<_, Vec<&Line>> = HashMap::new();
    for line in &lines {
        let series = &tables[line.table].1.series[line.series];
        of_kind.entry((series.commodity, series.unit.clone())).or_default().push(line);
    }
    let mut holds = Vec::new();
    let groups = alike.values().chain(of_kind.values());
    for group in groups.filter(|group| group.len() <= MOST_ALIKE) {
        // The same label stands once in each table of the years, so the periods part them.
        for whole in group {
            let parts: Vec<&&Line> = group
                .iter()
                .filter(|line| tables[line.table].0 != tables[whole.table].0)
                .filter(|line| whole.numbers.keys().any(|period| line.numbers.contains_key(period)))
                .collect();
            let sheets: HashSet<&str> =
                parts.iter().map(|line| tables[line.table].0.as_str()).collect();
            if sheets.len() < 2 {
                continue;
            }
            let sum = |period: &Period| -> Decimal {
                parts.iter().filter_map(|line| line.numbers.get(period)).sum()
            };
            let told = whole.numbers.values().filter(|number| !number.is_zero()).count();
            let equal = whole.numbers.iter().all(|(period, number)| {
                (sum(period) - *number).abs() <= number.abs() * dec!(0.00001)
            });
            if told >= 3 && equal {
                let sheet = &tables[parts[0].table].0;
                holds.push((
                    whole.table,
                    whole.series,
                    on_sheet(sheet, "These values sum up what stands on several sheets, first"),
                ));
            }
        }
    }
    apply(tables, holds);
}

fn is_finer(fine: &Line, coarse: &Line) -> bool {
    let length = |line: &Line| line.numbers.keys().next().map_or(0.0, |period| period.days());
    length(fine) * 2.0 <= length(coarse)
}

fn is_sum_of(coarse: &Line, fine: &[&Line]) -> bool {
    let (mut covered, mut total, mut exact) = (0usize, 0usize, 0usize);
    for (period, number) in &coarse.numbers {
        // The shortest period that can start with this one: all parts follow it in the order of periods.
        let second = period.start().checked_add(jiff::SignedDuration::from_secs(1));
        let Some(first) = second.ok().and_then(|end| Period::new(period.start(), end).ok()) else {
            continue;
        };
        let mut sum = Decimal::ZERO;
        let mut parts = 0usize;
        for line in fine {
            let from = line.numbers.range(first..);
            for (part, value) in from {
                if part.start() >= period.end() {
                    break;
                }
                sum += *value;
                parts += 1;
            }
        }
        if parts < 2 || number.is_zero() {
            continue;
        }
        total += 1;
        let apart = (sum - *number).abs();
        covered += usize::from(apart <= number.abs() * dec!(0.001));
        exact += usize::from(parts >= MANY_PARTS && apart <= number.abs() * dec!(0.00001));
    }
    let differ = || {
        let parts: HashSet<Decimal> =
            fine.iter().flat_map(|line| line.numbers.values().copied()).collect();
        parts.len() >= FEWEST
    };
    let all_exact = exact == total && total == coarse.numbers.len() && differ();
    total > 0 && covered == total && (total >= FEWEST || all_exact)
}
