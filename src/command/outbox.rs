//! `meterwatch outbox`: deliveries, and sending them again.

use alerts::DeliveryId;
use clap::Subcommand;
use delivery::{Replay, list};
use uuid::Uuid;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// See and replay deliveries.
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// List deliveries, the newest first
    #[command(after_help = "\
Examples:
  meterwatch outbox list --state dead
  meterwatch outbox list --json")]
    List(List),
    /// Show endpoints and what waits for them
    Endpoints(Endpoints),
    /// Send again, under the same webhook-id
    #[command(after_help = "\
Examples:
  meterwatch outbox replay 17             one delivery
  meterwatch outbox replay --event ID     one event, to all its endpoints
  meterwatch outbox replay --endpoint ops all that is dead of one endpoint
  meterwatch outbox replay --dead         all that is dead

The deliveries are due at once; `meterwatch relay` or the worker sends them.")]
    Replay(ReplayWhat),
    /// Enable an endpoint that was disabled after failing for long; what waits for it is due at once
    Enable(Enable),
}

/// Which deliveries.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Only deliveries in this state
    #[arg(long, value_parser = ["pending", "delivered", "dead"])]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How they are printed.
#[derive(Debug, clap::Args)]
pub struct Endpoints {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What to send again.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct ReplayWhat {
    /// One delivery, by its number in `outbox list`
    delivery: Option<i64>,
    /// One event, by its webhook-id
    #[arg(long, value_name = "ID")]
    event: Option<Uuid>,
    /// All that is dead of this endpoint
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// All that is dead
    #[arg(long)]
    dead: bool,
}

/// Which endpoint.
#[derive(Debug, clap::Args)]
pub struct Enable {
    /// Its name in the configuration
    endpoint: String,
}

impl Outbox {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| match self {
            Self::List(what) => {
                let rows = list::deliveries(&pool, what.state.as_deref(), what.limit).await?;
                if what.json { output::json(&rows) } else { deliveries(&rows) }
            }
            Self::Endpoints(what) => {
                let rows = list::endpoints(&pool).await?;
                if what.json { output::json(&rows) } else { endpoints(&rows) }
            }
            Self::Replay(what) => {
                let queued = delivery::replay(&pool, &what.into(), clock::now()).await?;
                if queued == 0 {
                    return Err(nothing_to_replay().into());
                }
                output::tell(&format!("{queued} deliveries are due again."));
                Ok(())
            }
            Self::Enable(what) => {
                let waiting =
                    delivery::enable_endpoint(&pool, &what.endpoint, clock::now()).await?;
                output::tell(&format!("It is enabled; {waiting} deliveries are due."));
                Ok(())
            }
        })
        .await?;
        Ok(Exit::Done)
    }
}

fn nothing_to_replay() -> Failure {
    Failure::new(
        Exit::Failed,
        "no such delivery is there to be sent again, or it is being sent at this moment",
        "see `meterwatch outbox list`",
    )
}

impl From<ReplayWhat> for Replay {
    fn from(what: ReplayWhat) -> Self {
        match (what.delivery, what.event, what.endpoint) {
            (Some(id), _, _) => Self::Delivery(DeliveryId::new(id)),
            (_, Some(id), _) => Self::Event(id),
            (_, _, Some(name)) => Self::Endpoint(name),
            _ => Self::AllDead,
        }
    }
}

fn deliveries(rows: &[list::DeliveryRow]) -> anyhow::Result<()> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let when = row.delivered_at.unwrap_or(row.next_attempt_at);
            vec![
                row.delivery_id.to_string(),
                row.state.clone(),
                row.endpoint.clone(),
                row.event_type.clone(),
                row.alert.clone(),
                row.attempts.to_string(),
                when.to_string(),
                row.last_error.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let header = ["id", "state", "endpoint", "event", "alert", "attempts", "sent or due", "error"];
    output::table(&header, &rows, "There are no deliveries.")
}

fn endpoints(rows: &[list::EndpointRow]) -> anyhow::Result<()> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let state = match (&row.disabled_reason, row.configured) {
                (Some(reason), _) => format!("disabled: {reason}"),
                (None, true) => "enabled".to_owned(),
                (None, false) => "not configured".to_owned(),
            };
            vec![row.name.clone(), row.pending.to_string(), row.dead.to_string(), state]
        })
        .collect();
    output::table(&["endpoint", "pending", "dead", "state"], &rows, "No endpoint is configured.")
}
