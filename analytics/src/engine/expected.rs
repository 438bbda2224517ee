//! The expected value: levels, season, last year's month, and what the other meters did.

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
    let peers = Peers::within(deviations.iter().copied(), limit);
    deviations.iter().map(|own| peers.effect(*own)).collect()
}

/// What the meters of a group deviate from their own expectation, as far as the median of any of them without one needs
/// it.
#[derive(Debug, Clone, Copy)]
pub struct Peers {
    present: usize,
    /// The middle one of all, of two the lower, with the one before and the one after it.
    middle: [f64; 3],
    limit: f64,
}

impl Peers {
    /// Of all deviations; `NaN` for who is absent.
    pub fn of(deviations: impl Iterator<Item = f64>) -> Self {
        Self::within(deviations, PEERS_LIMIT)
    }

    fn within(deviations: impl Iterator<Item = f64>, limit: f64) -> Self {
        let mut present: Vec<f64> = deviations.filter(|deviation| deviation.is_finite()).collect();
        let count = present.len();
        let mut middle = [0.0; 3];
        if count > 0 {
            let (below, of_all, above) =
                present.select_nth_unstable_by((count - 1) / 2, f64::total_cmp);
            let largest = below.iter().copied().max_by(f64::total_cmp);
            let smallest = above.iter().copied().min_by(f64::total_cmp);
            middle = [largest.unwrap_or(*of_all), *of_all, smallest.unwrap_or(*of_all)];
        }
        Self { present: count, middle, limit }
    }

    /// The effect of the others on the meter that deviates so much itself; `NaN` for one that is absent.
    pub fn effect(&self, own: f64) -> f64 {
        let others = self.present - usize::from(own.is_finite());
        if others < FEWEST_PEERS {
            return 0.0;
        }
        let [before, middle, after] = self.middle;
        // Without one, each from its place on moves up by one; of equal ones it does not matter which is gone.
        let without =
            |value: f64, next: f64| if own.total_cmp(&value).is_gt() { value } else { next };
        let median = match (own.is_finite(), others.is_multiple_of(2)) {
            (true, true) => f64::midpoint(without(before, middle), without(middle, after)),
            (true, false) => without(middle, after),
            (false, true) => f64::midpoint(middle, after),
            (false, false) => middle,
        };
        #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
        let weight = others as f64 / (others as f64 + PEERS_SHRINKAGE);
        weight * median.clamp(-self.limit, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::statistics::median;

    #[test]
    fn own_deviation_does_not_move_own_effect() {
        let quiet = vec![0.01, 0.02, -0.01, 0.0, 0.03, -0.02, 0.015, f64::NAN];
        let mut loud = quiet.clone();
        loud[3] = 1.1;
        assert_eq!(peers_effects(&quiet)[3].to_bits(), peers_effects(&loud)[3].to_bits());
    }

    #[test]
    fn the_effect_is_by_the_median_of_the_others() {
        for count in 7..12_u32 {
            let mut deviations: Vec<f64> =
                (0..count).map(|at| f64::from(at * 5 % 7) / 100.0).chain([f64::NAN]).collect();
            deviations.rotate_left(3);
            for (at, effect) in peers_effects(&deviations).into_iter().enumerate() {
                let others = deviations.iter().enumerate().filter(|(other, _)| *other != at);
                let present: Vec<f64> =
                    others.map(|(_, value)| *value).filter(|value| value.is_finite()).collect();
                let number = f64::from(u32::try_from(present.len()).expect("a few"));
                let expected = number / (number + PEERS_SHRINKAGE) * median(present).expect("some");
                assert_eq!(effect.to_bits(), expected.to_bits(), "{at} of {deviations:?}");
            }
        }
    }

    #[test]
    fn a_common_move_is_followed_to_its_limit_only() {
        let effects = peers_effects(&[2.0; 30]);
        assert!(effects.iter().all(|effect| *effect > 0.2 && *effect <= PEERS_LIMIT));
        assert!(peers_effects(&[2.0; 5]).iter().all(|effect| *effect == 0.0));
    }
}
