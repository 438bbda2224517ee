//! Named kinds of problem, each weighed by its likelihood against a normal month.

use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::memory::Memory;
use super::statistics::{student_4, student_6};
use super::view::View;
use crate::parameters::evidence::{
    ANYWHERE, ANYWHERE_WIDTH, CATCH_UP_HANDICAP, CATCH_UP_MISSING, CATCH_UP_PRIOR, DROP_PRIOR,
    DROP_RANGE, LONGEST_GAP, NEGATIVE_WEIGHT, RANGE_POINTS, REPEAT_PRIOR, REPEAT_RUN_WEIGHT,
    SCALE_CENTRE, SCALE_POWER, SPIKE_PRIOR, SPIKE_RANGE, UNIT_FACTORS, ZERO_PRIOR,
    ZERO_SIZE_WEIGHT,
};

/// All ratios of one slot of one meter.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Logarithms of likelihood ratios, priors included.
    pub ratios: Vec<Evidence>,
}

impl Findings {
    /// Adds the likelihood that the readings of two meters were exchanged.
    pub fn add_swap(&mut self, partner: usize, weight: f64) {
        self.ratios.push(Evidence { kind: EvidenceKind::Swap(partner), weight });
    }
}

/// One view of a slot: what it expects and what it remembers.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What it expects and what came.
    pub forecast: Forecast,
    /// What it remembers.
    pub view: &'a View,
}

impl Sight<'_> {
    /// The scale of the densities.
    pub fn scale(&self) -> f64 {
        self.forecast.sigma.powf(SCALE_POWER) * SCALE_CENTRE.powf(1.0 - SCALE_POWER)
    }

    /// The density of a normal month.
    pub fn normal(&self) -> f64 {
        let scale = self.scale();
        (1.0 - ANYWHERE) * student_4(self.forecast.residual() / scale) / scale
            + ANYWHERE / ANYWHERE_WIDTH
    }

    /// How far a true factor moves the reading on this scale.
    fn shift(&self, factor: f64) -> f64 {
        let expected = self.view.unscale(self.forecast.value);
        (expected * factor + self.view.offset).ln() - self.forecast.value
    }

    /// The density of the reading if the true use times `factor` had come.
    fn under_factor(&self, factor: f64) -> f64 {
        let scale = self.scale();
        student_6((self.forecast.residual() - self.shift(factor)) / scale) / scale
    }

    /// The logarithm of the ratio for a factor anywhere in a range.
    fn range_ratio(&self, (from, to): (f64, f64), prior: f64) -> f64 {
        let (from, to) = (from.ln(), to.ln());
        let last = f64::from(RANGE_POINTS - 1);
        let mean = (0..RANGE_POINTS)
            .map(|point| self.under_factor((from + (to - from) * f64::from(point) / last).exp()))
            .sum::<f64>()
            / f64::from(RANGE_POINTS);
        (prior * mean / self.normal()).ln()
    }

    /// The logarithm of the ratio for this reading holding the use of earlier, missing slots too.
    fn sum_ratio(&self, value: f64, missing_use: f64, missing_share: f64) -> f64 {
        let scale = self.scale();
        let all = (self.view.unscale(self.forecast.value) + missing_use).max(f64::MIN_POSITIVE);
        let density = student_4((value.max(f64::MIN_POSITIVE) / all).ln() / scale) / scale;
        let prior = CATCH_UP_PRIOR / (1.0 + CATCH_UP_MISSING * missing_share);
        (prior * density / self.normal()).ln()
    }

    /// All factors between units with their densities, the likeliest first.
    fn factors(&self) -> Vec<(f64, f64)> {
        let mut factors: Vec<(f64, f64)> = UNIT_FACTORS
            .iter()
            .flat_map(|factor| [*factor, factor.recip()])
            .map(|factor| (factor, self.under_factor(factor)))
            .collect();
        factors.sort_by(|a, b| b.1.total_cmp(&a.1));
        factors
    }

    /// The factor between units that the reading shows clearly, for the vote of the group.
    pub fn clear_factor(&self) -> Option<f64> {
        let (factor, density) = *self.factors().first()?;
        (density > 3.0 * self.normal()).then_some(factor)
    }
}

