//! The lists of `words/` in memory, and what a phrase or a word of a text names by them.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use readings::Commodity;
use rust_decimal::Decimal;

use super::super::unit;
use super::told::Told;
use super::{LISTS, Meaning, Spelling, Word, fold};

/// Languages with a file of their own, each line of which names a list and a term.
const LANGUAGES: &[&str] = &[
    include_str!("bg.tsv"),
    include_str!("cs.tsv"),
    include_str!("da.tsv"),
    include_str!("el.tsv"),
    include_str!("fi.tsv"),
    include_str!("hr.tsv"),
    include_str!("hu.tsv"),
    include_str!("id.tsv"),
    include_str!("nb.tsv"),
    include_str!("ro.tsv"),
    include_str!("sv.tsv"),
    include_str!("uk.tsv"),
];

/// All lists, by folded term.
pub(super) struct Lexicon {
    pub(super) phrases: HashMap<String, Vec<Word>>,
    pub(super) endings: Vec<(String, Word)>,
    pub(super) commodities: HashMap<String, Commodity>,
    pub(super) commodity_endings: Vec<(String, Commodity)>,
    pub(super) months: HashMap<String, i8>,
    pub(super) units: HashMap<String, Spelling>,
    pub(super) other_units: HashSet<String>,
    pub(super) prefixes: Vec<(String, Decimal)>,
    pub(super) no_value: HashSet<String>,
    /// Words that mean this only where nothing stands beside them.
    pub(super) wholes: HashMap<String, Word>,
    pub(super) generic: Vec<String>,
    /// What stands before the number of an hour.
    pub(super) hours: HashSet<String>,
    /// What stands before the number of an interval of a day.
    pub(super) intervals: HashSet<String>,
    /// What a note speaks of that is not about the numbers below it.
    pub(super) aside: HashSet<String>,
    /// What a sheet is called that was replaced.
    pub(super) set_aside: Vec<String>,
    /// The same where a note begins with it.
    pub(super) aside_first: HashSet<String>,
    /// The same where a note speaks of nothing supplied.
    pub(super) aside_weak: HashSet<String>,
    /// What rates of a tariff are called.
    pub(super) rate_names: HashSet<String>,
    pub(super) suppliers: HashSet<String>,
    pub(super) entered: HashSet<String>,
    pub(super) per_day: HashSet<String>,
    pub(super) amounts: HashSet<String>,
    /// Answers, registers, and what is dated by a month.
    pub(super) told: Told,
    /// Rates of a day, each with the one beside which it means what was used.
    pub(super) rates_of_day: HashMap<String, Vec<String>>,
    /// What has a year of its own: laws and the like.
    pub(super) laws: HashSet<String>,
    /// Amounts that are a part of a bill.
    pub(super) part_of_bill: HashSet<String>,
    /// What a row says of itself where its value may not count.
    pub(super) void: HashSet<String>,
    /// What follows the name of a street.
    pub(super) streets: HashSet<String>,
    /// What a label says about a site.
    pub(super) about_site: HashSet<String>,
    /// What begins a span of days.
    pub(super) span_starts: HashSet<String>,
    /// Headings of plain values.
    pub(super) values: HashSet<String>,
    /// Differences.
    pub(super) differences: HashSet<String>,
    /// What a note says of numbers in thousands.
    pub(super) thousands: Vec<String>,
    /// What stands before the end of twelve months.
    pub(super) year_endings: Vec<String>,
    /// How many months a part of a year has.
    pub(super) parts_of_year: HashMap<String, i8>,
    /// Prices in a note.
    pub(super) rates: HashSet<String>,
    /// What begins the heading of a share of what was used.
    pub(super) per: HashSet<String>,
    /// What points of supply are called, and what is supplied there.
    pub(super) points: Vec<(String, Commodity)>,
    /// The days of the week.
    pub(super) weekdays: HashSet<String>,
    /// What says of a reading whether it is estimated.
    pub(super) flags: HashMap<String, bool>,
    pub(super) longest: usize,
}

