//! One meter on its way through the months.

use super::super::memory::Memory;
use super::super::moved;
use super::super::panel::Meter;
use super::super::view::View;
use super::super::weather::Weather;
use super::{JUDGED, LOGARITHMIC, VIEWS};
use crate::parameters::moved::{AGE, READINGS};
use crate::parameters::{DAYS_PER_MONTH, LOGARITHMIC_OFFSET};

/// One meter on its way through the months.
pub struct Track<'a> {
    pub meter: &'a Meter,
    /// Use per month in each slot.
    pub value: Vec<f64>,
    /// The same without what is known to be wrong: what a look back over the history sees.
    pub believed: Vec<f64>,
    pub memory: Memory,
    pub views: Option<[View; VIEWS]>,
    pub weather: Weather,
    /// It has just moved for good, and starts anew.
    pub has_moved: bool,
}

impl<'a> Track<'a> {
    /// A meter before the first slot.
    pub fn of(meter: &'a Meter) -> Self {
        Self {
            meter,
            value: use_per_month(meter, |_| true),
            believed: use_per_month(meter, |slot| meter.trust_at(slot) > 0.0),
            memory: Memory::default(),
            views: None,
            weather: Weather::default(),
            has_moved: false,
        }
    }

    pub fn offset_share(&self, view: usize) -> f64 {
        if view == JUDGED { self.meter.utility.offset } else { LOGARITHMIC_OFFSET }
    }

    /// Sees the history before the last readings at the size to which they have moved, where they have.
    pub fn follow_move(&mut self, at: usize) {
        let Some(views) = &self.views else { return };
        if self.memory.first.is_none_or(|first| at - first < AGE) {
            return;
        }
        let step = self.memory.step;
        let Some(factor) = moved::factor(&views[LOGARITHMIC], &self.believed, at, step) else {
            return;
        };
        let onset = at + 1 - ((READINGS - 1) * step + 1).min(at + 1);
        for value in &mut self.believed[..onset] {
            *value *= factor;
        }
        self.has_moved = true;
    }

    /// After a move the readings that showed it are none that stand out.
    pub fn start_anew(&mut self, at: usize) {
        if !std::mem::take(&mut self.has_moved) {
            return;
        }
        let from = at.saturating_sub((READINGS - 1) * self.memory.step + 1);
        for view in self.views.iter_mut().flatten() {
            view.residual[from..].iter_mut().filter(|r| r.is_finite()).for_each(|r| *r = 0.0);
        }
    }
}

/// Use per month of the slots that count.
fn use_per_month(meter: &Meter, counts: impl Fn(usize) -> bool) -> Vec<f64> {
    let per_month = |slot: usize| meter.quantity[slot] * DAYS_PER_MONTH / meter.days[slot];
    (0..meter.quantity.len())
        .map(|slot| if counts(slot) { per_month(slot) } else { f64::NAN })
        .collect()
}
