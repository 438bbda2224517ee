use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::dec;

use super::*;

/// A register on the first of a month, counted from January 2024; the reading has the number of its place.
fn dial(month: usize, number: impl Into<Decimal>) -> Dial {
    let (year, month_of_year) = (month / 12, month % 12);
    let year = 2024 + i16::try_from(year).expect("few years");
    let month_of_year = i8::try_from(month_of_year + 1).expect("a month");
    let place = i64::try_from(month).expect("few");
    Dial {
        reading: ReadingId::new(place + 1),
        at: date(year, month_of_year, 1).at(0, 0, 0, 0),
        dial: number.into(),
        unit: Decimal::ONE,
        multiplier: None,
        stated: (Timestamp::from_second(place).expect("in range"), [0; 32]),
        place: format!("Data!F{}", month + 2),
    }
}

fn dials(numbers: &[i64]) -> Vec<Dial> {
    numbers.iter().enumerate().map(|(month, number)| dial(month, *number)).collect()
}

fn seen(numbers: &[i64]) -> Vec<(Reason, Option<i64>)> {
    use rust_decimal::prelude::ToPrimitive;
    let derived = derive(dials(numbers), Settings::default());
    derived
        .uses
        .iter()
        .map(|used| (used.reason, used.quantity.map(|quantity| quantity.to_i64().expect("small"))))
        .collect()
}

#[test]
fn plain_registers_are_plain_differences() {
    assert_eq!(
        seen(&[1000, 1100, 1210, 1300]),
        [100, 110, 90].map(|used| (Reason::Difference, Some(used)))
    );
    assert_eq!(seen(&[1000]), []);
}

#[test]
fn each_kind_of_fall_is_told_apart() {
    let plain = |used| (Reason::Difference, Some(used));
    // Five digits: from 99 999 to 0.
    assert_eq!(
        seen(&[99_700, 99_800, 99_910, 15, 120, 220]),
        [plain(100), plain(110), (Reason::Rollover, Some(105)), plain(105), plain(100)]
    );
    assert_eq!(
        seen(&[4000, 4100, 4200, 4310, 60, 160, 260]),
        [plain(100), plain(100), plain(110), (Reason::Reset, None), plain(100), plain(100)]
    );
    assert_eq!(
        seen(&[44_000, 44_100, 44_200, 44_310, 7_960, 8_060, 8_160]),
        [plain(100), plain(100), plain(110), (Reason::Exchange, None), plain(100), plain(100)]
    );
    assert_eq!(
        seen(&[1000, 1100, 1200, 3100, 1400, 1500]),
        [plain(100), plain(100), (Reason::Misread, Some(200)), plain(100)]
    );
    assert_eq!(
        seen(&[1000, 1100, 1200, 130, 1400, 1500]),
        [plain(100), plain(100), (Reason::Misread, Some(200)), plain(100)]
    );
    assert_eq!(
        seen(&[1000, 1100, 1200, 1410, 1390, 1500, 1600]),
        [plain(100), plain(100), (Reason::TruedUp, Some(190)), plain(110), plain(100)]
    );
}

#[test]
fn a_fall_without_a_register_after_it_waits() {
    let newest = |numbers| seen(numbers).pop();
    assert_eq!(newest(&[4000, 4100, 4200, 4310, 60]), Some((Reason::Unclear, None)));
    assert_eq!(newest(&[100, 90]), Some((Reason::Unclear, None)));
    assert_eq!(newest(&[99_600, 99_700, 99_800, 99_910, 15]), Some((Reason::Rollover, Some(105))));
}

#[test]
fn digits_that_a_person_states_decide() {
    let settings = Settings { digits: Some(4), multiplier: None };
    let two = derive(dials(&[9_950, 40]), settings);
    assert_eq!(two.uses[0].quantity, Some(dec!(90)));
    // With six digits the register was nowhere near its end.
    let settings = Settings { digits: Some(6), multiplier: None };
    let numbers = [9_700, 9_800, 9_910, 15, 120, 220];
    let six = derive(dials(&numbers), settings);
    assert_eq!((six.uses[2].reason, six.uses[2].quantity), (Reason::Reset, None));
}

