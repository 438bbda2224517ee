//! A run that is asked to end does so soon, cleanly, whatever it is at.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use migrations::testing::TestDatabase;
use tempfile::TempDir;

use crate::binary::{Meterwatch, Running};

const LONGEST: Duration = Duration::from_secs(10);
const FLOOD: i64 = 3_000;

fn configure(folder: &Path) {
    let configuration = "[[source]]\nname = \"flood\"\nkind = \"folder\"\npath = \"mail\"\n";
    fs::write(folder.join("meterwatch.toml"), configuration).expect("written");
    fs::create_dir(folder.join("mail")).expect("made");
}

fn bill(meter: i64, months: i64) -> String {
    let mut table = "Site,Meter,Commodity,Start,End,Consumption,Unit\n".to_owned();
    for month in 0..months {
        let (year, month) = (2000 + month / 12, month % 12 + 1);
        writeln!(
            table,
            "Hall,E-{meter},Electricity,{year}-{month:02}-01,{year}-{month:02}-28,{},kWh",
            100 + month * 7 % 50
        )
        .expect("written");
    }
    table
}

/// Waits until the run has come so far, by what the database says.
async fn until(run: &mut Running, database: &TestDatabase, query: &'static str) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    loop {
        ticks.tick().await;
        assert!(run.runs(), "the run is over before it was asked to end");
        let reached: bool =
            sqlx::query_scalar(query).fetch_one(&database.pool).await.expect("reads");
        if reached {
            return;
        }
    }
}

async fn count(database: &TestDatabase, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&database.pool).await.expect("counts")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flooded_source_is_left_at_the_next_mail() {
    let (database, folder) = (TestDatabase::new().await, TempDir::new().expect("a folder"));
    configure(folder.path());
    for number in 0..FLOOD {
        fs::write(folder.path().join(format!("mail/{number:05}.csv")), bill(number, 2))
            .expect("written");
    }
    let meterwatch = Meterwatch::new(folder.path(), &["--database-url", &database.url]);
    let mut run = meterwatch.start(&["ingest"]);
    until(&mut run, &database, "select exists (select from message)").await;
    let (code, took) = run.terminate();
    assert_eq!(code, Some(0));
    assert!(took < LONGEST, "{took:?}");
    let stored =
        count(&database, "select count(*) from message where completed_at is not null").await;
    assert_eq!(
        stored,
        count(&database, "select count(*) from message").await,
        "each mail is whole"
    );
    assert!((1..FLOOD).contains(&stored), "{stored} of {FLOOD} mails are stored");

    meterwatch.expect(&["ingest"], &[0]);
    assert_eq!(count(&database, "select count(*) from message").await, FLOOD);
    assert_eq!(count(&database, "select count(*) from reading").await, 2 * FLOOD);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_file_does_not_hold_up_the_end() {
    let (database, folder) = (TestDatabase::new().await, TempDir::new().expect("a folder"));
    configure(folder.path());
    fs::write(folder.path().join("mail/1.csv"), bill(1, 2)).expect("written");
    let large: String = (0..3_000).map(|meter| bill(meter, 240)).collect();
    fs::write(folder.path().join("mail/2.csv"), large).expect("written");
    let meterwatch = Meterwatch::new(folder.path(), &["--database-url", &database.url]);
    let mut run = meterwatch.start(&["ingest"]);
    // Connected, and at work on the large file: it is read together with the small one.
    until(
        &mut run,
        &database,
        "select exists (select from pg_stat_activity
        where datname = current_database() and query like '%from attachment where sha256 = any%'
            -- Not this question itself.
            and query not like '%pg_stat_activity%')",
    )
    .await;
    let (code, took) = run.terminate();
    assert_eq!(code, Some(0));
    assert!(took < LONGEST, "{took:?}");
    assert_eq!(
        count(&database, "select count(*) from message where completed_at is null").await,
        0
    );
}
