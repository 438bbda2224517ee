//! Public holidays of a country, by rules that are data.
//!
//! Pure: a year in, its holidays out. The rules are those of `holidays.txt`, where their forms are told; Easter is by
//! the Gregorian computus (Meeus, Jones and Butcher).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// The rules of all countries that are known.
#[derive(Debug, Clone, Default)]
pub struct Holidays {
    countries: BTreeMap<String, Country>,
}

/// A country, its zones and its rules.
#[derive(Debug, Clone, Default)]
struct Country {
    name: String,
    zones: Vec<String>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    when: When,
    moved: Moved,
    years: RangeInclusive<i16>,
    name: String,
}

#[derive(Debug, Clone, Copy)]
enum When {
    Day(i8, i8),
    Easter(i32),
    From(Weekday, i8, i8),
    Until(Weekday, i8, i8),
    Once(Date),
}

/// What happens where the day is a Saturday or Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    Never,
    Next,
    Near,
}

impl Holidays {
    /// The rules that are shipped; a line that is not understood is left out, and a test finds it.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Holidays> = LazyLock::new(|| {
            let mut holidays = Holidays::default();
            for line in include_str!("holidays.txt").lines() {
                let _ = holidays.take(line);
            }
            holidays
        });
        &SHIPPED
    }

    /// Takes a line; `None` where it is not understood.
    fn take(&mut self, line: &str) -> Option<()> {
        if line.is_empty() || line.starts_with('#') {
            return Some(());
        }
        let (head, rest) = line.split_once(';')?;
        if let Some((code, name)) = head.split_once('=') {
            let country = self.countries.entry(code.trim().to_owned()).or_default();
            name.trim().clone_into(&mut country.name);
            country.zones = rest.split_whitespace().map(str::to_owned).collect();
        } else {
            let (rule, name) = rest.split_once(';')?;
            let rule = Rule::read(rule.trim(), name.trim())?;
            self.countries.get_mut(head.trim())?.rules.push(rule);
        }
        Some(())
    }

    /// The codes (ISO 3166-1) and names of the countries, by name.
    pub fn countries(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> =
            self.countries.iter().map(|(code, country)| (&**code, &*country.name)).collect();
        all.sort_by_key(|(_, name)| *name);
        all
    }

    /// Whether the holidays of a country are known.
    pub fn knows(&self, code: &str) -> bool {
        self.countries.contains_key(code)
    }

    /// Whose holidays a site keeps: those of the country that a person chose, else of that of its time zone.
    pub fn kept(&self, chosen: Option<String>, zone: &str) -> Option<String> {
        chosen.or_else(|| self.country_of(zone).map(str::to_owned))
    }

    /// The country whose clocks show this time zone, where it is known.
    pub fn country_of(&self, zone: &str) -> Option<&str> {
        let has = |country: &Country| country.zones.iter().any(|known| known == zone);
        self.countries.iter().find(|(_, country)| has(country)).map(|(code, _)| &**code)
    }

    /// The holidays of a country in a year, with their names; none of a country that is not known.
    pub fn of_year(&self, country: &str, year: i16) -> BTreeMap<Date, &str> {
        let Some(country) = self.countries.get(country) else { return BTreeMap::new() };
        let rules: Vec<(&Rule, Date)> = country
            .rules
            .iter()
            .filter(|rule| rule.years.contains(&year))
            .filter_map(|rule| Some((rule, rule.when.in_year(year)?)))
            .collect();
        let mut days: BTreeMap<Date, &str> =
            rules.iter().map(|(rule, day)| (*day, &*rule.name)).collect();
        for (rule, day) in rules {
            if let Some(moved) = rule.moved.day(day, |taken| days.contains_key(&taken)) {
                days.insert(moved, &rule.name);
            }
        }
        days
    }
}

