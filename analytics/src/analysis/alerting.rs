//! The alerts of a run: what is to be done about those of each meter, and those about many, batch by batch.

use jiff::Timestamp;
use sqlx::PgPool;

use super::cases::Cases;
use super::history::History;
use super::plan::Action;
use super::{AnalysisError, Options, Report, raise, raised};
use crate::engine::Judgement;

/// Meters whose alerts are written in one transaction.
const AT_ONCE: usize = 1_000;

/// What the alerts of a run are made of.
#[derive(Clone, Copy)]
pub(super) struct Results<'a> {
    /// The readings.
    pub history: &'a History,
    /// By the position of the meter.
    pub judged: &'a [Vec<Judgement>],
    /// What could be raised.
    pub cases: &'a Cases,
    /// The meters of the shard.
    pub meters: &'a [usize],
}

/// Brings the alerts up to date; the report counts what was written.
pub(super) async fn write(
    pool: &PgPool,
    options: Options,
    found: Results<'_>,
    is_mine: impl Fn(usize) -> bool,
    progress: &mut impl FnMut(usize, usize),
) -> Result<Report, AnalysisError> {
    let Results { history, judged, cases, meters } = found;
    let mut report = Report::default();
    let ids: Vec<i64> = meters.iter().map(|meter| history.meters[*meter].id.get()).collect();
    let raised = raised::of(pool, &ids).await.map_err(AnalysisError::Raised)?;
    for (batch, some) in meters.chunks(AT_ONCE).enumerate() {
        progress(batch * AT_ONCE, meters.len());
        let actions = some.iter().flat_map(|meter| {
            let known = raised.by_meter.get(&history.meters[*meter].id.get());
            let known = known.map_or(&[][..], Vec::as_slice);
            cases.actions(history, &judged[*meter], *meter, known, options.months)
        });
        carry_out(pool, &actions.collect::<Vec<_>>(), options.now, &mut report).await?;
    }
    let actions = cases.actions_about_many(history, &raised.about_many, options.months, is_mine);
    carry_out(pool, &actions, options.now, &mut report).await?;
    Ok(report)
}

async fn carry_out(
    pool: &PgPool,
    actions: &[Action],
    now: Timestamp,
    report: &mut Report,
) -> Result<(), AnalysisError> {
    let outcomes = raise::write(pool, actions, now).await.map_err(AnalysisError::Raise)?;
    for (action, outcome) in actions.iter().zip(outcomes) {
        report.count(action, outcome);
    }
    Ok(())
}
