//! What an alert is: the words of detection, triage and delivery.
//!
//! Pure values only: no input or output, no clock, no randomness, no async.

pub mod baseline;
pub mod budget;
pub mod event;
pub mod family;
pub mod holidays;
pub mod ids;
pub mod kind;
pub mod known_event;
pub mod reference;
pub mod replay;
pub mod sensitivity;
pub mod state;

pub use baseline::{Band, Rung};
pub use event::{AlertEvent, EventType};
pub use family::Family;
pub use holidays::Holidays;
pub use ids::{AlertId, DeliveryId, EndpointId};
pub use kind::AlertKind;
pub use known_event::EventKind;
pub use reference::AlertReference;
pub use sensitivity::Sensitivity;
pub use state::{AlertState, Severity, Verdict};
