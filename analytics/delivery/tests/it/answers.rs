//! Receivers that misbehave, each in its own way.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use delivery::list;
use jiff::SignedDuration;

use crate::fixture::Fixture;
use crate::receiver::{Receiver, raw};

/// Sends one event to `url` and returns the delivery's state, last status and last error.
async fn outcome(fixture: &Fixture, url: &str) -> (String, Option<i32>, String) {
    let relay = fixture.relay(&[fixture.endpoint("ops", url)]).await;
    fixture.enqueue(1, "alert.opened").await;
    relay.run_once(&fixture.ambient()).await.expect("ran");
    let delivery = list::deliveries(&fixture.pool, None, 1).await.expect("listed").remove(0);
    (delivery.state, delivery.last_status, delivery.last_error.unwrap_or_default())
}

async fn kept_answer(fixture: &Fixture) -> String {
    let delivery = list::deliveries(&fixture.pool, None, 1).await.expect("listed").remove(0);
    let attempts = list::attempts(&fixture.pool, delivery.delivery_id).await.expect("listed");
    attempts.into_iter().next_back().and_then(|attempt| attempt.response).unwrap_or_default()
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let fixture = Fixture::new().await;
    let elsewhere = Receiver::always(200).await;
    let target = elsewhere.url.clone();
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let status = StatusCode::from_u16(status).expect("a status");
        let receiver = Receiver::start(move |_| {
            (status, [(header::LOCATION, target.clone())]).into_response()
        })
        .await;
        let (state, last_status, error) = outcome(&fixture, &receiver.url).await;
        assert_eq!((state.as_str(), last_status), ("pending", Some(i32::from(status.as_u16()))));
        assert!(error.contains("redirects are not followed"), "{error}");
        sqlx::query("truncate delivery_attempt, delivery, outbox")
            .execute(&fixture.pool)
            .await
            .expect("emptied");
    }
    assert_eq!(elsewhere.ids().len(), 0);
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up_in_time() {
    let fixture = Fixture::new().await;
    let (state, status, error) = outcome(&fixture, &raw(b"", 0, true).await).await;
    assert_eq!((state.as_str(), status), ("pending", None));
    assert!(error.starts_with("No answer came within"), "{error}");
}

#[tokio::test]
async fn a_broken_connection_is_told_as_such() {
    for (answer, times) in [(&b""[..], 0), (b"HTTP/1.1 20", 1), (b"SSH-2.0-OpenSSH_9.2\r\n", 1)] {
        let fixture = Fixture::new().await;
        let (state, status, error) = outcome(&fixture, &raw(answer, times, false).await).await;
        assert_eq!((state.as_str(), status), ("pending", None), "{answer:?}");
        assert!(error.starts_with("The connection broke"), "{error}");
    }
}

#[tokio::test]
async fn nobody_listening_and_no_encryption_are_failures_to_connect() {
    let fixture = Fixture::new().await;
    let plain = raw(b"HTTP/1.1 200 OK\r\n\r\n", 1, false).await;
    let encrypted = plain.replace("http:", "https:");
    let (state, status, error) = outcome(&fixture, &encrypted).await;
    assert_eq!((state.as_str(), status), ("pending", None));
    assert!(error.starts_with("No connection was made"), "{error}");

    let fixture = Fixture::new().await;
    let (state, status, error) = outcome(&fixture, "http://127.0.0.1:1/hook").await;
    assert_eq!((state.as_str(), status), ("pending", None));
    assert!(error.starts_with("No connection was made"), "{error}");
}

#[tokio::test]
async fn the_status_counts_even_if_the_body_never_ends() {
    let fixture = Fixture::new().await;
    let url = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nr\0", 1, true).await;
    let (state, status, _) = outcome(&fixture, &url).await;
    assert_eq!((state.as_str(), status), ("delivered", Some(200)));
    assert_eq!(kept_answer(&fixture).await, "r\u{FFFD}", "PostgreSQL takes no NUL");
}

#[tokio::test]
async fn of_an_oversized_answer_only_the_beginning_is_kept() {
    let fixture = Fixture::new().await;
    let receiver =
        Receiver::start(|_| (StatusCode::BAD_REQUEST, "x".repeat(20_000_000)).into_response());
    let (state, status, _) = outcome(&fixture, &receiver.await.url).await;
    assert_eq!((state.as_str(), status), ("pending", Some(400)));
    assert_eq!(kept_answer(&fixture).await, "x".repeat(4096));
}

#[tokio::test]
async fn a_busy_receiver_is_left_alone_for_all_its_events() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::start(|index| match index {
        0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "120")]).into_response(),
        _ => StatusCode::OK.into_response(),
    })
    .await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    fixture.enqueue(1, "alert.opened").await;
    let ambient = fixture.ambient();
    relay.run_once(&ambient).await.expect("ran");

    let other = fixture.alert("another").await;
    fixture.enqueue(other, "alert.opened").await;
    fixture.advance(SignedDuration::from_secs(119));
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!(receiver.ids().len(), 1, "it asked for two minutes");
    fixture.advance(SignedDuration::from_secs(1));
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!((receiver.ids().len(), fixture.count("delivered").await), (3, 2));
}
