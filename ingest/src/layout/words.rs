//! The words by which headings are recognised, read from the lists in `words/`: one term a line, in fifteen languages.
//!
//! A list holds the terms of one meaning in all the languages that were written first; a language that came later has
//! a file of its own, a line of which names the list and the term.
//!
//! A term is compared as whole words after folding (`text::fold`). `*term` also matches the end of a longer word, as
//! German and Dutch build them (`Stromverbrauch`); `=term` matches only where nothing stands beside it.

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use readings::{Commodity, Unit};
use rust_decimal::Decimal;

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
    /// Not measured.
    Forecast, "forecast";
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
    /// A week by its last day.
    WeekEnding, "weekending";
    /// The day on which somebody read the meter.
    ReadDate, "readdate";
    /// The names of rows in a pivot table.
    PivotRows, "pivotrows";
    /// The names of columns in a pivot table.
    PivotColumns, "pivotcolumns";
}

/// Languages with a file of their own, each line of which names a list and a term.
const LANGUAGES: &[&str] = &[
    include_str!("words/cs.tsv"),
    include_str!("words/hu.tsv"),
    include_str!("words/ro.tsv"),
    include_str!("words/sv.tsv"),
];

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

struct Lexicon {
    phrases: HashMap<String, Vec<Word>>,
    endings: Vec<(String, Word)>,
    commodities: HashMap<String, Commodity>,
    commodity_endings: Vec<(String, Commodity)>,
    months: HashMap<String, i8>,
    units: HashMap<String, Spelling>,
    other_units: HashSet<String>,
    prefixes: Vec<(String, Decimal)>,
    no_value: HashSet<String>,
    currencies: HashMap<String, String>,
    /// Words that mean this only where nothing stands beside them.
    wholes: HashMap<String, Word>,
    hundredths: Vec<(String, String)>,
    generic: Vec<String>,
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// What a folded text says. Longer phrases win over the shorter ones inside them.
pub fn meaning(folded: &str) -> Meaning {
    let lexicon = &*LEXICON;
    let tokens: Vec<&str> = folded.split(' ').filter(|token| !token.is_empty()).collect();
    let mut meaning = Meaning::default();
    if lexicon.take_whole(folded, &mut meaning) {
        return meaning;
    }
    let mut at = 0;
    while at < tokens.len() {
        let longest = lexicon.longest.min(tokens.len() - at);
        let found = (1..=longest)
            .rev()
            .find(|length| lexicon.take_phrase(&tokens[at..at + length].join(" "), &mut meaning));
        if let Some(length) = found {
            at += length;
            continue;
        }
        if !lexicon.take_ending(tokens[at], &mut meaning) {
            meaning.unknown.push(tokens[at].to_owned());
        }
        at += 1;
    }
    meaning
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

/// The currency of a word or sign, lower case.
pub fn currency(word: &str) -> Option<&'static str> {
    LEXICON.currencies.get(word).map(String::as_str)
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
    let (code, _) = LEXICON.hundredths.iter().find(|(_, spelling)| is_named(spelling))?;
    Some(code.trim_start_matches('-'))
}

/// Whether a folded name is one that programs give to sheets.
pub fn is_generic_name(folded: &str) -> bool {
    LEXICON.generic.iter().any(|term| term == folded)
}

impl Lexicon {
    fn load() -> Self {
        let mut lexicon = Self {
            phrases: HashMap::new(),
            endings: Vec::new(),
            commodities: HashMap::new(),
            commodity_endings: Vec::new(),
            months: HashMap::new(),
            units: HashMap::new(),
            other_units: HashSet::new(),
            prefixes: Vec::new(),
            no_value: HashSet::new(),
            currencies: HashMap::new(),
            wholes: HashMap::new(),
            hundredths: Vec::new(),
            generic: Vec::new(),
            longest: 1,
        };
        for (word, _, list) in LISTS {
            for term in terms(list) {
                lexicon.add_word(*word, term);
            }
        }
        for (code, term) in pairs(include_str!("words/commodities.txt")) {
            let Ok(commodity) = code.parse::<Commodity>() else { continue };
            match term.strip_prefix('*') {
                Some(ending) => lexicon.commodity_endings.push((fold(ending), commodity)),
                None => {
                    lexicon.commodities.insert(fold(term), commodity);
                }
            }
        }
        for (number, term) in pairs(include_str!("words/months.txt")) {
            if let Ok(number) = number.parse() {
                lexicon.months.insert(fold(term), number);
            }
        }
        for (symbol, spelling) in unit_pairs(include_str!("words/units.txt")) {
            lexicon.units.insert(
                super::unit::key(spelling),
                symbol.parse().map_or(Spelling::Several, Spelling::Of),
            );
        }
        lexicon
            .other_units
            .extend(terms(include_str!("words/other_units.txt")).map(super::unit::key));
        for (factor, term) in pairs(include_str!("words/prefixes.txt")) {
            if let Ok(factor) = factor.parse() {
                lexicon.prefixes.push((fold(term), factor));
            }
        }
        for (list, term) in LANGUAGES.iter().flat_map(|language| tagged(language)) {
            lexicon.add_tagged(list, term);
        }
        lexicon.prefixes.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
        lexicon.no_value.extend(terms(include_str!("words/novalue.txt")).map(fold));
        for (code, term) in pairs(include_str!("words/currencies.txt")) {
            lexicon.currencies.insert(term.to_lowercase(), code.to_owned());
        }
        lexicon.hundredths.extend(
            pairs(include_str!("words/hundredths.txt"))
                .map(|(code, term)| (code.to_owned(), term.to_lowercase())),
        );
        lexicon.generic.extend(terms(include_str!("words/generic.txt")).map(fold));
        lexicon.longest = lexicon
            .phrases
            .keys()
            .chain(lexicon.commodities.keys())
            .map(|phrase| phrase.split(' ').count())
            .max()
            .unwrap_or(1);
        lexicon
    }

