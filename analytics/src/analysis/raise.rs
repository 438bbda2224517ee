//! Writing alerts: each with its readings, its history and its event in one transaction.

use alerts::event::{AlertData, AlertEvent, Source};
use alerts::{AlertId, AlertReference, AlertState, EventType};
use jiff::Timestamp;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::{NoContext, Uuid};

use super::draft::Draft;
use super::history::MeterRow;
use super::plan::Action;
use crate::parameters::MODEL_VERSION;

/// Who acts when nobody does.
const ACTOR: &str = "meterwatch";
/// The version of the shape of an event's data.
const EVENT_VERSION: u32 = 1;
/// Cells named in an event; a month of hourly values has hundreds.
const MOST_SOURCES: i64 = 20;
/// The comment of an alert that a corrected reading closed.
pub const RESTATED: &str = "resolved by restatement";

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was written.
    Written,
    /// Somebody was quicker: another run raised it, or a person closed it.
    Overtaken,
}

/// Writes one action in one transaction.
pub async fn write(
    pool: &PgPool,
    meter: &MeterRow,
    action: &Action,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let written = match action {
        Action::Open(draft) => open(&mut transaction, meter, draft, now).await?,
        Action::Update(alert, draft) => update(&mut transaction, meter, *alert, draft, now).await?,
        Action::Resolve(alert) => resolve(&mut transaction, *alert, now).await?,
    };
    if written.is_some() {
        transaction.commit().await?;
        return Ok(Outcome::Written);
    }
    transaction.rollback().await?;
    Ok(Outcome::Overtaken)
}

async fn open(
    transaction: &mut Transaction<'_, Postgres>,
    meter: &MeterRow,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<()>, sqlx::Error> {
    let alert = sqlx::query_scalar!(
        r#"insert into alert (fingerprint, meter_id, kind, severity, state, period_start, period_end, observed,
               expected, lower, upper, unit, excess, unit_price, cost, cost_lower, cost_upper, currency, reason,
               evidence, score, rung, model_version, opened_at, updated_at)
           values ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
               $21, $22, $23, $23)
           on conflict (fingerprint) where state <> 'resolved' do nothing
           returning alert_id"#,
        draft.fingerprint,
        meter.id.get(),
        draft.kind.code(),
        draft.severity.code(),
        jiff_sqlx::DateTime::from(draft.start) as _,
        jiff_sqlx::DateTime::from(draft.end) as _,
        draft.observed,
        draft.expected,
        draft.lower,
        draft.upper,
        draft.unit,
        draft.excess(),
        draft.unit_price,
        draft.cost,
        draft.cost_lower,
        draft.cost_upper,
        draft.currency,
        draft.reason,
        draft.evidence,
        draft.score,
        draft.rung.code(),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(alert) = alert.map(AlertId::new) else { return Ok(None) };
    link_readings(transaction, alert, draft).await?;
    note(transaction, alert, "opened", &draft.reason, now).await?;
    let data = event_data(transaction, meter, alert, draft, AlertState::Open).await?;
    enqueue(transaction, alert, EventType::Opened, data, now).await?;
    Ok(Some(()))
}

