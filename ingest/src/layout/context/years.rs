//! Years that a text names, of the calendar and of accounts.

use super::super::date;
use super::super::text::{self, fold};
use super::super::words;

/// Whether a text speaks of a year that is not the calendar's, or of two.
pub fn is_fiscal(text: &str) -> bool {
    let folded = fold(text);
    // `FY2023 (Jan-Dec)` is that of the calendar.
    if folded.split(' ').filter_map(words::month).eq([1, 12]) {
        return false;
    }
    folded.split(' ').any(|token| {
        matches!(token, "fy" | "fiscal" | "geschaftsjahr")
            || token.strip_prefix("fy").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    }) || has_year_range(text)
}

/// `2022/23`, `2022-2023`.
fn has_year_range(text: &str) -> bool {
    let bytes: Vec<char> = text.chars().collect();
    bytes.windows(7).any(|w| {
        w[..4].iter().all(char::is_ascii_digit)
            && matches!(w[4], '/' | '-' | '–')
            && w[5..].iter().all(char::is_ascii_digit)
    })
}

/// The two years of `2022/23`, `2022-2023`: one after the other.
pub fn two_years(text: &str) -> Option<(i16, i16)> {
    let mut found = None;
    for word in text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '-' | '–'))) {
        let Some((first, second)) = word.split_once(['/', '-', '–']) else { continue };
        // `FY 23/24`
        let of_two_digits = first.len() == 2 && second.len() == 2 && is_fiscal(text);
        let first = &if of_two_digits { format!("20{first}") } else { first.to_owned() };
        let year =
            first.parse::<i16>().ok().filter(|year| first.len() == 4 && date::is_year(*year));
        let Some(year) = year else { continue };
        let next = (year + 1).to_string();
        if second != next && second != &next[2..] {
            continue;
        }
        if found.replace((year, year + 1)).is_some_and(|other| other != (year, year + 1)) {
            return None;
        }
    }
    found
}

/// The distinct years that stand in a text as words of their own, outside of dates.
pub fn years(text: &str) -> Vec<i16> {
    let mut found: Vec<i16> = Vec::new();
    let is_apart = |c: char| !(c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '–'));
    let tokens: Vec<&str> = text
        .split_inclusive(is_apart)
        .filter(|token| token.chars().any(char::is_alphanumeric))
        .collect();
    let bare = |token: &str| {
        token.trim_matches(|c: char| is_apart(c) || matches!(c, '.' | '-' | '/' | '–')).to_owned()
    };
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| tokens[at]);
        // `ISO 50001:2018`, `ISO 50001 2018`
        let is_of_norm = before.is_some_and(|before| {
            let is_iso = at > 1 && bare(tokens[at - 2]).eq_ignore_ascii_case("iso");
            let number = before.strip_suffix(':').or(is_iso.then(|| before.trim_end()));
            number.is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()))
                && text.contains(&format!("{before}{token}"))
        });
        let beside = [before, tokens.get(at + 1).copied()];
        let is_of_law =
            beside.into_iter().flatten().any(|word| words::has_year_of_its_own(&bare(word)));
        if is_of_norm || is_of_law {
            continue;
        }
        let token = &*bare(token);
        for part in token.split(['/', '-', '–']) {
            let parts = token.split(['/', '-', '–', '.']).count();
            let in_a_date = parts >= 3;
            let part = ["CY", "cy", "FY", "fy"]
                .iter()
                .find_map(|sign| part.strip_prefix(sign))
                .unwrap_or(part);
            let digits: String = part
                .chars()
                .map(|c| text::digit_value(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c))
                .collect();
            if let Ok(year) = digits.parse::<i16>()
                && digits.len() == 4
                && date::is_year(year)
                && !in_a_date
                && !found.contains(&year)
            {
                found.push(year);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_stand_alone() {
        assert_eq!(years("Consumption 2023"), [2023]);
        assert_eq!(years("Date Downloaded: 12/21/2021 01:30 PM"), Vec::<i16>::new());
        assert_eq!(years("2022-2023"), [2022, 2023]);
        assert_eq!(years("report 20240115"), Vec::<i16>::new());
        assert_eq!(years("Room 12"), Vec::<i16>::new());
        assert_eq!(years("CY2023"), [2023]);
        assert_eq!(two_years("FY 23/24"), Some((2023, 2024)));
        assert_eq!(two_years("Unit 23/24"), None);
        for norm in
            ["nach DIN EN ISO 50001:2018", "EN 16247-1:2022", "ISO 50001 2018", "GHG Protocol 2015"]
        {
            assert_eq!(years(norm), Vec::<i16>::new(), "{norm}");
        }
        for text in [
            "ISO 50001 review 2023",
            "ISO 50001 – 2023",
            "Electricity 2023 Act",
            "Building 3: 2023",
        ] {
            assert_eq!(years(text), [2023], "{text}");
        }
        assert_eq!(years("Consumo en 2023"), [2023]);
        assert!(is_fiscal("Consumption Month FY24") && is_fiscal("2022/23") && !is_fiscal("2023"));
    }
}
