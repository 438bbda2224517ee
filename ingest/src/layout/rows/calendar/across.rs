//! When the columns of a table with periods across were, with what its rows say about time themselves.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::super::super::candidate::When;
use super::super::super::date;
use super::super::super::find::Table;
use super::super::super::heading::HeadingPeriod;
use super::super::super::role::Role;
use super::super::Reader;
use super::{day_in, day_of, month_of, on_clock};

/// What all periods across share.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Across {
    /// The dates are first (or last) days of months and mean the months.
    months: bool,
    /// The dates are days that follow each other, and each means itself.
    days: bool,
    /// How many there are.
    count: i64,
    /// The first number of numbered intervals.
    first_number: i16,
    /// The last column is midnight and means the end of the day.
    last_is_midnight: bool,
}

impl Across {
    pub(in super::super) fn of(table: &Table) -> Self {
        let periods: Vec<HeadingPeriod> =
            table.columns.iter().filter_map(|column| column.period).collect();
        let dates: Vec<Date> = periods
            .iter()
            .filter_map(|period| match period {
                HeadingPeriod::At(at) => Some(at.date()),
                _ => None,
            })
            .collect();
        let apart = dates
            .windows(2)
            .all(|pair| pair[0].first_of_month() != pair[1].first_of_month() || pair[0] == pair[1]);
        let months = apart
            && (dates.iter().all(|date| date.day() == 1)
                || dates.iter().all(|date| *date == date.last_of_month()));
        let steps: Vec<i64> = dates
            .windows(2)
            .filter(|pair| pair[0] != pair[1])
            .map(|pair| pair[1].duration_since(pair[0]).as_hours() / 24)
            .collect();
        let single = steps.iter().filter(|step| step.abs() == 1).count();
        let days = single * 10 >= steps.len() * 7;
        let first_number = match periods.first() {
            Some(HeadingPeriod::Number(number)) => *number,
            _ => 1,
        };
        let last_is_midnight = matches!(periods.first(), Some(HeadingPeriod::Clock(first)) if *first > 0)
            && periods.last() == Some(&HeadingPeriod::Clock(0));
        Self {
            months,
            days,
            count: i64::try_from(periods.len()).unwrap_or(0),
            first_number,
            last_is_midnight,
        }
    }
}

/// What a row of a table with periods across says about time itself.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Down {
    year: Option<i16>,
    month: Option<(Option<i16>, i8)>,
    months: Option<(i8, i8)>,
    day_of_month: Option<i16>,
    day: Option<DateTime>,
    clock: Option<i32>,
}

impl Down {
    /// Whether rows are periods, so that several belong to one meter.
    pub(in super::super) const fn is_period(&self) -> bool {
        self.month.is_some()
            || self.months.is_some()
            || self.day_of_month.is_some()
            || self.day.is_some()
            || self.clock.is_some()
    }
}

impl Reader<'_, '_> {
    /// What a row of a table with periods across says about time.
    pub(in super::super) fn down(&mut self, row: usize) -> Down {
        let month = self.month(row);
        Down {
            year: self
                .calendar(row, Role::Year)
                .filter(|year| date::is_year(*year))
                .or(self.block.year),
            month: match month {
                Some(When::Month(year, month)) => Some((year, month)),
                _ => None,
            },
            months: match month {
                Some(When::Months(_, first, last)) => Some((first, last)),
                _ => None,
            },
            day_of_month: self.calendar(row, Role::Day),
            day: self.instant(row, Role::Date).or_else(|| self.instant(row, Role::Start)),
            clock: self.clock(row),
        }
    }

    /// The period where a row and a heading meet.
    pub(in super::super) fn heading_when(&self, period: HeadingPeriod, down: &Down) -> When {
        let year = down.year.or(self.around.year);
        match (period, down) {
            (HeadingPeriod::Year(year), Down { month: Some((None, month)), .. }) => {
                When::Month(Some(year), *month)
            }
            (HeadingPeriod::Year(year), Down { months: Some((first, last)), .. }) => {
                When::Months(Some(year), *first, *last)
            }
            (HeadingPeriod::Month(stated, month), Down { day_of_month: Some(day), .. }) => {
                day_in(stated.or(year), month, *day)
            }
            (HeadingPeriod::Number(day), Down { month: Some((stated, month)), .. })
                if self.across.count >= 28 =>
            {
                day_in(stated.or(year), *month, day)
            }
            (HeadingPeriod::At(at), Down { clock: Some(clock), .. }) if !self.across.months => {
                When::Stamp(on_clock(at, Some(*clock)))
            }
            (HeadingPeriod::Clock(0), Down { day: Some(day), .. })
                if self.across.last_is_midnight =>
            {
                When::Stamp(on_clock(*day, Some(86_400)))
            }
            (HeadingPeriod::Clock(seconds), Down { day: Some(day), .. }) => {
                When::Stamp(on_clock(*day, Some(seconds)))
            }
            (HeadingPeriod::Number(number), Down { day, month: None, .. }) => {
                self.numbered_when(number, *day)
            }
            // Rows are periods too, in a way that does not fit the columns.
            _ if down.month.is_some()
                || down.months.is_some()
                || down.day_of_month.is_some()
                || down.clock.is_some() =>
            {
                When::Unsaid
            }
            (HeadingPeriod::Month(stated, month), _) => When::Month(stated.or(year), month),
            (HeadingPeriod::Months(stated, first, last), _) => {
                When::Months(stated.or(year), first, last)
            }
            (HeadingPeriod::Year(year), _) => When::Year(year),
            (HeadingPeriod::At(at), _) if self.across.months => month_of(at),
            (HeadingPeriod::At(at), _) if self.across.days => day_of(at),
            // Weeks, or rounds of reading: what each day stands for is for the whole table to prove.
            (HeadingPeriod::At(at), _) => When::Stamp(at),
            (HeadingPeriod::Clock(_) | HeadingPeriod::Number(_), _) => When::Unsaid,
        }
    }

    /// A numbered column: an interval of the row's day, or a day of the month that the surroundings name.
    fn numbered_when(&self, number: i16, day: Option<DateTime>) -> When {
        let Some(day) = day else {
            return match self.around.month {
                Some((year, month)) => day_in(year.or(self.around.year), month, number),
                None => When::Unsaid,
            };
        };
        if !matches!(self.across.count, 24 | 48 | 96) {
            return When::Unsaid;
        }
        let step = SignedDuration::from_secs(86_400 / self.across.count);
        let start = day.checked_add(step * i32::from(number - self.across.first_number));
        match start.and_then(|start| Ok((start, start.checked_add(step)?))) {
            Ok((start, end)) => When::Span(start, end),
            Err(_) => When::Unsaid,
        }
    }
}
