//! When a row or a column of a table was.

mod across;
mod headed;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use readings::Period;
use readings::profile::DateOrder;

pub(super) use self::across::{Across, Down};
use self::headed::quarter_of;
use super::super::candidate::When;
use super::super::date::{self, DateText};
use super::super::find::Column;
use super::super::grid::text_of;
use super::super::role::Role;
use super::super::words::{self, Word};
use super::Reader;
use crate::workbook::{Cell, CellValue, date_time};

impl Reader<'_, '_> {
    /// When the row was, as its columns say it.
    pub(super) fn when(&mut self, row: usize) -> When {
        let start = self.instant(row, Role::Start);
        let end = self.instant(row, Role::End);
        let clock = self.clock(row);
        match (start, end) {
            (Some(start), Some(end)) => return When::Span(start, end),
            (Some(at), None) | (None, Some(at)) => return When::Stamp(on_clock(at, clock)),
            (None, None) => {}
        }
        if let Some(said) = self.months_from_to(row) {
            return said;
        }
        let year =
            self.calendar(row, Role::Year).filter(|year| date::is_year(*year)).or(self.block.year);
        let month = self.month(row);
        if let (Some(When::Month(stated, month)), Some(day)) =
            (month, self.calendar(row, Role::Day))
        {
            let day = stated
                .or(year)
                .or(self.around.year)
                .and_then(|year| Date::new(year, month, i8::try_from(day).ok()?).ok());
            return day.map_or(When::Unsaid, |day| {
                When::Stamp(on_clock(day.to_datetime(Time::midnight()), clock))
            });
        }
        // Days by their number below a title that names the month.
        if let (None, Some(day), Some((stated, of_all))) =
            (month, self.calendar(row, Role::Day), self.around.month)
        {
            let day = stated
                .or(self.around.year)
                .and_then(|year| Date::new(year, of_all, i8::try_from(day).ok()?).ok());
            return day.map_or(When::Unsaid, |day| {
                When::Stamp(on_clock(day.to_datetime(Time::midnight()), clock))
            });
        }
        // The day on which somebody read the meter says less than the months that a row is about.
        let is_of_reading =
            |column: &Column| column.role == Role::Date && column.heading.words.has(Word::ReadDate);
        let stated = month.filter(|said| {
            let in_full = matches!(said, When::Month(Some(_), _) | When::Months(Some(_), ..));
            let is_dial = |column: &Column| matches!(column.role, Role::Register | Role::Current);
            in_full
                && self.table.columns.iter().any(is_of_reading)
                && !self.table.columns.iter().any(is_dial)
        });
        if let Some(said) = stated {
            return said;
        }
        if let Some(at) = self.instant(row, Role::Date) {
            return When::Stamp(on_clock(at, clock));
        }
        if let Some((stated, week)) = self.week(row) {
            // The weeks of a month, or counted in a way of their own, are no periods by themselves.
            return match week.filter(|_| month.is_none()) {
                Some(week) => When::Week(stated.or(year).or(self.around.year), week),
                None => When::Unsaid,
            };
        }
        match month {
            Some(When::Month(None, month)) if self.has_fiscal_years() => When::Month(None, month),
            Some(When::Month(None, month)) => When::Month(year.or(self.around.year), month),
            Some(When::Months(None, first, last)) => {
                When::Months(year.or(self.around.year), first, last)
            }
            Some(said) => said,
            None => self.surrounding_when(row),
        }
    }

    /// The period of a row that states none: the year of its own column, else the days or the month
    /// that the surroundings name.
    fn surrounding_when(&self, row: usize) -> When {
        let states = |role: Role| self.table.columns.iter().any(|column| column.role == role);
        if let Some(year) = self.calendar(row, Role::Year).filter(|year| date::is_year(*year)) {
            return When::Year(year);
        }
        if [Role::Start, Role::End, Role::Date, Role::Month, Role::Time, Role::Day]
            .into_iter()
            .any(states)
        {
            return When::Unsaid;
        }
        if let Some(period) = self.between_registers() {
            return When::Certain(period);
        }
        if let (None, None, Some((year, first, last))) =
            (self.around.span, self.around.month, self.around.part_of_year)
        {
            return When::Months(Some(year), first, last);
        }
        match (self.around.span, self.around.month) {
            (Some((start, end)), _) => When::Span(start, end),
            (None, Some((year, month))) => When::Month(year.or(self.around.year), month),
            (None, None) => self.around.whole_year.map_or(When::Unsaid, When::Year),
        }
    }

