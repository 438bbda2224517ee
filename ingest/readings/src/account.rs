//! The account of an attachment's rows: nothing that arrived disappears.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What became of every row of an attachment.
///
/// A row is one line of the account: a value that could be a reading counts as one (a wide table has many on a sheet
/// row), and a sheet row that holds none (title, header, total, note) counts as one of `not_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowAccount {
    /// All rows, counted while reading, apart from the outcomes below.
    pub rows: u64,
    /// Became live readings.
    pub accepted: u64,
    /// State what is stored already.
    pub duplicate: u64,
    /// Became live readings in place of an earlier value, which is kept.
    pub superseding: u64,
    /// Refused or held, each with a reason and a cell.
    pub refused: u64,
    /// Titles, headers, totals, notes, empty lines inside a table.
    pub not_data: u64,
}

/// The account of several parts of a file is the sum of theirs.
impl AddAssign for RowAccount {
    fn add_assign(&mut self, part: Self) {
        let Self { rows, accepted, duplicate, superseding, refused, not_data } = part;
        self.rows += rows;
        self.accepted += accepted;
        self.duplicate += duplicate;
        self.superseding += superseding;
        self.refused += refused;
        self.not_data += not_data;
    }
}

impl RowAccount {
    /// The sum of all outcomes.
    pub const fn outcomes(&self) -> u64 {
        self.accepted + self.duplicate + self.superseding + self.refused + self.not_data
    }

    /// Whether every row has exactly one outcome.
    pub const fn adds_up(&self) -> bool {
        self.rows == self.outcomes()
    }
}
