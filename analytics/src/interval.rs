//! Interval data of a meter: days put together, and what nights, weekends, holidays and closures use.
//!
//! Interval data stand beside the bills of the same meter and are never added to them: bills make the months, intervals
//! make the days.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use crate::calendar::month_of;
use crate::consumption::Use;

/// Longer periods (in days) are no interval data; a day that clocks are set back has 25 hours.
pub const LONGEST_INTERVAL: f64 = 1.05;
/// A day counts when so much of it is covered.
const COVERED: f64 = 0.9;
/// Nights, in hours of the day.
const NIGHT: (f64, f64) = (22.0, 6.0);

/// One day of a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Use of the day, for all of it.
    pub quantity: f64,
    /// The smallest use of an hour; `None` for daily data.
    pub smallest_hour: Option<f64>,
    /// Use at night; `None` for daily data.
    pub night: Option<f64>,
}

/// What the days of a month tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// Months since January of the year 0.
    pub month: i32,
    /// Days with data.
    pub days: i32,
    /// Their use.
    pub total: f64,
    /// The median over the days of their smallest hour.
    pub base_load: Option<f64>,
    /// The share of use at night.
    pub night_share: Option<f64>,
    /// Mean use of a working day.
    pub working_day: Option<f64>,
    /// Mean use of a day at the weekend.
    pub weekend_day: Option<f64>,
    /// Mean use of a public holiday.
    pub holiday_day: Option<f64>,
    /// Mean use of a day of closure.
    pub closure_day: Option<f64>,
}

/// The days of a meter, ordered; days that are not nearly covered are left out.
pub fn days(uses: &[Use]) -> Vec<Day> {
    let mut parts: BTreeMap<i32, Vec<(f64, f64, f64)>> = BTreeMap::new();
    for used in uses.iter().filter(|used| used.end - used.start <= LONGEST_INTERVAL) {
        let length = used.end - used.start;
        // An interval that ends after midnight belongs to the day of its middle.
        #[expect(clippy::cast_possible_truncation, reason = "days of the calendar fit")]
        let day = (f64::midpoint(used.start, used.end)).floor() as i32;
        parts.entry(day).or_default().push((used.start, length, used.quantity));
    }
    parts.into_iter().filter_map(|(day, parts)| of_parts(day, &parts)).collect()
}

fn of_parts(day: i32, parts: &[(f64, f64, f64)]) -> Option<Day> {
    let covered: f64 = parts.iter().map(|(_, length, _)| length).sum();
    if covered < COVERED {
        return None;
    }
    let quantity = parts.iter().map(|(.., quantity)| quantity).sum::<f64>() / covered.min(1.0);
    let is_fine = parts.iter().all(|(_, length, _)| *length < 0.5);
    let mut hours: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    let mut night = 0.0;
    for (start, length, quantity) in parts {
        let hour = f64::midpoint(*start, start + length).fract() * 24.0;
        #[expect(clippy::cast_possible_truncation, reason = "an hour of the day")]
        let entry = hours.entry(hour.floor() as i32).or_insert((0.0, 0.0));
        entry.0 += quantity;
        entry.1 += length * 24.0;
        if hour >= NIGHT.0 || hour < NIGHT.1 {
            night += quantity;
        }
    }
    let smallest =
        hours.values().map(|(quantity, length)| quantity / length).min_by(f64::total_cmp);
    Some(Day {
        day,
        quantity,
        smallest_hour: smallest.filter(|_| is_fine),
        night: is_fine.then_some(night),
    })
}

/// What a day is for those who use a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// Any other.
    Working,
    /// A Saturday or Sunday.
    Weekend,
    /// A public holiday, whatever day of the week it falls on.
    Holiday,
    /// A closure that a person has entered, whatever else it is.
    Closed,
}

/// What the days of each month tell, by the kind that each day is.
pub fn months(days: &[Day], kind: impl Fn(i32) -> DayKind) -> Vec<Month> {
    let mut by_month: BTreeMap<i32, Vec<Day>> = BTreeMap::new();
    for day in days {
        by_month.entry(month_of(f64::from(day.day))).or_default().push(*day);
    }
    by_month.into_iter().map(|(month, days)| of_month(month, &days, &kind)).collect()
}

