//! Bills for a meter that was closed, or that had gone silent for long.

use alerts::AlertKind;

use super::{Bill, Finding, Measure, Words, cents, date, span};

/// A silence of so many days is no gap in the bills: the meter was taken for closed.
pub const LONG_SILENCE: f64 = 180.0;
/// A meter that was silent for so long before does so by habit.
const HABIT: f64 = 90.0;

/// Bills that begin on the day of closing or later; else bills after the first long silence.
pub fn find(bills: &[Bill], closed_on: Option<f64>, words: &Words<'_>) -> Vec<Finding> {
    let (since, why) = match closed_on {
        Some(day) => {
            let closed = date(day).map(|day| day.strftime("%-d %B %Y").to_string());
            (day, format!("the meter was closed on {}", closed.unwrap_or_default()))
        }
        None => match long_silence(bills) {
            Some((silent_from, billed_again)) => {
                let months = ((billed_again - silent_from) / 30.44).round();
                let last = date(silent_from - 1.0).map(|day| day.strftime("%-d %B %Y").to_string());
                let why = format!(
                    "no bill had come for {months:.0} months, since {}: it was taken for closed",
                    last.unwrap_or_default()
                );
                (billed_again, why)
            }
            None => return Vec::new(),
        },
    };
    let after: Vec<&Bill> = bills.iter().filter(|bill| bill.start >= since - 0.5).collect();
    let (Some(first), Some(last)) = (after.first(), after.last()) else { return Vec::new() };
    let charged: f64 = after
        .iter()
        .filter(|bill| bill.currency == first.currency)
        .filter_map(|bill| bill.cost)
        .sum();
    let amount = Some(charged).filter(|charged| *charged > 0.0).and_then(cents);
    let quantity = after.iter().map(|bill| bill.quantity).sum();
    let money = amount
        .map_or_else(String::new, |amount| format!(" and {}", words.money(amount, first.currency)));
    vec![Finding {
        kind: AlertKind::ClosedMeter,
        start: first.start,
        end: last.end,
        observed: quantity,
        expected: 0.0,
        tolerance: 0.0,
        measure: Measure::Quantity,
        amount,
        currency: first.currency,
        note: "The cost is all that is charged since.".to_owned(),
        readings: after.iter().map(|bill| bill.reading).collect(),
        sentence: format!(
            "{}{money} are billed for {} although {why}.",
            words.quantity(quantity),
            span(first.start, last.end)
        ),
        grounds: vec![("Closed", format!("As far as is known, {why}."))],
    }]
}

/// The end of the bills before the first long silence, and the beginning of those after it.
fn long_silence(bills: &[Bill]) -> Option<(f64, f64)> {
    for pair in bills.windows(2) {
        let silence = pair[1].start - pair[0].end;
        if silence >= LONG_SILENCE {
            return Some((pair[0].end, pair[1].start));
        }
        if silence >= HABIT {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, bills, words};
    use super::*;

    #[test]
    fn a_bill_after_the_closing_day_costs_all_of_it() {
        let bills = bills(6);
        let found = find(&bills, Some(120.0), &words());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].readings, [5, 6]);
        assert_eq!(found[0].amount, Some(242.0 + 210.0));
        assert_eq!(find(&bills, Some(180.0), &words()), []);
    }

    #[test]
    fn a_bill_after_half_a_year_of_silence_is_asked_about() {
        let mut bills = bills(6);
        bills.push(bill(13, 900.0, 190.0));
        let found = find(&bills, None, &words());
        assert_eq!((found.len(), found[0].amount), (1, Some(190.0)));
        assert!(
            found[0].sentence.contains("no bill had come for 7 months"),
            "{}",
            found[0].sentence
        );
    }

    #[test]
    fn a_short_silence_is_none_of_its_business() {
        let mut bills = bills(6);
        bills.push(bill(8, 900.0, 190.0));
        assert_eq!(find(&bills, None, &words()), []);
    }
}
