//! The alerts of a run: what is to be done about those of each meter, and those about many, batch by batch.

use std::sync::Arc;

use alerts::Sensitivity;
use jiff::Timestamp;
use sqlx::PgPool;

use super::commodity::{Judged, Planned};
use super::plan::Action;
use super::{AnalysisError, Options, Report, by_day, in_pool, raise, raised};

/// Brings the alerts of all commodities up to date; the report counts what was written.
pub(super) async fn write(
    pool: &PgPool,
    options: Options,
    all: Vec<Arc<Judged>>,
    sensitivity: Arc<Sensitivity>,
    progress: &mut impl FnMut(usize, usize),
) -> Result<Report, AnalysisError> {
    let mut written = Written {
        report: Report::default(),
        done: 0,
        total: all.iter().map(|judged| judged.meters.len()).sum(),
    };
    let mut ready: Option<(Arc<Judged>, Planned)> = None;
    // The next commodity is planned while the one before is written.
    for judged in all.into_iter().map(Some).chain([None]) {
        let sensitivity = &sensitivity;
        let next = async move {
            match judged {
                Some(judged) => plan(pool, options, judged, sensitivity).await.map(Some),
                None => Ok(None),
            }
        };
        let write = async {
            match ready.take() {
                Some((judged, planned)) => {
                    written.write(pool, &judged, planned, options.now, progress).await
                }
                None => Ok(()),
            }
        };
        (ready, ()) = tokio::try_join!(next, write)?;
    }
    progress(written.total, written.total);
    Ok(written.report)
}

async fn plan(
    pool: &PgPool,
    options: Options,
    judged: Arc<Judged>,
    sensitivity: &Arc<Sensitivity>,
) -> Result<(Arc<Judged>, Planned), AnalysisError> {
    let raised = raised::of(pool, &judged.ids()).await.map_err(AnalysisError::Raised)?;
    let sensitivity = Arc::clone(sensitivity);
    let plan = in_pool(move || {
        let planned = judged.plan(&raised, &sensitivity, options);
        planned.map(|planned| (judged, planned))
    });
    plan.await.map_err(AnalysisError::Interrupted)?.map_err(AnalysisError::Aside)
}

/// How far the writing has come.
struct Written {
    report: Report,
    done: usize,
    total: usize,
}

impl Written {
    async fn write(
        &mut self,
        pool: &PgPool,
        judged: &Judged,
        planned: Planned,
        now: Timestamp,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<(), AnalysisError> {
        let by_day = by_day::write(pool, &judged.history, &planned.by_day);
        by_day.await.map_err(AnalysisError::Baselines)?;
        for (meters, actions) in planned.by_meter {
            progress(self.done, self.total);
            self.carry_out(pool, &actions, now).await?;
            self.done += meters;
        }
        self.carry_out(pool, &planned.about_many, now).await
    }

    async fn carry_out(
        &mut self,
        pool: &PgPool,
        actions: &[Action],
        now: Timestamp,
    ) -> Result<(), AnalysisError> {
        let outcomes = raise::write(pool, actions, now).await.map_err(AnalysisError::Raise)?;
        for (action, outcome) in actions.iter().zip(outcomes) {
            self.report.count(action, outcome);
        }
        Ok(())
    }
}
