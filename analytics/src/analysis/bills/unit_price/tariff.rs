//! A standing charge and a price for each unit, found from bills.

use crate::engine::statistics::upper_median as median;

/// Two bills tell a price for each unit when their quantities differ by at least this share.
const DIFFERENT: f64 = 0.05;
/// How far from the price found last the present one is looked for first, as a share.
const NEAR: f64 = 0.02;
/// By this share a bound is wider than it need be: far more than rounding can be off by.
const ROUNDING: f64 = 1e-9;

/// What a meter's bills are made of.
#[derive(Debug, Clone, Copy)]
pub struct Tariff {
    /// Charged for each bill.
    pub standing: f64,
    /// Charged for each unit.
    pub each: f64,
    /// The standard deviation of what is left over.
    pub scatter: f64,
}

/// Bills as columns, with room to work in that is used again for the next ones.
#[derive(Debug, Default)]
pub struct Bills {
    quantity: Vec<f64>,
    cost: Vec<f64>,
    slopes: Vec<f64>,
    room: Vec<f64>,
    /// The median slope found last.
    last: Option<f64>,
    /// The pairs of the bills around it; not known before somebody asks.
    pairs: Option<Pairs>,
}

/// How many pairs of bills tell a slope, and how many of them one below and above the bounds.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    all: u64,
    below: u64,
    above: u64,
}

impl Pairs {
    /// The pairs of a bill with others. A few: checks for an overflow would only keep them from being counted side by
    /// side.
    fn of(
        (quantity, cost): (f64, f64),
        others: impl Iterator<Item = (f64, f64)>,
        (low, high): (f64, f64),
    ) -> Self {
        let mut pairs = Self::default();
        for (other, charged) in others {
            let apart = other - quantity;
            // Both times the sign of the distance, so that the comparison keeps its direction.
            let (run, rise) = (apart.abs(), (charged - cost) * 1.0_f64.copysign(apart));
            let larger = if quantity > other { quantity } else { other };
            let counts = u64::from(run > DIFFERENT * larger);
            pairs.all = pairs.all.wrapping_add(counts);
            pairs.below = pairs.below.wrapping_add(counts & u64::from(rise < low * run));
            pairs.above = pairs.above.wrapping_add(counts & u64::from(rise > high * run));
        }
        pairs
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            all: self.all + other.all,
            below: self.below + other.below,
            above: self.above + other.above,
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            all: self.all - other.all,
            below: self.below - other.below,
            above: self.above - other.above,
        }
    }
}

impl Bills {
    /// Forgets all bills.
    pub fn clear(&mut self) {
        self.quantity.clear();
        self.cost.clear();
        self.pairs = None;
    }

    /// Adds a bill behind the others: its quantity and its cost.
    pub fn push(&mut self, bill: (f64, f64)) {
        if let (Some(pairs), Some(bounds)) = (self.pairs, self.near()) {
            self.pairs = Some(pairs.plus(Pairs::of(bill, self.from(0), bounds)));
        }
        self.quantity.push(bill.0);
        self.cost.push(bill.1);
    }

    /// Forgets the first bill.
    pub fn forget_first(&mut self) {
        if self.quantity.is_empty() {
            return;
        }
        let first = (self.quantity.remove(0), self.cost.remove(0));
        if let (Some(pairs), Some(bounds)) = (self.pairs, self.near()) {
            self.pairs = Some(pairs.minus(Pairs::of(first, self.from(0), bounds)));
        }
    }

    /// The bills from a place on.
    fn from(&self, place: usize) -> impl Iterator<Item = (f64, f64)> {
        self.quantity[place..].iter().copied().zip(self.cost[place..].iter().copied())
    }

    /// The bounds around the price found last, within which the present one is looked for first.
    fn near(&self) -> Option<(f64, f64)> {
        let near = self.last.filter(|each| *each > 0.0)?;
        Some((near * (1.0 - NEAR), near * (1.0 + NEAR)))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.quantity.len()
    }

    /// The tariff by the medians of Theil and Sen; `None` of no bill.
    pub fn tariff(&mut self) -> Option<Tariff> {
        self.slopes.clear();
        for (at, (quantity, cost)) in self.quantity.iter().zip(&self.cost).enumerate() {
            for (other, charged) in self.quantity.iter().zip(&self.cost).skip(at + 1) {
                let apart = other - quantity;
                if apart.abs() > DIFFERENT * quantity.max(*other) {
                    self.slopes.push((charged - cost) / apart);
                }
            }
        }
        let mean = self.mean()?;
        self.last = median(&mut self.slopes);
        self.pairs = None;
        // A price below zero, or above the mean one, would make a standing charge that nobody bills.
        let each = self.last.unwrap_or(mean).clamp(0.0, mean);
        let standing = self.standing(each)?;
        let rests = self.cost.iter().zip(&self.quantity).map(|(cost, used)| cost - each * used);
        self.room.clear();
        self.room.extend(rests.map(|rest| (rest - standing).abs()));
        Some(Tariff { standing, each, scatter: 1.4826 * median(&mut self.room)? })
    }

