//! The crate against real servers.

mod connecting;
mod schema;
mod server;
mod testing;
