//! What notes, rows and headings say by words that are not those of a column.

use super::super::text::fold;
use super::{LEXICON, Word, currency};

/// Whether a folded note speaks of something beside the numbers: of when a meter was installed, of who supplies.
/// `of_use` says whether it names something that is supplied, or a year as such.
pub fn speaks_aside(folded: &str, of_use: bool) -> bool {
    let mut words = folded.split(' ');
    words.clone().any(|word| LEXICON.aside.contains(word))
        || words.clone().next().is_some_and(|first| LEXICON.aside_first.contains(first))
        || !of_use && words.any(|word| LEXICON.aside_weak.contains(word))
        || folded.contains("next review")
}

/// Whether a folded text is nothing but a word for what is made or given away: `export`.
pub fn says_given(folded: &str) -> bool {
    LEXICON.phrases.get(folded).is_some_and(|words| words.contains(&Word::Generation))
}

/// Whether a folded text is nothing but a word for what may not count: `cancelled`, not `bad weather`.
pub fn says_void(folded: &str) -> bool {
    LEXICON.void.contains(folded)
}

/// What is left of a folded name without words that say that it was replaced; `None` where it has none.
pub fn without_set_aside(folded: &str) -> Option<String> {
    let mut rest = format!(" {folded} ");
    for term in &LEXICON.set_aside {
        rest = rest.replace(&format!(" {term} "), "  ");
    }
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    (rest != folded).then_some(rest)
}

/// Whether a folded heading names an amount that is only a part of a bill, such as its tax.
pub fn is_part_of_a_bill(folded: &str) -> bool {
    let is_amount = |word: &&str| currency(word).is_none() && !word.is_empty();
    let bare: Vec<&str> = folded.split(' ').filter(is_amount).collect();
    LEXICON.part_of_bill.contains(folded) || LEXICON.part_of_bill.contains(&bare.join(" "))
}

/// Whether a folded heading is that of the firms that supply or bill.
pub fn names_a_supplier(folded: &str) -> bool {
    LEXICON.suppliers.contains(folded)
}

/// Whether a folded heading is that of the times at which rows were written down.
pub fn says_entered(folded: &str) -> bool {
    LEXICON.entered.contains(folded)
}

/// Whether the folded rest of a heading, behind the name of another column, means for each day.
pub fn says_per_day(folded: &str) -> bool {
    LEXICON.per_day.contains(folded)
}

/// Whether a folded heading speaks of an amount, of money or of what a unit beside it says.
pub fn says_amount(folded: &str) -> bool {
    LEXICON.amounts.contains(folded)
}

/// Whether a word beside a year makes it one of a law or the like: `GHG Protocol 2015`.
pub fn has_year_of_its_own(word: &str) -> bool {
    LEXICON.laws.contains(&fold(word))
}

/// Whether a folded word stands behind the name of a street.
pub fn is_street(folded: &str) -> bool {
    LEXICON.streets.contains(folded)
}

/// Whether a folded label says something about a site or meter rather than its name.
pub fn is_about_site(folded: &str) -> bool {
    folded.split(' ').any(|word| LEXICON.about_site.contains(word))
}

/// Whether a folded text is what a rate of a tariff is called.
pub fn is_rate_name(folded: &str) -> bool {
    LEXICON.rate_names.contains(folded)
}

/// The folded headings beside which this one is a rate of the day; most are none.
pub fn rates_beside(folded: &str) -> &'static [String] {
    LEXICON.rates_of_day.get(folded).map_or(&[], Vec::as_slice)
}

/// Whether a folded word begins a span of days.
pub fn begins_span(folded: &str) -> bool {
    LEXICON.span_starts.contains(folded)
}

/// Whether a folded heading says no more than that numbers stand below it.
pub fn is_plain_value(folded: &str) -> bool {
    LEXICON.values.contains(folded)
}

/// Whether a folded heading says no more than that its numbers were measured, beside others that were not.
pub fn says_measured(folded: &str) -> bool {
    LEXICON.told.measured.contains(folded)
}

/// Whether a folded heading or name is that of a part of what stands beside or above it: `of which renewable`.
pub fn begins_part(folded: &str) -> bool {
    LEXICON.told.of_which.iter().any(|term| {
        folded
            .strip_prefix(term.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// Whether a folded text is what a part of a place is called.
pub fn names_part_of_place(folded: &str) -> bool {
    folded.split(' ').any(|word| LEXICON.told.part_names.contains(word))
        || LEXICON.told.part_names.contains(folded)
}

/// Whether a folded heading names a difference.
pub fn names_difference(folded: &str) -> bool {
    folded.split(' ').any(|word| LEXICON.differences.contains(word))
}

/// Whether a folded note says that numbers are in thousands or millions.
pub fn speaks_of_thousands(folded: &str) -> bool {
    let padded = format!(" {folded} ");
    LEXICON.thousands.iter().any(|term| padded.contains(&format!(" {term} ")))
}

/// Whether a folded title states the end of twelve months.
pub fn ends_year(folded: &str) -> bool {
    let padded = format!(" {folded} ");
    !padded.contains(" year to date ")
        && LEXICON.year_endings.iter().any(|term| padded.contains(&format!(" {term} ")))
}

/// How many months a part of a year has: `quartal`, `semestre`.
pub fn part_of_year(folded: &str) -> Option<i8> {
    LEXICON.parts_of_year.get(folded).copied()
}

/// Whether a folded note says since when prices hold.
pub fn speaks_of_rates(folded: &str) -> bool {
    const SINCE: [&str; 9] =
        ["effective", "at", "from", "valid", "ab", "gultig", "applicable", "vigente", "since"];
    let mut words = folded.split(' ');
    words.clone().any(|word| LEXICON.rates.contains(word))
        && words.any(|word| SINCE.contains(&word))
}
