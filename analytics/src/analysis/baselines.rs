//! What was expected of every month, for the charts.
//!
//! A run computes all months of a meter and most are as they were, so what is stored is read first and only the
//! differences are written; meters of which nothing is stored are copied in.

use std::borrow::Cow;
use std::collections::HashMap;

use alerts::Family;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use migrations::copy::{Copy, Row as Values};
use sqlx::{PgConnection, PgPool};

use super::history::History;
use crate::engine::Judgement;
use crate::parameters::MODEL_VERSION;

/// Meters whose months are written in one transaction.
const BATCH: usize = 500;
/// Transactions at once.
const AT_ONCE: usize = 2;

/// A row of `baseline_period`.
#[derive(Debug, Clone)]
struct Row<'a> {
    meter: i64,
    start: DateTime,
    end: DateTime,
    observed: Option<f64>,
    expected: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    score: Option<f64>,
    rung: Cow<'a, str>,
    kind: Option<Cow<'a, str>>,
    cost: Option<f64>,
    currency: Option<Cow<'a, str>>,
    model: Cow<'a, str>,
}

impl Row<'_> {
    fn key(&self) -> (i64, DateTime) {
        (self.meter, self.start)
    }

    /// Whether it says the same.
    fn is_like(&self, other: &Row<'_>) -> bool {
        let numbers =
            |row: &Row<'_>| [row.observed, row.expected, row.lower, row.upper, row.score, row.cost];
        let same = |(a, b): (Option<f64>, Option<f64>)| match (a, b) {
            (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
            (a, b) => a.is_none() && b.is_none(),
        };
        numbers(self).into_iter().zip(numbers(other)).all(same)
            && (&self.rung, &self.kind, &self.currency, &self.model)
                == (&other.rung, &other.kind, &other.currency, &other.model)
    }
}

/// Brings `baseline_period` of these meters to what was found; rows that are as they were are not touched. Returns how
/// many were.
pub async fn write(
    pool: &PgPool,
    history: &History,
    judged: &[Vec<Judgement>],
    meters: &[usize],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let batches = meters.chunks(BATCH).map(|batch| async move {
        let mut rows = Vec::new();
        for meter in batch {
            collect(&mut rows, history, *meter, &judged[*meter]);
        }
        let ids: Vec<i64> = batch.iter().map(|meter| history.meters[*meter].id.get()).collect();
        write_batch(pool, &ids, &rows, now).await
    });
    let written = stream::iter(batches).buffered(AT_ONCE);
    written.try_fold(0, |sum, written| async move { Ok(sum + written) }).await
}

/// The months of a meter from its first reading to its last.
fn collect<'a>(rows: &mut Vec<Row<'a>>, history: &'a History, meter: usize, judged: &[Judgement]) {
    let quantity = &history.panel.meters[meter].quantity;
    let first = quantity.iter().position(|quantity| !quantity.is_nan());
    let last = quantity.iter().rposition(|quantity| !quantity.is_nan());
    let (Some(first), Some(last)) = (first, last) else { return };
    let price = history.prices[meter];
    let currency =
        price.and_then(|price| history.currencies.get(price.currency as usize)?.as_deref());
    let midnight = |slot| history.start_of(slot).to_datetime(Time::midnight());
    for slot in first..=last {
        let judgement = &judged[slot];
        let observed = Some(quantity[slot]).filter(|quantity| !quantity.is_nan());
        let cost = price.zip(judgement.band).zip(observed).and_then(|((price, band), observed)| {
            let family = Family::of(judgement.kind?, observed > band.expected);
            (!family.is_wrong_reading()).then_some((observed - band.expected) * price.amount)
        });
        rows.push(Row {
            meter: history.meters[meter].id.get(),
            start: midnight(slot),
            end: midnight(slot + 1),
            observed,
            expected: judgement.band.map(|band| band.expected),
            lower: judgement.band.map(|band| band.lower),
            upper: judgement.band.map(|band| band.upper),
            score: judgement.kind.map(|_| judgement.score),
            rung: judgement.rung.code().into(),
            kind: judgement.kind.map(|kind| kind.code().into()),
            cost,
            currency: currency.filter(|_| cost.is_some()).map(Cow::Borrowed),
            model: MODEL_VERSION.into(),
        });
    }
}

async fn write_batch(
    pool: &PgPool,
    meters: &[i64],
    rows: &[Row<'_>],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let mut stored = stored(&mut transaction, meters).await?;
    let written = if stored.is_empty() {
        copy(&mut transaction, rows, now).await?
    } else {
        let is_new =
            |row: &&Row<'_>| !stored.remove(&row.key()).is_some_and(|old| old.is_like(row));
        let changed: Vec<&Row<'_>> = rows.iter().filter(is_new).collect();
        let gone: Vec<(i64, DateTime)> = stored.into_keys().collect();
        remove(&mut transaction, &gone).await? + put(&mut transaction, &changed, now).await?
    };
    transaction.commit().await?;
    Ok(written)
}

/// What is stored of these meters and of those that count as them.
async fn stored(
    connection: &mut PgConnection,
    meters: &[i64],
) -> Result<HashMap<(i64, DateTime), Row<'static>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select b.meter_id, period_start as "start: jiff_sqlx::DateTime", period_end as "end: jiff_sqlx::DateTime",
               observed, expected, lower, upper, score, rung, kind, excess_cost, currency, model_version
           -- Meter by meter: the table may have grown since its statistics were taken.
           from meter m cross join lateral (select * from baseline_period where meter_id = m.meter_id offset 0) b
           where coalesce(m.counts_as, m.meter_id) = any($1)"#,
        meters,
    )
    .map(|row| Row {
        meter: row.meter_id,
        start: row.start.to_jiff(),
        end: row.end.to_jiff(),
        observed: row.observed,
        expected: row.expected,
        lower: row.lower,
        upper: row.upper,
        score: row.score,
        rung: row.rung.into(),
        kind: row.kind.map(Cow::Owned),
        cost: row.excess_cost,
        currency: row.currency.map(Cow::Owned),
        model: row.model_version.into(),
    })
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key(), row)).collect())
}

