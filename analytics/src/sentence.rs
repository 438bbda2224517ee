//! What people are told: one sentence for an alert, one for each piece of evidence.

use alerts::{AlertKind, Rung};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::engine::{Evidence, EvidenceKind};
use crate::numbers::readable;

/// What a sentence is about.
#[derive(Debug, Clone)]
pub struct Story<'a> {
    /// The named problem.
    pub kind: AlertKind,
    /// What came, over all periods of the alert.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// Half the width of the 95 % interval.
    pub half_width: f64,
    /// The unit of these.
    pub unit: &'a str,
    /// Excess times price, and the currency.
    pub cost: Option<(Decimal, Option<&'a str>)>,
    /// The first day of the first period.
    pub since: Date,
    /// How many periods it covers.
    pub periods: usize,
    /// Whether these are days rather than months.
    pub daily: bool,
    /// The strongest evidence of the period with the largest score.
    pub evidence: &'a [Evidence],
    /// The meter with which the readings were exchanged.
    pub partner: Option<&'a str>,
    /// On how much history it rests.
    pub rung: Rung,
}

/// The reason of an alert, such as: Expected 12,300 ± 900 kWh, got 19,800: +61 %, about 1,050 EUR since March 2026;
/// looks like a lasting step.
pub fn reason(story: &Story<'_>) -> String {
    let digits = 3;
    let unit = if story.unit.is_empty() { String::new() } else { format!(" {}", story.unit) };
    let numbers = format!(
        "Expected {} ± {}{unit}, got {}",
        readable(story.expected, digits),
        readable(story.half_width, 2),
        readable(story.observed, digits),
    );
    let change = percent(story).map_or_else(String::new, |percent| format!(": {percent}"));
    let money = story.cost.map_or_else(String::new, |(cost, currency)| {
        let currency = currency.map_or_else(String::new, |currency| format!(" {currency}"));
        let amount = cost.to_f64().unwrap_or(0.0);
        let direction = if amount < 0.0 { "less" } else { "more" };
        format!(", about {}{currency} {direction}", readable(amount.abs(), digits))
    });
    let ground = if story.rung == Rung::Level {
        format!(" {}", Rung::Level.sentence())
    } else {
        String::new()
    };
    format!("{numbers}{change}{money}{}; {}.{ground}", since(story), looks_like(story))
}

fn percent(story: &Story<'_>) -> Option<String> {
    if story.expected <= 0.0 || story.kind == AlertKind::Repeat {
        return None;
    }
    let change = 100.0 * (story.observed / story.expected - 1.0);
    Some(if change > 1000.0 {
        format!("{} times as much", readable(story.observed / story.expected, 2))
    } else {
        format!("{change:+.0} %").replace('-', "\u{2212}")
    })
}

fn since(story: &Story<'_>) -> String {
    let date = if story.daily {
        story.since.to_string()
    } else {
        story.since.strftime("%B %Y").to_string()
    };
    let word = match (story.periods > 1, story.daily) {
        (true, _) => "since",
        (false, true) => "on",
        (false, false) => "in",
    };
    format!(" {word} {date}")
}

fn looks_like(story: &Story<'_>) -> String {
    let find = |test: fn(&EvidenceKind) -> bool| {
        story.evidence.iter().map(|evidence| evidence.kind).find(test)
    };
    match story.kind {
        AlertKind::Spike => "looks like a single jump".to_owned(),
        AlertKind::Drop => "looks like a single fall".to_owned(),
        AlertKind::Leak => "looks like a leak or a slow rise: it grows from period to period".to_owned(),
        AlertKind::Step => "looks like a lasting step".to_owned(),
        AlertKind::Zero => {
            "looks like a meter or a transmission that stopped: there is always use at this time of the year"
                .to_owned()
        }
        AlertKind::Repeat => match find(|kind| matches!(kind, EvidenceKind::Repeat(_))) {
            Some(EvidenceKind::Repeat(run)) if run > 1 => {
                format!("looks stuck or copied: exactly the same reading {} times", run + 1)
            }
            _ => "looks stuck or copied: exactly the reading of the period before".to_owned(),
        },
        AlertKind::UnitError | AlertKind::Decimal => {
            match find(|kind| matches!(kind, EvidenceKind::Factor(_))) {
                Some(EvidenceKind::Factor(factor)) => factor_sentence(story.kind, factor),
                _ => "looks like a wrong unit or multiplier".to_owned(),
            }
        }
        AlertKind::CatchUp => {
            match find(|kind| matches!(kind, EvidenceKind::CatchUp(_))) {
                Some(EvidenceKind::CatchUp(missing)) => format!(
                    "looks like a catch-up: it holds the use of {missing} missing period{} before",
                    if missing == 1 { "" } else { "s" }
                ),
                _ => "looks like use that was booked in the wrong period: together they are as expected".to_owned(),
            }
        }
        AlertKind::SignFlip => {
            "a negative quantity: a credit, feed-in or a sign error; have it confirmed".to_owned()
        }
        AlertKind::Swapped => match story.partner {
            Some(partner) => format!("looks exchanged with meter {partner}: each reading fits the other"),
            None => "looks exchanged with another meter".to_owned(),
        },
        AlertKind::Weekend => "the weekend used as much as a working day".to_owned(),
        AlertKind::DuplicateBill => {
            "looks like a bill that was sent twice: quantity and amount are those of the period before".to_owned()
        }
        // Rules over bills and findings about many meters bring their own sentences.
        AlertKind::Overlap
        | AlertKind::Gap
        | AlertKind::CostWithoutUse
        | AlertKind::UseWithoutCost
        | AlertKind::UnitPrice
        | AlertKind::UnknownMeter
        | AlertKind::ClosedMeter
        | AlertKind::Portfolio => story.kind.label().to_lowercase(),
        AlertKind::Late | AlertKind::Missing | AlertKind::Partial => {
            "what was to arrive has not come".to_owned()
        }
    }
}

