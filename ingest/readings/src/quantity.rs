//! A measured number, exact.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How much, in a unit that stands beside it. Exact decimal: bills are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(Decimal);

impl Quantity {
    /// Takes a decimal number as it is.
    pub const fn new(value: Decimal) -> Self {
        Self(value)
    }

    /// Takes a spreadsheet's binary number by its shortest decimal text, which is what a person sees.
    /// `None` for what is not finite or beyond 28 digits.
    pub fn from_number(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value}");
        text.parse().ok().or_else(|| Decimal::from_f64_retain(value)).map(Self)
    }

    /// The number.
    pub const fn get(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_number_keeps_its_shortest_text() {
        let read = |value: f64| Quantity::from_number(value).map(|q| q.to_string());
        assert_eq!(read(0.1), Some("0.1".to_owned()));
        assert_eq!(read(341.699_999_999_983), Some("341.699999999983".to_owned()));
        assert_eq!(read(1e15), Some("1000000000000000".to_owned()));
        assert_eq!(read(f64::NAN), None);
        assert_eq!(read(1e300), None);
    }
}
