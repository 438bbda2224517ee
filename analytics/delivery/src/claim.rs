//! Taking deliveries out of the outbox, and writing down how they ended.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::answer::{Answer, Settlement};
use crate::schedule::DISABLE_AFTER;

/// A delivery that is ours until its lease runs out.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The delivery.
    pub delivery_id: i64,
    /// Where it goes.
    pub endpoint_id: i64,
    /// The `webhook-id`.
    pub event_id: Uuid,
    /// The body, the same bytes at every attempt.
    pub body: String,
    /// The number of this attempt, from 1.
    pub attempt: i32,
    /// Failures since it was queued or replayed.
    pub failures: u32,
    /// Proof of the claim.
    pub lease: Uuid,
}

/// Claims up to `limit` deliveries of an endpoint that are due at `now`, oldest events first, and commits.
///
/// A claim holds for `lease` by the clock of the database, which all relays share. Of one alert only the oldest pending
/// event is claimed, so that a receiver hears of an acknowledgement never before the alert.
pub async fn claim(
    pool: &PgPool,
    endpoint_id: i64,
    now: Timestamp,
    limit: u32,
    lease: Duration,
) -> Result<Vec<Claim>, sqlx::Error> {
    sqlx::query!(
        r#"with due as materialized (
               select d.delivery_id
               from delivery d
               join endpoint e on e.endpoint_id = d.endpoint_id
               join outbox o on o.event_id = d.event_id
               where d.endpoint_id = $1 and d.state = 'pending' and d.next_attempt_at <= $2
                 and (d.locked_until is null or d.locked_until <= clock_timestamp())
                 and e.configured and e.enabled and (e.resume_at is null or e.resume_at <= $2)
                 and not exists (
                     select from outbox earlier
                     join delivery waiting on waiting.event_id = earlier.event_id
                     where earlier.alert_id = o.alert_id and earlier.sequence < o.sequence
                       and waiting.endpoint_id = d.endpoint_id and waiting.state = 'pending')
               order by o.sequence
               limit $3
               for update of d skip locked
           )
           update delivery d
           set lease = gen_random_uuid(),
               locked_until = clock_timestamp() + make_interval(secs => $4),
               attempts = attempts + 1
           from due, outbox o
           where d.delivery_id = due.delivery_id and o.event_id = d.event_id
           returning d.delivery_id, d.endpoint_id, d.event_id, d.attempts, d.failures,
               d.lease as "lease!", o.payload::text as "body!""#,
        endpoint_id,
        jiff_sqlx::Timestamp::from(now) as _,
        i64::from(limit),
        lease.as_secs_f64(),
    )
    .map(|row| Claim {
        delivery_id: row.delivery_id,
        endpoint_id: row.endpoint_id,
        event_id: row.event_id,
        body: row.body,
        attempt: row.attempts,
        failures: u32::try_from(row.failures).unwrap_or(0),
        lease: row.lease,
    })
    .fetch_all(pool)
    .await
}

/// What a settlement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was written down; where the endpoint was disabled by it, that is said.
    Written {
        /// Whether the endpoint was disabled.
        disabled: bool,
    },
    /// The lease had passed to another relay, which will write down its own attempt.
    Stale,
}

/// Writes down how the attempt that began at `started` ended, if the claim is still ours; one transaction.
pub async fn settle(
    pool: &PgPool,
    claim: &Claim,
    answer: &Answer,
    settlement: &Settlement,
    started: Timestamp,
    now: Timestamp,
) -> Result<Settled, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    if !release(&mut transaction, claim, answer, settlement, now).await? {
        transaction.rollback().await?;
        return Ok(Settled::Stale);
    }
    record(&mut transaction, claim, answer, started).await?;
    let disabled = mark_endpoint(&mut transaction, claim, settlement, now).await?;
    transaction.commit().await?;
    Ok(Settled::Written { disabled })
}

/// Gives the delivery its new state; false where the lease is no longer ours.
async fn release(
    connection: &mut PgConnection,
    claim: &Claim,
    answer: &Answer,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let (state, failed, next) = match settlement {
        Settlement::Delivered => ("delivered", 0, None),
        Settlement::Retry { at, .. } => ("pending", 1, Some(*at)),
        Settlement::Dead => ("dead", 1, None),
        Settlement::Gone => ("pending", 1, Some(now)),
    };
    let released = sqlx::query!(
        "update delivery
         set state = $3, lease = null, locked_until = null, failures = failures + $4,
             next_attempt_at = coalesce($5, next_attempt_at),
             delivered_at = case when $3 = 'delivered' then $6::timestamptz end,
             last_status = $7, last_error = $8
         where delivery_id = $1 and lease = $2",
        claim.delivery_id,
        claim.lease,
        state,
        failed,
        next.map(jiff_sqlx::Timestamp::from) as _,
        jiff_sqlx::Timestamp::from(now) as _,
        answer.status.map(i32::from),
        answer.failure(),
    )
    .execute(connection)
    .await?;
    Ok(released.rows_affected() == 1)
}

async fn record(
    connection: &mut PgConnection,
    claim: &Claim,
    answer: &Answer,
    started: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into delivery_attempt
             (delivery_id, attempt, started_at, duration_ms, status, error, response)
         values ($1, $2, $3, $4, $5, $6, $7)",
        claim.delivery_id,
        claim.attempt,
        jiff_sqlx::Timestamp::from(started) as _,
        i32::try_from(answer.duration.as_millis()).unwrap_or(i32::MAX),
        answer.status.map(i32::from),
        answer.failure(),
        answer.response,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps the endpoint's own record; true where this disabled it.
async fn mark_endpoint(
    connection: &mut PgConnection,
    claim: &Claim,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let id = claim.endpoint_id;
    let now_bound = jiff_sqlx::Timestamp::from(now);
    let disabled = match settlement {
        Settlement::Delivered => {
            sqlx::query!(
                "update endpoint set first_failure_at = null
                 where endpoint_id = $1 and first_failure_at is not null",
                id
            )
            .execute(connection)
            .await?;
            return Ok(false);
        }
        Settlement::Gone => {
            sqlx::query!(
                "update endpoint
                 set enabled = false, first_failure_at = coalesce(first_failure_at, $2),
                     disabled_reason = 'The receiver answered 410: it wants no more events.'
                 where endpoint_id = $1 and enabled",
                id,
                now_bound as _
            )
            .execute(connection)
            .await?
        }
        Settlement::Retry { .. } | Settlement::Dead => {
            let quiet_until = match settlement {
                Settlement::Retry { quiet_until: Some(at), .. } => Some(*at),
                _ => None,
            };
            let long_ago = now.checked_sub(DISABLE_AFTER).unwrap_or(Timestamp::MIN);
            sqlx::query!(
                "update endpoint
                 set first_failure_at = coalesce(first_failure_at, $2),
                     resume_at = greatest(resume_at, $3)
                 where endpoint_id = $1",
                id,
                now_bound as _,
                quiet_until.map(jiff_sqlx::Timestamp::from) as _,
            )
            .execute(&mut *connection)
            .await?;
            sqlx::query!(
                "update endpoint
                 set enabled = false,
                     disabled_reason = 'Every attempt failed for 120 hours; the last error stands with its deliveries.'
                 where endpoint_id = $1 and enabled and first_failure_at <= $2",
                id,
                jiff_sqlx::Timestamp::from(long_ago) as _,
            )
            .execute(connection)
            .await?
        }
    };
    Ok(disabled.rows_affected() == 1)
}
