use axum::http::StatusCode;
use serde_json::Value;
use sqlx::Row;

use crate::browser::Browser;

const LEAK: &str = "state=all&kind=leak&severity=high";

/// The address of an alert and the revision that its page shows.
async fn open(browser: &Browser, search: &str) -> (String, String) {
    let address = browser.get(&format!("/alerts?{search}")).await.first_alert();
    let revision = browser.get(&address).await.field("revision");
    (address, revision)
}

async fn history(browser: &Browser) -> Vec<(String, String, String)> {
    let rows = sqlx::query(
        "select actor, action, comment from alert_history join alert using (alert_id)
         where kind = 'leak' and severity = 'high' order by history_id",
    )
    .fetch_all(&browser.pool)
    .await
    .expect("the history");
    rows.into_iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

async fn events(browser: &Browser) -> Vec<Value> {
    sqlx::query_scalar("select payload from outbox order by sequence")
        .fetch_all(&browser.pool)
        .await
        .expect("the outbox")
}

fn told(actor: &str, action: &str, comment: &str) -> (String, String, String) {
    (actor.to_owned(), action.to_owned(), comment.to_owned())
}

#[tokio::test]
async fn acknowledging_writes_the_history_and_the_event_and_can_be_undone() {
    let browser = Browser::signed_in("otto").await;
    let (address, revision) = open(&browser, LEAK).await;
    let form = [("revision", revision.as_str()), ("back", "/alerts?kind=leak&done=reopened&on=x")];
    let answer = browser.post(&format!("{address}/acknowledge"), &form).await;
    let reference = address.rsplit('/').next().expect("a reference");
    assert_eq!(
        answer.header("location"),
        format!("/alerts?kind=leak&done=acknowledged&on={reference}")
    );
    let list = browser.get(answer.header("location")).await;
    list.shows(&format!("{reference} is acknowledged."));
    list.shows(">Undo</button>");

    let expected = vec![told("meterwatch", "opened", ""), told("otto", "acknowledged", "")];
    assert_eq!(history(&browser).await, expected);
    let sent = events(&browser).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["type"], "alert.acknowledged");
    assert_eq!(sent[0]["timestamp"], "2026-07-06T09:00:00Z");
    let data = &sent[0]["data"];
    assert_eq!(data["reference"], reference);
    assert_eq!(data["state"], "acknowledged");
    assert_eq!(data["site"], "Harbour School");
    assert_eq!(data["sources"][0]["cell"], "F6");
    assert_eq!(data["sources"][0]["attachment"], "consumption-2026-06.xlsx");
    let waiting: i64 = sqlx::query_scalar("select count(*) from delivery where state = 'pending'")
        .fetch_one(&browser.pool)
        .await
        .expect("deliveries");
    assert_eq!(waiting, 1);

    let undo = browser.get(&address).await;
    undo.shows("Taken by otto.");
    let revision = undo.field("revision");
    let page = browser.submit(&format!("{address}/reopen"), &[("revision", &revision)]).await;
    page.shows("is open again.");
    page.shows("Nobody has taken this alert yet.");
    assert_eq!(events(&browser).await.len(), 2);
}

#[tokio::test]
async fn resolving_needs_a_verdict_and_keeps_the_comment() {
    let browser = Browser::signed_in("otto").await;
    let (address, revision) = open(&browser, LEAK).await;
    let resolve = format!("{address}/resolve");
    let page = browser.submit(&resolve, &[("revision", &revision), ("verdict", "")]).await;
    page.shows("Choose what you found out, then resolve.");
    assert_eq!(events(&browser).await, Vec::<Value>::new());

    let comment = "<b>Valve</b> closed & sealed";
    let form = [("revision", revision.as_str()), ("verdict", "waste"), ("comment", comment)];
    let page = browser.submit(&resolve, &form).await;
    page.shows("Closed: leak or waste.");
    page.shows("&lt;b&gt;Valve&lt;/b&gt; closed &amp; sealed");
    let expected = vec![told("meterwatch", "opened", ""), told("otto", "resolved", comment)];
    assert_eq!(history(&browser).await, expected);
    assert_eq!(events(&browser).await[0]["type"], "alert.resolved");
}

