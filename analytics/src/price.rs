//! What a unit of use costs: the median of cost over quantity of a meter's own recent bills.

use polars::prelude::*;

use crate::engine::statistics::median;
use crate::parameters::price::{FEWEST_BILLS, RECENT_BILLS};

/// Bills with a cost as columns.
#[derive(Debug, Clone, Default)]
pub struct BillColumns {
    /// The position of the meter.
    pub meter: Vec<u32>,
    /// The position of the meter's group: the same commodity in the same unit.
    pub group: Vec<u32>,
    /// When the period ended, in days.
    pub end: Vec<f64>,
    /// In the canonical unit.
    pub quantity: Vec<f64>,
    /// What was charged.
    pub cost: Vec<f64>,
    /// The position of the currency in a list of them; the last stands for an unknown one.
    pub currency: Vec<u32>,
}

/// A price per canonical unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Money per unit.
    pub amount: f64,
    /// The position of the currency.
    pub currency: u32,
    /// Where it comes from.
    pub ground: Ground,
}

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The meter's own bills.
    OwnBills,
    /// The bills of the other meters of the commodity.
    Borrowed,
    /// A person set it.
    Tariff,
}

/// What the meters' own bills say, found for some meters after the others.
#[derive(Debug, Clone, Default)]
pub struct OwnPrices {
    meter: Vec<u32>,
    group: Vec<u32>,
    price: Vec<f64>,
    currency: Vec<u32>,
}

impl OwnPrices {
    /// Adds what the bills of some meters say, each with all of its bills one after the other.
    pub fn add(&mut self, bills: &BillColumns) {
        let mut from = 0;
        for of_meter in bills.meter.chunk_by(PartialEq::eq) {
            let rows = from..from + of_meter.len();
            from = rows.end;
            let mut priced: Vec<(f64, f64, u32)> = rows
                .clone()
                .filter(|row| bills.cost[*row] > 0.0 && bills.quantity[*row] > 0.0)
                .map(|row| {
                    (bills.end[row], bills.cost[row] / bills.quantity[row], bills.currency[row])
                })
                .collect();
            priced.sort_by(|a, b| a.0.total_cmp(&b.0));
            let recent = &priced[priced.len().saturating_sub(RECENT_BILLS)..];
            let is_enough = priced.len() >= FEWEST_BILLS;
            let price = median(recent.iter().map(|(_, price, _)| *price));
            if let (true, Some(price), Some((.., currency))) = (is_enough, price, recent.last()) {
                self.meter.push(bills.meter[rows.start]);
                self.group.push(bills.group[rows.start]);
                self.price.push(price);
                self.currency.push(*currency);
            }
        }
    }

    /// The price of every meter; `None` where neither its own nor its group's bills say one.
    ///
    /// A meter without bills of its own takes the price of its group only where all bills of the organisation speak
    /// `one_currency`: where there are several, nothing says in which of them this meter is billed.
    pub fn of_meters(
        &self,
        groups: &[u32],
        one_currency: bool,
    ) -> PolarsResult<Vec<Option<Price>>> {
        let mut prices = vec![None; groups.len()];
        if self.meter.is_empty() {
            return Ok(prices);
        }
        let of_groups = df![
            "meter" => &self.meter,
            "group" => &self.group,
            "price" => &self.price,
            "currency" => &self.currency,
        ]?
        .lazy()
        // A sum over currencies would be nonsense: each currency of a group has its own price.
        .group_by([col("group"), col("currency")])
        .agg([col("price").median(), col("meter").count().cast(DataType::UInt32).alias("meters")])
        .sort(["group", "meters", "currency"], SortMultipleOptions::default())
        .collect()?;
        let of_groups = Rows::of(&of_groups, "group")?;
        for (meter, group) in groups.iter().enumerate().filter(|_| one_currency) {
            // Sorted by number of meters: the last of a group is the most usual currency.
            let found = of_groups.find_last(*group);
            prices[meter] = found.map(|(amount, currency)| Price {
                amount,
                currency,
                ground: Ground::Borrowed,
            });
        }
        for ((meter, amount), currency) in self.meter.iter().zip(&self.price).zip(&self.currency) {
            if let Some(price) = prices.get_mut(*meter as usize) {
                *price =
                    Some(Price { amount: *amount, currency: *currency, ground: Ground::OwnBills });
            }
        }
        Ok(prices)
    }
}

/// Rows of a key, a price and a currency.
struct Rows(Vec<(u32, f64, u32)>);

impl Rows {
    fn of(frame: &DataFrame, key: &str) -> PolarsResult<Self> {
        let keys = frame.column(key)?.u32()?.clone();
        let prices = frame.column("price")?.f64()?.clone();
        let currencies = frame.column("currency")?.u32()?.clone();
        Ok(Self(
            keys.into_no_null_iter()
                .zip(prices.into_no_null_iter())
                .zip(currencies.into_no_null_iter())
                .map(|((key, price), currency)| (key, price, currency))
                .collect(),
        ))
    }

    fn find_last(&self, key: u32) -> Option<(f64, u32)> {
        let after = self.0.partition_point(|row| row.0 <= key);
        let row = self.0[..after].last().filter(|row| row.0 == key)?;
        Some((row.1, row.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_meters(
        bills: &BillColumns,
        groups: &[u32],
        one_currency: bool,
    ) -> PolarsResult<Vec<Option<Price>>> {
        let mut own = OwnPrices::default();
        own.add(bills);
        own.of_meters(groups, one_currency)
    }

    #[test]
    fn own_bills_come_first_then_those_of_the_commodity() {
        let bills = BillColumns {
            meter: vec![0, 0, 0, 1, 1, 1],
            group: vec![0; 6],
            end: vec![31.0, 59.0, 90.0, 31.0, 59.0, 90.0],
            quantity: vec![100.0, 100.0, 100.0, 10.0, 10.0, 0.0],
            cost: vec![20.0, 22.0, 900.0, 4.0, 4.0, 4.0],
            currency: vec![0; 6],
        };
        let prices = of_meters(&bills, &[0, 0, 0, 1], true).expect("prices");
        let amounts: Vec<Option<(f64, bool)>> = prices
            .iter()
            .map(|price| price.map(|price| (price.amount, price.ground == Ground::OwnBills)))
            .collect();
        assert_eq!(amounts[0], Some((0.22, true)), "one absurd bill does not move the median");
        assert_eq!(amounts[1], Some((0.4, true)));
        assert!(amounts[2].is_some_and(|(amount, own)| (amount - 0.31).abs() < 1e-9 && !own));
        assert_eq!(amounts[3], None);
    }

    #[test]
    fn no_price_is_borrowed_where_bills_speak_several_currencies() {
        let bills = BillColumns {
            meter: vec![0, 0, 1, 1],
            group: vec![0; 4],
            end: vec![31.0, 59.0, 31.0, 59.0],
            quantity: vec![100.0; 4],
            cost: vec![20.0, 20.0, 90.0, 90.0],
            currency: vec![0, 0, 1, 1],
        };
        let prices = of_meters(&bills, &[0, 0, 0], false).expect("prices");
        assert!(
            prices[0].is_some_and(|price| price.ground == Ground::OwnBills && price.currency == 0)
        );
        assert!(
            prices[1].is_some_and(|price| price.ground == Ground::OwnBills && price.currency == 1)
        );
        assert_eq!(prices[2], None);
    }
}
