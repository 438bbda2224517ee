//! What people set and teach: known events, prices, allowed false alarms, meters and stations.

use axum::http::StatusCode;

use crate::browser::Browser;

async fn count(browser: &Browser, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&browser.pool).await.expect(query)
}

async fn execute(browser: &Browser, statement: &'static str) {
    sqlx::query(statement).execute(&browser.pool).await.expect(statement);
}

#[tokio::test]
async fn every_page_of_the_section_is_there_for_those_who_read() {
    let browser = Browser::signed_in("vera").await;
    for (address, words) in [
        ("/detection", "How often each rule was right"),
        ("/events", "No events are entered."),
        ("/prices", "No prices are set."),
        ("/method", "ASHRAE Guideline 14"),
    ] {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        page.shows(words);
        page.hides("method=\"post\" action=\"/events\"");
    }
    for (address, form) in [
        ("/events", vec![("site", "1"), ("kind", "closure"), ("from", "2026-07-01")]),
        ("/prices", vec![("commodity", "gas"), ("price", "1")]),
        ("/meters/3/confirm", vec![]),
        ("/sites/1/station", vec![]),
        ("/sites/1/holidays", vec![]),
        ("/detection", vec![("budget", "1")]),
    ] {
        assert_eq!(browser.post(address, &form).await.status, StatusCode::FORBIDDEN, "{address}");
    }
}

