//! The schedule at work: ticks in memory, slots by the clock of the wall, rows that decide who runs.
//!
//! tokio-cron-scheduler ticks in UTC and knows nothing else. At each tick the newest slot of every job is computed in
//! the job's own zone ([`crate::schedule`]); a row of `job_run` decides whether this worker runs it
//! ([`crate::job_run`]). Jobs run one after the other, so they do not overlap; the relay runs beside them.

use std::time::Duration;

use delivery::{Relay, RelayOptions};
use jiff::ToSpan;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler};

use crate::config::{Config, ScheduleSettings};
use crate::job_run::{self, Outcome};
use crate::schedule::Schedule;
use crate::shutdown::Shutdown;
use crate::work::Work;
use crate::{ambient, clock, wishes, work};

const EVERY_FIVE_SECONDS: &str = "*/5 * * * * *";
/// A ticker that has gone silent must not stop the worker.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);
/// Runs of the light pass are kept for so long.
const POLLS_KEPT_DAYS: i64 = 30;

/// Runs jobs and the relay until the end is asked for; what is under way is finished.
pub async fn run(mut work: Work, config: &Config, shutdown: &Shutdown) -> anyhow::Result<()> {
    let jobs = schedules(&config.schedule)?;
    let relay = relay(&work.pool, config, shutdown).await?;
    let (mut timer, mut ticks) = ticker().await?;
    let name = worker_name();
    let mut database_answers = true;
    while !shutdown.is_asked() {
        for (job, schedule) in &jobs {
            if shutdown.is_asked() {
                break;
            }
            match run_if_due(&mut work, job, schedule, &name).await {
                Ok(()) => database_answers = true,
                Err(error) if database_answers => {
                    database_answers = false;
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        job.name = job,
                        "the jobs wait until the database answers again"
                    );
                }
                Err(_) => {}
            }
        }
        if !shutdown.is_asked() {
            grant_wishes(&mut work).await;
        }
        tokio::select! {
            () = shutdown.clone().wait() => {}
            // Either way it is time to look: after a tick, or when none has come for long.
            _ = tokio::time::timeout(LONGEST_SILENCE, ticks.recv()) => {}
        }
    }
    timer.shutdown().await?;
    if let Some(relay) = relay {
        relay.await?;
    }
    Ok(())
}

