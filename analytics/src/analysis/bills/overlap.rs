//! Two bills that cover the same days, and a bill that was sent again under other dates.

use alerts::AlertKind;

use super::{Bill, Finding, LONGEST_BILL, Measure, Words, cents, span};

/// A boundary day that both bills name is a habit of the sender and no overlap.
const SHARED_BOUNDARY: f64 = 1.5;

/// Overlaps of bills that follow one another; of the two the one that was recorded last counts.
pub fn find(bills: &[Bill], words: &Words<'_>) -> Vec<Finding> {
    let bills: Vec<&Bill> = bills.iter().filter(|bill| bill.days() <= LONGEST_BILL).collect();
    bills.windows(2).filter_map(|pair| of_pair(pair[0], pair[1], words)).collect()
}

fn of_pair(first: &Bill, second: &Bill, words: &Words<'_>) -> Option<Finding> {
    let shared = first.end.min(second.end) - second.start;
    if shared <= SHARED_BOUNDARY {
        return None;
    }
    let same = |a: f64, b: f64| (a - b).abs() < 0.005;
    let charged = first.cost.zip(second.cost).filter(|_| first.currency == second.currency);
    let copied = same(first.quantity, second.quantity)
        && first.quantity > 0.0
        && charged.is_none_or(|(a, b)| same(a, b));
    let amount = charged.map(|(a, b)| {
        if copied { b } else { (a * shared / first.days()).min(b * shared / second.days()) }
    });
    let amount = amount.filter(|amount| *amount > 0.0).and_then(cents);
    let money = amount.map_or_else(String::new, |amount| {
        format!("; about {} are charged twice", words.money(amount, second.currency))
    });
    let (one, other) = (span(first.start, first.end), span(second.start, second.end));
    let (kind, sentence) = if copied {
        let sentence = format!(
            "The bill for {one} came again for {other}, with the same {}{money}.",
            words.quantity(second.quantity)
        );
        (AlertKind::DuplicateBill, sentence)
    } else {
        let sentence = format!(
            "Two bills cover the same {shared:.0} days: {one} and {other}{money}. The one recorded last is counted."
        );
        (AlertKind::Overlap, sentence)
    };
    Some(Finding {
        kind,
        start: second.start,
        end: first.end.min(second.end),
        observed: shared,
        expected: 0.0,
        tolerance: 1.0,
        measure: Measure::Days,
        amount,
        currency: second.currency,
        note: "The cost is what both bills charge for the days that they share.".to_owned(),
        readings: vec![first.reading.min(second.reading), first.reading.max(second.reading)],
        grounds: vec![
            ("First bill", format!("{one}: {}.", words.quantity(first.quantity))),
            ("Second bill", format!("{other}: {}.", words.quantity(second.quantity))),
        ],
        sentence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, bills, words};
    use super::*;

    #[test]
    fn shared_days_are_charged_twice() {
        let mut bills = bills(4);
        bills[2].start -= 10.0;
        let found = find(&bills, &words());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, AlertKind::Overlap);
        assert!((found[0].observed - 10.0).abs() < 1e-9);
        // A quarter of the later bill of 226 is less than a third of the earlier one of 218.
        assert_eq!(found[0].amount, Some(56.5));
        assert_eq!(found[0].readings, [2, 3]);
    }

    #[test]
    fn a_boundary_day_named_twice_is_no_overlap() {
        let mut bills = bills(3);
        bills[1].start -= 1.0;
        assert_eq!(find(&bills, &words()), []);
    }

    #[test]
    fn a_bill_under_other_dates_is_a_duplicate() {
        let copy = Bill { start: 33.0, end: 63.0, reading: 9, ..bill(1, 1_040.0, 218.0) };
        let found = find(&[bill(0, 1_000.0, 210.0), bill(1, 1_040.0, 218.0), copy], &words());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].amount), (AlertKind::DuplicateBill, Some(218.0)));
    }
}
