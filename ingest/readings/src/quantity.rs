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
        if let Some(decimal) = few_digits(value) {
            return Some(Self(decimal));
        }
        let text = format!("{value}");
        text.parse().ok().or_else(|| Decimal::from_f64_retain(value)).map(Self)
    }

    /// The number.
    pub const fn get(self) -> Decimal {
        self.0
    }
}

/// The shortest decimal of a number with few digits, which most are, found without writing it as text.
///
/// Of all decimals with up to 15 digits at most one has a given binary number as its nearest, and the division of two
/// numbers that are exact gives the nearest.
fn few_digits(value: f64) -> Option<Decimal> {
    const MOST: f64 = 1e15;
    [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6].into_iter().zip(0..).find_map(|(shift, digits)| {
        let whole = (value * shift).round();
        #[expect(clippy::float_cmp, reason = "only the very same number will do")]
        let is_it = whole.abs() < MOST && whole / shift == value;
        #[expect(clippy::cast_possible_truncation, reason = "it is below 10^15")]
        is_it.then(|| Decimal::new(whole as i64, digits))
    })
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
        assert_eq!(read(-12.5), Some("-12.5".to_owned()));
        assert_eq!(read(-0.0), Some("0".to_owned()));
        assert_eq!(read(f64::NAN), None);
        assert_eq!(read(1e300), None);
    }

    #[test]
    fn numbers_with_few_digits_are_what_their_text_says() {
        let mut seed = 88_172_645_463_325_252_u64;
        for round in 0..200_000_u32 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let whole = i64::try_from(seed % 10_u64.pow(round % 18)).expect("small");
            let text = Decimal::new(whole, round % 9).to_string();
            let value: f64 = text.parse().expect("a number");
            let wanted: Decimal = format!("{value}").parse().expect("a decimal");
            let read = Quantity::from_number(value).expect("finite");
            assert_eq!((read.get(), read.get().scale()), (wanted, wanted.scale()), "{text}");
        }
    }
}
