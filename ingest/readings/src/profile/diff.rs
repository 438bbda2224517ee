//! What has changed between the headers of two files of one sender.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColumnName, Profile};
use crate::extraction::Layout;

/// The difference between old and new headers; what is in none of the lists has stayed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeaderDiff {
    /// Columns that were not there.
    pub added: Vec<(ColumnName, String)>,
    /// Columns that are gone.
    pub removed: Vec<(ColumnName, String)>,
    /// Columns at the old place under a new name: place, old name, new name.
    pub renamed: Vec<(ColumnName, String, String)>,
    /// Columns of the old name at a new place: old place, new place, name.
    pub moved: Vec<(ColumnName, ColumnName, String)>,
    /// How many have kept name and place.
    pub kept: usize,
}

/// A column by its place and its header.
type Header = (ColumnName, String);

/// The headers that layouts name, those of all tables together.
pub fn headers_of(layouts: &[Layout]) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (column, _, header) in layouts.iter().flat_map(|layout| &layout.columns) {
        let header = (ColumnName::new(*column), header.clone());
        if !headers.contains(&header) {
            headers.push(header);
        }
    }
    headers
}

impl Profile {
    /// The headers that it knows, those of all tables together.
    pub fn headers(&self) -> Vec<Header> {
        let mut headers: Vec<Header> = Vec::new();
        for column in self.tables.iter().flat_map(|table| &table.columns) {
            let header = (column.column, column.header.clone());
            if !headers.contains(&header) {
                headers.push(header);
            }
        }
        headers
    }
}

impl HeaderDiff {
    /// Compares headers; `same` says whether two of them mean the same column, such as this month's and the last's.
    pub fn between(old: &[Header], new: &[Header], same: impl Fn(&str, &str) -> bool) -> Self {
        let mut diff = Self::default();
        let named = |headers: &[Header]| -> Vec<Header> {
            headers.iter().filter(|(_, header)| !header.trim().is_empty()).cloned().collect()
        };
        let (mut gone, mut come) = (named(old), named(new));
        // First what has stayed, so that of two columns of one name the right one is said to have moved.
        gone.retain(|(place, header)| {
            let at = come.iter().position(|(other, name)| other == place && same(header, name));
            at.map(|at| come.remove(at)).is_none() || {
                diff.kept += 1;
                false
            }
        });
        gone.retain(|(place, header)| {
            let Some(at) = come.iter().position(|(_, name)| same(header, name)) else {
                return true;
            };
            let (other, name) = come.remove(at);
            diff.moved.push((*place, other, name));
            false
        });
        gone.retain(|(place, header)| {
            let Some(at) = come.iter().position(|(other, _)| other == place) else { return true };
            let (_, name) = come.remove(at);
            diff.renamed.push((*place, header.clone(), name));
            false
        });
        (diff.removed, diff.added) = (gone, come);
        diff
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.renamed.is_empty()
            && self.moved.is_empty()
    }

    /// The share of columns, 0 to 1, that both have under one name: below a half these are two layouts rather than a
    /// changed one.
    pub fn likeness(&self) -> f64 {
        let shared = self.kept + self.moved.len();
        let all = shared + self.added.len() + self.removed.len() + 2 * self.renamed.len();
        #[expect(clippy::cast_precision_loss, reason = "columns are few")]
        let share = if all == 0 { 0.0 } else { (2 * shared) as f64 / (all + shared) as f64 };
        share
    }
}

impl fmt::Display for HeaderDiff {
    /// In one line: `Cost is new in F; Note (E) is gone; ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (place, header) in &self.added {
            parts.push(format!("\u{201c}{header}\u{201d} is new in column {place}"));
        }
        for (place, header) in &self.removed {
            parts.push(format!("\u{201c}{header}\u{201d} (column {place}) is gone"));
        }
        for (place, old, new) in &self.renamed {
            parts.push(format!(
                "column {place} was \u{201c}{old}\u{201d} and is \u{201c}{new}\u{201d}"
            ));
        }
        for (old, new, header) in &self.moved {
            parts.push(format!("\u{201c}{header}\u{201d} moved from column {old} to {new}"));
        }
        f.write_str(&if parts.is_empty() {
            "nothing has changed".to_owned()
        } else {
            parts.join("; ")
        })
    }
}
