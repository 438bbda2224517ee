//! Serial day numbers of spreadsheets into the calendar.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// 1 is 1 January 1900, and 60 is a 29 February that never was.
    Y1900,
    /// 0 is 1 January 1904.
    Y1904,
}

const MILLISECONDS_A_DAY: f64 = 86_400_000.0;
const LAST_SERIAL: f64 = 2_958_466.0;

/// The instant of the calendar a serial number stands for.
///
/// A time of day alone (a serial below 1) is on the day before the first: 31 December 1899, or 1 January 1904.
/// Rounded to the second where the number is within 50 ms of one, because writers cut serial numbers after six
/// decimals. `None` for a number that is no day: negative, after 9999, or the 29 February 1900.
pub fn date_time(serial: f64, epoch: Epoch) -> Option<DateTime> {
    if !(0.0..LAST_SERIAL).contains(&serial) {
        return None;
    }
    let first = match epoch {
        Epoch::Y1904 => Date::constant(1904, 1, 1),
        Epoch::Y1900 if serial < 60.0 => Date::constant(1899, 12, 31),
        Epoch::Y1900 if serial < 61.0 => return None,
        Epoch::Y1900 => Date::constant(1899, 12, 30),
    };
    #[expect(clippy::cast_possible_truncation, reason = "checked above: fewer than 3 million days")]
    let milliseconds = (serial * MILLISECONDS_A_DAY).round() as i64;
    let off = milliseconds.rem_euclid(1000);
    let milliseconds = match off {
        0..=50 => milliseconds - off,
        950.. => milliseconds + 1000 - off,
        _ => milliseconds,
    };
    let days = milliseconds.div_euclid(86_400_000);
    let rest = SignedDuration::from_millis(milliseconds.rem_euclid(86_400_000));
    let day = first.checked_add(Span::new().try_days(days).ok()?).ok()?;
    day.to_datetime(Time::midnight()).checked_add(rest).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with an option")]
    fn at(text: &str) -> Option<DateTime> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn both_epochs_agree_with_the_spreadsheet() {
        assert_eq!(date_time(44_197.0, Epoch::Y1900), at("2021-01-01T00:00:00"));
        assert_eq!(date_time(42_735.0, Epoch::Y1904), at("2021-01-01T00:00:00"));
        assert_eq!(date_time(1.0, Epoch::Y1900), at("1900-01-01T00:00:00"));
        assert_eq!(date_time(59.0, Epoch::Y1900), at("1900-02-28T00:00:00"));
        assert_eq!(date_time(61.0, Epoch::Y1900), at("1900-03-01T00:00:00"));
        assert_eq!(date_time(2_958_465.0, Epoch::Y1900), at("9999-12-31T00:00:00"));
    }

    #[test]
    fn what_is_no_day_is_none() {
        for serial in [-1.0, 60.5, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(date_time(serial, Epoch::Y1900), None, "{serial}");
        }
    }

    #[test]
    fn a_serial_cut_after_six_decimals_is_still_the_full_hour() {
        assert_eq!(date_time(45_292.041_667, Epoch::Y1900), at("2024-01-01T01:00:00"));
        assert_eq!(date_time(45_291.999_999_9, Epoch::Y1900), at("2024-01-01T00:00:00"));
        assert_eq!(
            date_time(45_292.5 + 0.25 / 86_400.0, Epoch::Y1900),
            at("2024-01-01T12:00:00.25")
        );
    }
}
