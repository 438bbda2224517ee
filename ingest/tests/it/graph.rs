//! Mailboxes by Microsoft Graph, against a stand-in written from its documentation.

mod stand_in;
mod tokens;

use std::path::Path;
use std::time::Duration;

use ingest::pass::{self, InProcess, PassReport};
use ingest::source::{
    self, AnySource, Guarded, Source, SourceConfig, SourceError, Trouble, TroubleKind,
};
use migrations::testing::TestDatabase;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::stand_in::{Fault, Mail, StandIn};
use crate::books::{dump, live, now};
use crate::imap::{bill, mail};

/// A stand-in, the configuration that fits it, and a folder with the secret.
pub struct Place {
    graph: StandIn,
    folder: TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("app.secret"), "s3cret-of-the-app\n").expect("writes");
        Self { graph: StandIn::start().await, folder }
    }

    pub async fn with_bills(numbers: std::ops::RangeInclusive<u32>) -> Self {
        let place = Self::new().await;
        for number in numbers {
            place.graph.deliver(&format!("AAMk{number}"), &bill(number));
        }
        place
    }

    #[expect(clippy::needless_pass_by_value, reason = "the callers write the value in place")]
    fn config(&self, more: Value) -> SourceConfig {
        let mut config = json!({
            "name": "shared", "kind": "graph", "user": "meters@contoso.example", "graph_url": self.graph.url,
            "timeout_seconds": 5,
            "oauth": { "tenant": "contoso.example", "client_id": "app", "client_secret_file": "app.secret",
                       "token_url": format!("{}/token", self.graph.url) },
        });
        config
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        serde_json::from_value(config).expect("known keys")
    }

    pub fn source(&self, more: Value) -> AnySource {
        source::open(&self.config(more), self.path(), now).expect("can work")
    }

    fn guarded(&self, database: &TestDatabase, more: Value) -> Guarded {
        Guarded::open(&self.config(more), self.path(), &database.pool, now).expect("can work")
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

async fn run(database: &TestDatabase, source: &impl Source) -> PassReport {
    let mut reader = InProcess::default();
    let sources = std::slice::from_ref(source);
    pass::run(&database.pool, sources, &mut reader, now(), &mut ())
        .await
        .expect("the database is there")
}

async fn trouble(source: &AnySource) -> Trouble {
    match source.list().await {
        Err(SourceError::Trouble { trouble, .. }) => trouble,
        Ok(items) => panic!("{} items were listed", items.len()),
    }
}

#[tokio::test]
async fn pages_are_followed_and_a_second_round_asks_for_changes_alone() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=8).await);
    let source = place.guarded(&database, json!({}));
    let report = run(&database, &source).await;
    assert_eq!(report.problems, []);
    assert_eq!((report.messages_seen, report.messages_new, report.rows.accepted), (8, 8, 16));
    assert_eq!(place.graph.asked("/delta").len(), 3);
    place.graph.deliver("AAMk9", &bill(9));
    // Another worker, another process: the link stands in the database.
    let report = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((report.messages_seen, report.messages_new), (1, 1), "{report:?}");
    let asked = place.graph.asked("");
    assert!(asked.iter().all(|asked| asked.has_immutable_ids), "{asked:?}");
}

#[tokio::test]
async fn what_is_told_twice_is_stored_once() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=4).await);
    let source = place.source(json!({}));
    assert_eq!(run(&database, &source).await.messages_new, 4);
    let before = dump(&database.pool).await;
    // Without a kept link each round tells all again.
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_known, report.messages_new), (4, 0));
    // The same mail under another id: moved away and back, or exported and imported.
    place.graph.deliver("AAMk99", &bill(2));
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_known, report.messages_new), (5, 0));
    assert_eq!(dump(&database.pool).await, before);
}

#[tokio::test]
async fn a_link_that_was_forgotten_brings_all_mails_and_nothing_new() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=4).await);
    assert_eq!(run(&database, &place.guarded(&database, json!({}))).await.messages_new, 4);
    place.graph.deliver("AAMk5", &bill(5));
    place.graph.with(|inside| inside.forgotten_until = 100);
    let report = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!(
        (report.messages_seen, report.messages_new, report.problems.len()),
        (5, 1, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_round_that_was_not_stored_to_its_end_is_told_again() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=4).await);
    place.graph.fault("AAMk3/$value", &[Fault::new(403, "ErrorAccessDenied")]);
    let first = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((first.messages_new, first.problems.len()), (2, 1), "{first:?}");
    source::try_again(&database.pool, "shared").await.expect("the database is there");
    let second = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((second.messages_seen, second.messages_new), (4, 2), "{second:?}");
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=3).await);
    place.graph.fault("AAMk2/$value", &[Fault::new(429, "TooManyRequests").after("1")]);
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (3, 0), "{report:?}");
    let asked = place.graph.asked("AAMk2/$value");
    assert_eq!(asked.len(), 2);
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(1), "never faster than asked");
    let between =
        place.graph.asked("").into_iter().filter(|a| a.at > asked[0].at && a.at < asked[1].at);
    assert_eq!(between.count(), 0, "no other request either");
}

