//! Dates written as text: whether the day or the month comes first is proven, never assumed.

mod hours;
mod inside;
mod named;
mod spans;
mod week;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use readings::profile::DateOrder;

use super::text::smooth;

pub use hours::hour_number;
pub use inside::{days_inside, month_and_year_inside, months_from_to, read_range};
pub use spans::span_written_out;
pub use week::week;

use named::named_month;

/// What a text says as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateText {
    /// One day, or an instant.
    At(DateTime),
    /// One day, and a proof of the order.
    Proves(DateTime, DateOrder),
    /// Two days are possible: with the day first, with the month first.
    Either(DateTime, DateTime),
    /// A month; the year may be missing.
    Month(Option<i16>, i8),
    /// Several months of one year, such as a quarter, from the first to the last; the year may be missing.
    Months(Option<i16>, i8, i8),
    /// A year.
    Year(i16),
    /// A time of day without a date, in seconds since midnight.
    Clock(i32),
    /// Something else.
    Not,
}

/// Reads a text as a date, a month, a year or a time of day.
pub fn read(text: &str) -> DateText {
    // Most dates of files that programs write.
    if let Some(day) = iso_day(text) {
        return DateText::At(day);
    }
    let text = smooth(text);
    if text.len() > 240 || text.is_empty() || text.chars().count() > 60 {
        return DateText::Not;
    }
    // `w/c 01/01/2024`: the week that begins then.
    let text = text.strip_prefix("w/c ").or(text.strip_prefix("W/C ")).unwrap_or(&text);
    // Names have no digits, and most texts are names.
    let has_digit = !text.is_ascii() || text.bytes().any(|byte| byte.is_ascii_digit());
    let said = if has_digit { numeric(text) } else { None };
    said.or_else(|| named_month(text)).unwrap_or(DateText::Not)
}

/// `2024-01-31`
fn iso_day(text: &str) -> Option<DateTime> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let is_digit = |at: &usize| bytes[*at].is_ascii_digit();
    let all = [0, 1, 2, 3, 5, 6, 8, 9].iter().all(is_digit);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if all && is_year(year) { at(year, month, day, None) } else { None }
}

/// The instant with this order; `None` for what is no day or stays ambiguous.
pub fn read_with(text: &str, order: Option<DateOrder>) -> Option<DateTime> {
    resolve(read(text), order)
}

/// The instant with this order; `None` for what is no day or stays ambiguous.
pub fn resolve(date: DateText, order: Option<DateOrder>) -> Option<DateTime> {
    match (date, order) {
        (DateText::At(at) | DateText::Proves(at, _), _)
        | (DateText::Either(at, _), Some(DateOrder::DayFirst))
        | (DateText::Either(_, at), Some(DateOrder::MonthFirst)) => Some(at),
        (DateText::Either(day_first, month_first), None) if day_first == month_first => {
            Some(day_first)
        }
        _ => None,
    }
}

/// A plausible year for readings.
pub const fn is_year(number: i16) -> bool {
    1970 <= number && number <= 2099
}

/// The two digits of a year as people mean them today.
const fn full_year(two: i16) -> i16 {
    if two >= 70 { 1900 + two } else { 2000 + two }
}

/// Evidence for the order of day and month, gathered over a column or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderEvidence {
    day_first: usize,
    month_first: usize,
}

impl OrderEvidence {
    /// Takes one text into account.
    pub fn see(&mut self, date: DateText) {
        match date {
            DateText::Proves(_, DateOrder::DayFirst) => self.day_first += 1,
            DateText::Proves(_, DateOrder::MonthFirst) => self.month_first += 1,
            _ => {}
        }
    }

