//! What a note around a table speaks of: of its numbers, or of something else.

use super::super::date;
use super::super::find::Table;
use super::super::heading::Heading;
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
