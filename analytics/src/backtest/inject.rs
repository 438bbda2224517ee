//! Problems put into clean series, so that a detector can be trained and measured where the answer is known.
//!
//! The families are those of the development data: their README names kinds, magnitudes and durations. The `wide`
//! magnitudes reach beyond them, so that what is trained does not fit one generator alone.

mod days;
mod months;

use super::random::Random;
use crate::engine::{Cadence, Panel};

/// A kind of problem as the development data name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Injected {
    /// One period times 1.3 to 3.
    Spike,
    /// One period times 0.2 to 0.7.
    Drop,
    /// A few percent more with every period.
    Leak,
    /// Another level from one period on.
    Step,
    /// Zeros.
    Zero,
    /// The reading before, again.
    Repeat,
    /// A factor between units.
    Unit,
    /// The decimal mark moved by one.
    Decimal,
    /// A missing period, then both in one.
    CatchUp,
    /// The sign turned.
    Sign,
    /// Two meters exchanged.
    Swap,
    /// Weekends at the level of working days.
    Weekend,
}

impl Injected {
    /// The names of kinds that are right for it (the scorer beside the development data has the same list).
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Spike => &["spike"],
            Self::Drop => &["drop"],
            Self::Leak => &["leak"],
            Self::Step => &["step"],
            Self::Zero => &["zero"],
            Self::Repeat => &["repeat"],
            Self::Unit | Self::Decimal => &["unit_error", "decimal"],
            Self::CatchUp => &["catchup"],
            Self::Sign => &["sign_flip"],
            Self::Swap => &["swapped"],
            Self::Weekend => &["weekend"],
        }
    }
}

/// What is known about a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth {
    /// Never scored: history, a gap, or the later course of a long event.
    Unscored,
    /// As it was.
    Normal,
    /// Part of the event with this number.
    Event(u32, Injected),
}

/// How strong the problems are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Magnitude {
    /// As in the development data.
    Usual,
    /// Further ranges and other factors.
    Wide,
}

/// A panel with problems in it, and where they are.
#[derive(Debug, Clone)]
pub struct Draw {
    /// What a detector may see.
    pub panel: Panel,
    /// What is true, per meter and slot.
    pub truth: Vec<Vec<Truth>>,
    /// How many events there are.
    pub events: u32,
}

/// Puts problems into a clean panel; `eligible` says in which slots one may lie.
pub fn inject(clean: &Panel, eligible: &[Vec<bool>], magnitude: Magnitude, seed: u64) -> Draw {
    let truth = eligible
        .iter()
        .zip(&clean.meters)
        .map(|(slots, meter)| {
            let known = |slot: usize| meter.quantity[slot].is_finite() && slots[slot];
            (0..clean.slots)
                .map(|slot| if known(slot) { Truth::Normal } else { Truth::Unscored })
                .collect()
        })
        .collect();
    let mut draw = Draw { panel: clean.clone(), truth, events: 0 };
    let mut random = Random::new(seed);
    match clean.cadence {
        Cadence::Monthly => months::inject(&mut draw, clean, magnitude, &mut random),
        Cadence::Daily => days::inject(&mut draw, clean, magnitude, &mut random),
    }
    for meter in &mut draw.panel.meters {
        meter.stated.clone_from(&meter.quantity);
    }
    draw
}

/// The decimals with which a source writes its quantities.
fn decimals(quantities: &[f64]) -> i32 {
    let finite = || quantities.iter().copied().filter(|quantity| quantity.is_finite());
    (0..3)
        .find(|places| {
            let unit = 10f64.powi(*places);
            finite().all(|quantity| (quantity * unit - (quantity * unit).round()).abs() < 1e-6)
        })
        .unwrap_or(3)
}

/// Rounded to so many decimals.
fn rounded(value: f64, places: i32) -> f64 {
    let unit = 10f64.powi(places);
    (value * unit).round() / unit
}
