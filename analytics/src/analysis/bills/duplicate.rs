//! One bill that was booked on two meters.

use std::collections::BTreeMap;

use alerts::AlertKind;

use super::{Bill, Finding, Measure, Words, cents, span};

/// Quantities with fewer digits agree by chance.
const DIGITS: usize = 4;

/// Bills of several meters of one commodity and unit with the same period, quantity and amount; given with the
/// position and name of their meter. Each finding belongs to the meter whose bill was recorded later.
pub fn find(bills: &[(usize, &str, Bill)], words: &Words<'_>) -> Vec<(usize, Finding)> {
    let mut alike: BTreeMap<[i64; 4], Vec<&(usize, &str, Bill)>> = BTreeMap::new();
    for entry in bills {
        let (_, _, bill) = entry;
        let Some(cost) = bill.cost.filter(|cost| *cost > 0.0) else { continue };
        if digits(bill.quantity) >= DIGITS && digits(cost) >= DIGITS {
            let key = [bill.start, bill.end, bill.quantity, cost].map(thousandths);
            alike.entry(key).or_default().push(entry);
        }
    }
    let mut findings = Vec::new();
    for mut same in alike.into_values().filter(|same| same.len() > 1) {
        same.sort_by_key(|(_, _, bill)| bill.reading);
        let (first, rest) = (same[0], &same[1..]);
        for (meter, name, bill) in rest.iter().filter(|(meter, ..)| *meter != first.0) {
            let amount = bill.cost.and_then(cents);
            let money = words.money(bill.cost.unwrap_or(0.0), bill.currency);
            findings.push((
                *meter,
                Finding {
                    kind: AlertKind::DuplicateBill,
                    start: bill.start,
                    end: bill.end,
                    observed: bill.quantity,
                    expected: 0.0,
                    tolerance: 0.0,
                    measure: Measure::Quantity,
                    amount,
                    currency: bill.currency,
                    note: "The cost is the amount of the second bill.".to_owned(),
                    readings: vec![first.2.reading, bill.reading],
                    sentence: format!(
                        "The bill of meter {} for {} came for meter {name} as well: the same {} and the same {money}.",
                        first.1,
                        span(bill.start, bill.end),
                        words.quantity(bill.quantity)
                    ),
                    grounds: vec![(
                        "Agreement",
                        "Period, quantity and amount agree to the last digit.".to_owned(),
                    )],
                },
            ));
        }
    }
    findings
}

/// Significant digits to the hundredth.
fn digits(value: f64) -> usize {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').replace('.', "");
    text.trim_start_matches('0').trim_end_matches('0').len()
}

#[expect(clippy::cast_possible_truncation, reason = "days, quantities and amounts fit")]
fn thousandths(value: f64) -> i64 {
    (value * 1_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, words};
    use super::*;

    #[test]
    fn the_same_bill_on_two_meters_belongs_to_the_later_one() {
        let first = bill(0, 1_234.0, 259.31);
        let copy = Bill { reading: 99, ..first };
        let other = bill(0, 1_235.0, 259.31);
        let found = find(&[(0, "A", first), (1, "B", copy), (2, "C", other)], &words());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.amount), (1, Some(259.31)));
    }

    #[test]
    fn round_figures_agree_by_chance() {
        let first = bill(0, 1_200.0, 250.0);
        assert_eq!(find(&[(0, "A", first), (1, "B", Bill { reading: 9, ..first })], &words()), []);
    }
}