#[tokio::test]
async fn a_long_pause_ends_the_pass_and_is_kept_by_the_breaker() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=3).await);
    place.graph.fault("/delta", &[Fault::new(429, "TooManyRequests").after("7200")]);
    let first = run(&database, &place.guarded(&database, json!({}))).await;
    assert!(first.problems[0].sentence.contains("asks for a pause"), "{first:?}");
    let asked = place.graph.asked("").len();
    let second = run(&database, &place.guarded(&database, json!({}))).await;
    assert!(second.problems[0].sentence.contains("2026-01-01T02:00:00Z"), "{second:?}");
    assert_eq!(place.graph.asked("").len(), asked, "nothing was asked meanwhile");
}

#[tokio::test]
async fn throttling_without_a_time_is_not_tried_again_at_once() {
    let place = Place::with_bills(1..=1).await;
    place.graph.fault("/delta", &[Fault::new(429, "ApplicationThrottled")]);
    let told = trouble(&place.source(json!({}))).await;
    assert_eq!((told.kind, told.retry_after), (TroubleKind::Throttled, None));
    assert_eq!(place.graph.asked("/delta").len(), 1);
}

#[tokio::test]
async fn a_service_that_is_away_for_a_moment_is_asked_again() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=2).await);
    place.graph.fault("AAMk1/$value", &[Fault::new(503, "ServiceNotAvailable")]);
    place
        .graph
        .fault("/delta", &[Fault::new(504, "UnknownError"), Fault::new(503, "x").after("1")]);
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{report:?}");
}

#[tokio::test]
async fn a_service_that_stays_away_is_told_once() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=3).await);
    place.graph.fault("$value", &vec![Fault::new(500, "InternalServerError"); 9]);
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (0, 1), "{report:?}");
    assert!(report.problems[0].location.is_none(), "{report:?}");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=2).await);
    let source = place.source(json!({}));
    assert_eq!(run(&database, &source).await.messages_new, 2);
    place.graph.with(|inside| inside.refused_tokens.push("token-1".to_owned()));
    place.graph.deliver("AAMk3", &bill(3));
    let report = run(&database, &source).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 0), "{report:?}");
    assert_eq!(place.graph.with(|inside| inside.tokens), 2);
    assert_eq!(place.graph.asked("AAMk3/$value")[0].token, "token-2");
    place.graph.fault("/delta", &vec![Fault::new(401, "InvalidAuthenticationToken"); 9]);
    assert_eq!(trouble(&source).await.kind, TroubleKind::TokenRefused);
}

#[tokio::test]
async fn what_may_not_be_read_or_is_not_there() {
    for (path, fault, kind) in [
        ("/delta", Fault::new(403, "ErrorAccessDenied"), TroubleKind::NoConsent),
        ("mailFolders", Fault::new(404, "ErrorInvalidUser"), TroubleKind::MailboxUnknown),
        (
            "mailFolders",
            Fault::new(404, "MailboxNotEnabledForRESTAPI"),
            TroubleKind::MailboxUnknown,
        ),
        ("/delta", Fault::new(400, "ErrorInvalidRequest"), TroubleKind::ServerRefused),
    ] {
        let place = Place::with_bills(1..=1).await;
        place.graph.fault(path, &[fault]);
        assert_eq!(trouble(&place.source(json!({}))).await.kind, kind, "{path}");
    }
    let place = Place::new().await;
    let told = trouble(&place.source(json!({ "folder": "Meters" }))).await;
    assert_eq!((told.kind, told.sentence.contains("Meters")), (TroubleKind::FolderUnknown, true));
}

#[tokio::test]
async fn folders_are_found_by_name_and_made_where_mails_are_moved_to() {
    let (database, place) = (TestDatabase::new().await, Place::new().await);
    place.graph.with(|inside| inside.folders.insert("Meters".to_owned(), "F-meters".to_owned()));
    for (id, mime) in
        [("A1", bill(1)), ("A2", mail(2, "broken", "bill.xlsx", b"PK\x03\x04 not a zip"))]
    {
        let folder = "F-meters".to_owned();
        place.graph.put(Mail {
            id: id.to_owned(),
            folder,
            mime,
            has_attachments: true,
            ..Mail::default()
        });
    }
    let source =
        place.source(json!({ "folder": "meters", "after": "move", "processed_folder": "Done" }));
    let report = run(&database, &source).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{report:?}");
    let folders = place.graph.with(|inside| {
        inside.mails.iter().map(|m| (m.folder.clone(), m.is_read)).collect::<Vec<_>>()
    });
    assert_eq!(folders, [("F-Done".to_owned(), true), ("F-Quarantine".to_owned(), true)]);
    assert!(run(&database, &source).await.messages_seen == 0);
}