fn factor_sentence(kind: AlertKind, factor: f64) -> String {
    let (verb, size) =
        if factor >= 1.0 { ("divided", factor) } else { ("multiplied", factor.recip()) };
    let size = readable(size, 5);
    let likely = match size.as_str() {
        "1,000" => " (Wh and kWh, kWh and MWh, litre and cubic metre)",
        "100" => " (cubic feet and hundred cubic feet)",
        "3.6" => " (MJ and kWh, GJ and MWh)",
        "3.412" => " (kBtu and kWh)",
        "293.07" => " (kWh and MMBtu)",
        "2.83" => " (cubic metre and hundred cubic feet)",
        _ => "",
    };
    let what =
        if kind == AlertKind::Decimal { "a decimal mark moved by one" } else { "a wrong unit" };
    format!("looks like {what}: {verb} by {size}{likely} it fits")
}

/// What one piece of evidence says, in plain words.
pub fn evidence(evidence: &Evidence, partner: Option<&str>) -> String {
    match evidence.kind {
        EvidenceKind::Spike => {
            "A single rise to 1.25 to 3.2 times the expected value explains it.".to_owned()
        }
        EvidenceKind::Drop => {
            "A single fall to 0.2 to 0.75 times the expected value explains it.".to_owned()
        }
        EvidenceKind::Factor(factor) => {
            format!("{} times the expected value explains it.", readable(factor, 4))
        }
        EvidenceKind::Zero => "Zero, where this meter has use at this time of the year.".to_owned(),
        EvidenceKind::Repeat(run) => format!(
            "Exactly the reading before, {run} time{} in a row; by chance this hardly happens on this meter.",
            if run == 1 { "" } else { "s" }
        ),
        EvidenceKind::CatchUp(missing) => {
            format!(
                "The use of {missing} missing period(s) before and of this one together explains it."
            )
        }
        EvidenceKind::Swap(_) => match partner {
            Some(partner) => {
                format!("It fits meter {partner}, and the reading of that one fits here.")
            }
            None => "It fits another meter, and the reading of that one fits here.".to_owned(),
        },
        EvidenceKind::Negative => "The quantity is negative.".to_owned(),
        EvidenceKind::Weekend => "A weekend as busy as a working day explains it.".to_owned(),
        EvidenceKind::Step(days) => {
            format!("The mean of the last {days} days left the level before.")
        }
        EvidenceKind::Rise(days) => {
            format!("The mean of the last {days} days rose above the level before.")
        }
        EvidenceKind::Deviation => "How far it is from the expected value.".to_owned(),
        EvidenceKind::YearOnYear => "How far it is from the same period of last year.".to_owned(),
        EvidenceKind::Persistence => "The last periods are all off to the same side.".to_owned(),
        EvidenceKind::Habit => {
            "How regular this meter and its peers are: on a quiet one the same distance weighs more."
                .to_owned()
        }
    }
}

/// The name of a piece of evidence, in words.
pub const fn evidence_name(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Spike => "Single rise",
        EvidenceKind::Drop => "Single fall",
        EvidenceKind::Factor(_) => "Factor between units",
        EvidenceKind::Zero => "Unusual zero",
        EvidenceKind::Repeat(_) => "Exact repeat",
        EvidenceKind::CatchUp(_) => "Catch-up after a gap",
        EvidenceKind::Swap(_) => "Exchanged meters",
        EvidenceKind::Negative => "Negative quantity",
        EvidenceKind::Weekend => "Weekend like a working day",
        EvidenceKind::Step(_) => "Step of the level",
        EvidenceKind::Rise(_) => "Slow rise",
        EvidenceKind::Deviation => "Distance from expectation",
        EvidenceKind::YearOnYear => "Distance from last year",
        EvidenceKind::Persistence => "Lasting to one side",
        EvidenceKind::Habit => "Habit of the meter",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rust_decimal::dec;

    fn story(kind: AlertKind) -> Story<'static> {
        Story {
            kind,
            observed: 19_800.0,
            expected: 12_300.0,
            half_width: 900.0,
            unit: "kWh",
            cost: Some((dec!(1050.4), Some("EUR"))),
            since: date(2026, 3, 1),
            periods: 2,
            daily: false,
            evidence: &[],
            partner: None,
            rung: Rung::Seasonal,
        }
    }

    #[test]
    fn a_step_is_told_with_its_money() {
        assert_eq!(
            reason(&story(AlertKind::Step)),
            "Expected 12,300 ± 900 kWh, got 19,800: +61 %, about 1,050 EUR more since March 2026; looks like a lasting step."
        );
    }

    #[test]
    fn a_unit_error_proposes_the_factor() {
        let evidence = [Evidence { kind: EvidenceKind::Factor(1000.0), weight: 5.0 }];
        let story = Story {
            observed: 12_300_000.0,
            evidence: &evidence,
            periods: 1,
            cost: None,
            ..story(AlertKind::UnitError)
        };
        assert_eq!(
            reason(&story),
            "Expected 12,300 ± 900 kWh, got 12,300,000: 1,000 times as much in March 2026; looks like a wrong unit: \
             divided by 1,000 (Wh and kWh, kWh and MWh, litre and cubic metre) it fits."
        );
    }

    #[test]
    fn a_short_history_is_said() {
        let text = reason(&Story { rung: Rung::Level, ..story(AlertKind::Spike) });
        assert!(text.ends_with(Rung::Level.sentence()), "{text}");
    }
}
