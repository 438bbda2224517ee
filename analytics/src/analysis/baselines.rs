//! What was expected of every month, for the charts.
//!
//! A run computes all months of a meter and most are as they were, so what is stored is read first and only the meters
//! of which something differs are written; all months of a meter are one row.

mod months;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use migrations::copy::{Copy, Row as Values};
use sqlx::error::DatabaseError;
use sqlx::{PgConnection, PgPool};

use self::months::Months;
use super::commodity::Judged;

/// Meters whose months are written in one transaction.
pub const BATCH: usize = 500;
/// Transactions at once.
const AT_ONCE: usize = 2;
/// Brings `baseline` of the meters of a commodity to what was found; meters of which all months are as they were are not
/// touched. Returns how many months were new or different.
pub async fn write(pool: &PgPool, commodity: &Judged, now: Timestamp) -> Result<u64, sqlx::Error> {
    let history = &commodity.history;
    let is_mine = |meter: &usize| commodity.meters.binary_search(meter).is_ok();
    let batches = commodity.months.blocks().enumerate().map(|(place, judged)| async move {
        let judged = judged?;
        let of_batch = (place * BATCH..).zip(&judged).filter(|(meter, _)| is_mine(meter));
        let ids: Vec<i64> = of_batch.clone().map(|(at, _)| history.meters[at].id.get()).collect();
        let found = of_batch.filter_map(|(meter, judged)| Months::of(history, meter, judged));
        let found: Vec<Months<'_>> = found.collect();
        write_batch(pool, &ids, &found, now).await
    });
    let written = stream::iter(batches).buffered(AT_ONCE);
    written.try_fold(0, |sum, written| async move { Ok(sum + written) }).await
}

/// Writes in one transaction; once more where another run was quicker with the same meters.
async fn write_batch(
    pool: &PgPool,
    meters: &[i64],
    found: &[Months<'_>],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let overtaken = |error: &sqlx::Error| {
        error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
    };
    match write_once(pool, meters, found, now).await {
        Err(error) if overtaken(&error) => write_once(pool, meters, found, now).await,
        written => written,
    }
}

async fn write_once(
    pool: &PgPool,
    meters: &[i64],
    found: &[Months<'_>],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let mut stored = months::stored(&mut transaction, meters).await?;
    let (mut changed, mut gone, mut written) = (Vec::new(), Vec::new(), 0);
    for months in found {
        let before = stored.remove(&months.meter);
        let differing = months.differing(before.as_ref());
        if differing > 0 {
            changed.push(months);
            gone.extend(before.map(|before| before.meter));
            written += differing;
        }
    }
    written += stored.values().map(Months::count).sum::<u64>();
    gone.extend(stored.into_keys());
    remove(&mut transaction, &gone).await?;
    copy(&mut transaction, &changed, now).await?;
    transaction.commit().await?;
    Ok(written)
}

async fn remove(connection: &mut PgConnection, gone: &[i64]) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query!("delete from baseline where meter_id = any($1)", gone).execute(connection).await?;
    Ok(())
}

async fn copy(
    connection: &mut PgConnection,
    changed: &[&Months<'_>],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const COLUMNS: i16 = 14;
    if changed.is_empty() {
        return Ok(());
    }
    let computed = now.to_zoned(TimeZone::UTC).datetime();
    let statement = "copy baseline (meter_id, first_month, observed, expected, lower, upper, score, rung, kind, words,
             excess_cost, currency, model_version, computed_at) from stdin (format binary)";
    let mut copy = Copy::begin(connection, statement, COLUMNS).await?;
    for months in changed {
        let write = |values: &mut Values| {
            values.bigint(months.meter);
            values.date(months.first);
            for numbers in [&months.observed, &months.expected, &months.lower, &months.upper] {
                values.doubles(numbers);
            }
            values.doubles(&months.score);
            values.smallints(&months.rung);
            values.smallints(&months.kind);
            values.texts(&months.words);
            values.doubles(&months.cost);
            values.optional(months.currency.as_deref(), Values::text);
            values.text(&months.model);
            values.timestamp(computed);
        };
        copy.row(write).await?;
    }
    copy.finish().await?;
    Ok(())
}
