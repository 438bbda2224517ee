//! What one heading says: roles, unit, commodity, period.

mod of_its_own;

use jiff::civil::DateTime;
use readings::{Commodity, Currency, Dimension};

use super::date::{self, DateText};
use super::text::{fold, smooth};
use super::unit::{self, FoundUnit};
use super::words::{self, Word, WordSet};
use crate::workbook::CellValue;

/// A period as a heading names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadingPeriod {
    /// A month; the year may be missing.
    Month(Option<i16>, i8),
    /// Several months of one year, such as a quarter, from the first to the last; the year may be missing.
    Months(Option<i16>, i8, i8),
    /// A year.
    Year(i16),
    /// A day or instant.
    At(DateTime),
    /// A time of day, in seconds.
    Clock(i32),
    /// A bare number: a day of a month, an hour, an interval of a day.
    Number(i16),
}

/// In what money is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatedIn {
    /// In the currency.
    #[default]
    Whole,
    /// In hundredths of it: pence, cents.
    Hundredths,
}

/// What a heading says.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// The text for people.
    pub text: String,
    /// The roles that its words name.
    pub words: WordSet,
    /// The commodity that is named.
    pub commodity: Option<Commodity>,
    /// Something that is supplied is named, perhaps several things.
    pub supplies: bool,
    /// The unit that is named.
    pub unit: Option<FoundUnit>,
    /// A currency that is named without doubt.
    pub currency: Option<Currency>,
    /// A sign or name of money, of whatever currency.
    pub money: bool,
    /// In what money is stated.
    pub stated_in: StatedIn,
    /// A percent sign.
    pub percent: bool,
    /// The period that is named.
    pub period: Option<HeadingPeriod>,
    /// Words that are in no list.
    pub unknown: Vec<String>,
}

