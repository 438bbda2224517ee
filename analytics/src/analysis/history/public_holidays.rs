//! The public holidays of the countries and years from which there are interval data.

use std::collections::{BTreeSet, HashMap};

use alerts::Holidays;
use jiff::civil::Date;

use super::MeterRow;
use crate::analysis::bills;
use crate::consumption::Use;

/// The days, by the code of the country.
#[derive(Debug, Clone, Default)]
pub(super) struct PublicHolidays(HashMap<String, BTreeSet<Date>>);

impl PublicHolidays {
    /// Those of all meters with interval data.
    pub(super) fn of(meters: &[MeterRow], intervals: impl Iterator<Item = Vec<Use>>) -> Self {
        let calendar = Holidays::shipped();
        let mut years: HashMap<&str, BTreeSet<i16>> = HashMap::new();
        for (meter, uses) in meters.iter().zip(intervals) {
            let (Some(country), Some(first), Some(last)) =
                (&meter.country, uses.first(), uses.last())
            else {
                continue;
            };
            let year = |day: f64| bills::date(day).map(Date::year);
            if let (Some(first), Some(last)) = (year(first.start), year(last.end)) {
                years.entry(country).or_default().extend(first..=last);
            }
        }
        let days = |(country, years): (&str, BTreeSet<i16>)| {
            let all =
                years.into_iter().flat_map(|year| calendar.of_year(country, year).into_keys());
            (country.to_owned(), all.collect())
        };
        Self(years.into_iter().map(days).collect())
    }

    /// Whether a day is one where the meter is.
    pub(super) fn has(&self, meter: &MeterRow, day: Date) -> bool {
        let days = meter.country.as_ref().and_then(|code| self.0.get(code));
        days.is_some_and(|days| days.contains(&day))
    }
}
