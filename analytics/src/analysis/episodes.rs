//! Consecutive periods of one cause are one episode, so that one problem gives one alert.

use alerts::AlertKind;

use crate::engine::Judgement;
use crate::parameters::FLAG_THRESHOLD;
use crate::parameters::analysis::GOES_ON;

/// Kinds that may be the same cause at different ages: a spike that stays is a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// More than expected.
    Rise,
    /// Less than expected.
    Fall,
    /// No consumption.
    Zero,
    /// The same reading again.
    Repeat,
    /// A factor between units or a decimal mark.
    Factor,
    /// Several periods in one.
    CatchUp,
    /// A negative quantity.
    Sign,
    /// Two meters exchanged.
    Exchange,
    /// Use at weekends.
    Weekend,
}

impl Family {
    /// The family of a kind; `rises` where more came than was expected.
    pub const fn of(kind: AlertKind, rises: bool) -> Self {
        match kind {
            AlertKind::Spike | AlertKind::Drop | AlertKind::Step | AlertKind::Leak => {
                if rises {
                    Self::Rise
                } else {
                    Self::Fall
                }
            }
            AlertKind::Zero => Self::Zero,
            AlertKind::Repeat => Self::Repeat,
            AlertKind::UnitError | AlertKind::Decimal => Self::Factor,
            AlertKind::CatchUp => Self::CatchUp,
            AlertKind::SignFlip => Self::Sign,
            AlertKind::Swapped => Self::Exchange,
            AlertKind::Weekend => Self::Weekend,
        }
    }

    /// The word in a fingerprint.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rise => "rise",
            Self::Fall => "fall",
            Self::Zero => "zero",
            Self::Repeat => "repeat",
            Self::Factor => "factor",
            Self::CatchUp => "catchup",
            Self::Sign => "sign",
            Self::Exchange => "exchange",
            Self::Weekend => "weekend",
        }
    }
}

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

/// The episodes of a meter, in the order of their onset.
pub fn of_meter(judged: &[Judgement], quantity: &[f64]) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    let mut running: Option<Running> = None;
    for (slot, judgement) in judged.iter().enumerate() {
        let (Some(band), Some(kind)) = (judgement.band, judgement.kind) else {
            // A missing period neither ends nor continues an episode.
            continue;
        };
        let family = Family::of(kind, quantity[slot] > band.expected);
        let flagged = judgement.score > FLAG_THRESHOLD;
        let continues = judgement.score > GOES_ON || flagged;
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
        let episodes = of_meter(&months, &quantity);
        assert_eq!(episodes.len(), 1);
        assert_eq!(episodes[0].slots, [1, 2, 4]);
        assert_eq!((episodes[0].kind, episodes[0].peak), (AlertKind::Step, 1));
    }

    #[test]
    fn two_causes_are_two_episodes() {
        let months = [judged(2.0, AlertKind::Zero), judged(2.0, AlertKind::CatchUp)];
        let families: Vec<Family> =
            of_meter(&months, &[0.0, 200.0]).iter().map(|episode| episode.family).collect();
        assert_eq!(families, [Family::Zero, Family::CatchUp]);
    }

    #[test]
    fn a_rise_and_a_fall_are_two_causes() {
        let months = [judged(2.0, AlertKind::Spike), judged(2.0, AlertKind::Drop)];
        assert_eq!(of_meter(&months, &[200.0, 50.0]).len(), 2);
    }
}
