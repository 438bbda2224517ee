//! From which score on a period is flagged, for each kind of problem.

use std::collections::BTreeMap;

use crate::kind::AlertKind;

/// The threshold of the score, and what verdicts have taught about single kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// A period is flagged when its score is above this.
    pub threshold: f64,
    /// Added to the score of a kind: above zero where its alerts were mostly right, below where mostly false.
    pub weights: BTreeMap<AlertKind, f64>,
}

impl Sensitivity {
    /// One threshold for all kinds.
    pub const fn plain(threshold: f64) -> Self {
        Self { threshold, weights: BTreeMap::new() }
    }

    /// The score of a kind, by how far it is above the threshold.
    pub fn above(&self, score: f64, kind: AlertKind) -> f64 {
        score + self.weights.get(&kind).copied().unwrap_or(0.0) - self.threshold
    }

    /// Whether a period of this score and kind is flagged.
    pub fn flags(&self, score: f64, kind: AlertKind) -> bool {
        self.above(score, kind) > 0.0
    }
}
