//! The expected value: levels, season, last year's month, and what the other meters did.

use super::statistics::median_without;
use super::view::View;
use crate::parameters::expected::{
    CHASE_LIMIT, FEWEST_PEERS, LAST_YEAR_WEIGHT, LEVEL_CHANGE_SHARE, LEVEL_WEIGHT, PEERS_LIMIT,
    PEERS_SHRINKAGE, SLOPE_LIMIT, SLOPE_PRIOR, WEATHER_LIMIT, WEATHER_PRIOR,
};

/// What one view expects of a slot, and what came.
#[derive(Debug, Clone, Copy)]
pub struct Forecast {
    /// From the meter's own past, and its own degree days where there are some.
    pub own: f64,
    /// What the degree-day model says that this month's weather adds, before the slope.
    pub degree_days: f64,
    /// What of it is part of `own`.
    pub weather: f64,
    /// The peers' effect before the slope.
    pub peers: f64,
    /// Own past and peers: what the reading is judged by.
    pub value: f64,
    /// The reading on the view's scale; `NaN` where there is none.
    pub observed: f64,
    /// The share of the last residual that is expected again.
    pub chase: f64,
    /// The scale of what is left over.
    pub sigma: f64,
}

impl Forecast {
    /// What is left over.
    pub fn residual(&self) -> f64 {
        self.observed - self.value
    }

    /// In standard deviations.
    pub fn z(&self) -> f64 {
        self.residual() / self.sigma
    }

    /// In standard deviations after the last residual.
    pub fn z_after_chase(&self) -> f64 {
        (self.residual() - self.chase) / self.sigma
    }
}

/// What is expected from the meter's own past.
pub fn own_value(view: &View, slot: usize, season: usize) -> f64 {
    let term = view.season[season];
    let plain = f64::midpoint(view.fast, view.slow) + term;
    let Some(year_ago) = slot.checked_sub(12) else { return plain };
    let (then, level_then) = (view.cleaned[year_ago], view.middle[year_ago]);
    if then.is_nan() || level_then.is_nan() {
        return plain;
    }
    LEVEL_WEIGHT * (view.fast + term)
        + LEVEL_WEIGHT * (view.slow + term)
        + LAST_YEAR_WEIGHT * (then + LEVEL_CHANGE_SHARE * (view.level() - level_then))
}

/// The slope of a meter on the effect of its peers.
pub fn slope(view: &View) -> f64 {
    ((view.peer_products + SLOPE_PRIOR) / (view.peer_squares + SLOPE_PRIOR)).clamp(0.0, SLOPE_LIMIT)
}

/// The slope of a meter on what its degree-day model says of the weather.
pub fn weather_slope(view: &View) -> f64 {
    (view.weather_products / (view.weather_squares + WEATHER_PRIOR)).clamp(0.0, WEATHER_LIMIT)
}

/// The share of the last residual that is expected again.
pub fn chase(view: &View, slot: usize, step: usize, share: f64) -> f64 {
    let last = slot.checked_sub(step).map_or(f64::NAN, |before| view.residual[before]);
    let limit = CHASE_LIMIT * view.sigma;
    if last.is_nan() { 0.0 } else { share * last.clamp(-limit, limit) }
}

/// The effect of the other meters of a group on each of its members: the shrunk and limited median of what the others
/// deviate from their own expectation. A meter's own reading is never part of its own effect.
pub fn peers_effects(deviations: &[f64]) -> Vec<f64> {
    peers_effects_within(deviations, PEERS_LIMIT)
}

/// The same with another limit.
pub fn peers_effects_within(deviations: &[f64], limit: f64) -> Vec<f64> {
    let mut order: Vec<usize> =
        (0..deviations.len()).filter(|at| deviations[*at].is_finite()).collect();
    order.sort_by(|a, b| deviations[*a].total_cmp(&deviations[*b]).then(a.cmp(b)));
    let sorted: Vec<f64> = order.iter().map(|at| deviations[*at]).collect();
    let mut rank = vec![None; deviations.len()];
    for (place, at) in order.iter().enumerate() {
        rank[*at] = Some(place);
    }
    rank.into_iter()
        .map(|place| {
            let others = sorted.len() - usize::from(place.is_some());
            if others < FEWEST_PEERS {
                return 0.0;
            }
            let middle = match place {
                Some(place) => median_without(&sorted, place),
                None => super::statistics::median(sorted.iter().copied()),
            };
            #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
            let weight = others as f64 / (others as f64 + PEERS_SHRINKAGE);
            weight * middle.unwrap_or(0.0).clamp(-limit, limit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_deviation_does_not_move_own_effect() {
        let quiet = vec![0.01, 0.02, -0.01, 0.0, 0.03, -0.02, 0.015, f64::NAN];
        let mut loud = quiet.clone();
        loud[3] = 1.1;
        assert_eq!(peers_effects(&quiet)[3].to_bits(), peers_effects(&loud)[3].to_bits());
    }

    #[test]
    fn a_common_move_is_followed_to_its_limit_only() {
        let effects = peers_effects(&[2.0; 30]);
        assert!(effects.iter().all(|effect| *effect > 0.2 && *effect <= PEERS_LIMIT));
        assert!(peers_effects(&[2.0; 5]).iter().all(|effect| *effect == 0.0));
    }
}
