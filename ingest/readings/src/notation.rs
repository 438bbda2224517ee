//! How a file writes what can be read in two ways.

use serde::{Deserialize, Serialize};

use crate::profile::{DateOrder, DecimalMark};

/// What is proven of how a file writes numbers and days; `None` where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notation {
    /// Which mark parts the whole from the fraction.
    pub decimal_mark: Option<DecimalMark>,
    /// Whether the day or the month comes first.
    pub date_order: Option<DateOrder>,
}

/// What earlier files of one layout from one sender prove of their notation, each point of it without a file that
/// proves the opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierNotation {
    /// The layout, as it is recognised without anybody's help.
    pub fingerprint: String,
    /// What is proven.
    pub notation: Notation,
}
