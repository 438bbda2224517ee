//! What is stored, as the columns of the engine.

mod load;
mod priced;
mod public_holidays;
mod readings;

use std::ops::Range;
use std::sync::Arc;

use ::readings::{MeterId, Unit};
use jiff::civil::Date;
use polars::prelude::PolarsError;
use rayon::prelude::*;
use rust_decimal::prelude::ToPrimitive;

pub use self::load::{Loaded, MeterRow, Since, load};
use self::priced::{bill_columns, set_prices};
use self::public_holidays::PublicHolidays;
pub use self::readings::{Readings, Waiting};
use super::bills::Bill;
use super::explained::{self, Explained};
use super::settings::Settings;
use crate::calendar::{MonthColumns, UseColumns, calendarise, first_day};
use crate::consumption::{Omission, Use};
use crate::engine::{Cadence, Meter, Panel};
use crate::parameters::Utility;
use crate::parameters::analysis::COVERAGE;
use crate::price::{OwnPrices, Price};
use crate::weather::Weather;

/// Meters whose readings are brought into months at once.
const AT_ONCE: usize = 2_000;

/// The history of all meters, ready to be judged.
#[derive(Debug, Clone)]
pub struct History {
    /// All meters, in the order of the panel.
    pub meters: Vec<MeterRow>,
    /// The columns of the engine.
    pub panel: Panel,
    /// The month of slot 0, counted from January of the year 0.
    pub first_month: i32,
    /// What a unit costs, per meter.
    pub prices: Vec<Option<Price>>,
    /// The currencies to which prices point; `None` for an unknown one.
    pub currencies: Vec<Option<String>>,
    /// Readings that are no part of the history.
    pub omitted: Vec<(MeterId, i64, Omission)>,
    /// What people know, and what it did to the panel.
    pub explained: Explained,
    readings: Readings,
    since: Arc<Since>,
    public_holidays: PublicHolidays,
}

impl History {
    /// The same with the readings that it had.
    #[must_use]
    pub fn with(&self, readings: Readings) -> Self {
        Self { readings, ..self.clone() }
    }

    /// Forgets the readings: the months are made of them, and only alerts ask for them again.
    pub fn forget_readings(&mut self) {
        self.readings = Readings::default();
    }

    /// Forgets what only the engine looks at.
    pub fn keep_results(&mut self) {
        for meter in &mut self.panel.meters {
            (meter.stated, meter.days) = (Vec::new(), Vec::new());
        }
    }

    /// The consumption of a meter, by time.
    pub fn uses(&self, meter: usize) -> Vec<Use> {
        self.readings.uses(meter, energy_of_power(&self.meters[meter].unit)).0
    }

    /// The interval data of a meter, which are not summed with its bills.
    pub fn intervals(&self, meter: usize) -> Vec<Use> {
        self.readings.intervals(meter, energy_of_power(&self.meters[meter].unit))
    }

    /// The live bills of a meter, by time, those that are left out of its consumption included.
    pub fn bills(&self, meter: usize) -> Vec<Bill> {
        self.readings.bills(meter)
    }

    /// Whether a day is a public holiday where the meter is.
    pub fn is_holiday(&self, meter: usize, day: Date) -> bool {
        self.public_holidays.has(&self.meters[meter], day)
    }

    /// The first day of a slot.
    pub fn start_of(&self, slot: usize) -> Date {
        date_of(self.month_of(slot))
    }

    /// The month of a slot.
    pub fn month_of(&self, slot: usize) -> i32 {
        self.first_month.saturating_add(i32::try_from(slot).unwrap_or(i32::MAX))
    }

    /// The readings behind a slot of a meter.
    pub fn readings_of(&self, meter: usize, slot: usize) -> Vec<i64> {
        let (from, to) = (first_day(self.month_of(slot)), first_day(self.month_of(slot) + 1));
        let mut readings: Vec<i64> = self
            .uses(meter)
            .iter()
            .filter(|used| used.start < to && used.end > from)
            .flat_map(|used| [Some(used.reading), used.earlier])
            .flatten()
            .collect();
        readings.sort_unstable();
        readings.dedup();
        readings
    }

    /// Since when the other meters of a meter's site have readings, in days.
    pub fn others_since(&self, meter: &MeterRow) -> Option<f64> {
        let of_site = self.since.get(&meter.site_id)?;
        of_site.iter().find(|(_, other)| *other != meter.id).map(|(day, _)| *day)
    }

