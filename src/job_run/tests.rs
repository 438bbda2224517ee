use jiff::{Timestamp, ToSpan};
use migrations::testing::TestDatabase;

use super::{Outcome, claim, detail, forget_polls};

fn slot() -> Timestamp {
    "2026-11-01T05:00:00Z".parse().expect("an instant")
}

#[tokio::test]
async fn of_many_workers_one_runs_a_slot() {
    let database = TestDatabase::new().await;
    let tries = (0..6).map(|number| {
        let pool = database.pool.clone();
        tokio::spawn(async move {
            let worker = format!("worker {number}");
            let claimed = claim(&pool, "ingest", slot(), &worker, slot()).await.expect("asked");
            match claimed {
                Some(claim) => {
                    claim.finish(Outcome::Done, "3 mails", slot()).await.expect("finished");
                    1
                }
                None => 0,
            }
        })
    });
    let mut runs = 0;
    for attempt in tries.collect::<Vec<_>>() {
        runs += attempt.await.expect("a task");
    }
    assert_eq!(runs, 1);
    let row = sqlx::query!("select outcome, detail from job_run where job = 'ingest'")
        .fetch_one(&database.pool)
        .await
        .expect("one row");
    assert_eq!((row.outcome.as_deref(), row.detail.as_deref()), (Some("ok"), Some("3 mails")));
}

#[tokio::test]
async fn a_slot_does_not_start_while_the_one_before_it_runs() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let next = slot() + 5.minutes();
    let first = claim(pool, "poll", slot(), "a", slot()).await.expect("asked").expect("free");
    assert!(claim(pool, "poll", next, "b", next).await.expect("asked").is_none());
    // Another job is not held up.
    assert!(claim(pool, "analyse", next, "b", next).await.expect("asked").is_some());
    first.finish(Outcome::Failed, "no database", next).await.expect("finished");
    assert!(claim(pool, "poll", slot(), "b", next).await.expect("asked").is_none());
    assert!(claim(pool, "poll", next, "b", next).await.expect("asked").is_some());
}

#[tokio::test]
async fn a_worker_that_died_holds_nobody_up() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let next = slot() + 5.minutes();
    drop(claim(pool, "poll", slot(), "a", slot()).await.expect("asked").expect("free"));
    // The server notices the closed connection a moment later.
    let mut claimed = None;
    while claimed.is_none() {
        claimed = claim(pool, "poll", next, "b", next).await.expect("asked");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn old_polls_are_forgotten_and_nothing_else() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    for job in ["ingest", "poll"] {
        drop(claim(pool, job, slot(), "a", slot()).await.expect("asked").expect("free"));
    }
    assert_eq!(forget_polls(pool, slot()).await.expect("asked"), 0);
    assert_eq!(forget_polls(pool, slot() + 1.minute()).await.expect("asked"), 1);
}

#[test]
fn a_failure_is_told_with_its_causes() {
    let error = anyhow::anyhow!("connection refused").context("no mail could be fetched");
    assert_eq!(detail(&error), "no mail could be fetched; because: connection refused");
}
