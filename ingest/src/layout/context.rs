//! What is said about a table by everything around it: titles, sheet name, file name, subject.

mod month;
mod notes;
mod years;

use std::rc::Rc;

use foldhash::HashMap;
use jiff::civil::DateTime;
use readings::{Commodity, Dimension, Unit};

use super::FileContext;
use super::date;
use super::find::Table;
use super::heading::{Heading, HeadingPeriod};
use super::role::Role;
use super::text::{fold, smooth};
use super::unit::{self, FoundUnit};
use super::words::{self, Word, WordSet};
use month::month_around;
use notes::{
    is_about_the_file, is_beside, is_named_by_year, speaks_aside, speaks_of_people, stated_month,
    stated_quarter, stated_year, states_an_amount, year_of_use,
};
pub use years::{is_fiscal, two_years, years};

/// What the surroundings of a table say.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The words of titles and of the sheet's name.
    pub words: WordSet,
    /// A title names money.
    pub money: bool,
    /// Whether a title or the sheet's name says that something was used.
    pub says_used: bool,
    /// The commodity, from the nearest that names one.
    pub commodity: Option<Commodity>,
    /// The one unit that titles and the sheet's name state.
    pub unit: Option<FoundUnit>,
    /// The one year.
    pub year: Option<i16>,
    /// The year where what names it, or the table, speaks of all of it: without a month it is the period.
    pub whole_year: Option<i16>,
    /// Two years that follow each other, as titles and names state a year that is not the calendar's.
    pub fiscal: Option<(i16, i16)>,
    /// From and to which month, no more than a year, as a title states it.
    pub months: Option<((i16, i8), (i16, i8))>,
    /// The site, from a pair of label and value, or from the sheet's name.
    pub site: Option<String>,
    /// The meter, from a pair of label and value.
    pub meter: Option<String>,
    /// A transformer ratio stands above the table.
    pub multiplier: bool,
    /// A title or name says that the numbers are wished, planned or modelled.
    pub not_measured: Option<String>,
    /// The month of everything that states none itself.
    pub month: Option<(Option<i16>, i8)>,
    /// The quarter, or the months of one year, that a title or the sheet's name states: the period of everything that
    /// states none itself.
    pub part_of_year: Option<(i16, i8, i8)>,
    /// What a person has said that spellings of units mean, folded.
    pub spellings: HashMap<String, Unit>,
    /// From and to, as a title states them, for everything that states no period itself.
    pub span: Option<(DateTime, DateTime)>,
}

