//! What a note around a table speaks of: of its numbers, or of something else.

use super::super::date;
use super::super::find::Table;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::role::Role;
use super::super::text::{fold, smooth};
use super::super::words::{self, Word};

/// The year beside a label that says so: `Year | 2023`.
pub fn stated_year(table: &Table) -> Option<i16> {
    let (_, value) = table.pairs.iter().find(|(label, _)| {
        label.words.has(Word::Year) && label.unknown.is_empty() && !label.words.has(Word::OtherDate)
    })?;
    let year = smooth(value).parse().ok()?;
    date::is_year(year).then_some(year)
}

/// The month beside a label that says so: `Mois : mars 2024`.
pub fn stated_month(table: &Table) -> Option<(Option<i16>, i8)> {
    let (_, value) = table
        .pairs
        .iter()
        .find(|(label, _)| label.words.has(Word::Month) && label.unknown.is_empty())?;
    match date::read(value) {
        date::DateText::Month(year, month) => Some((year, month)),
        _ => None,
    }
}

/// Whether a label is of something about a site or meter rather than of its name: who manages it, how it is rated.
pub fn speaks_of_people(label: &Heading) -> bool {
    let located = label.words.has(Word::Meter) && fold(&label.text).contains("location");
    located || words::is_about_site(&fold(&label.text))
}

/// Whether the unit in a title belongs to a number beside it: `about 1.2 GWh a year`. `1000 kWh` is a unit.
pub fn states_an_amount(title: &Heading) -> bool {
    let Some(unit) = &title.unit else { return false };
    let Some((before, _)) = title.text.split_once(&*unit.text.text) else { return false };
    let before = before.trim_end();
    let number =
        before.rsplit(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '\''))).next();
    let Some(number) = number.filter(|number| number.ends_with(|c: char| c.is_ascii_digit()))
    else {
        return false;
    };
    let is_year = number.parse().is_ok_and(date::is_year);
    !is_year && number.bytes().any(|digit| matches!(digit, b'2'..=b'9'))
}

/// Whether the number in a sheet's name is its year: `2024`, `Usage 2024`, and not `Room 2015`.
pub fn is_named_by_year(sheet: &Heading) -> bool {
    !sheet.words.any(&[Word::Site, Word::Meter, Word::Identifier])
        && sheet.unknown.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A note about something else than the numbers below it, such as when a meter was installed.
pub fn speaks_aside(title: &Heading) -> bool {
    !title.words.has(Word::Quantity)
        && (title.text.contains('©')
            || words::speaks_aside(&fold(&title.text), names_supply(title)))
}

/// Whether a title names something that is supplied, if only as energy, or a year as such.
fn names_supply(title: &Heading) -> bool {
    title.supplies
        || title.words.any(&[Word::Commodity, Word::Year])
        || fold(&title.text).contains("energ")
}

/// Whether a commodity in a title is not what the table is about: a price, a supplier, the name of a place.
pub fn is_beside(title: &Heading) -> bool {
    let names = title.text.split_once(':').is_some_and(|(label, _)| {
        let said = words::meaning(&fold(label)).words;
        said.any(&[Word::Site, Word::Account, Word::Note]) && !said.has(Word::Commodity)
    });
    let is_price = title.is_ratio() || title.words.has(Word::Price);
    let uses = title.words.has(Word::Quantity);
    names || !uses && (is_price || speaks_aside(title))
}

/// Titles that say when the file was made, not what it is about.
pub fn is_about_the_file(title: &Heading) -> bool {
    title.words.has(Word::OtherDate)
        || speaks_aside(title)
        || (words::speaks_of_rates(&fold(&title.text)) && !title.words.has(Word::Quantity))
        || is_address(&title.text)
        || [
            "downloaded",
            "generated",
            "printed",
            "created",
            "updated",
            "version",
            "copyright",
            "stand",
        ]
        .iter()
        .any(|word| fold(&title.text).split(' ').any(|token| token == *word))
}

/// Whether what looks like a year is the number of a house, at the beginning of a text or after a comma:
/// `Harbour House, 2012 Station Road`.
fn is_address(text: &str) -> bool {
    text.split([',', ':', ';']).any(|part| {
        let folded = fold(part);
        let mut words = folded.split(' ');
        let is_year = |word: &str| word.len() == 4 && word.parse().is_ok_and(date::is_year);
        words.next().is_some_and(is_year) && words.skip(1).take(2).any(words::is_street)
    })
}

/// What stands beside a label for quarters: `Quarter: Q1 2023`.
pub fn stated_quarter(table: &Table) -> Option<Heading> {
    let (_, value) = table
        .pairs
        .iter()
        .find(|(label, _)| label.words.has(Word::Quarter) && label.unknown.is_empty())?;
    Some(Heading::of(value))
}

/// The year of which a table says what each of its rows used, where the sheet is called by it, a label states it, or a
/// title says no more than that something was used in it: `Energy use in 2023`. Nothing may speak of a part of the year,
/// and what was used stands in columns with a unit.
pub fn year_of_use(
    table: &Table,
    titles: &[&Heading],
    sheet: &Heading,
    names: [Option<&Heading>; 2],
) -> Option<i16> {
    let mut values = table.columns.iter().filter(|column| column.role.is_value()).peekable();
    let is_of_use = values.peek().is_some()
        && values
            .all(|column| column.role == Role::Quantity && column.heading.dimension().is_some())
        && table.columns.iter().any(|column| column.role == Role::Site)
        && !table.wide;
    let all = titles.iter().copied().chain([sheet]);
    if !is_of_use || all.clone().chain(names.into_iter().flatten()).any(speaks_of_a_part) {
        return None;
    }
    let mut titles = all.filter(|title| !is_about_the_file(title));
    stated_year(table).or_else(|| titles.find_map(year_in_use))
}

/// The year in a text that otherwise only says that something was used.
fn year_in_use(title: &Heading) -> Option<i16> {
    const BESIDE: [&str; 12] =
        ["in", "en", "im", "for", "of", "the", "per", "by", "all", "nel", "em", "за"];
    const ELSE: [Word; 12] = [
        Word::Forecast,
        Word::Derived,
        Word::Average,
        Word::Register,
        Word::Cost,
        Word::Price,
        Word::Generation,
        Word::Demand,
        Word::Lost,
        Word::Meter,
        Word::Identifier,
        Word::OtherDate,
    ];
    let [year] = super::years(&title.text)[..] else { return None };
    let is_plain = |word: &String| {
        word.starts_with("energ") || BESIDE.contains(&word.as_str()) || *word == year.to_string()
    };
    let is_said = !title.words.any(&ELSE) && !title.money && !title.percent;
    let is_calendar = !super::is_fiscal(&title.text);
    (is_said && is_calendar && title.unknown.iter().all(is_plain)).then_some(year)
}

/// Whether a title or a name speaks of less than a year.
fn speaks_of_a_part(title: &Heading) -> bool {
    const PARTS: [&str; 8] = ["ytd", "date", "half", "h1", "h2", "monthly", "interim", "partial"];
    let of_months = !matches!(title.period, None | Some(HeadingPeriod::Year(_)));
    let folded = fold(&title.text);
    of_months
        || title.words.any(&[Word::Quarter, Word::Week, Word::Month, Word::Day])
        || folded.split(' ').any(|word| {
            PARTS.contains(&word)
                || words::month(word).is_some()
                || words::part_of_year(word).is_some()
        })
}
