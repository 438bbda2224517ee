//! What one source does wrong stays with it, and what it did wrong is remembered.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use ingest::pass::{InProcess, PassReport, Progress};
use ingest::round;
use ingest::source::{self, Guarded, SourceConfig, SourceHealth};
use jiff::{SignedDuration, Timestamp};
use migrations::testing::TestDatabase;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::books::{live, now};
use crate::imap::between::{Act, say, scripted};
use crate::imap::{bill, config, mail, mailbox_with, secrets};

#[expect(clippy::needless_pass_by_value, reason = "the callers write the value in place")]
fn folder_of(name: &str, path: &Path, more: Value) -> SourceConfig {
    let mut config = json!({ "name": name, "kind": "folder", "path": path });
    config.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    serde_json::from_value(config).expect("known keys")
}

fn guarded(config: &SourceConfig, pool: &PgPool, clock: source::Clock) -> Guarded {
    Guarded::open(config, secrets(), pool, clock).expect("can work")
}

async fn run(database: &TestDatabase, sources: &[Guarded]) -> PassReport {
    let mut reader = InProcess::default();
    round::run(&database.pool, sources, &mut reader, now(), &mut ())
        .await
        .expect("the database is there")
}

async fn health(database: &TestDatabase, name: &str) -> SourceHealth {
    let all = source::health(&database.pool).await.expect("reads");
    all.into_iter().find(|health| health.source == name).expect("was tried")
}

/// When the last item of each source was done.
#[derive(Default)]
struct Watch(Vec<(String, Instant)>);

impl Progress for Watch {
    fn done(&mut self, source: &str, _location: &str) {
        self.0.push((source.to_owned(), Instant::now()));
    }
}

#[tokio::test]
async fn a_server_that_hangs_or_floods_does_not_delay_the_others() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    for number in 1..=4 {
        std::fs::write(folder.path().join(format!("{number}.eml")), bill(number)).expect("writes");
    }
    let hangs = scripted("* OK\r\n", |c| c.starts_with("UID SEARCH").then_some(Act::Hang)).await;
    let floods = scripted("* OK\r\n", |c| {
        c.starts_with("UID SEARCH").then(|| Act::Flood("* OK [ALERT] and so on\r\n".to_owned()))
    })
    .await;
    let sources = [
        config(json!({ "name": "hangs", "port": hangs }), json!({ "timeout_seconds": 3 })),
        config(json!({ "name": "floods", "port": floods }), json!({ "budget_seconds": 3 })),
        folder_of("good", folder.path(), json!({})),
    ];
    let sources = sources.each_ref().map(|config| guarded(config, &database.pool, now));
    let (mut reader, mut watch) = (InProcess::default(), Watch::default());
    let report =
        round::run(&database.pool, &sources, &mut reader, now(), &mut watch).await.expect("runs");
    let end = Instant::now();
    assert_eq!(report.messages_new, 4, "{report:?}");
    assert_eq!(watch.0.len(), 4);
    let last = watch.0.iter().map(|(_, at)| *at).max().expect("four");
    assert!(end - last > Duration::from_secs(1), "the others were done long before");
    assert_eq!(health(&database, "hangs").await.trouble.as_deref(), Some("timeout"));
    let flooded = health(&database, "floods").await.trouble;
    assert!(matches!(flooded.as_deref(), Some("budget" | "protocol")), "{flooded:?}");
    assert_eq!(health(&database, "good").await.failures, 0);
    assert_eq!(report.problems.len(), 2, "{report:?}");
}

/// Writes a second mail as soon as the first is done.
struct Follow<'a>(&'a Path, u32);

impl Progress for Follow<'_> {
    fn done(&mut self, _source: &str, _location: &str) {
        self.1 += 1;
        if self.1 == 1 {
            std::fs::write(self.0.join("2.eml"), bill(2)).expect("writes");
        }
    }
}

