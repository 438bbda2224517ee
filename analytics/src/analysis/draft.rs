//! An episode as an alert: figures, money, severity, words.

use alerts::{AlertKind, Family, Rung, Severity};
use jiff::civil::{DateTime, Time};
use readings::MeterId;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use super::episodes::Episode;
use super::evidence::Grounds;
use super::history::History;
use super::money::{self, Money, Quantities};
use super::remedy;
use crate::engine::{EvidenceKind, Judgement};
use crate::parameters::severity::{CERTAIN, HIGH_COST, MEDIUM_COST, MEDIUM_SHARE};
use crate::sentence::{self, Story};

/// Of whom an alert speaks.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// One meter.
    Meter {
        /// The meter.
        id: MeterId,
        /// Its position in the history.
        index: usize,
    },
    /// Many at once.
    Several {
        /// What they have in common, in words, such as: 34 of 40 gas meters.
        subject: String,
        /// What they count.
        commodity: Option<String>,
        /// Each with its own share.
        members: Vec<Member>,
    },
}

/// A meter's share in an alert about several.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The meter.
    pub meter: MeterId,
    /// What came.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// Excess times price.
    pub cost: Option<Decimal>,
    /// The currency of that.
    pub currency: Option<String>,
}

/// An alert that may be raised; all quantities over all of its periods, in the unit of the meter.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Of whom it speaks.
    pub about: About,
    /// What makes two detections the same problem: meter, family of kinds and month of onset.
    pub fingerprint: String,
    /// The family of its kind.
    pub family: Family,
    /// Families whose alerts at the same time are a part of this one.
    pub absorbs: Vec<Family>,
    /// The named problem.
    pub kind: AlertKind,
    /// The factor between units that explains it.
    pub factor: Option<f64>,
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
    /// What it costs.
    pub money: Money,
    /// Why it fired, in one sentence.
    pub reason: String,
    /// The evidence of the period with the largest score.
    pub evidence: Grounds,
    /// What would mend it.
    pub proposal: Option<Value>,
    /// The largest score.
    pub score: f64,
    /// The smallest history behind any of its periods.
    pub rung: Rung,
    /// The readings of all periods, by number.
    pub readings: Vec<i64>,
}

impl Draft {
    /// What came beyond the expected.
    pub fn excess(&self) -> f64 {
        self.observed - self.expected
    }
}

/// Drafts the alert of an episode; `None` where one of its periods has no expected value.
pub fn draft(
    history: &History,
    meter: usize,
    judged: &[Judgement],
    episode: &Episode,
) -> Option<Draft> {
    let (first, last) = (episode.first_covered(judged)?, *episode.slots.last()?);
    let quantity = &history.panel.meters[meter].quantity;
    let covered: Vec<usize> =
        if first < episode.slots[0] { (first..=last).collect() } else { episode.slots.clone() };
    let mut sums = [0.0; 4];
    let mut rung = judged[episode.peak].rung;
    for slot in &covered {
        let band = judged[*slot].band?;
        let came = if quantity[*slot].is_nan() { 0.0 } else { quantity[*slot] };
        for (sum, value) in sums.iter_mut().zip([came, band.expected, band.lower, band.upper]) {
            *sum += value;
        }
        rung = rung.min(judged[*slot].rung);
    }
    let [observed, expected, lower, upper] = sums;
    let peak = &judged[episode.peak];
    let row = &history.meters[meter];
    let price = history.prices[meter];
    let currency = price.and_then(|price| history.currencies.get(price.currency as usize)?.clone());
    let used = Quantities { observed, expected, interval: (lower, upper) };
    let billed = history.billed(meter, first, last);
    let money = money::of(episode.family, used, price, billed, currency.as_deref());
    let severity = severity(money.cost, peak.score, (observed - expected) / expected.max(1e-9));
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
        cost: money.cost.map(|cost| (cost, money.currency.as_deref())),
        since,
        periods: covered.len(),
        daily: false,
        evidence: &peak.evidence,
        partner,
        rung,
    });
    let factor = peak.evidence.iter().find_map(|evidence| match evidence.kind {
        EvidenceKind::Factor(factor) if episode.family == Family::Factor => Some(factor),
        _ => None,
    });
    let bands: Vec<_> = covered
        .iter()
        .filter_map(|slot| Some((history.start_of(*slot), judged[*slot].band?.expected)))
        .collect();
    let proposal =
        remedy::propose(episode.kind, observed, expected, &row.unit, factor, partner, &bands);
    let mut readings: Vec<i64> =
        episode.slots.iter().flat_map(|slot| history.readings_of(meter, *slot)).collect();
    readings.sort_unstable();
    readings.dedup();
    Some(Draft {
        about: About::Meter { id: row.id, index: meter },
        fingerprint: format!("{}:{}:{}", row.id, episode.family.code(), since.strftime("%Y-%m")),
        family: episode.family,
        absorbs: if episode.family == Family::CatchUp {
            vec![Family::Gap, Family::Zero, Family::Fall, Family::Rise]
        } else {
            Vec::new()
        },
        kind: episode.kind,
        factor,
        severity,
        start: since.to_datetime(Time::midnight()),
        end: history.start_of(last + 1).to_datetime(Time::midnight()),
        observed,
        expected,
        lower,
        upper,
        unit: row.unit.clone(),
        money,
        reason,
        evidence: Grounds::Evidence(peak.evidence.clone(), partner.map(str::to_owned)),
        proposal,
        score: peak.score,
        rung,
        readings,
    })
}

/// From money and certainty; where no money is known, from the share by which it deviates.
pub fn severity(cost: Option<Decimal>, score: f64, share: f64) -> Severity {
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
