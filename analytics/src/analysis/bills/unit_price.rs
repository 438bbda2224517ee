//! A unit that costs far more or less than on the meter's other bills.
//!
//! A bill is a standing charge and a price for each unit, so months of little use have a high mean price and are still
//! in order. Both are found by the medians of Theil and Sen, which a few wrong bills do not move.

mod tariff;

use alerts::AlertKind;

use self::tariff::{Bills, Tariff};
use super::{Bill, Finding, Measure, Words, cents, span};

/// Bills before that a judgement needs, and the most that are looked at.
const BILLS: (usize, usize) = (6, 24);
/// Prices within this share of the expected amount are in order.
const TOLERANCE: f64 = 0.25;
/// Amounts within this many standard deviations of the meter's own scatter are in order.
const SCATTER: f64 = 6.0;

/// Bills whose amount does not fit their quantity; those that follow one another are one finding.
pub fn find(bills: &[Bill], words: &Words<'_>) -> Vec<Finding> {
    let priced: Vec<&Bill> = bills
        .iter()
        .filter(|bill| bill.quantity > 0.0 && bill.cost.is_some_and(|cost| cost > 0.0))
        .collect();
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    // The last bills before the present one, as far as they are of its currency.
    let mut before = Bills::default();
    for (at, bill) in priced.iter().enumerate() {
        let Some(cost) = bill.cost else { continue };
        let from = at.saturating_sub(BILLS.1);
        let told = |earlier: &Bill| (earlier.quantity, earlier.cost.unwrap_or_default());
        let last = at.checked_sub(1).map(|last| priced[last]);
        if let Some(last) = last.filter(|last| last.currency == bill.currency) {
            before.push(told(last));
            let gone = from.checked_sub(1).map(|gone| priced[gone]);
            if gone.is_some_and(|gone| gone.currency == bill.currency) {
                before.forget_first();
            }
        } else {
            before.clear();
            let earlier = priced[from..at].iter();
            let alike = earlier.filter(|earlier| earlier.currency == bill.currency);
            alike.for_each(|earlier| before.push(told(earlier)));
        }
        if before.count() < BILLS.0 || before.is_in_order(bill.quantity, cost, TOLERANCE) {
            continue;
        }
        let Some(tariff) = before.tariff() else { continue };
        let expected = tariff.standing + tariff.each * bill.quantity;
        let tolerance = (TOLERANCE * expected).max(SCATTER * tariff.scatter);
        if expected <= 0.0 || (cost - expected).abs() <= tolerance {
            continue;
        }
        match findings.last_mut() {
            Some((last, finding)) if *last + 1 == at && same_side(finding, cost - expected) => {
                *last = at;
                finding.end = bill.end;
                finding.observed += cost;
                finding.expected += expected;
                finding.tolerance += tolerance;
                finding.readings.push(bill.reading);
            }
            _ => findings.push((at, of_bill(bill, (cost, expected, tolerance), tariff, words))),
        }
    }
    findings.into_iter().map(|(_, finding)| told(finding, words)).collect()
}

fn same_side(finding: &Finding, difference: f64) -> bool {
    (finding.observed > finding.expected) == (difference > 0.0)
}

fn of_bill(
    bill: &Bill,
    (cost, expected, tolerance): (f64, f64, f64),
    tariff: Tariff,
    words: &Words<'_>,
) -> Finding {
    Finding {
        kind: AlertKind::UnitPrice,
        start: bill.start,
        end: bill.end,
        observed: cost,
        expected,
        tolerance,
        measure: Measure::Money,
        amount: None,
        currency: bill.currency,
        note: String::new(),
        readings: vec![bill.reading],
        sentence: String::new(),
        grounds: vec![(
            "The meter's other bills",
            format!(
                "A standing charge of {} and {} for each {}.",
                words.money(tariff.standing, bill.currency),
                words.money(tariff.each, bill.currency),
                words.unit
            ),
        )],
    }
}

/// With its sentence, once all bills of it are known.
fn told(mut finding: Finding, words: &Words<'_>) -> Finding {
    let difference = finding.observed - finding.expected;
    let percent = 100.0 * difference / finding.expected;
    let money = |amount: f64| words.money(amount, finding.currency);
    finding.sentence = format!(
        "{} are charged for {}, where the meter's own tariff makes it {}: {}{:.0} % for the same use.",
        money(finding.observed),
        span(finding.start, finding.end),
        money(finding.expected),
        if percent < 0.0 { "\u{2212}" } else { "+" },
        percent.abs()
    );
    finding.amount = cents(difference);
    "The cost is what is charged beyond the meter's own tariff for the same use."
        .clone_into(&mut finding.note);
    finding
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, bills, words};
    use super::*;

    #[test]
    fn a_bill_at_twice_the_price_costs_the_difference() {
        let mut bills = bills(10);
        bills.push(bill(10, 1_000.0, 410.0));
        let found = find(&bills, &words());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].amount, Some(200.0));
        assert_eq!(found[0].readings, [11]);
    }

    #[test]
    fn a_month_of_little_use_is_in_order() {
        let mut bills = bills(10);
        bills.push(bill(10, 5.0, 11.0));
        assert_eq!(find(&bills, &words()), []);
    }

    #[test]
    fn a_yearly_rise_is_in_order_and_a_new_price_is_one_finding() {
        let mut rising = bills(10);
        rising.push(bill(10, 1_000.0, 215.0));
        assert_eq!(find(&rising, &words()), []);
        let mut dearer = bills(10);
        dearer.extend((10..13).map(|at| bill(at, 1_000.0, 330.0)));
        let found = find(&dearer, &words());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].readings, [11, 12, 13]);
        assert_eq!(found[0].amount, Some(360.0));
    }
}
