//! The name of what stands out: the strongest ratio, and what the months before say about it.

use alerts::AlertKind;

use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::statistics::same_side;
use super::view::View;
use crate::parameters::name::{
    DECIMAL_BONUS, DROP_BONUS, FACTOR_BONUS, LASTING, LEAK_MONTHS, LEAK_SLOPE, LONG_BILLS,
    MONTHLY_BILLS, MONTHS_FOR_STEP, REPEAT_BONUS,
};

/// Names a slot by its strongest evidence; a rise or fall that lasts is a step, one that grows is a leak.
///
/// `step` is the distance between readings in slots: bills of two months have other habits.
pub fn name(
    evidence: &[Evidence],
    view: &View,
    forecast: &Forecast,
    step: usize,
) -> Option<AlertKind> {
    let (catch_up, exchange) = if step > 1 { LONG_BILLS } else { MONTHLY_BILLS };
    let strength = |evidence: &Evidence| {
        evidence.weight
            + match evidence.kind {
                EvidenceKind::Factor(_) if evidence.kind.names() == Some(AlertKind::Decimal) => {
                    DECIMAL_BONUS
                }
                EvidenceKind::Factor(_) => FACTOR_BONUS,
                EvidenceKind::Repeat(_) => REPEAT_BONUS,
                EvidenceKind::CatchUp(_) => catch_up,
                EvidenceKind::Swap(_) => exchange,
                EvidenceKind::Drop => DROP_BONUS,
                _ => 0.0,
            }
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
