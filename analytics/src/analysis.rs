//! One run of the analysis: readings in, baselines and alerts out.
//!
//! A run takes up the commodities in which something changed since the last one; without news it does nothing.

mod alerting;
pub mod baselines;
pub mod bills;
pub mod by_day;
pub mod cases;
pub mod changes;
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

use alerts::budget::Calibration;
use alerts::{Rung, Sensitivity};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::PolarsError;
use serde::Serialize;
use sqlx::PgPool;
use tokio::task::JoinError;

use self::by_day::ByDay;
use self::cases::Cases;
use self::history::{History, Loaded};
use self::plan::Action;
use self::raise::Outcome;
use self::settings::Settings;
pub use self::shard::Shard;
use crate::consumption::Omission;
use crate::engine::{self, Judgement};
use crate::parameters::analysis::MONTHS;
use crate::weather::{self, Weather};

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
    let commodities: Vec<String> = changes.changed.keys().cloned().collect();
    let loaded = history::load(pool, &commodities, changes.one_currency)
        .await
        .map_err(AnalysisError::Load)?;
    let settings = settings::load(pool).await.map_err(AnalysisError::Load)?;
    let others =
        settings::other_scores(pool, &changes.unchanged).await.map_err(AnalysisError::Load)?;
    let weather = weather::load(pool).await.map_err(AnalysisError::Load)?;
    let budget = settings.budget;
    let work =
        tokio::task::spawn_blocking(move || compute(loaded, &settings, &weather, others, today));
    let found =
        work.await.map_err(AnalysisError::Interrupted)?.map_err(AnalysisError::Statistics)?;
    let Found { history, judged, by_day, cases, sensitivity, calibration } = found;
    settings::keep(pool, budget, &sensitivity, calibration, options.now)
        .await
        .map_err(AnalysisError::Baselines)?;
    let is_mine =
        |meter: usize| options.shard.is_none_or(|shard| shard.has(history.meters[meter].id));
    let meters: Vec<usize> = (0..history.meters.len()).filter(|meter| is_mine(*meter)).collect();
    let mut report = figures(&history, &judged, &meters);
    // Two connections keep PostgreSQL busy with the baselines, and the alerts wait for neither.
    let baselines = async {
        let written = baselines::write(pool, &history, &judged, &meters, options.now).await?;
        standing::write(pool, &history, &judged, &meters, options.now).await?;
        by_day::write(pool, &history, &by_day, is_mine).await?;
        Ok(written)
    };
    let results =
        alerting::Results { history: &history, judged: &judged, cases: &cases, meters: &meters };
    let alerts = alerting::write(pool, options, results, &is_mine, &mut progress);
    let (written, raised) =
        tokio::try_join!(async { baselines.await.map_err(AnalysisError::Baselines) }, alerts)?;
    report.baselines_written = written;
    (report.opened, report.updated, report.resolved) =
        (raised.opened, raised.updated, raised.resolved);
    changes::remember(pool, &part, &changes, options.now)
        .await
        .map_err(AnalysisError::Baselines)?;
    progress(meters.len(), meters.len());
    tracing::info!(
        meters = report.meters,
        opened = report.opened,
        updated = report.updated,
        resolved = report.resolved,
        "analysed"
    );
    Ok(report)
}

/// All that is computed between reading and writing.
struct Found {
    history: History,
    judged: Vec<Vec<Judgement>>,
    by_day: ByDay,
    cases: Cases,
    sensitivity: Sensitivity,
    calibration: Calibration,
}

fn compute(
    loaded: Loaded,
    settings: &Settings,
    weather: &Weather,
    others: Vec<f64>,
    today: Date,
) -> Result<Found, PolarsError> {
    let mut history = history::assemble(loaded, settings, weather, today)?;
    let mut judged = engine::judge(&history.panel);
    explained::join(&mut history, &mut judged);
    let (sensitivity, calibration) = settings::calibrate(settings, &judged, others);
    let mut by_day = by_day::of(&history, &sensitivity);
    let drafts = std::mem::take(&mut by_day.drafts);
    let cases = Cases::of(&history, &judged, drafts, &sensitivity);
    Ok(Found { history, judged, by_day, cases, sensitivity, calibration })
}

impl Report {
    fn count(&mut self, action: &Action, outcome: Outcome) {
        let written = u64::from(outcome == Outcome::Written);
        match action {
            Action::Open(_) => self.opened += written,
            Action::Update(..) => self.updated += written,
            Action::Resolve(..) => self.resolved += written,
        }
    }
}

fn figures(history: &History, judged: &[Vec<Judgement>], meters: &[usize]) -> Report {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let known = |meter: &&usize| judged[**meter].iter().any(|month| month.rung > Rung::NoHistory);
    let with_history = meters.iter().filter(known).count();
    let months = meters
        .iter()
        .map(|meter| judged[*meter].iter().filter(|month| month.kind.is_some()).count())
        .sum();
    let omitted = |why: Omission| {
        count(history.omitted.iter().filter(|(_, _, omission)| *omission == why).count())
    };
    Report {
        meters: count(meters.len()),
        without_history: count(meters.len() - with_history),
        months_judged: count(months),
        overlapping_left_out: omitted(Omission::Overlaps),
        registers_fallen: omitted(Omission::RegisterFell),
        ..Report::default()
    }
}
