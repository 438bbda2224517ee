//! Days between two bills that no bill covers.

use alerts::AlertKind;

use super::closed::LONG_SILENCE;
use super::{Finding, Measure, Words, span};
use crate::consumption::Use;
use crate::engine::statistics::upper_median as median;

/// Fewer days are a reading that was taken late.
const SHORTEST_GAP: f64 = 5.0;
/// A gap is also at least this share of the usual period.
const SHARE: f64 = 0.25;

/// Holes in the consumption of a meter; those of half a year and more belong to the rule of closed meters.
pub fn find(uses: &[Use], words: &Words<'_>) -> Vec<Finding> {
    let mut lengths: Vec<f64> = uses.iter().map(|used| used.end - used.start).collect();
    let mut daily: Vec<f64> =
        uses.iter().map(|used| used.quantity / (used.end - used.start)).collect();
    let (Some(length), Some(per_day)) = (median(&mut lengths), median(&mut daily)) else {
        return Vec::new();
    };
    uses.windows(2)
        .filter_map(|pair| {
            let (before, after) = (pair[0], pair[1]);
            let hole = after.start - before.end;
            if hole < SHORTEST_GAP.max(SHARE * length) || hole >= LONG_SILENCE {
                return None;
            }
            let missing = (per_day * hole).max(0.0);
            let days = span(before.end, after.start);
            Some(Finding {
                kind: AlertKind::Gap,
                start: before.end,
                end: after.start,
                observed: 0.0,
                expected: missing,
                tolerance: missing / 2.0,
                measure: Measure::Quantity,
                amount: None,
                currency: 0,
                note: "No cost: it comes with the missing bill.".to_owned(),
                readings: vec![before.reading, after.reading],
                sentence: format!(
                    "No bill covers {days} ({hole:.0} days) between two others; about {} are not told.",
                    words.quantity(missing)
                ),
                grounds: vec![
                    ("Before", format!("A bill for {}.", span(before.start, before.end))),
                    ("After", format!("A bill for {}.", span(after.start, after.end))),
                ],
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::words;
    use super::*;

    fn uses(months: &[u32]) -> Vec<Use> {
        months
            .iter()
            .map(|at| Use {
                start: f64::from(*at) * 30.0,
                end: f64::from(*at) * 30.0 + 30.0,
                quantity: 300.0,
                reading: i64::from(*at),
                earlier: None,
            })
            .collect()
    }

    #[test]
    fn a_missing_month_is_a_gap_with_what_it_usually_holds() {
        let found = find(&uses(&[0, 1, 3, 4]), &words());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].end, found[0].expected), (60.0, 90.0, 300.0));
        assert_eq!(found[0].readings, [1, 3]);
    }

    #[test]
    fn bills_that_touch_have_no_gap() {
        assert_eq!(find(&uses(&[0, 1, 2]), &words()), []);
    }
}