#[tokio::test]
async fn what_arrives_while_another_source_hangs_is_taken_in_the_same_round() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    std::fs::write(folder.path().join("1.eml"), bill(1)).expect("writes");
    let hangs = scripted("* OK\r\n", |c| c.starts_with("UID SEARCH").then_some(Act::Hang)).await;
    let sources = [
        config(json!({ "name": "hangs", "port": hangs }), json!({ "timeout_seconds": 4 })),
        folder_of("good", folder.path(), json!({})),
    ];
    let sources = sources.each_ref().map(|config| guarded(config, &database.pool, now));
    let (mut reader, mut follow) = (InProcess::default(), Follow(folder.path(), 0));
    let again = Duration::from_millis(100);
    let report =
        round::run_again_after(again, &database.pool, &sources, &mut reader, now(), &mut follow)
            .await
            .expect("runs");
    assert_eq!(report.messages_new, 2, "{report:?}");
    assert_eq!(report.problems.len(), 1, "the hanging one is told once: {report:?}");
}

static CLOCK: AtomicI64 = AtomicI64::new(1_767_225_600);

fn moving() -> Timestamp {
    Timestamp::from_second(CLOCK.load(Ordering::SeqCst)).expect("a time")
}

#[tokio::test]
async fn a_breaker_opens_waits_longer_each_time_and_closes_with_a_success() {
    let database = TestDatabase::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let config = config(json!({ "port": port }), json!({}));
    let pool = &database.pool;
    let mut waits = Vec::new();
    for failures in 1..=4 {
        run(&database, &[guarded(&config, pool, moving)]).await;
        let health = health(&database, "utilities").await;
        assert_eq!((health.failures, health.breaker(moving())), (failures, "open"));
        let until = health.next_attempt_at.expect("is tried again");
        waits.push((until - moving()).total(jiff::Unit::Second).expect("seconds"));
        // Before the time nothing is tried.
        let report = run(&database, &[guarded(&config, pool, moving)]).await;
        assert!(report.problems[0].sentence.contains("left alone until"), "{report:?}");
        CLOCK.store(until.as_second(), Ordering::SeqCst);
        assert_eq!(self::health(&database, "utilities").await.breaker(moving()), "half-open");
    }
    assert_eq!(waits, [60.0, 120.0, 240.0, 480.0]);
    let since = health(&database, "utilities").await.failing_since.expect("fails");
    assert_eq!(since.duration_until(moving()), SignedDuration::from_secs(900));
    let listener =
        tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    tokio::spawn(crate::imap::between::serve_on(listener, "* OK\r\n", |_: &str| None));
    let report = run(&database, &[guarded(&config, pool, moving)]).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 0), "{report:?}");
    let health = health(&database, "utilities").await;
    assert_eq!((health.failures, health.breaker(moving()), health.sentence), (0, "closed", None));
}

#[tokio::test]
async fn what_only_a_person_can_mend_waits_for_one() {
    let database = TestDatabase::new().await;
    let mailbox = mailbox_with(1..=2);
    let file = secrets().join(format!("{}.secret", mailbox.user));
    std::fs::write(&file, "wrong").expect("writes");
    let here = json!({ "port": mailbox.server.plain, "user": mailbox.user, "password_file": file });
    let wrong = config(here.clone(), json!({}));
    run(&database, &[guarded(&wrong, &database.pool, now)]).await;
    let found = health(&database, "utilities").await;
    assert_eq!(
        (found.trouble.as_deref(), found.breaker(now())),
        (Some("credentials"), "waits for a person")
    );
    assert!(
        found
            .next_attempt_at
            .is_some_and(|at| now().duration_until(at) >= SignedDuration::from_hours(5))
    );
    assert!(found.remedy.is_some_and(|remedy| remedy.contains("password")));

    // Somebody corrects the password and says so.
    std::fs::write(&file, super::imap::dovecot::PASSWORD).expect("writes");
    assert_eq!(run(&database, &[guarded(&wrong, &database.pool, now)]).await.messages_new, 0);
    assert!(source::try_again(&database.pool, "utilities").await.expect("the database is there"));
    assert_eq!(run(&database, &[guarded(&wrong, &database.pool, now)]).await.messages_new, 2);

    // A folder that is not there; another configuration is tried at once.
    let unknown = config(here.clone(), json!({ "folder": "Nowhere" }));
    run(&database, &[guarded(&unknown, &database.pool, now)]).await;
    assert_eq!(health(&database, "utilities").await.trouble.as_deref(), Some("folder_unknown"));
    let report = run(&database, &[guarded(&config(here, json!({})), &database.pool, now)]).await;
    assert_eq!((report.messages_known, report.problems.len()), (2, 0), "{report:?}");
    assert_eq!(health(&database, "utilities").await.failures, 0);
}

