//! Two meters whose readings were exchanged: each value fits the other meter better than its own.

use rayon::prelude::*;

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

/// Meters that are worth another processor.
const FEWEST_AT_ONCE: usize = 64;

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
    let best_of_high = partners(&high, &low, price_of_choice, |one, other| (one, other));
    let best_of_low = partners(&low, &high, price_of_choice, |one, other| (other, one));
    let mut best: Vec<Option<(usize, f64)>> = vec![None; members.len()];
    for (side, found) in high.iter().zip(best_of_high).chain(low.iter().zip(best_of_low)) {
        best[side.place] = found.map(|found| (found.partner, found.weight));
    }
    best
}

/// The best partner of each of these among the others; of equally good ones the first. `pair` puts the high one first.
fn partners(
    these: &[Side],
    others: &[Side],
    price_of_choice: f64,
    pair: impl for<'a> Fn(&'a Side, &'a Side) -> (&'a Side, &'a Side) + Sync,
) -> Vec<Option<Best>> {
    // Who fits itself least gains most by an exchange, and no value fits better than 0: so from some place on none of
    // the others can be better than the best so far.
    let mut others = others.to_vec();
    others.sort_by(|a, b| a.own.total_cmp(&b.own));
    let prior = SWAP_PRIOR.ln();
    let best_of = |one: &Side| {
        let mut best: Option<Best> = None;
        for other in &others {
            let (high, low) = pair(one, other);
            let weight =
                |fits: f64| SWAP_WEIGHT * (fits - high.own - low.own - price_of_choice) + prior;
            let is_out = |fits: f64| best.is_some_and(|best| best.weight > weight(fits));
            if is_out(0.0) {
                break;
            }
            if high.value < SWAP_DIFFERENCE * low.value {
                continue;
            }
            let fit_one = one.fit(other.value);
            if is_out(fit_one) {
                continue;
            }
            let weight = weight(fit_one + other.fit(one.value));
            let found = Best { partner: other.place, weight };
            if best.is_none_or(|best| found.is_before(&best)) {
                best = Some(found);
            }
        }
        best
    };
    these.par_iter().with_min_len(FEWEST_AT_ONCE).map(best_of).collect()
}

/// The best partner so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    partner: usize,
    weight: f64,
}

impl Best {
    fn is_before(&self, other: &Self) -> bool {
        self.weight > other.weight || (self.weight >= other.weight && self.partner < other.partner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sides of meters of all sizes, some of them alike.
    fn sides(count: u32, first: usize, rises: bool) -> Vec<Side> {
        (first..)
            .zip(0..count)
            .map(|(place, at)| {
                let usual = f64::from(100 + at * 37 % 11 * 40);
                let off = 1.0 + f64::from(3 + at * 7 % 5) / 5.0;
                let value = if rises { usual * off } else { usual / off };
                let (offset, sigma) = (0.2 * usual, 0.1 + f64::from(at % 4) / 20.0);
                let expected = scaled(usual, offset);
                let own = log_student((scaled(value, offset) - expected) / sigma);
                Side { place, value, offset, expected, sigma, own }
            })
            .collect()
    }

    #[test]
    fn the_best_partner_is_the_best_of_all() {
        let (high, low) = (sides(150, 0, true), sides(130, 150, false));
        let found = partners(&high, &low, 4.0, |one, other| (one, other));
        let backwards = partners(&low, &high, 4.0, |one, other| (other, one));
        let weight = |high: &Side, low: &Side| {
            let fits = high.fit(low.value) + low.fit(high.value);
            (high.value >= SWAP_DIFFERENCE * low.value)
                .then(|| SWAP_WEIGHT * (fits - high.own - low.own - 4.0) + SWAP_PRIOR.ln())
        };
        // Of equal ones the first, as they are gone through in their order.
        let best = |pairs: &mut dyn Iterator<Item = (usize, Option<f64>)>| {
            pairs.filter_map(|(place, weight)| Some((place, weight?))).fold(None, |best, pair| {
                match best {
                    Some((_, weight)) if weight >= pair.1 => best,
                    _ => Some(pair),
                }
            })
        };
        for (one, found) in high.iter().zip(found) {
            let expected = best(&mut low.iter().map(|other| (other.place, weight(one, other))));
            assert_eq!(found.map(|found| (found.partner, found.weight)), expected);
        }
        for (one, found) in low.iter().zip(backwards) {
            let expected = best(&mut high.iter().map(|other| (other.place, weight(other, one))));
            assert_eq!(found.map(|found| (found.partner, found.weight)), expected);
        }
    }
}
