//! The ratio of transformers that stands beside a table and not in it: `CT ratio 200/5`, `Meter reading (x40)`.

use readings::ReadingKind;
use rust_decimal::Decimal;

use super::candidate::{Evidence, Values};
use super::find::Table;
use super::heading::Heading;
use super::role::Role;
use super::text::fold;
use super::words::Word;

/// Gives registers without a ratio of their own the one that is stated above the table or in their heading.
pub fn apply(table: &Table, values: &mut Values) {
    let Some(ratio) = stated(table) else { return };
    for candidate in values.candidates.iter_mut().filter(|candidate| {
        candidate.kind == ReadingKind::RegisterReading && candidate.evidence().multiplier.is_none()
    }) {
        candidate.stated = Evidence { multiplier: Some(ratio), ..candidate.evidence() }.kept();
    }
}

/// The one ratio, where it is stated and none contradicts it.
fn stated(table: &Table) -> Option<Decimal> {
    let is_ratio = |heading: &Heading| {
        heading.words.has(Word::Multiplier)
            && !heading.words.any(&[Word::Other, Word::Price, Word::Cost, Word::Demand])
    };
    let of_pairs = table
        .pairs
        .iter()
        .filter(|(label, _)| is_ratio(label) && label.unknown.is_empty())
        .map(|(_, value)| number_in(value));
    let of_titles = table
        .titles
        .iter()
        .chain(&table.outer)
        .filter(|title| is_ratio(title) || fold(&title.text).contains("multipl"))
        .map(|title| number_in(&title.text));
    let of_columns = table
        .columns
        .iter()
        .filter(|column| matches!(column.role, Role::Register | Role::Current))
        .filter_map(|column| times(&column.heading.text))
        .map(Some);
    let mut found = None;
    for ratio in of_pairs.chain(of_titles).chain(of_columns).flatten() {
        if found.replace(ratio).is_some_and(|other| other != ratio) {
            return None;
        }
    }
    found
}

/// The ratio in a text: `x40`, `200/5`, or the one number of it.
fn number_in(text: &str) -> Option<Decimal> {
    if let Some(ratio) = times(text) {
        return Some(ratio);
    }
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | ':');
    let mut numbers = text
        .split(|c: char| !is_number(c))
        .map(|part| part.trim_matches(['.', '/', ':']))
        .filter(|part| part.bytes().any(|byte| byte.is_ascii_digit()));
    let (Some(only), None) = (numbers.next(), numbers.next()) else { return None };
    let ratio = match only.split_once(['/', ':']) {
        Some((primary, secondary)) => {
            primary.parse::<Decimal>().ok()?.checked_div(secondary.parse().ok()?)?
        }
        None => only.parse().ok()?,
    };
    plausible(ratio)
}

/// `x40`, `x 40` or `× 40` as words of their own.
fn times(text: &str) -> Option<Decimal> {
    let spaced = text.to_lowercase().replace('×', " x ");
    let words: Vec<&str> = spaced
        .split(|c: char| !(c.is_alphanumeric() || c == '.'))
        .filter(|w| !w.is_empty())
        .collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let number = match word.strip_prefix('x')? {
            "" => words.get(at + 1)?,
            joined => joined,
        };
        plausible(number.parse().ok()?)
    })
}

fn plausible(ratio: Decimal) -> Option<Decimal> {
    (ratio > Decimal::ONE && ratio <= Decimal::from(100_000)).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_read_as_they_are_written() {
        for (text, ratio) in [
            ("Multiplier: 40", 40),
            ("CT ratio 200/5", 40),
            ("Readings x 10", 10),
            ("CT multiplier x40", 40),
            ("readings to be multiplied by 40", 40),
            ("Meter reading (×40)", 40),
        ] {
            assert_eq!(number_in(text), Some(Decimal::from(ratio)), "{text}");
        }
        assert_eq!(number_in("Multiplier of meters 1 to 5"), None);
        assert_eq!(number_in("Multiplier 1"), None);
        assert_eq!(times("Excess 40"), None);
    }
}