#[test]
fn the_multiplier_is_honoured_and_its_change_is_no_guess() {
    let mut numbers = dials(&[100, 110, 120, 130]);
    for dial in &mut numbers[..2] {
        dial.multiplier = Some(dec!(40));
    }
    let settings = Settings { digits: None, multiplier: Some(dec!(60)) };
    let found: Vec<_> =
        derive(numbers, settings).uses.iter().map(|used| (used.reason, used.quantity)).collect();
    assert_eq!(
        found,
        [
            (Reason::Difference, Some(dec!(400))),
            (Reason::MultiplierChanged, None),
            (Reason::Difference, Some(dec!(600))),
        ]
    );
}

#[test]
fn the_last_and_the_first_number_of_an_exchange_make_it_exact() {
    let mut numbers = dials(&[500, 600, 700, 110, 210]);
    let handed_over = Dial { reading: ReadingId::new(99), dial: dec!(10), ..numbers[2].clone() };
    numbers.push(handed_over);
    let found = derive(numbers, Settings::default());
    let quantities: Vec<_> = found.uses.iter().map(|used| used.quantity).collect();
    assert_eq!(quantities, [Some(dec!(100)), Some(dec!(100)), Some(dec!(100)), Some(dec!(100))]);
    assert_eq!(found.clashes, []);
}

#[test]
fn of_two_numbers_for_one_instant_the_later_statement_counts_and_both_are_named() {
    let mut numbers = dials(&[500, 600, 700]);
    let mut other = Dial { reading: ReadingId::new(99), dial: dec!(610), ..numbers[1].clone() };
    other.place = "New!B7".to_owned();
    other.stated.0 = Timestamp::from_second(1_000).expect("in range");
    numbers.push(other);
    let found = derive(numbers, Settings::default());
    assert_eq!(found.uses[0].quantity, Some(dec!(110)));
    assert_eq!(found.clashes.len(), 1);
    assert!(found.clashes[0].sentence.contains("Data!F3"), "{}", found.clashes[0].sentence);
    assert!(found.clashes[0].sentence.contains("New!B7"), "{}", found.clashes[0].sentence);
}

/// What was done to a history of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Injected {
    Nothing,
    Rollover,
    Reset,
    Exchange,
    ReadTooHigh,
    ReadTooLow,
    Estimate,
}

#[derive(Debug, Clone)]
struct History {
    dials: Vec<Dial>,
    /// What was truly used until each of them.
    used: Vec<Decimal>,
    injected: Injected,
    /// Which register it was done to.
    place: usize,
    multiplier: Decimal,
}

fn history() -> impl Strategy<Value = History> {
    let kinds = prop_oneof![
        Just(Injected::Nothing),
        Just(Injected::Rollover),
        Just(Injected::Reset),
        Just(Injected::Exchange),
        Just(Injected::ReadTooHigh),
        Just(Injected::ReadTooLow),
        Just(Injected::Estimate),
    ];
    (
        kinds,
        proptest::collection::vec(80i64..=120, 9..20),
        1i64..=40,
        4usize..=6,
        1i64..=80,
        10i64..=95,
    )
        .prop_map(|(injected, shares, size, place, multiplier, share)| {
            build(injected, &shares, size, place, multiplier, share)
        })
}

