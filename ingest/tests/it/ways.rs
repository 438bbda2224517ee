//! The same bill by every way: identical readings, one stored file, whatever comes first.

use std::fs;
use std::path::Path;

use ingest::pass::{InProcess, PassReport};
use ingest::round;
use ingest::source::{self, AnySource, Source};
use migrations::testing::TestDatabase;
use serde_json::{Value, json};

use crate::books::{assert_books_balance, live, now};
use crate::graph::Place;
use crate::imap::{bill, config, mailbox_with, secrets};

fn at(kind: &str, path: &Path) -> AnySource {
    let config = json!({ "name": kind, "kind": kind, "path": path });
    source::open(&serde_json::from_value(config).expect("known keys"), path, now).expect("can work")
}

async fn run<S: Source + Sync>(database: &TestDatabase, source: S) -> PassReport {
    let mut reader = InProcess::default();
    round::run(&database.pool, &[source], &mut reader, now(), &mut ())
        .await
        .expect("the database is there")
}

/// Brings the bill by one of the ways.
async fn bring(way: usize, database: &TestDatabase) -> PassReport {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, mail) = (folder.path(), bill(1));
    match way {
        0 => {
            let mailbox = mailbox_with(1..=1);
            let here: Value =
                json!({ "port": mailbox.server.plain, "user": mailbox.user, "name": "imap" });
            let source = source::open(&config(here, json!({})), secrets(), now).expect("can work");
            run(database, source).await
        }
        1 => run(database, Place::with_bills(1..=1).await.source(json!({}))).await,
        2 => {
            fs::write(
                path.join("one.eml"),
                String::from_utf8(mail).expect("text").replace("\r\n", "\n"),
            )
            .expect("writes");
            run(database, at("folder", path)).await
        }
        3 => {
            for below in ["cur", "new", "tmp"] {
                fs::create_dir(path.join(below)).expect("makes");
            }
            fs::write(path.join("new/1.M1.host"), mail).expect("writes");
            run(database, at("maildir", path)).await
        }
        4 => {
            let text = String::from_utf8(mail).expect("text").replace("\r\n", "\n");
            let other = "Subject: other\n\nNothing\n";
            fs::write(path.join("mbox"), format!("From a\n{other}\nFrom b\n{text}\n\n"))
                .expect("writes");
            run(database, at("mbox", &path.join("mbox"))).await
        }
        _ => {
            // The bare file under another name.
            let message = ingest::message::parse(&mail);
            fs::write(path.join("renamed.txt"), &message.attachments[0].content).expect("writes");
            run(database, at("folder", path)).await
        }
    }
}

#[tokio::test]
async fn the_way_does_not_matter() {
    let mut wanted = None;
    for first in 0..6 {
        let database = TestDatabase::new().await;
        for step in 0..6 {
            let report = bring((first + step * 5) % 6, &database).await;
            assert_eq!(report.problems, [], "begun with {first}, step {step}");
            assert_eq!(
                report.rows.accepted,
                if step == 0 { 2 } else { 0 },
                "begun with {first}, step {step}"
            );
        }
        let found = live(&database.pool).await;
        assert_eq!(*wanted.get_or_insert_with(|| found.clone()), found, "begun with {first}");
        let files: i64 =
            sqlx::query_scalar("select count(*) from attachment where outcome <> 'not_data'")
                .fetch_one(&database.pool)
                .await
                .expect("reads");
        let mails: i64 = sqlx::query_scalar("select count(*) from message")
            .fetch_one(&database.pool)
            .await
            .expect("reads");
        // The mail, the bare file, and the other mail of the mbox.
        assert_eq!((files, mails), (1, 3), "begun with {first}");
        assert_books_balance(&database).await;
    }
}
