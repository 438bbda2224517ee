//! What a pass did.

use readings::{AttachmentId, RowAccount};
use serde::Serialize;

use crate::ledger::{Outcome, StoredFile};
use crate::source::SourceError;

/// The result of one pass over all sources.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PassReport {
    /// Mails and bare files that the sources hold.
    pub messages_seen: u64,
    /// Those that were stored for the first time.
    pub messages_new: u64,
    /// Those that were stored before.
    pub messages_known: u64,
    /// Files that were stored for the first time.
    pub attachments_new: u64,
    /// Files whose bytes were stored before, with another mail.
    pub attachments_known: u64,
    /// The rows of the new files.
    pub rows: RowAccount,
    /// New files of which nothing or not everything was taken.
    pub held: Vec<HeldFile>,
    /// Items that could not be fetched, stored or acknowledged, and mails that arrived damaged.
    pub problems: Vec<ItemProblem>,
}

/// A file of which nothing or not everything was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldFile {
    /// Its identity, for `quarantine show`.
    pub attachment: AttachmentId,
    /// The source of its mail.
    pub source: String,
    /// Where its mail lies there.
    pub location: String,
    /// Its name.
    pub file_name: Option<String>,
    /// Whether nothing was taken.
    pub is_quarantined: bool,
    /// Rows that were refused.
    pub refused: u64,
    /// The code of the leading problem.
    pub code: String,
    /// What happened, for a person.
    pub sentence: String,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemProblem {
    /// The source.
    pub source: String,
    /// Where the item lies there; `None` when it is the source as a whole.
    pub location: Option<String>,
    /// What happened, for a person.
    pub sentence: String,
}

/// Told while a pass runs, and may end it; all methods may be left out.
pub trait Progress: Send {
    /// A source was listed: how many items it holds that are to be looked at.
    fn listed(&mut self, _source: &str, _items: usize) {}
    /// An item is done with, in whatever way.
    fn done(&mut self, _source: &str, _location: &str) {}
    /// Ready when the pass is to end. What is being stored then is stored, the rest is left for the next pass.
    fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }
}

/// Tells nobody.
impl Progress for () {}

impl PassReport {
    /// Whether something waits for a person.
    pub fn is_partial(&self) -> bool {
        !self.held.is_empty() || !self.problems.is_empty()
    }

    /// Adds what another pass did.
    pub(crate) fn add(&mut self, other: Self) {
        self.messages_seen += other.messages_seen;
        self.messages_new += other.messages_new;
        self.messages_known += other.messages_known;
        self.attachments_new += other.attachments_new;
        self.attachments_known += other.attachments_known;
        self.rows.rows += other.rows.rows;
        self.rows.accepted += other.rows.accepted;
        self.rows.duplicate += other.rows.duplicate;
        self.rows.superseding += other.rows.superseding;
        self.rows.refused += other.rows.refused;
        self.rows.not_data += other.rows.not_data;
        self.held.extend(other.held);
        self.problems.extend(other.problems);
    }

    /// Notes that a source could not be used, or not to its end.
    pub(super) fn note_lost(&mut self, source: &str, error: &SourceError) {
        self.note_problem(source, None, error.to_string());
    }

    pub(super) fn note_problem(&mut self, source: &str, location: Option<&str>, sentence: String) {
        let location = location.map(ToOwned::to_owned);
        self.problems.push(ItemProblem { source: source.to_owned(), location, sentence });
    }

    pub(super) fn note_file(
        &mut self,
        (source, location): (&str, &str),
        file_name: Option<&str>,
        file: &StoredFile,
    ) {
        if !file.is_new {
            self.attachments_known += 1;
            return;
        }
        self.attachments_new += 1;
        let account = &file.account;
        self.rows.rows += account.rows;
        self.rows.accepted += account.accepted;
        self.rows.duplicate += account.duplicate;
        self.rows.superseding += account.superseding;
        self.rows.refused += account.refused;
        self.rows.not_data += account.not_data;
        if matches!(file.outcome, Outcome::Quarantined | Outcome::Partial)
            && let Some(reason) = &file.reason
        {
            self.held.push(HeldFile {
                attachment: file.id,
                source: source.to_owned(),
                location: location.to_owned(),
                file_name: file_name.map(ToOwned::to_owned),
                is_quarantined: file.outcome == Outcome::Quarantined,
                refused: account.refused,
                code: reason.code.code().to_owned(),
                sentence: reason.sentence.clone(),
            });
        }
    }
}