    /// What the bills charge for the slots from the first to the last; `None` where they do not cover nearly all of
    /// it, or one of them states no amount.
    pub fn billed(&self, meter: usize, first: usize, last: usize) -> Option<f64> {
        let (from, to) = (first_day(self.month_of(first)), first_day(self.month_of(last) + 1));
        let (mut covered, mut charged) = (0.0, 0.0);
        let bills = self.bills(meter);
        for used in self.uses(meter).iter().filter(|used| used.start < to && used.end > from) {
            let bill = bills.iter().find(|bill| bill.reading == used.reading)?;
            let days = used.end.min(to) - used.start.max(from);
            covered += days;
            charged += bill.cost? * days / bill.days();
        }
        (covered >= COVERAGE * (to - from)).then_some(charged)
    }
}

fn date_of(month: i32) -> Date {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(i16::MAX);
    let in_year = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    Date::new(year, in_year, 1).unwrap_or(Date::MAX)
}

/// Builds the history from the meters and their readings; months that begin after `today` are left out.
pub fn assemble(
    loaded: Loaded,
    readings: Readings,
    settings: &Settings,
    weather: &Weather,
    today: Date,
) -> Result<History, PolarsError> {
    let Loaded { meters, since, one_currency, unknown, .. } = loaded;
    let groups = groups(&meters);
    let mut own = OwnPrices::default();
    let fallen = |(meter, reading)| (meter, reading, Omission::RegisterFell);
    let mut omitted: Vec<(MeterId, i64, Omission)> = unknown.into_iter().map(fallen).collect();
    let mut months = Vec::new();
    for first in (0..meters.len()).step_by(AT_ONCE) {
        let some = first..(first + AT_ONCE).min(meters.len());
        own.add(&bill_columns(&readings, some.clone(), &groups));
        let (columns, left_out) = uses_of(&readings, some, &meters);
        months.push(calendarise(&columns)?);
        omitted.extend(left_out);
    }
    let mut prices = own.of_meters(&groups, one_currency)?;
    let mut currencies: Vec<Option<String>> = readings
        .currencies
        .iter()
        .map(|letters| {
            std::str::from_utf8(letters).ok().filter(|code| *code != "\0\0\0").map(str::to_owned)
        })
        .collect();
    set_prices(&mut prices, &mut currencies, &meters, &settings.tariffs, today);
    let this_month = i32::from(today.year()) * 12 + i32::from(today.month()) - 1;
    let (mut panel, first_month) = panel(&meters, &groups, &months, this_month);
    drop(months);
    warm(&mut panel, &meters, first_month, weather);
    let explained = explained::apply(&mut panel, &meters, first_month, settings.events.clone());
    let intervals = meters
        .iter()
        .enumerate()
        .map(|(at, meter)| readings.intervals(at, energy_of_power(&meter.unit)));
    let public_holidays = PublicHolidays::of(&meters, intervals);
    Ok(History {
        meters,
        panel,
        first_month,
        prices,
        currencies,
        omitted,
        explained,
        readings,
        since,
        public_holidays,
    })
}

/// The consumption of some meters as columns, and their readings that are no part of it.
fn uses_of(
    readings: &Readings,
    some: Range<usize>,
    meters: &[MeterRow],
) -> (UseColumns, Vec<(MeterId, i64, Omission)>) {
    let first = some.start;
    let of_meter = |at: usize| readings.uses(at, energy_of_power(&meters[at].unit));
    let found: Vec<_> = some.into_par_iter().map(of_meter).collect();
    let mut columns = UseColumns::default();
    let mut omitted = Vec::new();
    for (at, (uses, left_out)) in (first..).zip(found) {
        omitted.extend(left_out.into_iter().map(|(reading, why)| (meters[at].id, reading, why)));
        for used in uses {
            columns.meter.push(u32::try_from(at).unwrap_or(u32::MAX));
            columns.start.push(used.start);
            columns.end.push(used.end);
            columns.quantity.push(used.quantity);
        }
    }
    (columns, omitted)
}

/// Gives each meter the outdoor temperature of its site, where a station is known.
fn warm(panel: &mut Panel, meters: &[MeterRow], first_month: i32, weather: &Weather) {
    for (column, row) in panel.meters.iter_mut().zip(meters) {
        let of_slots = (first_month..).take(panel.slots);
        let temperature: Vec<f64> =
            of_slots.map(|month| weather.at(row.site_id, month).unwrap_or(f64::NAN)).collect();
        if temperature.iter().any(|degrees| degrees.is_finite()) {
            column.temperature = temperature;
        }
    }
}

