//! The queries behind the page of jobs.

use jiff::Timestamp;
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::{JobList, JobRow, RunRow};

/// Runs on a page.
pub const PAGE_SIZE: i64 = 40;

pub(super) async fn list(connection: &mut PgConnection, page: u32) -> Result<JobList, Failure> {
    let rows = sqlx::query!(
        r#"select j.job, j.cron, j.time_zone, j.next_slot as "next_slot: jiff_sqlx::Timestamp",
                  j.seen_at as "seen_at: jiff_sqlx::Timestamp",
                  exists (select from job_request q where q.job = j.job and not exists (
                      select from job_run r where r.job = q.job and r.slot = q.slot)) as "is_requested!"
           from job j order by j.next_slot nulls last, j.job"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let seen_at = rows.iter().map(|row| row.seen_at.to_jiff()).max();
    let jobs = rows
        .into_iter()
        .map(|row| JobRow {
            job: row.job,
            cron: row.cron,
            time_zone: row.time_zone,
            next_slot: row.next_slot.map(jiff_sqlx::Timestamp::to_jiff),
            is_requested: row.is_requested,
        })
        .collect();
    let total = sqlx::query_scalar!(r#"select count(*) as "count!" from job_run"#)
        .fetch_one(&mut *connection)
        .await?;
    let runs = sqlx::query!(
        r#"select r.job, r.slot as "slot: jiff_sqlx::Timestamp", q.requested_by as "requested_by?",
                  r.started_at as "started_at: jiff_sqlx::Timestamp",
                  r.finished_at as "finished_at: jiff_sqlx::Timestamp", r.outcome, r.detail
           from job_run r left join job_request q using (job, slot)
           order by r.started_at desc, r.job limit $1 offset $2"#,
        PAGE_SIZE,
        i64::from(page - 1) * PAGE_SIZE,
    )
    .map(|row| RunRow {
        job: row.job,
        slot: row.slot.to_jiff(),
        requested_by: row.requested_by,
        started_at: row.started_at.to_jiff(),
        finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
        outcome: row.outcome,
        detail: row.detail,
    })
    .fetch_all(connection)
    .await?;
    Ok(JobList { jobs, runs, total, page, seen_at })
}

/// Asks for a run of a job that a worker has announced; `false` where there is none of this name.
pub(super) async fn request(
    connection: &mut PgConnection,
    job: &str,
    actor: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let known = sqlx::query_scalar!(
        r#"with asked as (
               insert into job_request (job, slot, requested_by)
               select job, date_trunc('second', $2::timestamptz), $3 from job where job = $1
               on conflict do nothing
           )
           select exists (select from job where job = $1) as "known!""#,
        job,
        jiff_sqlx::Timestamp::from(now) as _,
        actor,
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}
