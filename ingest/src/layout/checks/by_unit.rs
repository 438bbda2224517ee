//! Columns without a name of their own that count different things: `kwh` beside `ccf`.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use readings::{Dimension, Period, Unit};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Series, Values};

/// By what share a ratio of two columns differs from the middle one where they are not in step. The energy of gas stays
/// in step with its volume, but for months of so little use that rounding shows.
const APART: Decimal = dec!(0.15);
/// Fewest periods that both state.
const LEAST: usize = 2;

/// Names series of one place by their units, where these are of different kinds and their numbers do not go in step.
pub(super) fn name_by_unit(values: &mut Values, mixed: impl Iterator<Item = usize>) {
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for at in mixed {
        let series = &values.series[at];
        let place = (
            series.site.clone(),
            series.meter.clone(),
            series.commodity.map(readings::Commodity::code),
        );
        groups.entry(place).or_default().push(at);
    }
    if groups.is_empty() {
        return;
    }
    let numbers = numbers(values);
    for mut members in groups.into_values() {
        members.sort_unstable();
        let mut kinds: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        let known = members.iter().all(|at| match kind(&values.series[*at]) {
            Some(kind) => {
                kinds.entry(kind).or_default().push(*at);
                true
            }
            None => false,
        });
        let kind_of = |at: usize| kinds.iter().find(|(_, of_kind)| of_kind.contains(&at));
        let mut are_told_apart = known && kinds.len() > 1;
        let mut is_any_apart = false;
        for (place, one) in members.iter().enumerate() {
            for two in &members[..place] {
                if kind_of(*one) != kind_of(*two) {
                    let apart = are_apart(&numbers[one], &numbers[two]);
                    are_told_apart &= apart != Some(false);
                    is_any_apart |= apart == Some(true);
                }
            }
        }
        if !are_told_apart || !is_any_apart {
            continue;
        }
        for at in members {
            let series = &mut values.series[at];
            let Some(unit) = series.unit.as_ref().map(|unit| unit.text.clone()) else { continue };
            series.meter = Some(match series.meter.take() {
                Some(meter) => format!("{meter} {unit}"),
                None => unit.to_string(),
            });
        }
    }
}

/// The numbers of each series by their periods.
fn numbers(values: &Values) -> HashMap<usize, HashMap<Period, Decimal>> {
    let mut numbers: HashMap<usize, HashMap<Period, Decimal>> =
        (0..values.series.len()).map(|at| (at, HashMap::new())).collect();
    for candidate in values.candidates.iter().filter(|candidate| candidate.is_live()) {
        if let Some(period) = candidate.period
            && let Some(of_series) = numbers.get_mut(&candidate.series)
        {
            of_series.insert(period, candidate.number);
        }
    }
    numbers
}

/// What a unit is used for: therms are of gas, other energy may be of anything.
fn kind(series: &Series) -> Option<&'static str> {
    let unit = series.unit.as_ref()?.unit?;
    Some(match unit.dimension() {
        Dimension::Energy if unit == Unit::Therm => "therm",
        Dimension::Energy => "energy",
        Dimension::Volume => "volume",
        Dimension::Mass => "mass",
        Dimension::Power => "power",
    })
}

/// Whether two series are not in step; `None` where they share too few periods.
fn are_apart(one: &HashMap<Period, Decimal>, two: &HashMap<Period, Decimal>) -> Option<bool> {
    let mut ratios: Vec<Decimal> = one
        .iter()
        .filter_map(|(period, number)| number.checked_div(*two.get(period)?))
        .filter(|ratio| *ratio > Decimal::ZERO)
        .collect();
    ratios.sort_unstable();
    let middle = *ratios.get(ratios.len() / 2)?;
    let in_step = ratios.iter().filter(|ratio| (**ratio - middle).abs() <= middle * APART).count();
    (ratios.len() >= LEAST).then_some(in_step * 2 <= ratios.len())
}
