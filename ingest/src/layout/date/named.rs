//! Dates with the month as a word, and parts of a year.

use super::super::text::fold;
use super::super::words;
use super::{DateText, at, full_year, is_year, split_clock};

/// `Jan-16`, `January 2024`, `7 March 2023`, `November 07 2022`, `Q1 2024`.
pub fn named_month(text: &str) -> Option<DateText> {
    let (date, clock) = split_clock(text).unwrap_or((text, None));
    let folded = fold(date);
    let tokens: Vec<&str> = folded
        .split(' ')
        .filter(|token| !matches!(*token, "de" | "del" | "of" | "г" | "года" | "год"))
        .collect();
    if tokens.len() > 4 || tokens.is_empty() {
        return None;
    }
    if let Some(months) = quarter(&tokens).or_else(|| months(text, &tokens)) {
        return Some(months);
    }
    let (month, others) = month_and_others(&tokens)?;
    let mut numbers = Vec::with_capacity(3);
    for token in &others {
        let digits = token.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']);
        let digits = if token.len() - digits.len() <= 2 { digits } else { token };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            // `Wed 7 March 2023`: a weekday may stand first, other words make it no date.
            if others.len() == 3 && numbers.is_empty() && token.len() <= 9 {
                continue;
            }
            return None;
        }
        numbers.push((digits.parse::<i16>().ok()?, digits.len()));
    }
    let short_year = |(number, length): (i16, usize)| match length {
        4 => is_year(number).then_some(number),
        2 => Some(full_year(number)),
        _ => None,
    };
    match numbers.as_slice() {
        [] if others.is_empty() => Some(DateText::Month(None, month)),
        // `Jan-16` is the month of a year: a day would need one.
        [year] => short_year(*year).map(|year| DateText::Month(Some(year), month)),
        [(day, 1 | 2), year] => at(short_year(*year)?, month.into(), *day, clock).map(DateText::At),
        [(year, 4), (day, _)] => at(*year, month.into(), *day, clock).map(DateText::At),
        _ => None,
    }
}

fn month_and_others<'a>(tokens: &[&'a str]) -> Option<(i8, Vec<&'a str>)> {
    for length in [2, 1] {
        for at in 0..tokens.len().saturating_sub(length - 1) {
            if let Some(month) = words::month(&tokens[at..at + length].join(" ")) {
                let others: Vec<&str> =
                    tokens[..at].iter().chain(&tokens[at + length..]).copied().collect();
                let another = others.iter().any(|token| words::month(token).is_some());
                return (!another).then_some((month, others));
            }
        }
    }
    // `Jan16`, `sept22`: letters and digits without a space.
    let [token] = tokens else { return None };
    let split = token.find(|c: char| c.is_ascii_digit())?;
    let (name, digits) = token.split_at(split);
    words::month(name).map(|month| (month, vec![digits]))
}

/// `Jan/Feb 2023`, `January - March`: half a year at most, and within one.
fn months(text: &str, tokens: &[&str]) -> Option<DateText> {
    const JOINING: [&str; 7] = ["to", "and", "bis", "und", "et", "a", "e"];
    let is_joined = text.contains(['-', '–', '—', '/', '&', '+'])
        || tokens.iter().any(|token| JOINING.contains(token));
    let tokens: Vec<&str> =
        tokens.iter().copied().filter(|token| !JOINING.contains(token)).collect();
    let (first, last, year) = match tokens.as_slice() {
        [first, last] => (words::month(first)?, words::month(last)?, None),
        [first, last, year] => {
            let number = year.parse::<i16>().ok().filter(|n| year.len() == 4 && is_year(*n))?;
            (words::month(first)?, words::month(last)?, Some(number))
        }
        _ => return None,
    };
    (is_joined && first < last && last - first < 6).then_some(DateText::Months(year, first, last))
}

/// A quarter or a half of a year: `Q1 2024`, `2H 2023`, `1er trimestre 2023`, `II квартал`.
fn quarter(tokens: &[&str]) -> Option<DateText> {
    // `H1` or `T1` alone may be a name, an hour or a meter; most texts end here.
    if tokens.len() > 3 || tokens.len() == 1 && !tokens[0].contains('q') {
        return None;
    }
    let year =
        |token: &str| token.parse::<i16>().ok().filter(|year| token.len() == 4 && is_year(*year));
    let years: Vec<i16> = tokens.iter().filter_map(|token| year(token)).collect();
    let rest: Vec<&str> = tokens.iter().copied().filter(|token| year(token).is_none()).collect();
    let stated = match years.as_slice() {
        [] => None,
        [year] => Some(*year),
        _ => return None,
    };
    let (first, last) = match rest.as_slice() {
        [one] => by_letter(one)?,
        [one, two] => by_word(one, two).or_else(|| by_word(two, one))?,
        _ => return None,
    };
    Some(DateText::Months(stated, first, last))
}

/// `q1`, `1q`, `t1`, `h2`, `s2`.
fn by_letter(token: &str) -> Option<(i8, i8)> {
    let part = |letter: char, parts: i8| {
        let number = token.strip_prefix(letter).or(token.strip_suffix(letter))?.parse::<i8>();
        number.ok().filter(|number| (1..=parts).contains(number))
    };
    let quarter = part('q', 4).or_else(|| part('t', 4));
    let half = part('h', 2).or_else(|| part('s', 2));
    quarter.map(months_of_quarter).or_else(|| half.map(months_of_half))
}

/// `1` and `quartal`, `ii` and `квартал`, `1er` and `semestre`.
fn by_word(number: &str, word: &str) -> Option<(i8, i8)> {
    let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let number = match number {
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        // `1er`, `2nd`, `3e`.
        _ if number.len() - digits.len() <= 3 => digits.parse().ok()?,
        _ => return None,
    };
    match words::part_of_year(word)? {
        3 if (1..=4).contains(&number) => Some(months_of_quarter(number)),
        6 if (1..=2).contains(&number) => Some(months_of_half(number)),
        _ => None,
    }
}

const fn months_of_quarter(number: i8) -> (i8, i8) {
    (number * 3 - 2, number * 3)
}

const fn months_of_half(number: i8) -> (i8, i8) {
    (number * 6 - 5, number * 6)
}
