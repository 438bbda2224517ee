//! A large file that is read in stretches gives what reading it as a whole gives.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::ops::ControlFlow;

use ingest::packed::ReadOtherwise;
use ingest::pass::{self, InProcess};
use ingest::reader::{Reader, ReaderLimits, ReaderPool};
use ingest::workbook::{self, Limits, StretchSize, read_in_stretches};
use migrations::testing::TestDatabase;
use proptest::test_runner::{Config, TestRunner};
use readings::Extraction;
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::books::{assert_books_balance, now};
use crate::corpus;
use crate::ledger_laws::dump_without_identities;
use crate::pass::configured;
use crate::reader::{context, program, reader};

const SITES: u32 = 8;
const METERS: u32 = 2;
const MONTHS: u32 = 12;

/// Readers of files in stretches of so many cells, and of whole files.
async fn readers(cells: usize) -> (Reader, Reader) {
    let stretches = StretchSize { file_bytes: 0, cells };
    (
        reader(ReaderLimits { stretches, ..ReaderLimits::default() }).await,
        reader(ReaderLimits::default()).await,
    )
}

/// What both ways read of a file, which has to be the same, and in how many parts.
async fn read_both(
    (parts, whole): &(Reader, Reader),
    name: &str,
    bytes: &[u8],
) -> (Extraction, usize) {
    let expected = whole.read(&context(name), bytes).await;
    let read = parts.read_in_parts(&context(name), bytes).await;
    let Ok((format, expected)) = expected else {
        assert_eq!(read.unwrap_err(), expected.unwrap_err(), "{name}");
        return (Extraction::default(), 0);
    };
    let read = read.unwrap();
    assert_eq!(read.format, format, "{name}");
    let (mut together, mut count) = (read.extraction, 1);
    loop {
        match read.further.part(count - 1).await {
            Ok(Some(part)) => {
                let readings = part.unpack().unwrap();
                together.rows += readings.len() as u64;
                together.readings.extend(readings);
                count += 1;
            }
            Ok(None) => break,
            Err(ReadOtherwise) => {
                let (code, whole, parts) = read.further.read_whole().await.unwrap().unwrap();
                assert_eq!((code.as_str(), parts.len()), (format.code(), 0));
                (together, count) = (whole, 1);
                break;
            }
        }
    }
    assert_eq!(together, expected, "{name}");
    (expected, count)
}

/// What is done to a table.
type Change<'c> = &'c dyn Fn(&mut Worksheet);

/// A table with a row for each month of each meter, sites one after the other.
fn table(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "Consumption of all sites").unwrap();
    for (column, heading) in
        (0..).zip(["Site", "Meter", "Utility", "From", "To", "Consumption (kWh)", "Cost (EUR)"])
    {
        sheet.write(2, column, heading).unwrap();
    }
    let mut row = 3;
    for site in 0..SITES {
        for meter in 0..METERS {
            for month in 1..=MONTHS {
                let quantity = f64::from(1000 + 37 * site + 211 * meter + 13 * (month * month % 7));
                let days = jiff::civil::date(2024, i8::try_from(month).unwrap(), 1).days_in_month();
                let date = |day| {
                    rust_xlsxwriter::ExcelDateTime::from_ymd(
                        2024,
                        u8::try_from(month).unwrap(),
                        day,
                    )
                    .unwrap()
                };
                sheet.write(row, 0, format!("House {site}")).unwrap();
                sheet.write(row, 1, format!("E-{site}-{meter}")).unwrap();
                sheet.write(row, 2, "electricity").unwrap();
                sheet.write_with_format(row, 3, date(1), &day).unwrap();
                sheet.write_with_format(row, 4, date(u8::try_from(days).unwrap()), &day).unwrap();
                sheet.write(row, 5, quantity + 0.25).unwrap();
                sheet.write(row, 6, (quantity * 21.0).round() / 100.0).unwrap();
                row += 1;
            }
        }
    }
    change(sheet);
    workbook.save_to_buffer().unwrap()
}

