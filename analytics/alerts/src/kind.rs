//! What kind of problem an alert names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $label:literal;)*) => {
        /// The named problem of an alert; stable in the database, the API and the output of the backtest.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum AlertKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl AlertKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name as stored and printed.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The name on the screen.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

kinds! {
    /// One period far above expectation.
    Spike, "spike", "Spike";
    /// One period far below expectation.
    Drop, "drop", "Drop";
    /// A slow or lasting rise that does not stop.
    Leak, "leak", "Leak or slow rise";
    /// A lasting change of level.
    Step, "step", "Lasting step";
    /// No use where there was always some.
    Zero, "zero", "No consumption";
    /// The same reading again and again.
    Repeat, "repeat", "Stuck or copied reading";
    /// A factor between units, such as 1000 or 3.6.
    UnitError, "unit_error", "Unit or multiplier error";
    /// The decimal mark moved by one.
    Decimal, "decimal", "Decimal shift";
    /// A missing period, then two in one.
    CatchUp, "catchup", "Catch-up after a gap";
    /// A negative quantity where none belongs.
    SignFlip, "sign_flip", "Negative quantity";
    /// Two meters exchanged.
    Swapped, "swapped", "Meters exchanged";
    /// Weekend use at the level of a working day.
    Weekend, "weekend", "Weekend use";
    /// Two bills cover the same days.
    Overlap, "overlap", "Overlapping bills";
    /// Days between two bills that no bill covers.
    Gap, "gap", "Gap between bills";
    /// The same bill twice.
    DuplicateBill, "duplicate_bill", "Duplicate bill";
    /// Money is charged although nothing was used.
    CostWithoutUse, "cost_without_use", "Cost without use";
    /// Something was used and nothing is charged.
    UseWithoutCost, "use_without_cost", "Use without cost";
    /// A unit costs far more or less than on the meter's other bills.
    UnitPrice, "unit_price", "Unit price out of range";
    /// A meter appeared that nobody has confirmed.
    UnknownMeter, "unknown_meter", "Unknown meter";
    /// A bill for a meter that was closed or had gone silent.
    ClosedMeter, "closed_meter", "Closed meter billed";
    /// Many meters moved in the same way at the same time.
    Portfolio, "portfolio", "Common shift of many meters";
    /// A reading, or all that a sender sends, is overdue.
    Late, "late", "Reading is late";
    /// The next one is overdue as well.
    Missing, "missing", "Reading is missing";
    /// Some meters of a sender came and some did not.
    Partial, "partial", "Delivery is incomplete";
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no kind of alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of alert")]
pub struct UnknownKind(String);

impl FromStr for AlertKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.code() == text)
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }
}
