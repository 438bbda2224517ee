//! Named kinds of problem, each weighed by its likelihood against a normal month.

use std::sync::LazyLock;

use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::memory::Memory;
use super::pieces::Pieces;
use super::statistics::{student_4, student_6};
use super::view::View;
use crate::parameters::evidence::{
    ANYWHERE, ANYWHERE_WIDTH, CATCH_UP_HANDICAP, CATCH_UP_MISSING, CATCH_UP_PRIOR, DROP_PRIOR,
    DROP_RANGE, FACTOR_REACH, LONGEST_GAP, NEGATIVE_WEIGHT, RANGE_POINTS, REPEAT_PRIOR,
    REPEAT_RUN_WEIGHT, SCALE_CENTRE, SCALE_POWER, SMALLEST_VOTED, SPIKE_PRIOR, SPIKE_RANGE,
    UNIT_FACTORS, ZERO_PRIOR, ZERO_SIZE_WEIGHT,
};

/// All ratios of one slot of one meter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Findings {
    /// Logarithms of likelihood ratios, priors included.
    pub ratios: Pieces,
}

impl Findings {
    /// Adds the likelihood that the readings of two meters were exchanged.
    pub fn add_swap(&mut self, partner: usize, weight: f64) {
        self.ratios.push(Evidence { kind: EvidenceKind::Swap(partner), weight });
    }
}

/// Factors spread evenly over the logarithm of a range.
fn spread((from, to): (f64, f64)) -> [f64; RANGE_POINTS] {
    let (from, to) = (from.ln(), to.ln());
    #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
    std::array::from_fn(|point| {
        (from + (to - from) * point as f64 / (RANGE_POINTS - 1) as f64).exp()
    })
}

static SPIKE_FACTORS: LazyLock<[f64; RANGE_POINTS]> = LazyLock::new(|| spread(SPIKE_RANGE));
static DROP_FACTORS: LazyLock<[f64; RANGE_POINTS]> = LazyLock::new(|| spread(DROP_RANGE));

/// One view of a slot: what it expects and what it remembers.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What it expects and what came.
    pub forecast: Forecast,
    /// What it remembers.
    pub view: &'a View,
    /// The scale of the densities.
    pub scale: f64,
    /// The density of a normal period at this reading.
    pub normal: f64,
    /// The expected use per month.
    expected: f64,
}

impl<'a> Sight<'a> {
    /// Looks at a slot.
    pub fn new(forecast: Forecast, view: &'a View) -> Self {
        let scale = forecast.sigma.powf(SCALE_POWER) * SCALE_CENTRE.powf(1.0 - SCALE_POWER);
        let usual = student_4(forecast.residual() / scale) / scale;
        let normal = (1.0 - ANYWHERE) * usual + ANYWHERE / ANYWHERE_WIDTH;
        Self { forecast, view, scale, normal, expected: view.unscale(forecast.value) }
    }

    /// How far a true factor moves the reading on this scale.
    fn shift(&self, factor: f64) -> f64 {
        (self.expected * factor + self.view.offset).ln() - self.forecast.value
    }

    /// The density of the reading if the true use times `factor` had come.
    fn under_factor(&self, factor: f64) -> f64 {
        student_6((self.forecast.residual() - self.shift(factor)) / self.scale) / self.scale
    }

