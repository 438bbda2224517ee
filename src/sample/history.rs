//! What each meter truly used, month by month: weather, size, season, chance.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use readings::{Commodity, Unit};

use super::calendar::{MONTHS, days, years};
use super::estate::{Meter, Region};

/// Below this mean temperature buildings are heated, above the other they are cooled; in degrees Celsius.
const HEATING_BELOW: f64 = 15.5;
const COOLING_ABOVE: f64 = 20.0;
/// How much dearer each year is than the first.
const PRICE_LEVEL: [f64; 3] = [1.0, 1.04, 1.07];

/// The months of all meters, in the order of the estate; quantities in kWh or cubic metres.
#[derive(Debug, Clone)]
pub struct History {
    months: Vec<Vec<Month>>,
}

/// One month of one meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// What the sender reports; empty where it reports nothing.
    pub reported: Option<f64>,
    /// What the bill is made out for.
    pub billed: f64,
}

impl History {
    /// Three years without any problem.
    pub fn new(meters: &[Meter], seed: u64) -> Self {
        let months = meters.iter().enumerate().map(|(index, meter)| {
            let weather = temperatures(meter.sender.region, seed);
            let mut chance = stream(seed, 1_000 + index as u64);
            let drift = 0.015 * normal(&mut chance);
            let month = |month: usize| {
                let trend = 1.0 + drift * years(month);
                let noise =
                    1.0 + spread(meter.supply.commodity) * normal(&mut chance).clamp(-2.5, 2.5);
                let used = meter.site.size * usual(meter, month, weather[month]) * trend * noise;
                Month { reported: Some(used), billed: used }
            };
            (0..MONTHS).map(month).collect()
        });
        Self { months: months.collect() }
    }

    /// One month of one meter.
    pub fn month(&self, meter: usize, month: usize) -> Month {
        self.months[meter][month]
    }

    /// Changes what is reported and billed.
    pub fn month_mut(&mut self, meter: usize, month: usize) -> &mut Month {
        &mut self.months[meter][month]
    }

    /// How many readings there are.
    pub fn readings(&self) -> usize {
        self.months.iter().flatten().filter(|month| month.reported.is_some()).count()
    }
}

/// What a meter's bill of a month amounts to, in the sender's currency, for a quantity in kWh or cubic metres.
pub fn cost(meter: &Meter, month: usize, quantity: f64) -> f64 {
    round(quantity * meter.supply.price * PRICE_LEVEL[month / 12] + meter.sender.standing_charge, 2)
}

/// A quantity in the unit in which the sender reports it, and to how many places.
pub fn in_reported_unit(meter: &Meter, quantity: f64) -> (f64, u8) {
    let (one, places) = match meter.supply.unit {
        Unit::MegawattHour => (1000.0, 3),
        Unit::Gigajoule => (1000.0 / 3.6, 2),
        Unit::Therm => (29.307_107, 1),
        Unit::Kilogallon => (3.785_411_784, 2),
        Unit::Litre => (0.001, 0),
        Unit::KilowattHour => (1.0, 0),
        _ => (1.0, 1),
    };
    (round(quantity / one, places), places)
}

/// Rounds to so many decimal places.
pub fn round(value: f64, places: u8) -> f64 {
    let scale = 10f64.powi(i32::from(places));
    (value * scale).round() / scale
}

/// A generator of its own for each purpose, so that a change of one leaves the others as they are.
pub fn stream(seed: u64, purpose: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(purpose);
    generator
}

/// The mean temperature of each month at a region; all its sites share it.
pub fn temperatures(region: Region, seed: u64) -> Vec<f64> {
    let mut chance = stream(seed, region.number);
    let month =
        |month: usize| f64::from(region.temperature[month % 12]) + 1.2 * normal(&mut chance);
    (0..MONTHS).map(month).collect()
}

/// What a site of size 1 uses in a month of this temperature.
fn usual(meter: &Meter, month: usize, temperature: f64) -> f64 {
    let share = days(month) / 30.4;
    let usual = meter.supply.usual * share;
    let summer = f64::from(u8::from((5..8).contains(&(month % 12))));
    match meter.supply.commodity {
        // A boiler that only heats: next to nothing in summer.
        Commodity::Gas | Commodity::Heat => {
            usual * (0.012 + degrees_below(temperature, HEATING_BELOW) / 7.0)
        }
        Commodity::Water => usual * (1.0 + 0.12 * summer),
        _ => {
            let dark = 0.05 * (std::f64::consts::TAU * years(month)).cos();
            usual * (1.0 + dark + 0.035 * degrees_below(COOLING_ABOVE, temperature))
        }
    }
}

/// By how many degrees the days of a month are below a limit, on average.
///
/// Days differ from the mean of their month, so a month that is mild on average still has cold days: the corner is
/// rounded, by about the usual difference of days.
fn degrees_below(mean: f64, limit: f64) -> f64 {
    const DAYS_DIFFER_BY: f64 = 2.0;
    DAYS_DIFFER_BY * ((limit - mean) / DAYS_DIFFER_BY).exp().ln_1p()
}

const fn spread(commodity: Commodity) -> f64 {
    match commodity {
        Commodity::Water => 0.05,
        Commodity::Gas | Commodity::Heat => 0.045,
        _ => 0.03,
    }
}

/// A standard normal number, by Box and Muller.
fn normal(chance: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (chance.random(), chance.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
