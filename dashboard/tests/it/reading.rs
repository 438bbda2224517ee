//! Every page shows the seeded facts to somebody who may only read, and without any script.

use axum::http::StatusCode;

use crate::browser::{Browser, Page};

async fn page(browser: &Browser, address: &str) -> Page {
    let page = browser.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.text());
    page
}

/// The address of the alert of this kind and site.
async fn address(browser: &Browser, search: &str) -> String {
    page(browser, &format!("/alerts?state=all&{search}")).await.first_alert()
}

#[tokio::test]
async fn the_list_shows_what_is_open_the_dearest_first() {
    let browser = Browser::signed_in("vera").await;
    let list = page(&browser, "/").await;
    assert_eq!(list.rows(), 12);
    list.shows("22,880 EUR");
    list.shows("in 12 alerts");
    list.shows("aria-sort=\"descending\"");
    list.shows("Last mail ");
    let text = list.text();
    let place = |name: &str| text.find(&format!(">{name}<")).expect("on the page");
    assert!(place("7,092 EUR") < place("4,435 EUR") && place("4,435 EUR") < place("3,979 EUR"));
    list.hides("2025 was far above");
}

#[tokio::test]
async fn filters_narrow_the_list_and_its_figures() {
    let browser = Browser::signed_in("vera").await;
    for (query, rows) in [
        ("severity=high", 3),
        ("kind=spike", 4),
        ("commodity=water", 4),
        ("state=acknowledged", 2),
        ("state=resolved", 1),
        ("state=all", 13),
        ("q=nordbad", 2),
        ("q=wa-1087", 1),
        ("q=never+comes+down", 1),
        ("severity=high&kind=spike", 1),
    ] {
        let list = page(&browser, &format!("/alerts?{query}")).await;
        assert_eq!(list.rows(), rows, "{query}");
        list.shows(&format!("in {rows} alert"));
    }
    // A percent sign is a sign to search for, not a pattern.
    page(&browser, "/alerts?q=%25").await.shows("No alert fits this filter.");
    let by_site = page(&browser, "/alerts?sort=site").await.text();
    let place = |name: &str| by_site.find(name).expect("on the page");
    assert!(place("Central Depot</") < place("Town Hall</"));
    by_site.contains("aria-sort=\"ascending\"").then_some(()).expect("the column says its order");
}

#[tokio::test]
async fn a_reference_finds_its_alert_whatever_its_state() {
    let browser = Browser::signed_in("vera").await;
    let resolved = page(&browser, "/alerts?state=resolved").await.first_alert();
    let reference = resolved.rsplit('/').next().expect("a reference");
    assert_eq!(page(&browser, &format!("/alerts?q={reference}")).await.rows(), 1);
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let browser = Browser::signed_in("vera").await;
    sqlx::raw_sql(
        "insert into alert (fingerprint, meter_id, kind, severity, state, period_start, period_end, observed,
             expected, lower, upper, unit, excess, reason, score, rung, model_version, opened_at, updated_at)
         select 'many ' || i, 1, 'spike', 'low', 'open', '2026-06-01', '2026-07-01', 2, 1, 0, 1, 'kWh', 1, 'r', 1,
             'seasonal', '1', '2026-07-06', '2026-07-06' from generate_series(1, 100) i",
    )
    .execute(&browser.pool)
    .await
    .expect("many alerts");
    let first = page(&browser, "/alerts").await;
    assert_eq!(first.rows(), 50);
    first.shows("1 – 50 of 112 alerts");
    first.shows("href=\"/alerts?page=2\"");
    let last = page(&browser, "/alerts?page=3").await;
    assert_eq!(last.rows(), 12);
    last.shows("101 – 112 of 112 alerts");
    assert_eq!(page(&browser, "/alerts?per=200").await.rows(), 112);
    assert_eq!(page(&browser, "/alerts?page=999").await.rows(), 0);
}