impl Rule {
    fn read(rule: &str, name: &str) -> Option<Self> {
        let mut words = rule.split(' ');
        let when = When::read(words.next()?)?;
        let (mut moved, mut years) = (Moved::Never, i16::MIN..=i16::MAX);
        while let Some(word) = words.next() {
            match word {
                "next" => moved = Moved::Next,
                "near" => moved = Moved::Near,
                "from" => years = words.next()?.parse().ok()?..=*years.end(),
                "until" => years = *years.start()..=words.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(Self { when, moved, years, name: name.to_owned() })
    }
}

impl When {
    fn read(text: &str) -> Option<Self> {
        let day = |text: &str| {
            let (month, day) = text.split_once('-')?;
            Some((month.parse::<i8>().ok()?, day.parse::<i8>().ok()?))
        };
        if let Some(days) = text.strip_prefix("easter") {
            return days.parse().ok().map(Self::Easter);
        }
        if let Some((weekday, from)) = text.split_once(">=") {
            let (month, day) = day(from)?;
            return Some(Self::From(weekday_named(weekday)?, month, day));
        }
        if let Some((weekday, until)) = text.split_once("<=") {
            let (month, day) = day(until)?;
            return Some(Self::Until(weekday_named(weekday)?, month, day));
        }
        match day(text) {
            Some((month, day)) => Some(Self::Day(month, day)),
            None => text.parse().ok().map(Self::Once),
        }
    }

    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Day(month, day) => Date::new(year, month, day).ok(),
            Self::Easter(days) => easter(year)?.checked_add(days.days()).ok(),
            Self::From(weekday, month, day) => {
                let first = Date::new(year, month, day).ok()?;
                first.checked_add(i32::from(first.weekday().until(weekday)).days()).ok()
            }
            Self::Until(weekday, month, day) => {
                let last = Date::new(year, month, day).ok()?;
                last.checked_sub(i32::from(last.weekday().since(weekday)).days()).ok()
            }
            Self::Once(day) => Some(day).filter(|day| day.year() == year),
        }
    }
}

impl Moved {
    /// The day that is free as well.
    fn day(self, day: Date, taken: impl Fn(Date) -> bool) -> Option<Date> {
        match (self, day.weekday()) {
            (Self::Next, Weekday::Saturday | Weekday::Sunday) => {
                let mut next = day.tomorrow().ok()?;
                while taken(next) || matches!(next.weekday(), Weekday::Saturday | Weekday::Sunday) {
                    next = next.tomorrow().ok()?;
                }
                Some(next)
            }
            (Self::Near, Weekday::Saturday) => day.yesterday().ok(),
            (Self::Near, Weekday::Sunday) => day.tomorrow().ok(),
            _ => None,
        }
    }
}

fn weekday_named(name: &str) -> Option<Weekday> {
    match name {
        "mon" => Some(Weekday::Monday),
        "thu" => Some(Weekday::Thursday),
        "fri" => Some(Weekday::Friday),
        "sat" => Some(Weekday::Saturday),
        _ => None,
    }
}

/// Easter Sunday.
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let (golden, century, rest) = (year_number % 19, year_number / 100, year_number % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let sum = moon + weekday - 7 * late + 114;
    Date::new(year, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(country: &str, year: i16) -> Vec<String> {
        let all = Holidays::shipped();
        all.of_year(country, year).into_keys().map(|day| day.to_string()[5..].to_owned()).collect()
    }

    #[test]
    fn every_shipped_line_is_understood() {
        let mut holidays = Holidays::default();
        for line in include_str!("holidays.txt").lines() {
            assert_eq!(holidays.take(line), Some(()), "{line}");
        }
        assert!(holidays.countries().len() >= 20);
        for (code, name) in holidays.countries() {
            assert!(holidays.of_year(code, 2025).len() >= 7, "{code}");
            assert!(!name.is_empty() && !holidays.countries[code].zones.is_empty(), "{code}");
        }
    }

    #[test]
    fn easter_is_where_the_tables_have_it() {
        let known = [date(2000, 4, 23), date(2008, 3, 23), date(2019, 4, 21), date(2038, 4, 25)];
        for day in known {
            assert_eq!(easter(day.year()), Some(day));
        }
    }

    /// As published at gov.uk for England and Wales.
    #[test]
    fn substitute_days_follow_each_other() {
        let of_2022 = [
            "01-01", "01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19",
            "12-25", "12-26", "12-27",
        ];
        assert_eq!(days("GB", 2022), of_2022);
        let christmas: Vec<String> =
            days("GB", 2021).into_iter().filter(|day| day.starts_with("12")).collect();
        assert_eq!(christmas, ["12-25", "12-26", "12-27", "12-28"]);
    }

    /// As published by the United States Office of Personnel Management.
    #[test]
    fn holidays_on_a_saturday_are_kept_on_the_friday_before() {
        let of_2026 = [
            "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04", "09-07", "10-12",
            "11-11", "11-26", "12-25",
        ];
        assert_eq!(days("US", 2026), of_2026);
        assert!(!days("US", 2019).contains(&"06-19".to_owned()), "not yet");
    }

    #[test]
    fn the_zone_of_a_site_tells_its_country() {
        let all = Holidays::shipped();
        assert_eq!(all.country_of("Europe/Berlin"), Some("DE"));
        assert_eq!(all.country_of("UTC"), None);
        assert_eq!(all.of_year("XX", 2026).len(), 0);
    }
}
