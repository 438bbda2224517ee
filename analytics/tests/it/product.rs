//! What becomes of detections: findings about many, money, rules over bills, known events, budgets, interval data.

use crate::portfolio::{METERS, MONTHS, Portfolio, execute, usual};

const LAST: usize = MONTHS - 1;

#[tokio::test]
async fn a_shift_of_all_meters_is_one_finding_with_its_members() {
    let portfolio = Portfolio::new().await;
    // One of them was known before; what it was raised for turns out to be a part of the whole.
    portfolio.read(4, LAST, 2.2 * usual(4, LAST)).await;
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["spike"]);
    for meter in 0..METERS {
        portfolio.read(meter, LAST, 2.2 * usual(meter, LAST)).await;
    }
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.resolved), (1, 1));
    let open =
        portfolio.texts("select kind || ' ' || subject from alert where state = 'open'").await;
    assert_eq!(open, ["portfolio 10 of 10 electricity meters"]);
    assert_eq!(portfolio.count("select count(*) from alert_member").await, METERS as i64);
    let sums = portfolio
        .count(
            "select count(*) from alert a where kind = 'portfolio'
                 and abs(cost - (select sum(cost) from alert_member)) < 0.01
                 and abs(excess - (select sum(observed - expected) from alert_member)) < 1e-6",
        )
        .await;
    assert_eq!(sums, 1);
    let closing =
        portfolio.texts("select comment from alert_history where action = 'resolved'").await;
    assert_eq!(closing, ["resolved as a part of: 10 of 10 electricity meters"]);
    let payload = portfolio
        .texts("select payload::text from outbox where event_type = 'alert.opened' order by sequence desc limit 1")
        .await;
    let event: alerts::AlertEvent = serde_json::from_str(&payload[0]).expect("an event");
    assert_eq!(event.data.meter, "10 of 10 electricity meters");
    let again = portfolio.analyse().await;
    assert_eq!((again.opened, again.updated, again.resolved), (0, 0, 0));
    for meter in 0..METERS {
        portfolio.read(meter, LAST, usual(meter, LAST)).await;
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.count("select count(*) from alert where state = 'open'").await, 0);
}

#[tokio::test]
async fn a_unit_error_does_not_lead_with_money_that_nobody_lost() {
    let portfolio = Portfolio::new().await;
    let right = usual(4, LAST);
    portfolio.bill(4, LAST, 1000.0 * right, Some(0.2 * right)).await;
    portfolio.read(7, LAST, 2.0 * usual(7, LAST)).await;
    portfolio.analyse().await;
    let order = portfolio
        .texts("select kind || ' ' || cost_basis from alert order by coalesce(cost, 0) desc, score desc")
        .await;
    assert_eq!(order, ["spike own_bills", "unit_error none"]);
    let factor =
        portfolio.texts("select proposal->>'sentence' from alert where kind = 'unit_error'").await;
    assert!(factor[0].starts_with("Divided by 1,000 it is"), "{factor:?}");
    // The same reading with a bill to match is money that is charged, and says so.
    portfolio.bill(4, LAST, 1000.0 * right, Some(3.0 * 0.2 * right)).await;
    portfolio.analyse().await;
    let billed = portfolio
        .count(
            "select count(*) from alert where kind = 'unit_error' and cost_basis = 'billed'
                 and abs(cost::float8 - 0.4 * expected) < 0.25 * expected * 0.2 + 1000",
        )
        .await;
    assert_eq!(billed, 1);
}

#[tokio::test]
async fn a_catch_up_is_spread_and_has_no_twin() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("late").await;
    for at in 0..MONTHS {
        // Not the very bills of another meter, which would be billed twice.
        let own = |at| 1.03 * usual(3, at);
        match at {
            _ if at == LAST - 1 => {}
            LAST => drop(portfolio.read(METERS, at, own(at) + own(LAST - 1)).await),
            _ => drop(portfolio.read(METERS, at, own(at)).await),
        }
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["catchup"]);
    let right = portfolio
        .count(
            "select count(*) from alert where period_start = '2025-11-01' and cost is null
                 and observed between lower and upper and jsonb_array_length(proposal->'shares') = 2",
        )
        .await;
    assert_eq!(right, 1);
}

