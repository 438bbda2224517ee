//! One decision: the alert, its history and its event, in one transaction.

use alerts::{AlertReference, EventKind, EventType, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{Acquire, PgConnection};
use uuid::Uuid;

use crate::server::failure::Failure;

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
    /// The event that explains it, where the verdict says that there is one.
    pub event: Option<Explanation>,
    /// When.
    pub now: Timestamp,
}

/// A known event as the verdict names it; what it does not say is that of the alert.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// What happened.
    pub kind: EventKind,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day.
    pub last_day: Option<Date>,
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
    if request.decision == Decision::Reopen {
        take_back(&mut transaction, request).await?;
    }
    if let Some(event) = &request.event {
        explain(&mut transaction, request, event).await?;
    }
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

/// Enters the event at the alert's meter, so that the baseline takes it into account; an alert about several meters
/// has no site to enter it at.
async fn explain(
    connection: &mut PgConnection,
    request: &Request<'_>,
    event: &Explanation,
) -> Result<(), Failure> {
    sqlx::query!(
        "insert into known_event (site_id, meter_id, kind, starts_on, ends_on, note, author, created_at, alert_id)
         select m.site_id, m.meter_id, $2, start.day, greatest(stop.day, start.day + 1), $5, $6, $7, a.alert_id
         from alert a join meter m using (meter_id)
         cross join lateral (select coalesce($3::date, a.period_start::date) as day) start
         cross join lateral (select coalesce($4::date + 1, a.period_end::date) as day) stop
         where a.alert_id = $1",
        request.reference.id().get(),
        event.kind.code(),
        event.starts_on.map(jiff_sqlx::Date::from) as _,
        event.last_day.map(jiff_sqlx::Date::from) as _,
        request.comment,
        request.actor,
        jiff_sqlx::Timestamp::from(request.now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The event that the verdict made goes with the verdict.
async fn take_back(
    connection: &mut PgConnection,
    request: &Request<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update known_event set withdrawn_at = $2, withdrawn_by = $3 where alert_id = $1 and withdrawn_at is null",
        request.reference.id().get(),
        jiff_sqlx::Timestamp::from(request.now) as _,
        request.actor,
    )
    .execute(connection)
    .await?;
    Ok(())
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
    sqlx::query!(
        "select announce_alert($1, $2, $3, $4, $5)",
        Uuid::new_v4(),
        request.reference.id().get(),
        request.reference.to_string(),
        event_type.code(),
        jiff_sqlx::Timestamp::from(request.now) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
