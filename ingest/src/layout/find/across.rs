//! Periods that stand across a row.

use std::ops::Range;

use super::super::heading::{Heading, HeadingPeriod};
use super::super::words::{Word, WordSet};
use super::{Finder, Look, MOST_COLUMNS, look};
use crate::workbook::{Cell, CellValue};

impl Finder<'_, '_> {
    /// The columns of periods, where the row has a run of them.
    pub(super) fn periods_across(&mut self, index: usize) -> Option<Vec<u32>> {
        let cells = self.grid.cells(index);
        if cells.len() < 2 || cells.len() > MOST_COLUMNS {
            return None;
        }
        self.settle_days(cells);
        if let Some(run) = self.counted_intervals(cells) {
            return (self.numbers_near(index) > 0).then_some(run);
        }
        // A number that is no year makes a row of data, unless there are many that count up.
        let few = cells.len() < 24;
        let is_year =
            |cell: &Cell| matches!(Heading::of_number(&cell.value), Some(HeadingPeriod::Year(_)));
        let is_number = |cell: &Cell| matches!(cell.value, CellValue::Number(_)) && !is_year(cell);
        if few && cells.iter().rev().any(is_number) {
            return None;
        }
        let like_numbers = self.periods_like_numbers(cells);
        let a_number = |cell: &Cell| {
            !is_year(cell)
                && look(&cell.value) == Look::Number
                && !like_numbers.contains(&cell.at.column)
        };
        if few && cells.iter().rev().any(a_number) {
            return None;
        }
        let (mut texts, mut dates, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        let mut other_numbers = 0;
        for cell in cells {
            match (&cell.value, look(&cell.value)) {
                (CellValue::DateTime(_), _) => dates.push(cell),
                (_, Look::Number) if like_numbers.contains(&cell.at.column) => texts.push(cell),
                (_, Look::Number) => numbers.push(cell),
                (CellValue::Text(_), Look::Words | Look::Date)
                    if self.heading(&cell.value).period.is_some() =>
                {
                    texts.push(cell);
                }
                (_, Look::Date) => other_numbers += 1,
                _ => {}
            }
        }
        let columns = |cells: &[&Cell]| cells.iter().map(|cell| cell.at.column).collect::<Vec<_>>();
        // Beside names of meters any days may stand: those on which all of them were read.
        let of_meters = cells.iter().any(|cell| {
            look(&cell.value) == Look::Words
                && self.heading(&cell.value).words.any(&[Word::Meter, Word::Site, Word::Unit])
        });
        // Beside months a year stands over a total.
        let years_only = !numbers.is_empty()
            && numbers.len() <= 2
            && numbers.iter().all(|cell| {
                matches!(self.heading(&cell.value).period, Some(HeadingPeriod::Year(_)))
            });
        let no_numbers = numbers.is_empty() || years_only;
        let run = if dates.len() >= 3 || (dates.len() + texts.len() >= 3 && !dates.is_empty()) {
            let mut both: Vec<&Cell> = dates.into_iter().chain(texts).collect();
            both.sort_by_key(|cell| cell.at.column);
            (no_numbers && other_numbers == 0 && self.regular(&both, of_meters))
                .then(|| columns(&both))
        } else if texts.len() >= 2 {
            let usual = self.usual(texts);
            (no_numbers && usual.len() >= 2 && self.regular(&usual, of_meters))
                .then(|| columns(&usual))
        } else if let ([only], [], []) = (&texts[..], &dates[..], &numbers[..]) {
            self.is_lone_month(cells, only).then(|| vec![only.at.column])
        } else {
            self.numbered(&numbers)
        }?;
        (self.numbers_near(index) > 0).then_some(run)
    }

    /// The columns of texts that could be numbers and are periods where they follow each other: `01.2023`, `2023 kWh`.
    fn periods_like_numbers(&mut self, cells: &[Cell]) -> Vec<u32> {
        let with_year = |cell: &&Cell| match &cell.value {
            CellValue::Text(text) => may_name_year(text),
            _ => false,
        };
        // One alone follows nothing; most rows end here.
        if cells.iter().filter(with_year).nth(1).is_none() {
            return Vec::new();
        }
        let found: Vec<(u32, i32)> = cells
            .iter()
            .filter(with_year)
            .filter(|cell| Heading::of_number(&cell.value).is_none())
            .filter(|cell| look(&cell.value) == Look::Number)
            .filter_map(|cell| {
                let place = match self.heading(&cell.value).period? {
                    HeadingPeriod::Year(year) => i32::from(year) * 12,
                    HeadingPeriod::Month(Some(year), month) => {
                        i32::from(year) * 12 + i32::from(month)
                    }
                    _ => return None,
                };
                Some((cell.at.column, place))
            })
            .collect();
        let steps: Vec<i32> = found.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
        let follow = steps.first().is_some_and(|step| matches!(step.abs(), 1 | 12))
            && steps.iter().all(|step| *step == steps[0]);
        if follow { found.into_iter().map(|(column, _)| column).collect() } else { Vec::new() }
    }

    /// Whether a month with its year is the one period of a table that names its meters and their unit: the first sheet
    /// of a year. Any other word for time or use among the names would make it a table with a row per reading.
    fn is_lone_month(&mut self, cells: &[Cell], month: &Cell) -> bool {
        let others: Vec<WordSet> = cells
            .iter()
            .filter(|cell| cell.at != month.at)
            .map(|cell| self.heading(&cell.value).words)
            .collect();
        let names = |word| others.iter().any(|words| words.has(word));
        let rows = [
            Word::Start,
            Word::End,
            Word::Date,
            Word::Month,
            Word::Year,
            Word::Quantity,
            Word::Register,
            Word::Previous,
            Word::Current,
        ];
        matches!(self.heading(&month.value).period, Some(HeadingPeriod::Month(Some(_), _)))
            && names(Word::Unit)
            && (names(Word::Meter) || names(Word::Site))
            && !others.iter().any(|words| words.any(&rows))
    }

    /// The cells whose periods are of the kind that most are of: months, without the quarters between them.
    pub(super) fn usual<'c>(&mut self, cells: Vec<&'c Cell>) -> Vec<&'c Cell> {
        let kinds: Vec<Option<u8>> =
            cells.iter().map(|cell| self.heading(&cell.value).period.map(kind_of_period)).collect();
        let count = |kind: &Option<u8>| kinds.iter().filter(|other| *other == kind).count();
        let Some(most) =
            kinds.iter().copied().max_by_key(|kind| (count(kind), std::cmp::Reverse(*kind)))
        else {
            return cells;
        };
        cells
            .into_iter()
            .zip(kinds)
            .filter(|(_, kind)| *kind == most)
            .map(|(cell, _)| cell)
            .collect()
    }

    /// Whether the periods are of one kind and go one way; days step regularly, unless they may be those of `rounds` of
    /// reading.
    pub(super) fn regular(&mut self, cells: &[&Cell], rounds: bool) -> bool {
        let periods: Vec<HeadingPeriod> =
            cells.iter().filter_map(|cell| self.heading(&cell.value).period).collect();
        let months = periods.iter().filter(|p| matches!(p, HeadingPeriod::Month(..))).count();
        let clocks = periods.iter().filter(|p| matches!(p, HeadingPeriod::Clock(_))).count();
        let years = periods.iter().filter(|p| matches!(p, HeadingPeriod::Year(_))).count();
        let quarters = periods.iter().filter(|p| matches!(p, HeadingPeriod::Months(..))).count();
        let days = periods.len() - months - clocks - years - quarters;
        if clocks == periods.len() {
            return clocks >= 12;
        }
        // The same period in every heading is the one of the table: `Electricity 2023`, `Gas 2023`.
        if periods.len() > 1 && periods.iter().all(|period| *period == periods[0]) {
            return false;
        }
        if years == periods.len() || quarters == periods.len() || months == periods.len() {
            return true;
        }
        // Dates across: months by their first day, or days one after the other.
        days >= 3 && days + months == periods.len() && date_steps(&periods, rounds)
    }

    /// A run of years, days of a month, hours or intervals written as numbers.
    pub(super) fn numbered(&mut self, cells: &[&Cell]) -> Option<Vec<u32>> {
        let values: Vec<(u32, HeadingPeriod)> = cells
            .iter()
            .filter_map(|cell| Some((cell.at.column, self.heading(&cell.value).period?)))
            .collect();
        if let Some(width) = repeated_years(&values) {
            // The same years below each of several headings; other numbers beside them make a row of data.
            let columns = values.iter().map(|(column, _)| *column);
            return (width >= 2 && cells.len() == values.len()).then(|| columns.collect());
        }
        let mut best: Range<usize> = 0..0;
        let mut start = 0;
        for at in 1..=values.len() {
            let follows = at < values.len()
                && match (values[at - 1].1, values[at].1) {
                    (HeadingPeriod::Year(a), HeadingPeriod::Year(b)) => (a - b).abs() == 1,
                    (HeadingPeriod::Number(a), HeadingPeriod::Number(b)) => b - a == 1,
                    _ => false,
                };
            if !follows {
                if at - start > best.len() {
                    best = start..at;
                }
                start = at;
            }
        }
        let run = &values[best];
        let least = match run.first()?.1 {
            HeadingPeriod::Year(_) => 2,
            _ => 24,
        };
        (run.len() >= least && cells.len() <= run.len() + 2)
            .then(|| run.iter().map(|(column, _)| *column).collect())
    }
}

