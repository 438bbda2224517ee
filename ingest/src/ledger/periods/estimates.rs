//! Estimated periods and the measured one that corrects them.

use jiff::civil::DateTime;
use readings::{ReadingId, days_between};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{SUMMARY, Stated};

/// Fewest measured periods from which something can be called usual.
const FEWEST: usize = 3;
/// How far a correcting value is at least from the usual: a third more or a quarter less.
const UNUSUAL: f64 = 0.29;
/// The longest gap (in days) between an estimate and the value that corrects it.
const ADJACENT: f64 = 1.0;

/// Estimates and the value that corrects them: only together they say what was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruedUp {
    /// The first estimate.
    pub earlier: ReadingId,
    /// The measured value.
    pub later: ReadingId,
    /// First instant of the first estimate.
    pub start: DateTime,
    /// First instant after the measured value.
    pub end: DateTime,
    /// All of it, in the meter's canonical unit.
    pub quantity: Decimal,
    /// For a person, with the cells.
    pub sentence: String,
}

/// The estimates of a meter that a measured value corrects.
///
/// A measured value right after estimates corrects them when it is unusual by itself and much less so together with
/// them. Where it is usual the estimates were good, and each period stands for itself.
pub fn trued_up(stated: &[Stated]) -> Vec<TruedUp> {
    let mut sorted: Vec<&Stated> = stated
        .iter()
        .filter(|one| one.period.is_whole_days() && one.period.days() <= SUMMARY)
        .collect();
    sorted.sort_by_key(|one| (one.period, one.reading));
    let Some(usual) = usual(&sorted) else { return Vec::new() };
    let mut found = Vec::new();
    let mut run: Vec<&Stated> = Vec::new();
    for one in sorted {
        let follows = run.last().is_none_or(|last| {
            let between = days_between(last.period.end(), one.period.start());
            (0.0..=ADJACENT).contains(&between)
        });
        if !follows {
            run.clear();
        }
        if one.estimated {
            run.push(one);
        } else {
            found.extend(corrected(&run, one, usual));
            run.clear();
        }
    }
    found
}

fn corrected(run: &[&Stated], measured: &Stated, usual: f64) -> Option<TruedUp> {
    let first = run.first()?;
    let quantity = run.iter().map(|one| one.quantity).sum::<Decimal>() + measured.quantity;
    let length = days_between(first.period.start(), measured.period.end());
    let alone = surprise(per_day(measured.quantity, measured.period.days()), usual);
    let together = surprise(per_day(quantity, length), usual);
    (alone >= UNUSUAL && together < alone / 2.0).then(|| TruedUp {
        earlier: first.reading,
        later: measured.reading,
        start: first.period.start(),
        end: measured.period.end(),
        quantity: quantity.normalize(),
        sentence: format!(
            "The measured value of {} (cell {}) corrects the estimate of {} (cell {}); together they count for {} to {}.",
            measured.period,
            measured.place(),
            first.period,
            first.place(),
            first.period.start().date(),
            measured.period.last_day(),
        ),
    })
}

/// The median use per day of measured periods.
fn usual(sorted: &[&Stated]) -> Option<f64> {
    let mut rates: Vec<f64> = sorted
        .iter()
        .filter(|one| !one.estimated)
        .map(|one| per_day(one.quantity, one.period.days()))
        .filter(|rate| *rate > 0.0)
        .collect();
    rates.sort_by(f64::total_cmp);
    (rates.len() >= FEWEST).then(|| rates[rates.len() / 2])
}

fn per_day(quantity: Decimal, days: f64) -> f64 {
    quantity.to_f64().unwrap_or(0.0) / days
}

fn surprise(rate: f64, usual: f64) -> f64 {
    let floor = usual / 20.0;
    ((rate + floor) / (usual + floor)).max(1e-3).ln().abs()
}
