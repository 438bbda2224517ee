//! What is derived between stored readings: consumption from registers, gaps, repeated bills.

use ingest::ledger;
use jiff::civil::date;
use migrations::testing::TestDatabase;
use readings::{ExtractedReading, ReadingKind, Unit};
use rust_decimal::dec;
use sqlx::PgPool;

use crate::books::{Sent, dump, money, month, now, reading, span, unit};

fn register(row: u32, the_month: i8, number: i64) -> ExtractedReading {
    let last = month(2024, the_month).last_day();
    ExtractedReading {
        kind: ReadingKind::RegisterReading,
        ..reading(row, span(last, last), number)
    }
}

/// A mail for each register, one after the other.
fn mails(numbers: &[i64]) -> Vec<Sent> {
    (1..)
        .zip(numbers)
        .map(|(at, number)| {
            let the_month = i8::try_from(at).expect("a month");
            Sent::new(&format!("mail {at}"), at, vec![register(1, the_month, *number)])
        })
        .collect()
}

/// Period, quantity and reason of what is derived, in the order of time.
async fn derived(pool: &PgPool) -> Vec<String> {
    ledger::derive_due(pool, now()).await.expect("derives");
    sqlx::query_scalar(
        "select concat_ws(' ', d.period_start::date, d.period_end::date, coalesce(trim_scale(d.quantity)::text, '?'),
             d.reason, e.cell || '-' || r.cell)
         from derived_use d join reading r using (reading_id)
         join reading e on e.reading_id = d.earlier_reading_id order by d.period_start",
    )
    .fetch_all(pool)
    .await
    .expect("reads")
}

async fn findings(pool: &PgPool) -> Vec<(String, String)> {
    ledger::derive_due(pool, now()).await.expect("derives");
    sqlx::query_as("select code, sentence from finding order by code, sentence")
        .fetch_all(pool)
        .await
        .expect("reads")
}

#[tokio::test]
async fn a_register_that_comes_late_or_is_corrected_is_derived_anew() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let mails = mails(&[1000, 1100, 1210, 1300, 1420]);
    for (at, mail) in mails.iter().enumerate() {
        if at != 2 {
            mail.store(pool).await;
        }
    }
    let before = derived(pool).await;
    assert_eq!(before[1], "2024-03-01 2024-05-01 200 difference F2-F2", "March did not come");
    mails[2].store(pool).await;
    assert_eq!(
        derived(pool).await,
        [
            "2024-02-01 2024-03-01 100 difference F2-F2",
            "2024-03-01 2024-04-01 110 difference F2-F2",
            "2024-04-01 2024-05-01 90 difference F2-F2",
            "2024-05-01 2024-06-01 120 difference F2-F2",
        ]
    );
    Sent::new("correction", 9, vec![register(7, 3, 1190)]).store(pool).await;
    let corrected = derived(pool).await;
    assert_eq!(corrected[1], "2024-03-01 2024-04-01 90 difference F2-F8");
    assert_eq!(corrected[2], "2024-04-01 2024-05-01 110 difference F8-F2");
    // Deriving again, all of it, changes nothing.
    let once = dump(pool).await;
    sqlx::query("insert into derivation_due select meter_id from meter")
        .execute(pool)
        .await
        .expect("marks");
    assert_eq!(derived(pool).await, corrected);
    assert_eq!(dump(pool).await, once);
}

#[tokio::test]
async fn what_is_derived_is_exported_with_its_reason_and_both_cells() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    for mail in mails(&[99_500, 99_600, 99_700, 99_800, 99_910, 15, 120]) {
        mail.store(pool).await;
    }
    derived(pool).await;
    let mut out = Vec::new();
    let count = ingest::export::write_consumption_csv(pool, &mut out).await.expect("writes");
    let text = String::from_utf8(out).expect("UTF-8");
    assert_eq!(count, 6, "{text}");
    let lines: Vec<Vec<&str>> =
        text.lines().skip(1).map(|line| line.splitn(10, ',').collect()).collect();
    let brief: Vec<String> = lines[3..].iter().map(|line| line[3..9].join(" ")).collect();
    assert_eq!(
        brief,
        [
            "2024-05-01 2024-05-31 110 kWh registers difference",
            "2024-06-01 2024-06-30 105 kWh registers rollover",
            "2024-07-01 2024-07-31 105 kWh registers difference",
        ]
    );
    assert!(text.lines().nth(1).is_some_and(|line| line.ends_with("!F2")), "{text}");
}

