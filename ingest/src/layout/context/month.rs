//! The month that everything around a table says its numbers are of.

use super::super::date;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::text::fold;
use super::super::words::{self, Word};
use super::notes::is_about_the_file;

/// The one month that titles, the sheet's name, the file's name or the mail's subject state, in this order of trust. None
/// where one of them speaks of a year: the month is then the last of it, or when it was written.
pub fn month_around(
    titles: &[&Heading],
    sheet: &Heading,
    file: Option<&Heading>,
    subject: Option<&Heading>,
) -> Option<(Option<i16>, i8)> {
    if titles.iter().copied().chain([sheet]).any(|named| named.words.has(Word::Annual)) {
        return None;
    }
    let mut months =
        titles.iter().filter(|title| !is_about_the_file(title)).filter_map(|title| said(title));
    if let Some(first) = months.next() {
        return months.all(|month| month == first).then_some(first);
    }
    said(sheet).or_else(|| file.and_then(said)).or_else(|| subject.and_then(said))
}

/// The month of which a title or name speaks.
fn said(heading: &Heading) -> Option<(Option<i16>, i8)> {
    let month = match heading.period {
        Some(HeadingPeriod::Month(year, month)) => (year, month),
        _ => date::month_and_year_inside(&heading.text).map(|(year, month)| (Some(year), month))?,
    };
    let folded = fold(&heading.text);
    let named = folded.split(' ').position(|word| words::month(word).is_some());
    let before: Vec<&str> = folded.split(' ').take(named.unwrap_or(0)).collect();
    (!words::dates_by_month(&folded, &before.join(" "))).then_some(month)
}
