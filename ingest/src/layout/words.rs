//! The words by which headings are recognised, read from the lists in `words/`: one term a line, in nineteen languages.
//!
//! A list holds the terms of one meaning in all the languages that were written first; a language that came later has
//! a file of its own, a line of which names the list and the term.
//!
//! A term is compared as whole words after folding (`text::fold`). `*term` also matches the end of a longer word, as
//! German and Dutch build them (`Stromverbrauch`); `=term` matches only where nothing stands beside it.

mod lexicon;
mod money;
mod said;
mod told;

use std::sync::LazyLock;

use readings::{Commodity, Unit};
use rust_decimal::Decimal;

use self::lexicon::Lexicon;
pub use self::money::{currency, hundredths};
pub use self::said::{
    begins_part, begins_span, ends_year, has_year_of_its_own, is_about_site, is_part_of_a_bill,
    is_plain_value, is_rate_name, is_street, names_a_supplier, names_difference,
    names_part_of_place, part_of_year, rates_beside, says_amount, says_entered, says_given,
    says_measured, says_per_day, says_void, speaks_aside, speaks_of_rates, speaks_of_thousands,
    without_set_aside,
};
pub use self::told::{counts_steps, dates_by_month, is_answer, says_register};
use super::text::fold;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident, $file:literal;)*) => {
        /// What a word in a heading says about its column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Word { $($(#[$doc])* $name,)* }

        const LISTS: &[(Word, &str, &str)] = &[$((Word::$name, $file, include_str!(concat!("words/", $file, ".txt"))),)*];
    };
}

roles! {
    /// The place.
    Site, "site";
    /// A number for the place.
    Identifier, "identifier";
    /// The meter.
    Meter, "meter";
    /// The billing relation.
    Account, "account";
    /// The heading of a commodity column.
    Commodity, "commodity";
    /// The heading of a unit column.
    Unit, "unit";
    /// Start of the period.
    Start, "start";
    /// End of the period.
    End, "end";
    /// A day or instant.
    Date, "date";
    /// A month or period.
    Month, "month";
    /// Three months.
    Quarter, "quarter";
    /// A year.
    Year, "year";
    /// A day of the month.
    Day, "day";
    /// A time of day.
    Time, "time";
    /// Used.
    Quantity, "quantity";
    /// Money.
    Cost, "cost";
    /// Money for one unit.
    Price, "price";
    /// The heading of a column of currencies.
    Currency, "currency";
    /// Peak power and what belongs to it.
    Demand, "demand";
    /// Mean power.
    Power, "power";
    /// Made or sold.
    Generation, "generation";
    /// What was taken in, which is another way than what was delivered.
    Received, "received";
    /// Not measured.
    Forecast, "forecast";
    /// What a row says where its value is not measured.
    Planned, "planned";
    /// Of another time, or made from other numbers.
    Derived, "derived";
    /// Lost, given back or sold.
    Lost, "lost";
    /// Register before.
    Previous, "previous";
    /// Register after.
    Current, "current";
    /// Register.
    Register, "register";
    /// Transformer ratio.
    Multiplier, "multiplier";
    /// Length of the period.
    Days, "days";
    /// Estimated or actual.
    Estimated, "estimated";
    /// Sum of others.
    Total, "total";
    /// Mean of others.
    Average, "average";
    /// A date that bounds nothing.
    OtherDate, "otherdate";
    /// A number of another kind.
    Other, "other";
    /// A territory or sector.
    Statistic, "statistic";
    /// Free text.
    Note, "note";
    /// A week by its number.
    Week, "week";
    /// A week by its number as ISO 8601 counts.
    IsoWeek, "isoweek";
    /// Of a whole year.
    Annual, "annual";
    /// A week by its last day.
    WeekEnding, "weekending";
    /// The day on which somebody read the meter.
    ReadDate, "readdate";
    /// The names of rows in a pivot table.
    PivotRows, "pivotrows";
    /// The names of columns in a pivot table.
    PivotColumns, "pivotcolumns";
}

/// A set of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WordSet(u64);

impl WordSet {
    /// Whether the word is in it.
    pub const fn has(self, word: Word) -> bool {
        self.0 & (1 << word as u64) != 0
    }

    /// Whether one of the words is in it.
    pub fn any(self, words: &[Word]) -> bool {
        words.iter().any(|word| self.has(*word))
    }

