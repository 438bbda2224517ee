//! Rows in the binary form of `copy`, PostgreSQL's way of taking many rows at once.
//!
//! The form is that of the manual ("COPY", "Binary Format"); values are as the send functions of the types write them.
//! Rows leave in blocks, so that a large file is never in memory once more as a whole.

use std::borrow::Cow;
use std::io;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;

/// Bytes that are gathered before they are sent.
const BLOCK: usize = 128 * 1024;
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Numerics of PostgreSQL are written in digits to this base.
const BASE: u128 = 10_000;
/// Numbers by which PostgreSQL knows the types of what arrays hold.
const SMALLINT: i32 = 21;
const TEXT: i32 = 25;
const DOUBLE: i32 = 701;

/// A `copy` under way.
pub struct Copy<'c> {
    target: PgCopyIn<&'c mut PgConnection>,
    row: Row,
    columns: i16,
}

/// The bytes of rows, value by value.
#[derive(Debug, Default)]
pub struct Row {
    bytes: Vec<u8>,
}

impl<'c> Copy<'c> {
    /// Begins; `statement` is a `copy … from stdin (format binary)` of so many columns.
    pub async fn begin(
        connection: &'c mut PgConnection,
        statement: &str,
        columns: i16,
    ) -> Result<Self, sqlx::Error> {
        let target = connection.copy_in_raw(statement).await?;
        let mut row = Row { bytes: Vec::with_capacity(BLOCK + 4096) };
        row.bytes.extend_from_slice(SIGNATURE);
        row.bytes.extend_from_slice(&[0; 8]);
        Ok(Self { target, row, columns })
    }

    /// Takes a row: `write` must give exactly as many values as there are columns.
    pub async fn row(&mut self, write: impl FnOnce(&mut Row)) -> Result<(), sqlx::Error> {
        self.row.bytes.extend_from_slice(&self.columns.to_be_bytes());
        write(&mut self.row);
        if self.row.bytes.len() >= BLOCK {
            self.target.send(self.row.bytes.as_slice()).await?;
            self.row.bytes.clear();
        }
        Ok(())
    }

    /// Adds the last value of a row, of which [`Self::row`] was given all others: so many bytes, which are asked for in
    /// blocks, by a position and the most that are wanted from there, so that they need not be in memory as a whole.
    pub async fn large<'v>(
        &mut self,
        length: usize,
        block: impl Fn(usize, usize) -> io::Result<Cow<'v, [u8]>>,
    ) -> Result<(), sqlx::Error> {
        let announced =
            i32::try_from(length).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        self.row.bytes.extend_from_slice(&announced.to_be_bytes());
        self.target.send(self.row.bytes.as_slice()).await?;
        self.row.bytes.clear();
        for from in (0..length).step_by(BLOCK) {
            self.target.send(&*block(from, BLOCK)?).await?;
        }
        Ok(())
    }

    /// Ends; returns how many rows were taken.
    pub async fn finish(mut self) -> Result<u64, sqlx::Error> {
        self.row.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        self.target.send(self.row.bytes.as_slice()).await?;
        self.target.finish().await
    }
}

impl Row {
    /// No value.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    /// A `bigint`.
    pub fn bigint(&mut self, value: i64) {
        self.value(&value.to_be_bytes());
    }

    /// A `smallint`.
    pub fn smallint(&mut self, value: i16) {
        self.value(&value.to_be_bytes());
    }

    /// A `double precision`.
    pub fn double(&mut self, value: f64) {
        self.value(&value.to_be_bytes());
    }

    /// A `bytea`.
    pub fn bytes(&mut self, value: &[u8]) {
        self.value(value);
    }

    /// A `text`, without the null characters it cannot hold.
    pub fn text(&mut self, value: &str) {
        if value.contains('\0') {
            self.value(value.replace('\0', "").as_bytes());
        } else {
            self.value(value.as_bytes());
        }
    }

    /// A `text` that is written as something is shown.
    pub fn shown(&mut self, value: impl std::fmt::Display) {
        use std::io::Write;
        self.sized(|bytes| {
            // Writing into memory does not fail.
            let _ = write!(bytes, "{value}");
        });
    }

    /// A `date`: days since 2000.
    pub fn date(&mut self, value: Date) {
        let days = (value - Date::constant(2000, 1, 1)).get_days();
        self.value(&days.to_be_bytes());
    }

