//! One run of the analysis: readings in, baselines and alerts out. Running it again without news changes nothing.

pub mod draft;
pub mod episodes;
pub mod history;
pub mod plan;
pub mod raise;
pub mod shard;
pub mod store;

use std::sync::Arc;

use alerts::Rung;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use polars::prelude::PolarsError;
use serde::Serialize;
use sqlx::PgPool;
use tokio::task::JoinError;

use self::draft::draft;
use self::history::History;
use self::plan::{Action, Situation, plan};
use self::raise::Outcome;
pub use self::shard::Shard;
use crate::consumption::Omission;
use crate::engine::{self, Judgement};
use crate::parameters::analysis::MONTHS;

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
    /// Meters of the shard.
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
    /// Alerts closed because a corrected reading removed their cause.
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
    let loaded = history::load(pool).await.map_err(AnalysisError::Load)?;
    let today = TimeZone::UTC.to_datetime(options.now).date();
    let (history, judged) = tokio::task::spawn_blocking(move || {
        let history = history::assemble(loaded, today)?;
        let judged = engine::judge(&history.panel);
        Ok((Arc::new(history), Arc::new(judged)))
    })
    .await
    .map_err(AnalysisError::Interrupted)?
    .map_err(AnalysisError::Statistics)?;
    let meters: Vec<usize> = (0..history.meters.len())
        .filter(|meter| options.shard.is_none_or(|shard| shard.has(history.meters[*meter].id)))
        .collect();
    let mut report = figures(&history, &judged, &meters);
    report.baselines_written =
        store::write_baselines(pool, &history, &judged, &meters, options.now)
            .await
            .map_err(AnalysisError::Baselines)?;
    let ids: Vec<i64> = meters.iter().map(|meter| history.meters[*meter].id.get()).collect();
    let raised = store::raised(pool, &ids).await.map_err(AnalysisError::Raised)?;
    for (done, meter) in meters.iter().enumerate() {
        progress(done, meters.len());
        let row = &history.meters[*meter];
        let known = raised.get(&row.id.get()).map_or(&[][..], Vec::as_slice);
        for action in actions(&history, &judged[*meter], *meter, known, options.months) {
            let outcome = raise::write(pool, row, &action, options.now)
                .await
                .map_err(AnalysisError::Raise)?;
            let written = u64::from(outcome == Outcome::Written);
            match action {
                Action::Open(_) => report.opened += written,
                Action::Update(..) => report.updated += written,
                Action::Resolve(_) => report.resolved += written,
            }
        }
    }
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

/// What to do about the alerts of a meter.
fn actions(
    history: &History,
    judged: &[Judgement],
    meter: usize,
    raised: &[plan::Raised],
    months: i32,
) -> Vec<Action> {
    let quantity = &history.panel.meters[meter].quantity;
    let Some(newest) = quantity.iter().rposition(|quantity| !quantity.is_nan()) else {
        return plan_without_history(raised);
    };
    let midnight = |slot: usize| history.start_of(slot).to_datetime(Time::midnight());
    let horizon = midnight(newest + 1).checked_sub(months.months()).unwrap_or(DateTime::MIN);
    let episodes = episodes::of_meter(judged, quantity);
    let drafts =
        episodes.iter().filter_map(|episode| draft(history, meter, judged, episode)).collect();
    let largest_score = |start: DateTime, end: DateTime| {
        judged
            .iter()
            .enumerate()
            .filter(|(slot, month)| {
                month.kind.is_some() && midnight(*slot) < end && midnight(slot + 1) > start
            })
            .map(|(_, month)| month.score)
            .max_by(f64::total_cmp)
    };
    let rest_from = |whole: &draft::Draft, from: DateTime| {
        let mut rest = episodes
            .iter()
            .find(|episode| {
                episode.family == whole.family
                    && episode.slots.first().is_some_and(|slot| midnight(*slot) == whole.start)
            })?
            .clone();
        rest.slots.retain(|slot| midnight(*slot) >= from);
        rest.peak = rest
            .slots
            .iter()
            .copied()
            .max_by(|a, b| judged[*a].score.total_cmp(&judged[*b].score))?;
        draft(history, meter, judged, &rest)
    };
    plan(Situation {
        raised,
        drafts,
        horizon,
        largest_score: &largest_score,
        rest_from: &rest_from,
    })
}

/// All readings of the meter are gone: what was raised on them is restated.
fn plan_without_history(raised: &[plan::Raised]) -> Vec<Action> {
    plan(Situation {
        raised,
        drafts: Vec::new(),
        horizon: DateTime::MIN,
        largest_score: &|_, _| None,
        rest_from: &|_, _| None,
    })
}