impl Heading {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let smoothed = smooth(text);
        let folded = fold(&smoothed);
        let meaning = words::meaning(&folded);
        let unit = unit::inside(&smoothed);
        let (money, currency) = money(&smoothed);
        let is_money = money
            || meaning.words.any(&[Word::Cost, Word::Price])
            || unit.as_ref().is_some_and(|unit| unit.ratio);
        // `Cost (£) at 30 p/kWh` is in pounds.
        let is_whole = currency.is_some() || smoothed.contains('$');
        let hundredths =
            (is_money && !is_whole).then(|| words::hundredths(&smoothed.to_lowercase())).flatten();
        let of_which = hundredths.and_then(|code| code.parse().ok());
        let mut heading = Self {
            words: meaning.words,
            commodity: meaning.commodity.filter(|_| !meaning.several_commodities),
            supplies: meaning.commodity.is_some(),
            currency: currency.or(of_which),
            money,
            stated_in: hundredths.map_or(StatedIn::Whole, |_| StatedIn::Hundredths),
            percent: smoothed.contains('%'),
            period: period(&smoothed, unit.as_ref()),
            unknown: meaning.unknown,
            unit,
            text: smoothed,
        };
        heading.forget_unit();
        if heading.words.has(Word::Derived) && !heading.is_derived() {
            let plain = words::meaning_without(&folded, Some(Word::Derived));
            (heading.words, heading.unknown) = (plain.words, plain.unknown);
            heading.forget_unit();
        }
        // German weeks; the unit is written kW.
        if heading.text == "KW" {
            heading.words.add(Word::Week);
            heading.words.add(Word::IsoWeek);
        }
        heading.period = heading.period.or_else(|| heading.year_of_use(&folded));
        heading
    }

    /// Takes the unit out of what is not known: `kW/h` or `m3` are found as unknown words as well.
    fn forget_unit(&mut self) {
        if let Some(unit) = &self.unit {
            let spelled = fold(&unit.text.text);
            self.unknown.retain(|word| !spelled.split(' ').any(|part| part == word));
        }
    }

    /// The one year in a heading that otherwise says what was used, in words that are all known: `Electricity 2023`.
    fn year_of_use(&self, folded: &str) -> Option<HeadingPeriod> {
        let says_use = self.supplies || self.words.has(Word::Quantity);
        let more = [
            Word::Total,
            Word::Average,
            Word::Forecast,
            Word::Derived,
            Word::Previous,
            Word::Current,
            Word::Register,
            Word::Start,
            Word::End,
        ];
        // `m3` is no number.
        let unit = self.unit.as_ref().map(|unit| fold(&unit.text.text)).unwrap_or_default();
        let of_digits = |word: &&str| {
            word.bytes().any(|byte| byte.is_ascii_digit())
                && !unit.split(' ').any(|part| part == *word)
        };
        let mut numbers = folded.split(' ').filter(of_digits);
        let (Some(year), None) = (numbers.next(), numbers.next()) else { return None };
        let known = self.unknown.iter().all(|word| word == year);
        let year = year.parse().ok().filter(|number| year.len() == 4 && date::is_year(*number))?;
        (says_use && known && !self.words.any(&more)).then_some(HeadingPeriod::Year(year))
    }

    /// Understands words of a header that are misspelt by one letter.
    pub fn mend_spelling(&mut self) {
        let mut unknown = Vec::new();
        for word in std::mem::take(&mut self.unknown) {
            let Some(meaning) = words::nearly(&word) else {
                unknown.push(word);
                continue;
            };
            self.words = self.words.with(meaning.words);
            if let Some(commodity) = meaning.commodity {
                self.commodity = if self.supplies { self.commodity } else { Some(commodity) };
                self.supplies = true;
            }
        }
        self.unknown = unknown;
    }

    /// Reads a cell that stands where headings stand.
    pub fn of_cell(value: &CellValue) -> Self {
        match value {
            CellValue::DateTime(at) => Self {
                text: at.date().to_string(),
                period: Some(HeadingPeriod::At(*at)),
                ..Self::default()
            },
            CellValue::Number(number) => Self {
                text: number.to_string(),
                period: small_integer(*number).map(number_period),
                ..Self::default()
            },
            other => Self::of(&super::grid::text_of(other)),
        }
    }

    /// The period that a bare number is, where headings stand: a year, or a number.
    pub fn of_number(value: &CellValue) -> Option<HeadingPeriod> {
        match value {
            CellValue::Number(number) => small_integer(*number).map(number_period),
            CellValue::Text(text) if text.len() <= 6 => text
                .trim()
                .parse()
                .ok()
                .filter(|number| (0..3000).contains(number))
                .map(number_period),
            _ => None,
        }
    }

    /// Whether one of its words by itself means that a meter is read, as in `Current reading date`.
    pub fn speaks_of_reading(&self) -> bool {
        const READING: [Word; 2] = [Word::Register, Word::ReadDate];
        let single = self.text.split(|letter: char| !letter.is_alphanumeric());
        self.words.any(&READING)
            || single
                .map(fold)
                .any(|word| word == "read" || words::meaning(&word).words.any(&READING))
    }

    /// Whether it is a unit and nothing else.
    fn is_unit_alone(&self) -> bool {
        self.unit.is_some() && self.unknown.is_empty() && self.words.is_empty() && !self.supplies
    }

    /// This heading under a broader one: what it does not say itself, the broader one says.
    #[must_use]
    pub fn under(self, broader: &Self) -> Self {
        let own_text = self.text.clone();
        let text = match (broader.text.is_empty(), self.text.is_empty()) {
            (true, _) => self.text,
            (_, true) => broader.text.clone(),
            // A row of units names nothing: it belongs to what stands over it.
            _ if self.is_unit_alone() => format!("{} {}", broader.text, self.text),
            _ => format!("{} / {}", broader.text, self.text),
        };
        // Below what was used in a unit, `HT` is the high rate of the day and no amount without tax.
        let is_rate = fold(&own_text) == "ht"
            && broader.unit.is_some()
            && !broader.money
            && !broader.words.any(&[Word::Cost, Word::Price]);
        let words = if is_rate { self.words.without(Word::Cost) } else { self.words };
        let own_money = self.money || words.any(&[Word::Cost, Word::Price]);
        Self {
            text,
            words: words.with(broader.words),
            commodity: self.commodity.or(broader.commodity),
            supplies: self.supplies || broader.supplies,
            // A column of money does not inherit the unit of its group.
            unit: self.unit.or_else(|| broader.unit.clone().filter(|_| !own_money)),
            currency: self.currency.or(broader.currency),
            money: self.money || broader.money,
            stated_in: match self.stated_in {
                StatedIn::Whole if !own_money => broader.stated_in,
                own => own,
            },
            percent: self.percent || broader.percent,
            period: joined(self.period, broader.period),
            unknown: broader.unknown.iter().cloned().chain(self.unknown).collect(),
        }
    }

    /// The dimension of the unit, where it is understood and no ratio.
    pub fn dimension(&self) -> Option<Dimension> {
        self.unit
            .as_ref()
            .filter(|unit| !unit.ratio)
            .and_then(|unit| unit.text.unit)
            .map(readings::Unit::dimension)
    }

    /// Whether the unit is one of a ratio.
    pub fn is_ratio(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| unit.ratio)
    }
}

fn small_integer(number: f64) -> Option<i16> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be an integer of this range")]
    (number.fract() == 0.0 && (0.0..3000.0).contains(&number)).then_some(number as i16)
}

const fn number_period(number: i16) -> HeadingPeriod {
    if date::is_year(number) { HeadingPeriod::Year(number) } else { HeadingPeriod::Number(number) }
}