fn of_month(month: i32, days: &[Day], kind: &impl Fn(i32) -> DayKind) -> Month {
    let total: f64 = days.iter().map(|day| day.quantity).sum();
    let kinds: Vec<(DayKind, f64)> = days.iter().map(|day| (kind(day.day), day.quantity)).collect();
    let mean = |wanted: DayKind| {
        let chosen: Vec<f64> = kinds
            .iter()
            .filter(|(kind, _)| *kind == wanted)
            .map(|(_, quantity)| *quantity)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "days of a month")]
        (!chosen.is_empty()).then(|| chosen.iter().sum::<f64>() / chosen.len() as f64)
    };
    let mut smallest: Vec<f64> = days.iter().filter_map(|day| day.smallest_hour).collect();
    smallest.sort_by(f64::total_cmp);
    let fine: Vec<(f64, f64)> =
        days.iter().filter_map(|day| Some((day.night?, day.quantity))).collect();
    let of_fine: f64 = fine.iter().map(|(_, quantity)| quantity).sum();
    let night: f64 = fine.iter().map(|(night, _)| night).sum();
    Month {
        month,
        days: i32::try_from(days.len()).unwrap_or(i32::MAX),
        total,
        base_load: smallest.get(smallest.len() / 2).copied(),
        night_share: (of_fine > 0.0).then(|| night / of_fine),
        working_day: mean(DayKind::Working),
        weekend_day: mean(DayKind::Weekend),
        holiday_day: mean(DayKind::Holiday),
        closure_day: mean(DayKind::Closed),
    }
}

/// Whether a day, counted from 1970-01-01, is a Saturday or Sunday.
pub fn is_weekend(day: i32) -> bool {
    let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(day));
    date.is_ok_and(|date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::first_day;

    /// Hours of a month: 1 at night, 3 by day, half of that at weekends.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "hours and days of one month are small whole numbers"
    )]
    fn hours(month: i32) -> Vec<Use> {
        let (from, to) = (first_day(month), first_day(month + 1));
        let count = ((to - from) * 24.0).round() as i32;
        (0..count)
            .map(|hour| {
                let start = from + f64::from(hour) / 24.0;
                let by_day = if (6..22).contains(&(hour % 24)) { 3.0 } else { 1.0 };
                let weekend = if is_weekend((start + 0.01).floor() as i32) { 0.5 } else { 1.0 };
                let quantity = by_day * weekend;
                Use { start, end: start + 1.0 / 24.0, quantity, reading: 1, earlier: None }
            })
            .collect()
    }

    #[test]
    fn an_hourly_month_tells_base_load_night_and_weekend() {
        let days = days(&hours(2026 * 12));
        assert_eq!(days.len(), 31);
        let new_year = days[0].day;
        let kind = |day: i32| match day {
            day if day == new_year => DayKind::Holiday,
            day if is_weekend(day) => DayKind::Weekend,
            _ => DayKind::Working,
        };
        let months = months(&days, kind);
        let month = months[0];
        assert_eq!((months.len(), month.days), (1, 31));
        assert!(month.base_load.is_some_and(|load| (load - 1.0).abs() < 1e-9), "{month:?}");
        assert!(month.night_share.is_some_and(|share| (share - 8.0 / 56.0).abs() < 1e-9));
        assert!(month.working_day.is_some_and(|day| (day - 56.0).abs() < 1e-9));
        assert!(month.weekend_day.is_some_and(|day| (day - 28.0).abs() < 1e-9));
        assert!(month.holiday_day.is_some_and(|day| (day - 56.0).abs() < 1e-9));
        assert_eq!(month.closure_day, None);
    }

    #[test]
    fn daily_data_tell_days_alone() {
        let uses: Vec<Use> = (0..31)
            .map(|day| {
                let start = first_day(2026 * 12) + f64::from(day);
                Use { start, end: start + 1.0, quantity: 10.0, reading: 1, earlier: None }
            })
            .collect();
        let closed = |day| if day % 7 == 0 { DayKind::Closed } else { DayKind::Working };
        let months = months(&days(&uses), closed);
        assert_eq!((months[0].base_load, months[0].night_share), (None, None));
        assert_eq!(months[0].closure_day, Some(10.0));
    }

    #[test]
    fn a_day_with_holes_is_left_out() {
        let mut uses = hours(2026 * 12);
        uses.drain(24..30);
        assert_eq!(days(&uses).len(), 30);
    }
}
