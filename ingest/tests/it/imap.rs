//! Mailboxes by IMAP: a real server, connections that break, and servers that misbehave.

pub mod between;
pub mod dovecot;
mod faults;
mod server;
mod tokens;
mod troubles;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use ingest::pass::{self, InProcess, PassReport};
use ingest::source::{self, AnySource, Item, SourceConfig, SourceError, Trouble};
use migrations::testing::TestDatabase;
use serde_json::{Value, json};

use self::dovecot::{Dovecot, Mailbox, PASSWORD};
use crate::books::now;

/// A folder with the password of every mailbox.
pub fn secrets() -> &'static Path {
    static WRITTEN: std::sync::OnceLock<()> = std::sync::OnceLock::new();
    let folder = &Dovecot::get().folder;
    WRITTEN.get_or_init(|| {
        std::fs::write(folder.join("imap.secret"), format!("{PASSWORD}\n")).expect("a secret");
    });
    folder
}

/// A source for a mailbox of the real server, with more or other keys.
fn source_of(mailbox: &Mailbox, more: Value) -> AnySource {
    source(json!({ "port": mailbox.server.plain, "user": mailbox.user }), more)
}

/// A source on a port of this machine.
fn source(first: Value, more: Value) -> AnySource {
    source::open(&config(first, more), secrets(), now).expect("can work")
}

/// Its configuration.
pub fn config(first: Value, more: Value) -> SourceConfig {
    let mut config = json!({
        "name": "utilities", "kind": "imap", "host": "127.0.0.1", "tls": "none", "user": "readings",
        "password_file": "imap.secret", "timeout_seconds": 20,
    });
    let keys = config.as_object_mut().expect("an object");
    for part in [first, more] {
        keys.extend(part.as_object().expect("an object").clone());
    }
    serde_json::from_value(config).expect("known keys")
}

async fn run(database: &TestDatabase, source: &AnySource) -> PassReport {
    let mut reader = InProcess::default();
    pass::run(&database.pool, std::slice::from_ref(source), &mut reader, now(), &mut ())
        .await
        .expect("the database is there")
}

fn trouble(listed: Result<Vec<Item>, SourceError>) -> Trouble {
    match listed {
        Err(SourceError::Trouble { trouble, .. }) => trouble,
        Ok(items) => panic!("{} items were listed", items.len()),
    }
}

/// A mail with one bill: meter `E-{number}`, two months. The same bytes each time it is asked for.
pub fn bill(number: u32) -> Vec<u8> {
    static WRITTEN: Mutex<BTreeMap<u32, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut written = WRITTEN.lock().expect("no panic");
    written.entry(number).or_insert_with(|| write_bill(number)).clone()
}

fn write_bill(number: u32) -> Vec<u8> {
    let text = format!(
        "Site,Meter,Commodity,Start,End,Consumption,Unit\nTown Hall,E-{number},Electricity,2024-01-01,2024-01-31,{},kWh\n\
         Town Hall,E-{number},Electricity,2024-02-01,2024-02-29,{},kWh\n",
        1000 + number,
        900 + number
    );
    mail(number, &format!("bill {number}"), "bill.csv", text.as_bytes())
}

pub fn mail(number: u32, subject: &str, file_name: &str, content: &[u8]) -> Vec<u8> {
    mail_builder::MessageBuilder::new()
        .from(("Bills", "bills@example.com"))
        .to("readings@example.org")
        .subject(subject.to_owned())
        .message_id(format!("{number}@example.com"))
        .date(mail_builder::headers::date::Date::new(1_710_000_000 + i64::from(number)))
        .text_body("Please find the readings attached.")
        .attachment("application/octet-stream", file_name.to_owned(), content.to_vec())
        .write_to_vec()
        .expect("writes")
}

/// A mailbox with the bills of these meters.
pub fn mailbox_with(bills: std::ops::RangeInclusive<u32>) -> Mailbox {
    let mailbox = Dovecot::get().mailbox();
    for number in bills {
        mailbox.deliver("", number, &bill(number));
    }
    mailbox
}
