//! Some items that are looked up, opened and stored together.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use sqlx::PgPool;

use super::PassError;
use super::open::OpenFile;
use super::prepare::{Arrived, Prepared, Unopened};
use super::store::patiently;
use crate::ledger::{self, KnownMessage, LedgerError};
use crate::profile;
use crate::source::Item;

/// Mails that share a transaction. More save little, and a failure costs storing each of them once more.
const MAILS: usize = 16;
/// Bytes of mails after which a chunk is full; larger ones go alone.
const BYTES: usize = 4 * 1024 * 1024;

/// Items on their way, in the order of the source.
#[derive(Default)]
pub(super) struct Chunk {
    items: Vec<(Item, Arrived)>,
    digests: HashSet<[u8; 32]>,
}

/// Whether so many mails of so many bytes together are enough for one chunk.
pub(super) const fn is_full(mails: usize, bytes: usize) -> bool {
    mails >= MAILS || bytes >= BYTES
}

/// An item that is stored already, with all of its files.
pub(super) type Known = (Item, KnownMessage);

impl Chunk {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether the same mail is in it.
    pub(super) fn holds(&self, arrived: &Arrived) -> bool {
        self.digests.contains(&arrived.digest)
    }

    pub(super) fn push(&mut self, item: Item, arrived: Arrived) {
        self.digests.insert(arrived.digest);
        self.items.push((item, arrived));
    }

    /// Takes out the items that are stored already.
    pub(super) async fn known(&mut self, pool: &PgPool) -> Result<Looked, LedgerError> {
        let digests: Vec<[u8; 32]> = self.digests.iter().copied().collect();
        let mut stored = patiently(|| ledger::known_messages(pool, &digests)).await?;
        let mut looked = Looked { known: Vec::new(), stored: HashMap::new() };
        let mut rest = Vec::with_capacity(self.items.len());
        for (item, arrived) in self.items.drain(..) {
            match stored.remove(&arrived.digest) {
                Some(known) if known.is_complete => looked.known.push((item, known)),
                Some(known) => {
                    looked.stored.insert(arrived.digest, known);
                    rest.push((item, arrived));
                }
                None => rest.push((item, arrived)),
            }
        }
        self.items = rest;
        Ok(looked)
    }

    /// Has all files opened that are stored neither with these mails nor with others.
    pub(super) async fn open(
        self,
        pool: &PgPool,
        source: &str,
        looked: &Looked,
        (profiles, reader): (&profile::Known, &mut impl OpenFile),
        now: Timestamp,
    ) -> Result<Vec<Prepared>, PassError> {
        let mut unopened: Vec<Unopened> = self
            .items
            .into_iter()
            .map(|(item, arrived)| {
                let done = looked.stored.get(&arrived.digest).map(|known| &known.ordinals);
                arrived.unopened(source, item, done)
            })
            .collect();
        let digests: Vec<[u8; 32]> = unopened.iter().flat_map(Unopened::digests).collect();
        let mut known = match digests.as_slice() {
            [] => BTreeSet::default(),
            digests => patiently(|| ledger::known_attachments(pool, digests)).await?,
        };
        for mail in &mut unopened {
            mail.leave_out(&mut known);
        }
        let mut said = Vec::with_capacity(unopened.len());
        for mail in &unopened {
            said.push(profiles.of(pool, mail.origin()).await.map_err(PassError::profiles)?);
        }
        let wanted: Vec<_> =
            unopened.iter().zip(&said).flat_map(|(mail, said)| mail.requests(said, now)).collect();
        let mut opened = reader.open_all(&wanted).await.into_iter();
        drop(wanted);
        Ok(unopened.into_iter().map(|mail| mail.prepared(&mut opened)).collect())
    }
}

/// What is stored of the items of a chunk.
pub(super) struct Looked {
    /// Those of which everything is stored.
    pub(super) known: Vec<Known>,
    /// Of which a part is stored, by the digest of the mail.
    stored: HashMap<[u8; 32], KnownMessage>,
}