impl Lexicon {
    pub(super) fn load() -> Self {
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
            wholes: HashMap::new(),
            generic: Vec::new(),
            hours: terms(include_str!("hour.txt")).map(fold).collect(),
            intervals: terms(include_str!("interval.txt")).map(fold).collect(),
            aside: terms(include_str!("aside.txt")).map(fold).collect(),
            set_aside: terms(include_str!("setaside.txt")).map(fold).collect(),
            part_of_bill: terms(include_str!("partofbill.txt")).map(fold).collect(),
            aside_first: terms(include_str!("asidefirst.txt")).map(fold).collect(),
            aside_weak: terms(include_str!("asideweak.txt")).map(fold).collect(),
            rate_names: terms(include_str!("ratenames.txt")).map(fold).collect(),
            entered: terms(include_str!("entered.txt")).map(fold).collect(),
            suppliers: terms(include_str!("suppliers.txt")).map(fold).collect(),
            per_day: terms(include_str!("perday.txt")).map(fold).collect(),
            amounts: terms(include_str!("amounts.txt")).map(fold).collect(),
            told: Told::load(),
            rates_of_day: HashMap::new(),
            laws: terms(include_str!("laws.txt")).map(fold).collect(),
            void: terms(include_str!("void.txt")).map(fold).collect(),
            streets: terms(include_str!("street.txt")).map(fold).collect(),
            about_site: terms(include_str!("aboutsite.txt")).map(fold).collect(),
            span_starts: terms(include_str!("spanstart.txt")).map(fold).collect(),
            values: terms(include_str!("value.txt")).map(fold).collect(),
            differences: terms(include_str!("difference.txt")).map(fold).collect(),
            thousands: terms(include_str!("thousands.txt")).map(fold).collect(),
            year_endings: terms(include_str!("yearending.txt")).map(fold).collect(),
            parts_of_year: pairs(include_str!("partofyear.txt"))
                .filter_map(|(months, term)| Some((fold(term), months.parse().ok()?)))
                .collect(),
            rates: terms(include_str!("rates.txt")).map(fold).collect(),
            per: terms(include_str!("per.txt")).map(fold).collect(),
            weekdays: terms(include_str!("weekdays.txt")).map(fold).collect(),
            flags: pairs(include_str!("flags.txt"))
                .map(|(what, term)| (fold(term), what == "estimated"))
                .collect(),
            points: pairs(include_str!("points.txt"))
                .filter_map(|(code, term)| Some((fold(term), code.parse().ok()?)))
                .collect(),
            longest: 1,
        };
        for (word, _, list) in LISTS {
            for term in terms(list) {
                lexicon.add_word(*word, term);
            }
        }
        for (code, term) in pairs(include_str!("commodities.txt")) {
            let Ok(commodity) = code.parse::<Commodity>() else { continue };
            match term.strip_prefix('*') {
                Some(ending) => lexicon.commodity_endings.push((fold(ending), commodity)),
                None => {
                    lexicon.commodities.insert(fold(term), commodity);
                }
            }
        }
        for (number, term) in pairs(include_str!("months.txt")) {
            if let Ok(number) = number.parse() {
                lexicon.months.insert(fold(term), number);
            }
        }
        for (symbol, spelling) in unit_pairs(include_str!("units.txt")) {
            lexicon.units.insert(
                unit::key(spelling),
                symbol.parse().map_or(Spelling::Several, Spelling::Of),
            );
        }
        lexicon.other_units.extend(terms(include_str!("other_units.txt")).map(unit::key));
        let rates = terms(include_str!("ratesofday.txt")).filter_map(|line| line.split_once('|'));
        for (rate, other) in rates {
            lexicon.rates_of_day.entry(fold(rate)).or_default().push(fold(other));
        }
        for (factor, term) in pairs(include_str!("prefixes.txt")) {
            if let Ok(factor) = factor.parse() {
                lexicon.prefixes.push((fold(term), factor));
            }
        }
        for (list, term) in LANGUAGES.iter().flat_map(|language| tagged(language)) {
            lexicon.add_tagged(list, term);
        }
        lexicon.prefixes.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
        lexicon.no_value.extend(terms(include_str!("novalue.txt")).map(fold));
        lexicon.generic.extend(terms(include_str!("generic.txt")).map(fold));
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

    pub(super) fn take_phrase(&self, phrase: &str, meaning: &mut Meaning) -> bool {
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

    /// Whether a phrase says this word and nothing else.
    pub(super) fn says_only(&self, phrase: &str, word: Word) -> bool {
        self.phrases.get(phrase).is_some_and(|words| words.iter().all(|said| *said == word))
    }

    pub(super) fn take_whole(&self, folded: &str, meaning: &mut Meaning) -> bool {
        let word = self.wholes.get(folded);
        word.is_some_and(|word| {
            meaning.words.add(*word);
            true
        })
    }

    pub(super) fn take_ending(
        &self,
        token: &str,
        skipped: Option<Word>,
        meaning: &mut Meaning,
    ) -> bool {
        let mut found = false;
        for (ending, word) in self.endings.iter().filter(|(_, word)| Some(*word) != skipped) {
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

pub(super) fn terms(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub(super) fn pairs(list: &str) -> impl Iterator<Item = (&str, &str)> {
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
    use readings::Unit;

    use super::super::month;
    use super::*;

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
        for (symbol, spelling) in unit_pairs(include_str!("units.txt")) {
            assert!(symbol == "?" || symbol.parse::<Unit>().is_ok(), "{symbol} {spelling}");
        }
    }
}
