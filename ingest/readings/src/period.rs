//! The time a reading covers.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// A half-open span of local time at the site: the start belongs to it, the end does not.
///
/// Bills state local dates, so local time is what is stored; the site owns the time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    start: DateTime,
    end: DateTime,
}

/// The end is not after the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period that starts on {start} cannot end on {end}")]
pub struct EmptyPeriod {
    start: DateTime,
    end: DateTime,
}

impl Period {
    /// The span from `start` up to, and without, `end`.
    pub fn new(start: DateTime, end: DateTime) -> Result<Self, EmptyPeriod> {
        if start < end { Ok(Self { start, end }) } else { Err(EmptyPeriod { start, end }) }
    }

    /// The days from `first` to `last`, both included, as people write them.
    pub fn days_included(first: Date, last: Date) -> Result<Self, EmptyPeriod> {
        let start = first.to_datetime(Time::midnight());
        let end = last.tomorrow().unwrap_or(last).to_datetime(Time::midnight());
        Self::new(start, end)
    }

    /// A calendar month; `None` for a month or year that does not exist.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        Self::days_included(first, first.last_of_month()).ok()
    }

    /// A calendar year; `None` for a year beyond the calendar.
    pub fn year(year: i16) -> Option<Self> {
        let first = Date::new(year, 1, 1).ok()?;
        Self::days_included(first, first.last_of_year()).ok()
    }

    /// When it starts; included.
    pub const fn start(self) -> DateTime {
        self.start
    }

    /// When it ends; not included.
    pub const fn end(self) -> DateTime {
        self.end
    }

    /// Whether both ends are at midnight, so that the period is a number of days.
    pub fn is_whole_days(self) -> bool {
        self.start.time() == Time::midnight() && self.end.time() == Time::midnight()
    }

    /// The last day that belongs to it.
    pub fn last_day(self) -> Date {
        if self.end.time() == Time::midnight() {
            self.end.date().yesterday().unwrap_or(self.end.date())
        } else {
            self.end.date()
        }
    }

    /// The length in days of 24 hours.
    pub fn days(self) -> f64 {
        days_between(self.start, self.end)
    }

    /// Whether some instant belongs to both.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The calendar month that holds the middle of the period, as its first day.
    pub fn month_of_middle(self) -> Date {
        let hours = self.days() * 12.0;
        #[expect(clippy::cast_possible_truncation, reason = "hours of a period are far below 2^63")]
        let middle = self.start.saturating_add((hours as i64).hours());
        middle.date().first_of_month()
    }
}

/// The time from one local instant to another, in days of 24 hours; negative where `to` is before `from`.
pub fn days_between(from: DateTime, to: DateTime) -> f64 {
    const DAY: f64 = 86_400.0;
    to.duration_since(from).as_secs_f64() / DAY
}

impl fmt::Display for Period {
    /// As people write it: the last day is included; periods shorter than a day show both times.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole_days() {
            write!(f, "{} to {}", self.start.date(), self.last_day())
        } else {
            write!(f, "{} to {}", self.start, self.end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_holds_its_last_day_and_not_the_next() {
        let february = Period::month(2024, 2).expect("a real month");
        assert_eq!(february.to_string(), "2024-02-01 to 2024-02-29");
        assert_eq!(february.end().date(), date(2024, 3, 1));
        assert!((february.days() - 29.0).abs() < 1e-9);
        assert_eq!(february.month_of_middle(), date(2024, 2, 1));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let january = Period::month(2024, 1).expect("a real month");
        let february = Period::month(2024, 2).expect("a real month");
        assert!(!january.overlaps(february));
        assert!(january.overlaps(Period::year(2024).expect("a real year")));
    }

    #[test]
    fn an_end_before_the_start_is_refused() {
        assert!(Period::days_included(date(2024, 3, 2), date(2024, 3, 1)).is_err());
        assert!(Period::month(2024, 13).is_none());
    }
}
