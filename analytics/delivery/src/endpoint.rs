//! The endpoints of the configuration, made known to the database.

use jiff::Timestamp;
use sqlx::PgPool;

use crate::config::{ConfigError, EndpointConfig, check_names};

/// The endpoints could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// Refused before anything was stored.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database did not take them.
    #[error("the endpoints cannot be stored in the database")]
    Store(#[source] sqlx::Error),
    /// No endpoint of this name was ever configured.
    #[error("there is no endpoint `{0}`")]
    Unknown(String),
}

/// Stores the endpoints of the configuration, so that events are written for them.
///
/// One that was taken out gets no further events; a new address enables its endpoint again.
pub async fn sync_endpoints(
    pool: &PgPool,
    endpoints: &[EndpointConfig],
    now: Timestamp,
) -> Result<(), EndpointError> {
    check_names(endpoints)?;
    for endpoint in endpoints {
        endpoint.target()?;
    }
    store(pool, endpoints, now).await.map_err(EndpointError::Store)
}

async fn store(
    pool: &PgPool,
    endpoints: &[EndpointConfig],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    // Workers that start together would take the rows in different orders.
    sqlx::query!("lock table endpoint in share row exclusive mode")
        .execute(&mut *transaction)
        .await?;
    for endpoint in endpoints {
        sqlx::query!(
            "insert into endpoint (name, url, created_at) values ($1, $2, $3)
             on conflict (name) do update set
                 configured = true,
                 url = excluded.url,
                 enabled = endpoint.enabled or endpoint.url <> excluded.url,
                 disabled_reason = case when endpoint.url = excluded.url then endpoint.disabled_reason end,
                 first_failure_at = case when endpoint.url = excluded.url then endpoint.first_failure_at end,
                 resume_at = case when endpoint.url = excluded.url then endpoint.resume_at end",
            endpoint.name,
            endpoint.url,
            jiff_sqlx::Timestamp::from(now) as _,
        )
        .execute(&mut *transaction)
        .await?;
    }
    let names: Vec<String> = endpoints.iter().map(|endpoint| endpoint.name.clone()).collect();
    sqlx::query!(
        "update endpoint set configured = false where configured and name <> all($1)",
        &names
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// Enables an endpoint again; what waits for it is due at once. The number of waiting deliveries is returned.
pub async fn enable_endpoint(
    pool: &PgPool,
    name: &str,
    now: Timestamp,
) -> Result<u64, EndpointError> {
    let known = sqlx::query_scalar!("select endpoint_id from endpoint where name = $1", name)
        .fetch_optional(pool)
        .await
        .map_err(EndpointError::Store)?;
    let endpoint_id = known.ok_or_else(|| EndpointError::Unknown(name.to_owned()))?;
    enable(pool, endpoint_id, now).await.map_err(EndpointError::Store)
}

/// Deliveries before the endpoint, as a settlement takes them, so that the two cannot wait for each other.
async fn enable(pool: &PgPool, endpoint_id: i64, now: Timestamp) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let waiting = sqlx::query!(
        "update delivery set next_attempt_at = least(next_attempt_at, $2), failures = 0
         where endpoint_id = $1 and state = 'pending'",
        endpoint_id,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    sqlx::query!(
        "update endpoint
         set enabled = true, disabled_reason = null, first_failure_at = null, resume_at = null
         where endpoint_id = $1",
        endpoint_id
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(waiting)
}
