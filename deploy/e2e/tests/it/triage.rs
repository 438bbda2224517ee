//! What a person does with an alert, in a browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use crate::binary::Meterwatch;
use crate::browser::Browser;
use crate::receiver::{Event, Receiver};

const NAME: &str = "maria";
const PASSWORD: &str = "a long sentence nobody guesses";
const COMMENT: &str = "The valve in the basement is stuck; a plumber comes on Monday.";

/// Signs in, finds the most expensive alert on top, reads it, comments and takes it, and sees that it is taken; the
/// receiver is told.
pub async fn triage(meterwatch: &Meterwatch, receiver: &Receiver, alerts: &[Value]) {
    let password = format!("{PASSWORD}\n");
    let ended = meterwatch.run_with(&["user", "add", NAME, "--role", "operator"], &password);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let address = free_address().await;
    let server = meterwatch.start(&["serve", "--listen", &address.to_string()]);
    answering(address).await;
    let browser = Browser::start().await;
    browser.open(&format!("http://{address}/")).await;
    browser.write("input[name=name]", NAME).await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("form[action='/sign-in'] button").await;

    sorted_by_cost(&browser, alerts).await;
    let dearest = &alerts[0];
    let reference = dearest["reference"].as_str().expect("a name");
    browser.click("table.alerts tbody tr:first-child a.row-link").await;
    read(&browser, dearest, &source(receiver, reference)).await;
    take(&browser).await;

    browser.open(&format!("http://{address}/alerts?state=acknowledged")).await;
    browser.wait_for_text(reference).await;
    assert_eq!(browser.all("table.alerts tbody tr").await.len(), 1);
    assert_eq!(browser.severe().await, Vec::<String>::new(), "errors on the console");
    browser.close().await;
    drop(server);

    meterwatch.expect(&["relay"], &[0]);
    let taken = |event: &Event| {
        event.payload["type"] == "alert.acknowledged"
            && event.payload["data"]["reference"] == reference
            && event.payload["data"]["state"] == "acknowledged"
    };
    assert_eq!(receiver.events().iter().filter(|event| taken(event)).count(), 1);
}

/// The list stands in the order of cost, the greatest first, and says so.
async fn sorted_by_cost(browser: &Browser, alerts: &[Value]) {
    let heading = browser.find("th.col-cost[aria-sort=descending]").await;
    assert!(heading.text().await.expect("words").contains("Cost"));
    let costs: Vec<f64> = alerts.iter().map_while(|alert| alert["cost"].as_f64()).collect();
    assert!(costs.len() > 1 && costs.is_sorted_by(|dear, cheap| dear >= cheap), "{costs:?}");
    let mut shown = Vec::new();
    for reference in browser.all("table.alerts tbody .reference").await {
        shown.push(reference.text().await.expect("words"));
    }
    assert_eq!(shown.len(), alerts.len());
    // Those without a known price come last, in an order of no meaning.
    let priced = alerts.iter().take(costs.len());
    let expected: Vec<&str> = priced.filter_map(|alert| alert["reference"].as_str()).collect();
    assert_eq!(shown[..costs.len()], expected[..]);
}

/// The place of the number, as the receiver was told of it.
fn source(receiver: &Receiver, reference: &str) -> Value {
    let events = receiver.events();
    let of_it = |event: &&Event| event.payload["data"]["reference"] == reference;
    events.iter().find(of_it).expect("an event").payload["data"]["sources"][0].clone()
}

/// The page says why it fired and names the cell from which the number came.
async fn read(browser: &Browser, alert: &Value, source: &Value) {
    let reason = browser.find("p.reason").await.text().await.expect("words");
    assert_eq!(alert["reason"], reason.as_str());
    browser.find("svg").await;
    let cell = source["cell"].as_str().expect("an address");
    let mut cells = Vec::new();
    for place in browser.all("a.cell-link code").await {
        cells.push(place.text().await.expect("words"));
    }
    let named = cells.iter().any(|place| place.rsplit('!').next() == Some(cell));
    assert!(named, "{cell} is not among {cells:?}");
}

/// Comments and acknowledges; where the islands are awake, the page is not loaded anew for it.
async fn take(browser: &Browser) {
    let awake = browser.source().await.contains("wakeIslands");
    if awake {
        browser.find("button.keys-button:not([hidden])").await;
    }
    browser.script("window.loadedOnce = true").await;
    browser.click("details.comment:not(.keep-event) summary").await;
    browser.write("details.comment:not(.keep-event) textarea", COMMENT).await;
    browser.click("details.comment:not(.keep-event) button[type=submit]").await;
    browser.wait_for_text(COMMENT).await;
    browser.click("form[data-action=acknowledge] button").await;
    browser.find(".alert-head .badge.state-acknowledged").await;
    browser.wait_for_text(&format!("Taken by {NAME}.")).await;
    let loaded_once = browser.script("return window.loadedOnce === true").await;
    assert_eq!(loaded_once, awake, "islands awake: {awake}");
}

/// An address on this machine at which nobody listens.
async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    listener.local_addr().expect("bound")
}

/// Waits until somebody listens there.
async fn answering(address: SocketAddr) {
    let mut turns = tokio::time::interval(Duration::from_millis(50));
    let connected = async {
        while TcpStream::connect(address).await.is_err() {
            turns.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), connected).await.expect("the server came up");
}
