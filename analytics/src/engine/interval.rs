//! The 95 % interval, from what the meters of a group really left over in the past.

use crate::parameters::interval::{SHRINKAGE, USUAL};

/// Bins of a hundredth of a standard deviation between the two ends.
const BINS: usize = 1600;
const LAST_BIN: f64 = 1599.0;
const LOWEST: f64 = -8.0;
const WIDTH: f64 = 0.01;

/// Standardised residuals of a group so far, counted in bins.
#[derive(Debug, Clone)]
pub struct Residuals {
    counts: Vec<u32>,
    total: u32,
}

impl Default for Residuals {
    /// None yet.
    fn default() -> Self {
        Self { counts: vec![0; BINS], total: 0 }
    }
}

impl Residuals {
    /// Adds one; what lies beyond the ends counts at the end.
    pub fn add(&mut self, standardised: f64) {
        if standardised.is_finite() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to the bins"
            )]
            let bin = ((standardised - LOWEST) / WIDTH).clamp(0.0, LAST_BIN) as usize;
            self.counts[bin] += 1;
            self.total += 1;
        }
    }

    fn quantile(&self, share: f64) -> f64 {
        let wanted = share * f64::from(self.total);
        let mut below = 0.0;
        for (bin, count) in self.counts.iter().enumerate() {
            below += f64::from(*count);
            if below >= wanted {
                #[expect(clippy::cast_precision_loss, reason = "fewer bins than 2^52")]
                return LOWEST + (bin as f64 + 0.5) * WIDTH;
            }
        }
        -LOWEST
    }

    /// The lower and the upper end in standard deviations, at these quantiles.
    pub fn ends(&self, quantiles: (f64, f64)) -> (f64, f64) {
        let seen = f64::from(self.total);
        let weight = seen / (seen + SHRINKAGE);
        let blend = |share, usual: f64| weight * self.quantile(share) + (1.0 - weight) * usual;
        (blend(quantiles.0, -USUAL), blend(quantiles.1, USUAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::interval::QUANTILES;

    #[test]
    fn without_residuals_the_usual_interval_holds() {
        assert_eq!(Residuals::default().ends(QUANTILES), (-USUAL, USUAL));
    }

    #[test]
    fn many_residuals_set_the_interval() {
        let mut residuals = Residuals::default();
        for i in 0..20_000 {
            residuals.add(f64::from(i % 2000) / 1000.0 - 1.0);
        }
        let (lower, upper) = residuals.ends(QUANTILES);
        assert!((lower + 0.93).abs() < 0.03 && (upper - 0.93).abs() < 0.03, "{lower} {upper}");
    }
}
