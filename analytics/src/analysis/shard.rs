//! A part of all meters, so that several processes share the work.

use std::fmt;
use std::str::FromStr;

use readings::MeterId;

/// The i-th of n parts, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// The text does not name a part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a part such as 2/4: the second of four, counted from 1")]
pub struct NotAShard(String);

impl Shard {
    /// Whether a meter belongs to this part; every meter belongs to exactly one of the n.
    pub const fn has(self, meter: MeterId) -> bool {
        // Numbers are given in the order of arrival, so neighbours are of one sender: mix them (SplitMix64).
        let mut mixed = meter.get().cast_unsigned().wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        mixed % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAShard(text.to_owned());
        let (index, count) = text.split_once('/').ok_or_else(refuse)?;
        let index: u64 = index.trim().parse().map_err(|_| refuse())?;
        let count: u64 = count.trim().parse().map_err(|_| refuse())?;
        if index == 0 || index > count { Err(refuse()) } else { Ok(Self { index, count }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meter_has_exactly_one_part() {
        let shards: Vec<Shard> =
            (1..=3).map(|index| format!("{index}/3").parse().expect("a part")).collect();
        let mut sizes = [0; 3];
        for meter in 1..=3000 {
            let owners: Vec<usize> =
                (0..3).filter(|at| shards[*at].has(MeterId::new(meter))).collect();
            assert_eq!(owners.len(), 1, "meter {meter}");
            sizes[owners[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (800..1200).contains(size)), "{sizes:?}");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "1", "0/4", "5/4", "a/b", "1/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