    /// A `timestamp` or `timestamptz`: microseconds since 2000.
    pub fn timestamp(&mut self, value: DateTime) {
        const EPOCH: DateTime = Date::constant(2000, 1, 1).at(0, 0, 0, 0);
        let since = value.duration_since(EPOCH).as_micros();
        self.bigint(i64::try_from(since).unwrap_or(i64::MAX));
    }

    /// A `numeric`, with the digits after the mark that the number has.
    pub fn numeric(&mut self, value: Decimal) {
        let scale = value.scale();
        // Digits after the mark are grouped by four from the mark on.
        let padding = (4 - scale % 4) % 4;
        let mut rest = value.mantissa().unsigned_abs() * 10_u128.pow(padding);
        let mut digits = [0_i16; 16];
        let mut first = digits.len();
        while rest > 0 {
            first -= 1;
            let small = u64::try_from(rest);
            let (next, digit) = match small {
                // Most numbers fit, and dividing them is ten times as fast.
                Ok(small) => (u128::from(small / 10_000), i16::try_from(small % 10_000)),
                Err(_) => (rest / BASE, i16::try_from(rest % BASE)),
            };
            digits[first] = digit.unwrap_or(0);
            rest = next;
        }
        let groups_after_mark = scale.div_ceil(4);
        let mut shown = &digits[first..];
        let weight = length(shown.len()) - i16::try_from(groups_after_mark).unwrap_or(0) - 1;
        while let Some((0, before)) = shown.split_last() {
            shown = before;
        }
        let is_zero = shown.is_empty();
        let sign: u16 = if value.is_sign_negative() && !is_zero { 0x4000 } else { 0 };
        self.sized(|bytes| {
            bytes.extend_from_slice(&length(shown.len()).to_be_bytes());
            bytes.extend_from_slice(&(if is_zero { 0 } else { weight }).to_be_bytes());
            bytes.extend_from_slice(&sign.to_be_bytes());
            // A zero is written as a parameter would be: without digits after the mark.
            let scale = if is_zero { 0 } else { scale };
            bytes.extend_from_slice(&i16::try_from(scale).unwrap_or(0).to_be_bytes());
            for digit in shown {
                bytes.extend_from_slice(&digit.to_be_bytes());
            }
        });
    }

    /// A value that may be missing.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    /// A `double precision[]`, in which some may be missing.
    pub fn doubles(&mut self, values: &[Option<f64>]) {
        self.array(DOUBLE, values, |row, value| row.optional(*value, Self::double));
    }

    /// A `smallint[]`, in which some may be missing.
    pub fn smallints(&mut self, values: &[Option<i16>]) {
        self.array(SMALLINT, values, |row, value| row.optional(*value, Self::smallint));
    }

    /// A `text[]`.
    pub fn texts(&mut self, values: &[impl AsRef<str>]) {
        self.array(TEXT, values, |row, value| row.text(value.as_ref()));
    }

    /// The number of dimensions, whether there may be nulls, and the type; then length and first place; then the values.
    fn array<T>(&mut self, of: i32, values: &[T], write: impl Fn(&mut Self, &T)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        for number in [i32::from(!values.is_empty()), 1, of] {
            self.bytes.extend_from_slice(&number.to_be_bytes());
        }
        if !values.is_empty() {
            let length = i32::try_from(values.len()).unwrap_or(i32::MAX);
            self.bytes.extend_from_slice(&length.to_be_bytes());
            self.bytes.extend_from_slice(&1_i32.to_be_bytes());
        }
        for value in values {
            write(self, value);
        }
        self.close(start);
    }

    fn value(&mut self, bytes: &[u8]) {
        self.sized(|all| all.extend_from_slice(bytes));
    }

