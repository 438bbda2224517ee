//! What one file after the other does to the books.

use ingest::ledger::{self, Content, FilePlace, Mail, MailFile, Opened, Outcome, Remedy};
use ingest::packed::Further;
use jiff::civil::date;
use migrations::testing::TestDatabase;
use readings::{
    CellAddress, Commodity, ExtractedReading, Problem, ProblemCode, ReadingKind, RowAccount, Unit,
    UnitText,
};
use rust_decimal::dec;
use sha2::{Digest, Sha256};

use crate::books::{
    Sent, assert_books_balance, day, dump, live, money, month, now, reading, sheet, span, unit,
};

async fn known_mail(database: &TestDatabase, digest: &[u8; 32]) -> ledger::KnownMessage {
    let mut known = ledger::known_messages(&database.pool, &[*digest]).await.expect("asks");
    known.remove(digest).expect("stored")
}

async fn refusals(database: &TestDatabase) -> Vec<(String, String, Option<String>)> {
    sqlx::query_as("select code, sheet, cell from refusal order by refusal_id")
        .fetch_all(&database.pool)
        .await
        .expect("reads")
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let database = TestDatabase::new().await;
    let bill =
        Sent::new("one", 1, vec![reading(1, month(2024, 1), 100), reading(2, month(2024, 2), 90)]);
    let first = bill.store(&database.pool).await;
    assert_eq!(
        first.account,
        RowAccount { rows: 3, accepted: 2, not_data: 1, ..RowAccount::default() }
    );
    let before = dump(&database.pool).await;

    let again = bill.store(&database.pool).await;
    let renamed = Sent { name: "bill (1).xlsx".to_owned(), ..bill.clone() };
    renamed.store(&database.pool).await;
    let mailed = Sent { mail: "two".to_owned(), dated: Some(day(9)), ..bill.clone() };
    let mailed = mailed.store(&database.pool).await;
    assert_eq!((again.is_new, again.account), (false, first.account));
    assert_eq!(mailed.id, first.id);
    assert_eq!(dump(&database.pool).await, before);

    let mails: i64 = sqlx::query_scalar("select count(*) from message_attachment")
        .fetch_one(&database.pool)
        .await
        .expect("counts");
    assert_eq!(mails, 2, "each mail is linked to the one file");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn the_same_values_in_another_file_are_duplicates() {
    let database = TestDatabase::new().await;
    let earlier = reading(1, month(2024, 1), 1000);
    let restated =
        ExtractedReading { unit: Some(unit(Unit::MegawattHour)), ..reading(7, month(2024, 1), 1) };
    Sent::new("one", 1, vec![earlier]).store(&database.pool).await;
    let second = Sent::new("two", 2, vec![restated]).store(&database.pool).await;
    assert_eq!(second.account.duplicate, 1);
    assert_eq!(second.outcome, Outcome::Accepted);
    assert_eq!(live(&database.pool).await.len(), 1);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_correction_supersedes_and_both_are_kept() {
    let database = TestDatabase::new().await;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    let second =
        Sent::new("two", 2, vec![reading(3, month(2024, 1), 120)]).store(&database.pool).await;
    assert_eq!(second.account.superseding, 1);
    let kept: Vec<(rust_decimal::Decimal, bool, Option<String>)> = sqlx::query_as(
        "select r.quantity, r.superseded_at is null, s.cell from reading r
         left join reading s on s.reading_id = r.superseded_by order by r.reading_id",
    )
    .fetch_all(&database.pool)
    .await
    .expect("reads");
    assert_eq!(kept, [(dec!(100), false, Some("F4".to_owned())), (dec!(120), true, None)]);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_mail_that_comes_late_supersedes_nothing_newer() {
    let database = TestDatabase::new().await;
    Sent::new("new", 5, vec![reading(1, month(2024, 1), 120)]).store(&database.pool).await;
    let late =
        Sent::new("old", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    assert_eq!(late.account.superseding, 1, "it is stored as the earlier value");
    assert_eq!(
        live(&database.pool).await,
        ["Hall,Main,electricity,2024-01-01 00:00:00,2024-02-01 00:00:00,120,kWh,120,consumption"]
    );
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_file_that_turns_out_older_gives_way() {
    let database = TestDatabase::new().await;
    let first = Sent::new("forwarded", 9, vec![reading(1, month(2024, 1), 100)]);
    first.store(&database.pool).await;
    Sent::new("correction", 5, vec![reading(1, month(2024, 1), 120)]).store(&database.pool).await;
    assert!(live(&database.pool).await[0].contains(",100,kWh"));
    let original = Sent { mail: "original".to_owned(), dated: Some(day(1)), ..first };
    original.store(&database.pool).await;
    assert!(live(&database.pool).await[0].contains(",120,kWh"));
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_contradiction_in_one_file_is_held() {
    let database = TestDatabase::new().await;
    let stored = Sent::new(
        "one",
        1,
        vec![
            reading(1, month(2024, 1), 100),
            reading(2, month(2024, 1), 101),
            reading(3, month(2024, 2), 90),
            reading(4, month(2024, 2), 90),
        ],
    )
    .store(&database.pool)
    .await;
    assert_eq!(
        stored.account,
        RowAccount { rows: 5, accepted: 1, duplicate: 1, refused: 2, not_data: 1, superseding: 0 }
    );
    assert_eq!(stored.outcome, Outcome::Partial);
    let place = |cell: &str| ("contradiction".to_owned(), "Data".to_owned(), Some(cell.to_owned()));
    assert_eq!(refusals(&database).await, [place("F2"), place("F3")]);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn what_lacks_something_is_refused_with_its_cell() {
    let database = TestDatabase::new().await;
    let whole = |row| reading(row, month(2024, 1), 1);
    let lacking = vec![
        ExtractedReading { unit: None, ..whole(1) },
        ExtractedReading { unit: Some(UnitText { text: "units".into(), unit: None }), ..whole(2) },
        ExtractedReading { period: None, ..whole(3) },
        ExtractedReading { site: None, meter: None, ..whole(4) },
        ExtractedReading { commodity: None, meter: Some("Unheard".into()), ..whole(5) },
        ExtractedReading { commodity: None, meter: None, ..whole(6) },
        ExtractedReading { unit: Some(unit(Unit::Kilowatt)), ..whole(7) },
    ];
    let stored = Sent::new("one", 1, lacking).store(&database.pool).await;
    assert_eq!(stored.outcome, Outcome::Quarantined);
    assert_eq!((stored.account.refused, stored.account.accepted), (7, 0));
    let mut found: Vec<(String, String)> = refusals(&database)
        .await
        .into_iter()
        .map(|(code, _, cell)| (cell.expect("a cell"), code))
        .collect();
    found.sort();
    let wanted = [
        ("F2", "unit_unknown"),
        ("F3", "unit_not_understood"),
        ("F4", "period_unknown"),
        ("F5", "meter_unknown"),
        ("F6", "commodity_unknown"),
        ("F7", "commodity_unknown"),
        ("F8", "dimension_mismatch"),
    ];
    let wanted: Vec<(String, String)> =
        wanted.iter().map(|(cell, code)| ((*cell).to_owned(), (*code).to_owned())).collect();
    assert_eq!(found, wanted);
    let meters: i64 = sqlx::query_scalar("select count(*) from meter")
        .fetch_one(&database.pool)
        .await
        .expect("counts");
    assert_eq!(meters, 0, "a refused reading makes no meter");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn meters_are_found_by_folded_names_and_known_commodity() {
    let database = TestDatabase::new().await;
    let first = reading(1, month(2024, 1), 100);
    Sent::new("one", 1, vec![first]).store(&database.pool).await;
    let spelled = ExtractedReading {
        site: Some(" HALL ".into()),
        meter: Some("main".into()),
        commodity: None,
        ..reading(1, month(2024, 2), 90)
    };
    let water = ExtractedReading {
        commodity: Some(Commodity::Water),
        unit: Some(unit(Unit::Litre)),
        meter: None,
        ..reading(2, month(2024, 2), 5000)
    };
    let stored = Sent::new("two", 2, vec![spelled, water]).store(&database.pool).await;
    assert_eq!(stored.account.accepted, 2);
    assert_eq!(
        live(&database.pool).await,
        [
            "Hall,Main,electricity,2024-01-01 00:00:00,2024-02-01 00:00:00,100,kWh,100,consumption",
            "Hall,Main,electricity,2024-02-01 00:00:00,2024-03-01 00:00:00,90,kWh,90,consumption",
            "Hall,Water,water,2024-02-01 00:00:00,2024-03-01 00:00:00,5000,l,5,consumption",
        ]
    );
}

#[tokio::test]
async fn meters_without_a_site_stay_apart_by_sender() {
    let database = TestDatabase::new().await;
    let siteless =
        |quantity| ExtractedReading { site: None, ..reading(1, month(2024, 1), quantity) };
    Sent::new("one", 1, vec![siteless(1)]).store(&database.pool).await;
    let other =
        Sent { sender: "other@example.org".to_owned(), ..Sent::new("two", 2, vec![siteless(2)]) };
    other.store(&database.pool).await;
    let sites: Vec<String> = sqlx::query_scalar("select name from site order by name")
        .fetch_all(&database.pool)
        .await
        .expect("reads");
    assert_eq!(sites, ["No site (bills@example.com)", "No site (other@example.org)"]);
    assert_eq!(live(&database.pool).await.len(), 2);
}

#[tokio::test]
async fn registers_and_power_are_kept_apart_from_consumption() {
    let database = TestDatabase::new().await;
    let register =
        ExtractedReading { kind: ReadingKind::RegisterReading, ..reading(2, month(2024, 1), 5100) };
    let power = ExtractedReading {
        kind: ReadingKind::AveragePower,
        unit: Some(unit(Unit::Watt)),
        ..reading(3, month(2024, 1), 2500)
    };
    let all = vec![reading(1, month(2024, 1), 100), register, power];
    let stored = Sent::new("one", 1, all).store(&database.pool).await;
    assert_eq!(stored.account.accepted, 3);
    let live = live(&database.pool).await;
    assert!(live.iter().any(|line| line.ends_with("2500,W,2.5,average_power")), "{live:?}");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn the_first_dimension_of_a_meter_stays() {
    let database = TestDatabase::new().await;
    let gas = |row, period, unit_of| ExtractedReading {
        commodity: Some(Commodity::Gas),
        unit: Some(unit(unit_of)),
        ..reading(row, period, 10)
    };
    Sent::new("one", 1, vec![gas(1, month(2024, 1), Unit::CubicMetre)]).store(&database.pool).await;
    let second = Sent::new(
        "two",
        2,
        vec![gas(1, month(2024, 2), Unit::Ccf), gas(2, month(2024, 3), Unit::MegawattHour)],
    )
    .store(&database.pool)
    .await;
    assert_eq!((second.account.accepted, second.account.refused), (1, 1));
    assert_eq!(refusals(&database).await[0].0, "dimension_mismatch");
}

#[tokio::test]
async fn partly_overlapping_periods_are_both_kept_with_a_finding() {
    let database = TestDatabase::new().await;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    let shifted = span(date(2024, 1, 15), date(2024, 2, 14));
    Sent::new("two", 2, vec![reading(6, shifted, 110)]).store(&database.pool).await;
    assert_eq!(live(&database.pool).await.len(), 2);
    let findings: Vec<(String, String, String)> = sqlx::query_as(
        "select f.code, r.cell, o.cell from finding f
         join reading r using (reading_id) join reading o on o.reading_id = f.other_reading_id",
    )
    .fetch_all(&database.pool)
    .await
    .expect("reads");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].0, "overlap");
    let mut cells = [findings[0].1.as_str(), findings[0].2.as_str()];
    cells.sort_unstable();
    assert_eq!(cells, ["F2", "F7"]);
}

#[tokio::test]
async fn a_bill_adds_its_cost_and_a_table_does_not_take_it_away() {
    let database = TestDatabase::new().await;
    Sent::new("table", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    let bill = ExtractedReading { cost: Some(money(25)), ..reading(1, month(2024, 1), 100) };
    let bill = Sent::new("bill", 2, vec![bill]).store(&database.pool).await;
    assert_eq!(bill.account.superseding, 1);
    let table = Sent::new("table again", 3, vec![reading(8, month(2024, 1), 100)])
        .store(&database.pool)
        .await;
    assert_eq!(table.account.duplicate, 1);
    assert!(live(&database.pool).await[0].contains(",100,25,"));
}

#[tokio::test]
async fn the_hour_that_comes_twice_is_two_readings_where_the_zone_is_known() {
    let database = TestDatabase::new().await;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    sqlx::query("update site set time_zone = 'Europe/Berlin'")
        .execute(&database.pool)
        .await
        .expect("sets");
    let hour =
        readings::Period::new(date(2024, 10, 27).at(2, 0, 0, 0), date(2024, 10, 27).at(3, 0, 0, 0))
            .expect("an hour");
    let stored = Sent::new("two", 2, vec![reading(1, hour, 5), reading(2, hour, 5)])
        .store(&database.pool)
        .await;
    assert_eq!(stored.account.accepted, 2);
    let findings: i64 = sqlx::query_scalar("select count(*) from finding")
        .fetch_one(&database.pool)
        .await
        .expect("counts");
    assert_eq!(findings, 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_quarantined_and_can_be_read_again() {
    let database = TestDatabase::new().await;
    let sent = Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]);
    let problem =
        Problem::of_file(ProblemCode::ReaderTimeout, "The reader took more than 30 seconds.");
    let mail = Mail {
        source: "test",
        location: "one",
        version: "",
        raw: Some(b"one"),
        size_bytes: 3,
        digest: Sha256::digest("one").into(),
        header_id: None,
        sender: None,
        subject: None,
        sent_at: Some(day(1)),
        problems: &[],
        attachments: 1,
    };
    let file = MailFile {
        place: FilePlace { ordinal: 0, file_name: None, content_type: None, path: &[] },
        content: Content::Here(&sent.content),
        sha256: Sha256::digest(&sent.content).into(),
    };
    let unread = Opened::Unread(problem.clone());
    let stored =
        ledger::store(&database.pool, &mail, &file, Some((&unread, &Further::default())), now())
            .await
            .expect("stores");
    assert_eq!((stored.outcome, stored.reason), (Outcome::Quarantined, Some(problem)));
    let opened = Opened::Read { format: "xlsx".to_owned(), extraction: sent.extraction.clone() };
    let again = ledger::store_again(&database.pool, stored.id, "test", &opened, now())
        .await
        .expect("stores")
        .expect("it was quarantined");
    assert_eq!((again.outcome, again.account.accepted), (Outcome::Accepted, 1));
    let third =
        ledger::store_again(&database.pool, stored.id, "test", &opened, now()).await.expect("asks");
    assert_eq!(third.expect("is there").account, again.account, "read once more, it says the same");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_reader_that_miscounts_is_not_believed() {
    let database = TestDatabase::new().await;
    let mut sent = Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]);
    sent.extraction.rows += 1;
    let stored = sent.store(&database.pool).await;
    assert_eq!((stored.outcome, stored.account.refused), (Outcome::Quarantined, 3));
    assert_eq!(live(&database.pool).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_database_rejects_an_account_that_does_not_add_up() {
    let database = TestDatabase::new().await;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    let error = sqlx::query("update attachment set accepted = accepted + 1")
        .execute(&database.pool)
        .await
        .expect_err("the constraint holds");
    let constraint = error.as_database_error().and_then(|e| e.constraint().map(ToOwned::to_owned));
    assert_eq!(constraint.as_deref(), Some("row_account_adds_up"));
}

#[tokio::test]
async fn a_crash_between_two_files_loses_nothing() {
    let database = TestDatabase::new().await;
    let files =
        [sheet(vec![reading(1, month(2024, 1), 100)]), sheet(vec![reading(1, month(2024, 2), 90)])];
    let contents: Vec<Vec<u8>> =
        files.iter().map(|f| serde_json::to_vec(f).expect("writes")).collect();
    let mail = Mail {
        source: "test",
        location: "one",
        version: "",
        raw: Some(b"raw"),
        size_bytes: 3,
        digest: Sha256::digest("raw").into(),
        header_id: None,
        sender: None,
        subject: None,
        sent_at: Some(day(1)),
        problems: &[],
        attachments: 2,
    };
    let store = async |index: usize| {
        let ordinal = i32::try_from(index).expect("few");
        let place = FilePlace { ordinal, file_name: None, content_type: None, path: &[] };
        let sha256 = Sha256::digest(&contents[index]).into();
        let file = MailFile { place, content: Content::Here(&contents[index]), sha256 };
        let opened = Opened::Read { format: "csv".to_owned(), extraction: files[index].clone() };
        let none = Further::default();
        let opened = Some((&opened, &none));
        ledger::store(&database.pool, &mail, &file, opened, now()).await
    };
    store(0).await.expect("stores the first");
    // The second transaction dies after its readings were written: a trigger plays the power cut.
    sqlx::raw_sql(
        "create function cut() returns trigger language plpgsql as
             $$ begin raise exception 'power cut' using errcode = '57P01'; end $$;
         create trigger cut after insert on reading for each row execute function cut()",
    )
    .execute(&database.pool)
    .await
    .expect("arms");
    let before = dump(&database.pool).await;
    let error = store(1).await.expect_err("cut");
    assert_eq!(error.remedy(), Remedy::Retry, "{error:?}");
    assert_eq!(dump(&database.pool).await, before, "nothing of the second file is there");
    let known = known_mail(&database, &mail.digest).await;
    assert!(!known.is_complete);
    assert_eq!(known.ordinals.iter().copied().collect::<Vec<_>>(), [0]);

    sqlx::raw_sql("drop trigger cut on reading").execute(&database.pool).await.expect("disarms");
    store(1).await.expect("stores the second");
    let known = known_mail(&database, &mail.digest).await;
    assert!(known.is_complete);
    assert_eq!(live(&database.pool).await.len(), 2);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn odd_characters_do_not_stop_a_file() {
    let database = TestDatabase::new().await;
    let odd = ExtractedReading {
        sheet: "S\0heet".into(),
        cell: CellAddress::new(1, 1),
        site: Some("H\0all".into()),
        meter: Some("\u{202e}Main\u{0}".into()),
        ..reading(1, month(2024, 1), 100)
    };
    let mut sent = Sent::new("one", 1, vec![odd]);
    sent.extraction.problems.push(Problem::of_sheet(ProblemCode::Overlap, "S\0heet", "Nu\0ll"));
    sent.name = "a\0b.xlsx".to_owned();
    let stored = sent.store(&database.pool).await;
    assert_eq!(stored.account.accepted, 1);
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn nothing_that_readings_name_can_go_away() {
    let database = TestDatabase::new().await;
    Sent::new("one", 1, vec![reading(1, month(2024, 1), 100)]).store(&database.pool).await;
    for statement in [
        "delete from message_attachment; delete from attachment",
        "delete from meter",
        "update reading set superseded_at = now(), superseded_by = 999",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&database.pool).await.expect_err(statement);
        let code = refused.as_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("23503"), "{statement}: {refused}");
    }
}
