//! One bill that was booked on two meters.

use std::collections::BTreeMap;

use alerts::AlertKind;
use rayon::prelude::*;

use super::{Bill, Finding, Measure, Words, cents, span};

/// Quantities with fewer digits agree by chance.
const DIGITS: usize = 4;

/// A bill that another one may agree with.
#[derive(Debug, Clone, Copy)]
pub struct Suspect {
    /// What agreeing bills have in common, mixed into one number.
    mixed: u64,
    /// The position of its meter.
    meter: u32,
    /// Its position among the bills of the meter.
    place: u32,
}

/// The bills of a meter whose agreement with others would be no chance.
pub fn suspects(meter: usize, bills: &[Bill]) -> impl Iterator<Item = Suspect> {
    bills.iter().enumerate().filter_map(move |(place, bill)| {
        let mixed = key(bill)?.into_iter().fold(0, |mixed: u64, part| {
            (mixed.rotate_left(23) ^ part.cast_unsigned()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        Some(Suspect {
            mixed,
            meter: u32::try_from(meter).ok()?,
            place: u32::try_from(place).ok()?,
        })
    })
}

/// What agreeing bills have in common: period, quantity and amount, in thousandths.
fn key(bill: &Bill) -> Option<[i64; 4]> {
    let cost = bill.cost.filter(|cost| *cost > 0.0)?;
    let telling = digits(bill.quantity) >= DIGITS && digits(cost) >= DIGITS;
    telling.then(|| [bill.start, bill.end, bill.quantity, cost].map(thousandths))
}

/// Bills of several meters of one commodity and unit with the same period, quantity and amount; `bill_of` gives the
/// name of a meter and its bill at a position. Each finding belongs to the meter whose bill was recorded later.
pub fn find<'a>(
    mut suspects: Vec<Suspect>,
    bill_of: impl Fn(usize, usize) -> Option<(&'a str, Bill)>,
    words: &Words<'_>,
) -> Vec<(usize, Finding)> {
    suspects.par_sort_unstable_by_key(|suspect| (suspect.mixed, suspect.meter, suspect.place));
    let mut alike: BTreeMap<[i64; 4], Vec<(usize, &str, Bill)>> = BTreeMap::new();
    for same in suspects.chunk_by(|a, b| a.mixed == b.mixed).filter(|same| same.len() > 1) {
        for suspect in same {
            let (meter, place) = (suspect.meter as usize, suspect.place as usize);
            let Some((name, bill)) = bill_of(meter, place) else { continue };
            alike.entry(key(&bill).unwrap_or_default()).or_default().push((meter, name, bill));
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
    let hundredths = value * 100.0;
    let whole = hundredths.round();
    // Far from where rounding could go either way, and exact: no text is needed to count.
    let plain = (0.0..1e15).contains(&hundredths) && (hundredths - whole).abs() < 0.49;
    if !plain {
        return digits_of_text(value);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    let mut rest = whole as u64;
    if rest == 0 {
        return 0;
    }
    while rest.is_multiple_of(10) {
        rest /= 10;
    }
    rest.ilog10() as usize + 1
}

fn digits_of_text(value: f64) -> usize {
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

    fn find_in(bills: &[(usize, &'static str, Bill)]) -> Vec<(usize, Finding)> {
        let suspects =
            bills.iter().flat_map(|(meter, _, bill)| suspects(*meter, std::slice::from_ref(bill)));
        let bill_of = |meter: usize, _| {
            bills.iter().find(|(other, ..)| *other == meter).map(|(_, name, bill)| (*name, *bill))
        };
        find(suspects.collect(), bill_of, &words())
    }

    #[test]
    fn digits_are_counted_as_they_are_written() {
        for hundredths in -500..20_000_i32 {
            for value in [f64::from(hundredths) / 100.0, f64::from(hundredths) * 7.0 / 1000.0] {
                assert_eq!(digits(value), digits_of_text(value), "{value}");
            }
        }
        assert_eq!((digits(1_200.0), digits(1_234.5), digits(0.07)), (2, 5, 1));
    }

    #[test]
    fn the_same_bill_on_two_meters_belongs_to_the_later_one() {
        let first = bill(0, 1_234.0, 259.31);
        let copy = Bill { reading: 99, ..first };
        let other = bill(0, 1_235.0, 259.31);
        let found = find_in(&[(0, "A", first), (1, "B", copy), (2, "C", other)]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.amount), (1, Some(259.31)));
    }

    #[test]
    fn round_figures_agree_by_chance() {
        let first = bill(0, 1_200.0, 250.0);
        assert_eq!(find_in(&[(0, "A", first), (1, "B", Bill { reading: 9, ..first })]), []);
    }
}
