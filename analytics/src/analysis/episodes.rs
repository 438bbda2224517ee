//! Consecutive periods of one cause are one episode, so that one problem gives one alert.

use alerts::AlertKind;
pub use alerts::Family;

use alerts::Sensitivity;

use crate::engine::{EvidenceKind, Judgement};
use crate::parameters::analysis::GOES_ON;
use crate::parameters::twins::REACH;

/// Periods of one meter with one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// What they have in common.
    pub family: Family,
    /// The name of the problem.
    pub kind: AlertKind,
    /// The periods, in order; the first and the last are flagged.
    pub slots: Vec<usize>,
    /// The period with the largest score.
    pub peak: usize,
}

impl Episode {
    /// The first slot that its quantity covers: a catch-up holds the use of the missing slots before it.
    pub fn first_covered(&self, judged: &[Judgement]) -> Option<usize> {
        let first = *self.slots.first()?;
        let missing = judged[first].evidence.iter().find_map(|evidence| match evidence.kind {
            EvidenceKind::CatchUp(missing) if self.kind == AlertKind::CatchUp => Some(missing),
            _ => None,
        });
        let from = first.saturating_sub(missing.unwrap_or(0) as usize);
        (from..=first).find(|slot| judged[*slot].band.is_some())
    }

    /// Whether more came than was expected, on the whole.
    fn rises(&self) -> bool {
        self.family == Family::Rise
    }

    fn may_be_a_twin(&self) -> bool {
        matches!(self.family, Family::Rise | Family::Fall | Family::Zero)
    }
}

/// The episodes of a meter, in the order of their onset.
pub fn of_meter(judged: &[Judgement], quantity: &[f64], sensitivity: &Sensitivity) -> Vec<Episode> {
    merge_twins(single(judged, quantity, sensitivity), judged, quantity)
}

/// Too little and then as much too much, or the other way round, is one problem: use that was booked in the wrong
/// period, such as an estimate and its correction. What is left of both together is within the interval.
fn merge_twins(episodes: Vec<Episode>, judged: &[Judgement], quantity: &[f64]) -> Vec<Episode> {
    let mut merged: Vec<Episode> = Vec::with_capacity(episodes.len());
    for later in episodes {
        let twin = merged.last().filter(|earlier| {
            earlier.may_be_a_twin()
                && later.may_be_a_twin()
                && earlier.rises() != later.rises()
                && close(earlier, &later)
                && even_out(earlier, &later, judged, quantity)
        });
        if twin.is_some()
            && let Some(earlier) = merged.last_mut()
        {
            earlier.slots.extend(later.slots);
            earlier.family = Family::CatchUp;
            earlier.kind = AlertKind::CatchUp;
            if judged[later.peak].score > judged[earlier.peak].score {
                earlier.peak = later.peak;
            }
        } else {
            merged.push(later);
        }
    }
    merged
}

fn close(earlier: &Episode, later: &Episode) -> bool {
    match (earlier.slots.last(), later.slots.first()) {
        (Some(last), Some(first)) => first - last <= REACH,
        _ => false,
    }
}

fn even_out(earlier: &Episode, later: &Episode, judged: &[Judgement], quantity: &[f64]) -> bool {
    let (mut left, mut width) = (0.0, 0.0);
    for slot in earlier.slots.iter().chain(&later.slots) {
        let Some(band) = judged[*slot].band else { return false };
        left += quantity[*slot] - band.expected;
        width += ((band.upper - band.lower) / 2.0).powi(2);
    }
    // Independent deviations: the interval of a sum grows with the root of the squares.
    left.abs() <= width.sqrt()
}

fn single(judged: &[Judgement], quantity: &[f64], sensitivity: &Sensitivity) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    let mut running: Option<Running> = None;
    for (slot, judgement) in judged.iter().enumerate() {
        let (Some(band), Some(kind)) = (judgement.band, judgement.kind) else {
            // A missing period neither ends nor continues an episode.
            continue;
        };
        let family = Family::of(kind, quantity[slot] > band.expected);
        let above = sensitivity.above(judgement.score, kind);
        let flagged = above > 0.0;
        let continues = above > GOES_ON;
        match &mut running {
            Some(episode) if episode.family == family && continues => episode.add(slot, flagged),
            _ => {
                episodes.extend(running.take().map(|episode| episode.close(judged)));
                running = flagged.then(|| Running { family, slots: vec![slot], flagged: 1 });
            }
        }
    }
    episodes.extend(running.map(|episode| episode.close(judged)));
    episodes
}

