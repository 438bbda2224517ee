//! The bills of the history, and what a unit costs by them.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{MeterRow, ReadingRow};
use crate::analysis::bills::{Bill, SHORTEST_BILL};
use crate::consumption::{Class, Stored};
use crate::price::{BillColumns, Ground, Price};
use crate::tariffs::{self, Tariff};

/// The currencies that readings speak, in order.
pub(super) fn known_currencies(readings: &[ReadingRow]) -> Vec<[u8; 3]> {
    let mut known: Vec<[u8; 3]> = readings.iter().map(|reading| reading.currency).collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// Bills with a cost as columns.
pub(super) fn bill_columns(
    readings: &[ReadingRow],
    position: &HashMap<i64, usize>,
    groups: &[u32],
    known: &[[u8; 3]],
) -> BillColumns {
    let mut bills = BillColumns::default();
    for reading in readings {
        let (Some(cost), Some(at)) = (reading.cost, position.get(&reading.meter)) else { continue };
        if reading.stored.class != Class::Consumption || reading.estimated {
            continue;
        }
        let currency = known.binary_search(&reading.currency).unwrap_or(0);
        bills.meter.push(u32::try_from(*at).unwrap_or(u32::MAX));
        bills.group.push(groups[*at]);
        bills.end.push(reading.stored.end);
        bills.quantity.push(reading.stored.quantity);
        bills.cost.push(cost);
        bills.currency.push(u32::try_from(currency).unwrap_or(0));
    }
    bills
}

/// The live bills of each meter, by time.
pub(super) fn bills_of(
    readings: &[ReadingRow],
    position: &HashMap<i64, usize>,
    currencies: &[[u8; 3]],
    meters: usize,
) -> Vec<Vec<Bill>> {
    let mut bills: Vec<Vec<Bill>> = vec![Vec::new(); meters];
    for row in readings {
        let Stored { start, end, quantity, reading, class, .. } = row.stored;
        if class != Class::Consumption || end - start < SHORTEST_BILL {
            continue;
        }
        let currency = currencies.binary_search(&row.currency).unwrap_or(0);
        if let Some(at) = position.get(&row.meter) {
            bills[*at].push(Bill {
                reading,
                start,
                end,
                quantity,
                cost: row.cost,
                currency: u32::try_from(currency).unwrap_or(0),
                estimated: row.estimated,
            });
        }
    }
    for of_meter in &mut bills {
        of_meter.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.reading.cmp(&b.reading)));
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
