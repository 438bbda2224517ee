//! A few pieces of evidence, without memory of their own.
//!
//! Every slot of every meter is weighed, and a list on the heap for each would cost more than the weighing.

use std::ops::{Deref, DerefMut};

use super::judgement::{Evidence, EvidenceKind};

/// More than the kinds of problem that can be weighed in one slot, with what only adds weight.
const MOST: usize = 16;

/// Pieces of evidence in their order.
#[derive(Debug, Clone, Copy)]
pub struct Pieces {
    pieces: [Evidence; MOST],
    count: usize,
}

impl Default for Pieces {
    /// None yet.
    fn default() -> Self {
        Self { pieces: [Evidence { kind: EvidenceKind::Habit, weight: 0.0 }; MOST], count: 0 }
    }
}

impl Pieces {
    /// Adds one at the end.
    pub fn push(&mut self, piece: Evidence) {
        self.pieces[self.count] = piece;
        self.count += 1;
    }
}

impl Extend<Evidence> for Pieces {
    fn extend<T: IntoIterator<Item = Evidence>>(&mut self, pieces: T) {
        for piece in pieces {
            self.push(piece);
        }
    }
}

impl Deref for Pieces {
    type Target = [Evidence];

    fn deref(&self) -> &[Evidence] {
        &self.pieces[..self.count]
    }
}

impl DerefMut for Pieces {
    fn deref_mut(&mut self) -> &mut [Evidence] {
        &mut self.pieces[..self.count]
    }
}