struct Running {
    family: Family,
    slots: Vec<usize>,
    /// How many slots there are up to the last flagged one.
    flagged: usize,
}

impl Running {
    fn add(&mut self, slot: usize, flagged: bool) {
        self.slots.push(slot);
        if flagged {
            self.flagged = self.slots.len();
        }
    }

    fn close(mut self, judged: &[Judgement]) -> Episode {
        self.slots.truncate(self.flagged);
        let peak = self
            .slots
            .iter()
            .copied()
            .max_by(|a, b| judged[*a].score.total_cmp(&judged[*b].score))
            .unwrap_or_default();
        let said = |kind: AlertKind| self.slots.iter().any(|slot| judged[*slot].kind == Some(kind));
        let lasting = self.slots.len() > 1;
        let kind = match self.family {
            Family::Rise if said(AlertKind::Leak) => AlertKind::Leak,
            Family::Rise | Family::Fall if lasting => AlertKind::Step,
            // A step is named by the months before it; without them in the episode it is a single one.
            _ => judged[peak].kind.unwrap_or(AlertKind::Spike),
        };
        Episode { family: self.family, kind, slots: self.slots, peak }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alerts::{Band, Rung};

    const PLAIN: Sensitivity = Sensitivity::plain(0.0);

    fn judged(score: f64, kind: AlertKind) -> Judgement {
        Judgement {
            band: Some(Band { expected: 100.0, lower: 90.0, upper: 110.0 }),
            score,
            kind: Some(kind),
            rung: Rung::Seasonal,
            ..Judgement::none()
        }
    }

    #[test]
    fn a_spike_that_stays_is_one_step() {
        let months = [
            judged(-5.0, AlertKind::Drop),
            judged(2.0, AlertKind::Spike),
            judged(-0.5, AlertKind::Spike),
            Judgement::none(),
            judged(1.0, AlertKind::Step),
            judged(-0.5, AlertKind::Step),
            judged(-4.0, AlertKind::Spike),
        ];
        let quantity = [100.0, 150.0, 140.0, f64::NAN, 150.0, 130.0, 105.0];
        let episodes = of_meter(&months, &quantity, &PLAIN);
        assert_eq!(episodes.len(), 1);
        assert_eq!(episodes[0].slots, [1, 2, 4]);
        assert_eq!((episodes[0].kind, episodes[0].peak), (AlertKind::Step, 1));
    }

    #[test]
    fn two_causes_are_two_episodes() {
        let months = [judged(2.0, AlertKind::Zero), judged(2.0, AlertKind::CatchUp)];
        let families: Vec<Family> =
            of_meter(&months, &[0.0, 250.0], &PLAIN).iter().map(|episode| episode.family).collect();
        assert_eq!(families, [Family::Zero, Family::CatchUp]);
    }

    #[test]
    fn a_rise_and_a_fall_are_two_causes() {
        let months = [judged(2.0, AlertKind::Spike), judged(2.0, AlertKind::Drop)];
        assert_eq!(of_meter(&months, &[200.0, 50.0], &PLAIN).len(), 2);
    }

    #[test]
    fn use_that_was_booked_a_month_late_is_one_problem() {
        let months = [judged(2.0, AlertKind::Drop), judged(3.0, AlertKind::Spike)];
        let episodes = of_meter(&months, &[40.0, 163.0], &PLAIN);
        assert_eq!(episodes.len(), 1);
        assert_eq!((episodes[0].kind, &episodes[0].slots[..]), (AlertKind::CatchUp, &[0, 1][..]));
    }

    #[test]
    fn a_kind_that_was_mostly_false_needs_more() {
        let months = [judged(0.5, AlertKind::Spike)];
        let mut sensitivity = PLAIN;
        assert_eq!(of_meter(&months, &[150.0], &sensitivity).len(), 1);
        sensitivity.weights.insert(AlertKind::Spike, -1.0);
        assert_eq!(of_meter(&months, &[150.0], &sensitivity).len(), 0);
    }
}
