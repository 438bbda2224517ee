//! Where the tables of a sheet are: header rows, columns, the rows below.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::grid::{Grid, text_of};
use super::heading::{Heading, HeadingPeriod};
use super::role::{Profile, Role, role};
use super::text::is_space;
use super::words::Word;
use crate::workbook::{Cell, CellValue};

/// Rows above a header that are looked at for its titles.
const TITLE_ROWS: usize = 30;
/// Rows of one header.
const HEADER_ROWS: usize = 3;
/// Columns of one table that are looked at.
const MOST_COLUMNS: usize = 2_000;
/// Texts that are remembered with their meaning.
const MOST_REMEMBERED: usize = 20_000;

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its number, from 0.
    pub index: u32,
    /// What its header says.
    pub heading: Heading,
    /// What stands in it.
    pub profile: Profile,
    /// The part it plays.
    pub role: Role,
    /// The period of the whole column, in a wide table.
    pub period: Option<HeadingPeriod>,
}

/// A table: a header and the rows below it.
#[derive(Debug, Clone)]
pub struct Table {
    /// The rows of the header, as numbers of the sheet.
    pub header_rows: Vec<u32>,
    /// The rows below it, as indices of the grid.
    pub rows: Range<usize>,
    /// Its columns, from left to right.
    pub columns: Vec<Column>,
    /// Whether periods stand across.
    pub wide: bool,
    /// What stands above it, nearest first.
    pub titles: Vec<Rc<Heading>>,
    /// What stands at the top of the sheet, above an earlier table.
    pub outer: Vec<Rc<Heading>>,
    /// Pairs of label and value above it.
    pub pairs: Vec<(Rc<Heading>, String)>,
    /// Which one it is of several side by side, from 1.
    pub part: Option<usize>,
}

/// What stands above a header.
struct Above {
    titles: Vec<Rc<Heading>>,
    outer: Vec<Rc<Heading>>,
    pairs: Vec<(Rc<Heading>, String)>,
}

struct Header {
    /// Indices of the grid.
    rows: Range<usize>,
    columns: Vec<(u32, Heading)>,
    periods: Vec<u32>,
}

/// Finds the tables of a sheet.
pub fn tables(grid: &Grid<'_>) -> Vec<Table> {
    let mut finder = Finder { grid, remembered: HashMap::new() };
    let mut headers: Vec<Header> = Vec::new();
    let mut index = 0;
    while index < grid.len() {
        match finder.header_at(index, headers.last().map_or(0, |last| last.rows.end)) {
            Some(header) => {
                index = header.rows.end;
                headers.push(header);
            }
            None => index += 1,
        }
    }
    let mut tables = Vec::new();
    let starts: Vec<usize> = headers.iter().map(|header| header.rows.start).collect();
    for (at, header) in headers.into_iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(grid.len());
        let above = if at == 0 { 0 } else { starts[at - 1] + 1 };
        let (titles, pairs) = finder.titles(header.rows.start, above, at > 0);
        let mut outer = Vec::new();
        if at > 0 {
            outer = finder.titles(starts[0], 0, false).0;
        }
        let above = Above { titles, outer, pairs };
        finder.build(header, end, &above, &mut tables);
    }
    tables
}

struct Finder<'g, 'a> {
    grid: &'g Grid<'a>,
    remembered: HashMap<String, Rc<Heading>>,
}

/// What kind of thing a cell looks like at a glance.
#[derive(PartialEq, Eq)]
enum Look {
    Words,
    Number,
    Date,
    Other,
}

fn look(value: &CellValue) -> Look {
    match value {
        CellValue::Number(_) | CellValue::Duration(_) => Look::Number,
        CellValue::DateTime(_) => Look::Date,
        CellValue::Text(text) => {
            let mut characters =
                text.chars().filter(|c| !is_space(*c) && !super::text::is_invisible(*c));
            match characters.next() {
                None => Look::Other,
                Some(first)
                    if super::text::digit_value(first).is_some()
                        || matches!(first, '-' | '+' | '(' | '.' | ',') =>
                {
                    if matches!(super::number::read(text), super::number::NumberText::Not)
                        && super::number::with_unit(text).is_none()
                        && super::number::without_currency(text).is_none()
                    {
                        if matches!(super::date::read(text), super::date::DateText::Not) {
                            Look::Words
                        } else {
                            Look::Date
                        }
                    } else {
                        Look::Number
                    }
                }
                Some(_) => Look::Words,
            }
        }
        _ => Look::Other,
    }
}

