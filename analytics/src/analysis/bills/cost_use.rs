//! Money is charged although nothing was used, or something was used and nothing is charged.

use alerts::AlertKind;

use super::{Bill, Finding, Measure, Words, cents, span};
use crate::engine::statistics::upper_median as median;

/// A standing charge for a month without use is at most this share of a usual bill.
const STANDING_SHARE: f64 = 0.25;
/// Less use than this share of the usual needs no charge.
const SMALL_USE: f64 = 0.05;
/// Fewer usual bills say nothing.
const FEWEST_BILLS: usize = 4;
/// A bill without an amount is odd where at least this share of the others states one.
const USUALLY_STATED: f64 = 0.9;

/// Bills of which cost and use do not go together.
pub fn find(bills: &[Bill], words: &Words<'_>) -> Vec<Finding> {
    let usual: Vec<&Bill> = bills
        .iter()
        .filter(|bill| bill.quantity > 0.0 && bill.cost.is_some_and(|cost| cost > 0.0))
        .collect();
    if usual.len() < FEWEST_BILLS {
        return Vec::new();
    }
    let mut costs: Vec<f64> = usual.iter().filter_map(|bill| bill.cost).collect();
    let mut prices: Vec<f64> =
        usual.iter().filter_map(|bill| bill.cost.map(|cost| cost / bill.quantity)).collect();
    let mut quantities: Vec<f64> = usual.iter().map(|bill| bill.quantity).collect();
    let (Some(cost), Some(price), Some(quantity)) =
        (median(&mut costs), median(&mut prices), median(&mut quantities))
    else {
        return Vec::new();
    };
    let stated = bills.iter().filter(|bill| bill.cost.is_some()).count();
    #[expect(clippy::cast_precision_loss, reason = "a number of bills")]
    let usually_stated = stated as f64 >= USUALLY_STATED * bills.len() as f64;
    bills
        .iter()
        .filter_map(|bill| {
            match bill.cost {
                Some(charged) if bill.quantity == 0.0 && charged > STANDING_SHARE * cost => {
                    let amount = words.money(charged, bill.currency);
                    Some(Finding {
                        kind: AlertKind::CostWithoutUse,
                        observed: charged,
                        expected: 0.0,
                        tolerance: STANDING_SHARE * cost,
                        measure: Measure::Money,
                        amount: cents(charged),
                        sentence: format!(
                            "{amount} are charged for {} although nothing was used; a usual bill is about {}.",
                            span(bill.start, bill.end),
                            words.money(cost, bill.currency)
                        ),
                        ..of_bill(bill)
                    })
                }
                charged
                    if bill.quantity > SMALL_USE * quantity
                        && (charged == Some(0.0) || charged.is_none() && usually_stated) =>
                {
                    let due = price * bill.quantity;
                    Some(Finding {
                        kind: AlertKind::UseWithoutCost,
                        observed: 0.0,
                        expected: due,
                        tolerance: due / 2.0,
                        measure: Measure::Money,
                        note: format!(
                            "No cost: about {} are not charged yet and may come later.",
                            words.money(due, bill.currency)
                        ),
                        sentence: format!(
                            "{} were used in {} and nothing is charged; the meter's other bills would make it about {}.",
                            words.quantity(bill.quantity),
                            span(bill.start, bill.end),
                            words.money(due, bill.currency)
                        ),
                        ..of_bill(bill)
                    })
                }
                _ => None,
            }
        })
        .collect()
}

fn of_bill(bill: &Bill) -> Finding {
    Finding {
        kind: AlertKind::CostWithoutUse,
        start: bill.start,
        end: bill.end,
        observed: 0.0,
        expected: 0.0,
        tolerance: 0.0,
        measure: Measure::Money,
        amount: None,
        currency: bill.currency,
        note: String::new(),
        readings: vec![bill.reading],
        sentence: String::new(),
        grounds: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, bills, words};
    use super::*;

    #[test]
    fn a_full_charge_without_use_is_found_a_standing_charge_is_not() {
        let mut bills = bills(6);
        bills.push(bill(6, 0.0, 10.0));
        assert_eq!(find(&bills, &words()), []);
        bills.push(bill(7, 0.0, 212.0));
        let found = find(&bills, &words());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].amount), (AlertKind::CostWithoutUse, Some(212.0)));
    }

    #[test]
    fn use_without_a_charge_is_found_where_charges_are_usual() {
        let mut bills = bills(12);
        bills.push(Bill { cost: None, ..bill(12, 1_000.0, 0.0) });
        let found = find(&bills, &words());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].amount), (AlertKind::UseWithoutCost, None));
        for bill in &mut bills[..6] {
            bill.cost = None;
        }
        assert_eq!(find(&bills, &words()), [], "this sender often states none");
    }
}