/// What people ask for on the pages; a failure is tried again at the next tick.
async fn grant_wishes(work: &mut Work) {
    let granted = match wishes::grant(work).await {
        Ok(true) => {
            work.analyse().await.map(|report| tracing::info!("{}", work::told_analysis(&report)))
        }
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = granted {
        tracing::warn!("what was asked for on the pages waits: {}", job_run::detail(&error));
    }
}

/// The first work of `up`: a pass, the analysis where it is due, and what waits in the outbox.
///
/// It counts as the newest slot of every job, so that the schedule does not repeat it at once.
pub async fn catch_up(work: &mut Work, config: &Config) -> anyhow::Result<()> {
    delivery::sync_endpoints(&work.pool, &config.endpoints, clock::now()).await?;
    let (now, name) = (clock::now(), worker_name());
    let mut claims = Vec::new();
    for (job, schedule) in schedules(&config.schedule)? {
        if let Some(slot) = schedule.newest_until(now) {
            claims.extend(job_run::claim(&work.pool, job, slot, &name, now).await?);
        }
    }
    let done = first_run(work).await;
    let (outcome, detail) = match &done {
        Ok((outcome, detail)) => (*outcome, detail.clone()),
        Err(error) => (Outcome::Failed, job_run::detail(error)),
    };
    for claim in claims {
        claim.finish(outcome, &detail, clock::now()).await?;
    }
    done?;
    if work.shutdown.is_asked() || config.endpoints.is_empty() {
        return Ok(());
    }
    let step = work.reporter.step("Delivering alerts");
    let relay = Relay::new(work.pool.clone(), &config.endpoints, RelayOptions::default())?;
    let report = relay.run_once(&ambient::machine()).await?;
    step.done(&format!("{} delivered, {} to be tried again", report.delivered, report.retrying));
    Ok(())
}

async fn first_run(work: &mut Work) -> anyhow::Result<(Outcome, String)> {
    let judged = sqlx::query_scalar!(r#"select exists (select from baseline_period) as "judged!""#)
        .fetch_one(&work.pool)
        .await?;
    perform(work, if judged { "poll" } else { "ingest" }).await
}

/// The jobs that have slots, the full pass before the light one.
fn schedules(settings: &ScheduleSettings) -> anyhow::Result<Vec<(&'static str, Schedule)>> {
    let mut schedules = Vec::new();
    for (name, job) in settings.jobs() {
        schedules.extend(job.schedule()?.map(|schedule| (name, schedule)));
    }
    Ok(schedules)
}

/// Sends what waits in the outbox, beside everything else.
async fn relay(
    pool: &PgPool,
    config: &Config,
    shutdown: &Shutdown,
) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    delivery::sync_endpoints(pool, &config.endpoints, clock::now()).await?;
    if config.endpoints.is_empty() {
        return Ok(None);
    }
    let every = Duration::from_secs(config.schedule.relay_seconds);
    let options = RelayOptions { poll: every, ..RelayOptions::default() };
    let relay = Relay::new(pool.clone(), &config.endpoints, options)?;
    let stop = shutdown.receiver();
    Ok(Some(tokio::spawn(async move { relay.run(&ambient::machine(), stop).await })))
}

/// A tick every five seconds; one that finds the worker busy is dropped.
async fn ticker() -> anyhow::Result<(JobScheduler, mpsc::Receiver<()>)> {
    let (sender, ticks) = mpsc::channel(1);
    let timer = JobScheduler::new().await?;
    let job = Job::new(EVERY_FIVE_SECONDS, move |_, _| {
        // Full: the worker has not taken the tick before.
        let _ = sender.try_send(());
    })?;
    timer.add(job).await?;
    timer.start().await?;
    Ok((timer, ticks))
}

/// Runs the newest slot of a job, unless it has run or is running elsewhere.
async fn run_if_due(
    work: &mut Work,
    job: &'static str,
    schedule: &Schedule,
    worker: &str,
) -> Result<(), sqlx::Error> {
    let now = clock::now();
    let Some(slot) = schedule.newest_until(now) else { return Ok(()) };
    let Some(claim) = job_run::claim(&work.pool, job, slot, worker, now).await? else {
        return Ok(());
    };
    tracing::debug!(job.name = job, job.slot = %slot, "started");
    let (outcome, detail) = match perform(work, job).await {
        Ok((outcome, detail)) => (outcome, detail),
        Err(error) => (Outcome::Failed, job_run::detail(&error)),
    };
    if outcome == Outcome::Failed {
        tracing::error!(job.name = job, job.slot = %slot, "failed: {detail}");
    } else {
        tracing::info!(job.name = job, job.slot = %slot, "{detail}");
    }
    claim.finish(outcome, &detail, clock::now()).await?;
    if job == "poll" {
        job_run::forget_polls(&work.pool, now - (24 * POLLS_KEPT_DAYS).hours()).await?;
    }
    Ok(())
}

/// What the jobs are: a full pass with the analysis, a light pass that may need none, the analysis alone.
async fn perform(work: &mut Work, job: &str) -> anyhow::Result<(Outcome, String)> {
    if job == "analyse" {
        return Ok((Outcome::Done, work::told_analysis(&work.analyse().await?)));
    }
    let pass = work.ingest().await?;
    let outcome = if pass.is_partial() { Outcome::Partial } else { Outcome::Done };
    let mut detail = work::told(&pass);
    let news = pass.rows.accepted + pass.rows.superseding > 0;
    if (job == "ingest" || news) && !work.shutdown.is_asked() {
        detail = format!("{detail}; {}", work::told_analysis(&work.analyse().await?));
    }
    Ok((outcome, detail))
}

/// Names this process in `job_run`.
fn worker_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{}", host.trim(), std::process::id())
}
