//! The life of an alert.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Gives an enum its stored codes, both ways.
macro_rules! coded {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $name:ident = $code:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $type {
            $($(#[$variant_doc])* $name,)*
        }

        impl $type {
            /// Every value.
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

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl FromStr for $type {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.code() == text)
                    .ok_or_else(|| UnknownCode { what: stringify!($type), text: text.to_owned() })
            }
        }
    };
}

/// A stored or sent code that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a code of {what}")]
pub struct UnknownCode {
    what: &'static str,
    text: String,
}

coded! {
    /// Where an alert stands in triage.
    AlertState {
        /// Raised, nobody has looked.
        Open = "open", "Open";
        /// Somebody has taken it.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Closed by a person or by a corrected reading.
        Resolved = "resolved", "Resolved";
    }
}

coded! {
    /// How much it matters, from money and certainty.
    Severity {
        /// Worth a look.
        Low = "low", "Low";
        /// Worth a look this week.
        Medium = "medium", "Medium";
        /// Worth a look today.
        High = "high", "High";
    }
}

coded! {
    /// What a person found out.
    Verdict {
        /// Something wastes energy or water.
        Waste = "waste", "Leak or waste";
        /// The bill is wrong.
        BillingError = "billing_error", "Billing error";
        /// The meter is wrong.
        MeterFault = "meter_fault", "Meter fault";
        /// A closure, works, a new tenant.
        KnownEvent = "known_event", "Known event";
        /// Nothing was wrong.
        FalseAlarm = "false_alarm", "False alarm";
    }
}