    /// Adds a word.
    pub const fn add(&mut self, word: Word) {
        self.0 |= 1 << word as u64;
    }

    /// All but this word.
    #[must_use]
    pub const fn without(self, word: Word) -> Self {
        Self(self.0 & !(1 << word as u64))
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What is said by the words of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meaning {
    /// The roles that are named.
    pub words: WordSet,
    /// The commodity that is named, where it is one.
    pub commodity: Option<Commodity>,
    /// Two commodities are named.
    pub several_commodities: bool,
    /// Words that are in no list, in order.
    pub unknown: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// What a folded text says. Longer phrases win over the shorter ones inside them.
pub fn meaning(folded: &str) -> Meaning {
    meaning_without(folded, None)
}

/// The same where what only says one word says nothing.
pub fn meaning_without(folded: &str, skipped: Option<Word>) -> Meaning {
    let lexicon = &*LEXICON;
    let tokens: Vec<&str> = folded.split(' ').filter(|token| !token.is_empty()).collect();
    let mut meaning = Meaning::default();
    if skipped.is_none() && lexicon.take_whole(folded, &mut meaning) {
        return meaning;
    }
    let take = |phrase: &str, meaning: &mut Meaning| {
        let is_skipped = skipped.is_some_and(|word| lexicon.says_only(phrase, word));
        !is_skipped && lexicon.take_phrase(phrase, meaning)
    };
    let mut at = 0;
    while at < tokens.len() {
        let longest = lexicon.longest.min(tokens.len() - at);
        let found = (1..=longest)
            .rev()
            .find(|length| take(&tokens[at..at + length].join(" "), &mut meaning));
        if let Some(length) = found {
            at += length;
            continue;
        }
        if !lexicon.take_ending(tokens[at], skipped, &mut meaning) {
            meaning.unknown.push(tokens[at].to_owned());
        }
        at += 1;
    }
    meaning
}

/// Whether a folded text stands before the number of an hour.
pub fn names_hour(folded: &str) -> bool {
    LEXICON.hours.contains(folded)
}

/// Whether a folded text stands before the number of an interval of a day.
pub fn names_interval(folded: &str) -> bool {
    LEXICON.intervals.contains(folded)
}

/// Whether a folded text is the name of a day of the week.
pub fn is_weekday(folded: &str) -> bool {
    LEXICON.weekdays.contains(folded)
}

/// Whether a folded text says that its reading is estimated (`true`) or measured (`false`).
pub fn estimated(folded: &str) -> Option<bool> {
    LEXICON.flags.get(folded).copied()
}

/// What is supplied at points that a folded heading names, such as `mpan`; `None` where it names none, or those of
/// several.
pub fn supplied_at(folded: &str) -> Option<Commodity> {
    let padded = format!(" {folded} ");
    let named = LEXICON.points.iter().filter(|(term, _)| padded.contains(&format!(" {term} ")));
    one_of(named.map(|(_, commodity)| *commodity))
}

/// The one that all are.
pub fn one_of(mut commodities: impl Iterator<Item = Commodity>) -> Option<Commodity> {
    let first = commodities.next()?;
    commodities.all(|other| other == first).then_some(first)
}

/// Whether a folded heading begins as one of a share of what was used does.
pub fn begins_share(folded: &str) -> bool {
    folded.split_once(' ').is_some_and(|(first, _)| LEXICON.per.contains(first))
}

/// The month of a folded word.
pub fn month(folded: &str) -> Option<i8> {
    LEXICON.months.get(folded).copied()
}

/// The month of a folded word that is misspelt by one letter, or by two that are exchanged; `None` where that could be
/// two months. Only for places where a month is expected: a name of a person or place can be as near.
pub fn nearly_month(folded: &str) -> Option<i8> {
    if folded.chars().count() < 5 {
        return None;
    }
    let near = |term: &String| term.chars().count() >= 5 && strsim::osa_distance(term, folded) == 1;
    let mut months = LEXICON.months.iter().filter(|(term, _)| near(term)).map(|(_, month)| *month);
    let first = months.next()?;
    months.all(|month| month == first).then_some(first)
}

/// What a folded word means that is misspelt by one letter inside it, or by two that are exchanged; `None` where it
/// could be two words of different meaning. Endings are not mended: `consumer` is not `consumed`. Only for headings.
pub fn nearly(folded: &str) -> Option<Meaning> {
    let ends = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next();
        let mut back = word.chars().rev();
        (first, back.next(), back.next())
    };
    if folded.chars().count() < 7 || folded.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let near = |term: &&String| {
        !term.contains(' ')
            && term.chars().count() >= 7
            && ends(term) == ends(folded)
            && strsim::osa_distance(term, folded) == 1
    };
    let lexicon = &*LEXICON;
    let mut meanings = lexicon
        .phrases
        .keys()
        .filter(near)
        .chain(lexicon.commodities.keys().filter(near))
        .map(|term| meaning(term));
    let first = meanings.next()?;
    meanings.all(|other| other == first).then_some(first)
}

/// What a spelling of a unit stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// One unit.
    Of(Unit),
    /// A unit that means different things to different people.
    Several,
}

impl Spelling {
    /// The unit, where it is one.
    pub const fn unit(self) -> Option<Unit> {
        match self {
            Self::Of(unit) => Some(unit),
            Self::Several => None,
        }
    }
}

/// What a spelling of a unit stands for (see `unit::key`).
pub fn unit(key: &str) -> Option<Spelling> {
    LEXICON.units.get(key).copied()
}

/// Whether it is a unit of something that is not supplied, such as area or people (see `unit::key`).
pub fn is_other_unit(key: &str) -> bool {
    LEXICON.other_units.contains(key)
}

/// Words such as `thousand` with their factor, as folded text.
pub fn prefixes() -> &'static [(String, Decimal)] {
    &LEXICON.prefixes
}

