//! From the mailbox to the webhook and the page, with the real binary.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::Meterwatch;
use crate::receiver::{Event, Receiver, SECRET};
use crate::truth::{self, Hidden};

/// So many of a hundred hidden problems are found at least.
const FOUND: usize = 84;

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_becomes_alerts_at_a_receiver_and_on_the_page() {
    let folder = TempDir::new().expect("a folder");
    let receiver = Receiver::start().await;
    configure(folder.path(), &receiver.url);
    let meterwatch = Meterwatch::new(folder.path(), &["--data-dir", "data"]);

    meterwatch.expect(&["sample", "trial"], &[0]);
    meterwatch.expect(&["migrate"], &[0]);
    meterwatch.expect(&["ingest"], &[4]);
    let stored = meterwatch.expect(&["export", "readings", "--format", "csv"], &[0]);
    assert!(stored.lines().count() > 3_000, "{} lines", stored.lines().count());
    meterwatch.expect(&["ingest"], &[0, 4]);
    let again = meterwatch.expect(&["export", "readings", "--format", "csv"], &[0]);
    assert_eq!(stored, again, "a second pass over the mailbox changed what is stored");

    meterwatch.expect(&["analyse"], &[0]);
    let alerts: Vec<Value> =
        serde_json::from_str(&meterwatch.expect(&["alert", "list", "--json"], &[0])).expect("JSON");
    assert!(alerts.iter().all(is_told_in_full), "{alerts:#?}");
    compare(&truth::read(&folder.path().join("trial/truth.csv")), &alerts);

    meterwatch.expect(&["relay"], &[0]);
    meterwatch.expect(&["relay"], &[0]);
    arrived(&receiver, &alerts);

    crate::triage::triage(&meterwatch, &receiver, &alerts).await;
}

fn configure(folder: &Path, receiver: &str) {
    let configuration = format!(
        "[[source]]\nname = \"sample\"\nkind = \"folder\"\npath = \"trial/mail\"\n\n\
         [[endpoint]]\nname = \"ops\"\nurl = \"{receiver}\"\nsecret_file = \"hook.secret\"\nallow_private = true\n"
    );
    std::fs::write(folder.join("meterwatch.toml"), configuration).expect("written");
    std::fs::write(folder.join("hook.secret"), SECRET).expect("written");
}

/// An alert says what was expected, what came and why it fired.
fn is_told_in_full(alert: &Value) -> bool {
    let words = ["reference", "site", "meter", "commodity", "kind", "severity", "unit", "reason"];
    words.iter().all(|key| alert[*key].as_str().is_some_and(|words| !words.is_empty()))
        && ["observed", "expected", "lower", "upper"].iter().all(|key| alert[*key].is_number())
        && alert["state"] == "open"
}

/// Says how many hidden problems were found and how many alerts point at none, and asks for the floor.
#[expect(clippy::print_stdout, reason = "the figures are wanted in the log of a run")]
fn compare(hidden: &[Hidden], alerts: &[Value]) {
    assert!(hidden.len() >= 20, "{} hidden problems", hidden.len());
    let missed: Vec<&Hidden> =
        hidden.iter().filter(|one| !alerts.iter().any(|alert| one.is_found_by(alert))).collect();
    let besides = alerts.iter().filter(|alert| !hidden.iter().any(|one| one.is_found_by(alert)));
    let found = hidden.len() - missed.len();
    println!("{found} of {} hidden problems found; missed: {missed:?}", hidden.len());
    println!("{} alerts, {} of them on nothing that was hidden", alerts.len(), besides.count());
    let enough = found * 100 >= hidden.len() * FOUND;
    assert!(enough, "only {found} of {} hidden problems were found", hidden.len());
}

/// Every alert came to the receiver exactly once, signed, with what the list says of it.
fn arrived(receiver: &Receiver, alerts: &[Value]) {
    let events = receiver.events();
    assert_eq!(receiver.refused(), 0, "requests with a bad signature");
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "an event came twice");
    let opened: Vec<&Event> =
        events.iter().filter(|event| event.payload["type"] == "alert.opened").collect();
    assert_eq!(opened.len(), alerts.len());
    for alert in alerts {
        let same = |event: &&&Event| event.payload["data"]["reference"] == alert["reference"];
        let event = opened.iter().find(same).expect("an event for every alert");
        let data = &event.payload["data"];
        assert_eq!((&data["meter"], &data["reason"]), (&alert["meter"], &alert["reason"]));
        let source = &data["sources"][0];
        assert!(source["cell"].as_str().is_some_and(|cell| !cell.is_empty()), "{data}");
        assert!(source["attachment"].as_str().is_some_and(|file| !file.is_empty()), "{data}");
    }
}