/// `share` in hundredths places what is left to chance within each kind.
fn build(
    injected: Injected,
    shares: &[i64],
    size: i64,
    place: usize,
    multiplier: i64,
    share: i64,
) -> History {
    let uses: Vec<i64> = shares.iter().map(|share| share * size).collect();
    let full = 1_000_000;
    let until_place: i64 = uses[..place].iter().sum();
    let start = match injected {
        // The register ends within the stretch that ends at `place`.
        Injected::Rollover => full - until_place + uses[place - 1] * share / 100,
        _ => 400_000 + share * 1_000,
    };
    let mut summed = vec![0];
    let mut numbers = vec![start];
    for one in &uses {
        summed.push(summed[summed.len() - 1] + one);
        numbers.push(numbers[numbers.len() - 1] + one);
    }
    let usual = 100 * size;
    match injected {
        Injected::Nothing => {}
        Injected::Rollover => numbers[place..].iter_mut().for_each(|number| *number -= full),
        Injected::Reset | Injected::Exchange => {
            // Some time after the register before.
            let at = numbers[place - 1] + uses[place - 1] * share / 100;
            let begins = if injected == Injected::Exchange { usual * 30 } else { 0 };
            numbers[place..].iter_mut().for_each(|number| *number += begins - at);
        }
        Injected::ReadTooHigh => numbers[place] += usual * (10 + share),
        Injected::ReadTooLow => numbers[place] /= 10,
        Injected::Estimate => numbers[place] += uses[place] + usual * share / 400 + 1,
    }
    let mut dials = dials(&numbers);
    for dial in &mut dials {
        dial.multiplier = Some(multiplier.into());
    }
    History {
        dials,
        used: summed.into_iter().map(Decimal::from).collect(),
        injected,
        place,
        multiplier: multiplier.into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_quantity_is_wrong_and_each_injection_is_named(history in history()) {
        let derived = derive(history.dials.clone(), Settings::default());
        let index = |id: ReadingId| usize::try_from(id.get() - 1).expect("small");
        let mut covered = 0;
        for used in &derived.uses {
            let (from, to) = (index(used.earlier), index(used.later));
            prop_assert_eq!(from, covered, "stretches follow one another");
            covered = to;
            if let Some(quantity) = used.quantity {
                let truth = (history.used[to] - history.used[from]) * history.multiplier;
                prop_assert_eq!(quantity, truth, "{}", &used.sentence);
            }
        }
        prop_assert_eq!(covered, history.dials.len() - 1);
        let odd: Vec<(Reason, usize)> = derived
            .uses
            .iter()
            .filter(|used| used.reason != Reason::Difference)
            .map(|used| (used.reason, index(used.left_out.unwrap_or(used.later))))
            .collect();
        let wanted = match history.injected {
            Injected::Nothing => None,
            Injected::Rollover => Some(Reason::Rollover),
            Injected::Reset => Some(Reason::Reset),
            Injected::Exchange => Some(Reason::Exchange),
            Injected::ReadTooHigh | Injected::ReadTooLow => Some(Reason::Misread),
            Injected::Estimate => Some(Reason::TruedUp),
        };
        let wanted: Vec<_> = wanted.into_iter().map(|reason| (reason, history.place)).collect();
        prop_assert_eq!(odd, wanted);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (history, shuffled) in history()
            .prop_flat_map(|history| (Just(history.clone()), Just(history.dials).prop_shuffle()))
    ) {
        prop_assert_eq!(
            derive(history.dials, Settings::default()),
            derive(shuffled, Settings::default())
        );
    }

    #[test]
    fn any_numbers_give_stretches_in_order_and_no_negative_use(
        numbers in proptest::collection::vec((0usize..30, 0i64..100_000), 0..40)
    ) {
        let dials: Vec<Dial> = numbers
            .iter()
            .enumerate()
            .map(|(place, (month, number))| Dial {
                reading: ReadingId::new(i64::try_from(place).expect("few") + 1),
                ..dial(*month, *number)
            })
            .collect();
        let derived = derive(dials, Settings::default());
        for pair in derived.uses.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        for used in &derived.uses {
            prop_assert!(used.start < used.end);
            prop_assert!(used.quantity.is_none_or(|quantity| !quantity.is_sign_negative()));
        }
    }
}