#[tokio::test]
async fn rules_choose_mails_and_files_and_the_choice_is_remembered() {
    let database = TestDatabase::new().await;
    let mailbox = mailbox_with(1..=2);
    mailbox.deliver("", 3, &mail(3, "Reminder", "bill.csv", b"a,b\n1,2\n"));
    let text = String::from_utf8(bill(4)).expect("text").replace("bill.csv", "tariff.csv");
    mailbox.deliver("", 4, text.as_bytes());
    let here = json!({ "port": mailbox.server.plain, "user": mailbox.user });
    let rules = |rules: Value| config(here.clone(), json!({ "rules": rules }));
    let choice = rules(
        json!({ "from": ["bills@*"], "not_subject": ["reminder*"], "not_files": ["tariff*"] }),
    );
    let report = run(&database, &[guarded(&choice, &database.pool, now)]).await;
    assert_eq!(
        (report.messages_new, report.rows.accepted, report.problems.len()),
        (3, 4, 0),
        "{report:?}"
    );
    let left_out: i64 = sqlx::query_scalar(
        "select count(*) from message where problems @> '[{\"code\": \"left_out\"}]' and attachments = 0",
    )
    .fetch_one(&database.pool)
    .await
    .expect("reads");
    assert_eq!(left_out, 1, "the file that was left out is told with its mail");
    assert_eq!(health(&database, "utilities").await.passed_over, 1);
    let again = run(&database, &[guarded(&choice, &database.pool, now)]).await;
    assert_eq!(
        (again.messages_seen, again.messages_known),
        (3, 3),
        "what was passed over is not listed"
    );
    let others = rules(json!({ "from": ["bills@*"] }));
    let report = run(&database, &[guarded(&others, &database.pool, now)]).await;
    assert_eq!((report.messages_seen, report.messages_new), (4, 1), "under other rules it is");
    let none = rules(json!({ "to": ["nobody@*"] }));
    let report = run(&database, &[guarded(&none, &database.pool, now)]).await;
    assert_eq!((report.messages_new, report.problems.len()), (0, 0), "{report:?}");
}

#[tokio::test]
async fn out_of_time_after_some_of_the_work_is_no_failure() {
    let database = TestDatabase::new().await;
    // The second mail never comes to its end; drops follow so slowly that no silence ends it.
    let port = scripted("* OK\r\n", |command| {
        if command.starts_with("UID SEARCH") {
            return Some(say("* SEARCH 7 8\r\nTAG OK\r\n"));
        }
        if command.contains("BODY.PEEK") {
            let first = "* 1 FETCH (UID 7 BODY[] {12}\r\nSubject: x\r\n)\r\n";
            return Some(say(&format!("{first}* 2 FETCH (UID 8 BODY[] {{900}}\r\n")));
        }
        None
    })
    .await;
    let slow =
        config(json!({ "port": port }), json!({ "budget_seconds": 2, "timeout_seconds": 60 }));
    let report = run(&database, &[guarded(&slow, &database.pool, now)]).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 1), "{report:?}");
    assert_eq!(health(&database, "utilities").await.failures, 0, "the next pass goes on");
}

