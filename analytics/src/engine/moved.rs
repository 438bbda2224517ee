//! A meter that has moved for good: its unit was changed, half of its building was let, another meter was connected.
//!
//! A baseline that follows such a move by small steps calls every month of the next year a problem. After a few months
//! that agree, the history before them is seen at the new size instead, and the meter starts anew from it. What was
//! flagged until then stays flagged.

use super::statistics::{median, same_side};
use super::view::View;
use crate::parameters::moved::{APART, LEAST, OUTSIDE, READINGS};

/// The factor by which a meter has moved, where its last readings, the one at `at` included, agree on it; `None` for all
/// that a smaller change explains.
///
/// `view` is the one on the nearly logarithmic scale; `all` is use per month.
pub fn factor(view: &View, all: &[f64], at: usize, step: usize) -> Option<f64> {
    let onset = at.checked_sub((READINGS - 1) * step)?;
    let base = *view.middle.get(onset)?;
    let mut ratios = [0.0; READINGS];
    let mut first: Option<f64> = None;
    for (slot, ratio) in (onset..=at).rev().step_by(step).zip(&mut ratios) {
        // Against the level before the first of them, not the one that follows them.
        let shown = view.residual.get(slot)? + view.middle.get(slot)? - base;
        let value = all[slot];
        let is_far = shown.abs() > LEAST && first.is_none_or(|first| same_side(first, shown));
        if !is_far || value.is_nan() || value <= 0.0 || !is_new(all, slot, onset) {
            return None;
        }
        first = first.or(Some(shown));
        let expected = view.unscale(view.scale(value) - shown);
        *ratio = value / expected.max(f64::MIN_POSITIVE);
    }
    let middle = median(ratios.iter().copied())?;
    let agree = |ratio: &f64| (ratio / middle).ln().abs() < APART.ln();
    (middle.is_finite() && middle > 0.0 && ratios.iter().all(agree)).then_some(middle)
}

/// Whether a reading lies outside of all that the meter had in this season before the first that is looked at.
fn is_new(all: &[f64], slot: usize, onset: usize) -> bool {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for years in 1..=slot / 12 {
        let middle = slot - 12 * years;
        let end = (middle + 2).min(onset);
        let season = all.get(middle.saturating_sub(1)..end).unwrap_or_default();
        for before in season.iter().filter(|before| before.is_finite()) {
            (low, high) = (low.min(*before), high.max(*before));
        }
    }
    all[slot] * OUTSIDE < low || all[slot] > high * OUTSIDE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::start::own_view;

    /// A view that expects 100 and has seen these values since, following none of them.
    fn seen(values: &[f64]) -> (View, Vec<f64>) {
        let mut view = own_view(&[100.0; 24], 24, 0.05, 0).expect("it has use");
        (view.fast, view.slow) = (view.scale(100.0), view.scale(100.0));
        view.middle = vec![view.level(); 24];
        view.residual = vec![0.0; 24];
        let mut all = vec![100.0; 24];
        for value in values {
            view.middle.push(view.level());
            view.residual.push(view.scale(*value) - view.level());
            all.push(*value);
        }
        (view, all)
    }

    fn moved(values: &[f64]) -> Option<f64> {
        let (view, all) = seen(values);
        factor(&view, &all, all.len() - 1, 1)
    }

    #[test]
    fn four_readings_of_a_new_size_are_a_move() {
        let factor = moved(&[10.0, 11.0, 9.0, 10.0]).expect("moved");
        assert!((factor - 0.1).abs() < 0.02, "{factor}");
        assert!(moved(&[900.0, 1000.0, 1100.0, 1000.0]).is_some());
    }

    #[test]
    fn fewer_smaller_mixed_and_empty_ones_are_none() {
        assert_eq!(moved(&[10.0, 11.0, 9.0]), None, "an error that is put right");
        assert_eq!(moved(&[170.0, 175.0, 180.0, 172.0]), None, "a step");
        assert_eq!(moved(&[10.0, 900.0, 9.0, 10.0]), None);
        assert_eq!(moved(&[0.0; 4]), None, "closed");
        assert_eq!(moved(&[10.0, 0.4, 9.0, 30.0]), None, "they do not agree");
    }
}