#[tokio::test]
async fn of_two_people_the_second_is_told_and_changes_nothing() {
    let first = Browser::signed_in("otto").await;
    let mut second = first.beside();
    second.sign_in("otto").await;
    let (address, revision) = open(&first, LEAK).await;
    first.submit(&format!("{address}/acknowledge"), &[("revision", &revision)]).await;
    let form = [("revision", revision.as_str()), ("verdict", "false_alarm")];
    let page = second.submit(&format!("{address}/resolve"), &form).await;
    page.shows("Somebody else has changed");
    page.shows("Taken by otto.");
    assert_eq!(history(&first).await.len(), 2);
    assert_eq!(events(&first).await.len(), 1);
}

#[tokio::test]
async fn history_and_event_are_one_transaction() {
    let browser = Browser::signed_in("otto").await;
    let (address, revision) = open(&browser, LEAK).await;
    sqlx::raw_sql(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
         create trigger refuse before insert on outbox for each row execute function refuse();",
    )
    .execute(&browser.pool)
    .await
    .expect("a trigger");
    let page = browser.post(&format!("{address}/acknowledge"), &[("revision", &revision)]).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    page.shows("Error number");
    page.hides("no room");
    assert_eq!(history(&browser).await, vec![told("meterwatch", "opened", "")]);
    browser.get(&address).await.shows("Nobody has taken this alert yet.");
}

#[tokio::test]
async fn a_problem_that_was_raised_anew_is_not_reopened() {
    let browser = Browser::signed_in("otto").await;
    let (address, revision) = open(&browser, LEAK).await;
    let form = [("revision", revision.as_str()), ("verdict", "known_event")];
    let page = browser.submit(&format!("{address}/resolve"), &form).await;
    let revision = page.field("revision");
    sqlx::raw_sql(
        "insert into alert (fingerprint, meter_id, kind, severity, state, period_start, period_end, observed, expected,
             lower, upper, unit, excess, reason, score, rung, model_version, opened_at, updated_at)
         select fingerprint, meter_id, kind, severity, 'open', period_start, period_end, observed, expected, lower,
             upper, unit, excess, reason, score, rung, model_version, opened_at, updated_at
         from alert where kind = 'leak' and severity = 'high'",
    )
    .execute(&browser.pool)
    .await
    .expect("raised anew");
    let page = browser.submit(&format!("{address}/reopen"), &[("revision", &revision)]).await;
    page.shows("the same problem has been raised anew");
}

#[tokio::test]
async fn comments_are_kept_and_not_announced() {
    let browser = Browser::signed_in("otto").await;
    let (address, revision) = open(&browser, LEAK).await;
    let comment = format!("{address}/comment");
    let page =
        browser.submit(&comment, &[("revision", &revision), ("comment", "Called them.")]).await;
    page.shows("Called them.");
    browser
        .submit(&comment, &[("revision", &revision), ("comment", "  ")])
        .await
        .shows("The comment was empty.");
    assert_eq!(history(&browser).await.len(), 2);
    assert_eq!(events(&browser).await, Vec::<Value>::new());
}

#[tokio::test]
async fn viewers_and_strangers_decide_nothing() {
    let viewer = Browser::signed_in("vera").await;
    let mut operator = viewer.beside();
    let stranger = viewer.beside();
    operator.sign_in("otto").await;
    let (address, revision) = open(&operator, LEAK).await;
    for action in ["acknowledge", "resolve", "reopen", "comment"] {
        let form = [("revision", revision.as_str()), ("verdict", "waste"), ("comment", "x")];
        let page = viewer.post(&format!("{address}/{action}"), &form).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{action}");
        page.shows("Ask an administrator for the role of an operator.");
        let page = stranger.post(&format!("{address}/{action}"), &form).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{action}");
        assert_eq!(page.header("location"), "/sign-in?next=%2F", "{action}");
    }
    assert_eq!(history(&operator).await.len(), 1);
    let list = viewer.get("/alerts").await;
    list.hides("Acknowledge</button>");
}
