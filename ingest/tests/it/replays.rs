//! Files that are read again after a person has said more about them.

use std::fs;
use std::path::Path;

use ingest::ledger::{self, Effect, Opened, Outcome, StoredFile};
use ingest::pass::{self, InProcess};
use ingest::profile::{self, Answer, KeptIn, ProfileError, Replayed, Saving};
use ingest::source::{self, AnySource};
use ingest::workbook::Window;
use migrations::testing::TestDatabase;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use readings::{Commodity, ExtractedReading, ProblemCode, Profile, Unit};
use sqlx::PgPool;

use crate::books::{Sent, assert_books_balance, canonical, dump, live, month, now, reading, sheet};

async fn again(pool: &PgPool, stored: &StoredFile, readings: Vec<ExtractedReading>) -> StoredFile {
    let opened = Opened::Read { format: "xlsx".to_owned(), extraction: sheet(readings) };
    ledger::store_again(pool, stored.id, "bills@example.com", &opened, now())
        .await
        .expect("stores")
        .expect("is there")
}

async fn withdrawn(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from reading where withdrawn")
        .fetch_one(pool)
        .await
        .expect("counts")
}

#[tokio::test]
async fn what_a_file_still_states_stays_and_the_rest_is_withdrawn() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let rows = vec![reading(1, month(2024, 1), 100), reading(2, month(2024, 2), 110)];
    let stored = Sent::new("one", 1, rows).store(pool).await;
    let ids = "select reading_id from reading where not withdrawn order by period_start";
    let before: Vec<i64> = sqlx::query_scalar(ids).fetch_all(pool).await.expect("reads");
    let corrected = vec![reading(1, month(2024, 1), 100), reading(2, month(2024, 2), 120)];
    let file = again(pool, &stored, corrected).await;
    assert_eq!((file.outcome, file.account.accepted), (Outcome::Accepted, 2));
    let after: Vec<i64> = sqlx::query_scalar(ids).fetch_all(pool).await.expect("reads");
    assert_eq!((after[0], after[1] != before[1]), (before[0], true));
    assert_eq!(withdrawn(pool).await, 1);
    assert!(live(pool).await[1].contains(",120,"), "{:?}", live(pool).await);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn what_a_withdrawn_reading_had_superseded_counts_again() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(pool).await;
    let second = Sent::new("two", 2, vec![reading(1, month(2024, 1), 999)]).store(pool).await;
    assert_eq!(second.account.superseding, 1);
    let other = vec![reading(1, month(2024, 3), 999)];
    assert_eq!(again(pool, &second, other).await.account.accepted, 1);
    let live = live(pool).await;
    assert!(live[0].contains("2024-01-01") && live[0].contains(",100,"), "{live:?}");
    assert!(live[1].contains("2024-03-01") && live[1].contains(",999,"), "{live:?}");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_confirmation_that_is_taken_back_confirms_no_more() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(pool).await;
    Sent::new("two", 2, vec![reading(1, month(2024, 1), 200)]).store(pool).await;
    let third = vec![reading(1, month(2024, 1), 100), reading(2, month(2024, 2), 5)];
    let third = Sent::new("three", 3, third).store(pool).await;
    assert!(live(pool).await[0].contains(",100,"), "the newest says 100");
    again(pool, &third, vec![reading(2, month(2024, 2), 5)]).await;
    assert!(live(pool).await[0].contains(",200,"), "without it the second is the newest");
    assert_books_balance(&database).await;
}

/// A few months and values, so that they meet often.
fn a_file() -> impl Strategy<Value = Vec<ExtractedReading>> {
    let one = (1u32..30, 1i8..4, 0i64..3)
        .prop_map(|(row, of_year, quantity)| reading(row, month(2024, of_year), quantity));
    proptest::collection::vec(one, 0..4)
}

/// What is stored, apart from refusals, which are written anew.
async fn stated(pool: &PgPool) -> Vec<String> {
    let mut lines = dump(pool).await;
    lines.retain(|line| !line.starts_with("refusal "));
    lines
}

