//! Months across that are dates of another year than the title says.

use readings::ProblemCode;

use super::super::candidate::{Hold, Values};
use super::super::context::years;
use super::super::find::Table;
use super::super::heading::HeadingPeriod;
use super::super::words::Word;

/// Dates before this year are what a spreadsheet makes of a month without a year.
const FIRST_YEAR: i16 = 1990;

/// Asks about dates that show only their month, as those of a sheet do that was filled in again under a new title.
pub(super) fn dates_of_another_year(table: &Table, values: &mut Values) {
    let dates: Vec<i16> = table
        .columns
        .iter()
        .filter(|column| column.role.is_value())
        .filter_map(|column| match column.period {
            Some(HeadingPeriod::At(at)) if at.day() == 1 => Some(at.year()),
            _ => None,
        })
        .collect();
    let Some(first) = dates.first().copied().filter(|_| table.wide && dates.len() > 1) else {
        return;
    };
    let mut said: Vec<i16> = table
        .titles
        .iter()
        .chain(&table.outer)
        // A report may be of the year after: the title says nothing but what was used, and when.
        .filter(|title| {
            let says_use =
                title.supplies || title.unit.is_some() || title.words.has(Word::Quantity);
            let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
            says_use && title.unknown.iter().all(is_number)
        })
        .flat_map(|title| years(&title.text))
        .collect();
    said.sort_unstable();
    said.dedup();
    let sentence = match said.as_slice() {
        [year] if is_one(&dates) && first != *year => {
            format!("The title says {year}, and the months are dates of {first}; which year is it?")
        }
        _ if dates.iter().any(|date| *date < FIRST_YEAR) => {
            format!("The months are dates of {first}; which year is it?")
        }
        _ => return,
    };
    values.hold_all(&Hold::new(ProblemCode::YearUnknown, sentence));
}

fn is_one(dates: &[i16]) -> bool {
    dates.windows(2).all(|pair| pair[0] == pair[1])
}