#[tokio::test]
async fn an_event_is_entered_shown_where_it_counts_and_withdrawn() {
    let browser = Browser::signed_in("otto").await;
    let form = [
        ("site", "1"),
        ("kind", "closure"),
        ("from", "2026-05-04"),
        ("to", "2026-05-31"),
        ("note", "new boilers"),
    ];
    let page = browser.submit("/events", &form).await;
    page.shows("The event is entered.");
    page.shows("new boilers");
    page.shows("otto");
    for address in ["/meters/3", "/sites/1"] {
        let page = browser.get(address).await;
        page.shows("Known events");
        page.shows("The months that it touches are not judged");
    }
    browser.get("/meters/4").await.hides("new boilers");
    let backwards =
        [("site", "1"), ("kind", "works"), ("from", "2026-05-04"), ("to", "2026-05-01")];
    browser.submit("/events", &backwards).await.shows("Nothing was stored");
    browser.submit("/events/1/withdraw", &[]).await.shows("The event is withdrawn.");
    assert_eq!(browser.post("/events/1/withdraw", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        count(&browser, "select count(*) from known_event where withdrawn_by = 'otto'").await,
        1
    );
}

#[tokio::test]
async fn a_verdict_can_keep_what_explains_it() {
    let browser = Browser::signed_in("otto").await;
    let address = browser.get("/alerts?kind=spike&severity=high").await.first_alert();
    let page = browser.get(&address).await;
    page.shows("Keep it as a known event");
    let revision = page.field("revision");
    let form = [
        ("revision", revision.as_str()),
        ("verdict", "known_event"),
        ("comment", "A hired stage."),
        ("event", "other"),
        ("from", "2026-06-10"),
        ("to", ""),
    ];
    browser.submit(&format!("{address}/resolve"), &form).await.shows("is resolved.");
    let kept = count(
        &browser,
        "select count(*) from known_event e join alert a using (alert_id)
         where e.kind = 'other' and e.starts_on = '2026-06-10' and e.ends_on = a.period_end::date
             and e.meter_id = a.meter_id and e.note = 'A hired stage.' and e.author = 'otto'",
    )
    .await;
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_step_that_is_right_begins_the_baseline_anew_until_the_alert_is_reopened() {
    let browser = Browser::signed_in("otto").await;
    let address = browser.get("/alerts?kind=step&severity=medium").await.first_alert();
    let page = browser.get(&address).await;
    page.shows("<option value=\"new_level\" selected>New usual level</option>");
    let revision = page.field("revision");
    let form =
        [("revision", revision.as_str()), ("verdict", "known_event"), ("event", "new_level")];
    browser.submit(&format!("{address}/resolve"), &form).await.shows("is resolved.");
    let kept = "select count(*) from known_event e join alert a using (alert_id)
         where e.kind = 'new_level' and e.starts_on = a.period_start::date and e.withdrawn_at is null";
    assert_eq!(count(&browser, kept).await, 1);
    let revision = browser.get(&address).await.field("revision");
    let form = [("revision", revision.as_str())];
    browser.submit(&format!("{address}/reopen"), &form).await;
    assert_eq!(count(&browser, kept).await, 0);
}

#[tokio::test]
async fn a_price_is_set_and_withdrawn() {
    let browser = Browser::signed_in("otto").await;
    let form = [
        ("commodity", "gas"),
        ("site", ""),
        ("price", "0,094"),
        ("currency", "eur"),
        ("unit", "kWh"),
        ("from", "2026-01-01"),
    ];
    browser.submit("/prices", &form).await.shows("All sites");
    let unclear = [
        ("commodity", "gas"),
        ("price", "0"),
        ("currency", "EUR"),
        ("unit", "kWh"),
        ("from", "2026-01-01"),
    ];
    browser.submit("/prices", &unclear).await.shows("Nothing was stored");
    browser.submit("/prices/1/withdraw", &[]).await.shows("No prices are set.");
}

#[tokio::test]
async fn another_number_of_false_alarms_is_tried_before_it_is_accepted() {
    let mut browser = Browser::signed_in("vera").await;
    execute(
        &browser,
        "update baseline b set words = words || '{spike,drop}', kind = m.kind, excess_cost = m.cost, currency = 'EUR'
         from (
             select meter_id, array_agg(case when o > e then 3 else 4 end order by place) as kind,
                    array_agg((o - e) * 0.2 order by place) as cost
             from baseline, unnest(observed, expected) with ordinality as m (o, e, place) group by meter_id
         ) m where m.meter_id = b.meter_id",
    )
    .await;
    let page = browser.get("/detection?try=2").await;
    page.shows("With 2 over the stored history");
    page.shows("Administrators accept another number.");
    browser.get("/detection?try=99").await.shows("99 cannot be kept");
    dashboard::users::add(
        &browser.pool,
        "ada",
        crate::seed::PASSWORD,
        dashboard::views::Role::Admin,
        crate::seed::now(),
    )
    .await
    .expect("an administrator");
    browser.sign_in("ada").await;
    browser.get("/detection?try=2").await.shows("Accept 2");
    let form = [("budget", "2"), ("note", "we want to see more")];
    let page = browser.submit("/detection", &form).await;
    page.shows("The number is set.");
    page.shows("we want to see more");
    page.shows("by ada");
}

#[tokio::test]
async fn verdicts_give_the_precision_of_a_rule() {
    let browser = Browser::signed_in("otto").await;
    execute(
        &browser,
        "update alert set state = 'resolved', resolved_at = now(),
             verdict = case when alert_id % 2 = 0 then 'waste' else 'false_alarm' end where kind = 'step'",
    )
    .await;
    let page = browser.get("/detection").await;
    page.shows("Lasting step");
    page.shows("%</td>");
}

#[tokio::test]
async fn a_meter_is_confirmed_closed_and_reopened() {
    let browser = Browser::signed_in("otto").await;
    browser.get("/meters/29").await.shows("not yet confirmed by a person");
    browser.submit("/meters/29/confirm", &[]).await.shows("The meter is confirmed.");
    browser.get("/meters/29").await.hides("not yet confirmed by a person");
    browser.submit("/meters/29/close", &[("on", "2026-06-01")]).await.shows("closed on");
    browser.submit("/meters/29/close", &[("on", "")]).await.shows("in use again");
}

#[tokio::test]
async fn a_finding_about_many_names_its_members() {
    let browser = Browser::signed_in("otto").await;
    execute(
        &browser,
        "insert into alert (fingerprint, subject, commodity, kind, severity, state, period_start, period_end,
             observed, expected, lower, upper, unit, excess, cost, currency, reason, opened_at, updated_at)
         values ('portfolio:gas', '9 of 10 gas meters', 'gas', 'portfolio', 'high', 'open', '2026-06-01', '2026-07-01',
             300, 200, 180, 220, 'kWh', 100, 90000, 'EUR', 'All moved.', now(), now())",
    )
    .await;
    execute(
        &browser,
        "insert into alert_member (alert_id, meter_id, observed, expected, cost, currency)
         select (select max(alert_id) from alert), meter_id, 30, 20, 900, 'EUR' from meter where commodity = 'gas' limit 9",
    )
    .await;
    let list = browser.get("/alerts?commodity=gas").await;
    list.shows("9 of 10 gas meters");
    let page = browser.get(&list.first_alert()).await;
    page.shows("The 9 meters");
    page.shows("They have no alerts of their own for this");
    page.hides("Keep it as a known event");
    let sites = "select count(distinct site_id) from meter join alert_member using (meter_id)";
    let at_sites =
        "select count(*) from alert_at_site join alert using (alert_id) where kind = 'portfolio'";
    assert_eq!(count(&browser, at_sites).await, count(&browser, sites).await);
    let money = "select sum(o.cost)::bigint from alert_at_site o join alert using (alert_id) where kind = 'portfolio'";
    assert_eq!(count(&browser, money).await, 9 * 900, "each member costs at its own site");
    let member = "select min(site_id) from meter join alert_member using (meter_id)";
    let site = count(&browser, member).await;
    browser.get(&format!("/alerts?site={site}")).await.shows("9 of 10 gas meters");
    let other = "select max(s.site_id) from site s where not exists (
        select from meter join alert_member using (meter_id) where site_id = s.site_id)";
    let other = count(&browser, other).await;
    browser.get(&format!("/alerts?site={other}")).await.hides("9 of 10 gas meters");
    sqlx::query("update site set counts_as = $1 where site_id = $2")
        .bind(other)
        .bind(site)
        .execute(&browser.pool)
        .await
        .expect("merges");
    browser.get(&format!("/alerts?site={other}")).await.shows("9 of 10 gas meters");
}