impl Surroundings {
    /// Gathers what is said.
    pub fn of(table: &Table, sheet_name: &str, context: &FileContext) -> Self {
        let sheet = Heading::of(&sheet_name.replace('_', " "));
        let file = context.file_name.as_deref().map(|name| Heading::of(&stem(name)));
        let subject = context.mail_subject.as_deref().map(Heading::of);
        let mut around = Self { words: said_of(&sheet), ..Self::default() };
        let short = |titles: &[Rc<Heading>]| -> Vec<Rc<Heading>> {
            titles.iter().filter(|title| title.text.len() < 200).cloned().collect()
        };
        let (near, outer) = (short(&table.titles), short(&table.outer));
        let all: Vec<&Heading> = near.iter().chain(&outer).map(Rc::as_ref).collect();
        // A title of its own says what a table counts; what the sheet says at its top is then about another.
        let decides = near.iter().any(|title| says_what(title));
        let titles: Vec<&Heading> =
            if decides { near.iter().map(Rc::as_ref).collect() } else { all.clone() };
        for title in &titles {
            around.words = around.words.with(said_of(title));
            around.money |= title.money;
        }
        // A file of text has no sheet: its name is that of the table, though it does not tell columns apart.
        let unclear = table.columns.iter().filter(|column| column.role == Role::Unclear).count();
        let is_its_own = sheet_name.is_empty() && (table.wide || unclear <= 1);
        let of_file = file.iter().filter(|_| is_its_own);
        let mut said = titles.iter().copied().chain([&sheet]).chain(of_file);
        around.says_used = said.any(|h| h.words.has(Word::Quantity));
        around.not_measured = all
            .iter()
            .copied()
            .find(|h| h.words.has(Word::Forecast) || is_made_from_others(h))
            .or(Some(&sheet).filter(|h| h.words.has(Word::Forecast) || h.is_derived()))
            .map(|h| h.text.clone());
        around.commodity = titles
            .iter()
            .copied()
            .filter(|title| !is_beside(title))
            .chain([&sheet])
            .find_map(|heading| heading.commodity)
            .or_else(|| supplied_at(table))
            .or_else(|| file.iter().chain(&subject).find_map(|heading| heading.commodity));
        around.unit = one_unit(&titles, &sheet).or_else(|| {
            let stated = pair(table, Word::Unit)?;
            unit::whole(&stated)
        });
        let near: Vec<&Heading> = near.iter().map(Rc::as_ref).collect();
        around.year = if table.year.is_some() {
            table.year
        } else if let Some(stated) = stated_year(table) {
            Some(stated)
        } else if near.iter().any(|title| !years(&title.text).is_empty()) {
            year_around(&near, &sheet, None, None)
        } else {
            year_around(&all, &sheet, file.as_ref(), subject.as_ref())
        };
        let named = all.iter().copied().chain([&sheet]).chain(&file).chain(&subject);
        let mut texts = named.filter(|heading| !speaks_aside(heading)).map(|heading| &heading.text);
        let months = texts.clone().find_map(|text| date::months_from_to(text));
        // Months over the end of a year say more than the one year that is named beside them.
        let begins = |month: i8| {
            let mut periods = table.columns.iter().filter_map(|column| column.period);
            month > 1
                && matches!(periods.next(), Some(HeadingPeriod::Month(None, first)) if first == month)
        };
        let over_the_end = months.is_some_and(|(first, last)| first.0 != last.0 && begins(first.1));
        if around.year.is_none() || over_the_end {
            around.year = None;
            around.months = months;
            around.fiscal = texts.find_map(|text| two_years(text));
        }
        let mut values = table.columns.iter().filter(|column| column.role.is_value());
        let says_annual = values.any(|column| column.heading.words.has(Word::Annual))
            || all.iter().copied().chain([&sheet]).chain(&file).chain(&subject).any(|named| {
                named.words.has(Word::Annual) && years(&named.text).first().copied() == around.year
            });
        let says_use = || year_of_use(table, &all, &sheet, [file.as_ref(), subject.as_ref()]);
        around.whole_year = around.year.filter(|year| says_annual || says_use() == Some(*year));
        around.part_of_year = part_of_year_around(table, &all, &sheet);
        around.month = stated_month(table)
            .or_else(|| month_around(&all, &sheet, file.as_ref(), subject.as_ref()));
        around.span = span_around(&all);
        around.meter = pair(table, Word::Meter);
        around.multiplier = pair(table, Word::Multiplier).is_some();
        let of_sheet = site_of_sheet(sheet_name, &sheet);
        around.site = pair(table, Word::Site).or_else(|| named_site(table, of_sheet));
        if let Some(name) = table.name.as_ref().filter(|name| name.words.has(Word::Meter)) {
            around.meter = around.meter.or_else(|| Some(name.text.clone()));
        }
        // What is billed together has a number; a holder has a name, and names no meter.
        let is_number = |account: &String| account.chars().any(|c| c.is_ascii_digit());
        around.meter = around.meter.or_else(|| pair(table, Word::Account).filter(is_number));
        around
    }

    /// What the surroundings say the numbers are, where that is not something used.
    pub fn says_other(&self) -> Option<&'static str> {
        if self.says_used {
            return None;
        }
        if self.money || self.words.any(&[Word::Cost, Word::Price]) {
            Some("cost")
        } else if self.words.has(Word::Generation) {
            Some("generation")
        } else if self.words.has(Word::Demand) {
            Some("demand")
        } else {
            None
        }
    }

    /// The commodity that the surroundings name, unless the unit contradicts it.
    pub fn commodity_for(&self, dimension: Option<Dimension>) -> Option<Commodity> {
        self.commodity.filter(|commodity| fits(*commodity, dimension))
    }
}

