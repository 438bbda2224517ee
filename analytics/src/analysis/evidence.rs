//! Evidence as it is stored with an alert: a name, a weight and a sentence for each piece.

use serde_json::{Value, json};

use crate::engine::Evidence;
use crate::sentence;

/// The evidence of a period, the strongest first.
pub fn stored(evidence: &[Evidence], partner: Option<&str>) -> Value {
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
