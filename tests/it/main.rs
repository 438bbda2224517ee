//! The binary, run as a person runs it: exit codes, and messages that say what happened, where and what to do next.

mod configuration;
mod database;
#[path = "../../ingest/tests/it/imap/dovecot.rs"]
#[expect(dead_code, reason = "the tests of the crate use more of it")]
mod dovecot;
mod files;
mod jobs;
mod run;
mod running;
mod sources;
mod usage;
