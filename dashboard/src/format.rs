//! Numbers, money and dates as people read them.
//!
//! Thousands are separated by a comma and decimals by a point, as in the rest of the English interface; a true minus
//! sign keeps columns of figures even.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use rust_decimal::{Decimal, RoundingStrategy};

const MINUS: char = '\u{2212}';
const NO_BREAK: char = '\u{a0}';

/// A measured number with about four significant digits: `12,345`, `123`, `12.3`, `1.23`, `0.0123`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let decimals = if size >= 99.95 || size == 0.0 {
        0
    } else if size >= 9.995 {
        1
    } else if size >= 0.9995 {
        2
    } else {
        // Two significant digits behind the leading zeros.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let zeros = (-size.log10()).floor().clamp(0.0, 8.0) as usize;
        zeros + 2
    };
    let text = group(&format!("{size:.decimals$}"));
    if value < 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
        format!("{MINUS}{text}")
    } else {
        text
    }
}

/// A unit as it is printed: `m3` becomes `m³`.
pub fn unit(symbol: &str) -> String {
    symbol.replace("m3", "m³")
}

/// A number and its unit, kept on one line.
pub fn quantity(value: f64, symbol: &str) -> String {
    if symbol.is_empty() {
        number(value)
    } else {
        format!("{}{NO_BREAK}{}", number(value), unit(symbol))
    }
}

/// A number with its sign, for differences.
pub fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", number(value)) } else { number(value) }
}

/// An exact number, all its digits, thousands separated.
pub fn exact(value: Decimal) -> String {
    let text = group(&value.abs().normalize().to_string());
    if value.is_sign_negative() && !value.is_zero() { format!("{MINUS}{text}") } else { text }
}

/// How far the observed lies from the expected, in per cent with its sign; nothing where nothing was expected.
pub fn deviation(observed: f64, expected: f64) -> Option<String> {
    if expected.abs() < f64::EPSILON || !expected.is_finite() || !observed.is_finite() {
        return None;
    }
    let percent = (observed - expected) / expected.abs() * 100.0;
    Some(if percent >= 1000.0 {
        format!("×{NO_BREAK}{}", number(observed / expected))
    } else if percent > 0.0 {
        format!("+{percent:.0}{NO_BREAK}%")
    } else {
        format!("{MINUS}{:.0}{NO_BREAK}%", percent.abs())
    })
}

/// Money without cents from one hundred on; the currency stands behind where it is known.
pub fn money(amount: Decimal, currency: Option<&str>) -> String {
    let places = if amount.abs() >= Decimal::ONE_HUNDRED { 0 } else { 2 };
    let text = amount_with(amount, places);
    currency.map_or_else(|| text.clone(), |code| format!("{text}{NO_BREAK}{code}"))
}

/// A price per unit, to four decimals at most.
pub fn unit_price(price: Decimal, currency: Option<&str>, symbol: &str) -> String {
    let unit = unit(symbol);
    let price = exact(price.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero));
    match currency {
        Some(code) => format!("{price}{NO_BREAK}{code} per{NO_BREAK}{unit}"),
        None => format!("{price} per{NO_BREAK}{unit}"),
    }
}

fn amount_with(amount: Decimal, places: u32) -> String {
    let rounded = amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = group(&format!("{:.*}", places as usize, rounded.abs()));
    if rounded.is_sign_negative() && !rounded.is_zero() { format!("{MINUS}{text}") } else { text }
}

/// A count with thousands separated.
pub fn count(value: i64) -> String {
    let text = group(&value.unsigned_abs().to_string());
    if value < 0 { format!("{MINUS}{text}") } else { text }
}

/// `1 alert`, `2 alerts`.
pub fn counted(value: i64, one: &str, many: &str) -> String {
    format!("{}{NO_BREAK}{}", count(value), if value == 1 { one } else { many })
}

/// A size in bytes, in binary multiples.
pub fn bytes(size: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
    let mut value = size as f64;
    for unit in ["bytes", "KiB", "MiB"] {
        if value < 1024.0 {
            return format!("{}{NO_BREAK}{unit}", number(value));
        }
        value /= 1024.0;
    }
    format!("{}{NO_BREAK}GiB", number(value))
}

/// A half-open period as people write it: `June 2026`, `Apr – Jun 2026`, `14 May – 12 Jun 2026`.
pub fn period(start: DateTime, end: DateTime) -> String {
    let whole_days = start.time() == Time::midnight() && end.time() == Time::midnight();
    if !whole_days {
        return format!("{} {} – {}", date(start.date()), clock(start), period_end(start, end));
    }
    let (first, last) = (start.date(), end.date().yesterday().unwrap_or(end.date()));
    let whole_months = first.day() == 1 && end.date().day() == 1;
    let same_year = first.year() == last.year();
    if whole_months && first.first_of_month() == last.first_of_month() {
        return first.strftime("%B %Y").to_string();
    }
    let shape = if whole_months { ("%b", "%b %Y") } else { ("%-d %b", "%-d %b %Y") };
    let start_shape = if same_year { shape.0 } else { shape.1 };
    if first == last {
        return date(first);
    }
    format!("{} – {}", first.strftime(start_shape), last.strftime(shape.1))
}