/// A period named by a text, with at most a unit and two words beside it (`July kwh`, `Sep UD`).
fn period(text: &str, unit: Option<&FoundUnit>) -> Option<HeadingPeriod> {
    if text.chars().count() > 40 {
        return None;
    }
    let read = |text: &str| match date::read(text) {
        DateText::At(at) | DateText::Proves(at, _) => Some(HeadingPeriod::At(at)),
        DateText::Month(year, month) => Some(HeadingPeriod::Month(year, month)),
        DateText::Months(year, first, last) => Some(HeadingPeriod::Months(year, first, last)),
        DateText::Year(year) => Some(HeadingPeriod::Year(year)),
        DateText::Clock(seconds) => Some(HeadingPeriod::Clock(seconds)),
        DateText::Either(..) | DateText::Not => None,
    };
    if let Some(period) = read(text) {
        return Some(period);
    }
    if let Ok(number) = text.parse::<i16>() {
        return (0..3000).contains(&number).then(|| number_period(number));
    }
    let without_unit = unit.map_or_else(|| text.to_owned(), |unit| without(text, &unit.text.text));
    if let Some(period) = read(without_unit.trim()) {
        return Some(period);
    }
    whole_months(without_unit.trim())
        .or_else(|| hour_of_day(text))
        .or_else(|| named_with_year(&without_unit))
        .or_else(|| named_among_words(&fold(&without_unit)))
}

/// `01/01/2024 - 31/03/2024`: from the first day of a month to the last day of one of the same year.
fn whole_months(text: &str) -> Option<HeadingPeriod> {
    let (from, to) = date::read_range(text)?;
    // The last day of a month is no month, so it proves the order of both.
    let order = if let DateText::Proves(_, order) = to { Some(order) } else { None };
    let (from, to) = (date::resolve(from, order)?, date::resolve(to, order)?);
    let whole = from.day() == 1 && to.date() == to.date().last_of_month();
    (whole && from.year() == to.year() && from < to)
        .then(|| HeadingPeriod::Months(Some(from.year()), from.month(), to.month()))
}

/// A heading without its unit; one of a letter or two is no part of other words, as the l of April.
fn without(text: &str, unit: &str) -> String {
    let brackets = ['(', ')', '[', ']', '_'];
    if unit.chars().count() > 2 {
        return text.replace(unit, " ").replace(brackets, " ");
    }
    let words = text.split(|c: char| c.is_whitespace() || brackets.contains(&c));
    words.filter(|word| *word != unit).collect::<Vec<_>>().join(" ")
}

/// `HE7`, `Hour 7`: the hour that ends then, where hours are counted from 1; the midnight that ends the day is 0:00.
fn hour_of_day(text: &str) -> Option<HeadingPeriod> {
    let folded = fold(text);
    let digits = folded.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let word = folded[..folded.len() - digits.len()].trim_end();
    let hour: i32 = digits.parse().ok().filter(|hour| (0..=24).contains(hour))?;
    words::names_hour(word).then_some(HeadingPeriod::Clock(hour % 24 * 3600))
}

/// `Jan-23 Reading`: one word that is the month of a year, and at most two others without digits.
fn named_with_year(text: &str) -> Option<HeadingPeriod> {
    let mut found = None;
    let mut others = 0;
    for word in text.split_whitespace() {
        match date::read(word) {
            DateText::Month(Some(year), month) if word.contains(['-', '\'', '’', '/']) => {
                if found.replace(HeadingPeriod::Month(Some(year), month)).is_some() {
                    return None;
                }
            }
            _ if word.bytes().any(|byte| byte.is_ascii_digit()) => return None,
            _ => others += 1,
        }
    }
    found.filter(|_| others <= 2)
}

/// Short names of months that are words or beginnings of words as well: beside other words they need a year.
const WORDS_TOO: [&str; 14] = [
    "sub", "set", "ara", "ago", "out", "may", "mar", "mag", "gen", "lis", "lip", "mei", "noi",
    "maj",
];

/// One month name, perhaps a year, and at most two other words.
fn named_among_words(folded: &str) -> Option<HeadingPeriod> {
    let tokens: Vec<&str> = folded.split(' ').filter(|token| !token.is_empty()).collect();
    let mut found = None;
    let mut year = None;
    let mut others = 0;
    let mut doubtful = false;
    for token in &tokens {
        doubtful |= WORDS_TOO.contains(token);
        if let Some(month) = words::month(token) {
            if found.replace(month).is_some() {
                return None;
            }
        } else if let Some(number) =
            token.parse::<i16>().ok().filter(|n| token.len() == 4 && date::is_year(*n))
        {
            year = Some(number);
        } else if token.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        } else {
            others += 1;
        }
    }
    let certain = others == 0 || year.is_some() || !doubtful;
    (others <= 2 && certain).then_some(HeadingPeriod::Month(year, found?))
}