/// How many years stand in a row before the same ones follow again, to the end of the row.
fn repeated_years(values: &[(u32, HeadingPeriod)]) -> Option<usize> {
    let first = values.first()?.1;
    let width = 1 + values[1..].iter().position(|(_, period)| *period == first)?;
    let follow = values[..width].windows(2).all(|pair| match (pair[0].1, pair[1].1) {
        (HeadingPeriod::Year(a), HeadingPeriod::Year(b)) => (a - b).abs() == 1,
        _ => false,
    });
    let again = values.iter().enumerate().all(|(at, (_, period))| *period == values[at % width].1);
    (follow && again && values.len().is_multiple_of(width)).then_some(width)
}

/// Whether a year in full may stand in a text: `2023`, `202301`, or digits of another script.
fn may_name_year(text: &str) -> bool {
    let mut runs = text.as_bytes().split(|byte| !byte.is_ascii_digit());
    runs.any(|run| matches!(run, [b'1', b'9', ..] | [b'2', b'0', ..] if matches!(run.len(), 4 | 6)))
        || !text.is_ascii()
}

/// Whether dates across step by days or by months; `rounds` of reading go one way.
fn date_steps(periods: &[HeadingPeriod], rounds: bool) -> bool {
    let days: Vec<i64> = periods
        .iter()
        .filter_map(|period| match period {
            HeadingPeriod::At(at) => Some(i64::from(at.date().to_zoned_day())),
            HeadingPeriod::Month(Some(year), month) => Some(i64::from(month_day(*year, *month))),
            _ => None,
        })
        .collect();
    if days.len() < periods.len() {
        return false;
    }
    let steps: Vec<i64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let all =
        |range: std::ops::RangeInclusive<i64>| steps.iter().all(|step| range.contains(&step.abs()));
    let one_way = steps.iter().all(|step| *step > 0) || steps.iter().all(|step| *step < 0);
    (one_way
        && (rounds && all(2..=400) || all(1..=1) || all(28..=31) || all(89..=92) || all(365..=366)))
        || steps.iter().all(|step| (0..=31).contains(step)) && steps.contains(&0)
}

/// Months and days may stand in one run; other kinds of periods do not mix.
pub(super) const fn kind_of_period(period: HeadingPeriod) -> u8 {
    match period {
        HeadingPeriod::Month(..) | HeadingPeriod::At(_) => 0,
        HeadingPeriod::Months(..) => 1,
        HeadingPeriod::Year(_) => 2,
        HeadingPeriod::Clock(_) => 3,
        HeadingPeriod::Number(_) => 4,
    }
}

fn month_day(year: i16, month: i8) -> i32 {
    jiff::civil::Date::new(year, month, 1).map_or(0, DayNumber::to_zoned_day)
}

trait DayNumber {
    fn to_zoned_day(self) -> i32;
}

impl DayNumber for jiff::civil::Date {
    /// Days since 1970.
    fn to_zoned_day(self) -> i32 {
        (self - jiff::civil::date(1970, 1, 1)).get_days()
    }
}
