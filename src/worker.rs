//! The schedule at work: ticks in memory, slots by the clock of the wall, rows that decide who runs.
//!
//! tokio-cron-scheduler ticks in UTC and knows nothing else. At each tick the newest slot of every job is computed in
//! the job's own zone ([`crate::schedule`]); a row of `job_run` decides whether this worker runs it
//! ([`crate::job_run`]). Jobs run one after the other, so they do not overlap; the relay runs beside them.

use std::time::Duration;

use delivery::{Relay, RelayOptions};
use ingest::pass::PassReport;
use jiff::ToSpan;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler};

use crate::config::{Config, JobSettings, ScheduleSettings, Task};
use crate::job_run::{self, Announced, Outcome};
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
    let jobs = jobs(&config.schedule)?;
    let relay = relay(&work.pool, config, shutdown).await?;
    let (mut timer, mut ticks) = ticker().await?;
    let name = worker_name();
    let mut database_answers = true;
    while !shutdown.is_asked() {
        if let Err(error) = announce(&work.pool, &jobs).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "jobs are not announced");
        }
        for job in &jobs {
            if shutdown.is_asked() {
                break;
            }
            match run_if_due(&mut work, job, &name).await {
                Ok(_) => database_answers = true,
                Err(error) if database_answers => {
                    database_answers = false;
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        job.name = %job.task,
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
    for job in jobs(&config.schedule)? {
        let name_of_job = job.task.to_string();
        if let Some(slot) = job.schedule.and_then(|schedule| schedule.newest_until(now)) {
            claims.extend(job_run::claim(&work.pool, &name_of_job, slot, &name, now).await?);
        }
    }
    let done = first_run(work).await;
    let (outcome, detail) = ended(&done);
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
    let judged = sqlx::query_scalar!(r#"select exists (select from baseline) as "judged!""#)
        .fetch_one(&work.pool)
        .await?;
    // All sources, those with slots of their own included.
    let pass = work.ingest().await?;
    finish_pass(work, &pass, !judged).await
}

/// A job.
#[derive(Debug)]
pub struct Scheduled {
    /// What it does.
    pub task: Task,
    /// Its expression and zone, as configured.
    pub settings: JobSettings,
    /// When it is due; none for a job that runs only when somebody asks for it.
    pub schedule: Option<Schedule>,
}

/// The jobs, the full pass before the light one.
pub fn jobs(settings: &ScheduleSettings) -> anyhow::Result<Vec<Scheduled>> {
    let mut jobs = Vec::new();
    for (task, settings) in settings.jobs() {
        let schedule = settings.schedule()?;
        if schedule.is_some() || task.source().is_none() {
            jobs.push(Scheduled { task, settings: settings.clone(), schedule });
        }
    }
    Ok(jobs)
}

/// Looks once: runs every job whose newest slot nobody has run, and what people asked for; returns the runs.
pub async fn run_once(mut work: Work, config: &Config) -> anyhow::Result<Vec<String>> {
    let jobs = jobs(&config.schedule)?;
    let name = worker_name();
    announce(&work.pool, &jobs).await?;
    let mut ran = Vec::new();
    for job in &jobs {
        if !work.shutdown.is_asked() {
            ran.extend(run_if_due(&mut work, job, &name).await?);
        }
    }
    Ok(ran)
}

/// Runs a job now, whatever its schedule says; none where another worker runs it at this moment.
pub async fn run_now(
    work: &mut Work,
    task: &Task,
    actor: &str,
) -> anyhow::Result<Option<(Outcome, String)>> {
    let (job, now) = (task.to_string(), clock::now());
    job_run::request(&work.pool, &job, actor, now).await?;
    let Some(slot) = job_run::requested(&work.pool, &job).await?.pop() else { return Ok(None) };
    let Some(claim) = job_run::claim(&work.pool, &job, slot, &worker_name(), now).await? else {
        return Ok(None);
    };
    let done = perform(work, task).await;
    let (outcome, detail) = ended(&done);
    claim.finish(outcome, &detail, clock::now()).await?;
    done?;
    Ok(Some((outcome, detail)))
}

async fn announce(pool: &PgPool, jobs: &[Scheduled]) -> Result<(), sqlx::Error> {
    let now = clock::now();
    let announced: Vec<Announced> = jobs
        .iter()
        .map(|job| Announced {
            job: job.task.to_string(),
            cron: job.settings.cron.clone(),
            time_zone: job.settings.time_zone.clone(),
            next_slot: job.schedule.as_ref().and_then(|schedule| schedule.next_after(now)),
        })
        .collect();
    job_run::announce(pool, &announced, now).await
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

/// Runs the newest slot of a job and what people asked for, unless it has run or is running elsewhere; returns a line
/// for each run.
async fn run_if_due(
    work: &mut Work,
    job: &Scheduled,
    worker: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let (name, now) = (job.task.to_string(), clock::now());
    let mut slots = job_run::requested(&work.pool, &name).await?;
    slots.extend(job.schedule.as_ref().and_then(|schedule| schedule.newest_until(now)));
    let mut ran = Vec::new();
    for slot in slots {
        let Some(claim) = job_run::claim(&work.pool, &name, slot, worker, now).await? else {
            continue;
        };
        tracing::debug!(job.name = name, job.slot = %slot, "started");
        let (outcome, detail) = ended(&perform(work, &job.task).await);
        if outcome == Outcome::Failed {
            tracing::error!(job.name = name, job.slot = %slot, "failed: {detail}");
        } else {
            tracing::info!(job.name = name, job.slot = %slot, "{detail}");
        }
        claim.finish(outcome, &detail, clock::now()).await?;
        ran.push(format!("{name} {slot}: {detail}"));
    }
    if matches!(job.task, Task::Poll(_)) && !ran.is_empty() {
        job_run::forget_polls(&work.pool, now - (24 * POLLS_KEPT_DAYS).hours()).await?;
    }
    Ok(ran)
}

fn ended(done: &anyhow::Result<(Outcome, String)>) -> (Outcome, String) {
    match done {
        Ok((outcome, detail)) => (*outcome, detail.clone()),
        Err(error) => (Outcome::Failed, job_run::detail(error)),
    }
}

/// What the jobs are: a full pass with the analysis, a light pass that may need none, the analysis alone.
async fn perform(work: &mut Work, task: &Task) -> anyhow::Result<(Outcome, String)> {
    let pass = match task {
        Task::Analyse => {
            return Ok((Outcome::Done, work::told_analysis(&work.analyse().await?)));
        }
        Task::Ingest(source) | Task::Poll(source) => work.ingest_slot(source.as_deref()).await?,
    };
    finish_pass(work, &pass, matches!(task, Task::Ingest(_))).await
}

/// The analysis after a pass, where it is due: always after a full one, else after news.
async fn finish_pass(
    work: &mut Work,
    pass: &PassReport,
    is_full: bool,
) -> anyhow::Result<(Outcome, String)> {
    let outcome = if pass.is_partial() { Outcome::Partial } else { Outcome::Done };
    let mut detail = work::told(pass);
    let news = pass.rows.accepted + pass.rows.superseding > 0;
    if (is_full || news) && !work.shutdown.is_asked() {
        detail = format!("{detail}; {}", work::told_analysis(&work.analyse().await?));
    } else {
        work.watch().await?;
    }
    Ok((outcome, detail))
}

/// Names this process in `job_run`.
fn worker_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{}", host.trim(), std::process::id())
}
