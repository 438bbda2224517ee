use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use dashboard::users::{self, UserError};
use dashboard::views::Role;
use jiff::{SignedDuration, Timestamp};
use migrations::testing::TestDatabase;

use crate::browser::{Browser, encoded};
use crate::seed;

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_comes_back() {
    let mut browser = Browser::new().await;
    let page = browser.get("/alerts?kind=leak").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.header("location"), "/sign-in?next=%2Falerts%3Fkind%3Dleak");
    let form = browser.get(page.header("location")).await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(form.field("next"), "/alerts?kind=leak");
    browser.sign_in("otto").await;
    assert_eq!(browser.get("/alerts").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_only_its_digest_is_stored() {
    let browser = Browser::new().await;
    let page = browser.post("/sign-in", &[("name", "OTTO"), ("password", seed::PASSWORD)]).await;
    let cookie = page.header("set-cookie").to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let token = cookie.split(['=', ';']).nth(1).expect("a token").to_owned();
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select token_digest from session")
        .fetch_all(&browser.pool)
        .await
        .expect("sessions");
    assert_eq!(stored.len(), 1);
    assert_ne!(stored[0], token.as_bytes());
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let browser = Browser::new().await;
    let wrong = [("name", "otto"), ("password", "not the right sentence")];
    let unknown = [("name", "nobody"), ("password", "not the right sentence")];
    let (wrong, unknown) =
        (browser.post("/sign-in", &wrong).await, browser.post("/sign-in", &unknown).await);
    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    wrong.shows("The name and the password do not belong together.");
    unknown.shows("The name and the password do not belong together.");
}

static SECONDS: AtomicI64 = AtomicI64::new(0);

fn moving_clock() -> Timestamp {
    seed::now() + SignedDuration::from_secs(SECONDS.load(Ordering::SeqCst))
}

/// One test for all that depends on the time, since the clock above is one.
#[tokio::test]
async fn failures_make_wait_and_sessions_end() {
    let database = TestDatabase::new().await;
    seed::fill(&database.pool).await;
    let mut browser = Browser::over(database.pool, moving_clock);
    let wrong = [("name", "otto"), ("password", "not the right sentence")];
    let right = [("name", "otto"), ("password", seed::PASSWORD)];
    for (seconds, status) in [
        (0, StatusCode::UNAUTHORIZED),
        (0, StatusCode::TOO_MANY_REQUESTS),
        (2, StatusCode::UNAUTHORIZED),
        (3, StatusCode::TOO_MANY_REQUESTS),
        (4, StatusCode::UNAUTHORIZED),
        (7, StatusCode::TOO_MANY_REQUESTS),
    ] {
        SECONDS.store(seconds, Ordering::SeqCst);
        assert_eq!(browser.post("/sign-in", &wrong).await.status, status, "after {seconds} s");
    }
    // Even the right password waits, or the wait would tell that it is right.
    let page = browser.post("/sign-in", &right).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.header("retry-after").parse::<i64>().expect("seconds") > 0);
    // Another account from the same address is not held up.
    assert_eq!(
        browser.post("/sign-in", &[("name", "vera"), ("password", seed::PASSWORD)]).await.status,
        StatusCode::SEE_OTHER
    );

    SECONDS.store(100, Ordering::SeqCst);
    browser.sign_in("otto").await;
    let minutes = |count: i64| SECONDS.store(100 + 60 * count, Ordering::SeqCst);
    // Used every twenty minutes it lasts the working day, and not longer.
    for twenty in 1..24 {
        minutes(20 * twenty);
        assert_eq!(browser.get("/sites").await.status, StatusCode::OK, "{twenty}");
    }
    minutes(8 * 60);
    assert_eq!(browser.get("/sites").await.status, StatusCode::SEE_OTHER);
    // Left alone it ends after half an hour.
    browser.sign_in("otto").await;
    minutes(8 * 60 + 31);
    assert_eq!(browser.get("/sites").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_server() {
    let browser = Browser::signed_in("otto").await;
    let page = browser.post("/sign-out", &[]).await;
    assert_eq!(page.header("location"), "/sign-in");
    assert!(page.header("set-cookie").contains("Max-Age=0"));
    // The old cookie opens nothing any more.
    assert_eq!(browser.get("/alerts").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_site_cannot_send_our_forms() {
    let browser = Browser::new().await;
    let form = [("name", "otto"), ("password", seed::PASSWORD)];
    let with = |name: &str, value: &str| {
        let request = browser.request("POST", "/sign-in").header(name, value);
        browser.send(request.body(encoded(&form)).expect("a request"))
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("x-nothing", "said"),
    ] {
        let page = with(name, value).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}");
        page.shows("did not come from a page of meterwatch");
    }
    assert_eq!(with("origin", "http://here:8080").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn users_are_added_changed_listed_and_removed() {
    let mut browser = Browser::signed_in("otto").await;
    let pool = browser.pool.clone();
    let add = |name: &'static str, password: &'static str| {
        let pool = pool.clone();
        async move { users::add(&pool, name, password, Role::Admin, seed::now()).await }
    };
    assert!(matches!(add("ida", "too short").await, Err(UserError::UnusablePassword)));
    assert!(matches!(add(" ", seed::PASSWORD).await, Err(UserError::UnusableName)));
    assert!(matches!(add("MeterWatch", seed::PASSWORD).await, Err(UserError::ReservedName)));
    assert!(matches!(add("Otto", seed::PASSWORD).await, Err(UserError::Exists(_))));
    add("ida", seed::PASSWORD).await.expect("a new user");
    let names: Vec<_> = users::list(&pool)
        .await
        .expect("a list")
        .into_iter()
        .map(|user| (user.name, user.role))
        .collect();
    let expected = [("ida", Role::Admin), ("otto", Role::Operator), ("vera", Role::Viewer)];
    assert_eq!(names, expected.map(|(name, role)| (name.to_owned(), role)));

    users::set_password(&pool, "otto", "quite another sentence").await.expect("a new password");
    assert_eq!(browser.get("/alerts").await.status, StatusCode::SEE_OTHER, "the session ended");
    let old = browser.post("/sign-in", &[("name", "otto"), ("password", seed::PASSWORD)]).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);

    browser.sign_in("ida").await;
    users::remove(&pool, "ida").await.expect("removed");
    assert_eq!(browser.get("/alerts").await.status, StatusCode::SEE_OTHER);
    assert!(matches!(users::remove(&pool, "ida").await, Err(UserError::Unknown(_))));
}

#[tokio::test]
async fn the_sign_in_page_tells_how_to_add_the_first_user() {
    let database = TestDatabase::new().await;
    let browser = Browser::over(database.pool, seed::now);
    browser.get("/sign-in").await.shows("meterwatch user add NAME --role admin");
}
