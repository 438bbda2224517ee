//! Two meters whose readings were exchanged: each value fits the other meter better than its own.

use super::evidence::Sight;
use crate::parameters::evidence::{SWAP_DIFFERENCE, SWAP_LEAST_DEVIATION, SWAP_PRIOR, SWAP_WEIGHT};

/// A meter of the group with a positive reading in this slot.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The view in which it is judged.
    pub sight: Sight<'a>,
    /// Use per month.
    pub value: f64,
}

impl Candidate<'_> {
    /// How well a value fits this meter.
    fn fit(&self, value: f64) -> f64 {
        let forecast = &self.sight.forecast;
        log_student((self.sight.view.scale(value) - forecast.value) / forecast.sigma)
    }
}

fn log_student(z: f64) -> f64 {
    -2.5 * (1.0 + z * z / 4.0).ln()
}

/// For each member of a group the best partner and the logarithm of the ratio, prior included.
///
/// Only a meter well above its expectation and one well below are a pair, and only if the higher value is the one that is
/// too high: otherwise no exchange brings both closer.
pub fn weigh(members: &[Option<Candidate<'_>>]) -> Vec<Option<(usize, f64)>> {
    let present = members.iter().flatten().count();
    let (high, low): (Vec<_>, Vec<_>) = members
        .iter()
        .enumerate()
        .filter_map(|(place, member)| member.map(|candidate| (place, candidate)))
        .filter(|(_, candidate)| candidate.sight.forecast.z().abs() > SWAP_LEAST_DEVIATION)
        .map(|(place, candidate)| (place, candidate, candidate.fit(candidate.value)))
        .partition(|(_, candidate, _)| candidate.sight.forecast.z() > 0.0);
    let mut best: Vec<Option<(usize, f64)>> = vec![None; members.len()];
    #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
    let price_of_choice = (present.max(1) as f64).ln();
    for (place_a, a, own_a) in &high {
        for (place_b, b, own_b) in &low {
            if a.value < SWAP_DIFFERENCE * b.value {
                continue;
            }
            let weight = |fits: f64| {
                SWAP_WEIGHT * (fits - own_a - own_b - price_of_choice) + SWAP_PRIOR.ln()
            };
            // No value fits better than 0, so most pairs need not be looked at closer.
            let most = weight(0.0);
            if [*place_a, *place_b].iter().all(|own| best[*own].is_some_and(|(_, w)| w >= most)) {
                continue;
            }
            let weight = weight(a.fit(b.value) + b.fit(a.value));
            for (own, other) in [(*place_a, *place_b), (*place_b, *place_a)] {
                if best[own].is_none_or(|(_, known)| weight > known) {
                    best[own] = Some((other, weight));
                }
            }
        }
    }
    best
}
