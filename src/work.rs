//! The work itself, as the commands, the worker and `up` share it.

use analytics::{Options as AnalysisOptions, Report};
use ingest::pass::{self, PassReport, Progress};
use ingest::round;
use ingest::source::{Guarded, Source};
use sqlx::PgPool;

use crate::config::{Config, ProfileSettings, ScheduleSettings};
use crate::progress::{Reporter, Step};
use crate::reader::ReaderProcess;
use crate::shutdown::Shutdown;
use crate::stopping::Stopping;
use crate::{clock, job_run, profiles};

/// All that a pass and an analysis need.
#[derive(Debug)]
pub struct Work {
    /// Connections.
    pub pool: PgPool,
    /// The wish to end: a pass takes up no further mail then.
    pub shutdown: Shutdown,
    /// How far the work has come.
    pub reporter: Reporter,
    sources: Vec<Guarded>,
    schedule: ScheduleSettings,
    profiles: ProfileSettings,
    reader: ReaderProcess,
}

impl Work {
    /// Starts the reader. There may be no sources: then a pass has nothing to do.
    pub async fn prepare(
        pool: &PgPool,
        config: &Config,
        reporter: Reporter,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let sources = config.guarded_sources(pool)?;
        let mut reader = ReaderProcess::start(config).await?;
        if let Some(told) = sync_profiles(pool, &config.profiles, &mut reader).await? {
            reporter.say(&told);
        }
        let (pool, shutdown) = (pool.clone(), shutdown.clone());
        let (schedule, profiles) = (config.schedule.clone(), config.profiles.clone());
        Ok(Self { pool, shutdown, reporter, sources, schedule, profiles, reader })
    }

    /// One pass over all configured sources.
    pub async fn ingest(&mut self) -> anyhow::Result<PassReport> {
        self.ingest_from(|_, _| true).await
    }

    /// Brings in the profiles as their files are now. Files that cannot be read must not keep mails waiting: then those
    /// of the pass before hold.
    async fn follow_profiles(&mut self) {
        let Self { pool, profiles, reader, .. } = self;
        match sync_profiles(pool, profiles, reader).await {
            Ok(told) => told.iter().for_each(|told| tracing::info!("{told}")),
            Err(error) => tracing::error!(
                "the profiles are used as they were before: {}",
                job_run::detail(&error)
            ),
        }
    }

    /// One pass over one source, or over all that have no slots of their own. The first pass of this work may be long
    /// ago: profiles are followed as their files are now.
    pub async fn ingest_slot(&mut self, source: Option<&str>) -> anyhow::Result<PassReport> {
        self.follow_profiles().await;
        self.ingest_from(|schedule, name| match source {
            Some(source) => source == name,
            None => !schedule.is_apart(name),
        })
        .await
    }

    async fn ingest_from(
        &mut self,
        wanted: impl Fn(&ScheduleSettings, &str) -> bool,
    ) -> anyhow::Result<PassReport> {
        let Self { pool, shutdown, sources, schedule, reader, reporter, .. } = self;
        let sources: Vec<_> = sources
            .iter()
            .filter(|source| wanted(schedule, source.name()))
            .map(|source| Stopping::new(source, shutdown))
            .collect();
        ingest(pool, &sources, reader, *reporter, shutdown).await
    }

    /// The process that opens files.
    pub const fn reader(&mut self) -> &mut ReaderProcess {
        &mut self.reader
    }

    /// Looks for what was to arrive and has not; the analysis does so too.
    pub async fn watch(&self) -> anyhow::Result<()> {
        analytics::silence::watch(&self.pool, clock::now()).await?;
        Ok(())
    }

    /// One analysis of all meters.
    pub async fn analyse(&mut self) -> anyhow::Result<Report> {
        analyse(&self.pool, AnalysisOptions::new(clock::now()), self.reporter).await
    }
}

/// Brings in the profiles as their files are; a line about what was read again, where anything was.
async fn sync_profiles(
    pool: &PgPool,
    settings: &ProfileSettings,
    reader: &mut ReaderProcess,
) -> anyhow::Result<Option<String>> {
    let replayed = profiles::sync(pool, settings, reader).await?;
    let files = counted(replayed.len() as u64, "file", "files");
    Ok((!replayed.is_empty()).then(|| format!("{files} read again, since profiles have changed")))
}

/// One pass over sources.
pub async fn ingest<S: Source + Sync>(
    pool: &PgPool,
    sources: &[S],
    reader: &mut ReaderProcess,
    reporter: Reporter,
    shutdown: &Shutdown,
) -> anyhow::Result<PassReport> {
    let step = reporter.step("Reading mails");
    let mut counted = Counted { step: &step, done: 0, total: 0, shutdown };
    let report = round::run(pool, sources, reader, clock::now(), &mut counted).await?;
    step.done(&told(&report));
    Ok(report)
}

/// One analysis.
pub async fn analyse(
    pool: &PgPool,
    options: AnalysisOptions,
    reporter: Reporter,
) -> anyhow::Result<Report> {
    // What a merge, or a pass that was cut short, has left to be derived.
    pass::complete(pool, options.now).await?;
    let step = reporter.step("Judging meters");
    let run = analytics::run(pool, options, |done, total| step.at(done as u64, total as u64));
    let mut report = Box::pin(run).await?;
    // A person counts alerts, whatever they are about.
    let silences = analytics::silence::watch(pool, options.now).await?;
    report.opened += silences.opened;
    report.updated += silences.updated;
    report.resolved += silences.resolved;
    step.done(&told_analysis(&report));
    Ok(report)
}

/// What a pass did, in one line.
pub fn told(report: &PassReport) -> String {
    let rows = &report.rows;
    let mut parts = vec![
        counted(report.messages_new, "new mail", "new mails"),
        counted(report.attachments_new, "new file", "new files"),
        counted(rows.accepted + rows.superseding, "reading", "readings"),
    ];
    let rare = [
        (rows.superseding, "correction", "corrections"),
        (rows.refused, "row refused", "rows refused"),
        (report.held.len() as u64, "file waits for a person", "files wait for a person"),
        (report.problems.len() as u64, "problem with mails", "problems with mails"),
    ];
    let rare = rare.into_iter().filter(|(number, ..)| *number > 0);
    parts.extend(rare.map(|(number, one, many)| counted(number, one, many)));
    parts.join(", ")
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Tells how far a pass has come, over all sources, and ends it when the process is to end.
struct Counted<'a> {
    shutdown: &'a Shutdown,
    step: &'a Step,
    done: u64,
    total: u64,
}

impl Progress for Counted<'_> {
    fn listed(&mut self, _source: &str, items: usize) {
        self.total += items as u64;
        self.step.at(self.done, self.total);
    }

    fn done(&mut self, _source: &str, _location: &str) {
        self.done += 1;
        self.step.at(self.done, self.total);
    }

    fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        self.shutdown.clone().wait()
    }
}

/// What an analysis did, in one line.
pub fn told_analysis(report: &Report) -> String {
    let Report { meters, opened, updated, resolved, .. } = report;
    format!(
        "{} judged, {} opened, {updated} updated, {resolved} resolved",
        counted(*meters, "meter", "meters"),
        counted(*opened, "alert", "alerts"),
    )
}
