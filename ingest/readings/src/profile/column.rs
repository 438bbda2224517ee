//! Columns by their letters, and the parts they play.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cell::{CellAddress, column_letters};

/// A column, written as a spreadsheet shows it: `A`, `AB`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct ColumnName(u32);

impl ColumnName {
    /// The column of this number, from 0.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its number, from 0.
    pub const fn index(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&column_letters(self.0))
    }
}

/// The text is not the letters of a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a column such as C or AB")]
pub struct NotAColumn(String);

impl FromStr for ColumnName {
    type Err = NotAColumn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = text.trim();
        let refuse = || NotAColumn(text.to_owned());
        if !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(refuse());
        }
        let cell: CellAddress = format!("{letters}1").parse().map_err(|_| refuse())?;
        Ok(Self(cell.column))
    }
}

impl From<ColumnName> for String {
    fn from(column: ColumnName) -> Self {
        column.to_string()
    }
}

impl TryFrom<String> for ColumnName {
    type Error = NotAColumn;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $label:literal;)*) => {
        /// The part of a column, as a person chooses it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ColumnRole {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ColumnRole {
            /// Every part, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in files, forms and stored layouts.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The name on the screen.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Reads what `code` writes.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.code() == code)
            }
        }
    };
}

roles! {
    /// What was used.
    Quantity, "quantity", "Consumption";
    /// Start of the period.
    Start, "period_start", "From";
    /// End of the period.
    End, "period_end", "To";
    /// A single day or instant.
    Date, "date", "Date";
    /// A month.
    Month, "month", "Month";
    /// A year.
    Year, "year", "Year";
    /// A week by its number.
    Week, "week", "Calendar week";
    /// A day of the month.
    Day, "day", "Day of the month";
    /// A time of day.
    Time, "time", "Time of day";
    /// The place.
    Site, "site", "Site";
    /// A number for the place.
    Identifier, "site_number", "Number of the site";
    /// The meter.
    Meter, "meter", "Meter";
    /// The account.
    Account, "account", "Account";
    /// What is supplied.
    Commodity, "commodity", "Commodity";
    /// The unit.
    Unit, "unit", "Unit";
    /// A cumulative register.
    Register, "register", "Register reading";
    /// The register before.
    Previous, "register_before", "Register before";
    /// The register after.
    Current, "register_after", "Register after";
    /// Transformer ratio.
    Multiplier, "multiplier", "Multiplier";
    /// Mean power.
    Power, "power", "Mean power";
    /// Money.
    Cost, "cost", "Cost";
    /// The currency of the costs.
    Currency, "currency", "Currency";
    /// Money for one unit.
    Price, "price", "Price";
    /// Days of the period.
    Days, "days", "Days of the period";
    /// Estimated or actual.
    Estimated, "estimated", "Estimated";
    /// Made, not used.
    Generation, "generation", "Generation";
    /// Not measured.
    Forecast, "forecast", "Forecast";
    /// A territory or sector.
    Statistic, "territory", "Territory or sector";
    /// Text that tells rows apart.
    Label, "label", "Label";
    /// Perhaps what was used.
    Unclear, "unclear", "Not certain";
    /// Plays no part.
    Ignored, "ignored", "Not read";
}