const ROWS: u32 = SITES * METERS * MONTHS;

#[tokio::test]
async fn a_long_table_is_read_in_stretches() {
    let bytes = table(|_| ());
    for (cells, least) in [(60, 7), (300, 3), (600, 2)] {
        let (read, parts) = read_both(&readers(cells).await, "long.xlsx", &bytes).await;
        assert_eq!(read.readings.len(), ROWS as usize);
        assert_eq!(read.problems, []);
        assert!(parts >= least, "{parts} parts of {cells} cells");
    }
}

#[tokio::test]
async fn what_needs_rows_far_away_is_read_as_a_whole() {
    let readers = readers(300).await;
    let last = 3 + ROWS;
    let changes: [(&str, Change<'_>); 7] = [
        ("a site comes back", &|sheet| {
            for (column, text) in [(0, " HOUSE 0"), (1, "E-0-9"), (2, "electricity")] {
                sheet.write(last, column, text).unwrap();
            }
            sheet.write(last, 3, "2024-01-01").unwrap();
            sheet.write(last, 4, "2024-01-31").unwrap();
            sheet.write(last, 5, 977.5).unwrap();
        }),
        ("the total of all", &|sheet| {
            sheet.write(last, 0, "Total").unwrap();
            sheet.write_formula(last, 5, format!("=SUM(F4:F{last})").as_str()).unwrap();
        }),
        ("a note below", &|sheet| {
            sheet.write(last + 1, 0, "All figures are in MWh.").unwrap();
        }),
        ("a text for a number", &|sheet| {
            sheet.write(last - 1, 5, "broken").unwrap();
        }),
        ("a title between", &|sheet| {
            sheet.write(last - 30, 0, "Figures below are budget").unwrap();
            for column in 1..7 {
                sheet.write_blank(last - 30, column, &Format::new().set_bold()).unwrap();
            }
        }),
        ("merged cells", &|sheet| {
            sheet.merge_range(0, 0, 0, 3, "Consumption of all sites", &Format::new()).unwrap();
        }),
        ("a site without a name", &|sheet| {
            for row in last - 12..last {
                sheet.write_blank(row, 0, &Format::new().set_bold()).unwrap();
            }
        }),
    ];
    for (what, change) in changes {
        let (_, parts) = read_both(&readers, what, &table(|sheet| change(sheet))).await;
        assert_eq!(parts, 1, "{what}");
    }
}

#[tokio::test]
async fn no_file_of_the_corpus_is_read_otherwise() {
    let readers = readers(60).await;
    for folder in ["workbooks", "nasty"] {
        for entry in corpus::entries(folder) {
            read_both(&readers, &entry.file, &entry.content).await;
        }
    }
}

#[test]
fn the_cells_of_stretches_are_those_of_the_sheet() {
    let (limits, size) = (Limits::default(), StretchSize { file_bytes: 0, cells: 50 });
    let mut read_so = 0;
    let long = [("long.xlsx".to_owned(), table(|_| ()))];
    let corpus = ["workbooks", "nasty"].into_iter().flat_map(corpus::entries);
    for (name, bytes) in corpus.map(|entry| (entry.file, entry.content)).chain(long) {
        let mut cells = Vec::new();
        let read = read_in_stretches(&bytes, &limits, size, |sheet| {
            cells.extend(sheet.cells);
            ControlFlow::Continue(())
        });
        if read.is_ok() {
            let whole = workbook::read(&bytes, &limits).unwrap();
            assert!(whole.sheets.len() == 1 && whole.sheets[0].cells == cells, "{name}");
            read_so += 1;
        }
    }
    assert!(read_so >= 20, "{read_so} files were plain");
}

/// What is done to a row of the table.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Total,
    Text,
    Empty,
    Twice,
    Large,
    Dash,
    NoMeter,
    OtherUnit,
}

const HARMS: [Harm; 8] = [
    Harm::Total,
    Harm::Text,
    Harm::Empty,
    Harm::Twice,
    Harm::Large,
    Harm::Dash,
    Harm::NoMeter,
    Harm::OtherUnit,
];