    /// Takes both ends of a span into account: an order in which it ends before it starts is not the one that is meant.
    pub fn see_range(&mut self, start: DateText, end: DateText) {
        self.see(start);
        self.see(end);
        let reversed = |order: DateOrder| {
            let ends = resolve(start, Some(order)).zip(resolve(end, Some(order)));
            ends.is_some_and(|(start, end)| end < start)
        };
        match (reversed(DateOrder::DayFirst), reversed(DateOrder::MonthFirst)) {
            (false, true) => self.day_first += 1,
            (true, false) => self.month_first += 1,
            _ => {}
        }
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            day_first: self.day_first + other.day_first,
            month_first: self.month_first + other.month_first,
        }
    }

    /// The order where all evidence agrees.
    pub const fn order(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (0, 0) => None,
            (_, 0) => Some(DateOrder::DayFirst),
            (0, _) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

fn numeric(text: &str) -> Option<DateText> {
    let digits: String = text
        .chars()
        .map(|c| super::text::digit_value(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c))
        .collect();
    // `2023M01`, as statistical offices write months.
    if let Some((year, month)) = digits.split_once(['M', 'm'])
        && year.len() == 4
        && month.len() == 2
    {
        return month_of(year.parse().ok()?, month.parse().ok()?);
    }
    let (date, clock) = split_clock(&digits)?;
    if date.is_empty() {
        return clock.map(|clock| DateText::Clock(clock.seconds));
    }
    let parts: Vec<&str> = date.split(['/', '.', '-']).collect();
    if !parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let dotted = date.contains('.');
    let number = |part: &str| part.parse::<i16>().ok();
    match parts.as_slice() {
        [whole] if clock.is_none() => compact(whole),
        [whole] => match compact(whole)? {
            DateText::At(day) => Some(DateText::At(clock?.on(day.date())?)),
            _ => None,
        },
        [year, month] if year.len() == 4 && month.len() <= 2 => {
            month_of(number(year)?, number(month)?)
        }
        [month, year] if year.len() == 4 && month.len() <= 2 && clock.is_none() => {
            month_of(number(year)?, number(month)?)
        }
        [year, month, day] if year.len() == 4 => {
            at(number(year)?, number(month)?, number(day)?, clock).map(DateText::At)
        }
        [first, second, year]
            if matches!(year.len(), 2 | 4) && first.len() <= 2 && second.len() <= 2 =>
        {
            let year = if year.len() == 2 { full_year(number(year)?) } else { number(year)? };
            either(number(first)?, number(second)?, year, clock, dotted)
        }
        _ => None,
    }
}

fn month_of(year: i16, month: i16) -> Option<DateText> {
    let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    is_year(year).then_some(DateText::Month(Some(year), month))
}

/// `2024`, `202401`, `20240131`.
fn compact(text: &str) -> Option<DateText> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    match text.len() {
        4 => part(0..4).filter(|year| is_year(*year)).map(DateText::Year),
        6 => month_of(part(0..4)?, part(4..6)?),
        8 if is_year(part(0..4)?) => {
            at(part(0..4)?, part(4..6)?, part(6..8)?, None).map(DateText::At)
        }
        _ => None,
    }
}

fn either(
    first: i16,
    second: i16,
    year: i16,
    clock: Option<Clock>,
    dotted: bool,
) -> Option<DateText> {
    if !is_year(year) {
        return None;
    }
    let day_first = at(year, second, first, clock);
    let month_first = if dotted { None } else { at(year, first, second, clock) };
    match (day_first, month_first) {
        // 05/05 is the same day either way and proves nothing; a dotted date is day first wherever dots are used.
        (Some(day), Some(month)) if day == month => Some(DateText::At(day)),
        (Some(day), Some(month)) => Some(DateText::Either(day, month)),
        (Some(day), None) if dotted => Some(DateText::At(day)),
        (Some(day), None) => Some(DateText::Proves(day, DateOrder::DayFirst)),
        (None, Some(month)) => Some(DateText::Proves(month, DateOrder::MonthFirst)),
        (None, None) => None,
    }
}

fn at(year: i16, month: i16, day: i16, clock: Option<Clock>) -> Option<DateTime> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    match clock {
        Some(clock) => clock.on(date),
        None => Some(date.to_datetime(Time::midnight())),
    }
}

#[derive(Clone, Copy)]
struct Clock {
    seconds: i32,
}

