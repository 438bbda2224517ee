//! From readings in the database to alerts with their events.

use analytics::{Options, Report};

use crate::portfolio::{METERS, MONTHS, Portfolio, execute, now, usual};

const LAST: usize = MONTHS - 1;

#[tokio::test]
async fn a_regular_portfolio_raises_nothing() {
    let portfolio = Portfolio::new().await;
    let report = portfolio.analyse().await;
    assert_eq!((report.meters, report.opened), (METERS as u64, 0));
    let rows = portfolio.count("select count(*) from baseline_period").await;
    assert_eq!(rows, (METERS * MONTHS) as i64);
    let judged =
        portfolio.count("select count(*) from baseline_period where expected is not null").await;
    assert_eq!(judged, (METERS * (MONTHS - 3)) as i64);
    let outside = portfolio
        .count("select count(*) from baseline_period where not observed between lower and upper and rung = 'seasonal'")
        .await;
    assert!(outside <= 8, "{outside} usual months are outside their interval");
}

#[tokio::test]
async fn a_doubled_month_is_an_alert_with_its_price_and_its_cell() {
    let portfolio = Portfolio::new().await;
    let reading = portfolio.read(4, LAST, 2.0 * usual(4, LAST)).await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated, report.resolved), (1, 0, 0));
    assert_eq!(portfolio.texts("select kind from alert").await, ["spike"]);
    assert_eq!(portfolio.texts("select state from alert").await, ["open"]);
    assert_eq!(portfolio.texts("select action from alert_history").await, ["opened"]);
    assert_eq!(portfolio.count("select reading_id from alert_reading").await, reading);
    let reason = portfolio.texts("select reason from alert").await.remove(0);
    assert!(reason.contains("EUR more in December 2025; looks like a single jump"), "{reason}");
    let price = portfolio.texts("select round(unit_price, 4)::text from alert").await;
    assert_eq!(price, ["0.2000"]);
    let right = portfolio
        .count(
            "select count(*) from alert where currency = 'EUR' and cost > 0 and cost_lower <= cost
                 and cost <= cost_upper and abs(cost::float8 - excess * 0.2) < 0.01
                 and abs(excess - (observed - expected)) < 1e-6 and lower < expected and expected < upper
                 and jsonb_array_length(evidence) > 3 and period_end = '2026-01-01'",
        )
        .await;
    assert_eq!(right, 1);
    let payload = portfolio.texts("select payload::text from outbox").await;
    assert_eq!(payload.len(), 1);
    let event: alerts::AlertEvent = serde_json::from_str(&payload[0]).expect("an event");
    assert_eq!(event.event_type, alerts::EventType::Opened);
    assert_eq!((event.data.site.as_str(), event.data.meter.as_str()), ("Town hall", "E4"));
    let source = &event.data.sources[0];
    assert_eq!(source.mail_subject.as_deref(), Some("Readings January"));
    assert_eq!(source.attachment.as_deref(), Some("january.xlsx"));
    assert_eq!((source.sheet.as_str(), source.cell.as_str()), ("January", "C31"));
    assert_eq!(portfolio.count("select count(*) from delivery where state = 'pending'").await, 1);
}

#[tokio::test]
async fn a_commodity_comes_to_the_same_whatever_stands_beside_it() {
    let found = "select coalesce(string_agg(x, ';' order by x), '') from (
        select 'b' || b::text as x from baseline_period b join meter using (meter_id) where commodity = 'electricity'
        union all select 'a' || a::text from alert a join meter using (meter_id) where meter.commodity = 'electricity'
    ) s";
    let mut of_run = Vec::new();
    for with_another in [false, true] {
        let mut portfolio = Portfolio::new().await;
        portfolio.read(4, LAST, 2.0 * usual(4, LAST)).await;
        if with_another {
            portfolio.add_meter("W").await;
            for at in 0..18 {
                portfolio.read(METERS, at, usual(3, at)).await;
            }
            // Its history is another one, and begins earlier.
            for statement in [
                "update meter set commodity = 'water', canonical_unit = 'm3' where name = 'W'",
                "update reading set unit = 'm3', period_start = period_start - interval '2 years',
                     period_end = period_end - interval '2 years'
                 where meter_id = (select meter_id from meter where name = 'W')",
            ] {
                execute(portfolio.pool(), statement).await;
            }
        }
        let report = portfolio.analyse().await;
        assert_eq!(report.opened, 1);
        let [found] = &portfolio.texts(found).await[..] else { panic!("one text") };
        of_run.push(found.clone());
    }
    assert!(of_run[0].contains("seasonal"), "{}", of_run[0]);
    assert_eq!(of_run[0], of_run[1]);
}

#[tokio::test]
async fn a_second_run_without_news_writes_nothing() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 2.0 * usual(4, LAST)).await;
    portfolio.analyse().await;
    let state = "select coalesce(string_agg(x, ';' order by x), '') from (
        select 'a' || a::text as x from alert a union all select 'h' || h::text from alert_history h
        union all select 'o' || o::text from outbox o union all select 'b' || b::text from baseline_period b) s";
    let before = portfolio.texts(state).await;
    let options =
        Options::new(now().checked_add(jiff::SignedDuration::from_hours(24)).expect("a day"));
    let again = analytics::run(portfolio.pool(), options, |_, _| {}).await.expect("a run");
    assert_eq!(portfolio.texts(state).await, before);
    assert_eq!(
        Report { baselines_written: 0, opened: 0, updated: 0, resolved: 0, ..again },
        again,
        "nothing is written"
    );
}

