//! Stated days, instants and months into periods, where the whole table proves which period is meant.

mod cadence;
mod fiscal;
mod since;

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::{SignedDuration, ToSpan as _};
use readings::{Period, ProblemCode, ReadingKind};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use self::cadence::{Cadence, Seen, cadence, period_at};
use super::candidate::{Candidate, Fate, Hold, Values, When};
use super::checks::rise_together;
use super::context::Surroundings;
use super::find::{Column, Table};
use super::role::Role;
use super::words::Word;

/// The longest period that is taken for one reading, in days.
const LONGEST: f64 = 800.0;

/// Gives every value its period, or holds it.
pub fn resolve(table: &Table, values: &mut Values, around: &Surroundings, today: Date) {
    spans(table, values);
    unnamed_registers(table, values, around);
    stamps(table, values);
    fiscal::say_years_within(values, around.months);
    fiscal::say_years(values, around.fiscal);
    calendar(values);
    plausible(values, today);
}

/// Whether the last day of stated spans belongs to them.
#[derive(Debug, Clone, Copy, Default)]
struct Votes {
    included: usize,
    excluded: usize,
}

impl Votes {
    const fn decided(self) -> Option<bool> {
        if self.included > self.excluded {
            Some(true)
        } else if self.excluded > self.included {
            Some(false)
        } else {
            None
        }
    }
}

fn spans(table: &Table, values: &mut Values) {
    // The day on which the meter was read ends one period and begins the next.
    let are_readings = table
        .columns
        .iter()
        .any(|column| column.role == Role::End && column.heading.speaks_of_reading());
    let mut all = Votes::default();
    let lists = values.by_series();
    let mut decided: HashMap<usize, Option<bool>> = HashMap::new();
    for (series, list) in lists.iter().enumerate() {
        let mut ends: Vec<(Date, Date)> = Vec::new();
        let mut votes = Votes::default();
        for candidate in list.iter().map(|index| &values.candidates[*index]) {
            let When::Span(start, end) = candidate.when else { continue };
            let (start, end) = (whole_day(start), whole_day(end));
            let days = days_from(start, end);
            if let Some(stated) = candidate.evidence().days.and_then(|days| days.to_i64()) {
                votes.excluded += usize::from(stated == days);
                votes.included += usize::from(stated == days + 1);
            }
            ends.push((start, end));
        }
        ends.sort_unstable();
        ends.dedup();
        for pair in ends.windows(2) {
            let gap = days_from(pair[0].1, pair[1].0);
            votes.excluded += usize::from(gap == 0);
            votes.included += usize::from(gap == 1);
        }
        all.included += votes.included;
        all.excluded += votes.excluded;
        decided.insert(series, votes.decided());
    }
    for candidate in &mut values.candidates {
        let When::Span(start, end) = candidate.when else { continue };
        let included = decided.get(&candidate.series).copied().flatten().or(all.decided());
        let included = included.or(are_readings.then_some(false));
        match span(start, end, included) {
            Some(period) => candidate.period = Some(period),
            None => candidate
                .hold(&Hold::new(ProblemCode::PeriodReversed, "The period ends before it starts.")),
        }
    }
}

/// A stated span; periods shorter than a day are taken to the second.
fn span(start: DateTime, end: DateTime, included: Option<bool>) -> Option<Period> {
    if end < start {
        return None;
    }
    let seconds = end.duration_since(start).as_secs();
    let timed = start.time() != Time::midnight() || end.time() != Time::midnight();
    if seconds < 86_400 && (timed || seconds > 0) {
        // 23:59 and 23:59:59 are how some write the end of the day.
        let end =
            if end.time().second() == 59 || end.time().hour() == 23 && end.time().minute() == 59 {
                round_up(end)
            } else {
                end
            };
        return Period::new(start, end).ok();
    }
    let last_minute = end.time().hour() == 23 && end.time().minute() == 59;
    let (first, last) = (whole_day(start), if last_minute { end.date() } else { whole_day(end) });
    let included = last_minute
        || included.unwrap_or_else(|| {
            // Without neighbours the days themselves tell: a month's last day belongs to it; from the 5th to the 5th
            // is a month.
            last == last.last_of_month() || first.day() != last.day() || first == last
        });
    if included {
        Period::days_included(first, last).ok()
    } else {
        Period::new(first.to_datetime(Time::midnight()), last.to_datetime(Time::midnight())).ok()
    }
}

fn days_from(start: Date, end: Date) -> i64 {
    end.duration_since(start).as_hours() / 24
}

fn round_up(at: DateTime) -> DateTime {
    let seconds = 60 - i64::from(at.time().second());
    at.checked_add(SignedDuration::from_secs(if at.time().second() == 59 { 1 } else { seconds }))
        .unwrap_or(at)
}

