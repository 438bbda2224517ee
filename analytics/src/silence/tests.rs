use alerts::AlertId;
use jiff::civil::date;

use super::plan::{Known, Step, plan};
use super::*;

/// A meter with a reading for each month until `months`, each sent `lag` days after its month.
fn monthly(meter: i64, sender: &str, months: i8, lag: i32) -> Watched {
    let ends: Vec<Date> = (1..=months)
        .map(|month| date(2025, 1, 1).saturating_add(i32::from(month).months()))
        .collect();
    Watched {
        meter: MeterId::new(meter),
        name: format!("M{meter} at Hall"),
        sender: sender.to_owned(),
        deliveries: ends
            .iter()
            .map(|end| {
                let sent = end.saturating_add(lag.days());
                Delivery { sent, end: *end, read: sent }
            })
            .collect(),
        ends,
        due_days: None,
    }
}

fn kinds(meters: &[Watched], today: Date) -> Vec<(AlertKind, usize, usize)> {
    find(meters, today).iter().map(|one| (one.kind, one.came, one.expected)).collect()
}

#[test]
fn the_rhythm_is_learnt_from_deliveries_or_from_one_file() {
    let learnt = rhythm(&monthly(1, "a", 8, 6)).expect("a rhythm");
    assert_eq!((learnt.every, learnt.lag, learnt.grace), (31, 6, 3));
    let mut backfilled = monthly(1, "a", 8, 6);
    let newest = backfilled.deliveries[7];
    backfilled.deliveries = vec![newest];
    let learnt = rhythm(&backfilled).expect("a rhythm");
    assert_eq!((learnt.every, learnt.lag, learnt.grace), (31, 6, 7));
    assert_eq!(rhythm(&monthly(1, "a", 2, 6)), None, "twice is no rhythm");
}

#[test]
fn a_meter_is_late_then_missing_and_never_before_its_day() {
    // The last period ended with August; September is due on 2 October plus 6 and 3 days.
    let meters = [monthly(1, "a", 8, 6)];
    assert_eq!(kinds(&meters, date(2025, 10, 11)), []);
    assert_eq!(kinds(&meters, date(2025, 10, 12)), [(AlertKind::Late, 0, 1)]);
    assert_eq!(kinds(&meters, date(2025, 11, 11)), [(AlertKind::Late, 0, 1)]);
    assert_eq!(kinds(&meters, date(2025, 11, 12)), [(AlertKind::Missing, 0, 1)]);
    let late = &find(&meters, date(2025, 10, 12))[0];
    let missing = &find(&meters, date(2025, 11, 12))[0];
    assert_eq!(late.fingerprint, missing.fingerprint, "one silence, one alert");
    assert_eq!(
        late.reason,
        "No reading has come for 2025-09-01 to 2025-10-01: it was expected by 2025-10-11."
    );
}

#[test]
fn a_day_that_a_person_sets_is_kept_to_the_day() {
    let mut meter = monthly(1, "a", 8, 6);
    meter.due_days = Some(2);
    assert_eq!(kinds(&[meter.clone()], date(2025, 10, 4)), []);
    assert_eq!(kinds(&[meter], date(2025, 10, 5)), [(AlertKind::Late, 0, 1)]);
}

#[test]
fn a_sender_that_fell_silent_is_one_silence_and_a_part_is_counted() {
    let all = |months: i8| -> Vec<Watched> {
        (1..=44).map(|meter| monthly(meter, "bills@example.com", months, 6)).collect()
    };
    assert_eq!(kinds(&all(8), date(2025, 10, 20)), [(AlertKind::Late, 0, 44)]);
    let mut some = all(9);
    for meter in &mut some[..3] {
        *meter = monthly(meter.meter.get(), "bills@example.com", 8, 6);
    }
    assert_eq!(kinds(&some, date(2025, 10, 20)), [(AlertKind::Partial, 41, 44)]);
    let reason = &find(&some, date(2025, 10, 20))[0].reason;
    assert_eq!(
        reason,
        "bills@example.com has sent 41 of 44 meters; none came for M1 at Hall, M2 at Hall, M3 at Hall."
    );
    // A meter that has been gone for long is a silence of its own and no part of the others.
    some[0] = monthly(1, "bills@example.com", 3, 6);
    assert_eq!(
        kinds(&some, date(2025, 10, 20)),
        [(AlertKind::Partial, 41, 43), (AlertKind::Missing, 0, 1)]
    );
}

#[test]
fn an_irregular_sender_has_more_time_and_one_exception_is_no_rule() {
    let mut meter = monthly(1, "a", 10, 6);
    meter.deliveries[4].sent = meter.deliveries[4].sent.saturating_add(20.days());
    assert_eq!(rhythm(&meter).expect("a rhythm").grace, 3);
    meter.deliveries[7].sent = meter.deliveries[7].sent.saturating_add(15.days());
    assert_eq!(rhythm(&meter).expect("a rhythm").grace, 15);
}

#[test]
fn a_correction_of_an_old_period_is_no_delivery() {
    let mut meter = monthly(1, "a", 8, 6);
    let sent = date(2025, 9, 30);
    meter.deliveries.push(Delivery { sent, end: date(2025, 3, 1), read: sent });
    assert_eq!(kinds(&[meter], date(2025, 10, 12)), [(AlertKind::Late, 0, 1)]);
}

#[test]
fn each_silence_is_raised_once_and_resolved_by_arrival() {
    let silent = find(&[monthly(1, "a", 8, 6)], date(2025, 10, 12));
    assert_eq!(plan(&silent, &[]), [Step::Open(&silent[0])]);
    let known = |kind, is_live| Known {
        alert: AlertId::new(7),
        fingerprint: silent[0].fingerprint.clone(),
        kind,
        came: 0.0,
        is_live,
    };
    assert_eq!(plan(&silent, &[known(AlertKind::Late, true)]), []);
    assert_eq!(plan(&silent, &[known(AlertKind::Late, false)]), [], "a person closed it");
    let missing = find(&[monthly(1, "a", 8, 6)], date(2025, 11, 12));
    assert_eq!(
        plan(&missing, &[known(AlertKind::Late, true)]),
        [Step::Update(AlertId::new(7), &missing[0])]
    );
    assert_eq!(plan(&[], &[known(AlertKind::Missing, true)]), [Step::Resolve(AlertId::new(7))]);
}

#[test]
fn what_was_silent_before_it_was_taken_in_is_history() {
    let mut meter = monthly(1, "a", 8, 6);
    for delivery in &mut meter.deliveries {
        delivery.read = date(2026, 6, 1);
    }
    assert_eq!(kinds(&[meter.clone()], date(2026, 6, 2)), []);
    meter.deliveries[7].read = date(2025, 10, 20);
    assert_eq!(kinds(&[meter], date(2025, 10, 21)), [(AlertKind::Late, 0, 1)]);
}
