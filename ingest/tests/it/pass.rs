//! Whole passes: real mails in real folders, opened by the real reader, into a real database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ingest::export;
use ingest::layout::FileContext;
use ingest::pass::{self, InProcess, OpenFile, PassReport};
use ingest::reader::{ReaderLimits, ReaderPool};
use ingest::source::{self, AnySource, SourceConfig};
use mail_builder::MessageBuilder;
use mail_builder::headers::date::Date;
use migrations::testing::TestDatabase;
use readings::{Extraction, Problem, ProblemCode};

use crate::books::{assert_books_balance, dump, live, now};
use crate::reader;

const BILL: &str = "Site,Meter,Commodity,Start,End,Consumption,Unit,Cost\n\
    Town Hall,E-1,Electricity,2024-01-01,2024-01-31,1200,kWh,240.50\n\
    Town Hall,E-1,Electricity,2024-02-01,2024-02-29,1100,kWh,220.10\n";
const CORRECTED: &str = "Site,Meter,Commodity,Start,End,Consumption,Unit,Cost\n\
    Town Hall,E-1,Electricity,2024-02-01,2024-02-29,1150,kWh,230.00\n";

fn mail(day: i64, subject: &str, files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut mail = MessageBuilder::new()
        .from(("Bills", "bills@example.com"))
        .to("readings@example.org")
        .subject(subject.to_owned())
        .message_id(format!("{day}.{subject}@example.com").replace(' ', "."))
        .date(Date::new(1_710_000_000 + day * 86_400))
        .text_body("Please find the readings attached.");
    for (name, kind, content) in files {
        mail = mail.attachment((*kind).to_owned(), (*name).to_owned(), content.to_vec());
    }
    mail.write_to_vec().expect("writes")
}

pub fn configured(kind: &str, path: &Path, after: &str) -> AnySource {
    let config: SourceConfig = serde_json::from_value(serde_json::json!({
        "name": "test", "kind": kind, "path": path, "after": after,
    }))
    .expect("a legal source");
    source::open(&config, Path::new("/"), now).expect("opens")
}

async fn run(database: &TestDatabase, source: &AnySource) -> PassReport {
    let mut reader = InProcess::default();
    pass::run(&database.pool, std::slice::from_ref(source), &mut reader, now(), &mut ())
        .await
        .expect("the database is there")
}

async fn exported(database: &TestDatabase) -> String {
    let mut out = Vec::new();
    export::write_csv(&database.pool, &mut out).await.expect("writes");
    String::from_utf8(out).expect("text")
}

/// Hours of three meters, more than a part takes.
fn very_many_readings(title: &str) -> String {
    use std::fmt::Write;

    let mut table = format!("{title}\nSite,Meter,Start,kWh\n");
    let first = jiff::civil::date(2022, 1, 1).at(0, 0, 0, 0);
    for hour in 0..20_000_i64 {
        let start = first.saturating_add(jiff::Span::new().hours(hour));
        for meter in 1..=3 {
            let start = start.strftime("%Y-%m-%d %H:%M");
            let _ = writeln!(table, "Hall,M{meter},{start},{}", hour % 50 + meter);
        }
    }
    table
}

#[tokio::test]
async fn very_many_readings_of_one_file_are_stored_whole_and_once() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let source = configured("folder", folder.path(), "leave");
    let mut reader =
        ReaderPool::spawn(reader::program(), 1, ReaderLimits::default()).await.expect("it starts");
    for (name, title) in [("a.csv", "Electricity"), ("b.csv", "Electricity, again")] {
        fs::write(folder.path().join(name), very_many_readings(title)).expect("writes");
        pass::run(&database.pool, std::slice::from_ref(&source), &mut reader, now(), &mut ())
            .await
            .expect("the database is there");
    }
    let accounts: Vec<(i64, i64, i64, i64, String)> = sqlx::query_as(
        "select rows, accepted, duplicate, refused, outcome from attachment order by attachment_id",
    )
    .fetch_all(&database.pool)
    .await
    .expect("reads");
    let accepted = "accepted".to_owned();
    assert_eq!(
        accounts,
        [(60_002, 60_000, 0, 0, accepted.clone()), (60_002, 0, 60_000, 0, accepted)]
    );
    let (count, sum): (i64, rust_decimal::Decimal) =
        sqlx::query_as("select count(*), sum(canonical_quantity) from reading")
            .fetch_one(&database.pool)
            .await
            .expect("reads");
    // 20,000 hours in rounds of 0 to 49, and 1 + 2 + 3 in each.
    assert_eq!((count, sum), (60_000, rust_decimal::dec!(1_590_000)));
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

