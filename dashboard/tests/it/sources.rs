//! The page of sources: how they fare, files handed in by hand, stored files read again.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::browser::{Browser, Page};

const FILE: &str = "Site,Meter\nHall,\"a--b\"\n";

async fn hand_in(browser: &Browser, name: &str, content: &str) -> Page {
    let body = format!(
        "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n{content}\r\n--mark--\r\n"
    );
    let request = browser
        .request("POST", "/sources/upload")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=mark");
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

async fn failing_source(browser: &Browser) {
    sqlx::raw_sql(
        "insert into source_state (source, kind, place, last_attempt_at, last_success_at, failing_since, failures,
             next_attempt_at, waits_for_person, trouble_code, trouble_sentence, trouble_remedy)
         values ('shared', 'graph', 'meters@contoso.example/inbox', '2026-07-06 08:00Z', '2026-07-04 08:00Z',
             '2026-07-05 08:00Z', 3, '2026-07-06 14:00Z', true, 'no_consent',
             'the application may not read this mailbox', 'an administrator must grant consent');
         insert into source_item values
             ('shared', 'inbox;A1', '', 'given_up', 'it is larger than 64 MiB', sha256('x'), '2026-07-05 08:00Z'),
             ('shared', 'inbox;A2', '', 'passed_over', 'The rules pass it over.', sha256('x'), '2026-07-05 08:00Z')",
    )
    .execute(&browser.pool)
    .await
    .expect("a source that fails");
}

#[tokio::test]
async fn a_source_that_fails_says_why_and_is_tried_again_on_request() {
    let browser = Browser::signed_in("otto").await;
    failing_source(&browser).await;
    let page = browser.get("/sources").await;
    page.shows("Waits for a person");
    page.shows("the application may not read this mailbox");
    page.shows("an administrator must grant consent");
    page.shows("inbox;A1");
    let page = browser.submit("/sources/retry", &[("source", "shared")]).await;
    page.shows("The source is tried with the next pass.");
    page.shows("Tried with the next pass");
    page.hides("inbox;A1");
    browser
        .submit("/sources/retry", &[("source", "nobody")])
        .await
        .shows("There is no such source");
}

#[tokio::test]
async fn a_file_is_handed_in_and_waits_for_the_worker() {
    let browser = Browser::signed_in("otto").await;
    let answer = hand_in(&browser, "C:\\bills\\März.csv", FILE).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/sources?done=upload")
    );
    let page = browser.get(answer.header("location")).await;
    page.shows("März.csv");
    page.shows("waits for the worker");
    let (content, by): (Vec<u8>, String) =
        sqlx::query_as("select content, uploaded_by from upload")
            .fetch_one(&browser.pool)
            .await
            .expect("one");
    assert_eq!((content.as_slice(), by.as_str()), (FILE.as_bytes(), "otto"));
    let empty = hand_in(&browser, "", "").await;
    assert_eq!(empty.header("location"), "/sources?done=no-file");
    // Larger than any other form.
    assert_eq!(
        hand_in(&browser, "a.csv", &"x".repeat(3 << 20)).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_file_of_which_nothing_was_taken_is_read_again_on_request() {
    let browser = Browser::signed_in("otto").await;
    let id: i64 = sqlx::query_scalar(
        "select attachment_id from attachment where outcome = 'quarantined' limit 1",
    )
    .fetch_one(&browser.pool)
    .await
    .expect("one in quarantine");
    browser.get(&format!("/arrivals/attachments/{id}")).await.shows("Read again");
    for _ in 0..2 {
        let page = browser.submit(&format!("/arrivals/attachments/{id}/reread"), &[]).await;
        page.shows("read again from what is stored");
    }
    let wishes: Vec<(i64, String)> =
        sqlx::query_as("select attachment_id, wished_by from reread_wish")
            .fetch_all(&browser.pool)
            .await
            .expect("reads");
    assert_eq!(wishes, [(id, "otto".to_owned())], "asked twice, wished once");
    let unknown = browser.post("/arrivals/attachments/999999/reread", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn viewers_see_and_ask_nothing() {
    let browser = Browser::signed_in("vera").await;
    failing_source(&browser).await;
    let page = browser.get("/sources").await;
    page.shows("Waits for a person");
    page.hides("Try again now");
    page.hides("type=\"file\"");
    assert_eq!(hand_in(&browser, "a.csv", "x").await.status, StatusCode::FORBIDDEN);
    let retry = browser.post("/sources/retry", &[("source", "shared")]).await;
    assert_eq!(retry.status, StatusCode::FORBIDDEN);
    assert_eq!(
        browser.post("/arrivals/attachments/1/reread", &[]).await.status,
        StatusCode::FORBIDDEN
    );
}