/// The day of an instant; midnight shifted by a time zone still means the day it was.
fn whole_day(at: DateTime) -> Date {
    if at.time().hour() >= 21 && at.time().minute() == 0 && at.time().second() == 0 {
        at.date().tomorrow().unwrap_or(at.date())
    } else {
        at.date()
    }
}

/// Numbers under the name of a commodity alone, read at odd days, that never fall and grow by little against what they
/// are: the registers of a meter. Neither costs nor consumption behave so. Under a title that speaks of readings it is
/// enough that they never fall.
fn unnamed_registers(table: &Table, values: &mut Values, around: &Surroundings) {
    let registers_stand_beside = table.columns.iter().any(|column| column.role == Role::Register);
    let called_readings =
        (around.words.has(Word::Register) || registers_stand_beside) && !around.says_used;
    let could_be = |column: &Column| match column.role {
        Role::Unclear => !column.heading.words.has(Word::Quantity),
        // `Gas (m³)` in a list of registers.
        Role::Quantity => called_readings && !column.heading.words.has(Word::Quantity),
        _ => false,
    };
    let unclear: Vec<u32> =
        table.columns.iter().filter(|column| could_be(column)).map(|column| column.index).collect();
    if unclear.is_empty()
        || table.columns.iter().any(|column| matches!(column.role, Role::Cost | Role::Price))
    {
        return;
    }
    let lists = values.by_series();
    let readings_of = |list: &[usize]| {
        let mut readings: Vec<(DateTime, Decimal)> = list
            .iter()
            .map(|index| &values.candidates[*index])
            .filter(|candidate| unclear.contains(&candidate.at.column))
            .filter_map(|candidate| match candidate.when {
                When::Stamp(at) => Some((at, candidate.number)),
                _ => None,
            })
            .collect();
        readings.sort_unstable();
        readings
    };
    let readings: Vec<_> = lists.iter().map(|list| readings_of(list)).collect();
    let numbers = readings.iter().map(|readings| readings.iter().map(|(_, number)| *number));
    let together = called_readings && rise_together(numbers);
    for (list, readings) in lists.into_iter().zip(readings) {
        let rises = readings.windows(2).filter(|pair| pair[1].1 > pair[0].1).count();
        let falls = readings.windows(2).any(|pair| pair[1].1 < pair[0].1 || pair[1].0 == pair[0].0);
        let days: std::collections::HashSet<i64> = readings
            .windows(2)
            .map(|pair| pair[1].0.duration_since(pair[0].0).as_secs() / 86_400)
            .collect();
        let (Some(first), Some(last)) = (readings.first(), readings.last()) else { continue };
        let small = last.1 - first.1 < first.1;
        let odd_and_small = small && days.len() >= 3;
        let proven =
            readings.len() >= 6 && rises >= 4 && !falls && (called_readings || odd_and_small);
        if proven || together && readings.len() > 1 && !falls {
            for index in list {
                values.candidates[index].kind = ReadingKind::RegisterReading;
            }
        }
    }
}

fn stamps(table: &Table, values: &mut Values) {
    let stamped = |candidate: &Candidate| match candidate.when {
        When::Stamp(at) => Some(at),
        _ => None,
    };
    let lists = values.by_series();
    let mut steps: HashMap<i64, usize> = HashMap::new();
    let (mut first, mut last): (Option<DateTime>, Option<DateTime>) = (None, None);
    let (mut midnights, mut month_starts, mut month_ends, mut year_ends, mut count) =
        (0usize, 0usize, 0usize, 0usize, 0usize);
    for list in &lists {
        let mut stamps: Vec<DateTime> =
            list.iter().filter_map(|index| stamped(&values.candidates[*index])).collect();
        stamps.sort_unstable();
        stamps.dedup();
        for at in &stamps {
            count += 1;
            midnights += usize::from(at.time() == Time::midnight());
            month_starts += usize::from(at.day() == 1);
            month_ends += usize::from(at.date() == at.date().last_of_month());
            year_ends += usize::from(
                at.date() == at.date().last_of_year() || at.date() == at.date().first_of_year(),
            );
        }
        for pair in stamps.windows(2) {
            *steps.entry(pair[1].duration_since(pair[0]).as_secs()).or_default() += 1;
        }
        first = first.min(stamps.first().copied()).or(stamps.first().copied());
        last = last.max(stamps.last().copied());
    }
    if count == 0 {
        return;
    }
    let seen = Seen { first, last, count, midnights, month_starts, month_ends, year_ends };
    let cadence = cadence(table, &seen, &steps);
    let orders: Vec<Vec<usize>> = lists;
    for list in orders {
        let mut indices: Vec<usize> = list
            .into_iter()
            .filter(|index| stamped(&values.candidates[*index]).is_some())
            .collect();
        indices.sort_by_key(|index| stamped(&values.candidates[*index]));
        if proven_by_registers(cadence, values, &indices) {
            continue;
        }
        let mut before: Option<DateTime> = None;
        for index in indices {
            let candidate = &mut values.candidates[index];
            let Some(at) = stamped(candidate) else { continue };
            let register = candidate.kind == ReadingKind::RegisterReading;
            let cadence = if register { Cadence::Instants } else { cadence };
            match period_at(at, cadence, before) {
                Ok(period) => candidate.period = Some(period),
                Err(reason) => candidate.hold(&Hold::new(ProblemCode::PeriodUnknown, reason)),
            }
            before = Some(at);
        }
    }
}