async fn copy(
    connection: &mut PgConnection,
    rows: &[Row<'_>],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    const COLUMNS: i16 = 14;
    let computed = now.to_zoned(TimeZone::UTC).datetime();
    let statement = "copy baseline_period (meter_id, period_start, period_end, observed, expected, lower, upper, score,
             rung, model_version, computed_at, kind, excess_cost, currency) from stdin (format binary)";
    let mut copy = Copy::begin(connection, statement, COLUMNS).await?;
    for row in rows {
        let write = |values: &mut Values| {
            values.bigint(row.meter);
            values.timestamp(row.start);
            values.timestamp(row.end);
            for number in [row.observed, row.expected, row.lower, row.upper, row.score] {
                values.optional(number, Values::double);
            }
            values.text(&row.rung);
            values.text(&row.model);
            values.timestamp(computed);
            values.optional(row.kind.as_deref(), Values::text);
            values.optional(row.cost, Values::double);
            values.optional(row.currency.as_deref(), Values::text);
        };
        copy.row(write).await?;
    }
    copy.finish().await
}

async fn remove(
    connection: &mut PgConnection,
    gone: &[(i64, DateTime)],
) -> Result<u64, sqlx::Error> {
    if gone.is_empty() {
        return Ok(0);
    }
    let (meters, starts): (Vec<i64>, Vec<jiff_sqlx::DateTime>) =
        gone.iter().map(|(meter, start)| (*meter, jiff_sqlx::DateTime::from(*start))).unzip();
    let done = sqlx::query!(
        "delete from baseline_period b
         using unnest($1::bigint[], $2::timestamp[]) as gone (meter_id, period_start)
         where b.meter_id = gone.meter_id and b.period_start = gone.period_start",
        &meters,
        &starts as _,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn put(
    connection: &mut PgConnection,
    rows: &[&Row<'_>],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    if rows.is_empty() {
        return Ok(0);
    }
    let numbers = |of: fn(&Row<'_>) -> Option<f64>| -> Vec<Option<f64>> {
        rows.iter().map(|row| of(row)).collect()
    };
    let texts = |of: for<'r> fn(&'r Row<'_>) -> Option<&'r str>| -> Vec<Option<String>> {
        rows.iter().map(|row| of(row).map(str::to_owned)).collect()
    };
    let instants = |of: fn(&Row<'_>) -> DateTime| -> Vec<jiff_sqlx::DateTime> {
        rows.iter().map(|row| of(row).into()).collect()
    };
    let meters: Vec<i64> = rows.iter().map(|row| row.meter).collect();
    let done = sqlx::query!(
        "insert into baseline_period (meter_id, period_start, period_end, observed, expected, lower, upper, score,
             rung, model_version, computed_at, kind, excess_cost, currency)
         select f.meter_id, f.period_start, f.period_end, f.observed, f.expected, f.lower, f.upper, f.score, f.rung,
             $10, $11, f.kind, f.excess_cost, f.currency
         from unnest($1::bigint[], $2::timestamp[], $3::timestamp[], $4::float8[], $5::float8[], $6::float8[],
             $7::float8[], $8::float8[], $9::text[], $12::text[], $13::float8[], $14::text[])
             as f (meter_id, period_start, period_end, observed, expected, lower, upper, score, rung, kind,
                 excess_cost, currency)
         on conflict (meter_id, period_start) do update
         set period_end = excluded.period_end, observed = excluded.observed, expected = excluded.expected,
             lower = excluded.lower, upper = excluded.upper, score = excluded.score, rung = excluded.rung,
             model_version = excluded.model_version, computed_at = excluded.computed_at, kind = excluded.kind,
             excess_cost = excluded.excess_cost, currency = excluded.currency",
        &meters,
        &instants(|row| row.start) as _,
        &instants(|row| row.end) as _,
        &numbers(|row| row.observed) as &[Option<f64>],
        &numbers(|row| row.expected) as &[Option<f64>],
        &numbers(|row| row.lower) as &[Option<f64>],
        &numbers(|row| row.upper) as &[Option<f64>],
        &numbers(|row| row.score) as &[Option<f64>],
        &texts(|row| Some(&*row.rung)) as &[Option<String>],
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
        &texts(|row| row.kind.as_deref()) as &[Option<String>],
        &numbers(|row| row.cost) as &[Option<f64>],
        &texts(|row| row.currency.as_deref()) as &[Option<String>],
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
