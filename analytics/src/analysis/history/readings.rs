//! The live readings of all meters in one column, from which bills and consumption are made when they are asked for.

use std::io;
use std::num::NonZeroI64;

use serde::{Deserialize, Serialize};

use super::super::aside::Aside;
use super::super::bills::{Bill, SHORTEST_BILL};
use crate::consumption::{self, Class, Omission, Stored, Use};

/// A live reading and its bill, as small as it can be: there are millions.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Row {
    reading: i64,
    start: f64,
    end: f64,
    quantity: f64,
    /// `NaN` where none is stated.
    cost: f64,
    /// For what was derived, the reading at its start.
    earlier: Option<NonZeroI64>,
    meter: u32,
    currency: u16,
    class: Class,
    /// The bits below.
    marks: u8,
}

/// Readings that are put aside together.
const IN_BLOCK: usize = 8_192;

const ESTIMATED: u8 = 1;
const SECOND_HOUR: u8 = 2;

impl Row {
    /// Of the meter at a position; the currency by its position, the cost `NaN` where none is stated.
    pub(super) fn new(
        meter: u32,
        stored: Stored,
        cost: f64,
        currency: u16,
        estimated: bool,
    ) -> Self {
        let mark = |so: bool, mark: u8| if so { mark } else { 0 };
        Self {
            reading: stored.reading,
            start: stored.start,
            end: stored.end,
            quantity: stored.quantity,
            cost,
            earlier: stored.earlier.and_then(NonZeroI64::new),
            meter,
            currency,
            class: stored.class,
            marks: mark(estimated, ESTIMATED) | mark(stored.second_hour, SECOND_HOUR),
        }
    }

    fn has(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    fn stored(&self) -> Stored {
        Stored {
            reading: self.reading,
            start: self.start,
            end: self.end,
            second_hour: self.has(SECOND_HOUR),
            class: self.class,
            quantity: self.quantity,
            earlier: self.earlier.map(NonZeroI64::get),
        }
    }

    fn bill(&self) -> Option<Bill> {
        (self.class == Class::Consumption).then(|| Bill {
            reading: self.reading,
            start: self.start,
            end: self.end,
            quantity: self.quantity,
            cost: Some(self.cost).filter(|cost| !cost.is_nan()),
            currency: u32::from(self.currency),
            estimated: self.has(ESTIMATED),
        })
    }
}

/// The live readings of all meters, those of one meter together.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// By the position of the meter. One list of all would be so large that its memory is not given back to where the
    /// engine takes its own from.
    of_meters: Vec<Vec<Row>>,
    /// The currencies that they speak, in order; zeros for an unknown one.
    pub(super) currencies: Vec<[u8; 3]>,
}

impl Readings {
    fn of_meter(&self, meter: usize) -> &[Row] {
        &self.of_meters[meter]
    }

    /// The consumption of a meter, ordered by time, and the readings that were left out.
    pub(super) fn uses(
        &self,
        meter: usize,
        energy_of_power: f64,
    ) -> (Vec<Use>, Vec<(i64, Omission)>) {
        let stored: Vec<Stored> = self.of_meter(meter).iter().map(Row::stored).collect();
        consumption::of_meter(&stored, energy_of_power)
    }

    /// The interval data of a meter alone, ordered by time; empty where it has none.
    pub(super) fn intervals(&self, meter: usize, energy_of_power: f64) -> Vec<Use> {
        let fine = self.of_meter(meter).iter().map(Row::stored).filter(consumption::is_interval);
        consumption::intervals(&fine.collect::<Vec<_>>(), energy_of_power)
    }

    /// What a meter's readings charge, estimates left out: end, quantity, cost and currency.
    pub(super) fn charged(&self, meter: usize) -> impl Iterator<Item = (f64, f64, f64, u32)> {
        let bills = self.of_meter(meter).iter().filter_map(Row::bill);
        bills
            .filter(|bill| !bill.estimated)
            .filter_map(|bill| Some((bill.end, bill.quantity, bill.cost?, bill.currency)))
    }

    /// The live bills of a meter, by time.
    pub(super) fn bills(&self, meter: usize) -> Vec<Bill> {
        let bills = self.of_meter(meter).iter().filter_map(Row::bill);
        let mut bills: Vec<Bill> = bills.filter(|bill| bill.days() >= SHORTEST_BILL).collect();
        bills.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.reading.cmp(&b.reading)));
        bills
    }
}

/// Readings on their way in, which wait until they are needed.
#[derive(Debug)]
pub struct Waiting {
    rows: Aside<Row>,
    /// How many there are of each meter.
    counts: Vec<usize>,
    /// By the position that the rows name; the first is the unknown one.
    currencies: Vec<[u8; 3]>,
    /// Whether one of them speaks the currency.
    is_spoken: Vec<bool>,
}

impl Waiting {
    /// None yet, of so many meters.
    pub(super) fn of(meters: usize) -> Self {
        Self {
            rows: Aside::new(IN_BLOCK),
            counts: vec![0; meters],
            currencies: vec![[0; 3]],
            is_spoken: vec![false],
        }
    }

    /// The position of a currency, which is added where it is new.
    pub(super) fn place_of(&mut self, currency: &str) -> u16 {
        let letters = <[u8; 3]>::try_from(currency.as_bytes()).unwrap_or_default();
        let known = self.currencies.iter().position(|known| *known == letters);
        let place = known.unwrap_or_else(|| {
            self.currencies.push(letters);
            self.is_spoken.push(false);
            self.currencies.len() - 1
        });
        u16::try_from(place).unwrap_or(0)
    }

    /// Adds one.
    pub(super) fn put(&mut self, row: Row) -> io::Result<()> {
        self.counts[row.meter as usize] += 1;
        self.is_spoken[usize::from(row.currency)] = true;
        self.rows.put(row)
    }

    /// Takes them up.
    pub fn readings(&self) -> io::Result<Readings> {
        let spoken =
            self.currencies.iter().zip(&self.is_spoken).filter(|(_, is_spoken)| **is_spoken);
        let mut currencies: Vec<[u8; 3]> = spoken.map(|(currency, _)| *currency).collect();
        currencies.sort_unstable();
        let place = |currency: &[u8; 3]| currencies.binary_search(currency).unwrap_or(0);
        let places: Vec<u16> =
            self.currencies.iter().map(|known| u16::try_from(place(known)).unwrap_or(0)).collect();
        let mut of_meters: Vec<Vec<Row>> =
            self.counts.iter().map(|count| Vec::with_capacity(*count)).collect();
        for block in self.rows.blocks() {
            for mut row in block? {
                row.currency = places[usize::from(row.currency)];
                of_meters[row.meter as usize].push(row);
            }
        }
        Ok(Readings { of_meters, currencies })
    }
}
