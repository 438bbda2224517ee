//! What an alert costs, and on what ground that stands.
//!
//! Where more was used than expected, the excess times a valid price is money that is spent. Where the reading itself
//! is wrong, that product means nothing: nothing was used. Then only what was charged counts, as far as the bills say
//! it; else there is no cost until the reading is corrected.

use alerts::Family;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::numbers::readable;
use crate::parameters::money::IN_ORDER;
use crate::price::{Ground, Price};

/// Where a cost comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Excess times the price on the meter's own bills.
    OwnBills,
    /// Excess times the price on the bills of other meters of the commodity.
    Borrowed,
    /// Excess times a price that a person set.
    Tariff,
    /// The amounts on the bills themselves.
    Billed,
    /// There is none.
    None,
}

impl Basis {
    /// The code as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnBills => "own_bills",
            Self::Borrowed => "borrowed",
            Self::Tariff => "tariff",
            Self::Billed => "billed",
            Self::None => "none",
        }
    }

    const fn of(price: Price) -> Self {
        match price.ground {
            Ground::OwnBills => Self::OwnBills,
            Ground::Borrowed => Self::Borrowed,
            Ground::Tariff => Self::Tariff,
        }
    }
}

/// The money of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// What a unit costs.
    pub unit_price: Option<Decimal>,
    /// The cost; below zero where less was used.
    pub cost: Option<Decimal>,
    /// The cost from the upper end of the expected interval.
    pub lower: Option<Decimal>,
    /// The cost from its lower end.
    pub upper: Option<Decimal>,
    /// The currency of these, where known.
    pub currency: Option<String>,
    /// Where the cost comes from.
    pub basis: Basis,
    /// What is to be said besides the figure; empty where the figure says it.
    pub note: String,
}

impl Money {
    /// No price is known.
    pub const fn unknown() -> Self {
        Self {
            unit_price: None,
            cost: None,
            lower: None,
            upper: None,
            currency: None,
            basis: Basis::None,
            note: String::new(),
        }
    }

    /// An amount that bills state, without a range.
    pub fn billed(amount: f64, currency: Option<String>, note: String) -> Self {
        let cost = cents(amount);
        Self {
            cost,
            lower: cost,
            upper: cost,
            currency,
            basis: Basis::Billed,
            note,
            ..Self::unknown()
        }
    }
}

/// What was used and what was expected, over all periods of an alert.
#[derive(Debug, Clone, Copy)]
pub struct Quantities {
    /// What came.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// The ends of the 95 % interval.
    pub interval: (f64, f64),
}

/// The money of an alert of a family; `billed` is what the bills of its periods charge, where all of them say it.
pub fn of(
    family: Family,
    used: Quantities,
    price: Option<Price>,
    billed: Option<f64>,
    currency: Option<&str>,
) -> Money {
    let Some(price) = price else { return without_price(family) };
    let unit_price = Decimal::from_f64(price.amount).and_then(|amount| amount.round_sf(6));
    let priced = Money { unit_price, currency: currency.map(str::to_owned), ..Money::unknown() };
    let in_money =
        |quantity: f64| format!("{}{}", readable(quantity * price.amount, 3), spaced(currency));
    if !family.is_wrong_reading() {
        let excess = |expected: f64| cents((used.observed - expected) * price.amount);
        return Money {
            cost: excess(used.expected),
            lower: excess(used.interval.1),
            upper: excess(used.interval.0),
            basis: Basis::of(price),
            ..priced
        };
    }
    let due = used.expected * price.amount;
    match billed {
        Some(billed) if billed > due * (1.0 + IN_ORDER) => {
            let from = |expected: f64| cents(billed - expected * price.amount);
            Money {
                cost: from(used.expected),
                lower: from(used.interval.1),
                upper: from(used.interval.0),
                basis: Basis::Billed,
                note: format!(
                    "The cost is what the bills charge beyond the expected use, which would be about {}: to be claimed \
                     back, once the reading is found to be wrong.",
                    in_money(used.expected)
                ),
                ..priced
            }
        }
        Some(billed) if billed < due * (1.0 - IN_ORDER) => Money {
            note: format!(
                "No cost: the bills charge less than the expected use would cost, about {}. Expect a correction.",
                in_money(used.expected)
            ),
            ..priced
        },
        Some(_) => Money {
            note:
                "No cost: what the bills charge fits the expected use; the reading alone is wrong."
                    .to_owned(),
            ..priced
        },
        None => Money {
            note: "No cost until the reading is corrected: what came was hardly used.".to_owned(),
            ..priced
        },
    }
}

fn without_price(family: Family) -> Money {
    let note = if family.is_wrong_reading() {
        "No cost until the reading is corrected: what came was hardly used.".to_owned()
    } else {
        String::new()
    };
    Money { note, ..Money::unknown() }
}

fn spaced(currency: Option<&str>) -> String {
    currency.map_or_else(String::new, |currency| format!(" {currency}"))
}

/// To the cent.
pub fn cents(amount: f64) -> Option<Decimal> {
    Decimal::from_f64(amount).map(|amount| amount.round_dp(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    const PRICE: Price = Price { amount: 0.2, currency: 0, ground: Ground::OwnBills };
    const THOUSANDFOLD: Quantities =
        Quantities { observed: 12_300_000.0, expected: 12_300.0, interval: (11_400.0, 13_200.0) };

    fn money(family: Family, used: Quantities, billed: Option<f64>) -> Money {
        of(family, used, Some(PRICE), billed, Some("EUR"))
    }

    #[test]
    fn a_rise_costs_its_excess_with_a_range() {
        let used = Quantities { observed: 19_800.0, ..THOUSANDFOLD };
        let money = money(Family::Rise, used, None);
        assert_eq!(
            (money.lower, money.cost, money.upper),
            (Some(dec!(1320.00)), Some(dec!(1500.00)), Some(dec!(1680.00)))
        );
        assert_eq!(money.basis, Basis::OwnBills);
    }

    #[test]
    fn a_unit_error_costs_nothing_until_it_is_corrected() {
        let unknown = money(Family::Factor, THOUSANDFOLD, None);
        assert_eq!((unknown.cost, unknown.basis), (None, Basis::None));
        assert!(
            unknown.note.starts_with("No cost until the reading is corrected"),
            "{}",
            unknown.note
        );
        let in_order = money(Family::Factor, THOUSANDFOLD, Some(2_500.0));
        assert_eq!(in_order.cost, None);
        assert!(in_order.note.contains("fits the expected use"), "{}", in_order.note);
    }

    #[test]
    fn a_wrong_bill_costs_what_it_charges_too_much() {
        let money = money(Family::Factor, THOUSANDFOLD, Some(5_000.0));
        assert_eq!((money.cost, money.basis), (Some(dec!(2540.00)), Basis::Billed));
        assert!(money.note.contains("2,460 EUR"), "{}", money.note);
    }

    #[test]
    fn a_zero_is_no_saving() {
        let used = Quantities { observed: 0.0, ..THOUSANDFOLD };
        let money = money(Family::Zero, used, Some(31.4));
        assert_eq!(money.cost, None);
        assert!(money.note.contains("Expect a correction"), "{}", money.note);
    }
}
