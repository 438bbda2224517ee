//! Endpoints that come, go, are disabled and enabled, and do not disturb each other.

use delivery::{ConfigError, EndpointConfig, Relay, enable_endpoint, list, sync_endpoints};
use jiff::SignedDuration;
use tokio::sync::watch;

use crate::fixture::{Fixture, OPTIONS, SECRET};
use crate::receiver::{Receiver, raw};

#[tokio::test]
async fn gone_disables_the_endpoint_and_its_events_wait() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[410]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    fixture.enqueue(1, "alert.opened").await;

    let ambient = fixture.ambient();
    let report = relay.run_once(&ambient).await.expect("ran");
    assert_eq!(report.disabled, ["ops"]);
    let later = fixture.enqueue(1, "alert.updated").await;
    fixture.advance(SignedDuration::from_hours(48));
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!(receiver.ids().len(), 1, "nothing is sent to a disabled endpoint");

    let endpoint = list::endpoints(&fixture.pool).await.expect("listed").remove(0);
    assert_eq!((endpoint.enabled, endpoint.pending), (false, 2), "new events wait too");
    assert!(endpoint.disabled_reason.expect("a reason").contains("410"));

    let waiting = enable_endpoint(&fixture.pool, "ops", fixture.now()).await.expect("known");
    assert_eq!(waiting, 2);
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!(receiver.ids().len(), 3);
    assert_eq!(receiver.ids()[2], later.to_string());
    assert!(enable_endpoint(&fixture.pool, "nobody", fixture.now()).await.is_err());
}

#[tokio::test]
async fn five_days_without_a_success_disable_the_endpoint_and_its_events_wait() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[500; 6]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    fixture.enqueue(1, "alert.opened").await;
    let ambient = fixture.ambient();
    for day in 0..=5 {
        let report = relay.run_once(&ambient).await.expect("ran");
        assert_eq!((report.retrying, report.disabled.len()), (1, usize::from(day == 5)));
        fixture.advance(SignedDuration::from_hours(24));
    }
    relay.run_once(&ambient).await.expect("ran");
    assert_eq!(receiver.ids().len(), 6, "nothing is sent to a disabled endpoint");

    enable_endpoint(&fixture.pool, "ops", fixture.now()).await.expect("known");
    assert_eq!(relay.run_once(&ambient).await.expect("ran").delivered, 1);
    let endpoint = list::endpoints(&fixture.pool).await.expect("listed").remove(0);
    assert_eq!((endpoint.enabled, endpoint.first_failure_at), (true, None));
}

#[tokio::test]
async fn one_success_ends_the_count_of_failing_hours() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::answering(&[500, 200, 500, 500]).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    let ambient = fixture.ambient();
    for _ in 0..2 {
        fixture.enqueue(1, "alert.opened").await;
        relay.run_once(&ambient).await.expect("ran");
        fixture.advance(SignedDuration::from_hours(119));
        relay.run_once(&ambient).await.expect("ran");
    }
    let endpoint = list::endpoints(&fixture.pool).await.expect("listed").remove(0);
    assert!(endpoint.enabled, "{:?}", endpoint.disabled_reason);
    assert_eq!(receiver.ids().len(), 4);
}

#[tokio::test]
async fn an_endpoint_that_was_taken_out_gets_nothing() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::always(200).await;
    let ops = [fixture.endpoint("ops", &receiver.url)];
    let relay = fixture.relay(&ops).await;
    sync_endpoints(&fixture.pool, &[], fixture.now()).await.expect("stored");
    fixture.enqueue(1, "alert.opened").await;
    relay.run_once(&fixture.ambient()).await.expect("ran");
    assert_eq!(receiver.ids().len(), 0);

    sync_endpoints(&fixture.pool, &ops, fixture.now()).await.expect("stored");
    fixture.enqueue(1, "alert.updated").await;
    relay.run_once(&fixture.ambient()).await.expect("ran");
    assert_eq!(receiver.ids().len(), 1, "only what was written while it was configured");
}

#[tokio::test]
async fn a_new_address_enables_a_disabled_endpoint() {
    let fixture = Fixture::new().await;
    let (old, new) = (Receiver::always(410).await, Receiver::always(200).await);
    let relay = fixture.relay(&[fixture.endpoint("ops", &old.url)]).await;
    fixture.enqueue(1, "alert.opened").await;
    relay.run_once(&fixture.ambient()).await.expect("ran");
    fixture.relay(&[fixture.endpoint("ops", &old.url)]).await;
    assert!(!list::endpoints(&fixture.pool).await.expect("listed")[0].enabled, "the same address");

    let relay = fixture.relay(&[fixture.endpoint("ops", &new.url)]).await;
    relay.run_once(&fixture.ambient()).await.expect("ran");
    assert_eq!(new.ids().len(), 1);
}