#[tokio::test]
async fn a_missing_bill_is_a_gap_until_it_comes() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("holed").await;
    for at in (0..MONTHS).filter(|at| *at != LAST - 4) {
        portfolio.read(METERS, at, 1.03 * usual(2, at)).await;
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["gap"]);
    portfolio.read(METERS, LAST - 4, 1.03 * usual(2, LAST - 4)).await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.resolved), (0, 1));
    let closing =
        portfolio.texts("select comment from alert_history where action = 'resolved'").await;
    assert_eq!(closing, ["resolved by restatement"]);
}

#[tokio::test]
async fn a_bill_that_came_twice_is_named_so() {
    let portfolio = Portfolio::new().await;
    let copied = usual(4, LAST - 1);
    portfolio.read(4, LAST, copied).await;
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["duplicate_bill"]);
    // A third time it is no duplicate any more but stuck, and still the same alert.
    for meter in 0..METERS {
        let quantity = if meter == 4 { copied } else { usual(meter, MONTHS) };
        portfolio.read(meter, MONTHS, quantity).await;
    }
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.updated), (0, 1));
    assert_eq!(portfolio.texts("select kind from alert").await, ["repeat"]);
}

#[tokio::test]
async fn a_dearer_bill_costs_its_difference() {
    let portfolio = Portfolio::new().await;
    let quantity = usual(5, LAST);
    portfolio.bill(5, LAST, quantity, Some(0.35 * quantity)).await;
    portfolio.analyse().await;
    let found = portfolio
        .count(
            "select count(*) from alert where kind = 'unit_price' and cost_basis = 'billed' and unit = 'EUR'
                 and abs(cost::float8 - 0.15 * observed / 0.35) < 0.02 * observed",
        )
        .await;
    assert_eq!((portfolio.count("select count(*) from alert").await, found), (1, 1));
}

#[tokio::test]
async fn a_closed_meter_that_is_billed_costs_its_bills() {
    let portfolio = Portfolio::new().await;
    execute(portfolio.pool(), "update meter set closed_on = '2025-11-01' where name = 'E6'").await;
    portfolio.analyse().await;
    let found = portfolio
        .count(
            "select count(*) from alert a join meter m using (meter_id)
             where kind = 'closed_meter' and m.name = 'E6' and period_start = '2025-11-01'
                 and abs(cost::float8 - 0.2 * observed) < 0.02",
        )
        .await;
    assert_eq!((portfolio.count("select count(*) from alert").await, found), (1, 1));
}

#[tokio::test]
async fn a_meter_that_nobody_confirmed_is_asked_about_until_somebody_does() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("stranger").await;
    execute(portfolio.pool(), "update meter set confirmed = false where name = 'stranger'").await;
    portfolio.read(METERS, LAST, 800.0).await;
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["unknown_meter"]);
    execute(portfolio.pool(), "update meter set confirmed = true").await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.resolved), (0, 1));
}

#[tokio::test]
async fn a_known_event_closes_what_it_explains_and_is_not_learnt_from() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 0.45 * usual(4, LAST)).await;
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert").await, ["drop"]);
    execute(
        portfolio.pool(),
        "insert into known_event (site_id, kind, starts_on, ends_on, author, created_at)
         select site_id, 'closure', '2025-12-01', '2026-01-01', 'ada', now() from site",
    )
    .await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.resolved), (0, 1));
    let closing =
        portfolio.texts("select comment from alert_history where action = 'resolved'").await;
    assert_eq!(
        closing,
        ["resolved by a known event: closure, 1 December 2025 to 31 December 2025, entered by ada"]
    );
    let judged = portfolio
        .count("select count(*) from baseline_period where period_start = '2025-12-01' and score is not null")
        .await;
    assert_eq!(judged, 0, "months of a closure are not judged");
    execute(portfolio.pool(), "update known_event set withdrawn_at = now(), withdrawn_by = 'ada'")
        .await;
    assert_eq!(portfolio.analyse().await.opened, 1, "what was withdrawn explains nothing");
}