#[tokio::test]
async fn a_folder_of_mails_becomes_readings_once() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let files: [(&str, &str, &[u8]); 2] =
        [("bill.csv", "text/csv", BILL.as_bytes()), ("logo.png", "image/png", PNG)];
    fs::write(folder.path().join("a.eml"), mail(1, "January and February", &files))
        .expect("writes");
    let files: [(&str, &str, &[u8]); 1] = [("new.csv", "text/csv", CORRECTED.as_bytes())];
    fs::write(folder.path().join("b.eml"), mail(2, "Correction", &files)).expect("writes");
    let source = configured("folder", folder.path(), "leave");

    let report = run(&database, &source).await;
    assert_eq!(report.problems, []);
    assert_eq!(report.held, []);
    assert_eq!((report.messages_new, report.attachments_new), (2, 3));
    assert_eq!(
        (
            report.rows.accepted + report.rows.duplicate + report.rows.superseding,
            report.rows.refused
        ),
        (3, 0)
    );
    let wanted = "site,meter,commodity,period_start,period_end,quantity,unit,cost,currency,kind\n\
        Town Hall,E-1,electricity,2024-01-01,2024-01-31,1200,kWh,240.5,,consumption\n\
        Town Hall,E-1,electricity,2024-02-01,2024-02-29,1150,kWh,230,,consumption\n";
    assert_eq!(exported(&database).await, wanted);
    let before = dump(&database.pool).await;

    let again = run(&database, &source).await;
    assert_eq!((again.messages_known, again.messages_new, again.attachments_new), (2, 0, 0));
    fs::copy(folder.path().join("a.eml"), folder.path().join("c.eml")).expect("copies");
    let copied = run(&database, &source).await;
    assert_eq!((copied.messages_known, copied.messages_new), (3, 0));
    assert_eq!(dump(&database.pool).await, before);
    assert_books_balance(&database).await;
    let outcomes: Vec<(String, i64)> = export::outcome_counts(&database.pool)
        .await
        .expect("counts")
        .into_iter()
        .map(|c| (c.outcome, c.attachments))
        .collect();
    assert_eq!(outcomes, [("accepted".to_owned(), 2), ("not_data".to_owned(), 1)]);
}

#[tokio::test]
async fn a_bare_workbook_is_read_like_an_attachment() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    fs::create_dir(folder.path().join("2024")).expect("makes");
    fs::write(folder.path().join("2024/bill.csv"), BILL).expect("writes");
    fs::write(folder.path().join(".hidden.csv"), "x").expect("writes");
    fs::write(folder.path().join("late.csv.part"), "x").expect("writes");
    let source = configured("folder", folder.path(), "move");
    let report = run(&database, &source).await;
    assert_eq!((report.messages_seen, report.messages_new, report.rows.accepted), (1, 1, 2));
    assert!(
        folder.path().join("processed/2024/bill.csv").is_file(),
        "it is moved after the commit"
    );
    assert_eq!(run(&database, &source).await.messages_seen, 0);

    // The same bytes once more, then another file under the same name.
    fs::write(folder.path().join("2024/bill.csv"), BILL).expect("writes");
    assert_eq!(run(&database, &source).await.messages_known, 1);
    fs::write(folder.path().join("2024/bill.csv"), CORRECTED).expect("writes");
    assert_eq!(run(&database, &source).await.rows.superseding, 1);
    assert!(folder.path().join("processed/2024/1-bill.csv").is_file(), "an earlier one is kept");
    assert!(folder.path().join("processed/2024/2-bill.csv").is_file());
}

#[tokio::test]
async fn a_maildir_is_marked_or_cleared_after_the_commit() {
    for after in ["leave", "seen", "move"] {
        let (database, folder) =
            (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
        for name in ["cur", "new", "tmp"] {
            fs::create_dir(folder.path().join(name)).expect("makes");
        }
        let files: [(&str, &str, &[u8]); 1] = [("bill.csv", "text/csv", BILL.as_bytes())];
        fs::write(folder.path().join("new/17.M1.host"), mail(1, "One", &files)).expect("writes");
        let files: [(&str, &str, &[u8]); 1] = [("new.csv", "text/csv", CORRECTED.as_bytes())];
        fs::write(folder.path().join("cur/18.M2.host:2,F"), mail(2, "Two", &files))
            .expect("writes");
        let source = configured("maildir", folder.path(), after);
        let report = run(&database, &source).await;
        assert_eq!((report.messages_new, report.problems.len()), (2, 0), "{after}");
        assert_eq!(live(&database.pool).await.len(), 2);
        let at = |name: &str| folder.path().join(name).is_file();
        match after {
            "leave" => assert!(at("new/17.M1.host") && at("cur/18.M2.host:2,F")),
            "seen" => assert!(at("cur/17.M1.host:2,S") && at("cur/18.M2.host:2,FS")),
            _ => {
                assert!(
                    at(".Processed/cur/17.M1.host:2,S") && at(".Processed/cur/18.M2.host:2,FS")
                );
            }
        }
        let again = run(&database, &source).await;
        assert_eq!(again.messages_new, 0, "{after}");
    }
}

#[tokio::test]
async fn one_item_that_fails_does_not_stop_the_others() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    fs::write(folder.path().join("a broken.xlsx"), b"PK\x03\x04 not a zip").expect("writes");
    let huge = fs::File::create(folder.path().join("b huge.csv")).expect("creates");
    huge.set_len(source::MAX_BYTES + 1).expect("a hole");
    std::os::unix::fs::symlink("/nowhere", folder.path().join("c gone.csv")).expect("links");
    let locked = folder.path().join("d locked.csv");
    fs::write(&locked, BILL).expect("writes");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("locks");
    fs::write(folder.path().join("e.eml"), b"\0\0\0").expect("writes");
    fs::write(folder.path().join("f good.csv"), CORRECTED).expect("writes");
    let report = run(&database, &configured("folder", folder.path(), "leave")).await;
    assert!(report.is_partial());
    assert!(live(&database.pool).await.iter().any(|line| line.contains("1150")));
    let held: Vec<_> = report.held.iter().map(|held| held.location.as_str()).collect();
    assert_eq!(held, ["a broken.xlsx"]);
    assert!(report.problems.iter().any(|p| p.location.as_deref() == Some("b huge.csv")));
    // Root may read whatever the permissions say.
    if !rustix::process::geteuid().is_root() {
        assert!(report.problems.iter().any(|p| p.location.as_deref() == Some("d locked.csv")));
    }
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_source_that_is_not_there_is_told() {
    let database = TestDatabase::new().await;
    let report = run(&database, &configured("folder", Path::new("/no/such/folder"), "leave")).await;
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].sentence.contains("/no/such/folder"), "{:?}", report.problems);
}