/// The one month that a heading names, certain or not, and its other words.
pub fn month_and_rest(text: &str) -> Option<(i8, String)> {
    let folded = fold(text);
    let (months, rest): (Vec<&str>, Vec<&str>) =
        folded.split(' ').partition(|token| words::month(token).is_some());
    let [month] = months.as_slice() else { return None };
    Some((words::month(month)?, rest.join(" ")))
}

/// Signs and names of money. `$` and `¥` are used by many countries: money, but no currency.
fn money(text: &str) -> (bool, Option<Currency>) {
    let lower = text.to_lowercase();
    let mut sign = lower.contains(['$', '¥', '¢', '₺', '₽', '₹', '€', '£']);
    let mut found = None;
    let words = lower
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '$' | '€' | '£' | '₺' | '₽' | '₹')));
    for word in words.filter(|word| !word.is_empty()) {
        if let Some(code) = words::currency(word) {
            sign = true;
            found = found.or_else(|| code.parse().ok());
        }
    }
    if found.is_none() {
        found = ["€", "£", "₺", "₽", "₹"]
            .iter()
            .find(|sign| lower.contains(**sign))
            .and_then(|sign| words::currency(sign)?.parse().ok());
    }
    (
        sign || lower
            .split(' ')
            .any(|word| matches!(word, "pesos" | "peso" | "dollars" | "dollar")),
        found,
    )
}

/// A period under the heading of a broader one: a month under a year is the month of that year.
const fn joined(
    own: Option<HeadingPeriod>,
    broader: Option<HeadingPeriod>,
) -> Option<HeadingPeriod> {
    match (own, broader) {
        (Some(HeadingPeriod::Month(None, month)), Some(HeadingPeriod::Year(year)))
        | (Some(HeadingPeriod::Year(year)), Some(HeadingPeriod::Month(None, month))) => {
            Some(HeadingPeriod::Month(Some(year), month))
        }
        (Some(HeadingPeriod::Months(None, first, last)), Some(HeadingPeriod::Year(year))) => {
            Some(HeadingPeriod::Months(Some(year), first, last))
        }
        (Some(own), _) => Some(own),
        (None, broader) => broader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_beside_units_and_stray_words() {
        for (text, period) in [
            ("July kwh", Some(HeadingPeriod::Month(None, 7))),
            ("JULY cf", Some(HeadingPeriod::Month(None, 7))),
            ("Sep UD", Some(HeadingPeriod::Month(None, 9))),
            ("Jan-16 (kWh)", Some(HeadingPeriod::Month(Some(2016), 1))),
            ("Consumption March 2023", Some(HeadingPeriod::Month(Some(2023), 3))),
            ("2021", Some(HeadingPeriod::Year(2021))),
            ("Mai 2020", Some(HeadingPeriod::Month(Some(2020), 5))),
            ("Total", None),
            ("Electricity 2023 (kWh)", Some(HeadingPeriod::Year(2023))),
            ("Consumption 2023", Some(HeadingPeriod::Year(2023))),
            ("Total consumption 2023", None),
            ("HE7", Some(HeadingPeriod::Clock(7 * 3600))),
            ("Hour 24", Some(HeadingPeriod::Clock(0))),
            ("Hour 25", None),
            ("Calandar 2022", None),
            ("Building", None),
            ("Sub total", None),
            ("Set point", None),
        ] {
            assert_eq!(Heading::of(text).period, period, "{text}");
        }
    }

    #[test]
    fn pence_and_cents_are_hundredths() {
        let pounds = "GBP".parse::<Currency>().ok();
        let told = |text: &str| {
            let heading = Heading::of(text);
            (heading.stated_in == StatedIn::Hundredths, heading.currency)
        };
        assert_eq!(told("Estimated Cost Inc. Tax (p)"), (true, pounds));
        assert_eq!(told("Unit rate p/kWh"), (true, pounds));
        assert_eq!(told("Arbeitspreis ct/kWh"), (true, None));
        assert_eq!(told("Cost (£)"), (false, pounds));
        assert_eq!(told("Cost (£) at 30 p/kWh"), (false, pounds));
        assert_eq!(told("Cost (c) = (a) x (b)"), (false, None), "a footnote");
        assert_eq!(told("Cost per month"), (false, None));
        assert_eq!(told("Occupancy (per cent)"), (false, None));
    }

    #[test]
    fn money_is_seen_and_currency_only_where_it_is_certain() {
        let dollars = Heading::of("Cost ($)");
        assert!(dollars.money && dollars.currency.is_none());
        assert_eq!(Heading::of("Betrag (€)").currency, Some(Currency::EUR));
        assert!(!Heading::of("Consumption").money);
    }
}