#[tokio::test]
async fn an_alert_says_what_came_what_was_expected_why_and_from_which_cell() {
    let browser = Browser::signed_in("vera").await;
    let alert = page(&browser, &address(&browser, "kind=step&severity=medium").await).await;
    for wanted in [
        "Sports Hall Linden",
        "WA-1120",
        "half as high again as before",
        "1,379 m³",
        "885 m³",
        "+56 %",
        "2,329 EUR",
        "4.72 EUR per m³",
        "12 months of history or more",
        "Own history",
        "never been so far from its season",
        "consumption-2026-06.xlsx",
        "Readings!F24",
        "Consumption report June 2026",
        "readings@stadtwerke.example",
        "opened",
        "<title id=\"chart-title\">WA-1120 at Sports Hall Linden, month by month</title>",
        "Jun 2026: 460 m³, expected 304 – Lasting step",
    ] {
        alert.shows(wanted);
    }
    alert.hides("Acknowledge</button>");
}

#[tokio::test]
async fn sites_and_meters_show_their_totals_and_their_readings() {
    let browser = Browser::signed_in("vera").await;
    let sites = page(&browser, "/sites").await;
    assert_eq!(sites.rows(), 10);
    sites.shows("10 sites with 30 meters");
    sites.shows("9,421 EUR");
    let site = page(&browser, "/sites/7").await;
    assert_eq!(site.rows(), 3);
    site.shows("2 alerts");
    site.shows("Europe/Berlin");

    let meter = page(&browser, "/meters/1").await;
    meter.shows("36 readings");
    meter.shows("Readings!F4");
    // What was corrected is kept: both values, both cells.
    meter.shows("Corrected");
    meter.shows("Blatt1!C1");
    meter.shows("Korrektur März 2026.xlsx");
    let overlapping = page(&browser, "/meters/5").await;
    overlapping.shows("overlaps May 2026 of the same meter");
    overlapping.shows("Say which of the two readings counts.");
    page(&browser, "/meters/29").await.shows("not yet confirmed by a person");
}

#[tokio::test]
async fn arrivals_account_for_every_row() {
    let browser = Browser::signed_in("vera").await;
    let list = page(&browser, "/arrivals").await;
    list.shows("40 mails");
    list.shows("48 rows = 40 accepted + 2 duplicate + 4 refused + 2 not data");
    list.shows("No file was in this mail.");
    let quarantine = page(&browser, "/arrivals?outcome=quarantined").await;
    quarantine.shows("1 mail");
    quarantine.shows("The workbook is protected by a password.");
    quarantine.hides("Corrected invoice");
    page(&browser, "/arrivals?q=korrektur").await.shows("Corrected invoice March 2026");
    page(&browser, "/arrivals?q=nothing-like-it").await.shows("No mail fits this search.");

    let mail = page(&browser, "/arrivals/mails/39").await;
    mail.shows("ends in the middle of a line");
    mail.shows("FW: water readings › readings.zip");
    mail.shows("INBOX;1;39");
    let file = page(&browser, "/arrivals/attachments/39").await;
    file.shows("Day and month could be exchanged in column Date: 03/04/2026.");
    file.shows("D15");
    file.shows("Ask the sender to repair the formula.");
    let held = page(&browser, "/arrivals/attachments/38").await;
    held.shows("Ask the sender for the file without a password.");
    let taken = page(&browser, "/arrivals/attachments/36").await;
    taken.shows("one row per reading");
    taken.shows("Meter no.");
    taken.shows("Harbour School · EL-1052");
}

#[tokio::test]
async fn an_empty_house_says_what_comes_next() {
    let browser = Browser::signed_in("vera").await;
    sqlx::raw_sql(
        "truncate message, attachment, reading, meter, site, alert, baseline restart identity cascade",
    )
    .execute(&browser.pool)
    .await
    .expect("emptied");
    page(&browser, "/alerts").await.shows("Nothing is open.");
    page(&browser, "/sites").await.shows("There is no site yet.");
    let arrivals = page(&browser, "/arrivals").await;
    arrivals.shows("No mail has come yet.");
}

#[tokio::test]
async fn a_part_alone_is_sent_to_an_island_that_asks() {
    let browser = Browser::signed_in("vera").await;
    let request = browser.request("GET", "/alerts?kind=spike").header("x-live", "1");
    let part = browser.send(request.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(part.header("x-live"), "1");
    assert!(part.text().starts_with("<main id=\"content\""), "{}", part.text());
    assert_eq!(part.rows(), 4);
    part.hides("<nav aria-label=\"Main\">");
    // Whose session has ended gets the way to the sign-in page, and that page whole.
    for address in ["/alerts", "/sign-in"] {
        let request = browser.beside().request("GET", address).header("x-live", "1");
        let page = browser.send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(page.header("x-live"), "", "{address}");
    }
}
