//! Which names mean the same meter or site: what people decide about new meters, and what is suggested to them.
//!
//! Files spell one meter in several ways, and every new spelling makes a meter that no person has confirmed. A person
//! confirms it or merges it into another. A merge moves no reading: it says as which meter the readings count, and that
//! is all that undoing it takes back. So the name that was merged away is an alias from then on: whatever a later file
//! states under it counts at the meter it was merged into.

mod merge;
mod similar;
mod suggest;
mod waiting;

pub use self::merge::{
    Description, confirm, describe, follow_site_merges, merge_meters, merge_sites, undo_meter,
    undo_site,
};
pub use self::similar::{Likeness, Named, likeness};
pub use self::suggest::suggest;
pub use self::waiting::{ListedMeter, Merge, Suggestion, listed_meters, merges};
