//! The bills of the history, and what a unit costs by them.

use std::ops::Range;

use jiff::civil::Date;

use super::{MeterRow, Readings};
use crate::price::{BillColumns, Ground, Price};
use crate::tariffs::{self, Tariff};

/// What the bills of some meters charge, as columns.
pub(super) fn bill_columns(
    readings: &Readings,
    meters: Range<usize>,
    groups: &[u32],
) -> BillColumns {
    let mut bills = BillColumns::default();
    for meter in meters {
        for (end, quantity, cost, currency) in readings.charged(meter) {
            bills.meter.push(u32::try_from(meter).unwrap_or(u32::MAX));
            bills.group.push(groups[meter]);
            bills.end.push(end);
            bills.quantity.push(quantity);
            bills.cost.push(cost);
            bills.currency.push(currency);
        }
    }
    bills
}

/// Puts the prices that people set in their place: that of a meter before its own bills, the others after them and
/// before what is borrowed from other meters.
pub(super) fn set_prices(
    prices: &mut [Option<Price>],
    currencies: &mut Vec<Option<String>>,
    meters: &[MeterRow],
    tariffs: &[Tariff],
    today: Date,
) {
    for (price, row) in prices.iter_mut().zip(meters) {
        let whom = (row.id, row.site_id, row.commodity.as_str());
        let Some(tariff) = tariffs::valid(tariffs, whom, today) else { continue };
        let own = price.is_some_and(|price| price.ground == Ground::OwnBills);
        if own && tariff.meter_id.is_none() {
            continue;
        }
        let Some(amount) = tariff.in_unit(&row.unit) else { continue };
        let known = currencies.iter().position(|known| known.as_ref() == Some(&tariff.currency));
        let currency = known.unwrap_or_else(|| {
            currencies.push(Some(tariff.currency.clone()));
            currencies.len() - 1
        });
        let currency = u32::try_from(currency).unwrap_or(0);
        *price = Some(Price { amount, currency, ground: Ground::Tariff });
    }
}
