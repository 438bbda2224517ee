//! Whether two meters may be one: by their names, their sites and their readings.
//!
//! Pure. A likeness is a reason for a person to look, never a decision.

use std::collections::HashMap;

use jiff::civil::DateTime;
use rust_decimal::Decimal;

/// Readings that must agree before agreement is no chance.
const FEWEST_EQUAL: usize = 3;
/// Of the periods that both state, this share (in tenths) must have equal values.
const MOSTLY: usize = 9;
/// Names this alike are spellings of one: from 0 to 1 by Jaro and Winkler.
const ALIKE: f64 = 0.92;

/// A meter as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// The folded name of its site.
    pub site_key: &'a str,
    /// Its own folded name.
    pub name_key: &'a str,
    /// Recent values by period, in the canonical unit.
    pub values: &'a HashMap<(DateTime, DateTime), Decimal>,
}

/// Why two meters may be one, the strongest reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They state the same values for so many periods.
    SameReadings(usize),
    /// The same name at sites whose names are spelled alike.
    SiteSpelledAlike,
    /// Names spelled alike at the same site.
    SpelledAlike,
    /// One goes on where the other ends, at the same site.
    GoesOn,
}

/// The strongest reason why two meters of the same commodity and unit may be one; none where there is no reason.
pub fn likeness(one: &Named<'_>, other: &Named<'_>) -> Option<Likeness> {
    let both: Vec<bool> = one
        .values
        .iter()
        .filter_map(|(period, value)| Some(other.values.get(period)? == value))
        .collect();
    let equal = both.iter().filter(|equal| **equal).count();
    if equal >= FEWEST_EQUAL && equal * 10 >= both.len() * MOSTLY {
        return Some(Likeness::SameReadings(equal));
    }
    // Different values for the same periods: two meters, however alike their names are.
    if both.len() - equal >= FEWEST_EQUAL {
        return None;
    }
    let same_site = one.site_key == other.site_key;
    if named_alike((one.site_key, one.name_key), (other.site_key, other.name_key)) {
        return Some(if same_site { Likeness::SpelledAlike } else { Likeness::SiteSpelledAlike });
    }
    (same_site && both.is_empty() && goes_on(one, other)).then_some(Likeness::GoesOn)
}

/// Whether the folded names of site and meter of two meters are spellings of the same.
pub fn named_alike(one: (&str, &str), other: (&str, &str)) -> bool {
    let ((site, name), (other_site, other_name)) = (one, other);
    if site == other_site {
        spelled_alike(name, other_name)
    } else {
        name == other_name && spelled_alike(site, other_site)
    }
}

/// Whether two folded names are spellings of one. Names that differ in a number are two.
fn spelled_alike(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (plain_one, plain_other) = (plain(one), plain(other));
    if plain_one == plain_other {
        return true;
    }
    let words = |name: &str| {
        let mut words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    if words(one) == words(other) {
        return true;
    }
    numbers(one) == numbers(other) && strsim::jaro_winkler(&plain_one, &plain_other) >= ALIKE
}

/// The numbers in a name, without leading zeros.
fn numbers(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| digits.trim_start_matches('0'))
        .collect()
}

/// Whether the first period of one follows the last of the other at once.
fn goes_on(one: &Named<'_>, other: &Named<'_>) -> bool {
    let span = |named: &Named<'_>| {
        let first = named.values.keys().map(|(start, _)| *start).min()?;
        let last = named.values.keys().map(|(_, end)| *end).max()?;
        Some((first, last))
    };
    let Some(((start, end), (other_start, other_end))) = span(one).zip(span(other)) else {
        return false;
    };
    end == other_start || other_end == start
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    type Values = HashMap<(DateTime, DateTime), Decimal>;

    /// One value for each month of 2024 from `first`.
    fn values(first: i8, numbers: &[i64]) -> Values {
        (first..)
            .zip(numbers)
            .map(|(month, number)| {
                let start = date(2024, month, 1);
                let end = start.last_of_month().tomorrow().expect("a day");
                ((start.at(0, 0, 0, 0), end.at(0, 0, 0, 0)), Decimal::from(*number))
            })
            .collect()
    }

    fn like(one: (&str, &str, &Values), other: (&str, &str, &Values)) -> Option<Likeness> {
        let named = |(site_key, name_key, values)| Named { site_key, name_key, values };
        likeness(&named(one), &named(other))
    }

    #[test]
    fn each_reason_is_found_and_none_without_reason() {
        let (some, none) = (values(1, &[10, 20, 30, 40]), Values::new());
        let others = values(1, &[11, 21, 31, 41]);
        assert_eq!(
            like(("hall", "e1", &some), ("town hall", "main", &some)),
            Some(Likeness::SameReadings(4))
        );
        assert_eq!(
            like(("town hall", "main", &some), ("town-hall", "main", &none)),
            Some(Likeness::SiteSpelledAlike)
        );
        assert_eq!(
            like(("hall", "main meter", &some), ("hall", "meter, main", &none)),
            Some(Likeness::SpelledAlike)
        );
        assert_eq!(
            like(("hall", "main meter", &some), ("hall", "main metre", &none)),
            Some(Likeness::SpelledAlike)
        );
        let later = values(5, &[50]);
        assert_eq!(like(("hall", "4711", &some), ("hall", "9312", &later)), Some(Likeness::GoesOn));
        assert_eq!(like(("hall", "main", &some), ("school", "main", &none)), None);
        assert_eq!(like(("hall", "meter 1", &some), ("hall", "meter 2", &none)), None);
        assert_eq!(
            like(("hall", "main meter", &some), ("hall", "main metre", &others)),
            None,
            "other values for the same periods"
        );
        assert_eq!(
            like(("hall", "meter 01", &some), ("hall", "meter 1", &none)),
            Some(Likeness::SpelledAlike)
        );
    }
}
