//! What waits, what arrived, what failed: for the command line.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    /// The delivery, as `replay` takes it.
    pub delivery_id: i64,
    /// The `webhook-id`.
    pub event_id: Uuid,
    /// `alert.opened` and the like.
    pub event_type: String,
    /// The alert's public name.
    pub alert: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When it is tried next; meaningful while pending.
    pub next_attempt_at: Timestamp,
    /// When it was received.
    pub delivered_at: Option<Timestamp>,
    /// The last answer's status.
    pub last_status: Option<i32>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// One attempt of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttemptRow {
    /// Its number, from 1; one that is missing was cut short by a crash.
    pub attempt: i32,
    /// When the request began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The answer's status.
    pub status: Option<i32>,
    /// Why it failed.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub response: Option<String>,
}

/// One endpoint and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndpointRow {
    /// Its name.
    pub name: String,
    /// Whether it stands in the configuration.
    pub configured: bool,
    /// Whether anything is sent to it.
    pub enabled: bool,
    /// Why not.
    pub disabled_reason: Option<String>,
    /// Since when every attempt has failed.
    pub first_failure_at: Option<Timestamp>,
    /// Deliveries that wait.
    pub pending: i64,
    /// Deliveries that failed for the last time.
    pub dead: i64,
}

/// The newest deliveries, of one state or of all, at most `limit`.
pub async fn deliveries(
    pool: &PgPool,
    state: Option<&str>,
    limit: u32,
) -> Result<Vec<DeliveryRow>, sqlx::Error> {
    sqlx::query!(
        r#"select d.delivery_id, d.event_id, o.event_type, o.alert_id, e.name, d.state, d.attempts,
               d.next_attempt_at as "next_attempt_at: jiff_sqlx::Timestamp",
               d.delivered_at as "delivered_at: jiff_sqlx::Timestamp", d.last_status, d.last_error
           from delivery d join outbox o using (event_id) join endpoint e using (endpoint_id)
           where $1::text is null or d.state = $1
           order by o.sequence desc, d.delivery_id desc
           limit $2"#,
        state,
        i64::from(limit),
    )
    .map(|row| DeliveryRow {
        delivery_id: row.delivery_id,
        event_id: row.event_id,
        event_type: row.event_type,
        alert: alerts::AlertReference::of(alerts::AlertId::new(row.alert_id)).to_string(),
        endpoint: row.name,
        state: row.state,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at.to_jiff(),
        delivered_at: row.delivered_at.map(jiff_sqlx::Timestamp::to_jiff),
        last_status: row.last_status,
        last_error: row.last_error,
    })
    .fetch_all(pool)
    .await
}

/// The attempts of a delivery, in their order.
pub async fn attempts(pool: &PgPool, delivery_id: i64) -> Result<Vec<AttemptRow>, sqlx::Error> {
    sqlx::query!(
        r#"select attempt, started_at as "started_at: jiff_sqlx::Timestamp", duration_ms, status, error,
               response
           from delivery_attempt where delivery_id = $1 order by attempt"#,
        delivery_id,
    )
    .map(|row| AttemptRow {
        attempt: row.attempt,
        started_at: row.started_at.to_jiff(),
        duration_ms: row.duration_ms,
        status: row.status,
        error: row.error,
        response: row.response,
    })
    .fetch_all(pool)
    .await
}

/// All endpoints that were ever configured, by name.
pub async fn endpoints(pool: &PgPool) -> Result<Vec<EndpointRow>, sqlx::Error> {
    sqlx::query!(
        r#"select e.name, e.configured, e.enabled, e.disabled_reason,
               e.first_failure_at as "first_failure_at: jiff_sqlx::Timestamp",
               count(*) filter (where d.state = 'pending') as "pending!",
               count(*) filter (where d.state = 'dead') as "dead!"
           from endpoint e left join delivery d using (endpoint_id)
           group by e.endpoint_id order by e.name"#
    )
    .map(|row| EndpointRow {
        name: row.name,
        configured: row.configured,
        enabled: row.enabled,
        disabled_reason: row.disabled_reason,
        first_failure_at: row.first_failure_at.map(jiff_sqlx::Timestamp::to_jiff),
        pending: row.pending,
        dead: row.dead,
    })
    .fetch_all(pool)
    .await
}