#[tokio::test]
async fn a_problem_that_goes_on_is_one_alert_that_grows() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 1.9 * usual(4, LAST)).await;
    portfolio.analyse().await;
    for meter in 0..METERS {
        let factor = if meter == 4 { 1.9 } else { 1.0 };
        portfolio.read(meter, MONTHS, factor * usual(meter, MONTHS)).await;
    }
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated, report.resolved), (0, 1, 0));
    assert_eq!(portfolio.count("select count(*) from alert").await, 1);
    assert_eq!(portfolio.texts("select kind from alert").await, ["step"]);
    assert_eq!(portfolio.count("select count(*) from alert_reading").await, 2);
    let events = portfolio.texts("select event_type from outbox order by sequence").await;
    assert_eq!(events, ["alert.opened", "alert.updated"]);
    let reason = portfolio.texts("select reason from alert").await.remove(0);
    assert!(reason.contains("since December 2025; looks like a lasting step"), "{reason}");
    let again = portfolio.analyse().await;
    assert_eq!((again.opened, again.updated, again.resolved), (0, 0, 0));
}

#[tokio::test]
async fn a_corrected_reading_closes_its_alert() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 1000.0 * usual(4, LAST)).await;
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["unit_error"]);
    let reason = portfolio.texts("select reason from alert").await.remove(0);
    assert!(reason.contains("divided by 1,000"), "{reason}");
    portfolio.read(4, LAST, usual(4, LAST)).await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated, report.resolved), (0, 0, 1));
    assert_eq!(portfolio.texts("select state from alert").await, ["resolved"]);
    let closing = portfolio
        .texts("select action || ': ' || comment || ' by ' || actor from alert_history order by history_id desc limit 1")
        .await;
    assert_eq!(closing, ["resolved: resolved by restatement by meterwatch"]);
    let events = portfolio.texts("select event_type from outbox order by sequence").await;
    assert_eq!(events, ["alert.opened", "alert.resolved"]);
    let again = portfolio.analyse().await;
    assert_eq!((again.opened, again.updated, again.resolved), (0, 0, 0));
}

#[tokio::test]
async fn what_a_person_closed_stays_closed() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 2.0 * usual(4, LAST)).await;
    portfolio.analyse().await;
    execute(
        portfolio.pool(),
        "with closed as (update alert set state = 'resolved', resolved_at = now(), verdict = 'billing_error'
             returning alert_id)
         insert into alert_history (alert_id, at, actor, action) select alert_id, now(), 'ada', 'resolved' from closed",
    )
    .await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated, report.resolved), (0, 0, 0));
    // The same fault in a new month is news; the month that was settled is not told again.
    for meter in 0..METERS {
        let factor = if meter == 4 { 2.0 } else { 1.0 };
        portfolio.read(meter, MONTHS, factor * usual(meter, MONTHS)).await;
    }
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated, report.resolved), (1, 0, 0));
    let starts = portfolio.texts("select period_start::text from alert where state = 'open'").await;
    assert_eq!(starts, ["2026-01-01 00:00:00"]);
}

#[tokio::test]
async fn less_than_three_months_of_history_are_not_judged() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("new").await;
    for (at, quantity) in [(27, 5_000.0), (28, 5_100.0), (29, 900_000.0)] {
        portfolio.read(METERS, at, quantity).await;
    }
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.without_history), (0, 1));
    let judged = portfolio
        .count("select count(*) from baseline_period b join meter m using (meter_id) where m.name = 'new' and expected is not null")
        .await;
    assert_eq!(judged, 0);
}

#[tokio::test]
async fn a_young_meter_says_how_little_it_knows() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("young").await;
    for at in 22..MONTHS {
        portfolio.read(METERS, at, if at == LAST { -4_000.0 } else { 1.03 * usual(2, at) }).await;
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["sign_flip"]);
    assert_eq!(portfolio.texts("select rung from alert").await, ["level"]);
    let reason = portfolio.texts("select reason from alert").await.remove(0);
    assert!(reason.contains("borrowed from its peers"), "{reason}");
}

#[tokio::test]
async fn the_parts_of_the_meters_together_do_the_whole_work() {
    let portfolio = Portfolio::new().await;
    for meter in 0..METERS {
        if meter % 3 == 0 {
            portfolio.read(meter, LAST, -usual(meter, LAST)).await;
        }
    }
    let mut opened = 0;
    let mut meters = 0;
    for part in 1..=3 {
        let shard = format!("{part}/3").parse().expect("a part");
        let options = Options { shard: Some(shard), ..Options::new(now()) };
        let report = analytics::run(portfolio.pool(), options, |_, _| {}).await.expect("a run");
        opened += report.opened;
        meters += report.meters;
    }
    assert_eq!((opened, meters), (4, METERS as u64));
    let whole = portfolio.analyse().await;
    assert_eq!((whole.opened, whole.updated, whole.baselines_written), (0, 0, 0));
}

#[tokio::test]
async fn overlapping_bills_are_never_summed_twice() {
    let portfolio = Portfolio::new().await;
    // A summary of the whole year beside its months.
    sqlx::query(
        "insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity,
             attachment_id, sheet, cell, recorded_at)
         select meter_id, '2025-01-01', '2026-01-01', 'consumption', 150000, 'kWh', 150000, attachment_id, 's', 'A1',
             now()
         from reading where meter_id = $1 limit 1",
    )
    .bind(portfolio.meters[2])
    .execute(portfolio.pool())
    .await
    .expect("a summary");
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.overlapping_left_out), (1, 1));
    // Unlike the meter's bills, the summary states no cost.
    assert_eq!(portfolio.texts("select kind from alert").await, ["use_without_cost"]);
    let observed: f64 = sqlx::query_scalar(
        "select observed from baseline_period where meter_id = $1 and period_start = '2025-12-01'",
    )
    .bind(portfolio.meters[2])
    .fetch_one(portfolio.pool())
    .await
    .expect("the month");
    assert!((observed - usual(2, LAST)).abs() < 1e-6);
}
