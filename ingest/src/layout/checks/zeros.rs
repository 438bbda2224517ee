//! Zeros that stand for values that have not come.

use foldhash::{HashMap, HashMapExt as _};
use readings::{Period, ProblemCode};

use super::super::candidate::{Fate, Hold, Values};
use super::super::find::Table;

/// Zeros at the end, in which all meters of the table end, are places kept for what has not come.
pub(super) fn trailing_zeros(table: &Table, values: &mut Values) {
    let mut last_used: Option<Period> = None;
    let mut periods: HashMap<Period, bool> = HashMap::new();
    for candidate in &values.candidates {
        let Some(period) = candidate.period.filter(|_| !matches!(candidate.fate, Fate::NotData))
        else {
            continue;
        };
        let used = !candidate.number.is_zero();
        *periods.entry(period).or_default() |= used;
        if used {
            last_used = last_used.max(Some(period));
        }
    }
    let Some(last) = last_used else { return };
    let unused: Vec<Period> = periods.keys().filter(|period| **period > last).copied().collect();
    let short = last.days() < 0.9;
    let many = if short {
        unused.len() >= 24
    } else {
        !unused.is_empty() && (table.wide || unused.len() >= 2)
    };
    if !many {
        return;
    }
    let hold = Hold::new(
        ProblemCode::PeriodInFuture,
        "Every meter is zero from here to the end of the table: the zeros may stand for values that have not come.",
    );
    for candidate in &mut values.candidates {
        if candidate.period.is_some_and(|period| period > last) {
            candidate.hold(&hold);
        }
    }
}