#[test]
fn a_file_that_was_corrected_counts_as_if_it_had_been_read_so_at_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(Config { cases: 25, failure_persistence: None, ..Config::default() });
    let files = (a_file(), a_file(), a_file(), a_file());
    runner
        .run(&files, |(before, wrong, right, after)| {
            runtime.block_on(async {
                let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
                let content = b"the bytes of the file".to_vec();
                let first = Sent::new("a", 1, before);
                let last = Sent::new("c", 3, after);
                let wrong = Sent { content: content.clone(), ..Sent::new("b", 2, wrong) };
                let at_once = Sent { content, ..Sent::new("b", 2, right.clone()) };

                first.store(&one.pool).await;
                let stored = wrong.store(&one.pool).await;
                let later = last.store(&one.pool).await;
                let read_again = again(&one.pool, &stored, right.clone()).await;
                if ledger::bereft(&one.pool).await.expect("asks").contains(&later.id) {
                    again(&one.pool, &later, last.extraction.readings.clone()).await;
                }
                prop_assert!(read_again.account.adds_up());
                assert_books_balance(&one).await;

                first.store(&other.pool).await;
                at_once.store(&other.pool).await;
                last.store(&other.pool).await;
                prop_assert_eq!(canonical(&one.pool).await, canonical(&other.pool).await);

                let known = stated(&one.pool).await;
                again(&one.pool, &stored, right).await;
                prop_assert_eq!(stated(&one.pool).await, known, "once more changes nothing");
                Ok(())
            })
        })
        .expect("the law holds");
}

/// Two monthly files of one layout, that lack the unit and the commodity.
fn mailbox(folder: &Path) -> AnySource {
    for (at, (first, second)) in [("2024-01", "2024-02"), ("2024-03", "2024-04")].iter().enumerate()
    {
        let sheet = format!(
            "Site,Meter,Date,Consumption\nNorth,M1,{first}-01,5{at}\nNorth,M1,{second}-01,6{at}\n"
        );
        fs::write(folder.join(format!("{at}.csv")), sheet).expect("writes");
    }
    let config: source::SourceConfig = serde_json::from_value(serde_json::json!({
        "name": "drop", "kind": "folder", "path": folder, "after": "leave",
    }))
    .expect("a legal source");
    source::open(&config, folder, now).expect("opens")
}

fn answered() -> Profile {
    Profile {
        name: "the drop".to_owned(),
        sender: "drop".to_owned(),
        unit: Some(Unit::KilowattHour),
        commodity: Some(Commodity::Electricity),
        time_zone: Some("Europe/Berlin".to_owned()),
        ..Profile::default()
    }
}

const MARIA: Saving<'static> =
    Saving { actor: "maria", kept_in: KeptIn::Database, seen: None, answers: &[] };

async fn save(pool: &PgPool, profile: &Profile) -> Vec<Replayed> {
    let answers = [Answer { question: ProblemCode::UnitUnknown, answer: "kWh".to_owned() }];
    let saving = Saving { answers: &answers, ..MARIA };
    profile::save(pool, profile, saving, now()).await.expect("saves");
    let files = profile::affected(pool, profile).await.expect("asks");
    profile::replay_all(pool, &files, &mut InProcess::default(), now()).await.expect("replays")
}

#[tokio::test]
async fn held_files_of_a_layout_are_read_again_once_it_is_mapped_and_held_again_without_it() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let pool = &database.pool;
    let source = [mailbox(folder.path())];
    let mut reader = InProcess::default();
    let report = pass::run(pool, &source, &mut reader, now(), &mut ()).await.expect("runs");
    assert_eq!((report.held.len(), report.rows.accepted), (2, 0));
    let fingerprints: Vec<String> =
        sqlx::query_scalar("select distinct fingerprint from attachment")
            .fetch_all(pool)
            .await
            .expect("reads");
    let [fingerprint] = fingerprints.as_slice() else { panic!("{fingerprints:?}") };
    let mapping = Profile { fingerprint: fingerprint.clone(), ..answered() };

    let replayed = save(pool, &mapping).await;
    let outcomes: Vec<(&str, Outcome)> =
        replayed.iter().map(|file| (file.before.as_str(), file.after.outcome)).collect();
    assert_eq!(outcomes, [("quarantined", Outcome::Accepted), ("quarantined", Outcome::Accepted)]);
    assert_eq!(live(pool).await.len(), 4);
    let zones: Vec<String> =
        sqlx::query_scalar("select time_zone from site").fetch_all(pool).await.expect("reads");
    assert_eq!(zones, ["Europe/Berlin"]);
    let history = profile::history(pool, &mapping.name).await.expect("reads");
    let said: Vec<(&str, &str)> =
        history.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str())).collect();
    assert_eq!(said, [("maria", "answered"), ("maria", "saved")]);
    assert_eq!(history[0].answer.as_deref(), Some("kWh"));

    // A correction: the unit was another one.
    let corrected = Profile { unit: Some(Unit::MegawattHour), ..mapping.clone() };
    assert_eq!(save(pool, &corrected).await.len(), 2);
    assert!(live(pool).await.iter().all(|line| line.contains("MWh")), "{:?}", live(pool).await);
    assert_eq!(withdrawn(pool).await, 4);

    let files = profile::affected(pool, &corrected).await.expect("asks");
    let gone = profile::delete(pool, &mapping.name, "maria", KeptIn::Database, now()).await;
    assert!(gone.expect("deletes"));
    let replayed = profile::replay_all(pool, &files, &mut reader, now()).await.expect("replays");
    assert!(replayed.iter().all(|file| file.after.outcome == Outcome::Quarantined));
    assert_eq!(live(pool).await, Vec::<String>::new());
    let kept: i64 =
        sqlx::query_scalar("select count(*) from reading").fetch_one(pool).await.expect("counts");
    assert_eq!(kept, 8, "nothing is lost");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_file_that_comes_later_is_read_by_what_was_said() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let pool = &database.pool;
    profile::save(pool, &answered(), MARIA, now()).await.expect("saves");
    let source = [mailbox(folder.path())];
    let report = pass::run(pool, &source, &mut InProcess::default(), now(), &mut ()).await;
    assert_eq!(report.expect("runs").rows.accepted, 4);
    let read_by: Vec<Vec<String>> =
        sqlx::query_scalar("select profiles from attachment").fetch_all(pool).await.expect("reads");
    assert_eq!(read_by, [["the drop"], ["the drop"]]);
}

