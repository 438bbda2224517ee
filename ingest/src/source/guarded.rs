//! A source with its circuit breaker, its time and its rules: what it does wrong stays with it.
//!
//! Every wait for the source ends with its time for this pass. After a failure it is left alone for a while, longer
//! with each one; what only a person can mend is tried very seldom, until the configuration changes or somebody says
//! so. All this is kept in the database, so that every worker and the pages know it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};

use super::rules::RulesConfig;
use super::state::{self, Breaker, Dropped};
use super::trouble::{Trouble, TroubleKind};
use super::{
    AnySource, Clock, ConfigError, Fetched, Item, ItemError, Kept, Source, SourceConfig,
    SourceError, hex, open,
};
use crate::message::Envelope;

/// What is stored when the time is over may still be marked and moved within this.
const GRACE: Duration = Duration::from_mins(1);

/// A source that cannot harm the others.
#[derive(Debug)]
pub struct Guarded {
    source: AnySource,
    pool: PgPool,
    clock: Clock,
    kind: String,
    place: String,
    rules: RulesConfig,
    rules_digest: [u8; 32],
    config_digest: [u8; 32],
    expect_days: Option<u16>,
    budget: Duration,
    pass: Mutex<PassState>,
}

/// What happened in the pass that is under way.
#[derive(Debug, Default)]
struct PassState {
    deadline: Option<Instant>,
    fetched: u64,
    lost: Option<Trouble>,
    /// Places that were listed and are not done with.
    open: BTreeSet<String>,
}

impl Guarded {
    /// Opens a source; nothing is touched yet.
    pub fn open(
        config: &SourceConfig,
        base: &Path,
        pool: &PgPool,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let digest =
            |value: serde_json::Result<Vec<u8>>| Sha256::digest(value.unwrap_or_default()).into();
        let rules = config.rules.clone().unwrap_or_default();
        Ok(Self {
            source: open(config, base, clock)?,
            pool: pool.clone(),
            clock,
            kind: config.kind.to_string(),
            place: config.place(),
            rules_digest: digest(serde_json::to_vec(&rules)),
            rules,
            config_digest: digest(serde_json::to_vec(config)),
            expect_days: config.expect_days,
            budget: Duration::from_secs(config.budget_seconds()),
            pass: Mutex::default(),
        })
    }

    /// The source itself.
    pub const fn inner(&self) -> &AnySource {
        &self.source
    }

    fn pass(&self) -> std::sync::MutexGuard<'_, PassState> {
        self.pass.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn deadline(&self) -> Instant {
        self.pass().deadline.unwrap_or_else(|| Instant::now() + self.budget)
    }

    fn overdue(&self) -> Trouble {
        let sentence = format!("it took longer than its {} s for one pass", self.budget.as_secs());
        Trouble::new(TroubleKind::Budget, sentence)
    }

    fn error(&self, trouble: Trouble) -> SourceError {
        SourceError::Trouble { name: self.name().to_owned(), trouble }
    }

    /// Notes a failure, in the database too; the database being away is told by the pass itself.
    async fn fail(&self, trouble: Trouble) -> SourceError {
        match state::failed(&self.pool, self.name(), &trouble, (self.clock)()).await {
            Ok(until) => {
                tracing::warn!(source = self.name(), code = %trouble.kind, %until, "{}", trouble.sentence);
            }
            Err(error) => {
                tracing::warn!(source = self.name(), %error, "the state of a source was not stored");
            }
        }
        self.error(trouble)
    }

    async fn listed(&self) -> Result<Vec<Item>, Trouble> {
        match timeout_at(self.deadline(), self.source.list()).await {
            Ok(listed) => listed.map_err(|SourceError::Trouble { trouble, .. }| trouble),
            Err(_) => Err(self.overdue()),
        }
    }

    /// Names what a cursor is about: under other rules all items are looked at once more.
    fn cursor_key(&self) -> String {
        format!("{} {}", self.place, hex(&self.rules_digest[..8]))
    }

    fn done(&self, item: &Item) {
        self.pass().open.remove(&item.location);
    }

    /// Keeps how far the source was read, when all that it listed is done with.
    async fn keep_cursor(&self) {
        if let Some(cursor) = self.source.cursor()
            && let Err(error) = state::keep_cursor(
                &self.pool,
                (self.name(), &self.cursor_key()),
                &cursor,
                (self.clock)(),
            )
            .await
        {
            tracing::debug!(source = self.name(), %error, "the next pass lists more than it has to");
        }
    }

