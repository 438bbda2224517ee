//! One run of the analysis: readings in, baselines and alerts out.
//!
//! A run takes up the commodities in which something changed since the last one; without news it does nothing.

mod alerting;
mod aside;
mod baselines;
pub mod bills;
pub mod by_day;
pub mod cases;
pub mod changes;
mod commodity;
pub mod draft;
pub mod episodes;
pub mod evidence;
pub mod explained;
pub mod history;
pub mod money;
pub mod plan;
pub mod portfolio;
pub mod raise;
pub mod raised;
pub mod remedy;
pub mod settings;
pub mod shard;
mod standing;

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use polars::prelude::PolarsError;
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use self::commodity::{Judged, Known};
use self::plan::Action;
use self::raise::Outcome;
pub use self::shard::Shard;
use crate::parameters::analysis::MONTHS;
use crate::weather;

/// How a run works.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The present.
    pub now: Timestamp,
    /// The part of the meters that this run judges; their peers are read from all.
    pub shard: Option<Shard>,
    /// Problems that are still open within this many last months of a meter are raised.
    pub months: i32,
}

impl Options {
    /// All meters, the last twelve months.
    pub const fn new(now: Timestamp) -> Self {
        Self { now, shard: None, months: MONTHS }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Meters of the shard, of commodities in which something changed since the last run.
    pub meters: u64,
    /// Meters of them with too little history to be judged.
    pub without_history: u64,
    /// Meter-months that were judged.
    pub months_judged: u64,
    /// Rows of the baseline that were new or different.
    pub baselines_written: u64,
    /// Alerts raised.
    pub opened: u64,
    /// Alerts that grew or changed.
    pub updated: u64,
    /// Alerts closed because a corrected reading removed their cause, or because another alert tells it.
    pub resolved: u64,
    /// Readings left out because they overlap others; each is a finding that a person can see.
    pub overlapping_left_out: u64,
    /// Registers below the one before: exchanged, reset or rolled over; no consumption is taken across them.
    pub registers_fallen: u64,
}

/// Why a run stopped. All but `Interrupted` and `Statistics` pass with the database: the next run tries again.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// Reading.
    #[error("the readings cannot be read from the database")]
    Load(#[source] sqlx::Error),
    /// Computing.
    #[error("the readings cannot be brought into months")]
    Statistics(#[source] PolarsError),
    /// The computation was ended from outside.
    #[error("the analysis was interrupted")]
    Interrupted(#[source] JoinError),
    /// Taking up what was put aside.
    #[error("what was put aside in the temporary folder cannot be read again")]
    Aside(#[source] io::Error),
    /// Writing what was expected.
    #[error("the baselines cannot be written to the database")]
    Baselines(#[source] sqlx::Error),
    /// Reading what was raised before.
    #[error("the alerts cannot be read from the database")]
    Raised(#[source] sqlx::Error),
    /// Writing an alert.
    #[error("an alert cannot be written to the database")]
    Raise(#[source] sqlx::Error),
}

/// Judges all meters of the shard and brings their baselines and alerts up to date.
///
/// `progress` is told how many meters are done, and of how many.
pub async fn run(
    pool: &PgPool,
    options: Options,
    mut progress: impl FnMut(usize, usize),
) -> Result<Report, AnalysisError> {
    let today = TimeZone::UTC.to_datetime(options.now).date();
    let part = options.shard.map_or_else(String::new, |shard| shard.to_string());
    let changes = changes::since_last(pool, &part, options.months, today)
        .await
        .map_err(AnalysisError::Load)?;
    if changes.changed.is_empty() {
        tracing::info!("nothing changed since the last analysis");
        return Ok(Report::default());
    }
    let (judged, waiting) = mpsc::unbounded_channel();
    // Baselines are written while further commodities are judged, and alerts wait for none of them.
    let (written, mut report) = tokio::try_join!(
        baselines(pool, waiting, options.now),
        judge_and_raise(pool, options, &changes, judged, &mut progress),
    )?;
    report.baselines_written = written;
    changes::remember(pool, &part, &changes, options.now)
        .await
        .map_err(AnalysisError::Baselines)?;
    tracing::info!(
        meters = report.meters,
        opened = report.opened,
        updated = report.updated,
        resolved = report.resolved,
        "analysed"
    );
    Ok(report)
}

/// Writes the baselines of commodities as they come; returns how many months were new or different.
async fn baselines(
    pool: &PgPool,
    mut judged: mpsc::UnboundedReceiver<Arc<Judged>>,
    now: Timestamp,
) -> Result<u64, AnalysisError> {
    let mut written = 0;
    while let Some(judged) = judged.recv().await {
        written += baselines::write(pool, &judged, now).await.map_err(AnalysisError::Baselines)?;
        let standing = standing::write(pool, &judged.standing, now);
        standing.await.map_err(AnalysisError::Baselines)?;
    }
    Ok(written)
}

/// Computes outside of what waits for input and output, from within the pool that shares the work: each thread that
/// takes part in it keeps memory of its own.
async fn in_pool<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    spawn_blocking(|| rayon::scope(|_| compute())).await
}

/// Judges one commodity after the other, hands each on to have its baselines written, and raises what is to be raised
/// once all are judged.
async fn judge_and_raise(
    pool: &PgPool,
    options: Options,
    changes: &changes::Changes,
    hand_on: mpsc::UnboundedSender<Arc<Judged>>,
    progress: &mut impl FnMut(usize, usize),
) -> Result<Report, AnalysisError> {
    let names: Vec<String> = changes.changed.keys().cloned().collect();
    let settings = settings::load(pool).await.map_err(AnalysisError::Load)?;
    let weather = weather::load(pool).await.map_err(AnalysisError::Load)?;
    let others = settings::other_scores(pool, &changes.unchanged);
    let mut scores = others.await.map_err(AnalysisError::Load)?;
    let today = TimeZone::UTC.to_datetime(options.now).date();
    let known = Arc::new(Known { settings, weather, options, today });
    let loaded = history::load(pool, &names, changes.one_currency);
    let mut all = Vec::new();
    let mut report = Report::default();
    for loaded in loaded.await.map_err(AnalysisError::Load)? {
        let known = Arc::clone(&known);
        let judged = in_pool(move || commodity::judge(loaded, &known)).await;
        let (judged, of_commodity) = judged.map_err(AnalysisError::Interrupted)??;
        scores.extend(of_commodity);
        report.add(&judged.report);
        let judged = Arc::new(judged);
        // Who writes the baselines ends before this only by an error, which ends this as well.
        let _ = hand_on.send(Arc::clone(&judged));
        all.push(judged);
    }
    drop(hand_on);
    let (sensitivity, calibration) = settings::calibrate(&known.settings, scores);
    settings::keep(pool, known.settings.budget, &sensitivity, calibration, options.now)
        .await
        .map_err(AnalysisError::Baselines)?;
    report.add(&alerting::write(pool, options, all, Arc::new(sensitivity), progress).await?);
    Ok(report)
}

impl Report {
    fn add(&mut self, other: &Self) {
        self.meters += other.meters;
        self.without_history += other.without_history;
        self.months_judged += other.months_judged;
        self.baselines_written += other.baselines_written;
        self.opened += other.opened;
        self.updated += other.updated;
        self.resolved += other.resolved;
        self.overlapping_left_out += other.overlapping_left_out;
        self.registers_fallen += other.registers_fallen;
    }

    fn count(&mut self, action: &Action, outcome: Outcome) {
        let written = u64::from(outcome == Outcome::Written);
        match action {
            Action::Open(_) => self.opened += written,
            Action::Update(..) => self.updated += written,
            Action::Resolve(..) => self.resolved += written,
        }
    }
}
