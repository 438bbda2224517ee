//! Against Dovecot: what is taken, how often, and what happens to it at the server.

use ingest::source::{ItemError, Source};
use migrations::testing::TestDatabase;
use serde_json::json;

use super::between::Cutter;
use super::dovecot::Dovecot;
use super::{bill, mail, mailbox_with, run, source_of};
use crate::books::{assert_books_balance, dump, live};

#[tokio::test]
async fn every_mail_is_taken_once_and_nothing_is_marked() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=5));
    let source = source_of(&mailbox, json!({}));
    let report = run(&database, &source).await;
    assert_eq!(report.problems, []);
    assert_eq!((report.messages_seen, report.messages_new, report.rows.accepted), (5, 5, 10));
    let before = dump(&database.pool).await;
    let again = run(&database, &source).await;
    assert_eq!((again.messages_seen, again.messages_known, again.messages_new), (5, 5, 0));
    assert_eq!(dump(&database.pool).await, before);
    assert_eq!(mailbox.seen(""), [false; 5]);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn tls_from_the_first_byte_and_after_a_greeting() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=2));
    let tls = json!({ "tls": "implicit", "port": mailbox.server.tls, "ca_file": "ca.pem" });
    let report = run(&database, &source_of(&mailbox, tls)).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{:?}", report.problems);
    let starttls = json!({ "tls": "starttls", "host": "localhost", "ca_file": "ca.pem" });
    let report = run(&database, &source_of(&mailbox, starttls)).await;
    assert_eq!((report.messages_known, report.problems.len()), (2, 0), "{:?}", report.problems);
}

#[tokio::test]
async fn mails_are_marked_after_the_commit() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
    let source = source_of(&mailbox, json!({ "after": "seen" }));
    let items = source.list().await.expect("lists");
    source.fetch(&items[0]).await.expect("fetches");
    assert_eq!(mailbox.seen(""), [false; 3], "fetching marks nothing");
    assert_eq!(run(&database, &source).await.problems, []);
    assert_eq!(mailbox.seen(""), [true; 3]);
    let items = source.list().await.expect("lists");
    assert!(items.iter().all(|item| item.is_acknowledged));
}

#[tokio::test]
async fn mails_are_moved_after_the_commit_and_held_ones_apart() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
    mailbox.deliver("", 4, &mail(4, "broken", "bill.xlsx", b"PK\x03\x04 not a zip"));
    let source = source_of(
        &mailbox,
        json!({ "after": "move", "processed_folder": "Erledigt für immer", "quarantine_folder": "Held" }),
    );
    let report = run(&database, &source).await;
    assert_eq!((report.problems.len(), report.held.len()), (0, 1), "{report:?}");
    assert_eq!(mailbox.mails("").len(), 0);
    assert_eq!(mailbox.mails("Erledigt f&APw-r immer").len(), 3);
    assert_eq!(mailbox.mails("Held").len(), 1);
    assert_eq!(run(&database, &source).await.messages_seen, 0);
}

#[tokio::test]
async fn a_pass_that_was_killed_before_it_marked_is_made_good() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
    assert_eq!(run(&database, &source_of(&mailbox, json!({}))).await.messages_new, 3);
    let report = run(&database, &source_of(&mailbox, json!({ "after": "move" }))).await;
    assert_eq!((report.messages_known, report.messages_new), (3, 0));
    assert_eq!((mailbox.mails("").len(), mailbox.mails("Processed").len()), (0, 3));
}

#[tokio::test]
async fn a_server_that_counts_anew_brings_nothing_new() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=4));
    let source = source_of(&mailbox, json!({}));
    assert_eq!(run(&database, &source).await.messages_new, 4);
    let first = source.list().await.expect("lists");
    source.finish().await.expect("ends");
    let before = live(&database.pool).await;
    mailbox.forget_numbers("");
    let second = source.list().await.expect("lists");
    assert!(first[0].location != second[0].location, "UIDVALIDITY changed: {first:?}");
    let report = run(&database, &source).await;
    assert_eq!((report.messages_known, report.messages_new, report.attachments_new), (4, 0, 0));
    assert_eq!(live(&database.pool).await, before);
}

#[tokio::test]
async fn a_number_that_means_another_mail_now_is_fetched() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=1));
    let source = source_of(&mailbox, json!({}));
    assert_eq!(run(&database, &source).await.messages_new, 1);
    let old = mailbox.path("").join("cur");
    for entry in std::fs::read_dir(old).expect("a folder").flatten() {
        std::fs::remove_file(entry.path()).expect("removes");
    }
    mailbox.forget_numbers("");
    mailbox.deliver("", 9, &bill(9));
    let report = run(&database, &source).await;
    assert_eq!(
        (report.messages_new, report.rows.accepted),
        (1, 2),
        "UID 1 once more, another mail"
    );
}

