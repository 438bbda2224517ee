//! The public name of an alert: short, opaque, decodable offline.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::AlertId;

const PREFIX: &str = "AL-";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 8;
/// Four rounds of a Feistel network over 2 x 23 bits: 2^46 fits into eight base-62 digits.
const HALF_BITS: u32 = 23;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
/// Arbitrary odd constants; fixed for ever, since printed references must stay decodable.
const ROUND_KEYS: [u64; 4] = [0x9E37_79B9, 0x85EB_CA6B, 0xC2B2_AE35, 0x27D4_EB2F];

/// How people and webhooks name an alert, such as `AL-3kTMd92H`.
///
/// A reversible permutation of the database's counter, so that no volume of business can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlertReference(AlertId);

/// The text is not an alert reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an alert reference such as AL-3kTMd92H")]
pub struct NotAReference(String);

fn round(half: u64, key: u64) -> u64 {
    let mixed = (half ^ key).wrapping_mul(0x2545_F491_4F6C_DD1D);
    (mixed >> 29) & HALF_MASK
}

fn permute(counter: u64) -> u64 {
    let (mut left, mut right) = (counter >> HALF_BITS & HALF_MASK, counter & HALF_MASK);
    for key in ROUND_KEYS {
        (left, right) = (right, left ^ round(right, key));
    }
    left << HALF_BITS | right
}

fn restore(permuted: u64) -> u64 {
    let (mut left, mut right) = (permuted >> HALF_BITS & HALF_MASK, permuted & HALF_MASK);
    for key in ROUND_KEYS.into_iter().rev() {
        (left, right) = (right ^ round(left, key), left);
    }
    left << HALF_BITS | right
}

impl AlertReference {
    /// The reference of an alert.
    pub const fn of(id: AlertId) -> Self {
        Self(id)
    }

    /// The alert behind it.
    pub const fn id(self) -> AlertId {
        self.0
    }
}

impl fmt::Display for AlertReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = permute(self.0.get().cast_unsigned());
        let mut digits = [b'0'; LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[usize::try_from(rest % 62).unwrap_or(0)];
            rest /= 62;
        }
        f.write_str(PREFIX)?;
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl FromStr for AlertReference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAReference(text.to_owned());
        let digits = text.strip_prefix(PREFIX).ok_or_else(refuse)?;
        if digits.len() != LENGTH {
            return Err(refuse());
        }
        let mut permuted: u64 = 0;
        for digit in digits.bytes() {
            let value = ALPHABET.iter().position(|known| *known == digit).ok_or_else(refuse)?;
            permuted = permuted * 62 + value as u64;
        }
        if permuted >> (2 * HALF_BITS) != 0 {
            return Err(refuse());
        }
        Ok(Self(AlertId::new(restore(permuted).cast_signed())))
    }
}

impl TryFrom<String> for AlertReference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AlertReference> for String {
    fn from(reference: AlertReference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_look_unrelated() {
        let first = AlertReference::of(AlertId::new(1)).to_string();
        let second = AlertReference::of(AlertId::new(2)).to_string();
        let same = first.bytes().zip(second.bytes()).skip(PREFIX.len()).filter(|(a, b)| a == b);
        assert!(same.count() < LENGTH / 2, "{first} {second}");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "AL-", "AL-1", "AL-zzzzzzzz", "XX-3kTMd92H", "AL-3kTMd92!"] {
            assert!(text.parse::<AlertReference>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn printed_and_read_again_is_the_same_alert(counter in 0i64..(1 << 46)) {
            let reference = AlertReference::of(AlertId::new(counter));
            proptest::prop_assert_eq!(reference.to_string().parse(), Ok(reference));
        }
    }
}
