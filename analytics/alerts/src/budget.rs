//! A budget of false alarms, and the threshold of the score that keeps it.
//!
//! People set how many false alarms a meter may raise in a year. The threshold follows from the scores of the
//! organisation's own past: nearly all of its months are normal, so the upper part of their scores says how fast normal
//! months thin out, and how high the threshold must be for the few that the budget allows. The very top is left out of
//! that, since it is where the problems are.

use std::collections::BTreeMap;

use crate::kind::AlertKind;
use crate::sensitivity::Sensitivity;
use crate::state::Verdict;

/// False alarms per meter and year, unless somebody sets another number.
pub const USUAL: f64 = 0.25;
/// What may be set.
pub const RANGE: (f64, f64) = (0.02, 6.0);
/// The quantiles of the scores between which the thinning out is measured.
const QUANTILES: (f64, f64) = (0.75, 0.93);
/// n months of own history weigh n / (n + this) against the development data.
const SHRINKAGE: f64 = 1_500.0;
/// How far the threshold goes below and above that of the development data: a quiet organisation is not to be filled
/// up with alarms for nothing.
const REACH: (f64, f64) = (0.75, 2.0);
/// Thresholds are rounded to this, so that a new month does not move them for nothing.
const STEP: f64 = 0.05;
/// Verdicts of unknown alerts: as if so many had been given, this share of them right.
const PRIOR: (f64, f64) = (6.0, 0.6);
/// A rule's weight stays within this.
const WEIGHT_REACH: f64 = 1.0;

/// A threshold and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// A period is flagged above this.
    pub threshold: f64,
    /// The threshold of the development data, for the usual budget.
    pub shipped: f64,
    /// The judged months behind it.
    pub months: usize,
}

/// The threshold for a budget of false alarms per meter and year, from the scores of judged months and from `shipped`,
/// the threshold that lets the usual budget through on the development data.
pub fn calibrate(scores: &mut [f64], budget: f64, shipped: f64) -> Calibration {
    let budget = budget.clamp(RANGE.0, RANGE.1);
    let months = scores.len();
    scores.sort_by(f64::total_cmp);
    let (low, high) = (quantile(scores, QUANTILES.0), quantile(scores, QUANTILES.1));
    // Normal scores thin out exponentially: they are logarithms of likelihood ratios.
    let per_unit = ((1.0 - QUANTILES.0) / (1.0 - QUANTILES.1)).ln();
    let (own, decay) = match low.zip(high) {
        Some((low, high)) if high - low > 0.1 => {
            let decay = (high - low) / per_unit;
            (Some(high + decay * ((1.0 - QUANTILES.1) * 12.0 / budget).ln()), decay)
        }
        _ => (None, 1.0),
    };
    let at_budget = shipped + decay.clamp(0.5, 2.0) * (USUAL / budget).ln();
    #[expect(clippy::cast_precision_loss, reason = "a number of months")]
    let weight = months as f64 / (months as f64 + SHRINKAGE);
    let own = own.unwrap_or(at_budget).clamp(at_budget - REACH.0, at_budget + REACH.1);
    let threshold = weight * own + (1.0 - weight) * at_budget;
    Calibration { threshold: (threshold / STEP).round() * STEP, shipped, months }
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place).copied()
}

/// What people found out about the alerts of one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Leak or waste.
    pub waste: u32,
    /// The bill was wrong.
    pub billing_error: u32,
    /// The meter was wrong.
    pub meter_fault: u32,
    /// A known event: it did deviate, but there was nothing to do.
    pub known_event: u32,
    /// Nothing was wrong.
    pub false_alarm: u32,
}

impl Verdicts {
    /// Counts so many alerts with a verdict.
    pub const fn add(&mut self, verdict: Verdict, count: u32) {
        let counted = match verdict {
            Verdict::Waste => &mut self.waste,
            Verdict::BillingError => &mut self.billing_error,
            Verdict::MeterFault => &mut self.meter_fault,
            Verdict::KnownEvent => &mut self.known_event,
            Verdict::FalseAlarm => &mut self.false_alarm,
        };
        *counted += count;
    }

