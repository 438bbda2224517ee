//! What is stored about the meters and periods of a file, and what the file changes about it.

mod load;
mod write;

use foldhash::{HashMap, HashSet};
use readings::{CellAddress, MeterId, ReadingId};

use super::arrange::{Entry, PeriodKey};
use super::decide::{Placement, Rank, Revision, place, settle};
use super::overlap::Spanned;
use super::storable;

pub(super) use self::load::{keys_of, live_around, load, stated_by};
pub(super) use self::write::{FileChanges, write};

/// A stored reading.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its identity.
    pub id: ReadingId,
    /// Its meter and period.
    pub key: PeriodKey,
    /// What it says, when, and whether it counts.
    pub revision: Revision,
    sheet: String,
    cell: String,
}

impl Stored {
    /// Whether this sheet and cell say it.
    pub fn stands_at(&self, sheet: &str, cell: CellAddress) -> bool {
        self.cell == cell.to_string() && self.sheet == storable(sheet)
    }

    /// For the search for overlaps.
    pub fn spanned(&self, is_new: bool) -> Spanned {
        Spanned {
            reading: self.id,
            key: self.key,
            is_new,
            sheet: self.sheet.clone(),
            cell: self.cell.clone(),
        }
    }
}

/// What is to be written for one file.
#[derive(Debug, Clone, Default)]
pub struct Changes<'a> {
    /// New rows: the entry, and whether it counts.
    pub inserts: Vec<(Entry<'a>, Fate)>,
    /// Stored readings that the file confirms, and whether it states their cost.
    pub confirmations: Vec<(ReadingId, bool)>,
    /// Live readings that stop counting, with what counts instead: a stored reading, or an insert by its index.
    pub stepping_aside: Vec<(ReadingId, Winner)>,
    /// Earlier readings that count again.
    pub reopened: Vec<Stored>,
    /// Meters among the inserts of which nothing else is stored.
    pub new_meters: HashSet<MeterId>,
    /// The outcomes for the account.
    pub accepted: u64,
    /// See `accepted`.
    pub duplicate: u64,
    /// See `accepted`.
    pub superseding: u64,
}

/// What becomes of a new row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It counts.
    Live,
    /// It came late: this stored reading was said after it.
    Outdated(ReadingId),
}

/// What counts in place of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// A reading that is stored already.
    Stored(ReadingId),
    /// The insert with this index.
    Insert(usize),
}

/// Decides about every entry of a file beside all revisions of its meter and period.
pub fn weigh<'a>(
    entries: Vec<Entry<'a>>,
    stated: Rank,
    revisions: &mut HashMap<PeriodKey, Vec<Stored>>,
) -> Changes<'a> {
    let mut changes = Changes::default();
    for entry in entries {
        let mut stored = revisions.remove(&entry.key).unwrap_or_default();
        if stored.is_empty() {
            changes.accepted += 1;
            changes.inserts.push((entry, Fate::Live));
            continue;
        }
        let new = Revision::new(entry.statement, stated, false);
        let mut all: Vec<Revision> = stored.iter().map(|one| one.revision).collect();
        let placement = place(&all, &new);
        match placement {
            Placement::Confirm(index) => {
                let states_cost = entry.statement.cost.is_some();
                all[index].confirm(stated, states_cost);
                changes.duplicate += 1;
                changes.confirmations.push((stored[index].id, states_cost));
            }
            Placement::Insert => {
                all.push(new);
                changes.superseding += 1;
            }
        }
        let live = stored.iter().position(|one| one.revision.live);
        let Some(winner) = settle(&all) else { continue };
        let is_new = winner == stored.len();
        if live != Some(winner)
            && let Some(live) = live
        {
            let instead = if is_new {
                Winner::Insert(changes.inserts.len())
            } else {
                Winner::Stored(stored[winner].id)
            };
            changes.stepping_aside.push((stored[live].id, instead));
        }
        if placement == Placement::Insert {
            let fate = if is_new { Fate::Live } else { Fate::Outdated(stored[winner].id) };
            changes.inserts.push((entry, fate));
        }
        if !is_new && live != Some(winner) {
            changes.reopened.push(stored.swap_remove(winner));
        }
    }
    changes
}

/// Decides anew about meters and periods of which a statement has changed its date, or was taken back.
pub fn weigh_again(revisions: HashMap<PeriodKey, Vec<Stored>>) -> Changes<'static> {
    let mut changes = Changes::default();
    for (_, mut stored) in revisions {
        let all: Vec<Revision> = stored.iter().map(|one| one.revision).collect();
        let live = all.iter().position(|revision| revision.live);
        let Some(winner) = settle(&all).filter(|winner| live != Some(*winner)) else { continue };
        if let Some(live) = live {
            changes.stepping_aside.push((stored[live].id, Winner::Stored(stored[winner].id)));
        }
        changes.reopened.push(stored.swap_remove(winner));
    }
    changes
}
