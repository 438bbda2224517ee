use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dashboard::server::{Options, router};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::browser::{Browser, encoded};
use crate::seed;

#[tokio::test]
async fn every_page_forbids_what_it_does_not_need() {
    let browser = Browser::signed_in("vera").await;
    for address in ["/alerts", "/sites", "/arrivals", "/nothing-here"] {
        let page = browser.get(address).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'nonce-"),
            "{address}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("strict-transport-security"), "");
        // The policy would take it away in the browser.
        page.hides(" style=\"");
        page.hides(" onclick=");
        // A browser shows a comment inside the title as text.
        let title = String::from_utf8_lossy(&page.bytes).replace('\n', " ");
        let title = title.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        assert!(title.is_some_and(|title| !title.contains('<')), "{title:?}");
    }
}

#[tokio::test]
async fn nonces_differ_from_page_to_page() {
    let browser = Browser::signed_in("vera").await;
    let (first, second) = (browser.get("/sites").await, browser.get("/sites").await);
    assert_ne!(first.header("content-security-policy"), second.header("content-security-policy"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_come_compressed() {
    let browser = Browser::new().await;
    let page = browser.get("/sign-in").await.text();
    let rest = page.split("href=\"/assets/dashboard.").nth(1).expect("the style");
    let address = format!("/assets/dashboard.{}", rest.split('"').next().expect("its end"));
    let request = browser.request("GET", &address).header("accept-encoding", "gzip, br");
    let packed = browser.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(packed.header("content-encoding"), "br");
    assert_eq!(packed.header("cache-control"), "public, max-age=31536000, immutable");
    let plain = browser.get(&address).await;
    assert_eq!(plain.header("content-type"), "text/css; charset=utf-8");
    plain.shows("--accent");
    assert!(packed.bytes.len() * 3 < plain.bytes.len());
    assert_eq!(browser.get("/assets/other.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_and_the_forwarded_address_counts() {
    let database = migrations::testing::TestDatabase::new().await;
    seed::fill(&database.pool).await;
    let plain = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), seed::now);
    let options = Options { behind_https_proxy: true, ..plain };
    let site = router(database.pool.clone(), options);
    let sign_in = |password: &'static str| {
        let request = Request::post("/sign-in")
            .header("host", "here")
            .header("origin", "https://here")
            .header("x-forwarded-for", "198.51.100.9, 203.0.113.7");
        let form = encoded(&[("name", "otto"), ("password", password)]);
        site.clone().oneshot(request.body(form).expect("a request"))
    };
    let answer = sign_in(seed::PASSWORD).await.expect("an answer");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let refused = sign_in("not the right sentence").await.expect("an answer");
    refused.into_body().collect().await.expect("a body");
    let subjects: Vec<String> =
        sqlx::query_scalar("select subject from sign_in_failure order by subject")
            .fetch_all(&database.pool)
            .await
            .expect("the failures");
    // The entry that our own proxy has added; what stands before it anybody can write.
    assert_eq!(subjects, ["account otto", "address 203.0.113.7"]);
}

#[tokio::test]
async fn the_theme_is_remembered_without_a_script() {
    let browser = Browser::signed_in("vera").await;
    let answer =
        browser.post("/theme", &[("theme", "dark"), ("back", "//evil.example/alerts")]).await;
    assert_eq!(answer.header("location"), "/");
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("theme=dark; Path=/; Max-Age="), "{cookie}");
    let request = browser.beside().request("GET", "/sign-in").header("cookie", "theme=dark");
    let page = browser.send(request.body(Body::empty()).expect("a request")).await;
    page.shows("data-theme=\"dark\"");
}
