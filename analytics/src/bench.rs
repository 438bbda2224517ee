//! The robust seasonal rule from a table to a table, for measuring beside other programs (`deploy/bench/analyse`).
//!
//! Binary COPY out on several connections, the rule, binary COPY back in one transaction.

use std::collections::HashMap;

use migrations::copy_out::{self, Fields};
use sqlx::{Connection, PgConnection};

use crate::calendar::month_of;
use crate::engine::robust_seasonal::{Deviation, Reading, Scratch, judge};

/// What the bench reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// `monthly(meter_id, month, kwh)` to `deviation`: the newest month.
    Monthly,
    /// `hourly(meter_id, ts, kwh)` to `deviation_hourly`: the last 168 hours.
    Hourly,
}

/// Why it stopped.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The database said no.
    #[error("the tables of the bench cannot be read or written; gen/gen_w2.py makes them")]
    Database(#[from] sqlx::Error),
    /// A part of the reading was stopped.
    #[error("a connection was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Outcome {
    /// Rows read.
    pub read: u64,
    /// Rows written.
    pub written: u64,
    /// Flagged among them.
    pub flagged: u64,
}

/// Connections that read at once.
const READERS: i32 = 2;
/// Hours of the last week that are judged.
const LAST_HOURS: i64 = 167;
/// Days from 1970 to 2000, from which PostgreSQL counts.
const EPOCH: i32 = 10_957;
/// The signature, flags and extension length with which a binary COPY begins.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl Work {
    const fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::Monthly => ("monthly", "month"),
            Self::Hourly => ("hourly", "ts"),
        }
    }

    const fn seasons(self) -> usize {
        match self {
            Self::Monthly => 12,
            Self::Hourly => 168,
        }
    }
}

/// Reads, judges, writes.
pub async fn run(url: &str, work: Work) -> Result<Outcome, BenchError> {
    let parts = (0..READERS).map(|part| tokio::spawn(read(url.to_owned(), work, part)));
    let parts: Vec<_> = parts.collect();
    let mut meters: Vec<(i32, Vec<Reading>)> = Vec::new();
    for part in parts {
        meters.extend(part.await??);
    }
    meters.sort_unstable_by_key(|(meter, _)| *meter);
    let newest = meters.iter().flat_map(|(_, readings)| readings).map(|reading| reading.time).max();
    let edge = newest.unwrap_or(0) - if work == Work::Hourly { LAST_HOURS } else { 0 };
    let mut outcome = Outcome::default();
    let mut rows = COPY_HEADER.to_vec();
    let mut scratch = Scratch::default();
    for (meter, readings) in &meters {
        outcome.read += readings.len() as u64;
        judge(readings, edge, work.seasons(), &mut scratch, |deviation| {
            outcome.written += 1;
            outcome.flagged += u64::from(deviation.flagged);
            row(&mut rows, work, *meter, &deviation);
        });
    }
    rows.extend((-1_i16).to_be_bytes());
    write(url, work, &rows).await?;
    Ok(outcome)
}

/// Fits the degree-day model of every meter to the twelve months before the newest of `monthly` and the temperatures of
/// `temperature(month, celsius)`, and writes what it expects of the newest to `degree_days(meter_id, expected)`.
pub async fn degree_days(url: &str) -> Result<Outcome, BenchError> {
    let mut connection = PgConnection::connect(url).await?;
    let temperatures: Vec<(i32, f64)> = sqlx::query_as(
        "select (month - date '1970-01-01')::int4, celsius from temperature order by month",
    )
    .fetch_all(&mut connection)
    .await?;
    let warm: HashMap<i64, f64> = temperatures
        .iter()
        .map(|(day, celsius)| (i64::from(month_of(f64::from(*day))), *celsius))
        .collect();
    let mut meters = Vec::new();
    for part in 0..READERS {
        meters.extend(read(url.to_owned(), Work::Monthly, part).await?);
    }
    let newest = meters.iter().flat_map(|(_, readings)| readings).map(|reading| reading.time).max();
    let newest = newest.unwrap_or(0);
    let mut outcome = Outcome::default();
    let mut rows = COPY_HEADER.to_vec();
    let days = |month: i64| {
        let month = i32::try_from(month).unwrap_or(0);
        crate::calendar::first_day(month + 1) - crate::calendar::first_day(month)
    };
    for (meter, readings) in &meters {
        outcome.read += readings.len() as u64;
        let year = readings.iter().filter(|reading| (newest - 12..newest).contains(&reading.time));
        let (used, warmth): (Vec<f64>, Vec<f64>) = year
            .filter_map(|reading| {
                Some((reading.value / days(reading.time), *warm.get(&reading.time)?))
            })
            .unzip();
        let model = crate::engine::degree_days::fit(&used, &warmth, |_| 1.0);
        let (Some(model), Some(now)) = (model, warm.get(&newest)) else { continue };
        outcome.written += 1;
        rows.extend(2_i16.to_be_bytes());
        rows.extend(4_i32.to_be_bytes());
        rows.extend(meter.to_be_bytes());
        rows.extend(8_i32.to_be_bytes());
        rows.extend((model.at(*now) * days(newest)).to_be_bytes());
    }
    rows.extend((-1_i16).to_be_bytes());
    replace(
        &mut connection,
        "truncate degree_days",
        "copy degree_days from stdin (format binary)",
        &rows,
    )
    .await?;
    Ok(outcome)
}

