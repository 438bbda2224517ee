//! Readings in, alerts out: baselines, deviations, what they cost.
//!
//! `engine` is pure and causal; `backtest` replays files through it; `analysis` reads the database, runs the same engine
//! and raises alerts. polars is named in this crate alone.

pub mod backtest;
pub mod engine;
pub mod numbers;
pub mod parameters;
pub mod sentence;
