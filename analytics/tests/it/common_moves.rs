//! What moves all meters at once is weather or a change at the source, and no reason for an alert on each.

use crate::shared::backtest;

const METERS: usize = 14;
const MONTHS: usize = 40;
const LAST: usize = MONTHS - 1;

/// Seasonal gas meters over `MONTHS` months from January 2022; `factor` is what the last month is multiplied by.
fn gas(factor: impl Fn(usize) -> f64) -> Vec<String> {
    let mut lines = Vec::new();
    for meter in 0..METERS {
        for at in 0..MONTHS {
            let (year, month) = (2022 + at / 12, at % 12 + 1);
            let season = 1.05 + (at as f64 / 12.0 * std::f64::consts::TAU).cos();
            let mixed = (meter * 7919 + at * 104_729 + 13) % 1000;
            let noise = 1.0 + 0.2 * (mixed as f64 / 1000.0 - 0.5);
            let moved = if at == LAST { factor(meter) } else { 1.0 };
            let use_of_month = 900.0 * (meter + 2) as f64 * season * noise * moved;
            lines.push(format!(
                "s,g{meter:02},gas,kWh,{year}-{month:02}-01,{year}-{month:02}-28,{use_of_month:.1},"
            ));
        }
    }
    lines
}

/// The kinds flagged in the last month, per meter.
fn flagged(lines: &[String]) -> Vec<String> {
    let (year, month) = (2022 + LAST / 12, LAST % 12 + 1);
    let last = format!(",{year}-{month:02}-01,");
    let judged = backtest(lines);
    let of_last: Vec<&String> = judged.iter().filter(|line| line.contains(&last)).collect();
    assert_eq!(of_last.len(), METERS);
    of_last
        .iter()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[6] == "1").then(|| fields[7].to_owned())
        })
        .collect()
}

#[test]
fn a_mild_month_is_weather() {
    for factor in [0.45, 0.6, 1.6] {
        let kinds = flagged(&gas(|_| factor));
        assert!(kinds.len() <= 1, "{kinds:?} at {factor}");
    }
}

#[test]
fn a_unit_changed_in_half_of_the_meters_is_named_on_those() {
    let kinds = flagged(&gas(|meter| if meter % 2 == 0 { 0.1 } else { 1.0 }));
    let named = kinds.iter().filter(|kind| ["decimal", "unit_error"].contains(&kind.as_str()));
    assert!(named.count() >= 6, "{kinds:?}");
    assert!(kinds.len() <= METERS / 2 + 1, "{kinds:?}");
}