/// Whether a title says that the numbers below are made from those used: emissions by mass, means, shares.
fn is_made_from_others(title: &Heading) -> bool {
    let of_emissions = title.words.has(Word::Other)
        && title.dimension() == Some(Dimension::Mass)
        && title.unit.is_some();
    let says_use = title.supplies || title.words.has(Word::Quantity) || title.unit.is_some();
    // What was used for each of something; `p/kWh` and `kg/kWh` are a price and a factor. Means of power are power.
    let counted = title.unit.as_ref().and_then(|unit| unit.text.text.split(['/', ' ']).next());
    let is_share = title.is_ratio()
        && !title.money
        && counted.is_some_and(|unit| unit::whole(unit).is_some())
        && !title.words.any(&[Word::Price, Word::Other]);
    let is_mean = title.words.has(Word::Average)
        && !title.words.has(Word::Power)
        && title.dimension() != Some(Dimension::Power);
    of_emissions || says_use && (is_share || is_mean)
}

/// What is supplied at the points by whose numbers the table names its meters.
fn supplied_at(table: &Table) -> Option<Commodity> {
    let columns = table.columns.iter().map(|column| &column.heading);
    let labels = table.pairs.iter().map(|(label, _)| label.as_ref());
    let meters = columns.chain(labels).filter(|heading| heading.words.has(Word::Meter));
    words::one_of(meters.filter_map(|heading| words::supplied_at(&fold(&heading.text))))
}

/// The words of a title or a name. `Meter Data Export` is how a program calls its file; what is exported from a site is
/// named with its commodity or unit.
fn said_of(title: &Heading) -> WordSet {
    const FILES: [&str; 3] = ["export", "exports", "exported"];
    const OF_DATA: [&str; 8] = [
        "data export",
        "trend export",
        "report export",
        "csv export",
        "bms export",
        "file export",
        "excel export",
        "history export",
    ];
    let folded = fold(&title.text);
    let of_data = OF_DATA.iter().any(|words| folded.contains(words));
    if !title.words.has(Word::Generation) || (title.supplies || title.unit.is_some()) && !of_data {
        return title.words;
    }
    let others: Vec<&str> = folded.split(' ').filter(|word| !FILES.contains(word)).collect();
    if others.len() == folded.split(' ').count() {
        return title.words;
    }
    words::meaning(&others.join(" ")).words
}

/// Whether a title says what the numbers below it are.
fn says_what(title: &Heading) -> bool {
    const KINDS: [Word; 8] = [
        Word::Quantity,
        Word::Cost,
        Word::Price,
        Word::Generation,
        Word::Forecast,
        Word::Demand,
        Word::Register,
        Word::Power,
    ];
    title.words.any(&KINDS) || title.money || title.unit.is_some()
}

/// Whether a commodity is counted in this dimension.
pub const fn fits(commodity: Commodity, dimension: Option<Dimension>) -> bool {
    let out_of_place = match commodity {
        Commodity::Electricity => matches!(dimension, Some(Dimension::Volume | Dimension::Mass)),
        Commodity::Water | Commodity::Sewer => {
            matches!(dimension, Some(Dimension::Energy | Dimension::Power | Dimension::Mass))
        }
        _ => false,
    };
    !out_of_place
}

/// The file's name without its ending, with `_` as spaces.
fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace(['_', '-'], " ")
}

fn pair(table: &Table, word: Word) -> Option<String> {
    let is_date = |value: &str| !matches!(date::read(value), date::DateText::Not);
    table
        .pairs
        .iter()
        .find(|(label, value)| {
            label.words.has(word)
                && !speaks_of_people(label)
                && label.unknown.len() <= 2
                && value.len() < 120
                && !is_date_value(value, word, &is_date)
                && !words::says_no_value(value)
        })
        .map(|(_, value)| smooth(value))
}

/// A point of delivery is a long number, which must not be taken for a day.
fn is_date_value(value: &str, word: Word, is_date: &impl Fn(&str) -> bool) -> bool {
    word != Word::Meter && is_date(value)
}

