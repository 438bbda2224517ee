//! Currencies and their hundredth parts, as headings write them.

use std::sync::LazyLock;

use foldhash::HashMap;

use super::lexicon::pairs;

/// The code of each spelling, lower case.
static CURRENCIES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    pairs(include_str!("currencies.txt")).map(|(code, term)| (term.to_lowercase(), code)).collect()
});

/// Code and spelling, lower case.
static HUNDREDTHS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    pairs(include_str!("hundredths.txt")).map(|(code, term)| (code, term.to_lowercase())).collect()
});

/// The currency of a word or sign, lower case.
pub fn currency(word: &str) -> Option<&'static str> {
    CURRENCIES.get(word).copied()
}

/// The currency whose hundredth part a text in lower case names; an empty code where it could be that of several.
pub fn hundredths(lower: &str) -> Option<&'static str> {
    let words = || lower.split(|c: char| !(c.is_alphanumeric() || c == '¢'));
    let is_named = |spelling: &str| {
        if spelling.contains(['(', '[', '/']) {
            lower.contains(spelling)
        } else {
            words().any(|word| word == spelling) && !lower.contains("per cent")
        }
    };
    let (code, _) = HUNDREDTHS.iter().find(|(_, spelling)| is_named(spelling))?;
    Some(code.trim_start_matches('-'))
}