    /// The logarithm of the ratio for one of these factors.
    fn range_ratio(&self, factors: &[f64; RANGE_POINTS], prior: f64) -> f64 {
        let sum: f64 = factors.iter().map(|factor| self.under_factor(*factor)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
        let mean = sum / RANGE_POINTS as f64;
        (prior * mean / self.normal).ln()
    }

    /// The logarithm of the ratio for this reading holding the use of earlier, missing slots too.
    fn sum_ratio(&self, value: f64, missing_use: f64, missing_share: f64) -> f64 {
        let all = (self.expected + missing_use).max(f64::MIN_POSITIVE);
        let off = (value.max(f64::MIN_POSITIVE) / all).ln();
        let density = student_4(off / self.scale) / self.scale;
        let prior = CATCH_UP_PRIOR / (1.0 + CATCH_UP_MISSING * missing_share);
        (prior * density / self.normal).ln()
    }

    /// How well the factors between units explain the reading; `None` where it is too close to the expected value for
    /// any of them.
    pub fn factors(&self) -> Option<Factors> {
        let smallest = UNIT_FACTORS.iter().copied().fold(f64::INFINITY, f64::min);
        let residual = self.forecast.residual();
        let nearest =
            if residual > 0.0 { self.shift(smallest) } else { -self.shift(smallest.recip()) };
        if residual.abs() < nearest - FACTOR_REACH * self.scale {
            return None;
        }
        let densities = UNIT_FACTORS
            .iter()
            .flat_map(|factor| [*factor, factor.recip()])
            .map(|factor| (factor, self.under_factor(factor)));
        let (mut best, mut sum) = ((1.0, 0.0), 0.0);
        for (factor, density) in densities {
            sum += density;
            if density > best.1 {
                best = (factor, density);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a dozen factors")]
        let mean = sum / (2 * UNIT_FACTORS.len()) as f64;
        let gross = best.0.ln().abs() > SMALLEST_VOTED.ln() - 1e-9;
        let clear = gross && best.1 > 3.0 * self.normal;
        Some(Factors { best: best.0, clear, mean })
    }
}

/// How well the factors between units explain a reading.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// The likeliest.
    pub best: f64,
    /// Whether it is a gross factor that explains the reading clearly better than chance; such count as votes in the
    /// group. A common move by a small factor is weather.
    pub clear: bool,
    /// The mean density over all factors.
    mean: f64,
}

/// Everything that is known about a slot of a meter when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// The view in which it is judged.
    pub judged: Sight<'a>,
    /// The view in which factors and sums are recognised.
    pub logarithmic: Sight<'a>,
    /// How well factors explain the reading in that view.
    pub factors: Option<Factors>,
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
    // A rise does not explain a reading below the expected value, nor a fall one above it.
    let level = if slot.judged.forecast.residual() > 0.0 {
        let weight = slot.judged.range_ratio(&SPIKE_FACTORS, SPIKE_PRIOR);
        Evidence { kind: EvidenceKind::Spike, weight }
    } else {
        let weight = slot.judged.range_ratio(&DROP_FACTORS, DROP_PRIOR);
        Evidence { kind: EvidenceKind::Drop, weight }
    };
    let mut ratios = Pieces::default();
    ratios.push(level);
    if slot.quantity < 0.0 {
        ratios.push(Evidence { kind: EvidenceKind::Negative, weight: NEGATIVE_WEIGHT });
    }
    ratios.extend(zero(slot));
    if slot.quantity > 0.0 {
        ratios.extend(factor(slot));
        ratios.extend(repeat(slot));
        ratios.extend(catch_up(slot));
    }
    Findings { ratios }
}

fn factor(slot: &Slot<'_>) -> Option<Evidence> {
    let factors = slot.factors?;
    let (mut weighed, mut named) = (slot.unit_prior * factors.mean, factors.best);
    if let Some((voted, share)) = slot.vote {
        let under_vote = share * slot.logarithmic.under_factor(voted);
        if under_vote > weighed {
            (weighed, named) = (under_vote, voted);
        }
    }
    let weight = (weighed / slot.logarithmic.normal).ln();
    Some(Evidence { kind: EvidenceKind::Factor(named), weight })
}

fn zero(slot: &Slot<'_>) -> Option<Evidence> {
    if slot.quantity.abs() > 0.0 {
        return None;
    }
    let size = slot.judged.view.size;
    let weight = (ZERO_PRIOR / slot.memory.chance_of_zero(slot.season)).ln()
        + ZERO_SIZE_WEIGHT * (slot.judged.expected / size).min(1.0);
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
    // One more than the longest gap is looked at, so that a longer one is told apart.
    let mut missing = [0; LONGEST_GAP as usize + 1];
    let mut gap = 0;
    let mut at = slot.at;
    for place in &mut missing {
        let before = at.checked_sub(memory.step)?;
        if before <= first || memory.last == Some(before) {
            break;
        }
        if memory.last.is_some_and(|last| last > before) {
            break;
        }
        *place = before;
        gap += 1;
        at = before;
    }
    let missing = &missing[..gap];
    let gap = u32::try_from(gap).ok().filter(|gap| (1..=LONGEST_GAP).contains(gap))?;
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
