//! Which of several statements about one meter and period counts.
//!
//! Pure: the same statements give the same answer in whatever order they arrived.
//! The newest statement of a quantity counts; a statement that repeats it later makes it newer. Among statements of
//! that quantity the newest that names a cost counts, so a bill is not forgotten because a later table has no costs.

use jiff::Timestamp;
use readings::{Currency, Money, ReadingKind};
use rust_decimal::Decimal;

/// Numbers that agree to this many digits are the same number: what is left is the noise of binary floating point.
const SIGNIFICANT_DIGITS: u32 = 12;

/// When something was said, in an order without ties: by date, then by the digest of the file.
pub type Rank = (Timestamp, [u8; 32]);

/// What a file says about one meter and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Consumption, estimate, register or power.
    pub kind: ReadingKind,
    /// In the canonical unit.
    pub canonical: Decimal,
    /// What was charged, where the file says so.
    pub cost: Option<Money>,
}

/// What becomes of a new statement beside the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is stored for this meter and period yet.
    Accept,
    /// It says what is stored, or less.
    Duplicate,
    /// It says something else, or more.
    Supersede,
}

/// A stored statement with its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// What it says.
    pub statement: Statement,
    /// When the quantity was last said, by its own file or by one that confirms it.
    pub quantity_stated: Rank,
    /// When the cost was last said.
    pub cost_stated: Option<Rank>,
    /// Whether it counts at present.
    pub live: bool,
}

/// What to do with a new statement beside all that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Store it as a row of its own.
    Insert,
    /// Note that it confirms the revision with this index.
    Confirm(usize),
}

impl Statement {
    /// Whether both state the same quantity of the same kind.
    pub fn same_quantity(&self, other: &Self) -> bool {
        self.kind == other.kind && smoothed(self.canonical) == smoothed(other.canonical)
    }

    /// Whether `other` says all that this one says.
    pub fn is_covered_by(&self, other: &Self) -> bool {
        self.same_quantity(other) && cost_is_covered(self.cost, other.cost)
    }

    /// Whether the two cannot both be true.
    pub fn contradicts(&self, other: &Self) -> bool {
        !self.same_quantity(other)
            || self.cost.is_some()
                && other.cost.is_some()
                && !cost_is_covered(self.cost, other.cost)
                && !cost_is_covered(other.cost, self.cost)
    }
}

impl Revision {
    /// A statement that was made once.
    pub fn new(statement: Statement, stated: Rank, live: bool) -> Self {
        let cost_stated = statement.cost.map(|_| stated);
        Self { statement, quantity_stated: stated, cost_stated, live }
    }

    /// Takes note of a later or earlier statement of the same.
    pub fn confirm(&mut self, stated: Rank, states_cost: bool) {
        self.quantity_stated = self.quantity_stated.max(stated);
        if states_cost && self.statement.cost.is_some() {
            self.cost_stated = self.cost_stated.max(Some(stated));
        }
    }
}

/// What becomes of a statement that is newer than the live one.
pub fn decide(live: Option<&Statement>, new: &Statement) -> Decision {
    match live {
        None => Decision::Accept,
        Some(live) if new.is_covered_by(live) => Decision::Duplicate,
        Some(_) => Decision::Supersede,
    }
}

/// The index of the revision that counts; `None` when there is none.
pub fn settle(revisions: &[Revision]) -> Option<usize> {
    let newest = revisions.iter().max_by_key(|revision| revision.quantity_stated)?;
    let same: Vec<usize> = (0..revisions.len())
        .filter(|index| revisions[*index].statement.same_quantity(&newest.statement))
        .collect();
    let costed = same.iter().copied().max_by_key(|index| revisions[*index].cost_stated)?;
    let Some(cost) = revisions[costed].statement.cost else {
        return same.into_iter().max_by_key(|index| revisions[*index].quantity_stated);
    };
    // The same amount with its currency says more than without.
    same.into_iter()
        .filter(|index| {
            revisions[*index].statement.cost.is_some_and(|other| other.amount == cost.amount)
        })
        .max_by_key(|index| {
            let revision = &revisions[*index];
            let has_currency = revision.statement.cost.and_then(|cost| cost.currency).is_some();
            (has_currency, revision.cost_stated)
        })
}

