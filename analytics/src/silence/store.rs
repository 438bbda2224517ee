//! Silences in the database: what was delivered, and the alerts with their events.

use alerts::kind::UnknownKind;
use alerts::{AlertId, AlertKind, AlertReference, EventType, Rung};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readings::MeterId;
use sqlx::{PgConnection, PgPool};
use uuid::{NoContext, Uuid};

use super::deliveries::deliveries;
use super::plan::{Known, Step, plan};
use super::source::{self, WatchedSource};
use super::{About, Silence, Watched, find};
use crate::parameters::MODEL_VERSION;

/// Who acts when nobody does.
const ACTOR: &str = "meterwatch";
/// What the history of an alert says when the reading has come.
const ARRIVED: &str = "resolved by arrival";

/// Why silences could not be looked for; all pass with the database.
#[derive(Debug, thiserror::Error)]
pub enum SilenceError {
    /// Reading.
    #[error("what was delivered cannot be read from the database")]
    Load(#[source] sqlx::Error),
    /// Reading what was raised before.
    #[error("the alerts about silence cannot be read from the database")]
    Known(#[source] sqlx::Error),
    /// Writing.
    #[error("an alert about silence cannot be written to the database")]
    Write(#[source] sqlx::Error),
}

/// What a look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watch {
    /// Silences raised.
    pub opened: u64,
    /// Silences that are of another kind or size by now.
    pub updated: u64,
    /// Silences that ended.
    pub resolved: u64,
}

/// Looks for silences and brings their alerts up to date. A second look without news writes nothing.
pub async fn watch(pool: &PgPool, now: Timestamp) -> Result<Watch, SilenceError> {
    let meters = load(pool).await.map_err(SilenceError::Load)?;
    let today = TimeZone::UTC.to_datetime(now).date();
    let mut found = find(&meters, today);
    let sources = load_sources(pool).await.map_err(SilenceError::Load)?;
    found.extend(source::silent(&sources, &found, today));
    keep_expectations(pool, &sources).await.map_err(SilenceError::Write)?;
    let known = known(pool).await.map_err(SilenceError::Known)?;
    let mut done = Watch::default();
    for step in plan(&found, &known) {
        let written = write(pool, step, now).await.map_err(SilenceError::Write)?;
        match step {
            Step::Open(_) => done.opened += u64::from(written),
            Step::Update(..) => done.updated += u64::from(written),
            Step::Resolve(_) => done.resolved += u64::from(written),
        }
    }
    if done != Watch::default() {
        tracing::info!(opened = done.opened, resolved = done.resolved, "silences");
    }
    Ok(done)
}

/// All meters that are watched, with what was delivered about them.
async fn load(pool: &PgPool) -> Result<Vec<Watched>, sqlx::Error> {
    let meters = sqlx::query!(
        r#"select m.meter_id as "meter!: MeterId", m.name || ' at ' || s.name as "name!", own.due_days,
                  coalesce(newest.sender, '') as "sender!"
           from counted_meter m join site s using (site_id) join meter own using (meter_id)
           join lateral (
               select coalesce(mail.sender, arrival.source) as sender
               from reading r
               join message_attachment ma using (attachment_id) join message mail using (message_id)
               left join message_arrival arrival using (message_id)
               where r.meter_id = m.meter_id and r.superseded_at is null
               order by r.period_start desc, r.reading_id desc, ma.message_id desc limit 1
           ) newest on true
           -- Where nothing came by mail nobody is waited for, and no reading need be looked at.
           where own.watched and exists (select from message_attachment)
           order by m.meter_id"#
    )
    .fetch_all(pool)
    .await?;
    if meters.is_empty() {
        return Ok(Vec::new());
    }
    let mut deliveries = deliveries(pool).await?;
    Ok(meters
        .into_iter()
        .map(|meter| {
            let (delivered, ends) = deliveries.remove(&meter.meter).unwrap_or_default();
            Watched {
                meter: meter.meter,
                name: meter.name,
                sender: meter.sender,
                deliveries: delivered,
                ends,
                due_days: meter.due_days.map(i32::from),
            }
        })
        .collect())
}

/// The sources that are tried, with the days on which their mails came.
async fn load_sources(pool: &PgPool) -> Result<Vec<WatchedSource>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.source, s.expect_days, (s.last_attempt_at at time zone 'UTC')::date as "tried: jiff_sqlx::Date",
                  coalesce(m.sent, '{}') as "sent!: Vec<jiff_sqlx::Date>",
                  coalesce(m.taken, '{}') as "taken!: Vec<jiff_sqlx::Date>",
                  array(select distinct coalesce(mail.sender, a.source) from message_arrival a
                        join message mail using (message_id) where a.source = s.source) as "senders!"
           from source_state s left join lateral (
               select array_agg(d.sent order by d.sent) as sent, array_agg(d.taken order by d.sent) as taken
               from (
                   select (least(mail.sent_at, mail.received_at) at time zone 'UTC')::date as sent,
                          max(mail.received_at at time zone 'UTC')::date as taken
                   from message_arrival a join message mail using (message_id)
                   where a.source = s.source group by 1
               ) d
           ) m on true
           order by s.source"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WatchedSource {
            name: row.source,
            mails: row
                .sent
                .into_iter()
                .zip(row.taken)
                .map(|(sent, taken)| (sent.to_jiff(), taken.to_jiff()))
                .collect(),
            expect_days: row.expect_days,
            tried: row.tried.map(jiff_sqlx::Date::to_jiff),
            senders: row.senders,
        })
        .collect())
}

