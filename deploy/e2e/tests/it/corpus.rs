//! Every real workbook through the whole chain: nothing disappears, and what is read is right.

use std::path::{Path, PathBuf};
use std::process::Command;

use mail_builder::MessageBuilder;
use mail_builder::headers::date::Date;
use migrations::testing::TestDatabase;
use serde_json::Value;
use sqlx::Row;
use tempfile::TempDir;

use crate::binary::{Meterwatch, shared};

/// Of the files with a table of truth, so many reach a recall of 0.9 at least.
const WELL_READ: usize = 15;

/// So many of all workbooks give readings at least; the others say what must be answered first.
const STORED: usize = 10;

const CONFIGURATION: &str = "[[source]]\nname = \"corpus\"\nkind = \"folder\"\npath = \"mail\"\n";

fn workbooks() -> Vec<PathBuf> {
    let folder = shared().join("corpus/workbooks");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a folder of workbooks")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() > 30, "{} workbooks in {}", files.len(), folder.display());
    files
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

/// Each workbook in a mail of its own.
fn mailbox(folder: &Path, workbooks: &[PathBuf]) {
    let mail = folder.join("mail");
    std::fs::create_dir(&mail).expect("made");
    std::fs::write(folder.join("meterwatch.toml"), CONFIGURATION).expect("written");
    for (number, workbook) in (0i64..).zip(workbooks) {
        let bytes = MessageBuilder::new()
            .from(("Reports", "reports@example.org"))
            .to("readings@example.org")
            .subject(format!("Report {number}"))
            .message_id(format!("{number}@example.org"))
            .date(Date::new(1_760_000_000 + number))
            .text_body("Attached.")
            .attachment(
                "application/octet-stream",
                name(workbook),
                std::fs::read(workbook).expect("read"),
            )
            .write_to_vec()
            .expect("written");
        std::fs::write(mail.join(format!("{number:03}.eml")), bytes).expect("written");
    }
}

#[tokio::test]
async fn every_workbook_ends_in_readings_or_in_a_reason() {
    let workbooks = workbooks();
    let folder = TempDir::new().expect("a folder");
    mailbox(folder.path(), &workbooks);
    let database = TestDatabase::new().await;
    let meterwatch = Meterwatch::new(folder.path(), &["--database-url", &database.url]);
    meterwatch.expect(&["ingest"], &[0, 4]);

    let outcomes = sqlx::query(
        "select file_name, outcome, outcome_code, outcome_sentence, rows, accepted, superseding, refused,
             accepted + duplicate + superseding + refused + not_data as outcomes,
             (select count(*) from reading r where r.attachment_id = a.attachment_id) as readings,
             (select count(*) from refusal r where r.attachment_id = a.attachment_id) as refusals
         from attachment a join message_attachment using (attachment_id)
         order by file_name",
    )
    .fetch_all(&database.pool)
    .await
    .expect("asked");
    assert_eq!(outcomes.len(), workbooks.len(), "a workbook has disappeared");
    let mut with_readings = 0;
    for row in outcomes {
        let file: String = row.get("file_name");
        let number = |column: &str| row.get::<i64, _>(column);
        assert_eq!(number("rows"), number("outcomes"), "{file}: the account does not add up");
        assert_eq!(number("readings"), number("accepted") + number("superseding"), "{file}");
        assert!(
            number("refusals") >= i64::from(number("refused") > 0),
            "{file}: refused without a reason"
        );
        let code: Option<String> = row.get("outcome_code");
        let sentence: Option<String> = row.get("outcome_sentence");
        match row.get::<&str, _>("outcome") {
            "accepted" | "partial" => with_readings += 1,
            "quarantined" => {
                assert!(
                    code.is_some_and(|code| !code.is_empty()),
                    "{file}: quarantined without a code"
                );
                assert!(
                    sentence.is_some_and(|s| s.len() > 20),
                    "{file}: quarantined without a sentence"
                );
                assert_eq!(number("readings"), 0, "{file}: quarantined and yet stored");
            }
            outcome => assert_eq!((outcome, number("readings")), ("not_data", 0), "{file}"),
        }
    }
    println!("{with_readings} of {} workbooks gave readings", workbooks.len());
    assert!(with_readings >= STORED, "{with_readings}");

    let export = |meterwatch: &Meterwatch| meterwatch.expect(&["export", "readings"], &[0]);
    let first = export(&meterwatch);
    meterwatch.expect(&["ingest"], &[0, 4]);
    assert_eq!(first, export(&meterwatch), "a second pass changed what is stored");
}

/// The workbooks that have a table of truth, from the manifest of the corpus.
fn with_truth() -> Vec<(PathBuf, PathBuf)> {
    let corpus = shared().join("corpus");
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.csv")).expect("a manifest");
    let mut reader = csv::Reader::from_reader(manifest.as_bytes());
    let records = reader.records().map(|record| record.expect("a record"));
    let pairs: Vec<_> = records
        .filter_map(|record| {
            let expected = record.get(8)?;
            let truth = expected.split_whitespace().next()?;
            truth.starts_with("truth/").then(|| (corpus.join(&record[0]), corpus.join(truth)))
        })
        .collect();
    assert!(pairs.len() >= 20, "{} tables of truth", pairs.len());
    pairs
}

#[test]
fn what_is_read_agrees_with_the_truth() {
    let folder = TempDir::new().expect("a folder");
    let meterwatch = Meterwatch::new(folder.path(), &[]);
    let pairs: Vec<String> = with_truth()
        .iter()
        .enumerate()
        .map(|(number, (workbook, truth))| {
            let workbook = workbook.to_string_lossy();
            let printed = meterwatch.expect(&["extract", "--format", "csv", &workbook], &[0, 4]);
            let extracted = folder.path().join(format!("{number}.csv"));
            std::fs::write(&extracted, printed).expect("written");
            format!("{}={}", truth.display(), extracted.display())
        })
        .collect();
    let scored = Command::new("python3")
        .arg(shared().join("tools/score_extract.py"))
        .args(["--json", "--show", "3", "--pairs"])
        .args(&pairs)
        .output()
        .expect("python3 is there");
    let score: Value = serde_json::from_slice(&scored.stdout).expect("a score");
    let files = score["files"].as_object().expect("files");
    assert_eq!(files.len(), pairs.len());
    let mut well_read = 0;
    for (file, score) in files {
        let count = |key: &str| score[key].as_u64().expect("a count");
        assert_eq!(count("wrong") + count("extra"), 0, "{file} holds wrong readings: {score}");
        let silent = count("right") == 0;
        well_read += usize::from(!silent && score["recall"].as_f64().expect("a share") >= 0.9);
    }
    println!(
        "{well_read} of {} files read with a recall of 0.9 or more; {}",
        files.len(),
        score["total"]
    );
    assert!(well_read >= WELL_READ, "{well_read}");
}