    /// Alerts that were right.
    pub const fn right(self) -> u32 {
        self.waste + self.billing_error + self.meter_fault
    }

    /// The share of right ones among right and false ones; `None` before there is a verdict. Known events count as
    /// neither: the reading did deviate.
    pub fn precision(self) -> Option<f64> {
        let all = self.right() + self.false_alarm;
        (all > 0).then(|| f64::from(self.right()) / f64::from(all))
    }

    /// What is added to the rule's score: the logarithm of how much oftener than usual it was right.
    pub fn weight(self) -> f64 {
        let all = f64::from(self.right() + self.false_alarm);
        let share = (f64::from(self.right()) + PRIOR.0 * PRIOR.1) / (all + PRIOR.0);
        let weight = (share / PRIOR.1).ln().clamp(-WEIGHT_REACH, WEIGHT_REACH);
        (weight / STEP).round() * STEP
    }
}

/// The threshold with the weights that verdicts have taught.
pub fn sensitivity(threshold: f64, verdicts: &BTreeMap<AlertKind, Verdicts>) -> Sensitivity {
    let weights = verdicts
        .iter()
        .map(|(kind, verdicts)| (*kind, verdicts.weight()))
        .filter(|(_, weight)| *weight != 0.0)
        .collect();
    Sensitivity { threshold, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of normal months: a share of `tail` above `level`, thinning out by a factor e each `decay`.
    fn scores(count: u32, level: f64, decay: f64) -> Vec<f64> {
        (0..count)
            .map(|at| level - decay * ((f64::from(at) + 0.5) / f64::from(count)).ln() - decay * 4.0)
            .collect()
    }

    fn alarms_per_year(scores: &[f64], threshold: f64) -> f64 {
        let above: f64 = scores.iter().map(|score| f64::from(u8::from(*score > threshold))).sum();
        let all: f64 = scores.iter().map(|_| 1.0).sum();
        12.0 * above / all
    }

    #[test]
    fn the_budget_is_kept_on_the_own_history() {
        for (level, decay) in [(-1.3, 1.0), (-0.5, 1.2), (-1.6, 0.9)] {
            let mut own = scores(60_000, level, decay);
            for budget in [0.1, 0.25, 1.0] {
                let calibration = calibrate(&mut own, budget, level);
                let realised = alarms_per_year(&own, calibration.threshold);
                assert!(
                    (0.6..1.6).contains(&(realised / budget)),
                    "{realised} for {budget} at {level}, {decay}: {calibration:?}"
                );
            }
        }
    }

    #[test]
    fn problems_at_the_top_hardly_move_the_threshold() {
        let mut clean = scores(20_000, 0.0, 1.0);
        let mut with_problems = clean.clone();
        with_problems.extend(std::iter::repeat_n(9.0, 400));
        let apart = calibrate(&mut with_problems, 0.25, 0.0).threshold
            - calibrate(&mut clean, 0.25, 0.0).threshold;
        assert!((0.0..0.6).contains(&apart), "{apart}");
    }

    #[test]
    fn without_history_the_development_data_decide() {
        let calibration = calibrate(&mut [], USUAL, 0.4);
        assert!((calibration.threshold - 0.4).abs() < 1e-9);
        assert!(calibrate(&mut [], 1.0, 0.4).threshold < 0.0, "more alarms are allowed");
    }

    #[test]
    fn verdicts_weigh_a_rule() {
        assert!(Verdicts::default().weight().abs() < 1e-9);
        let mostly_false = Verdicts { waste: 1, false_alarm: 9, ..Verdicts::default() };
        assert!(mostly_false.weight() < -0.6, "{}", mostly_false.weight());
        assert_eq!(mostly_false.precision(), Some(0.1));
        let right = Verdicts { billing_error: 10, known_event: 3, ..Verdicts::default() };
        assert!(right.weight() > 0.2);
        assert_eq!(right.precision(), Some(1.0));
        assert_eq!(Verdicts { known_event: 2, ..Verdicts::default() }.precision(), None);
    }
}