async fn read(url: String, work: Work, part: i32) -> Result<Vec<(i32, Vec<Reading>)>, BenchError> {
    let mut connection = PgConnection::connect(&url).await?;
    let (table, time) = work.source();
    let statement = format!(
        "copy (select meter_id, {time}, kwh from {table} where meter_id % {READERS} = {part}) to stdout (format binary)"
    );
    let mut meters: Vec<(i32, Vec<Reading>)> = Vec::new();
    let mut place: HashMap<i32, usize> = HashMap::new();
    let mut last = usize::MAX;
    copy_out::each_row(&mut connection, &statement, |row| {
        let meter = row.integer()?;
        let reading = reading(row, work)?;
        // Rows of a meter mostly come together.
        if meters.get(last).is_none_or(|(known, _)| *known != meter) {
            last = *place.entry(meter).or_insert_with(|| {
                meters.push((meter, Vec::new()));
                meters.len() - 1
            });
        }
        meters[last].1.push(reading);
        Some(())
    })
    .await?;
    Ok(meters)
}

/// Time and value of a row.
fn reading(row: &mut Fields<'_>, work: Work) -> Option<Reading> {
    let (time, season) = match work {
        Work::Monthly => {
            let month = month_of(f64::from(row.integer()? + EPOCH));
            (i64::from(month), u16::try_from(month.rem_euclid(12)).ok()?)
        }
        Work::Hourly => {
            let hours = row.microseconds()?.div_euclid(3_600_000_000);
            // 2000-01-01 was a Saturday.
            (hours, u16::try_from((hours + 5 * 24).rem_euclid(168)).ok()?)
        }
    };
    Some(Reading { time, season, value: row.double()? })
}

fn row(rows: &mut Vec<u8>, work: Work, meter: i32, deviation: &Deviation) {
    rows.extend(7_i16.to_be_bytes());
    let mut field = |bytes: &[u8]| {
        rows.extend(i32::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
        rows.extend(bytes);
    };
    field(&meter.to_be_bytes());
    match work {
        Work::Monthly => {
            let month = i32::try_from(deviation.time).unwrap_or(0);
            #[expect(clippy::cast_possible_truncation, reason = "days of the calendar fit")]
            let day = crate::calendar::first_day(month) as i32 - EPOCH;
            field(&day.to_be_bytes());
        }
        Work::Hourly => field(&(deviation.time * 3_600_000_000).to_be_bytes()),
    }
    for number in [deviation.value, deviation.baseline, deviation.scale, deviation.score] {
        field(&number.to_be_bytes());
    }
    field(&[u8::from(deviation.flagged)]);
}

async fn write(url: &str, work: Work, rows: &[u8]) -> Result<(), BenchError> {
    let mut connection = PgConnection::connect(url).await?;
    let (truncate, copy) = match work {
        Work::Monthly => ("truncate deviation", "copy deviation from stdin (format binary)"),
        Work::Hourly => {
            ("truncate deviation_hourly", "copy deviation_hourly from stdin (format binary)")
        }
    };
    replace(&mut connection, truncate, copy, rows).await
}

/// Replaces all rows of a table in one transaction.
async fn replace(
    connection: &mut PgConnection,
    truncate: &'static str,
    copy: &str,
    rows: &[u8],
) -> Result<(), BenchError> {
    let mut transaction = connection.begin().await?;
    sqlx::query(truncate).execute(&mut *transaction).await?;
    let mut copy = transaction.copy_in_raw(copy).await?;
    for chunk in rows.chunks(1 << 18) {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    transaction.commit().await?;
    Ok(())
}