/// Whether a text says that there is no value: a word for it, or nothing but marks.
pub fn says_no_value(text: &str) -> bool {
    // No such word has a digit or is long, and most cells are told by that.
    if text.len() > 80 || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let folded = fold(text);
    folded.is_empty() || LEXICON.no_value.contains(&folded)
}

/// Whether a folded name is one that programs give to sheets.
pub fn is_generic_name(folded: &str) -> bool {
    LEXICON.generic.iter().any(|term| term == folded)
}

impl Meaning {
    fn take_commodity(&mut self, commodity: Commodity) {
        match self.commodity {
            None => self.commodity = Some(commodity),
            Some(known) if known == commodity => {}
            Some(_) => self.several_commodities = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_phrases_win() {
        let due = meaning("due date");
        assert!(due.words.has(Word::OtherDate) && !due.words.has(Word::Date));
        let read = meaning("previous reading");
        assert!(read.words.has(Word::Previous) && !read.words.has(Word::Register));
    }

    #[test]
    fn compound_words_are_parted() {
        let german = meaning(&fold("Stromverbrauch [kWh]"));
        assert!(german.words.has(Word::Quantity));
        assert_eq!(german.commodity, Some(Commodity::Electricity));
    }

    #[test]
    fn every_month_has_a_name_in_eleven_languages() {
        for names in [
            ["january", "december"],
            ["يناير", "ديسمبر"],
            ["januar", "dezember"],
            ["janvier", "décembre"],
            ["enero", "diciembre"],
            ["janeiro", "dezembro"],
            ["gennaio", "dicembre"],
            ["januari", "december"],
            ["styczeń", "grudzień"],
            ["январь", "декабрь"],
            ["ocak", "aralık"],
        ] {
            assert_eq!(names.map(|name| month(&fold(name))), [Some(1), Some(12)], "{names:?}");
        }
    }

    #[test]
    fn a_misspelt_month_is_known_where_it_can_be_no_other() {
        for (word, month) in [
            ("novimebre", Some(11)),
            ("feburary", Some(2)),
            ("septmber", Some(9)),
            ("ocotber", Some(10)),
            // One letter from June and one from July.
            ("junlio", None),
            // Two spellings of June, and none of July.
            ("junlo", Some(6)),
            ("juno", None),
            ("total", None),
        ] {
            assert_eq!(nearly_month(word), month, "{word}");
        }
    }

    #[test]
    fn a_misspelt_heading_is_known_where_it_can_be_no_other() {
        assert!(nearly("consumtion").is_some_and(|meaning| meaning.words.has(Word::Quantity)));
        assert!(nearly("electrcity").is_some_and(|m| m.commodity == Some(Commodity::Electricity)));
        // Known by its ending alone, and an ending is not guessed at.
        assert_eq!(nearly("vebrauch"), None);
        assert_eq!(nearly("consumer"), None);
        assert_eq!(nearly("readins"), None);
        assert_eq!(nearly("kulutus"), None);
    }
}