    /// The week of a row with its year, where a column has weeks; without a number where they are not those of ISO 8601.
    fn week(&self, row: usize) -> Option<(Option<i16>, Option<i8>)> {
        let column = self.table.columns.iter().find(|column| column.role == Role::Week)?;
        let text = self.text_at(row, column.index).unwrap_or_default();
        let is_iso = column.heading.words.has(Word::IsoWeek);
        Some(date::week(&text, is_iso).map_or((None, None), |(year, week)| (year, Some(week))))
    }

    fn instant(&self, row: usize, role: Role) -> Option<DateTime> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == role && column.period.is_none())?;
        let cell = self.date_cell(row, column)?;
        match &cell.value {
            CellValue::DateTime(at) => Some(to_second(*at)),
            CellValue::Text(text) => date::read_with(text, self.order(column)),
            CellValue::Number(number) => {
                serial_day(column, *number).or_else(|| date::read_with(&number.to_string(), None))
            }
            _ => None,
        }
    }

    /// The cell of a date; where it is written once for several rows, that above.
    fn date_cell(&self, row: usize, column: &Column) -> Option<&Cell> {
        let own = self.grid.covering(row, column.index);
        if own.is_some() || !self.dated_once.contains(&column.index) {
            return own;
        }
        (self.table.rows.start..row).rev().find_map(|above| self.grid.cell(above, column.index))
    }

    fn order(&self, column: &Column) -> Option<DateOrder> {
        column.profile.orders.order().or(self.notation.date_order)
    }

    /// Whether the years of the rows are those of accounts, which begin in one year of the calendar and end in the next.
    fn has_fiscal_years(&self) -> bool {
        self.table.columns.iter().any(|column| {
            column.role == Role::Year && super::super::context::is_fiscal(&column.heading.text)
        })
    }

    fn calendar(&self, row: usize, role: Role) -> Option<i16> {
        let column = self.table.columns.iter().find(|column| column.role == role)?;
        if role == Role::Year && self.has_fiscal_years() {
            return None;
        }
        let text = self.text_at(row, column.index).or_else(|| {
            let above = self.date_cell(row, column).map(|cell| text_of(&cell.value).into_owned());
            above.or_else(|| self.filled_from_above(row, column.index))
        })?;
        text.parse::<i16>().ok().or_else(|| match date::read(&text) {
            DateText::Year(year) => Some(year),
            _ => None,
        })
    }

    fn month(&mut self, row: usize) -> Option<When> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == Role::Month && column.period.is_none())?;
        let order = self.order(column);
        let cell = self.date_cell(row, column)?;
        let is_quarter = column.heading.words.has(Word::Quarter) && column.profile.high <= 4.0;
        if column.heading.words.has(Word::Quarter) {
            let day = match &cell.value {
                CellValue::DateTime(at) => Some(*at),
                CellValue::Number(number) => serial_day(column, *number),
                CellValue::Text(text) => date::read_with(text, order),
                _ => None,
            };
            if let Some(day) = day {
                return Some(quarter_of(day.date()));
            }
        }
        match &cell.value {
            CellValue::DateTime(at) => Some(month_of(*at)),
            CellValue::Number(number) if serial_day(column, *number).is_some() => {
                serial_day(column, *number).map(month_of)
            }
            CellValue::Number(number) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the column holds months or year and month"
                )]
                let number = *number as i32;
                match number {
                    1..=4 if is_quarter => {
                        i8::try_from(number).ok().map(|n| When::Months(None, 3 * n - 2, 3 * n))
                    }
                    1..=12 => i8::try_from(number).ok().map(|month| When::Month(None, month)),
                    _ => text_when(&number.to_string(), order),
                }
            }
            CellValue::Text(text) => match text.trim().parse::<i8>() {
                Ok(n @ 1..=4) if is_quarter => Some(When::Months(None, 3 * n - 2, 3 * n)),
                Ok(month @ 1..=12) => Some(When::Month(None, month)),
                _ => range_when(text, order)
                    .or_else(|| text_when(text, order))
                    .or_else(|| misspelt_month(text)),
            },
            _ => None,
        }
    }

    /// From the first of a month to the end of another, where a column of months is called the start and one the end.
    fn months_from_to(&self, row: usize) -> Option<When> {
        let month = |word: Word, other: Word| {
            let column = self.table.columns.iter().find(|column| {
                let words = column.heading.words;
                column.role == Role::Month
                    && column.period.is_none()
                    && words.has(word)
                    && !words.has(other)
            })?;
            let text = self.text_at(row, column.index)?;
            match text_when(&text, self.order(column))? {
                When::Month(Some(year), month) => Date::new(year, month, 1).ok(),
                _ => None,
            }
        };
        let (first, last) = (month(Word::Start, Word::End)?, month(Word::End, Word::Start)?);
        (first <= last).then_some(())?;
        let end = last.last_of_month();
        Period::days_included(first, end).ok().map(When::Certain)
    }

    /// The time of day, in seconds; an hour from 1 to 24 ends then.
    fn clock(&self, row: usize) -> Option<i32> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == Role::Time && column.period.is_none())?;
        let cell = self.grid.cell(row, column.index)?;
        match &cell.value {
            CellValue::Duration(days) | CellValue::Number(days)
                if days.fract() != 0.0 || matches!(cell.value, CellValue::Duration(_)) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a time of day has 86 400 seconds"
                )]
                Some((days * 86_400.0).round() as i32)
            }
            CellValue::DateTime(at) => {
                let since = at.time().duration_since(Time::midnight());
                i32::try_from(since.as_secs()).ok()
            }
            value => {
                let text = text_of(value);
                if let DateText::Clock(seconds) = date::read(&text) {
                    return Some(seconds);
                }
                // Numbers from 0 begin then; hours, half-hours or quarters from 1 end then.
                let (counted, low, high) = column.profile.hours;
                let (number, first, last): (i32, f64, f64) = match date::hour_number(&text) {
                    Some(hour) if counted > 0 => (hour.into(), low.into(), high.into()),
                    _ => (text.parse().ok()?, column.profile.low, column.profile.high),
                };
                let intervals =
                    [24, 48, 96].into_iter().find(|n| f64::from(*n) + first - 1.0 >= last)?;
                let zero = i32::from(first >= 1.0);
                (zero..=intervals)
                    .contains(&number)
                    .then_some((number - zero) * (86_400 / intervals))
            }
        }
    }
}

