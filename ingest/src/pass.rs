//! One pass over all sources.
//!
//! Fetch, take apart, have the files opened, store, acknowledge, some items at a time. One chunk is prepared while
//! others are being stored; the order in which they get stored does not matter to the ledger. An item that fails is
//! told in the report and found again by the next pass; only a database that stays away ends the pass.

mod chunk;
mod gather;
mod open;
mod prepare;
mod replay;
mod report;
mod store;

use std::time::Duration;

use jiff::Timestamp;
use readings::ProblemCode;
use sqlx::PgPool;
use tokio::task::JoinSet;

use self::chunk::Chunk;
use self::gather::Gathered;
use self::prepare::Prepared;
use crate::identity;
use crate::ledger::{self, LedgerError, Outcome, StoredFile};
use crate::profile::{Known, ProfileError};
use crate::source::{Item, ItemError, Kept, Source};

pub use self::open::{InProcess, LookAtFile, OpenFile, OpenedFile, OpenedInParts};
pub use self::replay::{StoredOriginal, replay};
pub use self::report::{HeldFile, ItemProblem, PassReport, Progress};

/// How many chunks are stored at a time. Each waits for the disk when it commits; together they wait once.
const STORED_AT_ONCE: usize = 3;
/// How long a pass that is to end waits for what is being stored; what is not stored then is rolled back.
const LAST_WAIT: Duration = Duration::from_secs(6);
/// How long a pass that is to end waits for its source to mark what is stored.
const LAST_FAREWELL: Duration = Duration::from_secs(2);

/// A pass could not go on; what it stored until then is stored.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The database did not do what it was asked, for several attempts.
    #[error(
        "the pass was ended, since the database did not answer as it should; run it again later"
    )]
    Database(#[from] LedgerError),
    /// The profiles could not be read.
    #[error("what people have said about their senders' files could not be read: {0}")]
    Profiles(String),
    /// A part of the program stopped.
    #[error("a task of the pass ended without an answer")]
    Ended(#[source] tokio::task::JoinError),
}

impl PassError {
    /// A profile error knows this one, so it is kept in words.
    pub(crate) fn profiles(error: ProfileError) -> Self {
        match error {
            ProfileError::Ledger(error) => Self::Database(error),
            ProfileError::Read(error) => Self::Database(LedgerError::LookUp(error)),
            other => Self::Profiles(other.to_string()),
        }
    }
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
    let report = PassReport::default();
    let profiles = Known::load(pool).await.map_err(PassError::profiles)?;
    let storing = JoinSet::new();
    let (is_ending, is_mute) = (false, false);
    let mut pass = Pass { pool, now, profiles, progress, report, storing, is_ending, is_mute };
    for source in sources {
        if !pass.is_ending {
            pass.over(source, reader).await?;
        }
    }
    if !pass.is_ending {
        replay::replay_answered(pool, reader, now).await?;
        complete(pool, now).await?;
    }
    Ok(pass.report)
}

/// What follows from stored readings: meters of merged sites find each other, consumption is derived, and new meters
/// are compared with the others.
///
/// It takes up what an earlier pass has left, and changes nothing where all is done.
pub async fn complete(pool: &PgPool, now: Timestamp) -> Result<(), PassError> {
    let followed = || async {
        identity::follow_site_merges(pool, now).await.map_err(LedgerError::ResolveMeters)
    };
    store::patiently(followed).await?;
    let derived = store::patiently(|| ledger::derive_due(pool, now)).await?;
    if !derived.meters.is_empty() {
        let suggested = || async {
            identity::suggest(pool, &derived.meters).await.map_err(LedgerError::ResolveMeters)
        };
        store::patiently(suggested).await?;
    }
    Ok(())
}

struct Pass<'a, P> {
    pool: &'a PgPool,
    now: Timestamp,
    profiles: Known,
    progress: &'a mut P,
    report: PassReport,
    storing: JoinSet<Vec<store::Stored>>,
    is_ending: bool,
    /// The source did not answer while the pass was to end.
    is_mute: bool,
}

