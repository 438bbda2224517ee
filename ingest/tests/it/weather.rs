//! The temperature of stations in the books: stored once, corrected by the newest statement, counted like readings.

use ingest::ledger::Outcome;
use jiff::civil::date;
use migrations::testing::TestDatabase;
use readings::{CellAddress, Extraction, WeatherKind, WeatherValue};
use rust_decimal::{Decimal, dec};

use crate::books::Sent;

fn january(value: Decimal) -> WeatherValue {
    WeatherValue {
        sheet: String::new(),
        cell: CellAddress::new(3, 1),
        station: "Lindental".to_owned(),
        kind: WeatherKind::Mean,
        start: date(2025, 1, 1),
        end: date(2025, 2, 1),
        value,
        base: None,
    }
}

fn sent(mail: &str, day: i64, weather: Vec<WeatherValue>) -> Sent {
    let rows = weather.len() as u64 + 1;
    let extraction = Extraction { weather, rows, not_data: 1, ..Extraction::default() };
    let content = serde_json::to_vec(&extraction).expect("writes");
    Sent { content, extraction, ..Sent::new(mail, day, Vec::new()) }
}

#[tokio::test]
async fn the_newest_statement_of_a_temperature_counts_and_the_earlier_one_stays() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let first = sent("first", 3, vec![january(dec!(1.4))]).store(pool).await;
    assert_eq!((first.outcome, first.account.accepted), (Outcome::Accepted, 1));
    let corrected = sent("second", 5, vec![january(dec!(1.6))]).store(pool).await;
    assert_eq!((corrected.outcome, corrected.account.superseding), (Outcome::Accepted, 1));
    let late = sent("third", 1, vec![january(dec!(9))]).store(pool).await;
    assert_eq!(late.account.superseding, 1, "said before both, it changes nothing that counts");
    let again = sent("fourth", 6, vec![january(dec!(1.60))]).store(pool).await;
    assert_eq!(again.account.duplicate, 1);
    let values: Vec<(Decimal, bool)> =
        sqlx::query_as("select value, superseded_at is null from temperature order by value")
            .fetch_all(pool)
            .await
            .expect("values");
    assert_eq!(values, [(dec!(1.4), false), (dec!(1.6), true), (dec!(9), false)]);
    let stations: i64 = sqlx::query_scalar("select count(*) from weather_station")
        .fetch_one(pool)
        .await
        .expect("stations");
    assert_eq!(stations, 1);
}
