//! The engine: one causal pass over the periods of an organisation, all meters as columns.
//!
//! At each slot every meter gets its expected value from its own past and from the other meters' present, the reading
//! is weighed against named kinds of problem, and only then does the meter learn from it.
//! Pure: values in, values out. The backtest and the analysis run exactly this.
//!
//! Reading order: `panel` (what goes in), `view` (what a meter remembers), `start`, `expected`, `evidence`, `score`,
//! `update`; `daily` is the same idea for days.

pub mod daily;
pub mod degree_days;
pub mod evidence;
pub mod exchange;
pub mod expected;
pub mod fit;
pub mod inputs;
pub mod interval;
pub mod judgement;
pub mod ladder;
pub mod memory;
pub mod monthly;
mod moved;
pub mod name;
pub mod panel;
pub mod pieces;
pub mod robust_seasonal;
pub mod score;
pub mod seasons;
pub mod start;
pub mod statistics;
pub mod tables;
pub mod update;
pub mod view;
pub mod vote;
pub mod weather;

pub use fit::{Fit, fits};
pub use judgement::{Evidence, EvidenceKind, Judgement};
pub use ladder::Refusal;
pub use panel::{Cadence, Meter, Panel};

/// Judges every slot of every meter: one row per meter of the panel, one column per slot.
pub fn judge(panel: &Panel) -> Vec<Vec<Judgement>> {
    match panel.cadence {
        Cadence::Monthly => monthly::judge(panel),
        Cadence::Daily => daily::judge(panel, |_, _, _| {}),
    }
}

/// What the tables look at in one slot of one meter.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The inputs of the score, in the order of `inputs`.
    pub inputs: &'a [f64],
    /// The inputs of the name; `None` for days, and where nothing stands out.
    pub naming: Option<&'a [f64; name::COUNT]>,
    /// What argues for a problem.
    pub evidence: &'a [Evidence],
}

/// The same; `observe` sees what the tables look at: the meter, the slot and the inputs.
pub fn judge_observed(
    panel: &Panel,
    observe: impl FnMut(usize, usize, Seen<'_>),
) -> Vec<Vec<Judgement>> {
    match panel.cadence {
        Cadence::Monthly => monthly::judge_observed(panel, observe),
        Cadence::Daily => daily::judge(panel, observe),
    }
}
