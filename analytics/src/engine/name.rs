//! The name of what stands out: the strongest ratio, and what the months before say about it.

use alerts::AlertKind;

use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::statistics::same_side;
use super::view::View;
use crate::parameters::name::{
    EXCHANGE_BONUS, FACTOR_BONUS, LASTING, LEAK_MONTHS, LEAK_SLOPE, MONTHS_FOR_STEP,
};

/// Names a slot by its strongest evidence; a rise or fall that lasts is a step, one that grows is a leak.
pub fn name(evidence: &[Evidence], view: &View, forecast: &Forecast) -> Option<AlertKind> {
    let strength = |evidence: &Evidence| match evidence.kind {
        EvidenceKind::Factor(_) => evidence.weight + FACTOR_BONUS,
        EvidenceKind::Swap(_) => evidence.weight + EXCHANGE_BONUS,
        _ => evidence.weight,
    };
    let strongest = evidence
        .iter()
        .filter(|evidence| evidence.kind.names().is_some())
        .max_by(|a, b| strength(a).total_cmp(&strength(b)))?
        .kind
        .names()?;
    if !matches!(strongest, AlertKind::Spike | AlertKind::Drop) {
        return Some(strongest);
    }
    let residual = forecast.residual();
    let before: Vec<f64> = view
        .residual
        .iter()
        .rev()
        .copied()
        .take(LEAK_MONTHS)
        .take_while(|before| same_side(*before, residual) && before.abs() > LASTING * view.sigma)
        .collect();
    if before.len() < MONTHS_FOR_STEP {
        return Some(strongest);
    }
    let oldest = before.last().copied().unwrap_or(0.0);
    #[expect(clippy::cast_precision_loss, reason = "a few months")]
    let slope = (residual - oldest) / before.len() as f64;
    let grows = residual > 0.0 && before.len() >= 2 && slope > LEAK_SLOPE;
    Some(if grows { AlertKind::Leak } else { AlertKind::Step })
}
