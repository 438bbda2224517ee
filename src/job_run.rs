//! Which worker runs a slot: a row of `job_run` decides, among any number of workers.
//!
//! A slot that was missed while no worker ran is caught up once: of all that were missed, only the newest is run.
//! A run of the same job in another worker is waited for by trying again at the next tick.

use std::error::Error;

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Done,
    /// Something waits for a person.
    Partial,
    /// It failed; the next slot tries again.
    Failed,
}

impl Outcome {
    const fn code(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// The right to run one slot of a job; no other worker runs this job until it is finished or dropped.
#[derive(Debug)]
pub struct Claim {
    job: &'static str,
    slot: Timestamp,
    /// Holds the lock; it goes with the connection, however this process ends.
    lock: PgConnection,
}

/// Takes the slot unless it was taken before or the job is running elsewhere.
pub async fn claim(
    pool: &PgPool,
    job: &'static str,
    slot: Timestamp,
    worker: &str,
    now: Timestamp,
) -> Result<Option<Claim>, sqlx::Error> {
    if ran(pool, job, slot).await? {
        return Ok(None);
    }
    // Taken out of the pool, so that dropping it ends the session and gives the lock back.
    let mut lock = pool.acquire().await?.detach();
    let free = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtextextended('meterwatch job ' || $1, 0)) as "free!""#,
        job
    )
    .fetch_one(&mut lock)
    .await?;
    if !free {
        return Ok(None);
    }
    let taken = sqlx::query!(
        "insert into job_run (job, slot, worker, started_at) values ($1, $2, $3, $4)
         on conflict (job, slot) do nothing",
        job,
        jiff_sqlx::Timestamp::from(slot) as _,
        worker,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut lock)
    .await?
    .rows_affected();
    Ok((taken == 1).then_some(Claim { job, slot, lock }))
}

impl Claim {
    /// Writes how the run ended.
    pub async fn finish(
        mut self,
        outcome: Outcome,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update job_run set finished_at = $3, outcome = $4, detail = $5
             where job = $1 and slot = $2",
            self.job,
            jiff_sqlx::Timestamp::from(self.slot) as _,
            jiff_sqlx::Timestamp::from(now) as _,
            outcome.code(),
            detail,
        )
        .execute(&mut self.lock)
        .await?;
        Ok(())
    }
}

/// Removes the runs of the light pass that started before `until`; those of the other jobs are few and kept.
pub async fn forget_polls(pool: &PgPool, until: Timestamp) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query!(
        "delete from job_run where job = 'poll' and started_at < $1",
        jiff_sqlx::Timestamp::from(until) as _,
    )
    .execute(pool)
    .await?;
    Ok(removed.rows_affected())
}

/// An error and its causes in one sentence, for the column `detail`.
pub fn detail(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(<dyn Error>::to_string).collect();
    causes.join("; because: ")
}

async fn ran(pool: &PgPool, job: &str, slot: Timestamp) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from job_run where job = $1 and slot = $2) as "ran!""#,
        job,
        jiff_sqlx::Timestamp::from(slot) as _,
    )
    .fetch_one(pool)
    .await
}

#[cfg(test)]
mod tests;