#[tokio::test]
async fn the_order_of_arrival_leads_to_the_same_derivation() {
    let numbers = [99_500, 99_600, 99_700, 99_800, 99_910, 15, 120, 1_230, 330, 430, 540];
    let mut seen = Vec::new();
    for reversed in [false, true] {
        let database = TestDatabase::new().await;
        let mut mails = mails(&numbers);
        if reversed {
            mails.reverse();
        }
        for mail in &mails {
            mail.store(&database.pool).await;
            if reversed {
                derived(&database.pool).await;
            }
        }
        seen.push((derived(&database.pool).await, findings(&database.pool).await));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        seen[0].0,
        [
            "2024-02-01 2024-03-01 100 difference F2-F2",
            "2024-03-01 2024-04-01 100 difference F2-F2",
            "2024-04-01 2024-05-01 100 difference F2-F2",
            "2024-05-01 2024-06-01 110 difference F2-F2",
            "2024-06-01 2024-07-01 105 rollover F2-F2",
            "2024-07-01 2024-08-01 105 difference F2-F2",
            "2024-08-01 2024-10-01 210 misread F2-F2",
            "2024-10-01 2024-11-01 100 difference F2-F2",
            "2024-11-01 2024-12-01 110 difference F2-F2",
        ]
    );
    let codes: Vec<&str> = seen[0].1.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["register_misread", "register_rollover"]);
}

#[tokio::test]
async fn the_multiplier_and_the_unit_of_the_dial_are_honoured() {
    let database = TestDatabase::new().await;
    let dial = |row, the_month, number: rust_decimal::Decimal| ExtractedReading {
        quantity: readings::Quantity::new(number),
        unit: Some(unit(Unit::MegawattHour)),
        multiplier: Some(dec!(40)),
        ..register(row, the_month, 0)
    };
    let file = vec![dial(1, 1, dec!(9.9)), dial(2, 2, dec!(10.0)), dial(3, 3, dec!(10.15))];
    Sent::new("one", 1, file).store(&database.pool).await;
    assert_eq!(
        derived(&database.pool).await,
        [
            "2024-02-01 2024-03-01 4000 difference F2-F3",
            "2024-03-01 2024-04-01 6000 difference F3-F4",
        ]
    );
}

#[tokio::test]
async fn a_gap_is_found_with_both_cells_and_gone_when_the_month_arrives() {
    let database = TestDatabase::new().await;
    let bill = |row, the_month, quantity: i64| ExtractedReading {
        cost: Some(money(quantity / 4)),
        ..reading(row, month(2024, the_month), quantity)
    };
    let file = vec![bill(1, 1, 400), bill(2, 2, 440), bill(3, 4, 480)];
    Sent::new("one", 1, file).store(&database.pool).await;
    let found = findings(&database.pool).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "gap");
    assert!(found[0].1.contains("Data!F3") && found[0].1.contains("Data!F4"), "{}", found[0].1);
    // The bill of April under the dates of March.
    Sent::new("two", 2, vec![bill(9, 3, 480)]).store(&database.pool).await;
    let found = findings(&database.pool).await;
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["repeated"]);
    Sent::new("three", 3, vec![bill(9, 3, 420)]).store(&database.pool).await;
    assert_eq!(findings(&database.pool).await, []);
}

#[tokio::test]
async fn estimates_and_the_value_that_corrects_them_count_together() {
    let database = TestDatabase::new().await;
    let estimate = |row, the_month, quantity: i64| ExtractedReading {
        kind: ReadingKind::Estimated,
        ..reading(row, month(2024, the_month), quantity)
    };
    let plain = |row, the_month, quantity: i64| reading(row, month(2024, the_month), quantity);
    let file = vec![
        plain(1, 1, 3100),
        plain(2, 2, 2900),
        plain(3, 3, 3100),
        estimate(4, 4, 5000),
        plain(5, 5, 1100),
    ];
    Sent::new("one", 1, file).store(&database.pool).await;
    assert_eq!(derived(&database.pool).await, ["2024-04-01 2024-06-01 6100 trued_up F5-F6"]);
    let found = findings(&database.pool).await;
    assert_eq!(found.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["trued_up"]);
}

#[tokio::test]
async fn days_beside_a_bill_are_not_derived_between() {
    let database = TestDatabase::new().await;
    let day = |row, day: i8| reading(row, span(date(2024, 1, day), date(2024, 1, day)), 10 + row);
    Sent::new("one", 1, vec![day(1, 1), day(2, 2), day(3, 3)]).store(&database.pool).await;
    assert_eq!(derived(&database.pool).await, Vec::<String>::new());
    assert_eq!(findings(&database.pool).await, []);
}
