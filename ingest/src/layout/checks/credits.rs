//! Negative quantities: credits, exports, errors.

use foldhash::HashMap;
use readings::ProblemCode;
use rust_decimal::Decimal;

use super::super::candidate::{Fate, Hold, Values, When};

/// Values of one meter and period beyond which a credit is not looked for among them.
const MOST_OF_A_PERIOD: usize = 64;

/// A credit takes back the bill of the same period that it equals: both are done with, and what was billed instead
/// counts. Where it equals none, what remains of the period is not certain.
pub fn credits(values: &mut Values) {
    let Values { candidates, .. } = values;
    if candidates.iter().all(|one| one.number >= Decimal::ZERO) {
        return;
    }
    let mut periods: HashMap<(usize, When), Vec<usize>> = HashMap::default();
    for (at, one) in candidates.iter().enumerate() {
        if one.is_live() && one.when != When::Unsaid {
            periods.entry((one.series, one.when)).or_default().push(at);
        }
    }
    for of_period in
        periods.into_values().filter(|of_period| (2..=MOST_OF_A_PERIOD).contains(&of_period.len()))
    {
        let (credits, mut bills): (Vec<usize>, Vec<usize>) =
            of_period.into_iter().partition(|at| candidates[*at].number < Decimal::ZERO);
        let mut is_open = false;
        for credit in credits {
            let equals = |bill: &usize| candidates[*bill].number == -candidates[credit].number;
            let Some(found) = bills.iter().position(equals) else {
                is_open = true;
                continue;
            };
            candidates[bills.swap_remove(found)].fate = Fate::NotData;
            candidates[credit].fate = Fate::NotData;
        }
        for bill in bills.into_iter().filter(|_| is_open) {
            candidates[bill].hold(&Hold::new(
                ProblemCode::NegativeQuantity,
                "A credit stands for the same period, and what it leaves of this quantity is not certain.",
            ));
        }
    }
}

/// Holds what is still negative.
pub fn negative(values: &mut Values) {
    for candidate in &mut values.candidates {
        if candidate.number < Decimal::ZERO {
            candidate.hold(&Hold::new(
                ProblemCode::NegativeQuantity,
                "A negative quantity is a credit, an export or an error.",
            ));
        }
    }
}
