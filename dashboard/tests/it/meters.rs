//! Meters to confirm, merges and their undoing, and the page of runs.

use axum::http::StatusCode;

use crate::browser::Browser;

async fn counts_as(browser: &Browser, meter: i64) -> Option<i64> {
    sqlx::query_scalar("select counts_as from meter where meter_id = $1")
        .bind(meter)
        .fetch_one(&browser.pool)
        .await
        .expect("a meter")
}

#[tokio::test]
async fn a_new_meter_waits_until_a_person_confirms_it() {
    let browser = Browser::signed_in("otto").await;
    browser.get("/sites").await.shows("1 meter to confirm");
    let list = browser.get("/meters").await;
    list.shows("1 name was found in files and waits for a person");
    list.shows("href=\"/meters/29\"");
    list.shows("Confirm as it is");
    let done = browser.submit("/meters/confirm", &[("meter", "29")]).await;
    done.shows("Confirmed.");
    done.shows("No meter waits.");
    let by: Option<String> =
        sqlx::query_scalar("select confirmed_by from meter where meter_id = 29 and confirmed")
            .fetch_one(&browser.pool)
            .await
            .expect("confirmed");
    assert_eq!(by.as_deref(), Some("otto"));
    browser.get("/sites").await.hides("to confirm");
    browser.submit("/meters/confirm", &[]).await.shows("No meter was chosen.");
}

#[tokio::test]
async fn a_merge_is_offered_with_its_reason_and_can_be_undone() {
    let browser = Browser::signed_in("otto").await;
    sqlx::query(
        "insert into meter_suggestion values (29, 26, 1, 'States the same values for 9 periods.')",
    )
    .execute(&browser.pool)
    .await
    .expect("a suggestion");
    browser.get("/meters").await.shows("States the same values for 9 periods.");
    let form = [("what", "meter"), ("id", "29"), ("into", "26")];
    let merged = browser.submit("/meters/merge", &form).await;
    merged.shows("Merged.");
    merged.shows("Names that count as another");
    assert_eq!(counts_as(&browser, 29).await, Some(26));
    browser.get("/meters/29").await.shows("Its readings count as those of");
    browser.get("/meters/26").await.shows("Also named ");
    browser.submit("/meters/merge", &form).await.shows("undo that merge first");
    let undone = browser.submit("/meters/undo", &[("what", "meter"), ("id", "29")]).await;
    undone.shows("Undone.");
    undone.hides("Names that count as another");
    assert_eq!(counts_as(&browser, 29).await, None);
}

#[tokio::test]
async fn another_meter_or_site_is_found_by_its_name() {
    let browser = Browser::signed_in("otto").await;
    let choice = browser.get("/meters/29/identity?q=").await;
    choice.shows("Into a meter that counts the same");
    choice.shows("href=\"/meters/26\"");
    choice.hides("href=\"/meters/25\"");
    let unlike = [("what", "meter"), ("id", "29"), ("into", "25")];
    browser.submit("/meters/merge", &unlike).await.shows("cannot be one meter");
    let sites = [("what", "site"), ("id", "10"), ("into", "9")];
    browser.submit("/meters/merge", &sites).await.shows("Merged.");
    browser.get("/sites/9").await.shows("href=\"/meters/29\"");
    assert_eq!(browser.get("/sites/10").await.header("location"), "/sites/9");
    let undone = browser.submit("/meters/undo", &[("what", "site"), ("id", "10")]).await;
    undone.shows("Undone.");
    browser.get("/sites/10").await.shows("href=\"/meters/29\"");
}

#[tokio::test]
async fn viewers_see_and_do_not_decide() {
    let browser = Browser::signed_in("vera").await;
    let list = browser.get("/meters").await;
    list.shows("href=\"/meters/29\"");
    list.hides("Confirm as it is");
    for (address, form) in [
        ("/meters/confirm", &[("meter", "29")][..]),
        ("/meters/merge", &[("id", "29"), ("into", "26")][..]),
        ("/meters/undo", &[("id", "29")][..]),
        ("/jobs/run", &[("job", "poll")][..]),
    ] {
        assert_eq!(browser.post(address, form).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    assert_eq!(counts_as(&browser, 29).await, None);
}

#[tokio::test]
async fn runs_are_shown_and_one_can_be_asked_for() {
    let browser = Browser::signed_in("otto").await;
    browser.get("/jobs").await.shows("No worker has looked at the schedule yet.");
    sqlx::raw_sql(
        "insert into job values ('poll', '*/5 * * * *', 'Europe/Rome', '2026-07-06 09:05Z', '2026-07-06 08:59Z');
         insert into job_run values
             ('poll', '2026-07-06 08:55Z', 'a/1', '2026-07-06 08:55:01Z', '2026-07-06 08:55:04Z', 'ok', '2 new mails')",
    )
    .execute(&browser.pool)
    .await
    .expect("a run");
    let page = browser.get("/jobs").await;
    for part in ["*/5 * * * *", "Europe/Rome", "2 new mails", "3 s", "Run now"] {
        page.shows(part);
    }
    let asked = browser.submit("/jobs/run", &[("job", "poll")]).await;
    asked.shows("A worker begins the run within seconds.");
    asked.shows("asked for");
    browser.submit("/jobs/run", &[("job", "sweep")]).await.shows("There is no such job");
    let requests: Vec<(String, String)> =
        sqlx::query_as("select job, requested_by from job_request")
            .fetch_all(&browser.pool)
            .await
            .expect("requests");
    assert_eq!(requests, [("poll".to_owned(), "otto".to_owned())]);
}