impl<P: Progress> Pass<'_, P> {
    async fn over<S: Source>(
        &mut self,
        source: &S,
        reader: &mut impl OpenFile,
    ) -> Result<(), PassError> {
        let listed = tokio::select! {
            biased;
            () = self.progress.ended() => {
                self.is_ending = true;
                return Ok(());
            }
            listed = source.list() => listed,
        };
        let items = match listed {
            Ok(items) => items,
            Err(error) => {
                self.report.note_lost(source.name(), &error);
                return Ok(());
            }
        };
        let pool = self.pool;
        let known = store::patiently(|| ledger::known_arrivals(pool, source.name())).await?;
        self.progress.listed(source.name(), items.len());
        let (done, wanted): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| {
            known
                .get(&item.location)
                .is_some_and(|known| known.is_complete && known.version == item.version)
        });
        source.fetch_ahead(&wanted);
        for item in &done {
            self.report.messages_seen += 1;
            self.report.messages_known += 1;
            self.acknowledge_known(source, item).await?;
            if self.is_ending {
                break;
            }
        }
        let mut wanted = wanted.into_iter();
        let mut arrived = gather::some(source, &mut wanted, self.progress.ended()).await;
        while !arrived.is_over() {
            let chunk = self.chunk_of(source, arrived, reader).await?;
            let ended = self.progress.ended();
            // While the files of some mails are opened, the next mails are fetched and taken apart.
            let (taken, next) = tokio::join!(
                self.take_up(source, chunk, reader),
                gather::some(source, &mut wanted, ended)
            );
            taken?;
            arrived = next;
        }
        self.is_ending |= arrived.is_ending;
        self.settle(source).await?;
        let wait = match (self.is_ending, self.is_mute) {
            (_, true) => return Ok(()),
            (true, false) => LAST_FAREWELL,
            (false, false) => Duration::MAX,
        };
        // What is not marked in that time is marked by the next pass.
        if let Ok(Err(error)) = tokio::time::timeout(wait, source.finish()).await {
            self.report.note_lost(source.name(), &error);
        }
        Ok(())
    }

    /// The items that arrived, as a chunk; those that did not are told in the report.
    ///
    /// A mail that is among them twice is stored before it is looked at again.
    async fn chunk_of<S: Source>(
        &mut self,
        source: &S,
        arrived: Gathered,
        reader: &mut impl OpenFile,
    ) -> Result<Chunk, PassError> {
        let mut chunk = Chunk::default();
        self.is_ending |= arrived.is_ending;
        for (item, fetched) in arrived.items {
            self.report.messages_seen += 1;
            match fetched {
                Ok(arrived) => {
                    if chunk.holds(&arrived) {
                        self.take_up(source, std::mem::take(&mut chunk), reader).await?;
                        self.settle(source).await?;
                    }
                    chunk.push(item, arrived);
                }
                Err(ItemError::SourceLost(error)) => self.report.note_lost(source.name(), &error),
                Err(error) => {
                    if !error.is_expected() {
                        let sentence = error.to_string();
                        self.report.note_problem(source.name(), Some(&item.location), sentence);
                    }
                    self.progress.done(source.name(), &item.location);
                }
            }
        }
        Ok(chunk)
    }

    /// Has the files of a chunk opened, and begins to store it.
    async fn take_up<S: Source>(
        &mut self,
        source: &S,
        mut chunk: Chunk,
        reader: &mut impl OpenFile,
    ) -> Result<(), PassError> {
        if chunk.is_empty() || self.is_ending {
            return Ok(());
        }
        let (pool, now) = (self.pool.clone(), self.now);
        let looked = chunk.known(&pool).await?;
        for (item, known) in &looked.known {
            let place = (source.name(), item.location.as_str(), item.version.as_str());
            store::patiently(|| ledger::note_arrival(&pool, known.id, place, now)).await?;
            self.report.messages_known += 1;
            self.acknowledge_known(source, item).await?;
        }
        let prepared = tokio::select! {
            biased;
            () = self.progress.ended() => {
                self.is_ending = true;
                return Ok(());
            }
            prepared = chunk.open(&pool, source.name(), &looked, (&self.profiles, reader), now) => prepared?,
        };
        if self.storing.len() >= STORED_AT_ONCE
            && let Some(stored) = self.storing.join_next().await
        {
            self.settle_chunk(source, stored.map_err(PassError::Ended)?).await?;
        }
        self.storing.spawn(async move { store::store_all(&pool, prepared, now).await });
        Ok(())
    }

    /// Waits until all is stored; where the pass is to end, not for long.
    async fn settle<S: Source>(&mut self, source: &S) -> Result<(), PassError> {
        let deadline = tokio::time::Instant::now() + LAST_WAIT;
        while !self.storing.is_empty() {
            let ended = self.progress.ended();
            let is_ending = self.is_ending;
            let too_long = async {
                if !is_ending {
                    ended.await;
                }
                tokio::time::sleep_until(deadline.max(tokio::time::Instant::now())).await;
            };
            tokio::select! {
                biased;
                stored = self.storing.join_next() => {
                    if let Some(stored) = stored {
                        self.settle_chunk(source, stored.map_err(PassError::Ended)?).await?;
                    }
                }
                () = too_long => {
                    self.is_ending = true;
                    // Dropped transactions are rolled back; the next pass stores the mails.
                    self.storing.shutdown().await;
                }
            }
        }
        Ok(())
    }

    async fn settle_chunk<S: Source>(
        &mut self,
        source: &S,
        chunk: Vec<store::Stored>,
    ) -> Result<(), PassError> {
        for (prepared, stored) in chunk {
            self.settle_one(source, &prepared, stored).await?;
        }
        Ok(())
    }

    /// Notes what came of storing an item, and only then acknowledges it.
    async fn settle_one<S: Source>(
        &mut self,
        source: &S,
        prepared: &Prepared,
        stored: Result<Vec<StoredFile>, LedgerError>,
    ) -> Result<(), PassError> {
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
        for problem in prepared.problems().iter().filter(|p| p.code != ProblemCode::LeftOut) {
            self.report.note_problem(source.name(), Some(location), problem.sentence.clone());
        }
        for (file, stored) in prepared.files.iter().zip(&files) {
            self.report.note_file((source.name(), location), prepared.file_name(file), stored);
        }
        let is_held = files.iter().any(|file| file.outcome == Outcome::Quarantined);
        let kept = if is_held { Kept::Quarantined } else { Kept::Taken };
        self.acknowledge(source, &prepared.item, kept).await;
        Ok(())
    }

    /// Acknowledges an item that was stored before.
    async fn acknowledge_known<S: Source>(
        &mut self,
        source: &S,
        item: &Item,
    ) -> Result<(), PassError> {
        let (pool, place) = (self.pool, (source.name(), item.location.as_str()));
        let is_held = !item.is_acknowledged
            && store::patiently(|| ledger::holds_quarantined(pool, place)).await?;
        let kept = if is_held { Kept::Quarantined } else { Kept::Taken };
        self.acknowledge(source, item, kept).await;
        Ok(())
    }

    /// Tells the source that an item is stored. A pass that is to end does not wait long for it: the next one tells it.
    async fn acknowledge<S: Source>(&mut self, source: &S, item: &Item, kept: Kept) {
        if !item.is_acknowledged && !self.is_mute {
            let ended = self.progress.ended();
            let too_long = async {
                ended.await;
                tokio::time::sleep(LAST_FAREWELL).await;
            };
            tokio::select! {
                biased;
                told = source.acknowledge(item, kept) => {
                    if let Err(error) = told {
                        let sentence = error.to_string();
                        self.report.note_problem(source.name(), Some(&item.location), sentence);
                    }
                }
                () = too_long => (self.is_ending, self.is_mute) = (true, true),
            }
        }
        self.progress.done(source.name(), &item.location);
    }
}
