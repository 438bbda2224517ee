//! What the numbers of a table say about themselves, before anything is believed.

use std::collections::HashMap;

use readings::{Dimension, Period, ProblemCode, ReadingKind};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::candidate::{Candidate, Fate, Hold, Values};
use super::context::Surroundings;
use super::find::Table;
use super::role::Role;
use super::words::Word;

/// Fewest values of a series in which a rise without a fall is taken for a register.
const RISING: usize = 8;

/// Holds what contradicts itself or is not certain to be consumption.
pub fn check(table: &Table, values: &mut Values, around: &Surroundings) {
    if let Some(title) = &around.not_measured {
        values.hold_all(&Hold::new(ProblemCode::KindUnclear, format!("\u{201c}{title}\u{201d} says that these numbers are planned or calculated, not measured.")));
    }
    statistics(table, values);
    export_and_import(table, values);
    carriers_of_heat(table, values, around);
    sums_of_columns(table, values);
    unclear_columns(table, values, around);
    price_times_quantity(values);
    registers_beside(values);
    registers(table, values, around);
    spread(values);
    negative(values);
    sums_of_rows(table, values);
    same_in_other_units(values);
    contradictions(values);
    wholes_of_parts(values);
    trailing_zeros(table, values);
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
    if table.wide || !table.columns.iter().any(|column| column.role == Role::Generation) {
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
            "Beside generation stand several columns of energy, and which of them is the consumption is not certain.",
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

/// A column that is the sum of neighbouring columns is their total.
fn sums_of_columns(table: &Table, values: &mut Values) {
    let columns = super::rows::value_columns(table);
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
    let series_units: Vec<bool> =
        values.series.iter().map(|series| series.unit.is_some()).collect();
    for candidate in &mut values.candidates {
        let Some(column) = roles.get(&candidate.at.column) else { continue };
        let own_words = column.heading.words.has(Word::Quantity) && !table.wide;
        let doubtful =
            table.wide || column.role == Role::Unclear || around.words.has(Word::Generation);
        if let Some(other) = around.says_other().filter(|_| !own_words && doubtful) {
            let code =
                if other == "cost" { ProblemCode::CostOnly } else { ProblemCode::KindUnclear };
            candidate.hold(&Hold::new(
                code,
                format!(
                    "The title speaks of {other}, so these numbers are not taken for consumption."
                ),
            ));
        }
        let year_only = matches!(candidate.when, super::candidate::When::Year(_));
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
            Role::Unclear if !(around.says_used || clear_unit) || costs => {
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
            Role::Unclear if candidate.period.is_some_and(|period| period.days() < 0.999) => {
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

/// Where a price and a cost stand beside a quantity, they must agree; a factor of ten or a thousand means that a
/// thousands mark was lost.
fn price_times_quantity(values: &mut Values) {
    let (mut agree, mut scale) = (0usize, 0usize);
    for candidate in &values.candidates {
        let (Some(price), Some(cost)) = (candidate.price, candidate.charged) else { continue };
        let Some(product) = price.checked_mul(candidate.number) else { continue };
        if cost.is_zero() || product.is_zero() {
            continue;
        }
        let ratio = product.checked_div(cost).unwrap_or_default().abs();
        let near = |factor: Decimal| ratio > factor * dec!(0.97) && ratio < factor * dec!(1.03);
        if near(dec!(1)) {
            agree += 1;
        } else if [dec!(0.000001), dec!(0.001), dec!(1000), dec!(1000000)].into_iter().any(near) {
            scale += 1;
        }
    }
    if scale > agree {
        values.hold_all(&Hold::new(ProblemCode::AmbiguousScale, "Price times quantity gives the cost only after multiplying by thousands: a thousands mark was lost on the way."));
    }
}

/// Where both registers stand beside the consumption, their difference must be it, perhaps times a transformer ratio.
fn registers_beside(values: &mut Values) {
    let mut ratios: HashMap<Decimal, usize> = HashMap::new();
    let ratio_of = |candidate: &Candidate| {
        let (before, after) = candidate.registers?;
        let difference = after - before;
        (!difference.is_zero()).then(|| (candidate.number / difference).round_dp(3))
    };
    let mut count = 0usize;
    for candidate in
        values.candidates.iter().filter(|candidate| candidate.kind != ReadingKind::RegisterReading)
    {
        if let Some(ratio) = ratio_of(candidate) {
            count += 1;
            *ratios.entry(ratio).or_default() += 1;
        }
    }
    let Some((usual, number)) = ratios.into_iter().max_by_key(|(_, number)| *number) else {
        return;
    };
    if number * 2 < count {
        return;
    }
    for candidate in values
        .candidates
        .iter_mut()
        .filter(|candidate| candidate.kind != ReadingKind::RegisterReading)
    {
        let off = ratio_of(candidate)
            .is_some_and(|ratio| (ratio - usual).abs() > usual.abs() * dec!(0.02));
        let stuck = candidate
            .registers
            .is_some_and(|(before, after)| before == after && !candidate.number.is_zero());
        if off || stuck {
            candidate.hold(&Hold::new(
                ProblemCode::Contradiction,
                "The difference of the registers is not the consumption beside it.",
            ));
        }
    }
}

/// Registers must not fall; numbers that only rise under another heading may be registers.
fn registers(table: &Table, values: &mut Values, around: &Surroundings) {
    let called_readings = around.words.has(Word::Register) && !around.says_used;
    for list in values.by_series() {
        let mut list: Vec<usize> =
            list.into_iter().filter(|index| values.candidates[*index].period.is_some()).collect();
        list.sort_by_key(|index| values.candidates[*index].period);
        let numbers: Vec<Decimal> =
            list.iter().map(|index| values.candidates[*index].number).collect();
        let rises = numbers.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let falls = numbers.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let Some(first) = list.first() else { continue };
        if values.candidates[*first].kind == ReadingKind::RegisterReading {
            if falls > 0 && falls * 20 >= numbers.len() || numbers.len() < 2 {
                let hold = Hold::new(
                    ProblemCode::KindUnclear,
                    "The heading says meter reading, but the numbers do not rise as a register does.",
                );
                list.iter().for_each(|index| values.candidates[*index].hold(&hold));
            }
            continue;
        }
        let column =
            table.columns.iter().find(|column| column.index == values.candidates[*first].at.column);
        let said_used = around.says_used
            || column.is_some_and(|column| column.heading.words.has(Word::Quantity));
        let least = match (called_readings, said_used, table.wide) {
            (true, ..) => 3,
            (_, true, true) => 10,
            (_, true, false) => RISING,
            (_, false, true) => 7,
            (_, false, false) => 5,
        };
        if falls == 0 && numbers.len() >= least && rises + 2 >= numbers.len() {
            let hold = Hold::new(
                ProblemCode::KindUnclear,
                "The numbers never fall: they may be the registers of a meter rather than its consumption.",
            );
            list.iter().for_each(|index| values.candidates[*index].hold(&hold));
        }
    }
}

/// Within one meter some numbers with three decimals are a hundred times smaller than whole numbers beside them: a
/// thousands mark was read as a decimal mark.
fn spread(values: &mut Values) {
    for list in values.by_series() {
        let live: Vec<&Candidate> = list
            .iter()
            .map(|index| &values.candidates[*index])
            .filter(|candidate| candidate.is_live())
            .collect();
        let whole: Vec<Decimal> = live
            .iter()
            .map(|c| c.number.abs())
            .filter(|n| n.fract().is_zero() && *n >= dec!(100))
            .collect();
        let small = live
            .iter()
            .filter(|c| {
                c.fraction_cell && c.number.abs() < dec!(100) && c.number.normalize().scale() <= 3
            })
            .count();
        let largest = whole.iter().max().copied().unwrap_or_default();
        let large_fractions =
            live.iter().any(|c| c.number.abs() >= dec!(100) && !c.number.fract().is_zero());
        if small > 0
            && whole.len() >= 2
            && largest < dec!(1000)
            && !large_fractions
            && small + whole.len() == live.iter().filter(|c| !c.number.is_zero()).count()
        {
            let hold = Hold::new(
                ProblemCode::AmbiguousScale,
                "Some numbers are a hundred times smaller than others of the same meter, as if a thousands mark had been read as a decimal mark.",
            );
            for index in list {
                values.candidates[index].hold(&hold);
            }
        }
    }
}

fn negative(values: &mut Values) {
    for candidate in &mut values.candidates {
        if candidate.number < Decimal::ZERO {
            candidate.hold(&Hold::new(
                ProblemCode::NegativeQuantity,
                "A negative quantity is a credit, an export or an error.",
            ));
        }
    }
}

/// In a wide table: a row that is the sum of the rows before it, in every period, is their total.
fn sums_of_rows(table: &Table, values: &mut Values) {
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

fn close(a: Decimal, b: Decimal) -> bool {
    (a - b).abs() <= a.abs().max(b.abs()) * dec!(0.000001)
}

/// Two columns or rows of one place that say the same in two units: the first is kept.
fn same_in_other_units(values: &mut Values) {
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

fn is_copy(values: &Values, lists: &[Vec<usize>], earlier: usize, later: usize) -> bool {
    let (a, b) = (&values.series[earlier], &values.series[later]);
    let unit =
        |series: &super::candidate::Series| series.unit.as_ref().map(|unit| unit.text.clone());
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

/// The same meter and period twice: equal values are one reading, different ones contradict each other.
fn contradictions(values: &mut Values) {
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
    for list in seen.values().filter(|list| list.len() > 1) {
        let label = |index: &usize| &values.candidates[*index].label;
        let labels: std::collections::HashSet<_> = list.iter().map(label).collect();
        let first = values.candidates[list[0]].number;
        if list.iter().all(|index| values.candidates[*index].number == first) {
            again.extend(&list[1..]);
        } else if labels.len() < list.len() || label(&list[0]).is_empty() {
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
    against.into_iter().for_each(|index| values.candidates[index].hold(&different));
    let same = Hold::new(
        ProblemCode::Overlap,
        "The file states the same value for this meter and period once before.",
    );
    again.into_iter().for_each(|index| values.candidates[index].hold(&same));
}

/// For each series the first that has the same names: rows of a wide table that nothing tells apart are one meter.
fn same_names(values: &Values) -> Vec<usize> {
    let mut known: HashMap<(Option<&str>, Option<&str>, Option<&str>, &str), usize> =
        HashMap::new();
    values
        .series
        .iter()
        .enumerate()
        .map(|(at, series)| {
            let unit = series.unit.as_ref().map(|unit| unit.text.as_str());
            let names =
                (series.site.as_deref(), series.meter.as_deref(), unit, series.label.as_str());
            if series.place.0.is_some() { *known.entry(names).or_insert(at) } else { at }
        })
        .collect()
}

/// A period that covers three or more others of the same meter is their total.
fn wholes_of_parts(values: &mut Values) {
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
        wholes.into_iter().for_each(|index| values.candidates[index].hold(&hold));
    }
}

/// Zeros at the end, in which all meters of the table end, are places kept for what has not come.
fn trailing_zeros(table: &Table, values: &mut Values) {
    let mut last_used: Option<Period> = None;
    let mut periods: HashMap<Period, bool> = HashMap::new();
    for candidate in &values.candidates {
        let Some(period) = candidate.period.filter(|_| !matches!(candidate.fate, Fate::NotData))
        else {
            continue;
        };
        let used = !candidate.number.is_zero();
        *periods.entry(period).or_default() |= used;
        if used {
            last_used = last_used.max(Some(period));
        }
    }
    let Some(last) = last_used else { return };
    let unused: Vec<Period> = periods.keys().filter(|period| **period > last).copied().collect();
    let short = last.days() < 0.9;
    let many = if short {
        unused.len() >= 24
    } else {
        !unused.is_empty() && (table.wide || unused.len() >= 2)
    };
    if !many {
        return;
    }
    let hold = Hold::new(
        ProblemCode::PeriodInFuture,
        "Every meter is zero from here to the end of the table: the zeros may stand for values that have not come.",
    );
    for candidate in &mut values.candidates {
        if candidate.period.is_some_and(|period| period > last) {
            candidate.hold(&hold);
        }
    }
}
