//! An episode as an alert: figures, money, severity, words.

use alerts::{AlertKind, Rung, Severity};
use jiff::civil::{DateTime, Time};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde_json::{Value, json};

use super::episodes::{Episode, Family};
use super::history::History;
use crate::engine::{EvidenceKind, Judgement};
use crate::parameters::severity::{CERTAIN, HIGH_COST, MEDIUM_COST, MEDIUM_SHARE};
use crate::price::Price;
use crate::sentence::{self, Story};

/// An alert that may be raised; all quantities over all of its periods, in the unit of the meter.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The position of the meter.
    pub meter: usize,
    /// What makes two detections the same problem: meter, family of kinds and month of onset.
    pub fingerprint: String,
    /// The family of its kind.
    pub family: Family,
    /// The named problem.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: Severity,
    /// First instant, local time of the site.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// What came.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// The sum of the lower ends of the 95 % intervals.
    pub lower: f64,
    /// The sum of the upper ends.
    pub upper: f64,
    /// The unit.
    pub unit: String,
    /// What a unit costs.
    pub unit_price: Option<Decimal>,
    /// Excess times price.
    pub cost: Option<Decimal>,
    /// The same from the upper end of the interval.
    pub cost_lower: Option<Decimal>,
    /// The same from the lower end.
    pub cost_upper: Option<Decimal>,
    /// The currency of these, where known.
    pub currency: Option<String>,
    /// Why it fired, in one sentence.
    pub reason: String,
    /// The evidence of the period with the largest score.
    pub evidence: Value,
    /// The largest score.
    pub score: f64,
    /// The smallest history behind any of its periods.
    pub rung: Rung,
    /// The readings of all periods, by number.
    pub readings: Vec<i64>,
    /// The readings of the newest period.
    pub newest_readings: Vec<i64>,
}

impl Draft {
    /// What came beyond the expected.
    pub fn excess(&self) -> f64 {
        self.observed - self.expected
    }
}

/// Drafts the alert of an episode; `None` where none of its periods has an expected value.
pub fn draft(
    history: &History,
    meter: usize,
    judged: &[Judgement],
    episode: &Episode,
) -> Option<Draft> {
    let (first, last) = (*episode.slots.first()?, *episode.slots.last()?);
    let quantity = &history.panel.meters[meter].quantity;
    let mut sums = [0.0; 4];
    let mut rung = Rung::Seasonal;
    for slot in &episode.slots {
        let band = judged[*slot].band?;
        for (sum, value) in
            sums.iter_mut().zip([quantity[*slot], band.expected, band.lower, band.upper])
        {
            *sum += value;
        }
        rung = rung.min(judged[*slot].rung);
    }
    let [observed, expected, lower, upper] = sums;
    let peak = &judged[episode.peak];
    let row = &history.meters[meter];
    let price = history.prices[meter];
    let currency = price.and_then(|price| history.currencies.get(price.currency as usize)?.clone());
    let money = |use_beyond: f64| price.and_then(|price| money(use_beyond, price));
    let cost = money(observed - expected);
    let severity = severity(cost, peak.score, (observed - expected) / expected.max(1e-9));
    let partner = peak.evidence.iter().find_map(|evidence| match evidence.kind {
        EvidenceKind::Swap(partner) => Some(history.meters[partner].name.as_str()),
        _ => None,
    });
    let since = history.start_of(first);
    let reason = sentence::reason(&Story {
        kind: episode.kind,
        observed,
        expected,
        half_width: (upper - lower) / 2.0,
        unit: &row.unit,
        cost: cost.map(|cost| (cost, currency.as_deref())),
        since,
        periods: episode.slots.len(),
        daily: false,
        evidence: &peak.evidence,
        partner,
        rung,
    });
    let evidence = peak
        .evidence
        .iter()
        .map(|evidence| {
            json!({
                "name": sentence::evidence_name(evidence.kind),
                "weight": (evidence.weight * 100.0).round() / 100.0,
                "sentence": sentence::evidence(evidence, partner),
            })
        })
        .collect();
    let mut readings: Vec<i64> =
        episode.slots.iter().flat_map(|slot| history.readings_of(meter, *slot)).collect();
    readings.sort_unstable();
    readings.dedup();
    Some(Draft {
        meter,
        fingerprint: format!("{}:{}:{}", row.id, episode.family.code(), since.strftime("%Y-%m")),
        family: episode.family,
        kind: episode.kind,
        severity,
        start: since.to_datetime(Time::midnight()),
        end: history.start_of(last + 1).to_datetime(Time::midnight()),
        observed,
        expected,
        lower,
        upper,
        unit: row.unit.clone(),
        unit_price: price.and_then(|price| rounded(price.amount, 6)),
        cost,
        cost_lower: money(observed - upper),
        cost_upper: money(observed - lower),
        currency,
        reason,
        evidence,
        score: peak.score,
        rung,
        readings,
        newest_readings: history.readings_of(meter, last),
    })
}

/// Use times price, to the cent.
fn money(use_beyond: f64, price: Price) -> Option<Decimal> {
    Decimal::from_f64(use_beyond * price.amount).map(|amount| amount.round_dp(2))
}

fn rounded(value: f64, digits: u32) -> Option<Decimal> {
    Decimal::from_f64(value).and_then(|value| value.round_sf(digits))
}

fn severity(cost: Option<Decimal>, score: f64, share: f64) -> Severity {
    let by_size = match cost.and_then(|cost| cost.to_f64()) {
        Some(cost) if cost.abs() >= HIGH_COST => Severity::High,
        Some(cost) if cost.abs() >= MEDIUM_COST => Severity::Medium,
        None if share.abs() >= MEDIUM_SHARE => Severity::Medium,
        Some(_) | None => Severity::Low,
    };
    match by_size {
        Severity::Low if score >= CERTAIN => Severity::Medium,
        Severity::Medium if score >= CERTAIN => Severity::High,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn severity_is_money_and_certainty() {
        assert_eq!(severity(Some(dec!(2000)), 0.5, 0.1), Severity::High);
        assert_eq!(severity(Some(dec!(-2000)), 0.5, -0.1), Severity::High);
        assert_eq!(severity(Some(dec!(200)), 0.5, 3.0), Severity::Medium);
        assert_eq!(severity(Some(dec!(20)), 0.5, 3.0), Severity::Low);
        assert_eq!(severity(Some(dec!(20)), 9.0, 3.0), Severity::Medium);
        assert_eq!(severity(None, 0.5, -1.0), Severity::Medium);
    }
}
