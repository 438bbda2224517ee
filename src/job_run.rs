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
    job: String,
    slot: Timestamp,
    /// Holds the lock; it goes with the connection, however this process ends.
    lock: PgConnection,
}

/// Takes the slot unless it was taken before or the job is running elsewhere.
pub async fn claim(
    pool: &PgPool,
    job: &str,
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
    Ok((taken == 1).then(|| Claim { job: job.to_owned(), slot, lock }))
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

/// Asks for a run as soon as a worker looks; of several questions within a second one is kept.
pub async fn request(
    pool: &PgPool,
    job: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into job_request (job, slot, requested_by) values ($1, date_trunc('second', $2::timestamptz), $3)
         on conflict do nothing",
        job,
        jiff_sqlx::Timestamp::from(now) as _,
        actor,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The slots of a job that people asked for and nobody has run, the oldest first.
pub async fn requested(pool: &PgPool, job: &str) -> Result<Vec<Timestamp>, sqlx::Error> {
    let slots = sqlx::query_scalar!(
        r#"select q.slot as "slot: jiff_sqlx::Timestamp" from job_request q
           where q.job = $1 and not exists (select from job_run r where r.job = q.job and r.slot = q.slot)
           order by q.slot"#,
        job,
    )
    .fetch_all(pool)
    .await?;
    Ok(slots.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect())
}

/// A job as the workers know it: its name, cron expression, zone and next slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Its name.
    pub job: String,
    /// Five fields of cron.
    pub cron: String,
    /// The zone in which they are meant.
    pub time_zone: String,
    /// When it is due next.
    pub next_slot: Option<Timestamp>,
}

/// Writes down which jobs there are, for pages and commands; jobs that are not configured any more go.
pub async fn announce(
    pool: &PgPool,
    jobs: &[Announced],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let texts = |text: fn(&Announced) -> &str| -> Vec<String> {
        jobs.iter().map(|job| text(job).to_owned()).collect()
    };
    let slots: Vec<Option<jiff_sqlx::Timestamp>> =
        jobs.iter().map(|job| job.next_slot.map(jiff_sqlx::Timestamp::from)).collect();
    let names = texts(|job| &job.job);
    let mut transaction = pool.begin().await?;
    sqlx::query!("delete from job where job <> all($1)", &names).execute(&mut *transaction).await?;
    sqlx::query!(
        "insert into job (job, cron, time_zone, next_slot, seen_at)
         select f.*, $5 from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as f
         on conflict (job) do update set cron = excluded.cron, time_zone = excluded.time_zone,
             next_slot = excluded.next_slot, seen_at = excluded.seen_at",
        &names,
        &texts(|job| &job.cron),
        &texts(|job| &job.time_zone),
        &slots as _,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// A run that was begun.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    /// The job.
    pub job: String,
    /// The instant for which it ran.
    pub slot: Timestamp,
    /// The process that ran it.
    pub worker: String,
    /// Who asked for it, where it was not the schedule.
    pub requested_by: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; empty while it runs, and for ever where its process died.
    pub finished_at: Option<Timestamp>,
    /// `ok`, `partial` or `failed`.
    pub outcome: Option<String>,
    /// What it did, or why it failed.
    pub detail: Option<String>,
}

/// The newest runs, of one job or of all.
pub async fn history(
    pool: &PgPool,
    job: Option<&str>,
    limit: i64,
) -> Result<Vec<Run>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select r.job, r.slot as "slot: jiff_sqlx::Timestamp", r.worker, q.requested_by as "requested_by?",
                  r.started_at as "started_at: jiff_sqlx::Timestamp",
                  r.finished_at as "finished_at: jiff_sqlx::Timestamp", r.outcome, r.detail
           from job_run r left join job_request q using (job, slot)
           where $1::text is null or r.job = $1
           order by r.started_at desc, r.job limit $2"#,
        job,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Run {
            job: row.job,
            slot: row.slot.to_jiff(),
            worker: row.worker,
            requested_by: row.requested_by,
            started_at: row.started_at.to_jiff(),
            finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
            outcome: row.outcome,
            detail: row.detail,
        })
        .collect())
}

/// Removes the runs of the light pass that started before `until`; those of the other jobs are few and kept.
pub async fn forget_polls(pool: &PgPool, until: Timestamp) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query!(
        "delete from job_run where (job = 'poll' or job like 'poll %') and started_at < $1",
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
