//! One pass over all sources.
//!
//! Fetch, take apart, have the files opened, store, acknowledge. One item is prepared while others are being stored;
//! the order in which they get stored does not matter to the ledger. An item that fails is told in the report and
//! found again by the next pass; only a database that stays away ends the pass.

mod open;
mod prepare;
mod replay;
mod report;
mod store;

use jiff::Timestamp;
use sqlx::PgPool;
use tokio::task::JoinSet;

use self::prepare::{Arrived, Prepared};
use crate::ledger::{self, KnownMessage, LedgerError, StoredFile};
use crate::source::{Item, Source};

pub use self::open::{InProcess, OpenFile};
pub use self::replay::replay;
pub use self::report::{HeldFile, ItemProblem, PassReport, Progress};

/// How many items are stored at a time. Each waits for the disk when it commits; together they wait once.
const STORED_AT_ONCE: usize = 4;

/// A pass could not go on; what it stored until then is stored.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The database did not do what it was asked, for several attempts.
    #[error(
        "the pass was ended, since the database did not answer as it should; run it again later"
    )]
    Database(#[from] LedgerError),
    /// A part of the program stopped.
    #[error("a task of the pass ended without an answer")]
    Ended(#[source] tokio::task::JoinError),
}

/// Runs one pass.
///
/// `now` is when everything in it arrives and is recorded; `reader` opens the files.
pub async fn run<S: Source>(
    pool: &PgPool,
    sources: &[S],
    reader: &mut impl OpenFile,
    now: Timestamp,
    progress: &mut impl Progress,
) -> Result<PassReport, PassError> {
    let mut pass =
        Pass { pool, now, progress, report: PassReport::default(), storing: JoinSet::new() };
    for source in sources {
        pass.over(source, reader).await?;
    }
    Ok(pass.report)
}

struct Pass<'a, P> {
    pool: &'a PgPool,
    now: Timestamp,
    progress: &'a mut P,
    report: PassReport,
    storing: JoinSet<(Prepared, Result<Vec<StoredFile>, LedgerError>)>,
}

impl<P: Progress> Pass<'_, P> {
    async fn over<S: Source>(
        &mut self,
        source: &S,
        reader: &mut impl OpenFile,
    ) -> Result<(), PassError> {
        let items = match source.list().await {
            Ok(items) => items,
            Err(error) => {
                let why = std::error::Error::source(&error).map(ToString::to_string);
                let sentence = format!("{error} ({})", why.unwrap_or_default());
                self.report.note_problem(source.name(), None, sentence);
                return Ok(());
            }
        };
        let pool = self.pool;
        let known = store::patiently(|| ledger::known_arrivals(pool, source.name())).await?;
        self.progress.listed(source.name(), items.len());
        for item in &items {
            self.report.messages_seen += 1;
            let is_done = known
                .get(&item.location)
                .is_some_and(|known| known.is_complete && known.version == item.version);
            if is_done {
                self.report.messages_known += 1;
                self.acknowledge(source, item).await;
            } else {
                self.take_up(source, item, reader).await?;
            }
        }
        while !self.storing.is_empty() {
            self.settle_one(source).await?;
        }
        Ok(())
    }

    async fn take_up<S: Source>(
        &mut self,
        source: &S,
        item: &Item,
        reader: &mut impl OpenFile,
    ) -> Result<(), PassError> {
        let arrived = match source.fetch(item).await {
            Ok(fetched) => Arrived::new(fetched),
            Err(error) => {
                self.report.note_problem(source.name(), Some(&item.location), error.to_string());
                self.progress.done(source.name(), &item.location);
                return Ok(());
            }
        };
        let (pool, digest) = (self.pool, arrived.digest);
        let known = store::patiently(|| ledger::known_message(pool, &digest)).await?;
        if let Some(KnownMessage { id, is_complete: true, .. }) = known {
            let place = (source.name(), item.location.as_str(), item.version.as_str());
            let now = self.now;
            store::patiently(|| ledger::note_arrival(pool, id, place, now)).await?;
            self.report.messages_known += 1;
            self.acknowledge(source, item).await;
            return Ok(());
        }
        let done = known.map(|known| known.ordinals).unwrap_or_default();
        let prepared =
            arrived.prepare(pool, (source.name(), item), &done, reader, self.now).await?;
        if self.storing.len() >= STORED_AT_ONCE {
            self.settle_one(source).await?;
        }
        let (pool, now) = (pool.clone(), self.now);
        self.storing.spawn(async move {
            let stored = store::store(&pool, &prepared, now).await;
            (prepared, stored)
        });
        Ok(())
    }

    /// Waits for one item to be stored, notes what came of it, and only then acknowledges it.
    async fn settle_one<S: Source>(&mut self, source: &S) -> Result<(), PassError> {
        let Some(ended) = self.storing.join_next().await else { return Ok(()) };
        let (prepared, stored) = ended.map_err(PassError::Ended)?;
        let location = prepared.item.location.as_str();
        let files = match stored {
            Ok(files) => files,
            Err(error) if error.is_outage() => return Err(error.into()),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    source = source.name(),
                    "a mail could not be stored"
                );
                let sentence = format!("It could not be stored: {error}.");
                self.report.note_problem(source.name(), Some(location), sentence);
                self.progress.done(source.name(), location);
                return Ok(());
            }
        };
        self.report.messages_new += 1;
        for problem in prepared.problems() {
            self.report.note_problem(source.name(), Some(location), problem.sentence.clone());
        }
        for (file, stored) in prepared.files.iter().zip(&files) {
            self.report.note_file((source.name(), location), prepared.file_name(file), stored);
        }
        self.acknowledge(source, &prepared.item).await;
        Ok(())
    }

    async fn acknowledge<S: Source>(&mut self, source: &S, item: &Item) {
        if !item.is_acknowledged
            && let Err(error) = source.acknowledge(item).await
        {
            self.report.note_problem(source.name(), Some(&item.location), error.to_string());
        }
        self.progress.done(source.name(), &item.location);
    }
}
