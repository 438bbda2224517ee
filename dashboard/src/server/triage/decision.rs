//! One decision: the alert, its history and its event, in one transaction.

use alerts::event::{AlertData, AlertEvent, Source};
use alerts::{AlertReference, EventType, Verdict};
use jiff::Timestamp;
use sqlx::{Acquire, PgConnection};
use uuid::Uuid;

use crate::server::alerts::list::known;
use crate::server::failure::Failure;

/// The version of the event's shape.
const EVENT_VERSION: u32 = 1;

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// To take it.
    Acknowledge,
    /// To close it.
    Resolve(Verdict),
    /// To open it again.
    Reopen,
    /// To say something about it.
    Comment,
}

impl Decision {
    const fn action(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Resolve(_) => "resolved",
            Self::Reopen => "reopened",
            Self::Comment => "commented",
        }
    }

    /// What receivers are told; a comment stays in the house.
    const fn event(self) -> Option<EventType> {
        match self {
            Self::Acknowledge => Some(EventType::Acknowledged),
            Self::Resolve(_) => Some(EventType::Resolved),
            Self::Reopen => Some(EventType::Updated),
            Self::Comment => None,
        }
    }
}

/// A decision and all that belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// About which alert.
    pub reference: AlertReference,
    /// The revision that the person has seen.
    pub revision: i32,
    /// What is decided.
    pub decision: Decision,
    /// By whom.
    pub actor: &'a str,
    /// With which words.
    pub comment: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It is stored.
    Stored,
    /// The alert has changed since the person saw it, or its state does not allow this.
    Stale,
    /// It cannot be reopened: the same problem has been raised anew.
    RaisedAnew,
    /// There is no such alert.
    Unknown,
}

/// Stores a decision, all of it or nothing.
pub async fn carry_out(
    connection: &mut PgConnection,
    request: &Request<'_>,
) -> Result<Done, Failure> {
    let mut transaction = connection.begin().await?;
    let changed = match change(&mut transaction, request).await {
        Ok(changed) => changed,
        Err(error) if is_raised_anew(&error) => return Ok(Done::RaisedAnew),
        Err(error) => return Err(error.into()),
    };
    if changed == 0 {
        let exists = sqlx::query_scalar!(
            r#"select exists (select 1 from alert where alert_id = $1) as "exists!""#,
            request.reference.id().get()
        )
        .fetch_one(&mut *transaction)
        .await?;
        return Ok(if exists { Done::Stale } else { Done::Unknown });
    }
    sqlx::query!(
        "insert into alert_history (alert_id, at, actor, action, comment) values ($1, $2, $3, $4, $5)",
        request.reference.id().get(),
        jiff_sqlx::Timestamp::from(request.now) as _,
        request.actor,
        request.decision.action(),
        request.comment,
    )
    .execute(&mut *transaction)
    .await?;
    if let Some(event_type) = request.decision.event() {
        announce(&mut transaction, request, event_type).await?;
    }
    transaction.commit().await?;
    Ok(Done::Stored)
}

/// Changes the row where its revision is the one that was seen and its state allows it; says how many rows changed.
async fn change(connection: &mut PgConnection, request: &Request<'_>) -> Result<u64, sqlx::Error> {
    let alert_id = request.reference.id().get();
    let now = jiff_sqlx::Timestamp::from(request.now);
    let result = match request.decision {
        Decision::Acknowledge => {
            sqlx::query!(
                "update alert set state = 'acknowledged', assignee = $3, updated_at = $4,
                        revision = revision + 1
                 where alert_id = $1 and revision = $2 and state = 'open'",
                alert_id,
                request.revision,
                request.actor,
                now as _,
            )
            .execute(connection)
            .await?
        }
        Decision::Resolve(verdict) => {
            sqlx::query!(
            "update alert set state = 'resolved', verdict = $3, resolved_at = $4, updated_at = $4,
                        revision = revision + 1
                 where alert_id = $1 and revision = $2 and state <> 'resolved'",
            alert_id,
            request.revision,
            verdict.code(),
            now as _,
        )
            .execute(connection)
            .await?
        }
        Decision::Reopen => {
            sqlx::query!(
            "update alert set state = 'open', assignee = null, verdict = null, resolved_at = null,
                        updated_at = $3, revision = revision + 1
                 where alert_id = $1 and revision = $2 and state <> 'open'",
            alert_id,
            request.revision,
            now as _,
        )
            .execute(connection)
            .await?
        }
        // A comment changes nothing that another person could have changed.
        Decision::Comment => {
            sqlx::query!("update alert set updated_at = $2 where alert_id = $1", alert_id, now as _)
                .execute(connection)
                .await?
        }
    };
    Ok(result.rows_affected())
}

