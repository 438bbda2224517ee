//! `meterwatch event`: what people know about a site.

use alerts::EventKind;
use analytics::known_events::{self, EventError, NewEvent};
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use jiff::civil::Date;
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// Enter what is known about a site: closures, works, a new tenant.
#[derive(Debug, Subcommand)]
pub enum Event {
    /// Enter an event; the baseline takes it into account from the next analysis on
    #[command(after_help = "\
Examples:
  meterwatch event add --site \"Town hall\" --kind closure --from 2025-07-28 --to 2025-08-17 --note \"summer\"
  meterwatch event add --site \"Depot\" --meter E-17 --kind new_tenant --from 2025-03-01

closure, works, other: the months that it touches are not judged, and the baseline does not learn from them.
new_tenant, new_level: the baseline begins anew on the first day. Alerts that it explains are closed.")]
    Add(Add),
    /// List all events that count, the latest first
    List(List),
    /// Take an event back
    Withdraw(Withdraw),
}

/// What happened.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name of the site
    #[arg(long)]
    site: String,
    /// The name of one meter of it; else all are concerned
    #[arg(long)]
    meter: Option<String>,
    /// What happened
    #[arg(long, value_parser = PossibleValuesParser::new(EventKind::ALL.iter().map(|kind| kind.code())))]
    kind: String,
    /// First day
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// Last day; else until further notice
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// What else is to be said
    #[arg(long, default_value = "")]
    note: String,
    /// Who says so
    #[arg(long, env = "USER", default_value = "command line")]
    author: String,
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which event.
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// Its number, as listed
    event: i64,
    /// Who says so
    #[arg(long, env = "USER", default_value = "command line")]
    author: String,
}

/// One event as it is printed.
#[derive(Debug, Serialize)]
struct Listed {
    event: i64,
    site: String,
    meter: Option<String>,
    kind: &'static str,
    from: Date,
    to: Option<Date>,
    note: String,
    author: String,
}

impl Event {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| match self {
            Self::Add(add) => {
                let event = NewEvent {
                    site: &add.site,
                    meter: add.meter.as_deref(),
                    kind: add.kind.parse::<EventKind>()?,
                    starts_on: add.from,
                    ends_on: add.to.map(Date::tomorrow).transpose()?,
                    note: &add.note,
                    author: &add.author,
                };
                let id = known_events::add(&pool, &event, clock::now()).await.map_err(told)?;
                output::tell(&format!(
                    "Event {id} is entered; `meterwatch analyse` takes it into account."
                ));
                Ok(Exit::Done)
            }
            Self::List(list) => {
                let events = known_events::all(&pool).await?;
                let events: Vec<Listed> = events
                    .into_iter()
                    .map(|event| Listed {
                        event: event.id,
                        site: event.site,
                        meter: event.meter,
                        kind: event.kind.code(),
                        from: event.starts_on,
                        to: event.ends_on.and_then(|end| end.yesterday().ok()),
                        note: event.note,
                        author: event.author,
                    })
                    .collect();
                if list.json {
                    output::json(&events)?;
                } else {
                    let rows: Vec<_> = events.iter().map(row).collect();
                    let header = ["event", "kind", "from", "to", "site", "meter", "author", "note"];
                    output::table(&header, &rows, "No events are entered.")?;
                }
                Ok(Exit::Done)
            }
            Self::Withdraw(Withdraw { event, author }) => {
                known_events::withdraw(&pool, event, &author, clock::now()).await.map_err(told)?;
                Ok(Exit::Done)
            }
        })
        .await
    }
}

fn row(event: &Listed) -> Vec<String> {
    vec![
        event.event.to_string(),
        event.kind.to_owned(),
        event.from.to_string(),
        event.to.map_or_else(|| "open".to_owned(), |to| to.to_string()),
        event.site.clone(),
        event.meter.clone().unwrap_or_else(|| "all".to_owned()),
        event.author.clone(),
        event.note.clone(),
    ]
}

fn told(error: EventError) -> anyhow::Error {
    let advice = match &error {
        EventError::Database(_) => return error.into(),
        EventError::UnknownSite(_) | EventError::UnknownMeter { .. } => {
            "see the names in `meterwatch export readings --format csv`"
        }
        EventError::EndsBeforeItBegins => "--to is the last day; it is not before --from",
        EventError::UnknownEvent(_) => "see the numbers in `meterwatch event list`",
    };
    Failure::new(Exit::Failed, error.to_string(), advice).into()
}