/// Everything that is known about a slot of a meter when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// The view in which it is judged.
    pub judged: Sight<'a>,
    /// The view in which factors and sums are recognised.
    pub logarithmic: Sight<'a>,
    /// Counts of the meter.
    pub memory: &'a Memory,
    /// Use per month.
    pub value: f64,
    /// The quantity as it came.
    pub quantity: f64,
    /// Whether it ties exactly with the reading before.
    pub ties: bool,
    /// The month of the year.
    pub season: usize,
    /// The position of the slot.
    pub at: usize,
    /// The prior of a factor, per factor: the group's vote included.
    pub unit_prior: f64,
    /// The factor for which the group votes, with the share of its members.
    pub vote: Option<(f64, f64)>,
}

/// Weighs a slot; the exchange of meters is added by the caller, who sees them all.
pub fn weigh(slot: &Slot<'_>) -> Findings {
    let mut ratios = vec![
        Evidence {
            kind: EvidenceKind::Spike,
            weight: slot.judged.range_ratio(SPIKE_RANGE, SPIKE_PRIOR),
        },
        Evidence {
            kind: EvidenceKind::Drop,
            weight: slot.judged.range_ratio(DROP_RANGE, DROP_PRIOR),
        },
    ];
    if slot.quantity < 0.0 {
        ratios.push(Evidence { kind: EvidenceKind::Negative, weight: NEGATIVE_WEIGHT });
    }
    ratios.extend(zero(slot));
    if slot.quantity > 0.0 {
        ratios.push(factor(slot));
        ratios.extend(repeat(slot));
        ratios.extend(catch_up(slot));
    }
    Findings { ratios }
}

fn factor(slot: &Slot<'_>) -> Evidence {
    let factors = slot.logarithmic.factors();
    #[expect(clippy::cast_precision_loss, reason = "a dozen factors")]
    let mean = factors.iter().map(|(_, density)| density).sum::<f64>() / factors.len() as f64;
    let mut weighed = slot.unit_prior * mean;
    let mut named = factors.first().map_or(1.0, |(factor, _)| *factor);
    if let Some((voted, share)) = slot.vote {
        let under_vote = share * slot.logarithmic.under_factor(voted);
        if under_vote > weighed {
            (weighed, named) = (under_vote, voted);
        }
    }
    Evidence {
        kind: EvidenceKind::Factor(named),
        weight: (weighed / slot.logarithmic.normal()).ln(),
    }
}

fn zero(slot: &Slot<'_>) -> Option<Evidence> {
    if slot.quantity.abs() > 0.0 {
        return None;
    }
    let size = slot.judged.view.size;
    let expected = slot.judged.view.unscale(slot.judged.forecast.value);
    let weight = (ZERO_PRIOR / slot.memory.chance_of_zero(slot.season)).ln()
        + ZERO_SIZE_WEIGHT * (expected / size).min(1.0);
    Some(Evidence { kind: EvidenceKind::Zero, weight })
}

fn repeat(slot: &Slot<'_>) -> Option<Evidence> {
    if !slot.ties {
        return None;
    }
    let memory = slot.memory;
    let spread = 2.5 * slot.judged.forecast.sigma * slot.quantity;
    let by_resolution = (memory.resolution / spread).min(1.0);
    let by_habit = memory.ties.1 / (memory.ties.0 + 4.0);
    let chance = (by_resolution + by_habit).clamp(1e-4, 1.0);
    let weight = (REPEAT_PRIOR / chance).ln() + REPEAT_RUN_WEIGHT * f64::from(memory.run);
    Some(Evidence { kind: EvidenceKind::Repeat(memory.run + 1), weight })
}

fn catch_up(slot: &Slot<'_>) -> Option<Evidence> {
    let memory = slot.memory;
    let first = memory.first?;
    let mut missing = Vec::new();
    let mut at = slot.at;
    for _ in 0..=LONGEST_GAP {
        let before = at.checked_sub(memory.step)?;
        if before <= first || memory.last == Some(before) {
            break;
        }
        if memory.last.is_some_and(|last| last > before) {
            break;
        }
        missing.push(before);
        at = before;
    }
    let gap = u32::try_from(missing.len()).ok().filter(|gap| (1..=LONGEST_GAP).contains(gap))?;
    let missing_share = memory.due.1 / (memory.due.0 + 1.0);
    let ratio = |sight: &Sight<'_>| {
        let missing_use: f64 = missing
            .iter()
            .map(|at| sight.view.predicted[*at])
            .filter(|predicted| predicted.is_finite())
            .sum();
        sight.sum_ratio(slot.value, missing_use, missing_share)
    };
    let weight = ratio(&slot.judged).max(ratio(&slot.logarithmic)) - CATCH_UP_HANDICAP;
    Some(Evidence { kind: EvidenceKind::CatchUp(gap), weight })
}
