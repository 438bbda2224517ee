//! What an alert is: the words of detection, triage and delivery.
//!
//! Pure values only: no input or output, no clock, no randomness, no async.

pub mod baseline;
pub mod event;
pub mod ids;
pub mod kind;
pub mod reference;
pub mod state;

pub use baseline::{Band, Rung};
pub use event::{AlertEvent, EventType};
pub use ids::{AlertId, DeliveryId, EndpointId};
pub use kind::AlertKind;
pub use reference::AlertReference;
pub use state::{AlertState, Severity, Verdict};