    async fn note(&self, item: &Item, why: Dropped, sentence: &str) {
        let place = (self.name(), item);
        let noted = state::note_dropped(
            &self.pool,
            place,
            (why, sentence),
            &self.rules_digest,
            (self.clock)(),
        );
        if let Err(error) = noted.await {
            tracing::debug!(source = self.name(), %error, "it will be looked at once more");
        }
    }
}

impl Source for Guarded {
    fn name(&self) -> &str {
        self.source.name()
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        let about = (self.name(), self.kind.as_str(), self.place.as_str());
        let begun = state::begin(
            &self.pool,
            about,
            (&self.config_digest, self.expect_days),
            (self.clock)(),
        )
        .await;
        match begun {
            Ok(Breaker::Closed) => {}
            Ok(Breaker::Open { until, sentence }) => {
                let kind = TroubleKind::LeftAlone;
                return Err(
                    self.error(Trouble::new(kind, format!("left alone until {until}: {sentence}")))
                );
            }
            Err(error) => {
                tracing::warn!(source = self.name(), %error, "the state of a source is not known");
            }
        }
        *self.pass() =
            PassState { deadline: Some(Instant::now() + self.budget), ..PassState::default() };
        match state::cursor(&self.pool, self.name(), &self.cursor_key()).await {
            Ok(cursor) => self.source.resume(cursor),
            Err(error) => tracing::debug!(source = self.name(), %error, "all items are listed"),
        }
        let mut items = match self.listed().await {
            Ok(items) => items,
            Err(trouble) => return Err(self.fail(trouble).await),
        };
        match state::dropped(&self.pool, self.name(), &self.rules_digest).await {
            Ok(dropped) => items.retain(|item| dropped.get(&item.location) != Some(&item.version)),
            Err(error) => {
                tracing::debug!(source = self.name(), %error, "items are looked at once more");
            }
        }
        self.pass().open = items.iter().map(|item| item.location.clone()).collect();
        Ok(items)
    }

    fn fetch_ahead(&self, items: &[Item]) {
        self.source.fetch_ahead(items);
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let fetched = match timeout_at(self.deadline(), self.source.fetch(item)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(ItemError::SourceLost(self.error(self.overdue()))),
        };
        match &fetched {
            Ok(Fetched::Mail(raw)) if self.rules.ask_envelope() => {
                self.pass().fetched += 1;
                if !self.rules.want_mail(&Envelope::read(raw), (self.clock)()) {
                    self.note(item, Dropped::PassedOver, "The rules of the source pass it over.")
                        .await;
                    self.done(item);
                    return Err(ItemError::NotWanted);
                }
            }
            Ok(_) => self.pass().fetched += 1,
            Err(ItemError::NotWanted) => {
                self.note(item, Dropped::PassedOver, "The rules of the source pass it over.").await;
                self.done(item);
            }
            Err(error @ ItemError::TooLarge) => {
                self.note(item, Dropped::GivenUp, &error.to_string()).await;
                self.done(item);
            }
            Err(ItemError::Vanished) => self.done(item),
            Err(ItemError::SourceLost(SourceError::Trouble { trouble, .. })) => {
                self.pass().lost = Some(trouble.clone());
            }
            Err(_) => {}
        }
        fetched
    }

    fn wants_file(&self, name: Option<&str>) -> bool {
        self.rules.want_file(name)
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        self.done(item);
        let end = self.deadline() + GRACE;
        timeout_at(end, self.source.acknowledge(item, kept)).await.unwrap_or_else(|_| {
            Err(ItemError::Acknowledge(std::io::Error::other("the time of the source is over")))
        })
    }

    async fn finish(&self) -> Result<(), SourceError> {
        let end = Instant::now() + GRACE;
        let finished = match timeout_at(end, self.source.finish()).await {
            Ok(finished) => finished.map_err(|SourceError::Trouble { trouble, .. }| trouble),
            Err(_) => Err(self.overdue()),
        };
        let PassState { lost, fetched, open, .. } = std::mem::take(&mut *self.pass());
        if lost.is_none() && open.is_empty() {
            self.keep_cursor().await;
        }
        // Out of time after some of the work is no failure: the next pass goes on.
        let lost = lost.filter(|trouble| trouble.kind != TroubleKind::Budget || fetched == 0);
        let told = lost.is_some();
        match lost.map_or(finished, Err) {
            Ok(()) => {
                if let Err(error) = state::succeeded(&self.pool, self.name(), (self.clock)()).await
                {
                    tracing::warn!(source = self.name(), %error, "the state of a source was not stored");
                }
                Ok(())
            }
            Err(trouble) => {
                let error = self.fail(trouble).await;
                // What was lost while fetching is in the report already.
                if told { Ok(()) } else { Err(error) }
            }
        }
    }
}