impl Clock {
    /// `24:00` is midnight of the next day.
    fn on(self, date: Date) -> Option<DateTime> {
        date.to_datetime(Time::midnight()).checked_add(i64::from(self.seconds).seconds()).ok()
    }
}

/// Parts the day from the time of day; the time zone is dropped, for local time is what is stored.
fn split_clock(text: &str) -> Option<(&str, Option<Clock>)> {
    let Some(colon) = text.find(':') else { return Some((text.trim_end_matches('.'), None)) };
    let before = text[..colon].char_indices().rev().find(|(_, c)| !c.is_ascii_digit());
    let start = before.map_or(0, |(at, c)| at + c.len_utf8());
    let date = text[..start].trim_end_matches(['T', 't', ' ', ',']).trim();
    let clock = text[start..].trim();
    let (clock, half) = match clock.to_ascii_lowercase() {
        lower if lower.ends_with("am") || lower.ends_with("a.m.") => (lower, Some(0)),
        lower if lower.ends_with("pm") || lower.ends_with("p.m.") => (lower, Some(12)),
        lower => (lower, None),
    };
    let clock = clock.trim_end_matches(|c: char| c.is_alphabetic() || c == '.' || c == ' ');
    let clock = match clock.find(['+', '-', 'z']) {
        Some(zone) => &clock[..zone],
        None => clock,
    };
    let mut fields = clock.trim().split(':');
    let hour: i32 = fields.next()?.parse().ok()?;
    let minute: i32 = fields.next()?.parse().ok()?;
    let second: i32 = match fields.next() {
        Some(text) => text.split(['.', ',']).next()?.parse().ok()?,
        None => 0,
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    if !(0..=24).contains(&hour) || !(0..60).contains(&minute) || !(0..60).contains(&second) {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    let valid = fields.next().is_none() && seconds <= 86_400;
    valid.then_some((date, Some(Clock { seconds })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn day(year: i16, month: i8, day: i8) -> DateTime {
        date(year, month, day).to_datetime(Time::midnight())
    }

    #[test]
    fn dates_of_many_places() {
        use DateOrder::{DayFirst, MonthFirst};
        for (text, want) in [
            ("01/04/2024", DateText::Either(day(2024, 4, 1), day(2024, 1, 4))),
            ("31/05/2023", DateText::Proves(day(2023, 5, 31), DayFirst)),
            ("12/31/10", DateText::Proves(day(2010, 12, 31), MonthFirst)),
            ("05/05/2023", DateText::At(day(2023, 5, 5))),
            ("1.2.2023", DateText::At(day(2023, 2, 1))),
            ("2017-09-13", DateText::At(day(2017, 9, 13))),
            ("2012/01/03", DateText::At(day(2012, 1, 3))),
            ("20240131", DateText::At(day(2024, 1, 31))),
            ("2012-01", DateText::Month(Some(2012), 1)),
            ("01/2023", DateText::Month(Some(2023), 1)),
            ("Jan-16", DateText::Month(Some(2016), 1)),
            ("Mar 2021", DateText::Month(Some(2021), 3)),
            ("Sept", DateText::Month(None, 9)),
            ("JANEIRO", DateText::Month(None, 1)),
            ("janvier 2024", DateText::Month(Some(2024), 1)),
            ("November 07 2022", DateText::At(day(2022, 11, 7))),
            ("7 de marzo de 2023", DateText::At(day(2023, 3, 7))),
            ("2019", DateText::Year(2019)),
            ("Q1 2024", DateText::Months(Some(2024), 1, 3)),
            ("1. Quartal 2023", DateText::Months(Some(2023), 1, 3)),
            ("Quartal 2", DateText::Months(None, 4, 6)),
            ("T3 2023", DateText::Months(Some(2023), 7, 9)),
            ("1er trimestre", DateText::Months(None, 1, 3)),
            ("2º trim. 2023", DateText::Months(Some(2023), 4, 6)),
            ("IV квартал 2023", DateText::Months(Some(2023), 10, 12)),
            ("III kwartał", DateText::Months(None, 7, 9)),
            ("1e kwartaal 2023", DateText::Months(Some(2023), 1, 3)),
            ("2. Halbjahr 2023", DateText::Months(Some(2023), 7, 12)),
            ("S1 2023", DateText::Months(Some(2023), 1, 6)),
            ("T1", DateText::Not),
            ("H2 2023", DateText::Months(Some(2023), 7, 12)),
            ("2023 1H", DateText::Months(Some(2023), 1, 6)),
            ("H1", DateText::Not),
            ("w/c 31/05/2023", DateText::Proves(day(2023, 5, 31), DayFirst)),
            ("Jan/Feb 2023", DateText::Months(Some(2023), 1, 2)),
            ("January - March", DateText::Months(None, 1, 3)),
            ("Oct to Dec 2022", DateText::Months(Some(2022), 10, 12)),
            ("Dec/Jan 2023", DateText::Not),
            ("Jan Feb", DateText::Not),
            ("00:30", DateText::Clock(1800)),
            ("12:30 AM", DateText::Clock(1800)),
            (
                "01/04/2024 00:30:00",
                DateText::Either(
                    date(2024, 4, 1).at(0, 30, 0, 0),
                    date(2024, 1, 4).at(0, 30, 0, 0),
                ),
            ),
            ("2024-04-01T00:30:00+02:00", DateText::At(date(2024, 4, 1).at(0, 30, 0, 0))),
            ("31.12.2023 24:00", DateText::At(day(2024, 1, 1))),
            ("Novimebre", DateText::Not),
            ("13-3400", DateText::Not),
            ("Building 7", DateText::Not),
            ("May Street", DateText::Not),
            ("12.5", DateText::Not),
            ("32/13/2024", DateText::Not),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }

    #[test]
    fn months_and_days_inside_sentences() {
        for (text, month) in [
            ("Bill for the month of January 2023", Some((2023, 1))),
            ("Consumo de agua correspondiente a marzo de 2022", Some((2022, 3))),
            ("Показания счетчиков за Ноябрь 2021 года", Some((2021, 11))),
            ("We may read it in 2023", None),
            ("January 2023 to March 2023", None),
            ("January", None),
        ] {
            assert_eq!(month_and_year_inside(text), month, "{text}");
        }
        assert_eq!(
            days_inside("Abrechnung vom 01.02.2024 bis 29.02.2024"),
            [day(2024, 2, 1), day(2024, 2, 29)]
        );
        assert_eq!(days_inside("Period: 2024-01-01 - 2024-01-31").len(), 2);
        assert!(days_inside("Meter 13-3400-1, tel. 12/34/56").is_empty());
    }

    proptest! {
        #[test]
        fn a_day_written_in_any_order_is_never_read_as_another(
            offset in 0i32..20_000, order in 0usize..5, time in proptest::option::of(0i32..86_400)
        ) {
            let meant = date(1990, 1, 1).checked_add(offset.days()).unwrap();
            let (y, m, d) = (meant.year(), meant.month(), meant.day());
            let mut text = match order {
                0 => format!("{y:04}-{m:02}-{d:02}"),
                1 => format!("{d:02}.{m:02}.{y:04}"),
                2 | 4 => format!("{d}/{m}/{y:04}"),
                _ => format!("{m:02}/{d:02}/{y:04}"),
            };
            let mut instant = meant.to_datetime(Time::midnight());
            if let Some(seconds) = time {
                text = format!("{text} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
                instant = instant.checked_add(i64::from(seconds).seconds()).unwrap();
            }
            let order = if order == 3 { DateOrder::MonthFirst } else { DateOrder::DayFirst };
            match read(&text) {
                DateText::At(at) => prop_assert_eq!(at, instant),
                DateText::Proves(at, proven) => {
                    prop_assert_eq!(at, instant);
                    prop_assert_eq!(proven, order);
                }
                either @ DateText::Either(..) => prop_assert_eq!(resolve(either, Some(order)), Some(instant)),
                other => prop_assert!(false, "{} became {:?}", text, other),
            }
        }
    }
}