/// Cannot open anything, as a reader whose child dies.
struct Dying;

impl OpenFile for Dying {
    async fn open(&mut self, _: &FileContext, _: &[u8]) -> Result<(String, Extraction), Problem> {
        Err(Problem::of_file(ProblemCode::ReaderDied, "The reader ended without an answer."))
    }
}

#[tokio::test]
async fn what_was_quarantined_is_replayed_from_the_stored_bytes() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let files: [(&str, &str, &[u8]); 1] = [("bill.csv", "text/csv", BILL.as_bytes())];
    fs::write(folder.path().join("a.eml"), mail(1, "One", &files)).expect("writes");
    let source = configured("folder", folder.path(), "leave");
    let report =
        pass::run(&database.pool, &[source], &mut Dying, now(), &mut ()).await.expect("runs");
    assert_eq!(report.held.len(), 1);
    fs::remove_file(folder.path().join("a.eml")).expect("removes");

    let held = export::held_attachments(&database.pool, false).await.expect("reads");
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].code.as_deref(), Some("reader_died"));
    let id = held[0].attachment_id;
    let detail =
        export::held_attachment(&database.pool, id).await.expect("reads").expect("is there");
    assert_eq!(detail.attachment.file_name.as_deref(), Some("bill.csv"));
    assert_eq!((detail.seen_at.len(), detail.seen_at[0].location.as_str()), (1, "a.eml"));

    let mut reader = InProcess::default();
    let again = pass::replay(&database.pool, id, &mut reader, now())
        .await
        .expect("runs")
        .expect("was held");
    assert_eq!(again.account.accepted, 2);
    assert_eq!(export::held_attachments(&database.pool, true).await.expect("reads"), []);
    assert_eq!(live(&database.pool).await.len(), 2);
    let third = pass::replay(&database.pool, id, &mut reader, now()).await.expect("runs");
    assert_eq!(
        third.expect("is there").account,
        again.account,
        "reading it once more changes nothing"
    );
    let nothing = readings::AttachmentId::new(4_711);
    assert_eq!(
        pass::replay(&database.pool, nothing, &mut reader, now()).await.expect("runs"),
        None
    );
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_mail_that_was_cut_off_between_files_is_stored_as_a_whole() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let files: [(&str, &str, &[u8]); 2] = [
        ("bill.csv", "text/csv", BILL.as_bytes()),
        ("new.csv", "text/csv", b"Site,Meter,Commodity,Start,End,Consumption,Unit\nTown Hall,W-1,Water,2024-02-01,2024-02-29,11,m3\n"),
    ];
    fs::write(folder.path().join("a.eml"), mail(1, "Two files", &files)).expect("writes");
    // The database fails whenever a reading of water arrives, until the trigger is gone.
    sqlx::raw_sql(
        "create function cut() returns trigger language plpgsql as
             $$ begin if new.unit = 'm3' then raise exception 'power cut' using errcode = '57P01'; end if; return new; end $$;
         create trigger cut after insert on reading for each row execute function cut()",
    )
    .execute(&database.pool)
    .await
    .expect("arms");
    let source = configured("folder", folder.path(), "move");
    let mut reader = InProcess::default();
    let sources = [source];
    pass::run(&database.pool, &sources, &mut reader, now(), &mut ())
        .await
        .expect_err("the database is away");
    assert_eq!(live(&database.pool).await, Vec::<String>::new(), "no file without the others");
    assert!(folder.path().join("a.eml").is_file(), "not acknowledged");

    sqlx::raw_sql("drop trigger cut on reading").execute(&database.pool).await.expect("disarms");
    let report =
        pass::run(&database.pool, &sources, &mut reader, now(), &mut ()).await.expect("runs");
    assert_eq!((report.messages_new, report.attachments_new), (1, 2));
    assert_eq!(live(&database.pool).await.len(), 3);
    assert!(folder.path().join("processed/a.eml").is_file());
    assert_books_balance(&database).await;
}
