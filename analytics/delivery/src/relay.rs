//! From the outbox to the receivers, one endpoint independent of the other.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answer::Settlement;
use crate::claim::{Claim, Settled, claim, settle};
use crate::config::{ConfigError, EndpointConfig, check_names};
use crate::sender::Sender;

/// Time and chance, handed in: the machine's own in the worker, made up in tests.
#[derive(Clone)]
pub struct Ambient {
    /// The present.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// A number in 0..1, by which retries are spread.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}

/// How a relay works.
#[derive(Debug, Clone, Copy)]
pub struct RelayOptions {
    /// A request as a whole takes no longer.
    pub timeout: Duration,
    /// A claim holds for this long; it must outlast a request and its settlement.
    pub lease: Duration,
    /// Requests at one time to one endpoint.
    pub concurrency: u32,
    /// The relay looks for new events this often.
    pub poll: Duration,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            lease: Duration::from_mins(1),
            concurrency: 8,
            poll: Duration::from_secs(2),
        }
    }
}

/// What a pass over the outbox did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RelayReport {
    /// Received.
    pub delivered: u64,
    /// Failed, to be tried again.
    pub retrying: u64,
    /// Failed for the last time.
    pub dead: u64,
    /// Ended after another relay had taken the delivery over.
    pub stale: u64,
    /// Endpoints that were disabled.
    pub disabled: Vec<String>,
}

impl RelayReport {
    fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.retrying += other.retrying;
        self.dead += other.dead;
        self.stale += other.stale;
        self.disabled.extend(other.disabled);
    }

    fn count(&mut self, endpoint: &str, settlement: &Settlement, settled: Settled) {
        match (settled, settlement) {
            (Settled::Stale, _) => self.stale += 1,
            (_, Settlement::Delivered) => self.delivered += 1,
            (_, Settlement::Retry { .. } | Settlement::Gone) => self.retrying += 1,
            (_, Settlement::Dead) => self.dead += 1,
        }
        if settled == (Settled::Written { disabled: true }) {
            self.disabled.push(endpoint.to_owned());
        }
    }
}

