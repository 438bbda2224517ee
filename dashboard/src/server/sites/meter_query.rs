//! The queries behind the page of a meter.

use alerts::{AlertId, AlertReference};
use jiff::ToSpan;
use readings::ids::{AttachmentId, MeterId, SiteId};
use sqlx::PgConnection;

use super::months;
use crate::server::alerts::list::known;
use crate::server::arrivals::attachment_query::hint_of;
use crate::server::failure::Failure;
use crate::views::{FindingRow, Fit, IntervalRow, MeterAlert, MeterDetail, ReadingRow, Standing};

const MONTHS_SHOWN: i32 = 36;
/// Readings on a page.
pub const PAGE_SIZE: i64 = 36;

/// Everything about one meter; none where there is no such meter.
pub async fn find(
    connection: &mut PgConnection,
    meter: MeterId,
    page: u32,
) -> Result<Option<MeterDetail>, Failure> {
    let row = sqlx::query!(
        r#"select m.name, m.commodity, m.canonical_unit, m.confirmed,
                  m.closed_on as "closed_on: jiff_sqlx::Date",
                  s.site_id as "site_id: SiteId", s.name as site, s.time_zone,
                  (select count(*) from counted_reading r where r.meter_id = m.meter_id) as "total!",
                  (select max(r.period_end) from counted_reading r
                   where r.meter_id = m.meter_id) as "latest: jiff_sqlx::DateTime",
                  root.meter_id as "counts_as?: MeterId",
                  root.name || ' at ' || root_site.name as "counts_as_name?",
                  array(select x.name || ' at ' || xs.name from meter x join site xs using (site_id)
                        where x.counts_as = m.meter_id order by x.meter_id) as "aliases!"
           from meter m
           join site own on own.site_id = m.site_id
           join site s on s.site_id = coalesce(own.counts_as, own.site_id)
           left join meter root on root.meter_id = m.counts_as
           left join site root_site on root_site.site_id = root.site_id
           where m.meter_id = $1"#,
        meter as _
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let months = match row.latest {
        Some(latest) => {
            let first = latest.to_jiff().date().saturating_sub(MONTHS_SHOWN.months());
            months::since(connection, meter, first).await?
        }
        None => Vec::new(),
    };
    let readings = live(connection, meter, page).await?;
    let shown: Vec<i64> = readings.iter().map(|reading| reading.reading_id).collect();
    Ok(Some(MeterDetail {
        meter_id: meter,
        name: row.name,
        commodity: row.commodity.parse().ok(),
        unit: row.canonical_unit,
        confirmed: row.confirmed,
        closed_on: row.closed_on.map(jiff_sqlx::Date::to_jiff),
        intervals: intervals(connection, meter).await?,
        events: crate::server::events::query::all(connection, Some(row.site_id))
            .await?
            .into_iter()
            .filter(|event| event.meter.as_ref().is_none_or(|(concerned, _)| *concerned == meter))
            .collect(),
        counts_as: row.counts_as.zip(row.counts_as_name),
        aliases: row.aliases,
        site_id: row.site_id,
        site: row.site,
        time_zone: row.time_zone,
        months,
        standing: standing(connection, meter).await?,
        alerts: alerts_of(connection, meter).await?,
        superseded: superseded(connection, meter, &shown).await?,
        readings,
        total: row.total,
        page,
        findings: findings(connection, meter).await?,
    }))
}

async fn standing(
    connection: &mut PgConnection,
    meter: MeterId,
) -> Result<Option<Standing>, Failure> {
    let row = sqlx::query!(
        "select rung, refused, cv_rmse, nmbe, months from baseline_standing where meter_id = $1",
        meter as _
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Standing {
        rung: row.rung.parse().ok(),
        refused: row.refused,
        fit: row.cv_rmse.zip(row.nmbe).map(|(cv_rmse, nmbe)| Fit {
            cv_rmse,
            nmbe,
            months: row.months,
        }),
    }))
}

async fn intervals(
    connection: &mut PgConnection,
    meter: MeterId,
) -> Result<Vec<IntervalRow>, Failure> {
    let rows = sqlx::query!(
        r#"select month as "month: jiff_sqlx::Date", days, total, base_load, night_share, working_day, weekend_day,
                  holiday_day, closure_day
           from interval_month where meter_id = $1 order by month desc limit 24"#,
        meter as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| IntervalRow {
            month: row.month.to_jiff(),
            days: row.days,
            total: row.total,
            base_load: row.base_load,
            night_share: row.night_share,
            working_day: row.working_day,
            weekend_day: row.weekend_day,
            holiday_day: row.holiday_day,
            closure_day: row.closure_day,
        })
        .collect())
}

async fn alerts_of(
    connection: &mut PgConnection,
    meter: MeterId,
) -> Result<Vec<MeterAlert>, Failure> {
    let rows = sqlx::query!(
        r#"select alert_id as "alert_id: AlertId", kind, severity, state, cost, currency,
                  period_start as "start: jiff_sqlx::DateTime",
                  period_end as "end: jiff_sqlx::DateTime"
           from alert where meter_id = $1 order by period_end desc, alert_id desc limit 50"#,
        meter as _
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MeterAlert {
                reference: AlertReference::of(row.alert_id),
                kind: known(&row.kind)?,
                severity: known(&row.severity)?,
                state: known(&row.state)?,
                start: row.start.to_jiff(),
                end: row.end.to_jiff(),
                cost: row.cost,
                currency: row.currency,
            })
        })
        .collect()
}

