//! Two meters whose readings were exchanged: each value fits the other meter better than its own.

use super::evidence::Sight;
use super::view::scaled;
use crate::parameters::evidence::{SWAP_DIFFERENCE, SWAP_LEAST_DEVIATION, SWAP_PRIOR, SWAP_WEIGHT};

/// A meter of the group with a positive reading in this slot.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The view in which it is judged.
    pub sight: Sight<'a>,
    /// Use per month.
    pub value: f64,
}

fn log_student(z: f64) -> f64 {
    -2.5 * (1.0 + z * z / 4.0).ln()
}

/// A meter that may be one of a pair, with just what the comparison of all pairs needs.
#[derive(Debug, Clone, Copy)]
struct Side {
    place: usize,
    value: f64,
    offset: f64,
    expected: f64,
    sigma: f64,
    /// How well its own value fits it.
    own: f64,
}

impl Side {
    fn of(place: usize, candidate: &Candidate<'_>) -> Self {
        let Candidate { sight: Sight { forecast, view, .. }, value } = *candidate;
        let (offset, expected, sigma) = (view.offset, forecast.value, forecast.sigma);
        let own = log_student((view.scale(value) - expected) / sigma);
        Self { place, value, offset, expected, sigma, own }
    }

    /// How well a value fits this meter.
    fn fit(&self, value: f64) -> f64 {
        log_student((scaled(value, self.offset) - self.expected) / self.sigma)
    }
}

/// For each member of a group the best partner and the logarithm of the ratio, prior included.
///
/// Only a meter well above its expectation and one well below are a pair, and only if the higher value is the one that is
/// too high: otherwise no exchange brings both closer.
pub fn weigh(members: &[Option<Candidate<'_>>]) -> Vec<Option<(usize, f64)>> {
    let present = members.iter().flatten().count();
    let (mut high, mut low) = (Vec::new(), Vec::new());
    for (place, member) in members.iter().enumerate() {
        let Some(candidate) = member else { continue };
        let z = candidate.sight.forecast.z();
        if z.abs() > SWAP_LEAST_DEVIATION {
            let side = if z > 0.0 { &mut high } else { &mut low };
            side.push(Side::of(place, candidate));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
    let price_of_choice = (present.max(1) as f64).ln();
    let prior = SWAP_PRIOR.ln();
    let weight = |a: &Side, b: &Side, fits: f64| {
        SWAP_WEIGHT * (fits - a.own - b.own - price_of_choice) + prior
    };
    let mut of_high = vec![Best::default(); high.len()];
    let mut of_low = vec![Best::default(); low.len()];
    for (a, best_a) in high.iter().zip(&mut of_high) {
        for (b, best_b) in low.iter().zip(&mut of_low) {
            if a.value < SWAP_DIFFERENCE * b.value {
                continue;
            }
            // No value fits better than 0, so most pairs need not be looked at closer.
            let most = weight(a, b, 0.0);
            if best_a.weight >= most && best_b.weight >= most {
                continue;
            }
            let weight = weight(a, b, a.fit(b.value) + b.fit(a.value));
            best_a.take(b.place, weight);
            best_b.take(a.place, weight);
        }
    }
    let mut best: Vec<Option<(usize, f64)>> = vec![None; members.len()];
    for (side, found) in high.iter().zip(of_high).chain(low.iter().zip(of_low)) {
        best[side.place] = found.partner.map(|partner| (partner, found.weight));
    }
    best
}

/// The best partner so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    partner: Option<usize>,
    weight: f64,
}

impl Default for Best {
    /// None is known.
    fn default() -> Self {
        Self { partner: None, weight: f64::NEG_INFINITY }
    }
}

impl Best {
    fn take(&mut self, partner: usize, weight: f64) {
        if self.partner.is_none() || weight > self.weight {
            *self = Self { partner: Some(partner), weight };
        }
    }
}