/// Whether a new statement needs a row: it does unless a stored one covers it and the new one need not take its place.
pub fn place(revisions: &[Revision], new: &Revision) -> Placement {
    let covering = |live: bool| {
        (0..revisions.len())
            .filter(move |index| revisions[*index].live == live)
            .find(|index| new.statement.is_covered_by(&revisions[*index].statement))
    };
    if let Some(index) = covering(true) {
        return Placement::Confirm(index);
    }
    let Some(index) = covering(false) else { return Placement::Insert };
    let mut with: Vec<Revision> = revisions.to_vec();
    with.push(*new);
    if settle(&with) == Some(revisions.len()) {
        Placement::Insert
    } else {
        Placement::Confirm(index)
    }
}

fn smoothed(number: Decimal) -> Decimal {
    number.round_sf(SIGNIFICANT_DIGITS).unwrap_or(number).normalize()
}

fn cost_is_covered(cost: Option<Money>, by: Option<Money>) -> bool {
    match (cost, by) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(cost), Some(by)) => {
            cost.amount == by.amount && currency_is_covered(cost.currency, by.currency)
        }
    }
}

fn currency_is_covered(currency: Option<Currency>, by: Option<Currency>) -> bool {
    currency.is_none() || currency == by
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::dec;

    use super::*;

    fn statement(canonical: Decimal, cost: Option<Decimal>) -> Statement {
        let cost = cost.map(|amount| Money { amount, currency: None });
        Statement { kind: ReadingKind::Consumption, canonical, cost }
    }

    fn rank(second: i64) -> Rank {
        (Timestamp::from_second(second).expect("in range"), [0; 32])
    }

    #[test]
    fn equal_is_a_duplicate_and_changed_supersedes() {
        let live = statement(dec!(1000), Some(dec!(5)));
        let cases = [
            (None, statement(dec!(1), None), Decision::Accept),
            (Some(&live), statement(dec!(1000.0), Some(dec!(5.00))), Decision::Duplicate),
            (Some(&live), statement(dec!(1000), None), Decision::Duplicate),
            (Some(&live), statement(dec!(1000.0000000001), None), Decision::Duplicate),
            (Some(&live), statement(dec!(1000), Some(dec!(6))), Decision::Supersede),
            (Some(&live), statement(dec!(1001), Some(dec!(5))), Decision::Supersede),
        ];
        for (live, new, wanted) in cases {
            assert_eq!(decide(live, &new), wanted, "{new:?}");
        }
        let bare = statement(dec!(1000), None);
        assert_eq!(decide(Some(&bare), &live), Decision::Supersede, "a cost is something new");
        let estimated = Statement { kind: ReadingKind::Estimated, ..live };
        assert_eq!(decide(Some(&estimated), &live), Decision::Supersede, "measured is more");
    }

    #[test]
    fn a_value_that_comes_back_later_counts_again() {
        let mut first = Revision::new(statement(dec!(100), None), rank(1), false);
        let second = Revision::new(statement(dec!(120), None), rank(2), true);
        assert_eq!(settle(&[first, second]), Some(1));
        first.confirm(rank(3), false);
        assert_eq!(settle(&[first, second]), Some(0));
    }

    #[test]
    fn a_cost_is_not_forgotten_for_a_later_table_without() {
        let bill = Revision::new(statement(dec!(100), Some(dec!(7))), rank(1), true);
        let table = Revision::new(statement(dec!(100), None), rank(2), false);
        assert_eq!(settle(&[bill, table]), Some(0));
        assert_eq!(settle(&[table, bill]), Some(1));
        assert_eq!(place(&[bill], &table), Placement::Confirm(0));
        assert_eq!(place(&[table], &bill), Placement::Insert);
    }

    fn arrive(order: &[(Statement, Rank)]) -> Statement {
        let mut stored: Vec<Revision> = Vec::new();
        for (statement, rank) in order {
            let new = Revision::new(*statement, *rank, false);
            match place(&stored, &new) {
                Placement::Insert => stored.push(new),
                Placement::Confirm(index) => stored[index].confirm(*rank, statement.cost.is_some()),
            }
            let live = settle(&stored);
            for (index, revision) in stored.iter_mut().enumerate() {
                revision.live = live == Some(index);
            }
        }
        stored.iter().find(|revision| revision.live).expect("one counts").statement
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            order in proptest::collection::vec((0i64..4, proptest::option::of(0i64..3)), 1..7)
                .prop_map(|facts| facts.into_iter().enumerate().collect::<Vec<_>>())
                .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
        ) {
            let said = |facts: &[(usize, (i64, Option<i64>))]| facts.iter().map(|(at, (quantity, cost))| {
                let at = i64::try_from(*at).expect("few");
                (statement(Decimal::from(*quantity), cost.map(Decimal::from)), rank(at))
            }).collect::<Vec<_>>();
            prop_assert_eq!(arrive(&said(&order.0)), arrive(&said(&order.1)));
        }
    }
}