    /// Whether a bill is for certain within this share of what the tariff makes it; `false` where that is not plain to
    /// see.
    ///
    /// Nearly all bills are, and nearly always at about the price found last. That it lies within narrow bounds is seen
    /// without dividing and ordering all slopes, and within these bounds neither standing charge nor amount move much:
    /// how many bills leave less than is needed says so without putting them in order.
    pub fn is_in_order(&mut self, quantity: f64, cost: f64, tolerance: f64) -> bool {
        self.plainly(quantity, cost, tolerance).unwrap_or(false)
    }

    fn plainly(&mut self, quantity: f64, cost: f64, tolerance: f64) -> Option<bool> {
        let (low, high) = self.near()?;
        if !self.slopes_are_within((low, high)) {
            return None;
        }
        let (low, high) = (low * (1.0 - ROUNDING), high * (1.0 + ROUNDING));
        let middle = u64::try_from(self.count() / 2).ok()?;
        // Above the mean price no price is looked for.
        let mean = if self.how_many(|used, cost| cost / used < high) <= middle {
            high
        } else {
            self.mean()?
        };
        let (low, high) = (low.clamp(0.0, mean), high.clamp(0.0, mean));
        // The more a unit costs, the less is left for the standing charge.
        let least = cost / ((1.0 + tolerance) * (1.0 - ROUNDING)) - low * quantity;
        let most = cost / ((1.0 - tolerance) * (1.0 + ROUNDING)) - high * quantity;
        let is_enough =
            least <= 0.0 || self.how_many(|used, cost| cost - high * used < least) <= middle;
        let is_no_more =
            most >= 0.0 && self.how_many(|used, cost| cost - low * used <= most) > middle;
        Some(cost > 0.0 && is_enough && is_no_more)
    }

    /// Of how many bills it is so, by quantity and cost.
    fn how_many(&self, is_so: impl Fn(f64, f64) -> bool) -> u64 {
        let is_so = |(used, cost): (f64, f64)| u64::from(is_so(used, cost));
        self.from(0).map(is_so).fold(0, u64::wrapping_add)
    }

    /// Whether the median slope lies between the two prices near the one found last, for certain up to rounding.
    fn slopes_are_within(&mut self, bounds: (f64, f64)) -> bool {
        let known = self.pairs.take();
        let Pairs { all, below, above } = *self.pairs.insert(known.unwrap_or_else(|| {
            let of_bill = |(at, bill)| Pairs::of(bill, self.from(at + 1), bounds);
            self.from(0).enumerate().map(of_bill).fold(Pairs::default(), Pairs::plus)
        }));
        let middle = all / 2;
        all > 0 && below <= middle && above < all - middle
    }

    /// The median of what a unit costs on the whole.
    fn mean(&mut self) -> Option<f64> {
        self.room.clear();
        self.room.extend(self.cost.iter().zip(&self.quantity).map(|(cost, used)| cost / used));
        median(&mut self.room)
    }

    /// The standing charge at a price for each unit.
    fn standing(&mut self, each: f64) -> Option<f64> {
        self.room.clear();
        let rests = self.cost.iter().zip(&self.quantity).map(|(cost, used)| cost - each * used);
        self.room.extend(rests);
        Some(median(&mut self.room)?.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_counted_as_bills_come_and_go(
            bills in prop::collection::vec((1.0f64..5_000.0, 0.1f64..900.0), 8..40),
            most in 3usize..12,
        ) {
            let mut rolling = Bills { last: Some(0.2), ..Bills::default() };
            for (at, bill) in bills.iter().enumerate() {
                rolling.push(*bill);
                if rolling.count() > most {
                    rolling.forget_first();
                }
                let mut anew = Bills { last: Some(0.2), ..Bills::default() };
                for bill in &bills[at + 1 - rolling.count()..=at] {
                    anew.push(*bill);
                }
                let near = anew.near().expect("a price");
                prop_assert_eq!(rolling.slopes_are_within(near), anew.slopes_are_within(near));
                let counts = |bills: &Bills| bills.pairs.map(|pairs| (pairs.all, pairs.below, pairs.above));
                prop_assert_eq!(counts(&rolling), counts(&anew));
            }
        }

        #[test]
        fn what_is_plain_to_see_is_so(
            bills in prop::collection::vec((1.0f64..5_000.0, -0.4f64..0.6), 8..24),
            standing in 0.0f64..200.0,
            each in 0.01f64..2.0,
        ) {
            let cost = |(used, off): &(f64, f64)| (used * each + standing) * (1.0 + off * off * off);
            let mut before = Bills::default();
            for at in 6..bills.len() {
                before.clear();
                for bill in &bills[..at] {
                    before.push((bill.0, cost(bill)));
                }
                let (used, cost) = (bills[at].0, cost(&bills[at]));
                let plain = before.is_in_order(used, cost, 0.25);
                let tariff = before.tariff().expect("bills");
                let expected = tariff.standing + tariff.each * used;
                let in_order = expected <= 0.0 || (cost - expected).abs() <= 0.25 * expected;
                prop_assert!(in_order || !plain, "{cost} where {expected} was expected");
            }
        }
    }
}
