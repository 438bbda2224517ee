//! The pages over a real database.

mod browser;
mod detection;
mod headers;
mod mapping;
mod meters;
mod originals;
mod reading;
mod seed;
mod sign_in;
mod sources;
mod triage;
mod trouble;