#[tokio::test]
async fn hours_and_stations_are_shown_where_they_belong() {
    let browser = Browser::signed_in("otto").await;
    execute(
        &browser,
        "insert into interval_month values (1, '2026-06-01', 30, 1680, 1.25, 0.14, 60, 40, null)",
    )
    .await;
    let page = browser.get("/meters/1").await;
    page.shows("By days and hours");
    page.shows("67 % of a working day");
    execute(
        &browser,
        "insert into weather_station (name, name_key, created_at) values ('Harbour', 'harbour', now())",
    )
    .await;
    browser.get("/sites/1").await.shows("Weather station");
    browser
        .submit("/sites/1/station", &[("station", "1")])
        .await
        .shows("The weather station is kept");
    assert_eq!(count(&browser, "select count(*) from site where station_id = 1").await, 1);
    assert_eq!(
        browser.post("/sites/1/station", &[("station", "9")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn holidays_are_chosen_for_a_site_or_for_all() {
    let browser = Browser::signed_in("otto").await;
    execute(&browser, "update site set time_zone = 'UTC' where site_id = 1").await;
    browser.get("/sites/1").await.shows("None: its time zone tells no country");
    execute(&browser, "update site set time_zone = 'Europe/Vienna' where site_id = 1").await;
    browser.get("/sites/1").await.shows("By its time zone: Austria");
    browser
        .submit("/sites/1/holidays", &[("country", "IT")])
        .await
        .shows("The holidays are kept; the next analysis uses them.");
    assert_eq!(count(&browser, "select count(*) from site where holidays = 'IT'").await, 1);
    browser
        .submit("/sites/1/holidays", &[("country", "FR"), ("everywhere", "1")])
        .await
        .shows("kept for all sites");
    assert_eq!(
        count(&browser, "select count(*) from site where holidays is distinct from 'FR'").await,
        0
    );
    browser.submit("/sites/1/holidays", &[("country", "")]).await.shows("The holidays are kept");
    assert_eq!(count(&browser, "select count(*) from site where holidays is null").await, 1);
    for (address, country) in [("/sites/1/holidays", "XX"), ("/sites/999/holidays", "FR")] {
        let answer = browser.post(address, &[("country", country)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address} {country}");
    }
}

#[tokio::test]
async fn a_meter_says_how_well_it_is_known_and_why_not_better() {
    let browser = Browser::signed_in("otto").await;
    browser.get("/meters/1").await.hides("How well it is known");
    execute(
        &browser,
        "insert into baseline_standing values
             (1, 'seasonal', 'No outdoor temperature is known, so there is no model of degree days.', 0.142, -0.013, 12,
              '1', now()),
             (3, 'level', 'There are 7 months of history; 12 are needed for a season of its own.', null, null, 2, '1', now())",
    )
    .await;
    let page = browser.get("/meters/1").await;
    page.shows("How well it is known");
    page.shows("level and season are the meter");
    page.shows("No outdoor temperature is known");
    page.shows("12 normal months");
    page.shows("off by 14 % of the mean use (CV(RMSE)), and by \u{2212}1 % on the whole (NMBE)");
    let page = browser.get("/meters/3").await;
    page.shows("12 are needed for a season of its own");
    page.shows("too few judged months");
}