fn period_end(start: DateTime, end: DateTime) -> String {
    if start.date() == end.date() {
        clock(end)
    } else {
        format!("{} {}", date(end.date()), clock(end))
    }
}

fn clock(at: DateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// `14 Jun 2026`.
pub fn date(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// `Jun 2026`.
pub fn month(day: Date) -> String {
    day.strftime("%b %Y").to_string()
}

/// An instant in UTC, named as such.
pub fn instant(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y %H:%M UTC").to_string()
}

/// An instant for the `datetime` attribute of `time`.
pub fn machine(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How long ago, in the largest unit that says enough.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    match seconds {
        ..0 => instant(at),
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{}{NO_BREAK}min ago", seconds / 60),
        3_600..86_400 => format!("{}{NO_BREAK}h ago", seconds / 3_600),
        86_400..2_592_000 => format!("{}{NO_BREAK}d ago", seconds / 86_400),
        _ => date(at.to_zoned(TimeZone::UTC).date()),
    }
}

/// How many whole months lie between two days, the later one first.
pub fn months_between(later: Date, earlier: Date) -> i32 {
    earlier.until((Unit::Month, later)).map_or(0, |span| span.get_months())
}

fn group(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(w, r)| (w, Some(r)));
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;
    use rust_decimal::dec;

    #[test]
    fn numbers_keep_about_four_digits() {
        let read: Vec<_> = [1_234_567.8, 12_345.6, 999.96, 123.4, 12.34, 1.234, 0.0123, 0.0, -42.0]
            .into_iter()
            .map(number)
            .collect();
        assert_eq!(
            read,
            ["1,234,568", "12,346", "1,000", "123", "12.3", "1.23", "0.012", "0", "−42.0"]
        );
        assert_eq!(number(f64::NAN), "–");
    }

    #[test]
    fn money_shows_cents_only_where_they_matter() {
        assert_eq!(money(dec!(12345.67), Some("EUR")), "12,346\u{a0}EUR");
        assert_eq!(money(dec!(12.3), Some("EUR")), "12.30\u{a0}EUR");
        assert_eq!(money(dec!(-1500), None), "−1,500");
        assert_eq!(unit_price(dec!(0.284551), Some("EUR"), "kWh"), "0.2846\u{a0}EUR per\u{a0}kWh");
        assert_eq!(exact(dec!(1234567.500)), "1,234,567.5");
    }

    #[test]
    fn deviations_have_a_sign_and_become_factors_when_huge() {
        assert_eq!(deviation(150.0, 100.0).as_deref(), Some("+50\u{a0}%"));
        assert_eq!(deviation(0.0, 100.0).as_deref(), Some("−100\u{a0}%"));
        assert_eq!(deviation(100_000.0, 100.0).as_deref(), Some("×\u{a0}1,000"));
        assert_eq!(deviation(5.0, 0.0), None);
    }

    #[test]
    fn periods_are_written_with_their_last_day() {
        let at = |y, m, d| day(y, m, d).to_datetime(Time::midnight());
        assert_eq!(period(at(2026, 6, 1), at(2026, 7, 1)), "June 2026");
        assert_eq!(period(at(2026, 4, 1), at(2026, 7, 1)), "Apr – Jun 2026");
        assert_eq!(period(at(2025, 12, 1), at(2026, 2, 1)), "Dec 2025 – Jan 2026");
        assert_eq!(period(at(2026, 5, 14), at(2026, 6, 13)), "14 May – 12 Jun 2026");
        assert_eq!(period(at(2026, 5, 14), at(2026, 5, 15)), "14 May 2026");
        let hour = |h| day(2026, 5, 14).at(h, 0, 0, 0);
        assert_eq!(period(hour(3), hour(4)), "14 May 2026 03:00 – 04:00");
    }

    #[test]
    fn ages_use_the_largest_unit() {
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().expect("an instant");
        let before = |seconds| now - jiff::SignedDuration::from_secs(seconds);
        assert_eq!(ago(before(20), now), "just now");
        assert_eq!(ago(before(3 * 60), now), "3\u{a0}min ago");
        assert_eq!(ago(before(5 * 3_600), now), "5\u{a0}h ago");
        assert_eq!(ago(before(9 * 86_400), now), "9\u{a0}d ago");
        assert_eq!(ago(before(200 * 86_400), now), "27 Nov 2025");
    }

    #[test]
    fn sizes_use_binary_multiples() {
        assert_eq!(bytes(512), "512\u{a0}bytes");
        assert_eq!(bytes(1_536), "1.50\u{a0}KiB");
        assert_eq!(bytes(25 * 1024 * 1024), "25.0\u{a0}MiB");
    }
}
