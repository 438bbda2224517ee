//! The pages: pure functions from rows to HTML.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its properties")]

mod alert;
mod alerts;
mod arrivals;
mod attachment;
mod detection;
mod events;
mod jobs;
mod mail;
mod mapping;
mod meter;
mod meters;
mod method;
mod parts;
mod prices;
pub mod shell;
mod sign_in;
mod site;
mod sites;
mod sources;
mod triage;
mod trouble;

pub use self::alert::alert;
pub use self::alerts::alerts;
pub use self::arrivals::arrivals;
pub use self::attachment::attachment;
pub use self::detection::detection;
pub use self::events::events;
pub use self::jobs::jobs;
pub use self::mail::mail;
pub use self::mapping::{mapping, profiles};
pub use self::meter::meter;
pub use self::meters::{merge_choice, meters};
pub use self::method::method;
pub use self::prices::prices;
pub use self::sign_in::sign_in;
pub use self::site::site;
pub use self::sites::sites;
pub use self::sources::sources;
pub use self::trouble::trouble;
