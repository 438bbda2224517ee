//! The life of an alert.

/// Gives an enum its stored codes, both ways.
macro_rules! coded {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $name:ident = $code:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
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

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::state::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.code() == text)
                    .ok_or_else(|| $crate::state::UnknownCode { what: stringify!($type), text: text.to_owned() })
            }
        }
    };
}
pub(crate) use coded;

/// A stored or sent code that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a code of {what}")]
pub struct UnknownCode {
    pub(crate) what: &'static str,
    pub(crate) text: String,
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