/// Two live alerts of one problem are refused by the database.
fn is_raised_anew(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.constraint() == Some("alert_live"))
}

async fn announce(
    connection: &mut PgConnection,
    request: &Request<'_>,
    event_type: EventType,
) -> Result<(), Failure> {
    let event = AlertEvent {
        event_type,
        timestamp: request.now,
        version: EVENT_VERSION,
        data: data(connection, request.reference).await?,
    };
    let payload = serde_json::to_value(&event)
        .map_err(|_| Failure::Machine("the event cannot be written"))?;
    sqlx::query!(
        "select enqueue_alert_event($1, $2, $3, $4, $5)",
        Uuid::new_v4(),
        request.reference.id().get(),
        event_type.code(),
        payload,
        jiff_sqlx::Timestamp::from(request.now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn data(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<AlertData, Failure> {
    let row = sqlx::query!(
        r#"select a.severity, a.kind, a.state, a.observed, a.expected, a.lower, a.upper, a.unit,
                  a.cost, a.currency, a.reason,
                  a.period_start as "start: jiff_sqlx::DateTime",
                  a.period_end as "end: jiff_sqlx::DateTime",
                  m.name as meter, m.commodity, s.name as site
           from alert a join meter m using (meter_id) join site s using (site_id)
           where a.alert_id = $1"#,
        reference.id().get()
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(AlertData {
        reference,
        site: row.site,
        meter: row.meter,
        commodity: row.commodity,
        period_start: row.start.to_jiff(),
        period_end: row.end.to_jiff(),
        kind: known(&row.kind)?,
        severity: known(&row.severity)?,
        state: known(&row.state)?,
        observed: row.observed,
        expected: row.expected,
        lower: row.lower,
        upper: row.upper,
        unit: row.unit,
        cost: row.cost,
        currency: row.currency,
        reason: row.reason,
        sources: sources(connection, reference).await?,
    })
}

/// The cells of the newest period of the alert.
async fn sources(
    connection: &mut PgConnection,
    reference: AlertReference,
) -> Result<Vec<Source>, Failure> {
    let rows = sqlx::query!(
        r#"select r.sheet, r.cell, encode(t.sha256, 'hex') as "sha256!",
                  c.file_name as "file_name?", c.subject as "subject?", c.sender as "sender?"
           from alert_reading ar join reading r using (reading_id)
           join attachment t using (attachment_id)
           left join lateral (
               select ma.file_name, msg.subject, msg.sender
               from message_attachment ma join message msg using (message_id)
               where ma.attachment_id = r.attachment_id
               order by ma.message_id, ma.ordinal limit 1
           ) c on true
           where ar.alert_id = $1
             and r.period_start = (
                 select max(newest.period_start) from alert_reading
                 join reading newest using (reading_id) where alert_reading.alert_id = $1)
           order by r.reading_id desc limit 10"#,
        reference.id().get()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Source {
            mail_subject: row.subject,
            mail_sender: row.sender,
            attachment: row.file_name,
            attachment_sha256: row.sha256,
            sheet: row.sheet,
            cell: row.cell,
        })
        .collect())
}