pub fn site_of_sheet(name: &str, heading: &Heading) -> Option<String> {
    let name = smooth(name);
    let folded = fold(&name);
    let says_other = !heading.words.is_empty() && !heading.words.any(&[Word::Site, Word::Meter])
        || heading.commodity.is_some()
        || heading.period.is_some()
        || heading.unit.is_some();
    let numbered = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let generic =
        folded.is_empty() || words::is_generic_name(&folded) || words::is_generic_name(numbered);
    let letters = folded.chars().any(char::is_alphabetic);
    (!says_other && !generic && letters && years(&name).is_empty()).then_some(name)
}

/// The site of a table that has a name: several tables of one sheet may be parts of its place.
fn named_site(table: &Table, of_sheet: Option<String>) -> Option<String> {
    let name = table.name.as_ref().filter(|name| !name.words.has(Word::Meter));
    match (name, of_sheet) {
        (None, of_sheet) => of_sheet,
        (Some(name), Some(sheet)) if sheet.chars().count() > 1 && sheet != name.text => {
            Some(format!("{sheet} / {}", name.text))
        }
        (Some(name), _) => Some(name.text.clone()),
    }
}

fn one_unit(titles: &[&Heading], sheet: &Heading) -> Option<FoundUnit> {
    let mut units = titles
        .iter()
        .copied()
        .chain([sheet])
        .filter(|h| !states_an_amount(h))
        .filter_map(|h| h.unit.as_ref())
        .filter(|unit| !unit.ratio);
    let first = units.next()?;
    units
        .all(|unit| unit.text.unit == first.text.unit && unit.factor == first.factor)
        .then(|| first.clone())
}

/// The two days that one title states, and no other title any: from and to.
fn span_around(titles: &[&Heading]) -> Option<(DateTime, DateTime)> {
    let mut found = None;
    for title in titles.iter().filter(|title| !is_about_the_file(title)) {
        match date::days_inside(&title.text).as_slice() {
            [] => match date::span_written_out(&title.text) {
                Some(_) if found.is_some() => return None,
                Some(span) => found = Some(span),
                None => {}
            },
            [first, last] if first < last && found.is_none() => found = Some((*first, *last)),
            _ => return None,
        }
    }
    found
}

/// The one part of a year, in months, that titles, a label above the table or the sheet's name state: `Q1 2023`.
fn part_of_year_around(
    table: &Table,
    titles: &[&Heading],
    sheet: &Heading,
) -> Option<(i16, i8, i8)> {
    let months = |heading: &Heading| match heading.period {
        Some(HeadingPeriod::Months(Some(year), first, last)) => Some((year, first, last)),
        _ => None,
    };
    let stated = stated_quarter(table).and_then(|quarter| months(&quarter));
    let titles = titles.iter().filter(|title| !is_about_the_file(title));
    let mut found = titles.filter_map(|title| months(title)).chain(stated);
    match (found.next(), months(sheet)) {
        (Some(first), _) => found.all(|other| other == first).then_some(first),
        (None, of_sheet) => of_sheet,
    }
}

/// The year, from the nearest that names one; none where the nearest names several or a fiscal year.
fn year_around(
    titles: &[&Heading],
    sheet: &Heading,
    file: Option<&Heading>,
    subject: Option<&Heading>,
) -> Option<i16> {
    let mut found: Option<i16> = None;
    for title in titles.iter().filter(|title| !is_about_the_file(title)) {
        match years(&title.text).as_slice() {
            [] => {}
            [year] if found.is_none_or(|known| known == *year) && !is_fiscal(&title.text) => {
                found = Some(*year);
            }
            _ => return None,
        }
        if found.is_none() && is_fiscal(&title.text) {
            return None;
        }
    }
    if let Some(year) = found {
        // A title that was kept from the year before contradicts the name of its sheet.
        let agrees = match years(&sheet.text).as_slice() {
            [other] if !is_fiscal(&sheet.text) && is_named_by_year(sheet) => *other == year,
            _ => true,
        };
        return agrees.then_some(year);
    }
    for name in [Some(sheet), file, subject].into_iter().flatten() {
        match years(&name.text).as_slice() {
            [] => {}
            [year] if !is_fiscal(&name.text) => return Some(*year),
            _ => return None,
        }
    }
    None
}