/// The outbox could not be worked on; all of them pass with the database, so the next pass tries again.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Looking an endpoint up.
    #[error("the endpoints cannot be read from the database")]
    Endpoints(#[source] sqlx::Error),
    /// Claiming.
    #[error("no deliveries can be claimed in the database")]
    Claim(#[source] sqlx::Error),
    /// Settling: the event is sent again under the same webhook-id when its lease has run out.
    #[error("the end of a delivery cannot be written to the database")]
    Settle(#[source] sqlx::Error),
    /// A task of the relay itself was ended.
    #[error("a delivery was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

/// Sends what waits in the outbox; any number of relays may work at one time.
#[derive(Debug, Clone)]
pub struct Relay {
    pool: PgPool,
    senders: Vec<Arc<Sender>>,
    options: RelayOptions,
}

impl Relay {
    /// Checks every endpoint and reads its secret; nothing is sent.
    pub fn new(
        pool: PgPool,
        endpoints: &[EndpointConfig],
        options: RelayOptions,
    ) -> Result<Self, ConfigError> {
        check_names(endpoints)?;
        let senders = endpoints
            .iter()
            .map(|endpoint| Sender::new(endpoint, options.timeout).map(Arc::new))
            .collect::<Result<_, _>>()?;
        Ok(Self { pool, senders, options })
    }

    /// Delivers what is due, to all endpoints side by side, and returns when nothing due is left.
    ///
    /// An endpoint that cannot be reached at all ends its own part early; the rest stays due for the next pass.
    pub async fn run_once(&self, ambient: &Ambient) -> Result<RelayReport, RelayError> {
        let mut passes = JoinSet::new();
        for sender in &self.senders {
            let (relay, sender, ambient) = (self.clone(), Arc::clone(sender), ambient.clone());
            passes.spawn(async move { relay.pass(&sender, &ambient).await });
        }
        let mut report = RelayReport::default();
        let mut failure = None;
        while let Some(pass) = passes.join_next().await {
            match pass.map_err(RelayError::Interrupted).flatten() {
                Ok(part) => report.add(part),
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(report), Err)
    }

    /// Delivers until `stop` becomes true, every endpoint at its own pace, so that one that hangs holds up no other.
    ///
    /// What is on its way when `stop` comes is finished and settled. The database may go and come back meanwhile.
    pub async fn run(&self, ambient: &Ambient, stop: watch::Receiver<bool>) {
        let mut endpoints = JoinSet::new();
        for sender in &self.senders {
            let (relay, sender, ambient) = (self.clone(), Arc::clone(sender), ambient.clone());
            let mut stop = stop.clone();
            endpoints.spawn(async move {
                while !*stop.borrow() {
                    if let Err(error) = relay.pass(&sender, &ambient).await {
                        tracing::error!(
                            endpoint.name = sender.name(),
                            error = &error as &dyn std::error::Error,
                            "Deliveries wait until the database answers again."
                        );
                    }
                    // A closed channel cannot change any more: the process is on its way out.
                    tokio::select! {
                        () = tokio::time::sleep(relay.options.poll) => {}
                        changed = stop.changed() => if changed.is_err() { break },
                    }
                }
            });
        }
        endpoints.join_all().await;
    }

    /// Delivers what is due for one endpoint.
    async fn pass(
        &self,
        sender: &Arc<Sender>,
        ambient: &Ambient,
    ) -> Result<RelayReport, RelayError> {
        let mut report = RelayReport::default();
        let known = sqlx::query_scalar!(
            "select endpoint_id from endpoint where name = $1 and configured and enabled",
            sender.name()
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(RelayError::Endpoints)?;
        let Some(endpoint_id) = known else { return Ok(report) };
        loop {
            let now = (ambient.now)();
            let RelayOptions { concurrency, lease, .. } = self.options;
            let claims = claim(&self.pool, endpoint_id, now, concurrency, lease)
                .await
                .map_err(RelayError::Claim)?;
            if claims.is_empty() {
                return Ok(report);
            }
            let mut batch = JoinSet::new();
            for claim in claims {
                let (pool, sender, ambient) =
                    (self.pool.clone(), Arc::clone(sender), ambient.clone());
                batch.spawn(async move { deliver(&pool, &sender, &claim, &ambient).await });
            }
            let mut any_reached = false;
            for ended in batch.join_all().await {
                let Ended { reached, settlement, settled } = ended?;
                any_reached |= reached;
                report.count(sender.name(), &settlement, settled);
            }
            if !any_reached {
                return Ok(report);
            }
        }
    }
}

struct Ended {
    reached: bool,
    settlement: Settlement,
    settled: Settled,
}

/// Sends one delivery, outside any transaction, and settles it.
async fn deliver(
    pool: &PgPool,
    sender: &Sender,
    claim: &Claim,
    ambient: &Ambient,
) -> Result<Ended, RelayError> {
    let started = (ambient.now)();
    let answer = sender.send(claim.event_id, &claim.body, started).await;
    let now = (ambient.now)();
    let settlement = answer.settlement(now, claim.failures, (ambient.random)());
    let settled = settle(pool, claim, &answer, &settlement, started, now)
        .await
        .map_err(RelayError::Settle)?;
    let (endpoint, event, status) = (sender.name(), claim.event_id, answer.status);
    match (&settlement, answer.failure()) {
        (Settlement::Delivered, _) => {
            tracing::info!(endpoint.name = endpoint, event.id = %event, status, "Delivered an event.");
        }
        (_, failure) => tracing::warn!(
            endpoint.name = endpoint, event.id = %event, status, attempt = claim.attempt,
            "An event was not delivered. {}", failure.unwrap_or_default()
        ),
    }
    if settled == (Settled::Written { disabled: true }) {
        tracing::error!(
            endpoint.name = endpoint,
            "The endpoint was disabled; its events wait until it is enabled again."
        );
    }
    Ok(Ended { reached: answer.was_reached(), settlement, settled })
}