#[tokio::test]
async fn what_is_too_large_is_not_asked_for_again_until_somebody_says_so() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let huge = std::fs::File::create(folder.path().join("huge.csv")).expect("creates");
    huge.set_len(source::MAX_BYTES + 1).expect("a hole");
    let source = [guarded(&folder_of("drop", folder.path(), json!({})), &database.pool, now)];
    assert_eq!(run(&database, &source).await.problems.len(), 1);
    assert_eq!(health(&database, "drop").await.given_up, 1);
    let again = run(&database, &source).await;
    assert_eq!((again.messages_seen, again.problems.len()), (0, 0));
    source::try_again(&database.pool, "drop").await.expect("the database is there");
    assert_eq!(run(&database, &source).await.problems.len(), 1);
}

#[tokio::test]
async fn uploaded_files_are_taken_once() {
    let database = TestDatabase::new().await;
    for (name, content) in [("bill.eml", bill(1)), ("table.csv", bill_table())] {
        sqlx::query("insert into upload (file_name, size_bytes, content, uploaded_by, uploaded_at) values ($1, 1, $2, 'otto', now())")
            .bind(name)
            .bind(content)
            .execute(&database.pool)
            .await
            .expect("uploads");
    }
    let uploads = source::Uploads::of(&database.pool, now);
    assert!(uploads.any_waits().await.expect("reads"));
    let mut reader = InProcess::default();
    let report =
        round::run(&database.pool, std::slice::from_ref(&uploads), &mut reader, now(), &mut ())
            .await
            .expect("runs");
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{report:?}");
    assert!(!uploads.any_waits().await.expect("reads"));
    let kept: i64 =
        sqlx::query_scalar("select coalesce(sum(octet_length(content)), 0) from upload")
            .fetch_one(&database.pool)
            .await
            .expect("reads");
    assert_eq!(kept, 0, "the bytes stand with the mails");
    assert!(!live(&database.pool).await.is_empty());
}

fn bill_table() -> Vec<u8> {
    b"Site,Meter,Commodity,Start,End,Consumption,Unit\nHall,G-1,Gas,2024-01-01,2024-01-31,12,kWh\n\
      Hall,G-1,Gas,2024-02-01,2024-02-29,13,kWh\n"
        .to_vec()
}

/// Is to end soon after it began.
struct Ending(Instant);

impl Progress for Ending {
    fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        tokio::time::sleep_until((self.0 + Duration::from_millis(400)).into())
    }
}

/// Runs a round over one source that is to end soon; what came of it.
async fn ending(config: &SourceConfig) -> PassReport {
    let database = TestDatabase::new().await;
    let sources = [guarded(config, &database.pool, now)];
    let began = Instant::now();
    let mut ending = Ending(began);
    let report =
        round::run(&database.pool, &sources, &mut InProcess::default(), now(), &mut ending)
            .await
            .expect("ends");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    report
}

#[tokio::test]
async fn a_pass_that_is_to_end_waits_for_no_server_that_hangs() {
    let patient = json!({ "timeout_seconds": 300, "budget_seconds": 600, "after": "seen" });
    for command in ["AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH", "UID STORE"] {
        let port = scripted("* OK\r\n", move |c| c.starts_with(command).then_some(Act::Hang)).await;
        let report = ending(&config(json!({ "port": port }), patient.clone())).await;
        // What was fetched is stored, also where the server does not answer when it is to be marked.
        let stored = u64::from(command == "UID STORE");
        assert_eq!(report.messages_new, stored, "{command}: {report:?}");
    }
    let mute = scripted("", |_| Some(Act::Hang)).await;
    let url = format!("http://127.0.0.1:{mute}");
    let mut graph = json!({
        "name": "shared", "kind": "graph", "user": "meters@contoso.example", "graph_url": url,
        "oauth": { "tenant": "contoso.example", "client_id": "app", "client_secret_file": "imap.secret",
                   "token_url": format!("{url}/token") },
    });
    let keys = graph.as_object_mut().expect("an object");
    keys.extend(patient.as_object().expect("an object").clone());
    let report = ending(&serde_json::from_value(graph).expect("known keys")).await;
    assert_eq!(report.messages_new, 0, "{report:?}");
}
