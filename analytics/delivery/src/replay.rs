//! Sending again what a person asks for.

use alerts::DeliveryId;
use jiff::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

/// What to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// One delivery, whatever became of it.
    Delivery(DeliveryId),
    /// One event, to all its endpoints, whatever became of it.
    Event(Uuid),
    /// All that is dead of one endpoint.
    Endpoint(String),
    /// All that is dead.
    AllDead,
}

/// Puts deliveries back into the outbox, due at `now`, with the retry schedule from its beginning; returns how many.
///
/// The webhook-id stays the same, so a receiver that knows an event drops the repeat. What is being sent at this moment
/// is left alone.
pub async fn replay(pool: &PgPool, what: &Replay, now: Timestamp) -> Result<u64, sqlx::Error> {
    let (delivery, event, endpoint, only_dead) = match what {
        Replay::Delivery(id) => (Some(id.get()), None, None, false),
        Replay::Event(id) => (None, Some(*id), None, false),
        Replay::Endpoint(name) => (None, None, Some(name.as_str()), true),
        Replay::AllDead => (None, None, None, true),
    };
    let queued = sqlx::query!(
        "update delivery d
         set state = 'pending', failures = 0, next_attempt_at = $1, delivered_at = null,
             lease = null, locked_until = null
         from endpoint e
         where e.endpoint_id = d.endpoint_id
           and (d.locked_until is null or d.locked_until <= clock_timestamp())
           and ($2::bigint is null or d.delivery_id = $2)
           and ($3::uuid is null or d.event_id = $3)
           and ($4::text is null or e.name = $4)
           and (not $5 or d.state = 'dead')",
        jiff_sqlx::Timestamp::from(now) as _,
        delivery,
        event,
        endpoint,
        only_dead,
    )
    .execute(pool)
    .await?;
    Ok(queued.rows_affected())
}