/// Keeps what is expected of each source, for its page.
async fn keep_expectations(pool: &PgPool, sources: &[WatchedSource]) -> Result<(), sqlx::Error> {
    let expected: Vec<_> = sources.iter().map(source::expectation).collect();
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let every: Vec<Option<i32>> =
        expected.iter().map(|one| one.map(|expected| expected.every)).collect();
    let due: Vec<Option<jiff_sqlx::Date>> = expected
        .iter()
        .map(|one| one.map(|expected| jiff_sqlx::Date::from(expected.due)))
        .collect();
    sqlx::query!(
        "update source_state s set every_days = f.every, due_on = f.due
         from unnest($1::text[], $2::integer[], $3::date[]) as f (source, every, due)
         where f.source = s.source and (s.every_days, s.due_on) is distinct from (f.every, f.due)",
        &names,
        &every as &[Option<i32>],
        &due as &[Option<jiff_sqlx::Date>],
    )
    .execute(pool)
    .await?;
    Ok(())
}

async fn known(pool: &PgPool) -> Result<Vec<Known>, sqlx::Error> {
    let rows = sqlx::query!(
        "select alert_id, fingerprint, kind, observed, state <> 'resolved' as \"is_live!\"
         from alert where kind in ('late', 'missing', 'partial') order by alert_id"
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Known {
                alert: AlertId::new(row.alert_id),
                fingerprint: row.fingerprint,
                kind: kind(&row.kind)?,
                came: row.observed,
                is_live: row.is_live,
            })
        })
        .collect()
}

/// Writes one step in one transaction; `false` where somebody was quicker.
async fn write(pool: &PgPool, step: Step<'_>, now: Timestamp) -> Result<bool, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let (alert, event, action, words) = match step {
        Step::Open(silence) => {
            let alert = open(&mut transaction, silence, now).await?;
            (alert, EventType::Opened, "opened", silence.reason.as_str())
        }
        Step::Update(alert, silence) => {
            let alert = update(&mut transaction, alert, silence, now).await?;
            (alert, EventType::Updated, "updated", silence.reason.as_str())
        }
        Step::Resolve(alert) => {
            let alert = resolve(&mut transaction, alert, now).await?;
            (alert, EventType::Resolved, "resolved", ARRIVED)
        }
    };
    let Some(alert) = alert else { return Ok(false) };
    sqlx::query!(
        "insert into alert_history (alert_id, at, actor, action, comment) values ($1, $2, $3, $4, $5)",
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
        ACTOR,
        action,
        words,
    )
    .execute(&mut *transaction)
    .await?;
    announce(&mut transaction, alert, event, now).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Tells the receivers how the alert stands now.
