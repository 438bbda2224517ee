//! What a heading says of itself as a whole: that its numbers are made from others, that it is a name.

use super::super::date;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Heading;

impl Heading {
    /// Whether it says that its numbers are of another time or made from others; a name that has such a word in it, as
    /// `School n°1` or `EAC Building`, does not.
    pub fn is_derived(&self) -> bool {
        // `Lag 24`, `rolling 7d` count steps or days.
        let has_steps = words::counts_steps(&fold(&self.text));
        let counts = |word: &String| {
            has_steps && word.len() <= 3 && word.starts_with(|c: char| c.is_ascii_digit())
        };
        let is_year = |word: &String| {
            word.len() == 4 && word.parse().is_ok_and(date::is_year) || counts(word)
        };
        self.words.has(Word::Derived)
            && !self.words.any(&[Word::Site, Word::Meter, Word::Identifier])
            && self.unknown.iter().all(is_year)
    }

    /// Whether what stands last below other headings says so: `Building 1 / LY`.
    pub fn ends_derived(&self) -> bool {
        self.text.rsplit_once(" / ").is_some_and(|(_, last)| {
            let last = Self::of(last);
            last.is_derived() || last.words.has(Word::Forecast)
        })
    }

    /// Whether it reads like the name of a place, in which a commodity or another known word may stand by chance:
    /// `Gas Station 3`, `Price Hall`.
    pub fn is_like_a_name(&self) -> bool {
        let is_word = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        self.unit.is_none()
            && self.period.is_none()
            && !self.words.any(&[Word::Meter, Word::Quantity, Word::Register])
            && (self.words.has(Word::Site) || self.unknown.iter().any(is_word))
            && !self.ends_with_what_is_supplied()
    }

    /// Whether a commodity stands last, or before a word for its supply: `School gas`, `Town Hall heat supply`.
    fn ends_with_what_is_supplied(&self) -> bool {
        let folded = fold(&self.text);
        let mut words = folded.rsplit(' ').skip_while(|word| {
            matches!(*word, "supply" | "meter" | "usage" | "consumption" | "zahler" | "compteur")
        });
        words.next().is_some_and(|word| words::meaning(word).commodity.is_some())
    }
}
