//! Writing alerts: each with its readings, its members, its history and its event in one transaction.

use alerts::{AlertId, AlertReference, EventType};
use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::{NoContext, Uuid};

use super::draft::{About, Draft};
use super::plan::Action;
use crate::parameters::MODEL_VERSION;

/// Who acts when nobody does.
const ACTOR: &str = "meterwatch";

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was written.
    Written,
    /// Somebody was quicker: another run raised it, or a person closed it.
    Overtaken,
}

/// Writes one action in one transaction.
pub async fn write(pool: &PgPool, action: &Action, now: Timestamp) -> Result<Outcome, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let (alert, event, words) = match action {
        Action::Open(draft) => {
            let claimed = claim(&mut transaction, draft, now).await?;
            (claimed, EventType::Opened, draft.reason.clone())
        }
        Action::Update(alert, draft) => (Some(*alert), EventType::Updated, draft.reason.clone()),
        Action::Resolve(alert, cause) => (Some(*alert), EventType::Resolved, cause.words()),
    };
    let Some(alert) = alert else { return Ok(Outcome::Overtaken) };
    let written = match action {
        Action::Open(draft) | Action::Update(_, draft) => {
            let bump = i32::from(event == EventType::Updated);
            figures(&mut transaction, alert, draft, bump, now).await?
        }
        Action::Resolve(..) => resolve(&mut transaction, alert, now).await?,
    };
    if !written {
        return Ok(Outcome::Overtaken);
    }
    note(&mut transaction, alert, event, &words, now).await?;
    announce(&mut transaction, alert, event, now).await?;
    transaction.commit().await?;
    Ok(Outcome::Written)
}

/// A new alert that holds its fingerprint and what it is about; `None` where one is live already.
async fn claim(
    connection: &mut PgConnection,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<AlertId>, sqlx::Error> {
    let (meter, subject, commodity) = match &draft.about {
        About::Meter { id, .. } => (Some(id.get()), None, None),
        About::Several { subject, commodity, .. } => {
            (None, Some(subject.as_str()), commodity.as_deref())
        }
    };
    let alert = sqlx::query_scalar!(
        r#"insert into alert (fingerprint, meter_id, subject, commodity, kind, severity, state, period_start,
               period_end, opened_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $9)
           on conflict (fingerprint) where state <> 'resolved' do nothing
           returning alert_id"#,
        draft.fingerprint,
        meter,
        subject,
        commodity,
        draft.kind.code(),
        draft.severity.code(),
        jiff_sqlx::DateTime::from(draft.start) as _,
        jiff_sqlx::DateTime::from(draft.end) as _,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(alert.map(AlertId::new))
}

/// Writes what is known now; `false` where the alert is closed.
async fn figures(
    connection: &mut PgConnection,
    alert: AlertId,
    draft: &Draft,
    bump: i32,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let subject = match &draft.about {
        About::Meter { .. } => None,
        About::Several { subject, .. } => Some(subject.as_str()),
    };
    let money = &draft.money;
    let done = sqlx::query!(
        "update alert set kind = $2, severity = $3, period_start = $4, period_end = $5, observed = $6, expected = $7,
             lower = $8, upper = $9, unit = $10, excess = $11, unit_price = $12, cost = $13, cost_lower = $14,
             cost_upper = $15, currency = $16, reason = $17, evidence = $18, score = $19, rung = $20,
             model_version = $21, updated_at = $22, proposal = $23, cost_basis = $24, cost_note = $25,
             subject = $26, revision = revision + $27
         where alert_id = $1 and state <> 'resolved'",
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
        money.unit_price,
        money.cost,
        money.lower,
        money.upper,
        money.currency,
        draft.reason,
        draft.evidence,
        draft.score,
        draft.rung.code(),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
        draft.proposal,
        money.basis.code(),
        money.note,
        subject,
        bump,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    link_readings(connection, alert, draft).await?;
    if let About::Several { members, .. } = &draft.about {
        link_members(connection, alert, members).await?;
    }
    Ok(true)
}

async fn resolve(
    connection: &mut PgConnection,
    alert: AlertId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update alert set state = 'resolved', resolved_at = $2, updated_at = $2, revision = revision + 1
         where alert_id = $1 and state <> 'resolved'",
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
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

async fn link_members(
    connection: &mut PgConnection,
    alert: AlertId,
    members: &[super::draft::Member],
) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = members.iter().map(|member| member.meter.get()).collect();
    let observed: Vec<f64> = members.iter().map(|member| member.observed).collect();
    let expected: Vec<f64> = members.iter().map(|member| member.expected).collect();
    let costs: Vec<_> = members.iter().map(|member| member.cost).collect();
    let currencies: Vec<_> = members.iter().map(|member| member.currency.clone()).collect();
    sqlx::query!(
        "delete from alert_member where alert_id = $1 and meter_id <> all($2)",
        alert.get(),
        &ids,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into alert_member (alert_id, meter_id, observed, expected, cost, currency)
         select $1, * from unnest($2::bigint[], $3::float8[], $4::float8[], $5::numeric[], $6::text[])
         on conflict (alert_id, meter_id) do update set observed = excluded.observed,
             expected = excluded.expected, cost = excluded.cost, currency = excluded.currency",
        alert.get(),
        &ids,
        &observed,
        &expected,
        &costs as &[Option<rust_decimal::Decimal>],
        &currencies as &[Option<String>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn note(
    connection: &mut PgConnection,
    alert: AlertId,
    event: EventType,
    comment: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let action = match event {
        EventType::Opened => "opened",
        EventType::Updated => "updated",
        EventType::Acknowledged => "acknowledged",
        EventType::Resolved => "resolved",
    };
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

async fn announce(
    connection: &mut PgConnection,
    alert: AlertId,
    event: EventType,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds));
    sqlx::query!(
        "select announce_alert($1, $2, $3, $4, $5)",
        id,
        alert.get(),
        AlertReference::of(alert).to_string(),
        event.code(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
