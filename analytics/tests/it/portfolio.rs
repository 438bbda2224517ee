//! A small portfolio in a database: regular meters of one commodity, into which a test puts what it needs.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use migrations::testing::TestDatabase;
use sqlx::PgPool;
use sqlx::Row;

/// Months of history.
pub const MONTHS: usize = 30;
/// Meters.
pub const METERS: usize = 10;

/// A database with the portfolio in it.
pub struct Portfolio {
    /// The database.
    pub database: TestDatabase,
    /// The meters, in the order of their numbers.
    pub meters: Vec<i64>,
    attachment: i64,
}

/// The first month of all histories.
pub const START: Date = date(2023, 7, 1);

/// When an analysis runs; after the last month.
pub fn now() -> Timestamp {
    "2026-02-03T06:00:00Z".parse().expect("a time")
}

/// The month that is so many months after the first.
pub fn month(at: usize) -> Date {
    START.checked_add(i32::try_from(at).expect("few").months()).expect("in range")
}

/// What a meter uses in a month when nothing is wrong: a level of its own, a season, a little noise.
pub fn usual(meter: usize, at: usize) -> f64 {
    let season = 1.0 + 0.2 * ((at as f64 + 6.0) / 12.0 * std::f64::consts::TAU).cos();
    let mixed = (meter * 7919 + at * 104_729 + 13) % 1000;
    let noise = 1.0 + 0.06 * (mixed as f64 / 1000.0 - 0.5);
    ((8_000.0 + 1_700.0 * meter as f64) * season * noise).round()
}

impl Portfolio {
    /// Meters with `MONTHS` months of usual readings, billed at 0.20 EUR.
    pub async fn new() -> Self {
        let mut portfolio = Self::empty().await;
        for meter in 0..METERS {
            portfolio.add_meter(&format!("E{meter}")).await;
            for at in 0..MONTHS {
                portfolio.read(meter, at, usual(meter, at)).await;
            }
        }
        portfolio
    }

    /// A site and a mail with an attachment, and an endpoint that wants events.
    pub async fn empty() -> Self {
        let database = TestDatabase::new().await;
        let pool = &database.pool;
        execute(pool, "insert into endpoint (name, url, created_at) values ('ops', 'http://127.0.0.1:9/', now())").await;
        execute(pool, "insert into site (name, name_key, created_at) values ('Town hall', 'town hall', now())").await;
        execute(
            pool,
            "insert into message (content_digest, subject, sender, received_at, size_bytes, raw)
             values (sha256('mail'), 'Readings January', 'meters@example.org', now(), 4, 'mail')",
        )
        .await;
        execute(
            pool,
            "insert into attachment (sha256, size_bytes, content, outcome, reader_version, read_at, rows, accepted,
                 duplicate, superseding, refused, not_data)
             values (sha256('file'), 4, 'file', 'accepted', '1', now(), 1, 1, 0, 0, 0, 0)",
        )
        .await;
        execute(
            pool,
            "insert into message_attachment (message_id, ordinal, attachment_id, file_name)
             select message_id, 0, attachment_id, 'january.xlsx' from message, attachment",
        )
        .await;
        let attachment = number(pool, "select attachment_id from attachment").await;
        Self { database, meters: Vec::new(), attachment }
    }

    /// The pool.
    pub fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// A meter of electricity that a person has confirmed.
    pub async fn add_meter(&mut self, name: &str) {
        let meter = sqlx::query_scalar(
            "insert into meter (site_id, name, name_key, commodity, canonical_unit, confirmed, created_at)
             select site_id, $1, lower($1), 'electricity', 'kWh', true, now() from site returning meter_id",
        )
        .bind(name)
        .fetch_one(self.pool())
        .await
        .expect("a meter");
        self.meters.push(meter);
    }

    /// A bill of a calendar month at 0.20 EUR; one that is there already is superseded.
    pub async fn read(&self, meter: usize, at: usize, quantity: f64) -> i64 {
        self.bill(meter, at, quantity, Some(quantity * 0.2)).await
    }

    /// A bill of a calendar month with an amount of its own.
    pub async fn bill(&self, meter: usize, at: usize, quantity: f64, cost: Option<f64>) -> i64 {
        let (start, end) = (month(at).to_string(), month(at + 1).to_string());
        let mut transaction = self.pool().begin().await.expect("a transaction");
        let before: Option<i64> = sqlx::query_scalar(
            "select reading_id from reading
             where meter_id = $1 and period_start = $2::timestamp and superseded_at is null",
        )
        .bind(self.meters[meter])
        .bind(&start)
        .fetch_optional(&mut *transaction)
        .await
        .expect("a look");
        if let Some(before) = before {
            sqlx::query("update reading set superseded_at = now(), superseded_by = $1 where reading_id = $1")
                .bind(before)
                .execute(&mut *transaction)
                .await
                .expect("superseded for now");
        }
        let reading: i64 = sqlx::query_scalar(
            "insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity, cost,
                 currency, attachment_id, sheet, cell, recorded_at)
             values ($1, $2::timestamp, $3::timestamp, 'consumption', $4::float8::numeric, 'kWh', $4::float8::numeric,
                 $5::float8::numeric, 'EUR', $6, 'January', $7, now())
             returning reading_id",
        )
        .bind(self.meters[meter])
        .bind(&start)
        .bind(&end)
        .bind(quantity)
        .bind(cost)
        .bind(self.attachment)
        .bind(format!("C{}", at + 2))
        .fetch_one(&mut *transaction)
        .await
        .expect("a reading");
        if let Some(before) = before {
            sqlx::query("update reading set superseded_by = $1 where reading_id = $2")
                .bind(reading)
                .bind(before)
                .execute(&mut *transaction)
                .await
                .expect("superseded");
        }
        transaction.commit().await.expect("committed");
        reading
    }

    /// Hourly readings of a month: one unit an hour, three by day.
    pub async fn hours(&self, meter: usize, at: usize) {
        sqlx::query(
            "insert into reading (meter_id, period_start, period_end, kind, quantity, unit, canonical_quantity,
                 attachment_id, sheet, cell, recorded_at)
             select $1, hour, hour + interval '1 hour', 'consumption', amount, 'kWh', amount, $4, 'Hours', 'B2', now()
             from generate_series($2::timestamp, $3::timestamp - interval '1 hour', interval '1 hour') as hour
             cross join lateral (select case when extract(hour from hour) between 6 and 21 then 3 else 1 end as amount) as used",
        )
        .bind(self.meters[meter])
        .bind(month(at).to_string())
        .bind(month(at + 1).to_string())
        .bind(self.attachment)
        .execute(self.pool())
        .await
        .expect("hours");
    }

    /// Runs the analysis over everything.
    pub async fn analyse(&self) -> analytics::Report {
        analytics::run(self.pool(), analytics::Options::new(now()), |_, _| {}).await.expect("a run")
    }

    /// A number from the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        number(self.pool(), query).await
    }

    /// The first column of all rows as text.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        let rows = sqlx::query(query).fetch_all(self.pool()).await.expect(query);
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }
}

/// Executes a statement.
pub async fn execute(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.expect(statement);
}

async fn number(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.expect(query)
}
