//! The work itself, as the commands, the worker and `up` share it.

use analytics::{Options as AnalysisOptions, Report};
use ingest::pass::{self, PassReport, Progress};
use ingest::round;
use ingest::source::{Guarded, Source};
use sqlx::PgPool;

use crate::clock;
use crate::config::{Config, ScheduleSettings};
use crate::profiles;
use crate::progress::{Reporter, Step};
use crate::reader::ReaderProcess;
use crate::shutdown::Shutdown;
use crate::stopping::Stopping;

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
        let replayed = profiles::sync(pool, config, &mut reader).await?;
        if !replayed.is_empty() {
            reporter
                .say(&format!("{} files read again, since profiles have changed", replayed.len()));
        }
        let (pool, shutdown) = (pool.clone(), shutdown.clone());
        Ok(Self { pool, shutdown, sources, schedule: config.schedule.clone(), reader, reporter })
    }

    /// One pass over all configured sources.
    pub async fn ingest(&mut self) -> anyhow::Result<PassReport> {
        self.ingest_from(|_, _| true).await
    }

    /// One pass over one source, or over all that have no slots of their own.
    pub async fn ingest_slot(&mut self, source: Option<&str>) -> anyhow::Result<PassReport> {
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
        let Self { pool, shutdown, sources, schedule, reader, reporter } = self;
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
    let report =
        analytics::run(pool, options, |done, total| step.at(done as u64, total as u64)).await?;
    analytics::silence::watch(pool, options.now).await?;
    step.done(&told_analysis(&report));
    Ok(report)
}

/// What a pass did, in one line.
pub fn told(report: &PassReport) -> String {
    let rows = &report.rows;
    let mut line = format!(
        "{} new mails, {} new files, {} readings",
        report.messages_new,
        report.attachments_new,
        rows.accepted + rows.superseding,
    );
    for (number, what) in [
        (rows.superseding, "corrections"),
        (rows.refused, "rows refused"),
        (report.held.len() as u64, "files wait for a person"),
        (report.problems.len() as u64, "problems with mails"),
    ] {
        if number > 0 {
            line = format!("{line}, {number} {what}");
        }
    }
    line
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
        "{meters} meters judged, {opened} alerts opened, {updated} updated, {resolved} resolved"
    )
}