    /// Writes a value after its length, which is known afterwards.
    fn sized(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes);
        self.close(start);
    }

    /// Writes the length of the value that begins at `start`.
    fn close(&mut self, start: usize) {
        let length = i32::try_from(self.bytes.len() - start - 4).unwrap_or(i32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

fn length(count: usize) -> i16 {
    i16::try_from(count).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use migrations::testing::TestDatabase;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    #[test]
    fn what_is_copied_is_what_a_parameter_would_have_stored() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let database = runtime.block_on(TestDatabase::new());
        let mut runner =
            TestRunner::new(Config { cases: 30, failure_persistence: None, ..Config::default() });
        let numbers = proptest::collection::vec((any::<i128>(), 0u32..=28, 0u32..100), 1..200);
        let result = runner.run(&numbers, |drawn| {
            let numbers: Vec<Decimal> = drawn
                .into_iter()
                .map(|(mantissa, scale, shift)| {
                    let mantissa = (mantissa >> 32) >> shift.min(95);
                    Decimal::from_i128_with_scale(mantissa, scale)
                })
                .chain([Decimal::ZERO, Decimal::MAX, Decimal::MIN, Decimal::new(0, 3)])
                .collect();
            let (copied, bound) = runtime.block_on(round_trip(&database, &numbers));
            prop_assert_eq!(copied, bound);
            Ok(())
        });
        result.expect("both are the same");
    }

    async fn round_trip(
        database: &TestDatabase,
        numbers: &[Decimal],
    ) -> (Vec<String>, Vec<String>) {
        let mut connection = database.pool.acquire().await.expect("a connection");
        sqlx::raw_sql(
            "drop table if exists pg_temp.probe; create temp table probe (number numeric)",
        )
        .execute(&mut *connection)
        .await
        .expect("makes");
        let statement = "copy probe (number) from stdin (format binary)";
        let mut copy = Copy::begin(&mut connection, statement, 1).await.expect("begins");
        for number in numbers {
            copy.row(|row| row.numeric(*number)).await.expect("takes");
        }
        assert_eq!(copy.finish().await.expect("ends"), numbers.len() as u64);
        let copied = sqlx::query_scalar("select number::text from probe")
            .fetch_all(&mut *connection)
            .await
            .expect("reads");
        let bound = sqlx::query_scalar("select n::text from unnest($1::numeric[]) n")
            .bind(numbers)
            .fetch_all(&mut *connection)
            .await
            .expect("reads");
        (copied, bound)
    }

    #[tokio::test]
    async fn every_kind_of_value_arrives() {
        let database = TestDatabase::new().await;
        let mut connection = database.pool.acquire().await.expect("a connection");
        sqlx::raw_sql(
            "create temp table probe (a bigint, b smallint, c text, d timestamp, e timestamptz, f text, g numeric, h float8)",
        )
        .execute(&mut *connection)
        .await
        .expect("makes");
        let statement = "copy probe from stdin (format binary)";
        let mut copy = Copy::begin(&mut connection, statement, 8).await.expect("begins");
        let rows = 5_000_i64;
        for number in 0..rows {
            copy.row(|row| {
                row.bigint(number);
                row.smallint(-1);
                row.text("Stra\0ße");
                row.timestamp(date(1969, 7, 20).at(20, 17, 40, 0));
                row.timestamp(date(2024, 2, 29).at(0, 0, 0, 1_000));
                row.shown(format_args!("AB{}", 2));
                row.optional(None, Row::numeric);
                row.double(-0.1);
            })
            .await
            .expect("takes");
        }
        copy.finish().await.expect("ends");
        let (count, shown): (i64, String) = sqlx::query_as(
            "select count(*), min(concat_ws('|', b, c, d, e at time zone 'UTC', f, g, h)) from probe",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("reads");
        assert_eq!(count, rows);
        assert_eq!(shown, "-1|Straße|1969-07-20 20:17:40|2024-02-29 00:00:00.000001|AB2|-0.1");
    }

    #[tokio::test]
    async fn arrays_arrive_with_what_is_missing_in_them() {
        let database = TestDatabase::new().await;
        let mut connection = database.pool.acquire().await.expect("a connection");
        sqlx::raw_sql(
            "create temp table probe (a float8[], b smallint[], c text[], d float8[], e date)",
        )
        .execute(&mut *connection)
        .await
        .expect("makes");
        let statement = "copy probe from stdin (format binary)";
        let mut copy = Copy::begin(&mut connection, statement, 5).await.expect("begins");
        copy.row(|row| {
            row.doubles(&[Some(1.5), None, Some(-0.25)]);
            row.smallints(&[None, Some(-7)]);
            row.texts(&["Straße", ""]);
            row.doubles(&[]);
            row.date(date(1999, 12, 30));
        })
        .await
        .expect("takes");
        assert_eq!(copy.finish().await.expect("ends"), 1);
        let same: bool = sqlx::query_scalar(
            "select a = '{1.5,null,-0.25}' and b = '{null,-7}' and c = array['Straße', ''] and d = '{}' and e = '1999-12-30' from probe",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("reads");
        assert!(same);
    }
}
