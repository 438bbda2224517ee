//! Readings in, alerts out: baselines, deviations, what they cost.
//!
//! `engine` is pure and causal. `backtest` replays files through it; `analysis` reads the database, brings the readings
//! into months (`consumption`, `calendar`), runs the same engine and raises alerts. polars is named in this crate alone.

pub mod analysis;
pub mod backtest;
pub mod bench;
pub mod calendar;
pub mod consumption;
pub mod engine;
pub mod holidays;
pub mod interval;
pub mod known_events;
pub mod numbers;
pub mod parameters;
pub mod price;
pub mod replay;
pub mod sentence;
pub mod silence;
pub mod tariffs;
pub mod weather;

pub use analysis::{AnalysisError, Options, Report, Shard, run};