impl Finder<'_, '_> {
    fn heading(&mut self, value: &CellValue) -> Rc<Heading> {
        let CellValue::Text(text) = value else { return Rc::new(Heading::of_cell(value)) };
        if let Some(known) = self.remembered.get(&**text) {
            return Rc::clone(known);
        }
        let heading = Rc::new(Heading::of(text));
        if self.remembered.len() < MOST_REMEMBERED && text.len() < 300 {
            self.remembered.insert(text.to_string(), Rc::clone(&heading));
        }
        heading
    }

    /// The header whose first row of substance is this one.
    fn header_at(&mut self, index: usize, floor: usize) -> Option<Header> {
        if let Some(periods) = self.periods_across(index) {
            // Years over months: the months are what the columns are.
            if index + 1 < self.grid.len()
                && self.adjacent(index)
                && let Some(finer) = self.periods_across(index + 1)
                && finer.len() > periods.len()
            {
                return self.assemble(index + 1, floor, finer);
            }
            return self.assemble(index, floor, periods);
        }
        if !self.names_columns(index) {
            return None;
        }
        // Names of columns above a row of periods belong to one header.
        if index + 1 < self.grid.len()
            && self.adjacent(index)
            && let Some(periods) = self.periods_across(index + 1)
        {
            return self.assemble(index + 1, floor, periods);
        }
        self.assemble(index, floor, Vec::new())
    }

    fn adjacent(&self, index: usize) -> bool {
        self.grid.row_number(index) + 1 == self.grid.row_number(index + 1)
    }

    /// Whether the row names the columns of a table with a row per reading.
    fn names_columns(&mut self, index: usize) -> bool {
        let cells = self.grid.cells(index);
        if cells.len() < 2 || cells.len() > MOST_COLUMNS {
            return false;
        }
        if cells.iter().any(|cell| matches!(look(&cell.value), Look::Number | Look::Date)) {
            return false;
        }
        // `Type de comptage :` is the label of one value, not of a column.
        if cells.iter().any(|cell| text_of(&cell.value).ends_with(':')) {
            return false;
        }
        let headings: Vec<Rc<Heading>> =
            cells.iter().map(|cell| self.heading(&cell.value)).collect();
        let count = |test: &dyn Fn(&Heading) -> bool| {
            headings.iter().filter(|heading| test(heading)).count()
        };
        let period = count(&|h| {
            !h.words.has(Word::OtherDate)
                && h.words.any(&[
                    Word::Start,
                    Word::End,
                    Word::Date,
                    Word::Month,
                    Word::Year,
                    Word::Day,
                    Word::Time,
                    Word::WeekEnding,
                    Word::ReadDate,
                ])
        });
        let value = count(&|h| {
            h.dimension().is_some()
                || h.words.any(&[Word::Quantity, Word::Register, Word::Current])
                || h.commodity.is_some()
        });
        let cost = count(&|h| h.money || h.words.has(Word::Cost));
        let any = count(&|h| !h.words.is_empty() || h.unit.is_some() || h.commodity.is_some());
        let numbers_below = self.numbers_near(index);
        match (period, value) {
            (1.., 1..) => any >= 2 && numbers_below > 0,
            (1.., 0) => (cost > 0 || cells.len() >= 3) && any >= 1 && numbers_below > 0,
            (0, 1..) => (any >= 3 || any == cells.len()) && numbers_below > 0,
            (0, 0) => false,
        }
    }

    /// Numbers and dates in the next rows.
    fn numbers_near(&self, index: usize) -> usize {
        (index + 1..self.grid.len().min(index + 5))
            .map(|next| {
                self.grid
                    .cells(next)
                    .iter()
                    .filter(|cell| matches!(look(&cell.value), Look::Number | Look::Date))
                    .count()
            })
            .max()
            .unwrap_or(0)
    }

    /// The columns of periods, where the row has a run of them.
    fn periods_across(&mut self, index: usize) -> Option<Vec<u32>> {
        let cells = self.grid.cells(index);
        if cells.len() < 2 || cells.len() > MOST_COLUMNS {
            return None;
        }
        let (mut texts, mut dates, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        let mut other_numbers = 0;
        for cell in cells {
            match (&cell.value, look(&cell.value)) {
                (CellValue::DateTime(_), _) => dates.push(cell),
                (_, Look::Number) => numbers.push(cell),
                (CellValue::Text(_), Look::Words | Look::Date) => {
                    if self.heading(&cell.value).period.is_some() {
                        texts.push(cell);
                    }
                }
                (_, Look::Date) => other_numbers += 1,
                _ => {}
            }
        }
        let columns = |cells: &[&Cell]| cells.iter().map(|cell| cell.at.column).collect::<Vec<_>>();
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
            (no_numbers && other_numbers == 0 && self.regular(&both)).then(|| columns(&both))
        } else if texts.len() >= 2 {
            let usual = self.usual(texts);
            (no_numbers && usual.len() >= 2 && self.regular(&usual)).then(|| columns(&usual))
        } else {
            self.numbered(&numbers)
        }?;
        (self.numbers_near(index) > 0).then_some(run)
    }

