//! How well the expected value of a meter fits: the two figures of ASHRAE Guideline 14 and IPMVP.

use super::judgement::Judgement;
use super::panel::Panel;
use crate::parameters::FLAG_THRESHOLD;

/// The fit of one meter over its normal periods, each expected before it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Root mean square of the error over mean use (Guideline 14: at most 0.15 for months).
    pub cv_rmse: f64,
    /// Mean of expected less observed over mean use (Guideline 14: within 0.05).
    pub nmbe: f64,
    /// Periods behind it.
    pub periods: u32,
}

/// Fewer periods say nothing about the fit.
pub const FEWEST_PERIODS: u32 = 4;

/// The fit of each meter over its last `periods` slots; flagged periods, and what came as zero or less, are left out.
pub fn fits(panel: &Panel, judged: &[Vec<Judgement>], periods: usize) -> Vec<Option<Fit>> {
    let from = panel.slots.saturating_sub(periods);
    panel
        .meters
        .iter()
        .zip(judged)
        .map(|(meter, judged)| {
            let (mut count, mut sum, mut squares, mut off) = (0_u32, 0.0, 0.0, 0.0);
            for (observed, judgement) in meter.quantity.iter().zip(judged).skip(from) {
                let Some(band) = judgement.band else { continue };
                if *observed > 0.0 && judgement.score <= FLAG_THRESHOLD {
                    let error = band.expected - observed;
                    count += 1;
                    sum += observed;
                    squares += error * error;
                    off += error;
                }
            }
            let number = f64::from(count);
            (count >= FEWEST_PERIODS).then(|| Fit {
                cv_rmse: (squares / number).sqrt() / (sum / number),
                nmbe: off / sum,
                periods: count,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Cadence, Meter};
    use crate::parameters::Utility;
    use alerts::Band;

    #[test]
    fn the_figures_are_those_of_the_guideline() {
        let quantity = vec![100.0, 100.0, 100.0, 100.0, 0.0, 9_000.0];
        let expected = [110.0, 90.0, 110.0, 90.0, 50.0, 100.0];
        let panel = Panel {
            cadence: Cadence::Monthly,
            first_season: 0,
            slots: 6,
            groups: 1,
            meters: vec![Meter {
                name: "E".to_owned(),
                group: 0,
                utility: Utility::of("electricity"),
                unit_stated: true,
                stated: quantity.clone(),
                days: vec![30.0; 6],
                quantity,
                temperature: Vec::new(),
                trust: Vec::new(),
            }],
        };
        let judged = expected.map(|expected| Judgement {
            band: Some(Band { expected, lower: 0.0, upper: 200.0 }),
            score: if (expected - 100.0_f64).abs() < 1e-9 { 9.0 } else { -5.0 },
            ..Judgement::none()
        });
        let fit = fits(&panel, &[judged.to_vec()], 12)[0].expect("four normal periods");
        assert!((fit.cv_rmse - 0.1).abs() < 1e-12 && fit.nmbe.abs() < 1e-12, "{fit:?}");
        assert_eq!(fit.periods, 4, "the zero and the flagged period are left out");
        assert_eq!(fits(&panel, &[judged.to_vec()], 2), [None]);
    }
}