#[tokio::test]
async fn gaps_between_numbers_do_no_harm() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=9));
    mailbox.run(&["SELECT INBOX", "STORE 2:4,8 +FLAGS (\\Deleted)", "EXPUNGE"]);
    let report = run(&database, &source_of(&mailbox, json!({}))).await;
    assert_eq!((report.messages_seen, report.messages_new, report.problems.len()), (5, 5, 0));
}

#[tokio::test]
async fn what_somebody_marked_as_deleted_is_not_taken() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
    mailbox.run(&["SELECT INBOX", "STORE 2 +FLAGS (\\Deleted)"]);
    let report = run(&database, &source_of(&mailbox, json!({}))).await;
    assert_eq!((report.messages_seen, report.messages_new), (2, 2));
}

#[tokio::test]
async fn mails_that_vanish_between_listing_and_fetching_are_told_alone() {
    let mailbox = mailbox_with(1..=6);
    let source = source_of(&mailbox, json!({}));
    let items = source.list().await.expect("lists");
    mailbox.run(&["SELECT INBOX", "STORE 2,5 +FLAGS (\\Deleted)", "EXPUNGE"]);
    source.fetch_ahead(&items);
    let mut vanished = Vec::new();
    for (number, item) in (1..).zip(&items) {
        match source.fetch(item).await {
            Ok(_) => {}
            Err(ItemError::Vanished) => vanished.push(number),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(vanished, [2, 5]);
}

#[tokio::test]
async fn mails_come_in_whatever_order_they_are_wanted() {
    let mailbox = mailbox_with(1..=40);
    let source = source_of(&mailbox, json!({}));
    let items = source.list().await.expect("lists");
    source.fetch_ahead(&items);
    for item in items.iter().rev() {
        source.fetch(item).await.expect("fetches");
    }
    // One that was not announced.
    source.fetch_ahead(&items[..2]);
    source.fetch(&items[30]).await.expect("fetches");
}

#[tokio::test]
async fn a_large_mail_passes_beside_small_ones() {
    let (database, mailbox) = (TestDatabase::new().await, Dovecot::get().mailbox());
    mailbox.deliver("", 1, &mail(1, "large", "noise.bin", &vec![0x55; 12 * 1024 * 1024]));
    mailbox.deliver("", 2, &bill(2));
    mailbox.deliver("", 3, &mail(3, "larger", "noise.bin", &vec![0x56; 13 * 1024 * 1024]));
    mailbox.deliver("", 4, &bill(4));
    let report = run(&database, &source_of(&mailbox, json!({}))).await;
    assert_eq!((report.messages_new, report.rows.accepted), (4, 4), "{:?}", report.problems);
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_told_and_the_others_come() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=2));
    let huge = mailbox.path("").join("cur/1700000001.M5P1.test:2,");
    let file = std::fs::File::create(huge).expect("a file");
    file.set_len(ingest::source::MAX_BYTES + 10).expect("a hole");
    let report = run(&database, &source_of(&mailbox, json!({}))).await;
    assert_eq!(report.messages_new, 2);
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].sentence.contains("64 MiB"), "{:?}", report.problems);
}

#[tokio::test]
async fn folders_with_names_in_any_script_are_read() {
    let (database, mailbox) = (TestDatabase::new().await, Dovecot::get().mailbox());
    mailbox.make_folder("Z&AOQ-hler");
    mailbox.deliver("Z&AOQ-hler", 1, &bill(1));
    let report = run(&database, &source_of(&mailbox, json!({ "folder": "Zähler" }))).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 0), "{:?}", report.problems);
}

#[tokio::test]
async fn the_same_mail_by_imap_and_as_a_file_is_one() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
    let folder = tempfile::tempdir().expect("a folder");
    for number in 1..=3 {
        let text = String::from_utf8(bill(number)).expect("text");
        let text = if number == 2 { text.replace("\r\n", "\n") } else { text };
        std::fs::write(folder.path().join(format!("{number}.eml")), text).expect("writes");
    }
    let config =
        serde_json::from_value(json!({ "name": "drop", "kind": "folder", "path": folder.path() }));
    let files =
        ingest::source::open(&config.expect("known keys"), folder.path(), crate::books::now);
    assert_eq!(run(&database, &source_of(&mailbox, json!({}))).await.messages_new, 3);
    let before = live(&database.pool).await;
    let report = run(&database, &files.expect("can work")).await;
    assert_eq!((report.messages_known, report.messages_new), (3, 0));
    assert_eq!(live(&database.pool).await, before);
}

#[tokio::test]
async fn five_hundred_mails_need_one_connection() {
    let mailbox = mailbox_with(1..=500);
    let proxy = Cutter::start(mailbox.server.plain, |_| None).await;
    let source = source_of(&mailbox, json!({ "port": proxy.port }));
    let items = source.list().await.expect("lists");
    assert_eq!(items.len(), 500);
    source.fetch_ahead(&items);
    for item in &items {
        source.fetch(item).await.expect("fetches");
    }
    assert_eq!(proxy.connections(), 1);
}