async fn announce(
    connection: &mut PgConnection,
    alert: AlertId,
    event_type: EventType,
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
        event_type.code(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn kind(code: &str) -> Result<AlertKind, sqlx::Error> {
    code.parse().map_err(|error: UnknownKind| sqlx::Error::Decode(error.to_string().into()))
}

async fn open(
    connection: &mut PgConnection,
    silence: &Silence,
    now: Timestamp,
) -> Result<Option<AlertId>, sqlx::Error> {
    let (meter, subject, unit) = match &silence.about {
        About::Meter(meter) => (Some(meter.get()), None, "meters"),
        About::Sender { sender, .. } => (None, Some(sender.clone()), "meters"),
        About::Source(name) => (None, Some(format!("Source {name}")), "mails"),
    };
    let alert = sqlx::query_scalar!(
        r#"insert into alert (fingerprint, meter_id, subject, kind, severity, state, period_start, period_end, observed,
               expected, lower, upper, excess, unit, reason, rung, model_version, cost_basis, opened_at, updated_at)
           values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $9, $9, $8::float8 - $9::float8,
               $14, $10, $11, $12, 'none', $13, $13)
           on conflict (fingerprint) where state <> 'resolved' do nothing
           returning alert_id as "alert: AlertId""#,
        silence.fingerprint,
        meter,
        subject,
        silence.kind.code(),
        silence.severity.code(),
        jiff_sqlx::DateTime::from(silence.start) as _,
        jiff_sqlx::DateTime::from(silence.end) as _,
        count(silence.came),
        count(silence.expected),
        silence.reason,
        Rung::NoHistory.code(),
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
        unit,
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(alert) = alert {
        link(connection, alert, &silence.about).await?;
    }
    Ok(alert)
}

async fn update(
    connection: &mut PgConnection,
    alert: AlertId,
    silence: &Silence,
    now: Timestamp,
) -> Result<Option<AlertId>, sqlx::Error> {
    let updated = sqlx::query!(
        "update alert set kind = $2, severity = $3, observed = $4, expected = $5, lower = $5, upper = $5,
             excess = $4::float8 - $5::float8, reason = $6, period_end = $7, updated_at = $8, revision = revision + 1
         where alert_id = $1 and state <> 'resolved'",
        alert.get(),
        silence.kind.code(),
        silence.severity.code(),
        count(silence.came),
        count(silence.expected),
        silence.reason,
        jiff_sqlx::DateTime::from(silence.end) as _,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut *connection)
    .await?;
    link(connection, alert, &silence.about).await?;
    Ok((updated.rows_affected() > 0).then_some(alert))
}

async fn resolve(
    connection: &mut PgConnection,
    alert: AlertId,
    now: Timestamp,
) -> Result<Option<AlertId>, sqlx::Error> {
    let resolved = sqlx::query!(
        "update alert set state = 'resolved', resolved_at = $2, updated_at = $2, revision = revision + 1
         where alert_id = $1 and state <> 'resolved'",
        alert.get(),
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(connection)
    .await?;
    Ok((resolved.rows_affected() > 0).then_some(alert))
}

/// The meters of a sender that are waited for, and the last readings that came.
async fn link(
    connection: &mut PgConnection,
    alert: AlertId,
    about: &About,
) -> Result<(), sqlx::Error> {
    let waiting: Vec<i64> = match about {
        About::Meter(meter) => vec![meter.get()],
        About::Sender { waiting, .. } => waiting.iter().map(|meter| meter.get()).collect(),
        About::Source(_) => Vec::new(),
    };
    sqlx::query!(
        "insert into alert_reading (alert_id, reading_id)
         select $1, last.reading_id from unnest($2::bigint[]) as waiting (meter_id)
         cross join lateral (
             select reading_id from reading r
             where r.meter_id = waiting.meter_id and r.superseded_at is null
             order by r.period_start desc, r.reading_id desc limit 1
         ) last
         on conflict do nothing",
        alert.get(),
        &waiting,
    )
    .execute(&mut *connection)
    .await?;
    if matches!(about, About::Meter(_)) {
        return Ok(());
    }
    sqlx::query!(
        "delete from alert_member where alert_id = $1 and meter_id <> all($2)",
        alert.get(),
        &waiting,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into alert_member (alert_id, meter_id, observed, expected) select $1, unnest($2::bigint[]), 0, 1
         on conflict do nothing",
        alert.get(),
        &waiting,
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "meters of one sender are few")]
fn count(meters: usize) -> f64 {
    meters as f64
}