    /// The cells whose periods are of the kind that most are of: months, without the quarters between them.
    fn usual<'c>(&mut self, cells: Vec<&'c Cell>) -> Vec<&'c Cell> {
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

    /// Whether the periods are of one kind and go one way.
    fn regular(&mut self, cells: &[&Cell]) -> bool {
        let periods: Vec<HeadingPeriod> =
            cells.iter().filter_map(|cell| self.heading(&cell.value).period).collect();
        let months = periods.iter().filter(|p| matches!(p, HeadingPeriod::Month(..))).count();
        let clocks = periods.iter().filter(|p| matches!(p, HeadingPeriod::Clock(_))).count();
        let years = periods.iter().filter(|p| matches!(p, HeadingPeriod::Year(_))).count();
        let quarters = periods.iter().filter(|p| matches!(p, HeadingPeriod::Quarter(..))).count();
        let days = periods.len() - months - clocks - years - quarters;
        if clocks == periods.len() {
            return clocks >= 12;
        }
        if years == periods.len() || quarters == periods.len() || months == periods.len() {
            return true;
        }
        // Dates across: months by their first day, or days one after the other.
        days >= 3 && days + months == periods.len() && date_steps(&periods)
    }

    /// A run of years, days of a month, hours or intervals written as numbers.
    fn numbered(&mut self, cells: &[&Cell]) -> Option<Vec<u32>> {
        let values: Vec<(u32, HeadingPeriod)> = cells
            .iter()
            .filter_map(|cell| Some((cell.at.column, self.heading(&cell.value).period?)))
            .collect();
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

    /// Puts a header together from the row of substance, the rows of groups above and the row of details below.
    fn assemble(&mut self, index: usize, floor: usize, periods: Vec<u32>) -> Option<Header> {
        let mut first = index;
        while first > floor
            && index - first < HEADER_ROWS
            && self.adjacent(first - 1)
            && self.groups_columns(first - 1)
        {
            first -= 1;
        }
        let mut last = index;
        while last + 1 < self.grid.len()
            && last - first < HEADER_ROWS
            && self.adjacent(last)
            && self.details_columns(last + 1)
        {
            last += 1;
        }
        let mut columns: Vec<u32> = (first..=last)
            .flat_map(|row| self.grid.cells(row).iter().map(|cell| cell.at.column))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns.truncate(MOST_COLUMNS);
        let mut found = Vec::with_capacity(columns.len());
        for column in columns {
            let mut heading = Heading::default();
            let mut last_said: Option<(u32, u32)> = None;
            for row in first..=last {
                if let Some((home, said)) = self.said_above(row, column, row < last) {
                    // A merged cell that spans header rows speaks once.
                    if last_said == Some(home) {
                        continue;
                    }
                    last_said = Some(home);
                    heading = (*said).clone().under(&heading);
                }
            }
            found.push((column, heading));
        }
        let mut across = Vec::new();
        if !periods.is_empty() {
            let kinds: Vec<_> = found
                .iter()
                .filter(|(column, _)| periods.contains(column))
                .filter_map(|(_, heading)| heading.period.map(kind_of_period))
                .collect();
            across = found
                .iter()
                .filter(|(_, heading)| {
                    heading.period.is_some_and(|period| kinds.contains(&kind_of_period(period)))
                })
                .map(|(column, _)| *column)
                .collect();
        }
        Some(Header { rows: first..last + 1, columns: found, periods: across })
    }

    /// What a header row says over a column: in its own cell, in a merged one, or, in a row of groups without merged
    /// cells, in the nearest cell to the left.
    fn said_above(
        &mut self,
        row: usize,
        column: u32,
        groups: bool,
    ) -> Option<((u32, u32), Rc<Heading>)> {
        if let Some(cell) = self.grid.covering(row, column) {
            return Some(((cell.at.row, cell.at.column), self.heading(&cell.value)));
        }
        let cells = self.grid.cells(row);
        let unmerged = groups
            && cells.len() >= 2
            && cells.iter().all(|cell| self.grid.merge(cell.at.row, cell.at.column).is_none());
        if !unmerged {
            return None;
        }
        let left = cells.iter().rev().find(|cell| cell.at.column < column)?;
        // The first cell of the row names its own column only.
        if left.at.column == cells[0].at.column {
            return None;
        }
        // A group reaches no further than the narrowest of its fellows: what stands beyond belongs to none.
        let narrowest =
            cells[1..].windows(2).map(|pair| pair[1].at.column - pair[0].at.column).min();
        if narrowest.is_some_and(|width| column >= left.at.column + width) {
            return None;
        }
        Some(((left.at.row, left.at.column), self.heading(&left.value)))
    }

    /// Whether the row stands above names of columns and groups them.
    fn groups_columns(&mut self, index: usize) -> bool {
        let cells = self.grid.cells(index);
        let fewer = self.grid.cells(index + 1).len() > cells.len();
        let words_only = cells.iter().all(|cell| match look(&cell.value) {
            Look::Words => !text_of(&cell.value).ends_with(':'),
            // A year may group months; any other number is data.
            Look::Date | Look::Number => {
                fewer && matches!(self.heading(&cell.value).period, Some(HeadingPeriod::Year(_)))
            }
            Look::Other => false,
        });
        if !words_only {
            return false;
        }
        let merged_part = |cell: &Cell| {
            self.grid
                .merge(cell.at.row, cell.at.column)
                .is_some_and(|(first, last)| last.column > first.column)
        };
        match cells {
            [] => false,
            // One text alone is a title, unless it spans some columns and not the first.
            [only] => merged_part(only) && only.at.column > 0,
            _ => {
                cells.iter().any(|cell| {
                    let heading = self.heading(&cell.value);
                    !heading.words.is_empty()
                        || heading.period.is_some()
                        || heading.unit.is_some()
                        || heading.commodity.is_some()
                }) && cells.iter().all(|cell| text_of(&cell.value).len() < 120)
            }
        }
    }

    /// Whether the row stands below names of columns and details them: units, months, from and to.
    fn details_columns(&mut self, index: usize) -> bool {
        let cells = self.grid.cells(index);
        if cells.len() < 2 || cells.iter().any(|cell| look(&cell.value) != Look::Words) {
            return false;
        }
        let details = cells
            .iter()
            .filter(|cell| {
                let heading = self.heading(&cell.value);
                let bare_unit = super::unit::whole(&heading.text).is_some();
                bare_unit
                    || heading.money
                    || heading.words.any(&[
                        Word::Quantity,
                        Word::Cost,
                        Word::Price,
                        Word::Start,
                        Word::End,
                        Word::Previous,
                        Word::Current,
                        Word::Unit,
                        Word::Date,
                    ])
            })
            .count();
        details * 2 > cells.len() && self.numbers_near(index) > 0
    }

    /// What stands above a header, nearest first.
    fn titles(
        &mut self,
        start: usize,
        floor: usize,
        only_near: bool,
    ) -> (Vec<Rc<Heading>>, Vec<(Rc<Heading>, String)>) {
        let (mut titles, mut pairs) = (Vec::new(), Vec::new());
        for index in (floor..start).rev().take(if only_near { 6 } else { TITLE_ROWS }) {
            let cells = self.grid.cells(index);
            let numbers = cells.iter().filter(|cell| look(&cell.value) == Look::Number).count();
            if only_near && numbers >= 2 {
                break;
            }
            for (at, cell) in cells.iter().enumerate() {
                let heading = self.heading(&cell.value);
                let lone_year =
                    cells.len() == 1 && matches!(heading.period, Some(HeadingPeriod::Year(_)));
                if look(&cell.value) != Look::Words && !lone_year {
                    continue;
                }
                if let Some((label, value)) = heading
                    .text
                    .split_once(':')
                    .filter(|(label, value)| label.len() < 60 && !value.trim().is_empty())
                {
                    pairs.push((Rc::new(Heading::of(label)), value.trim().to_owned()));
                } else if let Some(next) = cells.get(at + 1) {
                    pairs.push((Rc::clone(&heading), text_of(&next.value).into_owned()));
                }
                titles.push(heading);
            }
        }
        (titles, pairs)
    }

    fn build(&mut self, header: Header, end: usize, above: &Above, tables: &mut Vec<Table>) {
        let rows = header.rows.end..end;
        let mut profiles: HashMap<u32, Profile> = HashMap::new();
        for index in rows.clone() {
            for cell in self.grid.cells(index) {
                profiles.entry(cell.at.column).or_default().see(&cell.value);
            }
        }
        let wide = !header.periods.is_empty();
        let mut columns: Vec<Column> = header
            .columns
            .into_iter()
            .map(|(index, heading)| {
                let profile = profiles.remove(&index).unwrap_or_default();
                let period = if header.periods.contains(&index) { heading.period } else { None };
                Column { index, role: Role::Ignored, heading, profile, period }
            })
            .collect();
        let bounds =
            (columns.first().map_or(0, |c| c.index), columns.last().map_or(0, |c| c.index));
        for (index, profile) in profiles {
            if index + 3 >= bounds.0 && index <= bounds.1 {
                columns.push(Column {
                    index,
                    role: Role::Ignored,
                    heading: Heading::default(),
                    profile,
                    period: None,
                });
            }
        }
        columns.sort_by_key(|column| column.index);
        for column in &mut columns {
            column.role = role(&column.heading, &column.profile);
        }
        let header_rows: Vec<u32> = header.rows.map(|index| self.grid.row_number(index)).collect();
        let parts = side_by_side(columns);
        let several = parts.len() > 1;
        for (at, columns) in parts.into_iter().enumerate() {
            tables.push(Table {
                header_rows: header_rows.clone(),
                rows: rows.clone(),
                columns,
                wide,
                titles: above.titles.clone(),
                outer: above.outer.clone(),
                pairs: above.pairs.clone(),
                part: several.then_some(at + 1),
            });
        }
    }
}

