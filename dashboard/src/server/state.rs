//! What every request shares.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use sqlx::pool::PoolConnection;
use sqlx::postgres::Postgres;
use tokio::sync::Semaphore;

use super::Options;
use super::desk::MappingDesk;
use super::failure::Failure;
use crate::views::Freshness;

/// How long a page waits for a connection before it says that the database does not answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// How old the figures of the frame may be: they are the same for everybody and asked for on every page.
const FRESHNESS_LASTS: SignedDuration = SignedDuration::from_secs(5);
/// Each hash takes 19 MiB; more at once would let sign-ins exhaust the memory.
const HASHES_AT_ONCE: usize = 2;

/// The state of the server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    options: Options,
    desk: Option<Arc<dyn MappingDesk>>,
    hashing: Semaphore,
    freshness: Mutex<Option<(Timestamp, Freshness)>>,
}

impl Server {
    /// A server over this database.
    pub fn new(pool: PgPool, options: Options, desk: Option<Arc<dyn MappingDesk>>) -> Self {
        Self(Arc::new(Inner {
            pool,
            options,
            desk,
            hashing: Semaphore::new(HASHES_AT_ONCE),
            freshness: Mutex::new(None),
        }))
    }

    /// A connection, or the failure that says that there is none.
    pub async fn connection(&self) -> Result<PoolConnection<Postgres>, Failure> {
        match tokio::time::timeout(PATIENCE, self.0.pool.acquire()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(Failure::Unavailable(error)),
            Err(_) => Err(Failure::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }

    /// The pool, for what is not a page.
    pub fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// The desk at which files are opened, where there is one.
    pub fn desk(&self) -> Result<&dyn MappingDesk, Failure> {
        let none = "Files cannot be opened here; ask your administrator.";
        self.0.desk.as_deref().ok_or(Failure::Machine(none))
    }

    /// What the time is.
    pub fn now(&self) -> Timestamp {
        (self.0.options.clock)()
    }

    /// How the pages are served.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The turn to compute hashes of passwords.
    pub fn hashing(&self) -> &Semaphore {
        &self.0.hashing
    }

    /// The figures of the frame, where they are young enough.
    pub fn remembered_freshness(&self, now: Timestamp) -> Option<Freshness> {
        let remembered = self.0.freshness.lock().unwrap_or_else(PoisonError::into_inner);
        remembered
            .filter(|(at, _)| now.duration_since(*at).abs() < FRESHNESS_LASTS)
            .map(|(_, freshness)| freshness)
    }

    /// Keeps the figures of the frame for the next pages; none makes the next page ask.
    pub fn remember_freshness(&self, freshness: Option<(Timestamp, Freshness)>) {
        *self.0.freshness.lock().unwrap_or_else(PoisonError::into_inner) = freshness;
    }
}
