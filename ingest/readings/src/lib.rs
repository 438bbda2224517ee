//! What a reading is: the words every later stage uses.
//!
//! Pure values only: no input or output, no clock, no randomness, no async.
//! The crate builds for the browser, so the dashboard speaks the same words as the ingest worker.

pub mod account;
pub mod cell;
pub mod commodity;
pub mod extraction;
pub mod identity;
pub mod ids;
pub mod money;
pub mod notation;
pub mod period;
pub mod problem;
pub mod profile;
pub mod quantity;
pub mod unit;
pub mod weather;

pub use account::RowAccount;
pub use cell::{CellAddress, column_letters};
pub use commodity::Commodity;
pub use extraction::{ExtractedReading, Extraction, Layout, LayoutKind, ReadingKind, UnitText};
pub use identity::MergeAnswer;
pub use ids::{AttachmentId, MessageId, MeterId, ReadingId, SiteId};
pub use money::{Currency, Money};
pub use notation::{EarlierNotation, Notation};
pub use period::{Period, days_between};
pub use problem::{Problem, ProblemCode};
pub use profile::Profile;
pub use quantity::Quantity;
pub use unit::{Dimension, Unit};
pub use weather::{WeatherKind, WeatherValue};