async fn live(
    connection: &mut PgConnection,
    meter: MeterId,
    page: u32,
) -> Result<Vec<ReadingRow>, Failure> {
    let offset = i64::from(page - 1) * PAGE_SIZE;
    let rows = sqlx::query_as!(
        StoredReading,
        r#"select r.reading_id as "reading_id!", r.period_start as "start!: _", r.period_end as "end!: _",
                  r.kind as "kind!", r.quantity as "quantity!", r.unit as "unit!", r.cost, r.currency,
                  r.attachment_id as "attachment_id!: AttachmentId", r.sheet as "sheet!", r.cell as "cell!",
                  (select ma.file_name from message_attachment ma
                   where ma.attachment_id = r.attachment_id
                   order by ma.message_id, ma.ordinal limit 1) as file_name,
                  r.recorded_at as "recorded_at!: _", null::timestamptz as "superseded_at: _",
                  null::bigint as superseded_by, d.quantity as "used?", d.reason as "used_reason?"
           from counted_reading r left join derived_use d using (reading_id)
           where r.meter_id = $1
           order by r.period_start desc, r.reading_id desc limit $2 offset $3"#,
        meter as _,
        PAGE_SIZE,
        offset,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// What the shown readings took the place of, step by step back to the first value.
async fn superseded(
    connection: &mut PgConnection,
    meter: MeterId,
    shown: &[i64],
) -> Result<Vec<ReadingRow>, Failure> {
    let rows = sqlx::query_as!(
        StoredReading,
        r#"with recursive earlier as (
             select r.reading_id from reading r join meter m using (meter_id)
             where r.superseded_by = any($2) and coalesce(m.counts_as, m.meter_id) = $1
             union
             select r.reading_id from reading r join earlier on r.superseded_by = earlier.reading_id
             join meter m using (meter_id)
             where coalesce(m.counts_as, m.meter_id) = $1
           )
           select r.reading_id, r.period_start as "start: _", r.period_end as "end: _", r.kind,
                  r.quantity, r.unit, r.cost, r.currency,
                  r.attachment_id as "attachment_id: AttachmentId", r.sheet, r.cell,
                  (select ma.file_name from message_attachment ma
                   where ma.attachment_id = r.attachment_id
                   order by ma.message_id, ma.ordinal limit 1) as file_name,
                  r.recorded_at as "recorded_at: _", r.superseded_at as "superseded_at: _",
                  r.superseded_by, null::numeric as used, null::text as used_reason
           from reading r join earlier using (reading_id)
           order by r.reading_id desc limit 500"#,
        meter as _,
        shown,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

async fn findings(
    connection: &mut PgConnection,
    meter: MeterId,
) -> Result<Vec<FindingRow>, Failure> {
    let rows = sqlx::query!(
        r#"select f.code, f.sentence, f.found_at as "found_at: jiff_sqlx::Timestamp",
                  r.attachment_id as "attachment_id: AttachmentId", r.sheet, r.cell,
                  (select ma.file_name from message_attachment ma
                   where ma.attachment_id = r.attachment_id
                   order by ma.message_id, ma.ordinal limit 1) as file_name,
                  o.attachment_id as "other_attachment_id?: AttachmentId",
                  o.sheet as "other_sheet?", o.cell as "other_cell?",
                  (select ma.file_name from message_attachment ma
                   where ma.attachment_id = o.attachment_id
                   order by ma.message_id, ma.ordinal limit 1) as other_file_name
           from finding f join reading r using (reading_id)
           left join reading o on o.reading_id = f.other_reading_id
           where f.meter_id = $1 order by f.finding_id desc limit 50"#,
        meter as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut cells = vec![(row.attachment_id, row.file_name, row.sheet, row.cell)];
            if let (Some(id), Some(sheet), Some(cell)) =
                (row.other_attachment_id, row.other_sheet, row.other_cell)
            {
                cells.push((id, row.other_file_name, sheet, cell));
            }
            FindingRow {
                sentence: row.sentence,
                hint: hint_of(&row.code).map(ToOwned::to_owned),
                cells,
                found_at: row.found_at.to_jiff(),
            }
        })
        .collect())
}

/// A row of either query.
struct StoredReading {
    reading_id: i64,
    start: jiff_sqlx::DateTime,
    end: jiff_sqlx::DateTime,
    kind: String,
    quantity: rust_decimal::Decimal,
    unit: String,
    cost: Option<rust_decimal::Decimal>,
    currency: Option<String>,
    attachment_id: AttachmentId,
    sheet: String,
    cell: String,
    file_name: Option<String>,
    recorded_at: jiff_sqlx::Timestamp,
    superseded_at: Option<jiff_sqlx::Timestamp>,
    superseded_by: Option<i64>,
    used: Option<rust_decimal::Decimal>,
    used_reason: Option<String>,
}

impl From<StoredReading> for ReadingRow {
    fn from(row: StoredReading) -> Self {
        Self {
            reading_id: row.reading_id,
            start: row.start.to_jiff(),
            end: row.end.to_jiff(),
            kind: row.kind,
            quantity: row.quantity,
            unit: row.unit,
            cost: row.cost,
            currency: row.currency,
            attachment_id: row.attachment_id,
            sheet: row.sheet,
            cell: row.cell,
            file_name: row.file_name,
            recorded_at: row.recorded_at.to_jiff(),
            superseded_at: row.superseded_at.map(jiff_sqlx::Timestamp::to_jiff),
            superseded_by: row.superseded_by,
            used: row.used_reason.map(|reason| (row.used, reason)),
        }
    }
}
