//! The schema, the way to a connection pool, the fast ways for many rows, and the private PostgreSQL server.
//!
//! This crate is the only way to a pool, so every process meets the same timeouts and the same check of the schema.
//! It knows no domain type.

pub mod connect;
pub mod copy;
pub mod copy_out;
pub mod schema;
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;

pub use connect::{ConnectError, connect};
pub use schema::{MIGRATOR, SchemaError, check_schema, migrate};