/// Months and days may stand in one run; other kinds of periods do not mix.
const fn kind_of_period(period: HeadingPeriod) -> u8 {
    match period {
        HeadingPeriod::Month(..) | HeadingPeriod::At(_) => 0,
        HeadingPeriod::Quarter(..) => 1,
        HeadingPeriod::Year(_) => 2,
        HeadingPeriod::Clock(_) => 3,
        HeadingPeriod::Number(_) => 4,
    }
}

/// Whether dates across step by days or by months.
fn date_steps(periods: &[HeadingPeriod]) -> bool {
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
    (one_way && (all(1..=1) || all(28..=31) || all(89..=92) || all(365..=366)))
        || steps.iter().all(|step| (0..=31).contains(step)) && steps.contains(&0)
}

fn month_day(year: i16, month: i8) -> i32 {
    jiff::civil::Date::new(year, month, 1).map_or(0, |date| date.to_zoned_day())
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

/// Parts the columns where an empty column stands between two tables that each have periods and values.
fn side_by_side(columns: Vec<Column>) -> Vec<Vec<Column>> {
    let complete = |part: &[Column]| {
        let across = part.iter().any(|column| column.period.is_some());
        let down = part.iter().any(|column| {
            matches!(column.role, Role::Start | Role::End | Role::Date | Role::Month)
        });
        let value = part.iter().any(|column| column.role.is_value());
        value && (across || down)
    };
    let mut parts: Vec<Vec<Column>> = Vec::new();
    let mut last: Option<u32> = None;
    for column in columns {
        let gap = last.is_some_and(|last| column.index > last + 1);
        last = Some(column.index);
        match parts.last_mut() {
            Some(part) if !gap => part.push(column),
            _ => parts.push(vec![column]),
        }
    }
    let mut joined: Vec<Vec<Column>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(before) if !complete(&part) || !complete(before) => before.extend(part),
            _ => joined.push(part),
        }
    }
    joined.into_iter().flat_map(at_repeated_dates).collect()
}

/// Parts the columns where the same date heading stands again: `Date | kWh | Date | kWh`.
fn at_repeated_dates(columns: Vec<Column>) -> Vec<Vec<Column>> {
    let dates: Vec<usize> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| {
            matches!(column.role, Role::Date | Role::Month) && column.period.is_none()
        })
        .map(|(at, _)| at)
        .collect();
    let same = dates.len() > 1
        && dates[0] == 0
        && dates.iter().all(|at| columns[*at].heading.text == columns[dates[0]].heading.text)
        && dates
            .iter()
            .zip(dates.iter().skip(1).copied().chain([columns.len()]))
            .all(|(from, to)| columns[*from..to].iter().any(|column| column.role.is_value()));
    if !same {
        return vec![columns];
    }
    let mut parts: Vec<Vec<Column>> = Vec::new();
    for (at, column) in columns.into_iter().enumerate() {
        if dates.contains(&at) {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(column);
        }
    }
    parts
}