async fn update(
    transaction: &mut Transaction<'_, Postgres>,
    meter: &MeterRow,
    alert: AlertId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<()>, sqlx::Error> {
    let state = sqlx::query_scalar!(
        "update alert set kind = $2, severity = $3, period_start = $4, period_end = $5, observed = $6, expected = $7,
             lower = $8, upper = $9, unit = $10, excess = $11, unit_price = $12, cost = $13, cost_lower = $14,
             cost_upper = $15, currency = $16, reason = $17, evidence = $18, score = $19, rung = $20,
             model_version = $21, updated_at = $22, revision = revision + 1
         where alert_id = $1 and state <> 'resolved'
         returning state",
        alert.get(),
        draft.kind.code(),
        draft.severity.code(),
        jiff_sqlx::DateTime::from(draft.start) as _,
        jiff_sqlx::DateTime::from(draft.end) as _,
        draft.observed,
        draft.expected,
        draft.lower,
        draft.upper,
        draft.unit,
        draft.excess(),
        draft.unit_price,
        draft.cost,
        draft.cost_lower,
        draft.cost_upper,
        draft.currency,
        draft.reason,
        draft.evidence,
        draft.score,
        draft.rung.code(),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(state) = state else { return Ok(None) };
    let state = state.parse().unwrap_or(AlertState::Open);
    link_readings(transaction, alert, draft).await?;
    note(transaction, alert, "updated", &draft.reason, now).await?;
    let data = event_data(transaction, meter, alert, draft, state).await?;
    enqueue(transaction, alert, EventType::Updated, data, now).await?;
    Ok(Some(()))
}

async fn resolve(
    transaction: &mut Transaction<'_, Postgres>,
    alert: AlertId,
    now: Timestamp,
) -> Result<Option<()>, sqlx::Error> {
    let row = sqlx::query!(
        r#"update alert a set state = 'resolved', resolved_at = $2, updated_at = $2, revision = revision + 1
           from meter m join site s using (site_id)
           where a.alert_id = $1 and a.state <> 'resolved' and m.meter_id = a.meter_id
           returning s.name as site, m.name as meter, m.commodity, a.kind, a.severity, a.observed, a.expected,
               a.lower, a.upper, a.unit, a.cost, a.currency, a.reason,
               a.period_start as "period_start: jiff_sqlx::DateTime",
               a.period_end as "period_end: jiff_sqlx::DateTime""#,
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    note(transaction, alert, "resolved", RESTATED, now).await?;
    let readings = sqlx::query_scalar!(
        "select reading_id from alert_reading where alert_id = $1 order by reading_id desc",
        alert.get()
    )
    .fetch_all(&mut **transaction)
    .await?;
    let decode = |error: String| sqlx::Error::Decode(error.into());
    let data = AlertData {
        reference: AlertReference::of(alert),
        site: row.site,
        meter: row.meter,
        commodity: row.commodity,
        period_start: row.period_start.to_jiff(),
        period_end: row.period_end.to_jiff(),
        kind: row
            .kind
            .parse()
            .map_err(|error: alerts::kind::UnknownKind| decode(error.to_string()))?,
        severity: row
            .severity
            .parse()
            .map_err(|error: alerts::state::UnknownCode| decode(error.to_string()))?,
        state: AlertState::Resolved,
        observed: row.observed,
        expected: row.expected,
        lower: row.lower,
        upper: row.upper,
        unit: row.unit,
        cost: row.cost,
        currency: row.currency,
        reason: row.reason,
        sources: sources(transaction, &readings).await?,
    };
    enqueue(transaction, alert, EventType::Resolved, data, now).await?;
    Ok(Some(()))
}

/// The readings of an alert are those of its present figures.
async fn link_readings(
    connection: &mut PgConnection,
    alert: AlertId,
    draft: &Draft,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from alert_reading where alert_id = $1 and reading_id <> all($2)",
        alert.get(),
        &draft.readings,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into alert_reading (alert_id, reading_id) select $1, unnest($2::bigint[]) on conflict do nothing",
        alert.get(),
        &draft.readings,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn note(
    connection: &mut PgConnection,
    alert: AlertId,
    action: &str,
    comment: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into alert_history (alert_id, at, actor, action, comment) values ($1, $2, $3, $4, $5)",
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
        ACTOR,
        action,
        comment,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn event_data(
    connection: &mut PgConnection,
    meter: &MeterRow,
    alert: AlertId,
    draft: &Draft,
    state: AlertState,
) -> Result<AlertData, sqlx::Error> {
    Ok(AlertData {
        reference: AlertReference::of(alert),
        site: meter.site.clone(),
        meter: meter.name.clone(),
        commodity: meter.commodity.clone(),
        period_start: draft.start,
        period_end: draft.end,
        kind: draft.kind,
        severity: draft.severity,
        state,
        observed: draft.observed,
        expected: draft.expected,
        lower: draft.lower,
        upper: draft.upper,
        unit: draft.unit.clone(),
        cost: draft.cost,
        currency: draft.currency.clone(),
        reason: draft.reason.clone(),
        sources: sources(connection, &draft.newest_readings).await?,
    })
}

/// From which cells of which mails the readings came.
async fn sources(
    connection: &mut PgConnection,
    readings: &[i64],
) -> Result<Vec<Source>, sqlx::Error> {
    sqlx::query!(
        r#"select r.sheet as "sheet!", r.cell as "cell!", encode(a.sha256, 'hex') as "sha256!", f.file_name,
               f.subject, f.sender
           from reading r
           join attachment a using (attachment_id)
           left join lateral (
               select ma.file_name, m.subject, m.sender
               from message_attachment ma join message m using (message_id)
               where ma.attachment_id = a.attachment_id
               order by ma.message_id, ma.ordinal limit 1
           ) f on true
           where r.reading_id = any($1)
           order by r.period_start desc, r.reading_id desc limit $2"#,
        readings,
        MOST_SOURCES,
    )
    .map(|row| Source {
        mail_subject: row.subject,
        mail_sender: row.sender,
        attachment: row.file_name,
        attachment_sha256: row.sha256,
        sheet: row.sheet,
        cell: row.cell,
    })
    .fetch_all(connection)
    .await
}

async fn enqueue(
    connection: &mut PgConnection,
    alert: AlertId,
    event_type: EventType,
    data: AlertData,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let event = AlertEvent { event_type, timestamp: now, version: EVENT_VERSION, data };
    let payload =
        serde_json::to_value(&event).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds));
    sqlx::query!(
        "select enqueue_alert_event($1, $2, $3, $4, $5)",
        id,
        alert.get(),
        event_type.code(),
        payload,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
