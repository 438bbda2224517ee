//! What people have said about the files of their senders: kept, looked up for each file, and brought to bear on files
//! that wait.
//!
//! The value itself is [`readings::Profile`]; [`crate::layout`] reads a file by it. Here it is stored with the history of
//! who said what ([`store`]), found for a sender ([`known`]) with what earlier files of
//! that sender prove ([`earlier`]), tried on a stored file without changing anything
//! ([`desk`]), and the files that it concerns are read again ([`replay`]).

pub mod desk;
pub mod earlier;
pub mod known;
pub mod replay;
pub mod store;

mod error;

pub use desk::{Looked, try_on};
pub use error::ProfileError;
pub use known::Known;
pub use replay::{Replayed, affected, replay_all};
pub use store::{Answer, HistoryEntry, KeptIn, Saving, StoredProfile, all, delete, history, save};