#[tokio::test]
async fn nothing_is_marked_by_reading() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=2).await);
    run(&database, &place.source(json!({}))).await;
    assert!(place.graph.asked("").iter().all(|asked| asked.method == "GET"));
    run(&database, &place.source(json!({ "after": "seen" }))).await;
    assert!(place.graph.with(|inside| inside.mails.iter().all(|mail| mail.is_read)));
}

#[tokio::test]
async fn a_round_without_its_links_is_taken_as_far_as_it_goes() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=5).await);
    place.graph.with(|inside| inside.leaves_out_links = true);
    assert_eq!(run(&database, &place.guarded(&database, json!({}))).await.messages_new, 3);
    place.graph.with(|inside| inside.leaves_out_links = false);
    let report = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{report:?}");
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let place = Place::with_bills(1..=5).await;
    place.graph.with(|inside| inside.points_away = true);
    let told = trouble(&place.source(json!({}))).await;
    assert_eq!((told.kind, told.sentence.contains("not its own")), (TroubleKind::Protocol, true));
}

#[tokio::test]
async fn mails_that_left_meanwhile_do_no_harm() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=3).await);
    let source = place.guarded(&database, json!({}));
    let items = source.list().await.expect("lists");
    place.graph.remove("AAMk2");
    assert!(source.fetch(&items[1]).await.is_err());
    let report = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{report:?}");
    place.graph.remove("AAMk1");
    let report = run(&database, &place.guarded(&database, json!({}))).await;
    assert_eq!((report.messages_seen, report.problems.len()), (0, 0), "{report:?}");
}

#[tokio::test]
async fn a_mail_that_the_service_cannot_give_whole_is_put_together() {
    let (database, place) = (TestDatabase::new().await, Place::new().await);
    let csv = b"Site,Meter,Commodity,Start,End,Consumption,Unit\nHall,E-1,Electricity,2024-01-01,2024-01-31,12,kWh\n\
                Hall,E-1,Electricity,2024-02-01,2024-02-29,13,kWh\n";
    place.graph.put(Mail {
        id: "A1".to_owned(),
        has_attachments: true,
        parts: vec![
            ("fileAttachment", "P1", "März.csv", csv.to_vec()),
            // A mail within the mail: its bytes are not told with it and have to be asked for.
            ("itemAttachment", "P2", "FW: bill 7", bill(7)),
        ],
        ..Mail::default()
    });
    place.graph.fault("A1/$value", &vec![Fault::new(500, "ErrorMimeContentConversionFailed"); 2]);
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 0), "{report:?}");
    let found = live(&database.pool).await;
    assert_eq!(report.rows.accepted, 4, "{found:?} {report:?}");
    let again = run(&database, &place.source(json!({}))).await;
    assert_eq!(
        (again.messages_known, again.messages_new),
        (1, 0),
        "the same parts make the same mail"
    );
}

#[tokio::test]
async fn a_file_that_is_only_linked_to_is_told() {
    let (database, place) = (TestDatabase::new().await, Place::new().await);
    place.graph.put(Mail {
        id: "A1".to_owned(),
        mime: b"From: bills@example.com\r\nSubject: March\r\n\r\nSee attached.\r\n".to_vec(),
        has_attachments: true,
        parts: vec![("referenceAttachment", "P1", "March.xlsx", Vec::new())],
        ..Mail::default()
    });
    let report = run(&database, &place.source(json!({}))).await;
    assert_eq!(report.messages_new, 1);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].sentence.contains("onedrive.live.com"), "{report:?}");
}

#[tokio::test]
async fn rules_are_applied_before_a_mail_is_fetched() {
    let (database, place) = (TestDatabase::new().await, Place::with_bills(1..=3).await);
    let source = place.guarded(&database, json!({ "rules": { "from": ["*@other.example"] } }));
    let report = run(&database, &source).await;
    assert_eq!((report.messages_new, report.problems.len()), (0, 0), "{report:?}");
    assert!(place.graph.asked("$value").is_empty());
    let source = place.guarded(&database, json!({ "rules": { "from": ["bills@*"] } }));
    assert_eq!(run(&database, &source).await.messages_new, 3, "other rules look at them again");
}
