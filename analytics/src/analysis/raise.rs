//! Writing alerts: each with its readings, its members, its history and its event in one transaction.

mod open;

use alerts::{AlertId, AlertReference, EventType};
use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::{NoContext, Uuid};

use super::draft::{About, Draft};
use super::plan::{Action, Cause};
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

/// Writes actions in one transaction, in their order; says of each what became of it.
pub async fn write(
    pool: &PgPool,
    actions: &[Action],
    now: Timestamp,
) -> Result<Vec<Outcome>, sqlx::Error> {
    let mut outcomes = Vec::with_capacity(actions.len());
    if actions.is_empty() {
        return Ok(outcomes);
    }
    let mut transaction = pool.begin().await?;
    let both_open = |a: &Action, b: &Action| matches!((a, b), (Action::Open(_), Action::Open(_)));
    for run in actions.chunk_by(both_open) {
        match run {
            [Action::Update(alert, draft)] => {
                outcomes.push(update(&mut transaction, *alert, draft, now).await?);
            }
            [Action::Resolve(alert, cause)] => {
                outcomes.push(resolve(&mut transaction, *alert, cause, now).await?);
            }
            opens => {
                let drafts = opens.iter().filter_map(|action| match action {
                    Action::Open(draft) => Some(&**draft),
                    Action::Update(..) | Action::Resolve(..) => None,
                });
                outcomes.extend(open::open(&mut transaction, drafts.collect(), now).await?);
            }
        }
    }
    transaction.commit().await?;
    Ok(outcomes)
}

async fn update(
    connection: &mut PgConnection,
    alert: AlertId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    if !figures(connection, alert, draft, now).await? {
        return Ok(Outcome::Overtaken);
    }
    link_readings(connection, alert, draft).await?;
    if let About::Several { members, .. } = &draft.about {
        link_members(connection, alert, members).await?;
    }
    let told = [Told { alert, words: draft.reason.clone() }];
    tell(connection, EventType::Updated, &told, now).await?;
    Ok(Outcome::Written)
}

async fn resolve(
    connection: &mut PgConnection,
    alert: AlertId,
    cause: &Cause,
    now: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    let done = sqlx::query!(
        "update alert set state = 'resolved', resolved_at = $2, updated_at = $2, revision = revision + 1
         where alert_id = $1 and state <> 'resolved'",
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(Outcome::Overtaken);
    }
    tell(connection, EventType::Resolved, &[Told { alert, words: cause.words() }], now).await?;
    Ok(Outcome::Written)
}

/// Writes what is known now; `false` where the alert is closed.
async fn figures(
    connection: &mut PgConnection,
    alert: AlertId,
    draft: &Draft,
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
             subject = $26, revision = revision + 1
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
        draft.evidence.stored(),
        draft.score,
        draft.rung.code(),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
        draft.proposal,
        money.basis.code(),
        money.note,
        subject,
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

/// An alert, and what its history says of the event.
struct Told {
    alert: AlertId,
    words: String,
}

/// Writes an event into the history of alerts, and into the outbox.
async fn tell(
    connection: &mut PgConnection,
    event: EventType,
    told: &[Told],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let action = match event {
        EventType::Opened => "opened",
        EventType::Updated => "updated",
        EventType::Acknowledged => "acknowledged",
        EventType::Resolved => "resolved",
    };
    let alerts: Vec<i64> = told.iter().map(|told| told.alert.get()).collect();
    let words: Vec<String> = told.iter().map(|told| told.words.clone()).collect();
    sqlx::query!(
        "insert into alert_history (alert_id, at, actor, action, comment)
         select told.alert_id, $3, $4, $5, told.words
         from unnest($1::bigint[], $2::text[]) with ordinality as told (alert_id, words, place) order by place",
        &alerts,
        &words,
        jiff_sqlx::Timestamp::from(now) as _,
        ACTOR,
        action,
    )
    .execute(&mut *connection)
    .await?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    let at = uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds);
    let events: Vec<Uuid> = told.iter().map(|_| Uuid::new_v7(at)).collect();
    let references: Vec<String> =
        told.iter().map(|told| AlertReference::of(told.alert).to_string()).collect();
    sqlx::query!(
        "select announce_alerts($1, $2, $3, $4, $5)",
        &events,
        &alerts,
        &references,
        event.code(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
