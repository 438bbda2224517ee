//! Seconds since 1970 into the local time of the place, by the rules of the feed.
//!
//! The rules are those of the standard (ESPI, `LocalTimeParameters`): 32 bits with the second, the hour, the day of
//! the week (1 is Monday), the day of the month, an operator and the month. Both changes are stated in the wall time
//! that holds before them.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, Timestamp, tz::TimeZone};

use super::feed::LocalTimeCodes;

/// The local time of an instant; `None` outside of the calendar.
pub fn of(epoch: i64, codes: &LocalTimeCodes) -> Option<DateTime> {
    let utc = TimeZone::UTC.to_datetime(Timestamp::from_second(epoch).ok()?);
    let standard = later(utc, codes.offset)?;
    let is_summer = match (codes.summer_start, codes.summer_end) {
        (Some(start), Some(end)) if codes.summer_offset != 0 => {
            match (change(start, standard.year()), change(end, standard.year())) {
                (Some(start), Some(end)) => {
                    let end = later(end, codes.summer_offset.checked_neg()?)?;
                    if start < end {
                        (start..end).contains(&standard)
                    } else {
                        !(end..start).contains(&standard)
                    }
                }
                _ => false,
            }
        }
        _ => false,
    };
    if is_summer { later(standard, codes.summer_offset) } else { Some(standard) }
}

/// So many seconds later.
pub fn later(at: DateTime, seconds: i64) -> Option<DateTime> {
    at.checked_add(Span::new().try_seconds(seconds).ok()?).ok()
}

/// When the clocks change in a year by a rule; `None` where the rule states no day.
fn change(rule: u32, year: i16) -> Option<DateTime> {
    let bits = |from: u32, length: u32| i8::try_from(rule >> from & ((1 << length) - 1)).ok();
    let second = i64::from(rule & 0xFFF);
    let (hour, weekday) = (bits(12, 5)?, bits(17, 3)?);
    let (day, operator, month) = (bits(20, 5)?, bits(25, 3)?, bits(28, 4)?);
    let first = Date::new(year, month, 1).ok()?;
    let weekday = Weekday::from_monday_one_offset(weekday).ok();
    let date = match operator {
        0 => Date::new(year, month, day).ok()?,
        1 => {
            let from = Date::new(year, month, day).ok()?;
            let wait = weekday?.since(from.weekday());
            from.checked_add(Span::new().days(wait)).ok()?
        }
        2..=6 => first.nth_weekday_of_month(operator - 1, weekday?).ok()?,
        _ => first.nth_weekday_of_month(-1, weekday?).ok()?,
    };
    later(date.at(hour, 0, 0, 0), second)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// California as the sample of the standard states it.
    const CALIFORNIA: LocalTimeCodes = LocalTimeCodes {
        offset: -28_800,
        summer_offset: 3600,
        summer_start: Some(0x360E_2000),
        summer_end: Some(0xB40E_2000),
    };

    fn local(utc: &str, codes: &LocalTimeCodes) -> String {
        of(utc.parse::<Timestamp>().unwrap().as_second(), codes).unwrap().to_string()
    }

    #[test]
    fn the_second_sunday_of_march_and_the_first_of_november() {
        for (utc, expected) in [
            ("2011-01-01T08:00:00Z", "2011-01-01T00:00:00"),
            ("2011-03-13T09:59:59Z", "2011-03-13T01:59:59"),
            ("2011-03-13T10:00:00Z", "2011-03-13T03:00:00"),
            ("2011-11-06T08:30:00Z", "2011-11-06T01:30:00"),
            ("2011-11-06T09:00:00Z", "2011-11-06T01:00:00"),
        ] {
            assert_eq!(local(utc, &CALIFORNIA), expected, "{utc}");
        }
    }

    #[test]
    fn the_last_sunday_and_the_southern_summer() {
        // Last Sunday of March and October at 2 and 3 o'clock; operator 7.
        let berlin = LocalTimeCodes {
            offset: 3600,
            summer_offset: 3600,
            summer_start: Some(3 << 28 | 7 << 25 | 7 << 17 | 2 << 12),
            summer_end: Some(10 << 28 | 7 << 25 | 7 << 17 | 3 << 12),
        };
        assert_eq!(local("2024-03-31T01:00:00Z", &berlin), "2024-03-31T03:00:00");
        assert_eq!(local("2024-10-27T01:00:00Z", &berlin), "2024-10-27T02:00:00");
        let sydney = LocalTimeCodes {
            offset: 36_000,
            summer_offset: 3600,
            summer_start: Some(10 << 28 | 2 << 25 | 7 << 17 | 2 << 12),
            summer_end: Some(4 << 28 | 2 << 25 | 7 << 17 | 3 << 12),
        };
        assert_eq!(local("2024-01-01T00:00:00Z", &sydney), "2024-01-01T11:00:00");
        assert_eq!(local("2024-07-01T00:00:00Z", &sydney), "2024-07-01T10:00:00");
    }

    #[test]
    fn a_rule_of_ones_is_no_rule() {
        let none = LocalTimeCodes {
            summer_start: Some(u32::MAX),
            summer_end: Some(u32::MAX),
            ..CALIFORNIA
        };
        assert_eq!(local("2011-07-01T08:00:00Z", &none), "2011-07-01T00:00:00");
    }
}
