//! Evidence as it is stored with an alert: a name, a weight and a sentence for each piece.

use serde_json::{Value, json};

use crate::engine::Evidence;
use crate::sentence;

/// The grounds of an alert. What is stored of them is made when it is written: of most drafts nothing ever is.
#[derive(Debug, Clone, PartialEq)]
pub enum Grounds {
    /// The evidence of a period, and the name of the meter with which this one may be exchanged.
    Evidence(Box<[Evidence]>, Option<String>),
    /// As they are stored.
    Told(Value),
}

impl Grounds {
    /// As they are stored.
    pub fn stored(&self) -> Value {
        match self {
            Self::Evidence(evidence, partner) => stored(evidence, partner.as_deref()),
            Self::Told(grounds) => grounds.clone(),
        }
    }
}

/// The evidence of a period, the strongest first.
fn stored(evidence: &[Evidence], partner: Option<&str>) -> Value {
    let piece = |evidence: &Evidence| {
        entry(
            sentence::evidence_name(evidence.kind),
            evidence.weight,
            &sentence::evidence(evidence, partner),
        )
    };
    evidence.iter().map(piece).collect()
}

/// One piece.
pub fn entry(name: &str, weight: f64, sentence: &str) -> Value {
    json!({ "name": name, "weight": (weight * 100.0).round() / 100.0, "sentence": sentence })
}
