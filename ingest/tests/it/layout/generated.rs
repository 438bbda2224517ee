//! Workbooks of every layout class, built from words, notations and places of the unit that are written down here alone,
//! with what is true of them: no reading may be wrong, and where a workbook says enough none may be missing or without
//! its name.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::needless_range_loop,
    reason = "months, rows and columns are small numbers of many types"
)]

mod case;
mod languages;
mod layouts;
mod notation;

use proptest::prelude::*;

use case::{Case, Outcome, UNIT_PLACES, UnitPlace, Wish};
use languages::LANGUAGES;
use layouts::LAYOUTS;
use notation::{DAYS, Days, NUMBERS, Numbers};

/// What is not as it should be, with the sheet and the reasons that were given.
fn failure(name: &str, wish: &Wish, case: &Case, outcome: &Outcome) -> Option<String> {
    let what = if let Some(wrong) = outcome.wrong.first() {
        wrong.clone()
    } else if outcome.right < case.facts.len() {
        format!("{} of {} are read", outcome.right, case.facts.len())
    } else if outcome.named < outcome.right {
        format!("{} of {} are named", outcome.named, outcome.right)
    } else {
        return None;
    };
    let mut told: Vec<String> = outcome
        .extraction
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.code, problem.sentence))
        .collect();
    told.dedup();
    told.truncate(5);
    Some(format!(
        "{name} {} {wish:?}: {what}\n{}\n{}{:?}",
        wish.words().tag,
        told.join("\n"),
        case.drawn(),
        outcome.extraction.layouts.first().map(|layout| &layout.columns)
    ))
}

/// Every language, notation, order of dates and place of the unit, each beside others in turn.
fn wishes() -> Vec<Wish> {
    let plain = Wish {
        language: 0,
        numbers: Numbers::Native,
        days: Days::Native,
        unit: UnitPlace::Brackets,
        seed: 1,
    };
    let in_turn = |at: usize| UNIT_PLACES[at % UNIT_PLACES.len()];
    let languages = (0..LANGUAGES.len()).map(|language| Wish {
        language,
        unit: in_turn(language),
        seed: language as u64,
        ..plain
    });
    let numbers = NUMBERS.iter().enumerate().map(|(at, numbers)| Wish {
        numbers: *numbers,
        unit: in_turn(at + 1),
        ..plain
    });
    let days = DAYS.iter().enumerate().map(|(at, days)| Wish {
        days: *days,
        language: at,
        unit: in_turn(at + 2),
        seed: 3,
        ..plain
    });
    languages.chain(numbers).chain(days).collect()
}

#[test]
fn every_layout_is_read_whole_and_nothing_else_is() {
    let mut failures = Vec::new();
    for (name, build) in LAYOUTS {
        for wish in wishes() {
            let case = build(&wish);
            failures.extend(failure(name, &wish, &case, &case.outcome()));
        }
    }
    let count = failures.len();
    failures.truncate(5);
    assert!(failures.is_empty(), "{count} fail\n{}", failures.join("\n\n"));
}

/// How many workbooks are drawn at random; more by `METERWATCH_CASES`.
fn cases() -> u32 {
    std::env::var("METERWATCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_words_and_notations_together_are_read_as_meant(
        layout in 0..LAYOUTS.len(), language in 0..LANGUAGES.len(), numbers in 0..NUMBERS.len(),
        days in 0..DAYS.len(), unit in 0..UNIT_PLACES.len(), seed in 0u64..1_000_000,
    ) {
        let wish = Wish {
            language,
            numbers: NUMBERS[numbers],
            days: DAYS[days],
            unit: UNIT_PLACES[unit],
            seed,
        };
        let (name, build) = LAYOUTS[layout];
        let case = build(&wish);
        let failure = failure(name, &wish, &case, &case.outcome());
        prop_assert!(failure.is_none(), "{}", failure.unwrap_or_default());
    }
}
