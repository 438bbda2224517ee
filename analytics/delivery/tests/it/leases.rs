//! Claims: who may send, who may write down the end.

use std::collections::BTreeSet;
use std::time::Duration;

use delivery::answer::{Answer, Settlement};
use delivery::claim::{Claim, Settled, claim, settle};
use delivery::list;
use delivery::sender::Sender;
use jiff::SignedDuration;

use crate::fixture::{Fixture, OPTIONS};
use crate::receiver::Receiver;

const OK: Answer = Answer {
    status: Some(200),
    error: None,
    response: None,
    retry_after: None,
    duration: Duration::ZERO,
};

async fn claim_all(fixture: &Fixture) -> Vec<Claim> {
    claim(&fixture.pool, 1, fixture.now(), 100, OPTIONS.lease).await.expect("claimed")
}

#[tokio::test]
async fn many_relays_at_once_deliver_each_event_once() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::always(200).await;
    let endpoint = fixture.endpoint("ops", &receiver.url);
    let relay = fixture.relay(&[endpoint]).await;
    let mut expected = BTreeSet::new();
    for number in 0..60 {
        let alert = fixture.alert(&format!("number {number}")).await;
        expected.insert(fixture.enqueue(alert, "alert.opened").await.to_string());
        expected.insert(fixture.enqueue(alert, "alert.updated").await.to_string());
    }
    let ambient = fixture.ambient();
    let mut delivered = 0;
    // An event whose elder is on its way with another relay is left to the next pass.
    while delivered < expected.len() as u64 {
        let (a, b, c) = tokio::join!(
            relay.run_once(&ambient),
            relay.run_once(&ambient),
            relay.run_once(&ambient)
        );
        for report in [a, b, c] {
            let report = report.expect("ran");
            assert_eq!((report.retrying, report.dead, report.stale), (0, 0, 0));
            delivered += report.delivered;
        }
    }
    let ids = receiver.ids();
    assert_eq!(ids.len(), expected.len(), "none twice");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn a_crash_after_sending_means_a_repeat_under_the_same_id() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::always(200).await;
    let endpoint = fixture.endpoint("ops", &receiver.url);
    let relay = fixture.relay(std::slice::from_ref(&endpoint)).await;
    let event = fixture.enqueue(1, "alert.opened").await;

    // A relay that dies between sending and settling.
    let claimed = claim_all(&fixture).await;
    let sender = Sender::new(&endpoint, OPTIONS.timeout).expect("usable");
    let answer = sender.send(claimed[0].event_id, &claimed[0].body, fixture.now()).await;
    assert_eq!(answer.status, Some(200));
    drop((claimed, sender));

    let ambient = fixture.ambient();
    assert_eq!(relay.run_once(&ambient).await.expect("ran").delivered, 0, "the lease holds");
    fixture.expire_leases().await;
    assert_eq!(relay.run_once(&ambient).await.expect("ran").delivered, 1);
    assert_eq!(receiver.ids(), vec![event.to_string(); 2]);
    let delivery = list::deliveries(&fixture.pool, None, 1).await.expect("listed").remove(0);
    assert_eq!(delivery.attempts, 2);
    let attempts = list::attempts(&fixture.pool, delivery.delivery_id).await.expect("listed");
    assert_eq!(attempts.iter().map(|attempt| attempt.attempt).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_stale_lease_settles_nothing() {
    let fixture = Fixture::new().await;
    fixture.relay(&[fixture.endpoint("ops", "http://127.0.0.1:9/")]).await;
    fixture.enqueue(1, "alert.opened").await;

    let slow = claim_all(&fixture).await.remove(0);
    assert!(claim_all(&fixture).await.is_empty(), "a claim holds");
    fixture.expire_leases().await;
    let quick = claim_all(&fixture).await.remove(0);
    assert_ne!(slow.lease, quick.lease);

    let now = fixture.now();
    let late = settle(&fixture.pool, &slow, &OK, &Settlement::Dead, now, now).await;
    assert_eq!(late.expect("asked"), Settled::Stale);
    let delivery = list::deliveries(&fixture.pool, None, 1).await.expect("listed").remove(0);
    assert_eq!((delivery.state.as_str(), delivery.last_status), ("pending", None));
    assert!(
        list::attempts(&fixture.pool, delivery.delivery_id).await.expect("listed").is_empty(),
        "the late relay left no trace"
    );

    let settled = settle(&fixture.pool, &quick, &OK, &Settlement::Delivered, now, now).await;
    assert_eq!(settled.expect("asked"), Settled::Written { disabled: false });
    let again = settle(&fixture.pool, &quick, &OK, &Settlement::Dead, now, now).await;
    assert_eq!(again.expect("asked"), Settled::Stale, "a lease is good for one settlement");
    assert_eq!(fixture.count("delivered").await, 1);
}

#[tokio::test]
async fn nothing_is_claimed_before_it_is_due() {
    let fixture = Fixture::new().await;
    fixture.relay(&[fixture.endpoint("ops", "http://127.0.0.1:9/")]).await;
    fixture.enqueue(1, "alert.opened").await;
    fixture.advance(SignedDuration::from_secs(-1));
    assert!(claim_all(&fixture).await.is_empty());
    fixture.advance(SignedDuration::from_secs(1));
    assert_eq!(claim_all(&fixture).await.len(), 1);
}
