//! What comes of a person's decision that two names mean one meter or one site.

/// The answer of the database to a merge or to its undoing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeAnswer {
    /// It was done.
    Done,
    /// There is no such meter or site.
    Unknown,
    /// The two are one already.
    Same,
    /// It counts as another one.
    MergedBefore,
    /// The two count different things.
    Unlike,
    /// There is nothing to undo.
    NotMerged,
    /// The meter is merged because its site is.
    FollowsSite,
}

impl MergeAnswer {
    /// The answer with this code; none for a code that this version does not know.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "done" => Self::Done,
            "unknown" => Self::Unknown,
            "same" => Self::Same,
            "merged_before" => Self::MergedBefore,
            "unlike" => Self::Unlike,
            "not_merged" => Self::NotMerged,
            "follows_site" => Self::FollowsSite,
            _ => return None,
        })
    }

    /// What happened and what to do next, for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Done => "Done.",
            Self::Unknown => "Nothing was done: one of the two is not there.",
            Self::Same => "Nothing was done: the two are one already.",
            Self::MergedBefore => {
                "Nothing was done: it counts as another one already; undo that merge first."
            }
            Self::Unlike => {
                "Nothing was done: the two count different commodities or units, so they cannot be one meter."
            }
            Self::NotMerged => "Nothing was done: it is not merged into another one.",
            Self::FollowsSite => {
                "Nothing was done: the meter is merged because its site is; undo the merge of the sites."
            }
        }
    }
}
