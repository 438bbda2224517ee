//! From evidence to one score and one name.

use super::evidence::Findings;
use super::judgement::{Evidence, EvidenceKind};
use super::pieces::Pieces;
use super::statistics::log_sum_exp;
use crate::parameters::NOT_JUDGED;
use crate::parameters::score::{DEVIATION, PERSISTENCE, YEAR_ON_YEAR};

/// What the continuous terms of the score are made of, in standard deviations; 0 where unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// The deviation, the smaller of before and after the last residual.
    pub deviation: f64,
    /// The deviation from last year's month.
    pub year_on_year: f64,
    /// The mean of the last residuals, where they agree in sign.
    pub persistence: f64,
}

/// The score, larger is more suspicious, and all evidence, the strongest first.
pub fn score(findings: &Findings, terms: Terms) -> (f64, Pieces) {
    let capped = |value: f64, (weight, limit): (f64, f64)| weight * value.abs().min(limit);
    let soft = [
        (EvidenceKind::Deviation, capped(terms.deviation, DEVIATION)),
        (EvidenceKind::YearOnYear, capped(terms.year_on_year, YEAR_ON_YEAR)),
        (EvidenceKind::Persistence, capped(terms.persistence, PERSISTENCE)),
    ];
    let total = log_sum_exp(findings.ratios.iter().map(|evidence| evidence.weight))
        + soft.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut evidence = findings.ratios;
    evidence.extend(soft.iter().map(|(kind, weight)| Evidence { kind: *kind, weight: *weight }));
    evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    (if total.is_finite() { total } else { NOT_JUDGED }, evidence)
}
