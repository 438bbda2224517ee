//! The engine: one causal pass over the periods of an organisation, all meters as columns.
//!
//! At each slot every meter gets its expected value from its own past and from the other meters' present, the reading
//! is weighed against named kinds of problem, and only then does the meter learn from it.
//! Pure: values in, values out. The backtest and the analysis run exactly this.
//!
//! Reading order: `panel` (what goes in), `view` (what a meter remembers), `start`, `expected`, `evidence`, `score`,
//! `update`; `daily` is the same idea for days.

pub mod daily;
pub mod evidence;
pub mod exchange;
pub mod expected;
pub mod interval;
pub mod judgement;
pub mod memory;
pub mod monthly;
pub mod name;
pub mod panel;
pub mod score;
pub mod start;
pub mod statistics;
pub mod update;
pub mod view;
pub mod vote;

pub use judgement::{Evidence, EvidenceKind, Judgement};
pub use panel::{Cadence, Meter, Panel};

/// Judges every slot of every meter: one row per meter of the panel, one column per slot.
pub fn judge(panel: &Panel) -> Vec<Vec<Judgement>> {
    match panel.cadence {
        Cadence::Monthly => monthly::judge(panel),
        Cadence::Daily => daily::judge(panel),
    }
}