    fn add_word(&mut self, word: Word, term: &str) {
        if let Some(ending) = term.strip_prefix('*') {
            self.endings.push((fold(ending), word));
            return;
        }
        if let Some(whole) = term.strip_prefix('=') {
            self.wholes.entry(fold(whole)).or_insert(word);
            return;
        }
        let words = self.phrases.entry(fold(term)).or_default();
        if !words.contains(&word) {
            words.push(word);
        }
    }

    /// Adds a term to the list of this name; a term that names something already keeps what it names.
    fn add_tagged(&mut self, list: &str, term: &str) -> bool {
        if let Some((word, ..)) = LISTS.iter().find(|(_, name, _)| *name == list) {
            self.add_word(*word, term);
            return true;
        }
        match list.split_once(':').unwrap_or((list, "")) {
            ("commodity", code) => {
                let Ok(commodity) = code.parse() else { return false };
                self.commodities.entry(fold(term)).or_insert(commodity);
            }
            ("months", number) => {
                let Ok(number) = number.parse() else { return false };
                self.months.entry(fold(term)).or_insert(number);
            }
            ("prefixes", factor) => {
                let Ok(factor) = factor.parse() else { return false };
                self.prefixes.push((fold(term), factor));
            }
            ("novalue", _) => {
                self.no_value.insert(fold(term));
            }
            ("generic", _) => self.generic.push(fold(term)),
            _ => return false,
        }
        true
    }

    fn take_phrase(&self, phrase: &str, meaning: &mut Meaning) -> bool {
        let mut found = false;
        if let Some(words) = self.phrases.get(phrase) {
            for word in words {
                meaning.words.add(*word);
            }
            found = true;
        }
        if let Some(commodity) = self.commodities.get(phrase) {
            meaning.take_commodity(*commodity);
            found = true;
        }
        found
    }

    fn take_whole(&self, folded: &str, meaning: &mut Meaning) -> bool {
        let word = self.wholes.get(folded);
        word.is_some_and(|word| {
            meaning.words.add(*word);
            true
        })
    }

    fn take_ending(&self, token: &str, meaning: &mut Meaning) -> bool {
        let mut found = false;
        for (ending, word) in &self.endings {
            if token.ends_with(ending.as_str()) {
                meaning.words.add(*word);
                found = true;
                let start = &token[..token.len() - ending.len()];
                if let Some(commodity) = self.commodities.get(start.trim_end_matches('s')) {
                    meaning.take_commodity(*commodity);
                }
            }
        }
        for (ending, commodity) in &self.commodity_endings {
            if token.len() > ending.len() + 2 && token.ends_with(ending.as_str()) {
                meaning.take_commodity(*commodity);
                found = true;
            }
        }
        found
    }
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

fn terms(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn pairs(list: &str) -> impl Iterator<Item = (&str, &str)> {
    terms(list).filter_map(|line| line.split_once(' '))
}

/// Pairs of list and term in the file of a language.
fn tagged(language: &str) -> impl Iterator<Item = (&str, &str)> {
    terms(language).filter_map(|line| line.split_once('\t'))
}

/// Pairs of symbol and spelling; a symbol may be two words (`imp gal`).
fn unit_pairs(list: &str) -> impl Iterator<Item = (&str, &str)> {
    terms(list).filter_map(|line| match line.strip_prefix("imp gal ") {
        Some(spelling) => Some(("imp gal", spelling)),
        None => line.split_once(' '),
    })
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

    #[test]
    fn every_term_of_a_language_goes_to_a_list_that_exists() {
        let mut lexicon = Lexicon::load();
        for language in LANGUAGES {
            for line in terms(language) {
                let (list, term) = line.split_once('\t').unwrap_or_else(|| panic!("{line}"));
                assert!(lexicon.add_tagged(list, term), "{list} {term}");
            }
            let lists: HashSet<&str> = tagged(language).map(|(list, _)| list).collect();
            for needed in ["site", "meter", "quantity", "start", "end", "total", "register", "unit"]
            {
                assert!(lists.contains(needed), "{needed}");
            }
        }
    }

    #[test]
    fn no_term_of_a_language_is_another_month() {
        for (list, term) in LANGUAGES.iter().flat_map(|language| tagged(language)) {
            if let Some(number) = list.strip_prefix("months:") {
                assert_eq!(
                    month(&fold(term)).map(|month| month.to_string()).as_deref(),
                    Some(number),
                    "{term}"
                );
            }
        }
    }

    #[test]
    fn every_listed_unit_is_one_that_is_known() {
        for (symbol, spelling) in unit_pairs(include_str!("words/units.txt")) {
            assert!(symbol == "?" || symbol.parse::<Unit>().is_ok(), "{symbol} {spelling}");
        }
    }
}
