//! The live readings, sorted, without anything that differs between two loads of the same mails.

use std::io::Write;

use jiff::civil::DateTime;
use readings::Period;
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::ExportError;
use crate::extract_csv;

/// The header of the lines.
pub const HEADER: [&str; 10] = [
    "site",
    "meter",
    "commodity",
    "period_start",
    "period_end",
    "quantity",
    "unit",
    "cost",
    "currency",
    "kind",
];

/// Meters whose readings are fetched at a time, so that memory does not grow with the database.
pub(super) const METERS_AT_ONCE: usize = 200;

/// A live reading, as its file states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveReading {
    /// The site's name.
    pub site: String,
    /// The meter's name.
    pub meter: String,
    /// What is supplied.
    pub commodity: String,
    /// The first day; a local time where the period is shorter than a day or does not begin at midnight.
    pub period_start: String,
    /// The last day, included; a local time, not included, where the start is a time.
    pub period_end: String,
    /// How much.
    pub quantity: Decimal,
    /// In which unit.
    pub unit: String,
    /// What was charged.
    pub cost: Option<Decimal>,
    /// In which currency.
    pub currency: Option<String>,
    /// Consumption, estimate, register or power.
    pub kind: String,
}

/// Writes the live readings as CSV; returns how many they were.
pub async fn write_csv(pool: &PgPool, out: impl Write) -> Result<u64, ExportError> {
    let mut lines = csv::Writer::from_writer(out);
    let failed = |error: csv::Error| ExportError::Write(error.into());
    lines.write_record(HEADER).map_err(failed)?;
    let count = each_live_reading(pool, |reading| {
        let quantity = reading.quantity.to_string();
        let cost = reading.cost.map(|cost| cost.to_string()).unwrap_or_default();
        lines
            .write_record([
                reading.site.as_str(),
                &reading.meter,
                &reading.commodity,
                &reading.period_start,
                &reading.period_end,
                &quantity,
                &reading.unit,
                &cost,
                reading.currency.as_deref().unwrap_or_default(),
                &reading.kind,
            ])
            .map_err(failed)
    })
    .await?;
    lines.flush().map_err(ExportError::Write)?;
    Ok(count)
}

/// Hands over the live readings, sorted by site, meter, commodity, period and kind, as of one moment.
pub async fn each_live_reading(
    pool: &PgPool,
    mut visit: impl FnMut(LiveReading) -> Result<(), ExportError>,
) -> Result<u64, ExportError> {
    let mut transaction = begin(pool).await?;
    let mut count = 0;
    for meters in counted_meters(&mut transaction).await?.chunks(METERS_AT_ONCE) {
        let rows = sqlx::query!(
            r#"select s.name as site, m.name as "meter!", m.commodity as "commodity!",
                      r.period_start as "period_start!: jiff_sqlx::DateTime",
                      r.period_end as "period_end!: jiff_sqlx::DateTime",
                      r.quantity as "quantity!", r.unit as "unit!", r.cost, r.currency, r.kind as "kind!"
               from unnest($1::bigint[]) with ordinality as wanted (meter_id, position)
               join counted_meter m on m.meter_id = wanted.meter_id
               join site s using (site_id)
               join counted_reading r on r.meter_id = m.meter_id
               order by position, r.period_start, r.period_end, r.fold, r.kind collate "C""#,
            meters,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(ExportError::Read)?;
        for row in rows {
            let (period_start, period_end) =
                written(row.period_start.to_jiff(), row.period_end.to_jiff());
            count += 1;
            visit(LiveReading {
                site: row.site,
                meter: row.meter,
                commodity: row.commodity,
                period_start,
                period_end,
                quantity: row.quantity.normalize(),
                unit: row.unit,
                cost: row.cost.map(|cost| cost.normalize()),
                currency: row.currency,
                kind: row.kind,
            })?;
        }
    }
    Ok(count)
}

/// A transaction in which all that is read is as of one moment.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, ExportError> {
    pool.begin_with("begin transaction isolation level repeatable read read only")
        .await
        .map_err(ExportError::Read)
}

/// The meters that count, in the order in which they are written.
pub(super) async fn counted_meters(connection: &mut PgConnection) -> Result<Vec<i64>, ExportError> {
    sqlx::query_scalar!(
        r#"select m.meter_id as "meter_id!" from counted_meter m join site s using (site_id)
           order by s.name collate "C", m.name collate "C", m.commodity collate "C", m.meter_id"#
    )
    .fetch_all(connection)
    .await
    .map_err(ExportError::Read)
}

/// As people write it: days with the last one included, or times.
pub(super) fn written(start: DateTime, end: DateTime) -> (String, String) {
    // The database holds no period that ends before it starts; if it did, both ends are shown as they are.
    Period::new(start, end).map_or_else(|_| (start.to_string(), end.to_string()), extract_csv::ends)
}