/// Spreadsheets store instants as binary fractions of a day: a second is what they mean.
fn to_second(at: DateTime) -> DateTime {
    at.round(jiff::Unit::Second).unwrap_or(at)
}

fn on_clock(at: DateTime, clock: Option<i32>) -> DateTime {
    match clock {
        Some(seconds) if at.time() == Time::midnight() => {
            at.checked_add(i64::from(seconds).seconds()).unwrap_or(at)
        }
        _ => at,
    }
}

fn month_of(at: DateTime) -> When {
    When::Month(Some(at.year()), at.month())
}

fn day_of(at: DateTime) -> When {
    Period::days_included(at.date(), at.date()).map_or(When::Unsaid, When::Certain)
}

fn text_when(text: &str, order: Option<DateOrder>) -> Option<When> {
    match date::read(text) {
        DateText::Month(year, month) => Some(When::Month(year, month)),
        DateText::Months(year, first, last) => Some(When::Months(year, first, last)),
        DateText::Year(year) => Some(When::Year(year)),
        found => date::resolve(found, order).map(month_of),
    }
}

/// A misspelt month in a column of months, perhaps with its year.
fn misspelt_month(text: &str) -> Option<When> {
    let folded = super::super::text::fold(text);
    match folded.split(' ').collect::<Vec<_>>().as_slice() {
        [word] => words::nearly_month(word).map(|month| When::Month(None, month)),
        [word, year] => {
            let year = year.parse().ok().filter(|year| date::is_year(*year))?;
            words::nearly_month(word).map(|month| When::Month(Some(year), month))
        }
        _ => None,
    }
}

fn range_when(text: &str, order: Option<DateOrder>) -> Option<When> {
    let (start, end) = date::read_range(text)?;
    Some(When::Span(date::resolve(start, order)?, date::resolve(end, order)?))
}

fn day_in(year: Option<i16>, month: i8, day: i16) -> When {
    let date = year.and_then(|year| Date::new(year, month, i8::try_from(day).ok()?).ok());
    date.map_or(When::Unsaid, |date| day_of(date.to_datetime(Time::midnight())))
}
/// The instant of a serial day number, in a column that holds such.
fn serial_day(column: &Column, number: f64) -> Option<DateTime> {
    let epoch = column.profile.epoch.filter(|_| column.profile.holds_serial_days())?;
    date_time(number, epoch)
}
