//! The name of what stands out: the strongest ratio, and what the months before say about it.

use alerts::AlertKind;

use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::statistics::same_side;
use super::view::View;
use crate::parameters::name::{
    CREEPING_JUMP, CREEPING_MONTHS, CREEPING_START, CREEPING_SUM, DECIMAL_BONUS, LASTING,
    LEAK_MONTHS, LEAK_SLOPE, LONG_BILLS, MONTHLY_BILLS, MONTHS_FOR_STEP, REPEAT_BONUS,
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
    let habits = if step > 1 { LONG_BILLS } else { MONTHLY_BILLS };
    let strength = |evidence: &Evidence| {
        evidence.weight
            + match evidence.kind {
                EvidenceKind::Factor(_) if evidence.kind.names() == Some(AlertKind::Decimal) => {
                    DECIMAL_BONUS
                }
                EvidenceKind::Factor(_) => habits.factor,
                EvidenceKind::Repeat(_) => REPEAT_BONUS,
                EvidenceKind::CatchUp(_) => habits.catch_up,
                EvidenceKind::Swap(_) => habits.exchange,
                EvidenceKind::Drop => habits.drop,
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
    if crept_in(&view.residual, residual, view.sigma) {
        return Some(AlertKind::Leak);
    }
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

/// Whether a rise came little by little: each month before already lay above, none of them far.
fn crept_in(before: &[f64], residual: f64, sigma: f64) -> bool {
    let run: Vec<f64> = before.iter().rev().copied().take_while(|before| *before > 0.0).collect();
    if residual <= 0.0 || run.len() < CREEPING_MONTHS {
        return false;
    }
    let newest = &run[..run.len().min(LEAK_MONTHS + 1)];
    let largest = newest.iter().copied().fold(0.0, f64::max);
    let began_small = newest.last().is_some_and(|first| *first < CREEPING_START * sigma);
    began_small
        && run[..CREEPING_MONTHS].iter().sum::<f64>() > CREEPING_SUM * sigma
        && residual < CREEPING_JUMP * largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_that_came_little_by_little_crept_in() {
        assert!(crept_in(&[-0.1, 0.04, 0.06, 0.08, 0.1], 0.15, 0.1));
        assert!(!crept_in(&[0.04, 0.06, -0.01, 0.08, 0.1], 0.15, 0.1), "it fell in between");
        assert!(!crept_in(&[0.04, 0.06, 0.08, 0.1], 0.5, 0.1), "it jumped");
        assert!(!crept_in(&[0.3, 0.25, 0.2], 0.2, 0.1), "it began with a step");
        assert!(!crept_in(&[0.01, 0.01, 0.01], 0.02, 0.1), "it is noise");
        assert!(!crept_in(&[0.1, 0.1, 0.1], -0.1, 0.1));
    }
}
