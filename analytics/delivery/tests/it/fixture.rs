//! A database with events to deliver, and a clock that the test moves.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::{Ambient, EndpointConfig, Relay, RelayOptions, sync_endpoints};
use jiff::{SignedDuration, Timestamp};
use migrations::testing::TestDatabase;
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Everything a test needs besides receivers.
pub struct Fixture {
    pub pool: PgPool,
    clock: Arc<Mutex<Timestamp>>,
    secrets: TempDir,
    _database: TestDatabase,
}

/// Quick to give up, so that a receiver that hangs does not make the test wait long.
pub const OPTIONS: RelayOptions = RelayOptions {
    timeout: Duration::from_millis(500),
    lease: Duration::from_mins(1),
    concurrency: 4,
    poll: Duration::from_millis(10),
};

impl Fixture {
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let pool = database.pool.clone();
        let start = "2026-03-02T06:00:00Z".parse().expect("a time");
        let secrets = TempDir::new().expect("a folder");
        std::fs::write(secrets.path().join("hook.secret"), SECRET).expect("written");
        sqlx::query(
            "insert into site (name, name_key, created_at) values ('Porto', 'porto', now())",
        )
        .execute(&pool)
        .await
        .expect("a site");
        sqlx::query(
            "insert into meter (site_id, name, name_key, commodity, canonical_unit, created_at)
             values (1, 'E-1', 'e-1', 'electricity', 'kWh', now())",
        )
        .execute(&pool)
        .await
        .expect("a meter");
        let fixture =
            Self { pool, clock: Arc::new(Mutex::new(start)), secrets, _database: database };
        fixture.alert("the first alert").await;
        fixture
    }

    /// A further alert; the first has the number 1.
    pub async fn alert(&self, fingerprint: &str) -> i64 {
        sqlx::query_scalar(
            "insert into alert (fingerprint, meter_id, kind, severity, state, period_start, period_end,
                 observed, expected, lower, upper, unit, excess, reason, score, rung, model_version,
                 opened_at, updated_at)
             values ($1, 1, 'spike', 'high', 'open', '2026-02-01', '2026-03-01',
                 2, 1, 0, 1.5, 'kWh', 1, 'Twice the usual.', 9, 'seasonal', '1', now(), now())
             returning alert_id",
        )
        .bind(fingerprint)
        .fetch_one(&self.pool)
        .await
        .expect("an alert")
    }

    /// Writes an event of an alert into the outbox, due now.
    pub async fn enqueue(&self, alert: i64, event_type: &str) -> Uuid {
        let event = Uuid::now_v7();
        let payload = serde_json::json!({
            "type": event_type,
            "timestamp": self.now().to_string(),
            "version": 1,
            "data": { "reason": "Twice the usual – “água”.", "cost": "12.30" },
        });
        sqlx::query("select enqueue_alert_event($1, $2, $3, $4, $5)")
            .bind(event)
            .bind(alert)
            .bind(event_type)
            .bind(payload)
            .bind(jiff_sqlx::Timestamp::from(self.now()))
            .execute(&self.pool)
            .await
            .expect("written");
        event
    }

    /// An endpoint on this machine.
    pub fn endpoint(&self, name: &str, url: &str) -> EndpointConfig {
        EndpointConfig {
            name: name.to_owned(),
            url: url.to_owned(),
            secret_file: PathBuf::from("hook.secret"),
            allow_private: true,
        }
        .relative_to(self.secrets.path())
    }

    /// A relay for these endpoints, which the database knows afterwards.
    pub async fn relay(&self, endpoints: &[EndpointConfig]) -> Relay {
        sync_endpoints(&self.pool, endpoints, self.now()).await.expect("stored");
        Relay::new(self.pool.clone(), endpoints, OPTIONS).expect("usable")
    }

    pub fn now(&self) -> Timestamp {
        *self.clock.lock().expect("not poisoned")
    }

    pub fn advance(&self, by: SignedDuration) {
        *self.clock.lock().expect("not poisoned") += by;
    }

    /// The test's clock, and no chance at all: the waits are those of the schedule.
    pub fn ambient(&self) -> Ambient {
        let clock = Arc::clone(&self.clock);
        Ambient {
            now: Arc::new(move || *clock.lock().expect("not poisoned")),
            random: Arc::new(|| 0.0),
        }
    }

    /// Lets every claim run out, as if the relay that holds it had died a minute ago.
    pub async fn expire_leases(&self) {
        sqlx::query(
            "update delivery set locked_until = clock_timestamp() - interval '1 second'
             where lease is not null",
        )
        .execute(&self.pool)
        .await
        .expect("expired");
    }

    /// How many deliveries are in this state.
    pub async fn count(&self, state: &str) -> i64 {
        sqlx::query_scalar("select count(*) from delivery where state = $1")
            .bind(state)
            .fetch_one(&self.pool)
            .await
            .expect("counted")
    }
}
