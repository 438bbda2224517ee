//! Files whose notation only other files of their sender prove.

use std::fs;
use std::path::Path;

use ingest::pass::{self, InProcess, PassReport};
use ingest::source::{self, AnySource, SourceConfig};
use migrations::testing::TestDatabase;

use crate::books::{assert_books_balance, live, now};

/// May be 1 to 5 April, and 4 January to 4 May.
const OPEN: &str = "Site,Meter,Commodity,Start,End,Consumption (kWh)\n\
    North,M1,Electricity,01/04/2024,05/04/2024,120.5\n";
/// Is 14 to 18 March.
const DAY_FIRST: &str = "Site,Meter,Commodity,Start,End,Consumption (kWh)\n\
    North,M1,Electricity,14/03/2024,18/03/2024,100.5\n";
/// Is March 14 to 18.
const MONTH_FIRST: &str = "Site,Meter,Commodity,Start,End,Consumption (kWh)\n\
    North,M1,Electricity,03/14/2024,03/18/2024,101.5\n";
/// May be 69.623 and 69,623.
const OPEN_MARK: &str = "Site;Meter;Commodity;Start;End;Consumption (kWh)\n\
    North;M1;Electricity;2024-05-01;2024-05-31;69,623\n";
/// Has a decimal comma.
const COMMA: &str = "Site;Meter;Commodity;Start;End;Consumption (kWh)\n\
    North;M1;Electricity;2024-04-01;2024-04-30;71,5\n";

fn source_of(sender: &str, path: &Path) -> AnySource {
    let config: SourceConfig = serde_json::from_value(serde_json::json!({
        "name": sender, "kind": "folder", "path": path, "after": "leave",
    }))
    .expect("a legal source");
    source::open(&config, path, now).expect("opens")
}

/// One pass over the folder of a sender.
async fn arrives(
    database: &TestDatabase,
    folder: &Path,
    sender: &str,
    files: &[(&str, &str)],
) -> PassReport {
    let path = folder.join(sender);
    fs::create_dir_all(&path).expect("makes");
    for (name, content) in files {
        fs::write(path.join(name), content).expect("writes");
    }
    let sources = [source_of(sender, &path)];
    let mut reader = InProcess::default();
    pass::run(&database.pool, &sources, &mut reader, now(), &mut ()).await.expect("runs")
}

async fn outcomes(database: &TestDatabase) -> Vec<String> {
    sqlx::query_scalar("select outcome from attachment order by attachment_id")
        .fetch_all(&database.pool)
        .await
        .expect("reads")
}

#[tokio::test]
async fn the_order_of_day_and_month_is_that_of_earlier_files_of_the_sender() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let folder = folder.path();
    arrives(&database, folder, "north", &[("march.csv", DAY_FIRST)]).await;
    let report = arrives(&database, folder, "north", &[("april.csv", OPEN)]).await;
    assert_eq!((report.rows.accepted, report.held.len()), (1, 0), "{report:?}");
    let live = live(&database.pool).await;
    assert!(live[1].contains("2024-04-01"), "{live:?}");
    // Of another sender nothing is known.
    let other = OPEN.replace("120.5", "99.5");
    let report = arrives(&database, folder, "south", &[("april.csv", &other)]).await;
    assert_eq!(report.held[0].code, "ambiguous_date");
    // Another layout of the same sender is another program's.
    let other = OPEN.replace("Meter", "Meter number").replace("M1", "M2");
    let report = arrives(&database, folder, "north", &[("other.csv", &other)]).await;
    assert_eq!(report.held[0].code, "ambiguous_date");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_file_that_waits_is_read_when_a_later_one_proves_its_order() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let folder = folder.path();
    let report = arrives(&database, folder, "north", &[("april.csv", OPEN)]).await;
    assert_eq!(report.held[0].code, "ambiguous_date");
    arrives(&database, folder, "north", &[("march.csv", DAY_FIRST)]).await;
    assert_eq!(outcomes(&database).await, ["accepted", "accepted"]);
    let live = live(&database.pool).await;
    assert!(live[1].contains("2024-04-01") && live[1].contains(",120.5,"), "{live:?}");
    assert_books_balance(&database).await;
}

#[tokio::test]
async fn a_sender_that_writes_both_orders_is_asked() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let folder = folder.path();
    let both = [("one.csv", DAY_FIRST), ("two.csv", MONTH_FIRST)];
    arrives(&database, folder, "north", &both).await;
    let report = arrives(&database, folder, "north", &[("april.csv", OPEN)]).await;
    assert_eq!(report.held[0].code, "ambiguous_date");
}

#[tokio::test]
async fn the_decimal_mark_is_that_of_earlier_files_of_the_sender() {
    let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let folder = folder.path();
    let report = arrives(&database, folder, "north", &[("five.csv", OPEN_MARK)]).await;
    assert_eq!(report.held[0].code, "ambiguous_number");
    arrives(&database, folder, "north", &[("four.csv", COMMA)]).await;
    let live = live(&database.pool).await;
    assert!(live.len() == 2 && live[1].contains(",69.623,"), "{live:?}");
    // A file that contradicts itself is not like the others.
    let row = |month, quantity| {
        format!("North;M1;Electricity;2024-{month}-01;2024-{month}-30;{quantity}")
    };
    let torn = format!("{OPEN_MARK}{}\n{}\n", row("06", "1,234.5"), row("09", "7,25"));
    let report = arrives(&database, folder, "north", &[("torn.csv", &torn)]).await;
    assert_eq!(report.held[0].code, "ambiguous_number", "{report:?}");
    assert_books_balance(&database).await;
}