#[tokio::test]
async fn with_a_new_tenant_the_baseline_begins_anew() {
    let portfolio = Portfolio::new().await;
    for at in 24..MONTHS {
        portfolio.read(4, at, 3.0 * usual(4, at)).await;
    }
    execute(
        portfolio.pool(),
        "insert into known_event (site_id, meter_id, kind, starts_on, author, created_at)
         select site_id, meter_id, 'new_tenant', '2025-07-01', 'ada', now() from meter where name = 'E4'",
    )
    .await;
    let report = portfolio.analyse().await;
    assert_eq!(report.opened, 0, "{:?}", portfolio.texts("select reason from alert").await);
    let rungs = portfolio
        .texts(
            "select rung from baseline_period b join meter m using (meter_id)
             where m.name = 'E4' and period_start in ('2025-06-01', '2025-07-01', '2025-12-01')
             order by period_start",
        )
        .await;
    assert_eq!(rungs, ["seasonal", "no_history", "level"]);
}

#[tokio::test]
async fn a_confirmed_step_begins_a_new_baseline() {
    let portfolio = Portfolio::new().await;
    for at in MONTHS - 5..MONTHS {
        portfolio.read(4, at, 2.0 * usual(4, at)).await;
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select kind from alert where state = 'open'").await, ["step"]);
    execute(
        portfolio.pool(),
        "update alert set state = 'resolved', verdict = 'known_event', resolved_at = now()",
    )
    .await;
    execute(
        portfolio.pool(),
        "insert into known_event (site_id, meter_id, kind, starts_on, author, created_at, alert_id)
         select m.site_id, m.meter_id, 'new_level', a.period_start::date, 'ada', now(), a.alert_id
         from alert a join meter m using (meter_id)",
    )
    .await;
    portfolio.analyse().await;
    assert_eq!(portfolio.count("select count(*) from alert where state <> 'resolved'").await, 0);
    let newest = portfolio
        .texts(
            "select rung from baseline_period b join meter m using (meter_id)
             where m.name = 'E4' and period_start in ('2025-07-01', '2025-08-01', '2025-12-01') order by period_start",
        )
        .await;
    assert_eq!(newest, ["seasonal", "no_history", "level"]);
}

#[tokio::test]
async fn how_well_each_meter_is_known_is_stored_with_the_reason_for_no_higher_rung() {
    let mut portfolio = Portfolio::new().await;
    portfolio.add_meter("new").await;
    for at in MONTHS - 6..MONTHS {
        portfolio.read(METERS, at, usual(3, at)).await;
    }
    portfolio.analyse().await;
    let known = portfolio
        .count(
            "select count(*) from baseline_standing where rung = 'seasonal' and months = 12 and cv_rmse between 0.001 and 0.15
                 and abs(nmbe) < 0.05 and refused like 'No outdoor temperature is known%'",
        )
        .await;
    assert_eq!(
        known,
        METERS as i64,
        "{:?}",
        portfolio.texts("select b::text from baseline_standing b").await
    );
    let new = portfolio
        .texts(
            "select refused from baseline_standing join meter using (meter_id) where name = 'new'",
        )
        .await;
    // As it stood when the newest reading was judged, before that one came.
    assert_eq!(new, ["There are 5 months of history; 12 are needed for a season of its own."]);
}

#[tokio::test]
async fn a_price_that_was_set_values_what_bills_do_not() {
    let mut portfolio = Portfolio::empty().await;
    for meter in 0..METERS {
        portfolio.add_meter(&format!("E{meter}")).await;
        for at in 0..MONTHS {
            let factor = if (meter, at) == (4, LAST) { 2.0 } else { 1.0 };
            portfolio.bill(meter, at, factor * usual(meter, at), None).await;
        }
    }
    portfolio.analyse().await;
    assert_eq!(portfolio.texts("select cost_basis from alert where cost is null").await, ["none"]);
    execute(
        portfolio.pool(),
        "insert into tariff (commodity, unit, price, currency, starts_on, author, created_at)
         values ('electricity', 'MWh', 250, 'EUR', '2024-01-01', 'ada', now())",
    )
    .await;
    portfolio.analyse().await;
    let found = portfolio
        .count(
            "select count(*) from alert where cost_basis = 'tariff' and currency = 'EUR'
                 and abs(cost::float8 - 0.25 * excess) < 0.02",
        )
        .await;
    assert_eq!(found, 1);
}

#[tokio::test]
async fn the_budget_moves_the_threshold_and_can_be_tried_before() {
    let portfolio = Portfolio::new().await;
    portfolio.read(4, LAST, 1.5 * usual(4, LAST)).await;
    for (meter, factor) in [(5, 1.05), (6, 1.08), (7, 1.11)] {
        portfolio.read(meter, LAST, factor * usual(meter, LAST)).await;
    }
    portfolio.analyse().await;
    let open = portfolio.count("select count(*) from alert").await;
    let more = analytics::replay::preview(portfolio.pool(), 6.0).await.expect("a replay");
    let less = analytics::replay::preview(portfolio.pool(), 0.02).await.expect("a replay");
    assert!(more.tried.1.threshold < less.tried.1.threshold);
    assert!(more.replay.total.gained > 0, "{:?}", more.replay.total);
    assert_eq!(more.replay.total.lost, 0);
    assert_eq!(portfolio.count("select count(*) from alert").await, open, "trying stores nothing");
    let now = "2026-02-03T07:00:00Z".parse().expect("a time");
    analytics::replay::accept(portfolio.pool(), 6.0, "ada", "more, please", now)
        .await
        .expect("set");
    let report = portfolio.analyse().await;
    assert!(report.opened > 0);
    assert_eq!(portfolio.count("select count(*) from calibration").await, 2);
    portfolio.analyse().await;
    assert_eq!(portfolio.count("select count(*) from calibration").await, 2);
}

#[tokio::test]
async fn hours_stand_beside_bills_and_are_never_added() {
    let portfolio = Portfolio::new().await;
    portfolio.hours(4, LAST).await;
    let report = portfolio.analyse().await;
    assert_eq!((report.opened, report.overlapping_left_out), (0, 0));
    let month = portfolio
        .count(
            "select count(*) from interval_month i join meter m using (meter_id)
             where m.name = 'E4' and days = 31 and abs(base_load - 1) < 1e-6 and abs(total - 31 * 56) < 1e-6
                 and abs(working_day - 56) < 1e-6 and abs(weekend_day - 56) < 1e-6
                 and abs(night_share - 8 / 56.0) < 1e-6",
        )
        .await;
    assert_eq!(month, 1);
    let on_holidays = "select count(*) from interval_month i join meter m using (meter_id)
        where m.name = 'E4' and abs(holiday_day - 56) < 1e-6";
    assert_eq!(portfolio.count(on_holidays).await, 0, "whose holidays is not known");
    let all = analytics::holidays::choose(portfolio.pool(), None, Some("GB")).await;
    assert_eq!(all.expect("chosen"), 1);
    portfolio.analyse().await;
    assert_eq!(portfolio.count(on_holidays).await, 1, "Christmas and Boxing Day");
    let sites = analytics::holidays::of_sites(portfolio.pool()).await.expect("the sites");
    assert!(sites.iter().all(|site| site.country.as_deref() == Some("GB")), "{sites:?}");
    let observed: f64 = sqlx::query_scalar(
        "select observed from baseline_period b join meter m using (meter_id)
         where m.name = 'E4' and period_start = '2025-12-01'",
    )
    .fetch_one(portfolio.pool())
    .await
    .expect("the month");
    assert!((observed - usual(4, LAST)).abs() < 1e-6);
}
