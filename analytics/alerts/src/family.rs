//! Kinds that may be one cause at different ages.

use crate::kind::AlertKind;

/// What two detections must have in common to be the same problem: a spike that stays is a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// More than expected.
    Rise,
    /// Less than expected.
    Fall,
    /// No consumption.
    Zero,
    /// The same reading or the same bill again.
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
    /// Bills that overlap.
    Overlap,
    /// Days without a bill.
    Gap,
    /// Cost without use.
    CostWithoutUse,
    /// Use without cost.
    UseWithoutCost,
    /// The price of a unit.
    UnitPrice,
    /// A meter that nobody knows.
    UnknownMeter,
    /// A meter that should not be billed.
    ClosedMeter,
    /// Many meters at once.
    Portfolio,
    /// What was to arrive has not come.
    Silence,
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
            AlertKind::Repeat | AlertKind::DuplicateBill => Self::Repeat,
            AlertKind::UnitError | AlertKind::Decimal => Self::Factor,
            AlertKind::CatchUp => Self::CatchUp,
            AlertKind::SignFlip => Self::Sign,
            AlertKind::Swapped => Self::Exchange,
            AlertKind::Weekend => Self::Weekend,
            AlertKind::Overlap => Self::Overlap,
            AlertKind::Gap => Self::Gap,
            AlertKind::CostWithoutUse => Self::CostWithoutUse,
            AlertKind::UseWithoutCost => Self::UseWithoutCost,
            AlertKind::UnitPrice => Self::UnitPrice,
            AlertKind::UnknownMeter => Self::UnknownMeter,
            AlertKind::ClosedMeter => Self::ClosedMeter,
            AlertKind::Portfolio => Self::Portfolio,
            AlertKind::Late | AlertKind::Missing | AlertKind::Partial => Self::Silence,
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
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::CostWithoutUse => "cost_without_use",
            Self::UseWithoutCost => "use_without_cost",
            Self::UnitPrice => "unit_price",
            Self::UnknownMeter => "unknown_meter",
            Self::ClosedMeter => "closed_meter",
            Self::Portfolio => "portfolio",
            Self::Silence => "silence",
        }
    }

    /// Whether a fixed rule over the bills finds it, not a score against a baseline: it is there or it is not.
    pub const fn is_rule(self) -> bool {
        matches!(
            self,
            Self::Overlap
                | Self::Gap
                | Self::CostWithoutUse
                | Self::UseWithoutCost
                | Self::UnitPrice
                | Self::UnknownMeter
                | Self::ClosedMeter
        )
    }

    /// Whether the reading itself is wrong: then the excess was never used, and times a price it is no money.
    pub const fn is_wrong_reading(self) -> bool {
        matches!(
            self,
            Self::Zero
                | Self::Repeat
                | Self::Factor
                | Self::CatchUp
                | Self::Sign
                | Self::Exchange
                | Self::Overlap
                | Self::Gap
        )
    }
}
