//! What is sent, when it is sent again, and when it is given up.

use delivery::{RelayReport, Replay, list, replay};
use jiff::SignedDuration;

use crate::fixture::Fixture;
use crate::receiver::Receiver;

fn report(delivered: u64, retrying: u64, dead: u64) -> RelayReport {
    RelayReport { delivered, retrying, dead, ..RelayReport::default() }
}

#[tokio::test]
async fn an_event_arrives_once_signed_and_whole() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::always(204).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    let event = fixture.enqueue(1, "alert.opened").await;

    assert_eq!(relay.run_once(&fixture.ambient()).await.expect("ran"), report(1, 0, 0));
    assert_eq!(relay.run_once(&fixture.ambient()).await.expect("ran"), report(0, 0, 0));

    let requests = receiver.received();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].id, event.to_string());
    assert_eq!(requests[0].timestamp, fixture.now().as_second());
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).expect("JSON");
    assert_eq!(body["type"], "alert.opened");
    assert_eq!(body["data"]["reason"], "Twice the usual – “água”.");

    let deliveries = list::deliveries(&fixture.pool, None, 10).await.expect("listed");
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].state, "delivered");
    assert_eq!(deliveries[0].delivered_at, Some(fixture.now()));
    assert!(deliveries[0].alert.starts_with("AL-"), "{}", deliveries[0].alert);
}

#[tokio::test]
async fn a_failure_is_retried_under_the_same_id_with_a_new_signature() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[500, 503]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    fixture.enqueue(1, "alert.opened").await;

    let ambient = fixture.ambient();
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(0, 1, 0));
    fixture.advance(SignedDuration::from_secs(4));
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(0, 0, 0), "too early");
    fixture.advance(SignedDuration::from_secs(1));
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(0, 1, 0));
    fixture.advance(SignedDuration::from_mins(5));
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(1, 0, 0));

    let requests = receiver.received();
    assert_eq!(requests.len(), 3);
    for later in &requests[1..] {
        assert_eq!((&later.id, &later.body), (&requests[0].id, &requests[0].body));
        assert!(later.timestamp > requests[0].timestamp);
        assert_ne!(later.signature, requests[0].signature);
    }
    let delivery = list::deliveries(&fixture.pool, None, 1).await.expect("listed").remove(0);
    let attempts = list::attempts(&fixture.pool, delivery.delivery_id).await.expect("listed");
    let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(503), Some(200)]);
    assert!(attempts[0].error.is_some() && attempts[2].error.is_none());
}

#[tokio::test]
async fn the_whole_schedule_ends_in_the_dead_letters() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[500; 10]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    let event = fixture.enqueue(1, "alert.opened").await;
    let start = fixture.now();

    let ambient = fixture.ambient();
    let mut last = start;
    while fixture.count("pending").await == 1 {
        let before = receiver.ids().len();
        relay.run_once(&ambient).await.expect("ran");
        if receiver.ids().len() > before {
            last = fixture.now();
        }
        let waiting = list::deliveries(&fixture.pool, Some("pending"), 1).await.expect("listed");
        if let Some(next) = waiting.first() {
            fixture.advance(next.next_attempt_at.duration_since(fixture.now()));
        }
    }
    assert_eq!(receiver.ids().len(), 10);
    let span = SignedDuration::from_hours(75) + SignedDuration::from_secs(35 * 60 + 5);
    assert_eq!(last.duration_since(start), span);
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(0, 0, 0), "dead is dead");

    let replayed = replay(&fixture.pool, &Replay::AllDead, fixture.now()).await.expect("replayed");
    assert_eq!(replayed, 1);
    assert_eq!(relay.run_once(&ambient).await.expect("ran"), report(1, 0, 0));
    assert_eq!(receiver.ids(), vec![event.to_string(); 11]);
}

#[tokio::test]
async fn a_replay_reaches_what_it_names_and_nothing_else() {
    let fixture = Fixture::new().await;
    let (one, two) = (Receiver::always(200).await, Receiver::always(200).await);
    let endpoints = [fixture.endpoint("one", &one.url), fixture.endpoint("two", &two.url)];
    let relay = fixture.relay(&endpoints).await;
    let event = fixture.enqueue(1, "alert.opened").await;
    let ambient = fixture.ambient();
    relay.run_once(&ambient).await.expect("ran");

    let now = fixture.now();
    for nothing in [Replay::AllDead, Replay::Endpoint("one".to_owned())] {
        assert_eq!(replay(&fixture.pool, &nothing, now).await.expect("ran"), 0, "nothing is dead");
    }
    assert_eq!(replay(&fixture.pool, &Replay::Event(event), now).await.expect("ran"), 2);
    relay.run_once(&ambient).await.expect("ran");
    let deliveries = list::deliveries(&fixture.pool, None, 10).await.expect("listed");
    let to_one = deliveries.iter().find(|delivery| delivery.endpoint == "one").expect("there");
    let single = Replay::Delivery(alerts::DeliveryId::new(to_one.delivery_id));
    assert_eq!(replay(&fixture.pool, &single, now).await.expect("ran"), 1);
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!((one.ids().len(), two.ids().len()), (3, 2));
}

#[tokio::test]
async fn the_events_of_one_alert_keep_their_order() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[500]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    let opened = fixture.enqueue(1, "alert.opened").await;
    let acknowledged = fixture.enqueue(1, "alert.acknowledged").await;
    let other_alert = fixture.alert("another").await;

    let ambient = fixture.ambient();
    relay.run_once(&ambient).await.expect("ran");
    let other = fixture.enqueue(other_alert, "alert.opened").await;
    relay.run_once(&ambient).await.expect("ran");
    fixture.advance(SignedDuration::from_secs(5));
    relay.run_once(&ambient).await.expect("ran");

    let expected = [opened, other, opened, acknowledged].map(|id| id.to_string());
    assert_eq!(receiver.ids(), expected, "the acknowledgement waits, another alert does not");
}
