//! What a meter uses per day in general: the measure of what is plausible.

use jiff::civil::DateTime;
use readings::days_between;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Dial;
use super::chain::Node;

/// Fewest stretches from which something can be called usual.
const FEWEST: usize = 2;

/// The median use per day over stretches without a fall, in the canonical unit before multipliers.
///
/// Stretches beside a fall are left out, since either end may be misread; `None` where too little is left.
pub(super) fn per_day(dials: &[Dial], nodes: &[Node]) -> Option<f64> {
    let rates: Vec<f64> = nodes
        .windows(2)
        .map(|pair| {
            let used = dials[pair[1].closing].value() - dials[pair[0].opening].value();
            number(used) / days(pair[0].at, pair[1].at)
        })
        .collect();
    let is_fall =
        |at: Option<usize>| at.and_then(|at| rates.get(at)).is_some_and(|rate| *rate < 0.0);
    let mut clean: Vec<f64> = (0..rates.len())
        .filter(|at| rates[*at] > 0.0 && !is_fall(Some(at + 1)) && !is_fall(at.checked_sub(1)))
        .map(|at| rates[at])
        .collect();
    if clean.len() < FEWEST {
        return None;
    }
    clean.sort_by(f64::total_cmp);
    Some(clean[clean.len() / 2])
}

/// The time between two instants, in days; never nothing.
pub(super) fn days(from: DateTime, to: DateTime) -> f64 {
    days_between(from, to).max(1.0 / 1440.0)
}

/// Near enough for weighing.
pub(super) fn number(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// Digits before the decimal mark.
pub(super) fn digits(value: Decimal) -> u32 {
    let mut rest = value.abs().trunc();
    let mut digits = 0;
    while rest >= Decimal::ONE {
        rest = (rest / Decimal::TEN).trunc();
        digits += 1;
    }
    digits.max(1)
}