/// The days of readings beside registers or numbers of days, where the days alone do not tell; see [`since`].
fn proven_by_registers(cadence: Cadence, values: &mut Values, indices: &[usize]) -> bool {
    matches!(cadence, Cadence::Unknown(_))
        && (since::prove(values, indices) || since::prove_by_days(values, indices))
}

/// Months, quarters and years.
fn calendar(values: &mut Values) {
    let wrapped = year_changes_inside(values);
    for candidate in &mut values.candidates {
        if candidate.period.is_some() || !candidate.is_live() {
            continue;
        }
        let year_unknown = Hold::new(
            ProblemCode::YearUnknown,
            "Nothing in the file says for certain which year these months belong to.",
        );
        match candidate.when {
            When::Month(Some(_), _) if wrapped => candidate.hold(&year_unknown),
            When::Month(Some(year), month) => candidate.period = Period::month(year, month),
            When::Months(Some(year), first, last) => {
                candidate.period = months_period(year, first, last);
            }
            When::Month(None, _) | When::Months(None, ..) => candidate.hold(&year_unknown),
            When::Year(year) => candidate.period = Period::year(year),
            When::Week(Some(year), week) => candidate.period = week_period(year, week),
            When::Week(None, _) => candidate.hold(&Hold::new(
                ProblemCode::YearUnknown,
                "Nothing in the file says for certain which year these weeks belong to.",
            )),
            When::Certain(period) => candidate.period = Some(period),
            When::Unsaid | When::Span(..) | When::Stamp(_) => {}
        }
        if candidate.period.is_none() {
            candidate.hold(&Hold::new(
                ProblemCode::PeriodUnknown,
                "Nothing says which period this value covers.",
            ));
        }
    }
}

/// Months that run from one year into the next, all of them said to be of one year: a fiscal year.
fn year_changes_inside(values: &Values) -> bool {
    let mut by_row: HashMap<usize, Vec<(i16, i8)>> = HashMap::new();
    for candidate in &values.candidates {
        if let When::Month(Some(year), month) = candidate.when {
            by_row.entry(candidate.series).or_default().push((year, month));
        }
    }
    !by_row.is_empty()
        && by_row.values().any(|months| {
            let one_year = months.iter().all(|(year, _)| *year == months[0].0);
            let wraps = months.windows(2).filter(|pair| pair[1].1 < pair[0].1).count() == 1
                && months.len() > 2
                && months.windows(2).all(|pair| pair[1].1 == pair[0].1 % 12 + 1);
            one_year && wraps
        })
}

fn months_period(year: i16, first: i8, last: i8) -> Option<Period> {
    let first = Date::new(year, first, 1).ok()?;
    let last = Date::new(year, last, 1).ok()?.last_of_month();
    Period::days_included(first, last).ok()
}

/// From Monday to Sunday.
fn week_period(year: i16, week: i8) -> Option<Period> {
    let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
    Period::days_included(monday, monday.checked_add(6.days()).ok()?).ok()
}

/// Holds periods that have not come and periods that are no billing period.
fn plausible(values: &mut Values, today: Date) {
    for candidate in &mut values.candidates {
        let Some(period) = candidate.period else { continue };
        if period.start().date() > today {
            candidate.hold(&Hold::new(
                ProblemCode::PeriodInFuture,
                "The period has not come yet, so the value cannot be measured.",
            ));
        } else if candidate.number == Decimal::ZERO
            && period.end().date() > today.tomorrow().unwrap_or(today)
        {
            candidate.hold(&Hold::new(
                ProblemCode::PeriodInFuture,
                "The period is not over, and its zero is taken as a placeholder.",
            ));
        } else if candidate.kind != ReadingKind::RegisterReading && period.days() > LONGEST {
            candidate.hold(&Hold::new(
                ProblemCode::NotADate,
                "The period is longer than two years; one of its dates is probably wrong.",
            ));
        } else if candidate.kind == ReadingKind::AveragePower && period.days() > 0.999 {
            candidate.hold(&Hold::new(ProblemCode::KindUnclear, "Power over a day or longer is either a mean, a peak, or energy under a wrong unit."));
        }
    }
    values.candidates.iter_mut().filter(|candidate| candidate.fate != Fate::Reading).for_each(
        |candidate| {
            if matches!(candidate.fate, Fate::Held(_)) {
                candidate.cost = None;
            }
        },
    );
}
