//! Rows in the binary form of `copy … to stdout`, PostgreSQL's way of handing out many rows at once.
//!
//! Rows are seen while they arrive and are never held together; their values are read from the bytes as the send
//! functions of the types write them, which spares PostgreSQL the casts and texts of a query.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use sqlx::PgConnection;

/// The signature, flags and extension length with which a binary copy begins.
const HEADER: usize = 19;
/// From 1970 to 2000, from which PostgreSQL counts, in microseconds.
const EPOCH: i64 = 946_684_800_000_000;
/// Whole numbers up to this are exact in a double.
const EXACT: u64 = 1 << 53;
/// Powers of ten up to this one are exact in a double.
const EXACT_POWER: u32 = 22;

/// Hands each row of a `copy … to stdout (format binary)` to `take`, which is to read its values in their order.
pub async fn each_row(
    connection: &mut PgConnection,
    statement: &str,
    mut take: impl FnMut(&mut Fields<'_>) -> Option<()>,
) -> Result<u64, sqlx::Error> {
    let mut stream = connection.copy_out_raw(statement).await?;
    let mut header = HEADER;
    let mut rows = 0;
    while let Some(chunk) = stream.try_next().await? {
        let mut bytes = &chunk[..];
        let skipped = header.min(bytes.len());
        bytes = &bytes[skipped..];
        header -= skipped;
        // A message holds whole rows; the last one is a row of minus one columns.
        while let Some((columns, rest)) = bytes.split_first_chunk::<2>() {
            if i16::from_be_bytes(*columns) < 0 {
                break;
            }
            let mut fields = Fields { bytes: rest };
            take(&mut fields).ok_or_else(|| {
                sqlx::Error::Decode(format!("row {rows} of `{statement}` is of other types").into())
            })?;
            bytes = fields.bytes;
            rows += 1;
        }
    }
    Ok(rows)
}

/// A text as it is written in a statement: a `copy` takes no parameters.
pub fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', r"\\").replace('\'', "''").replace('\0', ""))
}

/// The values of a row that are still to be read. Each is `None` where it is not of the type that is asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<Value<'a>> {
        let (length, rest) = self.bytes.split_first_chunk::<4>()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.bytes = rest;
            return Some(Value::Null);
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.bytes = rest;
        Some(Value::Bytes(value))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        match self.next()? {
            Value::Bytes(bytes) => Some(bytes),
            Value::Null => None,
        }
    }

    fn exactly<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    /// A `bigint`.
    pub fn bigint(&mut self) -> Option<i64> {
        self.exactly().map(i64::from_be_bytes)
    }

    /// An `integer`, or a `date` as days since 2000.
    pub fn integer(&mut self) -> Option<i32> {
        self.exactly().map(i32::from_be_bytes)
    }

    /// A `smallint`.
    pub fn smallint(&mut self) -> Option<i16> {
        self.exactly().map(i16::from_be_bytes)
    }

    /// A `double precision`.
    pub fn double(&mut self) -> Option<f64> {
        self.exactly().map(f64::from_be_bytes)
    }

    /// A `boolean`.
    pub fn boolean(&mut self) -> Option<bool> {
        self.exactly().map(|[byte]| byte != 0)
    }

    /// A `text`.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A `text` that may be null, which is empty then.
    pub fn text_or_empty(&mut self) -> Option<&'a str> {
        match self.next()? {
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            Value::Null => Some(""),
        }
    }

    /// A `timestamp` in microseconds since 2000.
    pub fn microseconds(&mut self) -> Option<i64> {
        self.bigint()
    }

    /// A `timestamp` in days since 1970: exactly what `extract(epoch from …)::float8 / 86400` makes of it.
    pub fn days(&mut self) -> Option<f64> {
        self.microseconds().map(|since_2000| match since_2000 {
            i64::MAX => f64::INFINITY,
            i64::MIN => f64::NEG_INFINITY,
            _ => millionths(since_2000.saturating_add(EPOCH)) / 86_400.0,
        })
    }

    /// A `numeric` as the nearest double: exactly what `::float8` makes of it.
    pub fn numeric(&mut self) -> Option<f64> {
        numeric(self.bytes()?)
    }

    /// A `numeric` that may be null, which is `NaN` then.
    pub fn numeric_or_nan(&mut self) -> Option<f64> {
        match self.next()? {
            Value::Bytes(bytes) => numeric(bytes),
            Value::Null => Some(f64::NAN),
        }
    }
}

/// The next value as it came.
enum Value<'a> {
    Null,
    Bytes(&'a [u8]),
}

/// The double nearest to so many millionths.
#[expect(clippy::cast_precision_loss, reason = "checked, or seen by their digits")]
fn millionths(count: i64) -> f64 {
    if count.unsigned_abs() <= EXACT {
        count as f64 / 1e6
    } else {
        nearest(count < 0, count.unsigned_abs().into(), -6)
    }
}

/// The double nearest to a whole number times a power of ten.
fn nearest(negative: bool, digits: u128, power: i32) -> f64 {
    let sign = if negative { "-" } else { "" };
    format!("{sign}{digits}e{power}").parse().unwrap_or(f64::NAN)
}

