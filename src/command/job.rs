//! `meterwatch job`: what the workers run, when it ran, and running it now.

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Options;
use crate::config::{Config, Task};
use crate::database::{Database, Schema};
use crate::exit::{Exit, Failure};
use crate::job_run::{self, Outcome, Run};
use crate::progress::Reporter;
use crate::shutdown::Shutdown;
use crate::work::Work;
use crate::{clock, database, output, worker};

/// See and run scheduled jobs.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// List the jobs with their next slots, and the newest runs
    #[command(after_help = "\
Examples:
  meterwatch job list
  meterwatch job list --runs 100 --json")]
    List(List),
    /// Run a job now, whatever its schedule says
    #[command(after_help = "\
Examples:
  meterwatch job run ingest              a full pass over the sources, and the analysis
  meterwatch job run poll                a light pass
  meterwatch job run ingest utilities    one source that has slots of its own
  meterwatch job run analyse

The run stands in the history beside those of the schedule. Exit code 4 when something waits for a person.")]
    #[command(name = "run")]
    Start(Start),
}

/// How much is listed, and how.
#[derive(Debug, clap::Args)]
pub struct List {
    /// How many of the newest runs
    #[arg(long, default_value_t = 20)]
    runs: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which job.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// ingest, poll or analyse
    #[arg(value_parser = ["ingest", "poll", "analyse"])]
    job: String,
    /// The source, for one that has slots of its own
    source: Option<String>,
}

/// A job as it is printed.
#[derive(Debug, Serialize)]
struct Listed {
    job: String,
    cron: String,
    time_zone: String,
    next_slot: Option<Timestamp>,
}

impl Job {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        match self {
            Self::List(list) => list.print(options).await,
            Self::Start(start) => start.run(options).await,
        }
    }
}

impl List {
    async fn print(&self, options: &Options) -> anyhow::Result<Exit> {
        let (jobs, runs) = database::with(options, Schema::Ready, async |pool, config| {
            let now = clock::now();
            let jobs: Vec<Listed> = worker::jobs(&config.schedule)?
                .into_iter()
                .map(|job| Listed {
                    job: job.task.to_string(),
                    cron: job.settings.cron,
                    time_zone: job.settings.time_zone,
                    next_slot: job.schedule.and_then(|schedule| schedule.next_after(now)),
                })
                .collect();
            Ok((jobs, job_run::history(&pool, None, self.runs).await?))
        })
        .await?;
        if self.json {
            output::json(&serde_json::json!({ "jobs": jobs, "runs": runs }))?;
            return Ok(Exit::Done);
        }
        let instant = |at: Option<Timestamp>| at.map_or_else(String::new, |at| format!("{at:.0}"));
        let rows: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                let cron = if job.cron.is_empty() { "when asked for".to_owned() } else { job.cron };
                vec![job.job, cron, job.time_zone, instant(job.next_slot)]
            })
            .collect();
        output::table(&["job", "cron", "zone", "next"], &rows, "There is no job.")?;
        output::text("\n")?;
        let rows: Vec<_> = runs.iter().map(|run| row(run, instant)).collect();
        output::table(
            &["job", "slot", "started", "ended", "outcome", "asked for by", "what it did"],
            &rows,
            "No job has run yet.",
        )?;
        Ok(Exit::Done)
    }
}

fn row(run: &Run, instant: impl Fn(Option<Timestamp>) -> String) -> Vec<String> {
    vec![
        run.job.clone(),
        instant(Some(run.slot)),
        instant(Some(run.started_at)),
        instant(run.finished_at),
        run.outcome.clone().unwrap_or_else(|| "running".to_owned()),
        run.requested_by.clone().unwrap_or_else(|| "schedule".to_owned()),
        run.detail.clone().unwrap_or_default(),
    ]
}

impl Start {
    fn task(&self, config: &Config) -> Result<Task, Failure> {
        let source = self.source.clone();
        if let Some(name) = source.as_deref().filter(|name| !config.schedule.is_apart(name)) {
            return Err(Failure::new(
                Exit::Usage,
                format!("source `{name}` has no slots of its own"),
                "leave it out: `ingest` and `poll` read all other sources",
            ));
        }
        Ok(match self.job.as_str() {
            "ingest" => Task::Ingest(source),
            "poll" => Task::Poll(source),
            _ => Task::Analyse,
        })
    }

    async fn run(&self, options: &Options) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::listen()?;
        let config = options.load_config()?;
        let task = self.task(&config)?;
        let database = Database::open(options, &config, Schema::Ready).await?;
        let reporter = Reporter::new(options.quiet);
        let result = async {
            // Events are written for the endpoints that are configured at that moment.
            delivery::sync_endpoints(&database.pool, &config.endpoints, clock::now()).await?;
            let mut work = Work::prepare(&database.pool, &config, reporter, &shutdown).await?;
            worker::run_now(&mut work, &task, "command line").await
        }
        .await;
        database.close().await;
        let Some((outcome, detail)) = result? else {
            let what = format!("the job {task} is running in another worker");
            return Err(Failure::new(
                Exit::Failed,
                what,
                "wait until it ends, see `meterwatch job list`",
            )
            .into());
        };
        output::tell(&detail);
        Ok(Exit::partial_if(outcome == Outcome::Partial))
    }
}
