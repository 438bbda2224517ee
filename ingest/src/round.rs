//! A pass over each source, side by side: one that hangs, floods or fails does not delay the others.
//!
//! A round ends with its slowest source. Those that are done are looked at again meanwhile, so that what arrives there
//! waits no longer than it would without the slow one.
//!
//! The passes share the readers, some files at a time in the order they ask for them, and the connections to the database.
//! Nothing else is shared: each source has its own connection, time and circuit breaker.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use tokio::sync::watch;

use crate::layout::FileContext;
use crate::pass::{self, OpenFile, OpenedFile, OpenedInParts, PassError, PassReport, Progress};
use crate::source::Source;

/// How long a source that is done waits for the others before it is looked at again.
const AGAIN: Duration = Duration::from_mins(1);

/// Runs one pass over each source, and more while another is still at work; the report is that of all.
///
/// A pass that cannot go on does not end the others; its error is given when they are done.
pub async fn run<S: Source + Sync>(
    pool: &PgPool,
    sources: &[S],
    reader: &mut impl OpenFile,
    now: Timestamp,
    progress: &mut impl Progress,
) -> Result<PassReport, PassError> {
    run_again_after(AGAIN, pool, sources, reader, now, progress).await
}

/// As [`run`], with another time after which a source that is done is looked at again.
pub async fn run_again_after<S: Source + Sync>(
    again: Duration,
    pool: &PgPool,
    sources: &[S],
    reader: &mut impl OpenFile,
    now: Timestamp,
    progress: &mut impl Progress,
) -> Result<PassReport, PassError> {
    let begun = tokio::time::Instant::now();
    let reader = tokio::sync::Mutex::new(reader);
    let progress = Mutex::new(progress);
    let (at_work, _) = watch::channel(sources.len());
    let passes = sources.iter().map(|source| {
        let (mut reader, mut progress) = (SharedReader(&reader), SharedProgress(&progress));
        let at_work = &at_work;
        async move {
            let source = std::slice::from_ref(source);
            let mut whole = PassReport::default();
            let mut others = at_work.subscribe();
            let mut is_first = true;
            loop {
                let elapsed = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
                let now = now.checked_add(elapsed).unwrap_or(now);
                let report = pass::run(pool, source, &mut reader, now, &mut progress).await;
                if is_first {
                    at_work.send_modify(|count| *count -= 1);
                    is_first = false;
                }
                let mut report = report?;
                // What cannot be fetched now as before is told once.
                report.problems.retain(|problem| !whole.problems.contains(problem));
                // One that failed is left to its circuit breaker.
                let is_lost = report.problems.iter().any(|problem| problem.location.is_none());
                let wait = if is_lost { Duration::MAX } else { again };
                whole.add(report);
                let rest = others.wait_for(|count| *count == 0);
                if tokio::time::timeout(wait, rest).await.is_ok() {
                    return Ok(whole);
                }
            }
        }
    });
    let mut whole = PassReport::default();
    let mut failed = None;
    for report in all(passes.collect()).await {
        match report {
            Ok(report) => whole.add(report),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(whole), Err)
}

/// Runs futures side by side, to the end of the last.
async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut open: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = open.iter().map(|_| None).collect();
    let all = std::future::poll_fn(|context| {
        let mut waits = false;
        for (future, done) in open.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *done = Some(output),
                    Poll::Pending => waits = true,
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    });
    pin!(all).await;
    done.into_iter().flatten().collect()
}

/// The reader, as one of several passes uses it.
struct SharedReader<'a, 'r, R>(&'a tokio::sync::Mutex<&'r mut R>);

impl<R: OpenFile> OpenFile for SharedReader<'_, '_, R> {
    async fn open(&mut self, context: &FileContext, bytes: &[u8]) -> OpenedFile {
        self.0.lock().await.open(context, bytes).await
    }

    async fn open_all(&mut self, files: &[(FileContext, &[u8])]) -> Vec<OpenedInParts> {
        self.0.lock().await.open_all(files).await
    }
}

/// The progress of all passes.
struct SharedProgress<'a, 'p, P>(&'a Mutex<&'p mut P>);

impl<P: Progress> Progress for SharedProgress<'_, '_, P> {
    fn listed(&mut self, source: &str, items: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).listed(source, items);
    }

    fn done(&mut self, source: &str, location: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).done(source, location);
    }

    fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(guard.ended());
        ended
    }
}