/// The number of digits, weight, sign and digits after the mark, each of two bytes; then digits to the base of 10,000.
fn numeric(bytes: &[u8]) -> Option<f64> {
    let mut words = bytes.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
    let (count, weight, sign, _) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let negative = match sign {
        0 => false,
        0x4000 => true,
        0xD000 => return Some(f64::INFINITY),
        0xF000 => return Some(f64::NEG_INFINITY),
        _ => return Some(f64::NAN),
    };
    if words.len() != usize::from(count) {
        return None;
    }
    // The last digit stands for its value times this power of ten.
    let power = 4 * (i32::from(weight.cast_signed()) + 1 - i32::from(count));
    if count <= 4 {
        let whole = words.fold(0, |sum: u64, digit| sum * 10_000 + u64::from(digit));
        if let Some(exact) = exact(whole, power) {
            return Some(if negative { -exact } else { exact });
        }
        return Some(nearest(negative, whole.into(), power));
    }
    let mut text = String::from(if negative { "-" } else { "" });
    for digit in words {
        // Writing into memory does not fail.
        let _ = write!(text, "{digit:04}");
    }
    format!("{text}e{power}").parse().ok()
}

/// A whole number times a power of ten where one rounding gives it; both are exact then, and so it is the nearest.
#[expect(clippy::cast_precision_loss, reason = "checked")]
fn exact(whole: u64, power: i32) -> Option<f64> {
    let size = power.unsigned_abs();
    if whole > EXACT || size > EXACT_POWER {
        return None;
    }
    let scale = 10_f64.powi(size.cast_signed());
    Some(if power < 0 { whole as f64 / scale } else { whole as f64 * scale })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;

    /// Numbers of all sizes and lengths, and what stands at the edges of an exact double.
    const NUMBERS: &str = "select v::numeric from (values ('0'), ('0.00'), ('-0.1'), ('1'), ('10000'), ('2236.05'), \
        ('335.41'), ('0.0001'), ('0.00001'), ('123456789012345678901234567890.123456789'), ('9007199254740993'), \
        ('9007199254740992.5'), ('1e-300'), ('1e300'), ('1e22'), ('1e23'), ('0.3'), ('1.005'), ('99999999.9999'), \
        ('NaN'), ('Infinity'), ('-Infinity'), ('-12345678.000000001')) x (v) \
        union all select (random() * 10 ^ (i % 17))::numeric(40, 12) from generate_series(1, 2000) i \
        union all select round((random() * 10 ^ (i % 9))::numeric, i % 4) from generate_series(1, 4000) i";

    #[tokio::test]
    async fn numbers_and_times_are_what_casts_make_of_them() {
        let database = TestDatabase::new().await;
        let mut connection = database.pool.acquire().await.expect("a connection");
        let times = "select '2019-03-01'::timestamp + i * interval '7919.123457 s' from generate_series(-9999, 9999) i \
            union all select t::timestamp from (values ('1400-01-01 00:00:01'), ('2500-12-31 23:59:59.999999'), \
            ('9999-01-01'), ('infinity'), ('-infinity')) x (t)";
        let make = format!(
            "create temp table numbers as {NUMBERS}; create temp table times as {times}; \
             alter table times rename column \"?column?\" to t"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut *connection).await.expect("makes");
        let mut differ = Vec::new();
        let rows = each_row(
            &mut connection,
            "copy (select v, v::float8, v::text from numbers) to stdout (format binary)",
            |row| {
                let (ours, theirs, text) = (row.numeric()?, row.double()?, row.text()?);
                if ours.to_bits() != theirs.to_bits() && !(ours.is_nan() && theirs.is_nan()) {
                    differ.push(format!("{text}: {ours} and {theirs}"));
                }
                Some(())
            },
        );
        assert_eq!(rows.await.expect("reads"), 6_023);
        let rows = each_row(
            &mut connection,
            "copy (select t, extract(epoch from t)::float8 / 86400, t::text from times) to stdout (format binary)",
            |row| {
                let (ours, theirs, text) = (row.days()?, row.double()?, row.text()?);
                if ours.to_bits() != theirs.to_bits() {
                    differ.push(format!("{text}: {ours} and {theirs}"));
                }
                Some(())
            },
        );
        assert_eq!(rows.await.expect("reads"), 20_004);
        assert_eq!(differ, Vec::<String>::new());
    }

    #[tokio::test]
    async fn every_kind_of_value_is_read_and_another_is_refused() {
        let database = TestDatabase::new().await;
        let mut connection = database.pool.acquire().await.expect("a connection");
        let statement = "copy (select 7::bigint, 8, 9::smallint, true, 'Straße', null::text, null::numeric, 1.5::numeric \
            from generate_series(1, 3000)) to stdout (format binary)";
        let mut rows = 0;
        let taken = each_row(&mut connection, statement, |row| {
            let numbers = (row.bigint()?, row.integer()?, row.smallint()?, row.boolean()?);
            assert_eq!(numbers, (7, 8, 9, true));
            assert_eq!((row.text()?, row.text_or_empty()?), ("Straße", ""));
            let (missing, stated) = (row.numeric_or_nan()?, row.numeric_or_nan()?);
            assert!(missing.is_nan() && (stated - 1.5).abs() < 1e-12);
            rows += 1;
            Some(())
        });
        assert_eq!(taken.await.expect("reads"), 3_000);
        assert_eq!(rows, 3_000);
        for text in ["it's", r"a\'b", "Straße"] {
            let statement = format!("copy (select {}) to stdout (format binary)", literal(text));
            let same = |row: &mut Fields<'_>| (row.text()? == text).then_some(());
            assert_eq!(each_row(&mut connection, &statement, same).await.expect("the same"), 1);
        }
        let refused = each_row(&mut connection, statement, |row| row.smallint().map(drop)).await;
        assert!(refused.is_err());
    }
}
