use jiff::{Timestamp, ToSpan};

use super::Schedule;

fn schedule(expression: &str, zone: &str) -> Schedule {
    Schedule::parse(expression, zone).expect("a schedule")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// The slots in (from, to], walked by `next_after`.
fn slots(schedule: &Schedule, from: &str, to: &str) -> Vec<Timestamp> {
    let end = at(to);
    let mut found = Vec::new();
    let mut now = at(from);
    while let Some(slot) = schedule.next_after(now).filter(|slot| *slot <= end) {
        found.push(slot);
        now = slot;
    }
    found
}

fn instants(texts: &[&str]) -> Vec<Timestamp> {
    texts.iter().map(|text| at(text)).collect()
}

#[test]
fn monthly_slots_follow_the_wall_clock_over_both_changes() {
    let monthly = schedule("0 6 1 * *", "Europe/Rome");
    let found = slots(&monthly, "2026-02-15T00:00:00Z", "2026-12-15T00:00:00Z");
    let expected = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(|month| {
        let utc = if (4..=10).contains(&month) { 4 } else { 5 };
        at(&format!("2026-{month:02}-01T{utc:02}:00:00Z"))
    });
    assert_eq!(found, expected);
}

#[test]
fn a_fixed_time_in_the_skipped_hour_runs_once_and_later() {
    let daily = schedule("30 2 * * *", "Europe/Rome");
    assert_eq!(
        slots(&daily, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
        instants(&["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"])
    );
}

#[test]
fn a_fixed_time_in_the_doubled_hour_runs_the_first_time_only() {
    let daily = schedule("30 2 * * *", "Europe/Rome");
    assert_eq!(
        slots(&daily, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
        instants(&["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
    );
}

#[test]
fn every_quarter_of_an_hour_stays_a_quarter_of_an_hour_over_both_changes() {
    for (zone, day) in [
        ("Europe/Rome", "2026-03-29"),
        ("Europe/Rome", "2026-10-25"),
        ("America/St_Johns", "2026-03-08"),
        ("America/St_Johns", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Africa/Casablanca", "2026-02-15"),
        ("Africa/Casablanca", "2026-03-22"),
        ("Pacific/Apia", "2011-12-30"),
    ] {
        let quarters = schedule("*/15 * * * *", zone);
        let noon = at(&format!("{day}T12:00:00Z"));
        let (from, to) = (noon - 48.hours(), noon + 48.hours());
        let found = slots(&quarters, &from.to_string(), &to.to_string());
        assert_eq!(found.len(), 4 * 96, "{zone} {day}");
        for pair in found.windows(2) {
            assert_eq!(pair[1].duration_since(pair[0]).as_mins(), 15, "{zone} {}", pair[0]);
        }
    }
}

#[test]
fn the_half_hour_of_lord_howe_is_a_jump_and_a_repetition() {
    let daily = schedule("15 2 * * *", "Australia/Lord_Howe");
    // 02:00 becomes 02:30: 02:15 does not exist and runs at 02:45, which is +11.
    assert_eq!(
        slots(&daily, "2026-10-03T00:00:00Z", "2026-10-04T12:00:00Z"),
        instants(&["2026-10-03T15:45:00Z"])
    );
    // 02:00 becomes 01:30: 01:45 comes twice, first at +11.
    let daily = schedule("45 1 * * *", "Australia/Lord_Howe");
    assert_eq!(
        slots(&daily, "2026-04-04T00:00:00Z", "2026-04-05T12:00:00Z"),
        instants(&["2026-04-04T14:45:00Z"])
    );
}

#[test]
fn a_day_that_does_not_exist_is_not_run_twice() {
    let daily = schedule("0 6 * * *", "Pacific/Apia");
    assert_eq!(
        slots(&daily, "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z"),
        // 29 December is -10; 30 December is skipped; 31 December is +14.
        instants(&["2011-12-29T16:00:00Z", "2011-12-30T16:00:00Z", "2011-12-31T16:00:00Z"])
    );
    let once = schedule("0 6 30 12 *", "Pacific/Apia");
    assert_eq!(once.next_after(at("2011-12-01T00:00:00Z")), Some(at("2011-12-30T16:00:00Z")));
}

#[test]
fn of_all_missed_slots_the_newest_is_due() {
    let monthly = schedule("0 6 1 * *", "Europe/Rome");
    let asked = |now: &str| monthly.newest_until(at(now)).map(|slot| slot.to_string());
    assert_eq!(asked("2026-11-23T20:00:00Z"), Some("2026-11-01T05:00:00Z".to_owned()));
    assert_eq!(asked("2026-11-01T05:00:00Z"), Some("2026-11-01T05:00:00Z".to_owned()));
    assert_eq!(asked("2026-11-01T04:59:59Z"), Some("2026-10-01T04:00:00Z".to_owned()));
}

#[test]
fn looking_back_and_looking_forward_agree_minute_by_minute() {
    for (expression, zone, from) in [
        ("30 2 * * *", "Europe/Rome", "2026-03-28T00:00:00Z"),
        ("*/20 * * * *", "Europe/Rome", "2026-10-24T12:00:00Z"),
        ("30 1,2,3 * * *", "America/St_Johns", "2026-10-31T20:00:00Z"),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z"),
        ("0 6 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z"),
    ] {
        let schedule = schedule(expression, zone);
        for minute in 0..(48 * 60_i64) {
            let now = at(from) + minute.minutes();
            let newest = schedule.newest_until(now).expect("a slot before");
            let next = schedule.next_after(now).expect("a slot after");
            assert!(newest <= now && now < next, "{expression} {zone} {now}");
            assert_eq!(schedule.next_after(newest), Some(next), "{expression} {zone} {now}");
        }
    }
}

#[test]
fn leap_days_are_found_years_ahead() {
    let leap = schedule("0 0 29 2 *", "UTC");
    assert_eq!(leap.next_after(at("2096-03-01T00:00:00Z")), Some(at("2104-02-29T00:00:00Z")));
}

#[test]
fn nonsense_is_refused_with_a_sentence() {
    let refusal = |expression: &str, zone: &str| {
        Schedule::parse(expression, zone).map(|_| ()).map_err(|error| error.to_string())
    };
    for expression in ["", "often", "0 6 1 *", "0 0 6 1 * *", "61 6 1 * *"] {
        let sentence = refusal(expression, "UTC").expect_err("must be refused");
        assert!(sentence.contains("five fields"), "{sentence}");
    }
    assert!(refusal("0 6 * * *", "Europe/Roma").expect_err("no zone").contains("Europe/Roma"));
    assert!(refusal("0 0 30 2 *", "UTC").expect_err("no day").contains("ever comes"));
}
