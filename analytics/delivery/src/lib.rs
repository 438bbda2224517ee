//! The outbox on its way out: claimed, signed, sent, settled.
//!
//! The path of one event: `enqueue_alert_event` (migrations/0004) wrote it in the transaction of the alert, with one
//! delivery per configured endpoint; [`Relay`] claims a delivery with a lease and commits, signs and sends it outside
//! any transaction, and settles it with the same lease. A relay that dies in between loses nothing: its lease runs out
//! and the next one sends again under the same `webhook-id`, by which the receiver knows the repeat.
//!
//! Invariants: no transaction is open while a request runs; a stale lease settles nothing; the events of one alert reach
//! an endpoint in their order; no request goes to an address inside the network unless the endpoint is listed for it.

pub mod answer;
pub mod claim;
pub mod config;
pub mod endpoint;
pub mod list;
pub mod relay;
pub mod replay;
pub mod resolver;
pub mod schedule;
pub mod secret;
pub mod sender;
pub mod signature;
pub mod target;

pub use config::{ConfigError, EndpointConfig};
pub use endpoint::{enable_endpoint, sync_endpoints};
pub use relay::{Ambient, Relay, RelayError, RelayOptions, RelayReport};
pub use replay::{Replay, replay};
