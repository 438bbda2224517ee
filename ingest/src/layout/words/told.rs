//! Answers, registers and dates of something else, as headings and titles tell them.

use foldhash::HashSet;

use super::super::text::fold;
use super::LEXICON;
use super::lexicon::terms;

/// Lists that are asked about a text as a whole.
pub(super) struct Told {
    /// Yes and no.
    answers: HashSet<String>,
    /// What heads the register before.
    before: HashSet<String>,
    /// What heads the register after.
    after: HashSet<String>,
    /// What was measured, beside what was not.
    pub(super) measured: HashSet<String>,
    /// What begins the heading of a part of what stands beside it.
    pub(super) of_which: Vec<String>,
    /// Parts of a place.
    pub(super) part_names: HashSet<String>,
    /// What counts steps of time.
    steps: HashSet<String>,
    /// What stands before a month that ends something.
    month_ends: Vec<String>,
    /// What a title with a month speaks of that is not of that month.
    month_aside: Vec<String>,
}

impl Told {
    pub(super) fn load() -> Self {
        Self {
            answers: terms(include_str!("answers.txt")).map(fold).collect(),
            before: terms(include_str!("before.txt")).map(fold).collect(),
            after: terms(include_str!("after.txt")).map(fold).collect(),
            measured: terms(include_str!("measured.txt")).map(fold).collect(),
            of_which: terms(include_str!("ofwhich.txt")).map(fold).collect(),
            part_names: terms(include_str!("partnames.txt")).map(fold).collect(),
            steps: terms(include_str!("steps.txt")).map(fold).collect(),
            month_ends: terms(include_str!("monthends.txt")).map(fold).collect(),
            month_aside: terms(include_str!("monthaside.txt")).map(fold).collect(),
        }
    }
}

/// Whether a folded text is yes or no.
pub fn is_answer(folded: &str) -> bool {
    LEXICON.told.answers.contains(folded)
}

/// Whether a folded heading counts steps of time back from its row: `lag 24`.
pub fn counts_steps(folded: &str) -> bool {
    folded.split(' ').any(|word| LEXICON.told.steps.contains(word))
}

/// Whether a word of a folded heading speaks of the register before, and one of that after.
pub fn says_register(folded: &str) -> (bool, bool) {
    let has = |list: &HashSet<String>| folded.split(' ').any(|word| list.contains(word));
    (has(&LEXICON.told.before), has(&LEXICON.told.after))
}

/// Whether a folded title, of whose month the text before it is given, dates something by it rather than saying which
/// month its numbers are of: `Year to March 2024`, `Audit report April 2024`, `15 March 2024`.
pub fn dates_by_month(folded: &str, before: &str) -> bool {
    let ends = |term: &String| before == term || before.ends_with(&format!(" {term}"));
    let is_day = before.split(' ').next_back().is_some_and(|word| word.parse::<u8>().is_ok());
    let padded = format!(" {folded} ");
    let is_aside = |term: &String| padded.contains(&format!(" {term} "));
    is_day
        || LEXICON.told.month_ends.iter().any(ends)
        || LEXICON.told.month_aside.iter().any(is_aside)
}