fn harm(sheet: &mut Worksheet, row: u32, harm: Harm) {
    let blank = |sheet: &mut Worksheet, column| {
        sheet.write_blank(row, column, &Format::new().set_bold()).unwrap();
    };
    match harm {
        Harm::Total => {
            sheet.write(row, 1, "Total").unwrap();
            sheet.write(row, 5, 12_345.5).unwrap();
        }
        Harm::Text => {
            sheet.write(row, 5, "1.234,5").unwrap();
        }
        Harm::Empty => blank(sheet, 5),
        Harm::Twice => {
            sheet.write(row, 3, "2024-06-01").unwrap();
            sheet.write(row, 4, "2024-06-30").unwrap();
        }
        Harm::Large => {
            sheet.write(row, 5, 9.9e9).unwrap();
        }
        Harm::Dash => {
            sheet.write(row, 5, "-").unwrap();
        }
        Harm::NoMeter => blank(sheet, 1),
        Harm::OtherUnit => {
            sheet.write(row, 5, "12 MWh").unwrap();
        }
    }
}

#[test]
fn whatever_stands_in_the_rows_both_ways_read_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner =
        TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let harms = proptest::collection::vec((0..ROWS, proptest::sample::select(&HARMS[..])), 0..3);
    let in_parts = std::cell::Cell::new(0);
    runner
        .run(&(harms, 60usize..900), |(harms, cells)| {
            let bytes = table(|sheet| {
                for (row, what) in &harms {
                    harm(sheet, 3 + row, *what);
                }
            });
            let (_, parts) = runtime
                .block_on(async { read_both(&readers(cells).await, "harmed.xlsx", &bytes).await });
            in_parts.set(in_parts.get() + usize::from(parts > 1));
            Ok(())
        })
        .unwrap();
    assert!((10..60).contains(&in_parts.get()), "{} of 60 in stretches", in_parts.get());
}

#[tokio::test]
async fn what_is_stored_is_the_same_also_where_the_reader_changes_its_mind() {
    let last = 3 + ROWS;
    let harmed = table(|sheet| harm(sheet, last - 1, Harm::Text));
    let noted = table(|sheet| {
        sheet.write(last + 1, 0, "All figures are in MWh.").unwrap();
    });
    for (what, bytes) in [("clean", table(|_| ())), ("harmed", harmed), ("noted", noted)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("long.xlsx"), &bytes).unwrap();
        let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
        let stretches = StretchSize { file_bytes: 0, cells: 300 };
        let limits = ReaderLimits { stretches, ..ReaderLimits::default() };
        let mut pool = ReaderPool::spawn(program(), 2, limits).await.unwrap();
        let source = || configured("folder", folder.path(), "leave");
        let mut reports = Vec::new();
        for (database, readers) in [(&one, None), (&other, Some(&mut pool))] {
            let (sources, now) = ([source()], now());
            let report = match readers {
                None => {
                    let mut whole = InProcess::default();
                    pass::run(&database.pool, &sources, &mut whole, now, &mut ()).await
                }
                Some(pool) => pass::run(&database.pool, &sources, pool, now, &mut ()).await,
            };
            reports.push(report.unwrap());
            assert_books_balance(database).await;
        }
        assert_eq!(reports[0].rows, reports[1].rows, "{what}");
        assert!(reports[0].rows.accepted + 1 >= u64::from(ROWS), "{what}");
        let dumps = (dump_without_identities(&one).await, dump_without_identities(&other).await);
        assert_eq!(dumps.0, dumps.1, "{what}");
        // The file is its own original, and is kept once.
        let kept: (Option<Vec<u8>>, Vec<u8>) =
            sqlx::query_as("select m.raw, a.content from message m, attachment a")
                .fetch_one(&other.pool)
                .await
                .unwrap();
        assert!(kept == (None, bytes), "{what}");
    }
}
