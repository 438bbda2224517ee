//! Columns of numbers that are years, months, days or hours.

use super::super::heading::Heading;
use super::super::profile::Profile;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::{Role, dated};

/// Years, months, days and hours as numbers.
pub(super) fn number(heading: &Heading, profile: &Profile) -> Option<Role> {
    let words = heading.words;
    if heading.unit.is_some() {
        return None;
    }
    if words.has(Word::Week) && profile.whole_within(1.0, 53.0) {
        return Some(Role::Week);
    }
    if words.has(Word::Year) && profile.whole_within(1970.0, 2099.0) {
        let is_other = words.has(Word::OtherDate);
        return Some(if is_other { Role::Ignored } else { Role::Year });
    }
    if words.any(&[Word::Month, Word::Date]) && profile.holds_dotted_months() {
        return Some(Role::Month);
    }
    if words.has(Word::Month)
        && (profile.whole_within(1.0, 12.0) || profile.whole_within(197_001.0, 209_912.0))
    {
        return Some(Role::Month);
    }
    if words.has(Word::Day) && profile.whole_within(1.0, 31.0) {
        return Some(Role::Day);
    }
    let of_a_day = [24.0, 48.0, 96.0].into_iter().any(|n| {
        profile.whole_within(1.0, n) && profile.low <= 1.0 && profile.high >= n
            || profile.whole_within(0.0, n - 1.0) && profile.low <= 0.0 && profile.high >= n - 1.0
    });
    if words.any(&[Word::Time, Word::Start, Word::End, Word::Month])
        && !words.has(Word::OtherDate)
        && of_a_day
    {
        return Some(Role::Time);
    }
    // Hours that begin with the day; `24` in all rows are hours of operation.
    if words.has(Word::Time)
        && profile.whole_within(0.0, 24.0)
        && profile.low <= 1.0
        && profile.high > profile.low
    {
        return Some(Role::Time);
    }
    if words.any(&[Word::Date, Word::ReadDate, Word::Start, Word::End])
        && profile.whole_within(19_700_101.0, 20_991_231.0)
    {
        return Some(dated(heading));
    }
    // Day numbers whose cells have lost the format of a date. `Start` and `End` alone may head registers.
    if (words.any(&[Word::Date, Word::ReadDate, Word::Month]) || says_date(heading))
        && !words.any(&[Word::Quantity, Word::Register, Word::OtherDate])
        && profile.holds_serial_days()
    {
        return Some(dated(heading));
    }
    // Days of a month by their numbers, each once.
    let counts_days = profile.whole_within(1.0, 31.0)
        && profile.low <= 1.0
        && profile.high >= 28.0
        && profile.counts_on();
    if words.has(Word::Date)
        && !words.any(&[Word::OtherDate, Word::Start, Word::End])
        && counts_days
    {
        return Some(Role::Day);
    }
    // A number under `Date` or `Hour` that fits no calendar is a running number.
    let calendar = words.any(&[
        Word::Date,
        Word::Time,
        Word::Start,
        Word::End,
        Word::OtherDate,
        Word::WeekEnding,
        Word::ReadDate,
        Word::Year,
    ]);
    (calendar && !words.has(Word::Quantity)).then_some(Role::Ignored)
}

/// Whether one of the heading's words by itself means a date, as in `Start Date`.
fn says_date(heading: &Heading) -> bool {
    heading
        .text
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| words::meaning(&fold(word)).words.has(Word::Date))
}
