//! What a meter remembers on one scale.
//!
//! A meter is seen twice: on a scale that is nearly linear near zero, on which it is judged, and on a scale that is
//! nearly logarithmic, on which factors and sums are recognised.

use super::statistics::median;

/// The state of one meter on one scale.
#[derive(Debug, Clone)]
pub struct View {
    /// The usual size of the meter: the median of its positive use per month.
    pub size: f64,
    /// What is added before the logarithm is taken.
    pub offset: f64,
    /// Cleaned values on this scale; where a reading is missing, the expected one.
    pub cleaned: Vec<f64>,
    /// The mean of fast and slow level at each slot, before the slot was learnt.
    pub middle: Vec<f64>,
    /// The expected value of use per month at each slot, in the meter's own unit.
    pub predicted: Vec<f64>,
    /// What was left over at each slot; `NaN` where there was no reading.
    pub residual: Vec<f64>,
    /// Follows quickly.
    pub fast: f64,
    /// Follows slowly.
    pub slow: f64,
    /// What each season adds.
    pub season: Vec<f64>,
    /// The standard deviation of what is left over.
    pub sigma: f64,
    /// The slope on the peers' effect: weighted sum of products, weighted sum of squares.
    pub peer_products: f64,
    /// See `peer_products`.
    pub peer_squares: f64,
    /// The slope on what degree days say of the weather: weighted sum of products, weighted sum of squares.
    pub weather_products: f64,
    /// See `weather_products`.
    pub weather_squares: f64,
    /// Squares of past wanderings: their sum and number.
    pub wander_squares: f64,
    /// See `wander_squares`.
    pub wander_count: f64,
    /// The meter's own seasonal medians before any shrinkage, with the number of readings behind each.
    pub own_season: Vec<(f64, f64)>,
    /// The meter's own variance before any shrinkage, with the number of readings behind it.
    pub own_variance: (f64, f64),
}

impl View {
    /// Use per month on this scale; `NaN` stays `NaN`.
    pub fn scale(&self, use_per_month: f64) -> f64 {
        scaled(use_per_month, self.offset)
    }

    /// Back from the scale; not below zero.
    pub fn unscale(&self, value: f64) -> f64 {
        (value.exp() - self.offset).max(0.0)
    }

    /// The mean of the two levels now.
    pub fn level(&self) -> f64 {
        f64::midpoint(self.fast, self.slow)
    }
}

/// The logarithm of use plus offset; what is negative counts as zero.
pub fn scaled(use_per_month: f64, offset: f64) -> f64 {
    if use_per_month.is_nan() { f64::NAN } else { (use_per_month.max(0.0) + offset).ln() }
}

/// The usual size of a meter: the median of its positive values.
pub fn usual_size(use_per_month: &[f64]) -> Option<f64> {
    median(use_per_month.iter().copied().filter(|value| *value > 0.0))
}