#[tokio::test]
async fn a_profile_is_tried_without_changing_anything() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let pool = &database.pool;
    let source = [mailbox(folder.path())];
    let mut reader = InProcess::default();
    let report = pass::run(pool, &source, &mut reader, now(), &mut ()).await.expect("runs");
    let id = report.held[0].attachment;
    let before = dump(pool).await;
    let window = Window { rows: 2, columns: 2, ..Window::default() };
    let looked = profile::try_on(pool, id, Some(answered()), window, &mut reader, now())
        .await
        .expect("looks")
        .expect("is there");
    assert_eq!(dump(pool).await, before);
    let effects: Vec<&Effect> =
        looked.preview.readings.iter().map(|reading| &reading.effect).collect();
    assert_eq!(effects, [&Effect::New, &Effect::New]);
    assert_eq!((looked.preview.account.accepted, looked.preview.account.rows), (2, 3));
    let texts: Vec<&str> = looked.book.cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(texts, ["Site", "Meter", "North", "M1"]);
    assert_eq!((looked.book.sheets[0].rows, looked.book.sheets[0].columns), (3, 4));

    save(pool, &answered()).await;
    let other = Profile { unit: Some(Unit::MegawattHour), ..answered() };
    let looked = profile::try_on(pool, id, Some(other), window, &mut reader, now())
        .await
        .expect("looks")
        .expect("is there");
    assert_eq!(looked.preview.withdrawn, 2, "what it said before would be taken back");
    let same = profile::try_on(pool, id, None, window, &mut reader, now()).await.expect("looks");
    let same = same.expect("is there").preview;
    assert!(same.readings.iter().all(|reading| reading.effect == Effect::Same));
}

#[tokio::test]
async fn two_profiles_about_the_same_and_stale_edits_are_refused() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    profile::save(pool, &answered(), MARIA, now()).await.expect("saves");
    let twin = Profile { name: "a twin".to_owned(), ..answered() };
    let error = profile::save(pool, &twin, MARIA, now()).await.expect_err("the same sender");
    assert!(matches!(error, ProfileError::Taken(name) if name == "the drop"));
    let changed = Profile { unit: None, ..answered() };
    let stale = Saving { seen: Some(7), ..MARIA };
    let error = profile::save(pool, &changed, stale, now()).await.expect_err("another state");
    assert!(matches!(error, ProfileError::Stale(_)));
    let again = profile::save(pool, &answered(), MARIA, now()).await.expect("saves");
    assert!(!again, "it says what it said before");
    let in_file = Saving { kept_in: KeptIn::Configuration, ..MARIA };
    profile::save(pool, &changed, in_file, now()).await.expect("the configuration takes over");
    let error = profile::save(pool, &answered(), MARIA, now()).await.expect_err("kept in a file");
    assert!(matches!(error, ProfileError::InConfiguration(_)));
}
