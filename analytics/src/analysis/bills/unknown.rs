//! A meter that appeared at a site that was known already, and that nobody has confirmed.

use alerts::AlertKind;

use super::{Bill, Finding, Measure, Words, date, span};

/// A site is known when its other meters go back this many days further.
const KNOWN_BEFORE: f64 = 90.0;

/// The first bill of a meter that came long after those of its site; `others` is when these begin.
pub fn find(
    bills: &[Bill],
    others: Option<f64>,
    (meter, site): (&str, &str),
    words: &Words<'_>,
) -> Vec<Finding> {
    let (Some(first), Some(others)) = (bills.first(), others) else { return Vec::new() };
    if first.start - others < KNOWN_BEFORE {
        return Vec::new();
    }
    let known = date(others).map(|day| day.strftime("%B %Y").to_string()).unwrap_or_default();
    let charged = first.cost.map_or_else(String::new, |cost| {
        format!("Its first bill charges {}.", words.money(cost, first.currency))
    });
    vec![Finding {
        kind: AlertKind::UnknownMeter,
        start: first.start,
        end: first.end,
        observed: first.quantity,
        expected: 0.0,
        tolerance: 0.0,
        measure: Measure::Quantity,
        amount: None,
        currency: first.currency,
        note: charged,
        readings: vec![first.reading],
        sentence: format!(
            "Meter {meter} appeared at {site} with the bill for {}: {}. Confirm on its page that it is real.",
            span(first.start, first.end),
            words.quantity(first.quantity)
        ),
        grounds: vec![("The site is known", format!("Its other meters are billed since {known}."))],
    }]
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{bill, words};
    use super::*;

    #[test]
    fn a_late_comer_at_a_known_site_is_asked_about() {
        let bills = [bill(12, 500.0, 110.0), bill(13, 510.0, 112.0)];
        let found = find(&bills, Some(0.0), ("E-9", "Town hall"), &words());
        assert_eq!((found.len(), &found[0].readings[..]), (1, &[13][..]));
        assert_eq!(find(&bills, Some(350.0), ("E-9", "Town hall"), &words()), []);
        assert_eq!(find(&bills, None, ("E-9", "Town hall"), &words()), [], "the first of its site");
    }
}
