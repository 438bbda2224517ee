//! What would mend a reading, as a proposal to a person; nothing is changed by it.

use alerts::AlertKind;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::numbers::readable;

/// A proposal for the kinds that have one: a sentence, and for a catch-up the share of each month.
///
/// `months` are the first days of the months with what was expected of each.
pub fn propose(
    kind: AlertKind,
    observed: f64,
    expected: f64,
    unit: &str,
    factor: Option<f64>,
    partner: Option<&str>,
    months: &[(Date, f64)],
) -> Option<Value> {
    let amount = |value: f64| format!("{} {unit}", readable(value, 4));
    match kind {
        AlertKind::UnitError | AlertKind::Decimal => {
            let factor = factor?;
            let (verb, size) =
                if factor >= 1.0 { ("Divided", factor) } else { ("Multiplied", factor.recip()) };
            let sentence = format!(
                "{verb} by {} it is {}, where {} was expected.",
                readable(size, 5),
                amount(observed / factor),
                amount(expected)
            );
            Some(json!({ "sentence": sentence, "factor": factor, "quantity": observed / factor }))
        }
        AlertKind::SignFlip => Some(json!({
            "sentence": format!(
                "With the sign turned it is {}, where {} was expected. If it is a credit or feed-in, leave it.",
                amount(-observed),
                amount(expected)
            ),
        })),
        AlertKind::Swapped => {
            let partner = partner?;
            Some(json!({
                "sentence": format!("Exchange this reading with the one of meter {partner} for the same period."),
                "meter": partner,
            }))
        }
        AlertKind::CatchUp if months.len() > 1 && expected > 0.0 => {
            let shares: Vec<Value> = months
                .iter()
                .map(|(month, part)| {
                    json!({ "month": month.to_string(), "quantity": observed * part / expected })
                })
                .collect();
            let sentence = format!(
                "{} spread over its {} months by what was expected of each:",
                amount(observed),
                months.len()
            );
            Some(json!({ "sentence": sentence, "shares": shares }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_factor_is_taken_out() {
        let proposal = propose(
            AlertKind::UnitError,
            12_400_000.0,
            12_300.0,
            "kWh",
            Some(1000.0),
            None,
            &[(date(2026, 3, 1), 12_300.0)],
        );
        let proposal = proposal.expect("a proposal");
        assert_eq!(
            proposal["sentence"],
            "Divided by 1,000 it is 12,400 kWh, where 12,300 kWh was expected."
        );
    }

    #[test]
    fn a_catch_up_is_spread_by_what_was_expected() {
        let months = [(date(2026, 1, 1), 300.0), (date(2026, 2, 1), 100.0)];
        let proposal = propose(AlertKind::CatchUp, 420.0, 400.0, "m3", None, None, &months)
            .expect("a proposal");
        let share = |at: usize| proposal["shares"][at]["quantity"].as_f64();
        assert_eq!((share(0), share(1)), (Some(315.0), Some(105.0)));
        assert_eq!(proposal["shares"][1]["month"], "2026-02-01");
    }
}