/// The group of each meter: the same commodity in the same unit.
fn groups(meters: &[MeterRow]) -> Vec<u32> {
    let mut names: Vec<(&str, &str)> =
        meters.iter().map(|meter| (meter.commodity.as_str(), meter.unit.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    meters
        .iter()
        .map(|meter| {
            let name = (meter.commodity.as_str(), meter.unit.as_str());
            names.binary_search(&name).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
        })
        .collect()
}

/// One kilowatt-hour in a unit of energy; 1 for other units, for which power is not taken.
fn energy_of_power(unit: &str) -> f64 {
    unit.parse::<Unit>()
        .ok()
        .and_then(|unit| Unit::KilowattHour.convert(rust_decimal::Decimal::ONE, unit))
        .and_then(|factor| factor.to_f64())
        .unwrap_or(1.0)
}

/// The panel and the month of its first slot.
fn panel(
    meters: &[MeterRow],
    groups: &[u32],
    months: &[MonthColumns],
    this_month: i32,
) -> (Panel, i32) {
    let all = || months.iter().flat_map(|some| &some.month);
    let present = || all().copied().filter(|month| *month <= this_month);
    let first = present().min().unwrap_or(this_month);
    let last = present().max().unwrap_or(first);
    let slots = usize::try_from(last - first + 1).unwrap_or(0);
    let lengths: Vec<f64> =
        (first..=last).map(|month| first_day(month + 1) - first_day(month)).collect();
    let mut panel = Panel {
        cadence: Cadence::Monthly,
        first_season: usize::try_from(first.rem_euclid(12)).unwrap_or(0),
        slots,
        groups: groups.iter().max().map_or(0, |group| *group as usize + 1),
        meters: meters
            .iter()
            .zip(groups)
            .map(|(meter, group)| Meter {
                name: meter.name.clone(),
                group: *group as usize,
                utility: Utility::of(&meter.commodity),
                unit_stated: true,
                stated: vec![f64::NAN; slots],
                quantity: vec![f64::NAN; slots],
                days: lengths.clone(),
                temperature: Vec::new(),
                trust: Vec::new(),
            })
            .collect(),
    };
    for some in months {
        for row in 0..some.meter.len() {
            let Ok(slot) = usize::try_from(some.month[row] - first) else { continue };
            let meter = &mut panel.meters[some.meter[row] as usize];
            if slot < slots && some.covered[row] >= COVERAGE * lengths[slot] {
                meter.quantity[slot] = some.quantity[row];
                meter.stated[slot] = some.stated[row];
                meter.days[slot] = some.covered[row].min(lengths[slot]);
            }
        }
    }
    (panel, first)
}

#[cfg(test)]
mod tests {
    use super::readings::Row;
    use super::*;
    use crate::consumption::{Class, Stored};
    use ::readings::SiteId;
    use jiff::civil::date;

    fn assembled(readings: &[(f64, f64, f64)], today: Date) -> History {
        let mut loaded = Loaded {
            meters: vec![MeterRow {
                id: MeterId::new(7),
                site_id: SiteId::new(1),
                site: "Town hall".to_owned(),
                name: "Main".to_owned(),
                commodity: "electricity".to_owned(),
                unit: "MWh".to_owned(),
                confirmed: true,
                closed_on: None,
                country: None,
            }],
            readings: Waiting::of(1),
            since: Arc::default(),
            one_currency: true,
            unknown: Vec::new(),
        };
        for ((start, end, quantity), reading) in readings.iter().zip(1..) {
            let stored = Stored {
                reading,
                start: *start,
                end: *end,
                second_hour: false,
                class: Class::Consumption,
                quantity: *quantity,
                earlier: None,
            };
            loaded.readings.put(Row::new(0, stored, f64::NAN, 0, false)).expect("put aside");
        }
        let readings = loaded.readings.readings().expect("readings");
        assemble(loaded, readings, &nothing_set(), &Weather::default(), today).expect("a history")
    }

    fn nothing_set() -> Settings {
        Settings {
            budget: 0.25,
            verdicts: std::collections::BTreeMap::new(),
            events: Vec::new(),
            tariffs: Vec::new(),
        }
    }

    #[test]
    fn a_month_that_is_not_covered_is_not_judged() {
        let (january, february) = (first_day(24_312), first_day(24_313));
        let readings = [(january, february, 31.0), (february, february + 14.0, 14.0)];
        let history = assembled(&readings, date(2026, 6, 1));
        assert_eq!(history.start_of(0), date(2026, 1, 1));
        assert_eq!(history.panel.slots, 2);
        assert!((history.panel.meters[0].quantity[0] - 31.0).abs() < 1e-9);
        assert!(history.panel.meters[0].quantity[1].is_nan());
        assert_eq!(history.readings_of(0, 1), [2]);
    }

    #[test]
    fn a_month_that_has_not_come_is_left_out() {
        let (january, february) = (first_day(24_312), first_day(24_313));
        let readings = [(january, february, 31.0), (february, first_day(24_314), 28.0)];
        let history = assembled(&readings, date(2026, 1, 31));
        assert_eq!(history.panel.slots, 1);
    }

    #[test]
    fn power_becomes_the_meters_unit() {
        assert!((energy_of_power("MWh") - 0.001).abs() < 1e-12);
        assert!((energy_of_power("kWh") - 1.0).abs() < 1e-12);
    }
}