#[tokio::test]
async fn one_that_hangs_holds_up_no_other() {
    let fixture = Fixture::new().await;
    let healthy = Receiver::always(200).await;
    let endpoints = [
        fixture.endpoint("hangs", &raw(b"", 0, true).await),
        fixture.endpoint("healthy", &healthy.url),
    ];
    sync_endpoints(&fixture.pool, &endpoints, fixture.now()).await.expect("stored");
    // The hanging request would outlast the whole test; the healthy endpoint gets one event after the other meanwhile.
    let patient = delivery::RelayOptions { timeout: std::time::Duration::from_mins(10), ..OPTIONS };
    let relay = Relay::new(fixture.pool.clone(), &endpoints, patient).expect("usable");
    let ambient = fixture.ambient();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { relay.run(&ambient, stopped).await });
    for count in 1..=5 {
        let alert = fixture.alert(&format!("number {count}")).await;
        fixture.enqueue(alert, "alert.opened").await;
        healthy.wait_for(count).await;
    }
    let hanging = "select count(*) from delivery join endpoint using (endpoint_id)
        where name = 'hangs' and state = 'pending' and attempts <= 1";
    let waiting: i64 = sqlx::query_scalar(hanging).fetch_one(&fixture.pool).await.expect("counted");
    assert_eq!((healthy.ids().len(), waiting), (5, 5));
    stop.send(true).expect("listening");
    running.abort();
}

#[tokio::test]
async fn a_relay_that_is_stopped_settles_what_is_on_its_way() {
    let fixture = Fixture::new().await;
    let receiver = Receiver::always(200).await;
    let relay = fixture.relay(&[fixture.endpoint("ops", &receiver.url)]).await;
    fixture.enqueue(1, "alert.opened").await;
    let ambient = fixture.ambient();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { relay.run(&ambient, stopped).await });
    receiver.wait_for(1).await;
    stop.send(true).expect("listening");
    running.await.expect("ended by itself");
    assert_eq!(fixture.count("delivered").await, 1);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    use reqwest::dns::Resolve;
    let name = "localhost".parse().expect("a name");
    let refused = delivery::resolver::PublicOnly.resolve(name).await.err().expect("refused");
    assert!(refused.to_string().contains("not a public address"), "{refused}");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_before_anything_is_stored() {
    let fixture = Fixture::new().await;
    let good = fixture.endpoint("ops", "http://127.0.0.1:9/");
    let inside =
        EndpointConfig { allow_private: false, url: "https://10.0.0.1/".into(), ..good.clone() };
    let unnamed = EndpointConfig { name: " ".into(), ..good.clone() };
    let no_file = EndpointConfig { secret_file: "/nowhere".into(), ..good.clone() };
    for (endpoints, what) in [
        (vec![good.clone(), good.clone()], "the same name twice"),
        (vec![good.clone(), inside], "inside the network"),
        (vec![unnamed], "no name"),
    ] {
        assert!(sync_endpoints(&fixture.pool, &endpoints, fixture.now()).await.is_err(), "{what}");
        assert!(Relay::new(fixture.pool.clone(), &endpoints, OPTIONS).is_err(), "{what}");
    }
    let refused = Relay::new(fixture.pool.clone(), &[no_file], OPTIONS);
    assert!(matches!(refused, Err(ConfigError::SecretFile { .. })));
    assert!(list::endpoints(&fixture.pool).await.expect("listed").is_empty());
}

#[test]
fn an_unknown_key_is_an_error() {
    let read = |text: &str| toml::from_str::<EndpointConfig>(text);
    let good = "name = 'ops'\nurl = 'https://example.org'\nsecret_file = 'hook.secret'\n";
    assert!(!read(good).expect("good").allow_private);
    assert!(read(&format!("{good}allow_privat = true")).is_err());
}

#[tokio::test]
async fn no_secret_shows_in_what_prints() {
    let fixture = Fixture::new().await;
    let relay = fixture.relay(&[fixture.endpoint("ops", "http://127.0.0.1:9/")]).await;
    let printed = format!("{relay:?} {relay:#?}");
    assert!(printed.contains("not shown"), "{printed}");
    assert!(!printed.contains(SECRET.trim_start_matches("whsec_")), "{printed}");
    assert!(!printed.contains("49, 242, 144"), "{printed}");
}
