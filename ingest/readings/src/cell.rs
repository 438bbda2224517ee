//! Where on a sheet a value stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A cell of a sheet, counted from zero, written as `A1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellAddress {
    /// Row, from 0; the sheet's row number is one more.
    pub row: u32,
    /// Column, from 0: 0 is `A`.
    pub column: u32,
}

impl CellAddress {
    /// The cell at this row and column, both counted from zero.
    pub const fn new(row: u32, column: u32) -> Self {
        Self { row, column }
    }
}

/// The letters of a column counted from zero: 0 is `A`, 26 is `AA`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl fmt::Display for CellAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), u64::from(self.row) + 1)
    }
}

/// The text was not of the form `A1`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a cell address such as B7")]
pub struct NotACellAddress(String);

impl FromStr for CellAddress {
    type Err = NotACellAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotACellAddress(text.to_owned());
        let split = text.find(|c: char| c.is_ascii_digit()).ok_or_else(refuse)?;
        let (letters, digits) = text.split_at(split);
        if letters.is_empty() || letters.len() > 4 {
            return Err(refuse());
        }
        let mut column: u32 = 0;
        for letter in letters.bytes() {
            if !letter.is_ascii_alphabetic() {
                return Err(refuse());
            }
            column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        }
        let row: u32 = digits.parse().map_err(|_| refuse())?;
        Ok(Self { row: row.checked_sub(1).ok_or_else(refuse)?, column: column - 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_carry_over_like_a_spreadsheet() {
        assert_eq!(CellAddress::new(0, 0).to_string(), "A1");
        assert_eq!(CellAddress::new(8, 25).to_string(), "Z9");
        assert_eq!(CellAddress::new(0, 26).to_string(), "AA1");
        assert_eq!(CellAddress::new(1_048_575, 16_383).to_string(), "XFD1048576");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "A", "7", "A0", "A-1", "ÄÖ1", "ABCDE1"] {
            assert!(text.parse::<CellAddress>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn written_and_read_again_is_the_same_cell(row in 0u32..2_000_000, column in 0u32..20_000) {
            let cell = CellAddress::new(row, column);
            proptest::prop_assert_eq!(cell.to_string().parse::<CellAddress>(), Ok(cell));
        }
    }
}
