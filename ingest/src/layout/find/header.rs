//! Which rows name the columns of a table.

mod neighbours;

use std::rc::Rc;

use super::super::grid::text_of;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::words::Word;
use super::across::kind_of_period;
use super::{Finder, HEADER_ROWS, Header, Look, MOST_COLUMNS, look};
use crate::workbook::Cell;

impl Finder<'_, '_> {
    /// The header whose first row of substance is this one.
    pub(super) fn header_at(&mut self, index: usize, floor: usize) -> Option<Header> {
        if let Some(periods) = self.periods_across(index) {
            if self.are_registers_of_use(index, &periods) {
                return Some(self.assemble(index, floor, &[]));
            }
            // Years over months: the months are what the columns are.
            if index + 1 < self.grid.len()
                && self.adjacent(index)
                && let Some(finer) = self.periods_across(index + 1)
                && finer.len() > periods.len()
            {
                return Some(self.assemble(index + 1, floor, &finer));
            }
            // Years over columns of months head tables side by side.
            if self.stand_over_times(index, &periods) && self.names_columns(index + 1) {
                return Some(self.assemble(index + 1, floor, &[]));
            }
            return Some(self.assemble(index, floor, &periods));
        }
        if !self.names_columns(index) {
            return None;
        }
        // Names of columns above a row of periods belong to one header.
        if index + 1 < self.grid.len()
            && self.adjacent(index)
            && let Some(periods) = self.periods_across(index + 1)
        {
            return Some(self.assemble(index + 1, floor, &periods));
        }
        Some(self.assemble(index, floor, &[]))
    }

    /// Whether the only two periods head the registers before and after, as `Index fin mars`, and what was used stands
    /// beside them.
    fn are_registers_of_use(&mut self, index: usize, periods: &[u32]) -> bool {
        let cells = self.grid.cells(index);
        periods.len() == 2
            && cells.iter().filter(|cell| periods.contains(&cell.at.column)).all(|cell| {
                let said = self.heading(&cell.value);
                said.words.any(&[Word::Register, Word::Current, Word::Previous])
                    && !said.words.has(Word::Quantity)
            })
            && cells.iter().filter(|cell| !periods.contains(&cell.at.column)).any(|cell| {
                let said = self.heading(&cell.value);
                said.words.has(Word::Quantity) && !said.words.has(Word::Register)
            })
    }

    /// Whether a heading of months or days stands below each of these periods.
    fn stand_over_times(&mut self, index: usize, periods: &[u32]) -> bool {
        index + 1 < self.grid.len()
            && self.adjacent(index)
            && periods.iter().all(|column| {
                let Some(below) = self.grid.cell(index + 1, *column) else { return false };
                look(&below.value) == Look::Words
                    && self.heading(&below.value).words.any(&[Word::Month, Word::Date])
            })
    }

