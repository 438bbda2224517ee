//! What comes out of the engine: an expected value, a score and the evidence, per meter and slot.

use alerts::{AlertKind, Band, Rung};
use serde::{Deserialize, Serialize};

use super::ladder::Refusal;
use crate::parameters::NOT_JUDGED;

/// A piece of evidence by its name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum EvidenceKind {
    /// A single rise by 1.25 to 3.2 times.
    Spike,
    /// A single fall to 0.2 to 0.75 times.
    Drop,
    /// A factor between units; the true use times the factor is what came.
    Factor(f64),
    /// A zero where there are none in this season.
    Zero,
    /// Exactly the reading before, this many times by now.
    Repeat(u32),
    /// This many readings missing before, and their use in this one.
    CatchUp(u32),
    /// The value fits the meter with this position in the panel, and that one's value fits here.
    Swap(usize),
    /// A negative quantity.
    Negative,
    /// A weekend at the level of working days.
    Weekend,
    /// A change of level that began this many slots ago.
    Step(u32),
    /// A rise that goes on for this many slots.
    Rise(u32),
    /// How far the reading is from the expected value.
    Deviation,
    /// How far it is from the same month of last year.
    YearOnYear,
    /// The last residuals point the same way and their mean wanders off.
    Persistence,
    /// How regular the meter and its group are: the same deviation weighs more on a quiet one.
    Habit,
}

impl EvidenceKind {
    /// The problem it argues for; `None` for what only adds weight.
    pub fn names(self) -> Option<AlertKind> {
        match self {
            Self::Spike => Some(AlertKind::Spike),
            Self::Drop => Some(AlertKind::Drop),
            Self::Factor(factor) => {
                let decimal = (factor.ln().abs() - std::f64::consts::LN_10).abs() < 1e-9;
                Some(if decimal { AlertKind::Decimal } else { AlertKind::UnitError })
            }
            Self::Zero => Some(AlertKind::Zero),
            Self::Repeat(_) => Some(AlertKind::Repeat),
            Self::CatchUp(_) => Some(AlertKind::CatchUp),
            Self::Swap(_) => Some(AlertKind::Swapped),
            Self::Negative => Some(AlertKind::SignFlip),
            Self::Weekend => Some(AlertKind::Weekend),
            Self::Step(_) => Some(AlertKind::Step),
            Self::Rise(_) => Some(AlertKind::Leak),
            Self::Deviation | Self::YearOnYear | Self::Persistence | Self::Habit => None,
        }
    }
}

/// A piece of evidence and how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name.
    pub kind: EvidenceKind,
    /// What the tables of its inputs add to the score.
    pub weight: f64,
}

/// What is said about one slot of one meter. There are millions of them: what is seldom there takes little room.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Judgement {
    /// What was expected of the whole period, with the 95 % interval; `None` before there is enough history.
    pub band: Option<Band>,
    /// Larger is more suspicious; `NOT_JUDGED` where nothing could be. Always finite.
    pub score: f64,
    /// The named problem; `None` where nothing could be judged.
    pub kind: Option<AlertKind>,
    /// On how much history this rests.
    pub rung: Rung,
    /// The pieces of evidence, the strongest first; empty where the score is far below any threshold.
    pub evidence: Box<[Evidence]>,
    /// Why the baseline stands on no higher rung.
    pub refused: Option<Refusal>,
}

impl Judgement {
    /// Nothing can be said.
    pub fn none() -> Self {
        Self {
            band: None,
            score: NOT_JUDGED,
            kind: None,
            rung: Rung::NoHistory,
            evidence: Box::default(),
            refused: Some(Refusal::FewReadings(0)),
        }
    }
}
