//! The outbox against a real PostgreSQL and real receivers on this machine.

mod answers;
mod endpoints;
mod fixture;
mod leases;
mod receiver;
mod retries;