    /// Whether the row names the columns of a table with a row per reading.
    pub(super) fn names_columns(&mut self, index: usize) -> bool {
        let cells = self.grid.cells(index);
        if self.says_used_behind_days(index) {
            return true;
        }
        if cells.len() < 2 || cells.len() > MOST_COLUMNS {
            return false;
        }
        if cells.iter().rev().any(|cell| matches!(look(&cell.value), Look::Number | Look::Date)) {
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
                    Word::Week,
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
        // Two columns are enough where one names things and the other says what was used.
        let named_values = any == cells.len()
            && count(&|h| h.words.any(&[Word::Site, Word::Meter, Word::Account, Word::Identifier]))
                > 0
            && count(&|h| {
                h.words.any(&[Word::Quantity, Word::Register, Word::Current])
                    || h.unit.is_some() && (h.commodity.is_some() || h.period.is_some())
            }) > 0;
        if self.is_corner(index) && self.says_what_is_summed(index) {
            return false;
        }
        let numbers_below = self.numbers_near(index);
        if headings.iter().any(|heading| heading.words.has(Word::PivotRows)) {
            return numbers_below > 0 && self.pivots_time(index);
        }
        match (period, value) {
            (1.., 1..) => any >= 2 && numbers_below > 0,
            (1.., 0) => {
                (cost > 0 || cells.len() >= 3 || self.pairs_of_time_and_number(index))
                    && any >= 1
                    && numbers_below > 0
            }
            (0, 1..) => (any >= 3 || named_values || self.dates_below(index)) && numbers_below > 0,
            (0, 0) => false,
        }
    }

    /// Whether all of the row's headings say what was used, and a column without a heading, left of them, has a day in
    /// each of the next rows: the index of a data frame.
    fn says_used_behind_days(&mut self, index: usize) -> bool {
        const ROWS: usize = 3;
        let cells = self.grid.cells(index);
        let Some(first) = cells.first().map(|cell| cell.at.column) else { return false };
        if first == 0 || cells.len() > MOST_COLUMNS || index + ROWS >= self.grid.len() {
            return false;
        }
        let days = (index + 1..=index + ROWS).all(|row| {
            let [day, rest @ ..] = self.grid.cells(row) else { return false };
            day.at.column + 1 == first
                && look(&day.value) == Look::Date
                && rest.iter().any(|cell| look(&cell.value) == Look::Number)
        });
        days && cells.iter().all(|cell| {
            let said = self.heading(&cell.value);
            look(&cell.value) == Look::Words
                && said.period.is_none()
                && (said.dimension().is_some() || said.words.has(Word::Quantity))
        })
    }

    /// Whether the row below heads columns by their periods: two cells above it are the corner of a pivot table, which
    /// says what is summed and what stands across.
    fn is_corner(&mut self, index: usize) -> bool {
        if self.grid.cells(index).len() > 2 || index + 1 >= self.grid.len() {
            return false;
        }
        let below = self.grid.cells(index + 1);
        let periods =
            below.iter().filter(|cell| self.heading(&cell.value).period.is_some()).count();
        self.adjacent(index)
            && periods >= 2
            && below.iter().all(|cell| look(&cell.value) != Look::Number)
    }

    /// Whether a row of two cells is what a pivot table says of its numbers and of its columns: `Sum of kWh | Month`.
    fn says_what_is_summed(&mut self, index: usize) -> bool {
        const TIMES: [Word; 6] =
            [Word::Month, Word::Date, Word::Year, Word::Quarter, Word::Week, Word::PivotColumns];
        let [summed, across] = self.grid.cells(index) else { return false };
        let across = self.heading(&across.value);
        let summed = self.heading(&summed.value);
        across.words.any(&TIMES)
            && across.period.is_none()
            && (summed.words.any(&[Word::Total, Word::Quantity]) || summed.unit.is_some())
    }

    /// Whether a column holds a day or a month in each of the next rows, whatever stands over it.
    fn dates_below(&mut self, index: usize) -> bool {
        const ROWS: usize = 3;
        if index + ROWS >= self.grid.len() {
            return false;
        }
        self.grid.cells(index).iter().any(|head| {
            (index + 1..=index + ROWS).all(|row| {
                let Some(cell) = self.grid.cell(row, head.at.column) else { return false };
                look(&cell.value) == Look::Date
                    || look(&cell.value) == Look::Words
                        && matches!(
                            self.heading(&cell.value).period,
                            Some(HeadingPeriod::Month(..) | HeadingPeriod::Months(..))
                        )
            })
        })
    }

    /// Whether the row is the header of a pivot table with months or days in its rows, whose corner says what is summed.
    fn pivots_time(&mut self, index: usize) -> bool {
        let says_what =
            |heading: &Heading| heading.words.has(Word::Quantity) || heading.dimension().is_some();
        let rows = index.saturating_sub(1)..=index;
        let cells: Vec<&Cell> = rows.flat_map(|row| self.grid.cells(row)).collect();
        let has_corner = cells.iter().any(|cell| says_what(&self.heading(&cell.value)));
        let below = (index + 1..self.grid.len().min(index + 6)).filter_map(|row| {
            let cell = self.grid.cells(row).first()?;
            self.heading(&cell.value).period
        });
        has_corner && below.filter(|period| !matches!(period, HeadingPeriod::Year(_))).count() >= 2
    }

    /// Whether the next rows are all a time and a number.
    fn pairs_of_time_and_number(&mut self, index: usize) -> bool {
        let rows = index + 1..self.grid.len().min(index + 6);
        rows.len() == 5
            && rows.into_iter().all(|row| {
                let [time, number] = self.grid.cells(row) else { return false };
                let is_month =
                    matches!(self.heading(&time.value).period, Some(HeadingPeriod::Month(..)));
                (look(&time.value) == Look::Date || look(&time.value) == Look::Words && is_month)
                    && look(&number.value) == Look::Number
            })
    }

    /// Numbers and dates in the next rows.
    pub(super) fn numbers_near(&self, index: usize) -> usize {
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

    /// Puts a header together from the row of substance, the rows of groups above and the row of details below.
    pub(super) fn assemble(&mut self, index: usize, floor: usize, periods: &[u32]) -> Header {
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
        let parts = (first + 1..=last).rev().find_map(|row| self.parts_of_columns(row));
        Header { parts: parts.unwrap_or_default(), ..self.put_together(first, last, periods) }
    }

    /// The header in these rows, indices of the grid, both included.
    pub(super) fn put_together(&mut self, first: usize, last: usize, periods: &[u32]) -> Header {
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
            heading.mend_spelling();
            found.push((column, heading));
        }
        neighbours::numbered_names(&mut found);
        let mut across = Vec::new();
        if !periods.is_empty() {
            neighbours::complete_months(&mut found);
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
        Header { rows: first..last + 1, columns: found, periods: across, parts: Vec::new() }
    }

    /// What a header row says over a column: in its own cell, in a merged one, or, in a row of groups without merged
    /// cells, in the nearest cell to the left.
    pub(super) fn said_above(
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
        // The first cell of the row names its own column only, unless names stand left of it in the row below.
        let leftmost = self.grid.cells(row + 1).first().map_or(u32::MAX, |cell| cell.at.column);
        if left.at.column == cells[0].at.column && left.at.column <= leftmost {
            return None;
        }
        // A group reaches no further than the narrowest of its fellows: what stands beyond belongs to none.
        let is_parted = |cell: &Cell| self.grid.cell(row + 1, cell.at.column).is_some();
        let narrowest = cells[1..]
            .windows(2)
            .filter(|pair| is_parted(&pair[0]))
            .map(|pair| pair[1].at.column - pair[0].at.column)
            .min();
        if narrowest.is_some_and(|width| column >= left.at.column + width) {
            return None;
        }
        Some(((left.at.row, left.at.column), self.heading(&left.value)))
    }

    /// Whether the row stands above names of columns and groups them.
    pub(super) fn groups_columns(&mut self, index: usize) -> bool {
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
        // The corner of a pivot table says what is summed in all of it.
        if cells.iter().any(|cell| self.heading(&cell.value).words.has(Word::PivotColumns))
            || self.is_corner(index) && self.says_what_is_summed(index)
        {
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
            // `Electricity | (kWh)` is a title of the whole table.
            [what, unit]
                if unit.at.column == what.at.column + 1
                    && self.grid.cells(index + 1).first().map(|cell| cell.at.column)
                        == Some(what.at.column)
                    && self.grid.cells(index + 1).len() > 3
                    && super::super::unit::whole(&text_of(&unit.value)).is_some()
                    && !merged_part(what) =>
            {
                false
            }
            _ => {
                let says_something = cells.iter().any(|cell| {
                    let heading = self.heading(&cell.value);
                    !heading.words.is_empty()
                        || heading.period.is_some()
                        || heading.unit.is_some()
                        || heading.commodity.is_some()
                });
                (says_something || self.groups_alike(index))
                    && cells.iter().all(|cell| text_of(&cell.value).len() < 120)
            }
        }
    }

    /// Whether names that no list knows stand each over columns of its own, with the same headings below each of them:
    /// places, each with its electricity and gas.
    fn groups_alike(&mut self, index: usize) -> bool {
        let starts: Vec<u32> = self.grid.cells(index).iter().map(|cell| cell.at.column).collect();
        let below = self.grid.cells(index + 1);
        let Some(last) = below.last() else { return false };
        let ends = starts.iter().skip(1).copied().chain([last.at.column + 1]);
        let groups: Vec<Vec<(u32, String)>> = starts
            .iter()
            .zip(ends)
            .map(|(start, end)| {
                below
                    .iter()
                    .filter(|cell| (*start..end).contains(&cell.at.column))
                    .map(|cell| (cell.at.column - start, text_of(&cell.value).into_owned()))
                    .collect()
            })
            .collect();
        groups.len() >= 2 && groups[0].len() >= 2 && groups.iter().all(|group| *group == groups[0])
    }
}
