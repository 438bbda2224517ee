//! What single days and instants of a table mean: months, days, weeks, intervals, readings of a register.

use foldhash::HashMap;
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use readings::Period;

use super::super::find::Table;
use super::super::role::Role;
use super::super::words::{Word, WordSet};

/// What single stamps mean in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cadence {
    /// Each stamp is a month.
    Month,
    /// Each stamp is a day.
    Day,
    /// Each stamp is the first day of a week.
    WeekFrom,
    /// Each stamp is the last day of a week.
    WeekUntil,
    /// Each stamp is a year.
    Year,
    /// Each stamp starts an interval of this many seconds.
    Starts(i64),
    /// Each stamp ends one.
    Ends(i64),
    /// Readings of a register, at whatever time.
    Instants,
    /// Not proven.
    Unknown(&'static str),
}

/// What the stamps of a table have in common.
pub(super) struct Seen {
    pub(super) first: Option<DateTime>,
    pub(super) last: Option<DateTime>,
    pub(super) count: usize,
    pub(super) midnights: usize,
    pub(super) month_starts: usize,
    pub(super) month_ends: usize,
    pub(super) year_ends: usize,
}

/// What the stamps of a table mean; `steps` counts the seconds between neighbours of a series.
pub(super) fn cadence(table: &Table, seen: &Seen, steps: &HashMap<i64, usize>) -> Cadence {
    let total: usize = steps.values().sum();
    let days = |low: i64, high: i64| {
        steps
            .iter()
            .filter(|(step, _)| (low * 86_400 - 3_600..=high * 86_400 + 3_600).contains(step))
            .map(|(_, n)| n)
            .sum::<usize>()
    };
    let headings = table
        .columns
        .iter()
        .filter(|column| matches!(column.role, Role::Date | Role::Start | Role::End | Role::Time));
    let speak_of_reading = headings.clone().any(|column| column.heading.speaks_of_reading());
    let words = headings.fold(WordSet::default(), |words, column| words.with(column.heading.words));
    if total == 0 {
        return Cadence::Unknown("One date alone does not say which period the value covers.");
    }
    let all_midnight = seen.midnights == seen.count;
    // What was used until the meter was read is not what was used on that day.
    // Times across a row are intervals of its day, whatever the day is called.
    // A date beside a register is that of its reading, unless the heading says that it stands for a month.
    let has = |role: Role| table.columns.iter().any(|column| column.role == role);
    let has_register = super::super::rows::register_beside(table).is_some()
        || has(Role::Previous) && has(Role::Current);
    let reads_then = has_register && seen.month_starts == seen.count && !words.has(Word::Month);
    let are_readings =
        words.has(Word::ReadDate) || (speak_of_reading || reads_then) && all_midnight;
    if are_readings && seen.month_ends < seen.count && !table.wide {
        return Cadence::Unknown(
            "The day of a reading does not say since when its consumption was counted.",
        );
    }
    if all_midnight {
        let gaps_of_months = days(28, 31)
            + steps.iter().filter(|(step, _)| **step > 31 * 86_400).map(|(_, n)| n).sum::<usize>()
            == total;
        if days(365, 366) == total && seen.year_ends == seen.count {
            return Cadence::Year;
        }
        if gaps_of_months
            && days(28, 31) * 2 >= total
            && (seen.month_starts == seen.count || seen.month_ends == seen.count)
        {
            return Cadence::Month;
        }
        if days(7, 7) == total && words.any(&[Word::WeekEnding, Word::End]) {
            return Cadence::WeekUntil;
        }
        if days(7, 7) == total && words.has(Word::Start) {
            return Cadence::WeekFrom;
        }
        if days(1, 1) * 10 >= total * 7 && !words.has(Word::WeekEnding) {
            return Cadence::Day;
        }
        return Cadence::Unknown(
            "The dates are neither days in a row nor months in a row, so it is not certain which period each value covers.",
        );
    }
    let Some((step, number)) = steps
        .iter()
        .max_by_key(|(step, number)| (**number, -**step))
        .map(|(step, number)| (*step, *number))
    else {
        return Cadence::Unknown("The times do not follow each other regularly.");
    };
    if number * 10 < total * 8 || !(60..86_400).contains(&step) || 86_400 % step != 0 {
        return Cadence::Unknown("The times do not follow each other at a regular step.");
    }
    // Numbered hours are counted from their start while reading.
    let numbered = table
        .columns
        .iter()
        .any(|column| column.role == Role::Time && column.profile.numbers > column.profile.clocks);
    if numbered {
        return Cadence::Starts(step);
    }
    match (words.has(Word::Start), words.has(Word::End)) {
        (true, false) => return Cadence::Starts(step),
        (false, true) => return Cadence::Ends(step),
        _ => {}
    }
    let second_of_day = |at: DateTime| at.time().duration_since(Time::midnight()).as_secs();
    match (seen.first.map(second_of_day), seen.last.map(second_of_day)) {
        // A file that begins at midnight and does not end there names the start of each interval.
        (Some(0), Some(last)) if last != 0 => Cadence::Starts(step),
        (Some(first), Some(0)) if first == step => Cadence::Ends(step),
        _ => Cadence::Unknown(
            "It is not certain whether the times are the start or the end of the intervals.",
        ),
    }
}

/// The period that a stamp means, or why that is not certain; `before` is the stamp before it.
pub(super) fn period_at(
    at: DateTime,
    cadence: Cadence,
    before: Option<DateTime>,
) -> Result<Period, &'static str> {
    let failed = "The date is beyond the calendar.";
    let step = |seconds: i64| SignedDuration::from_secs(seconds);
    match cadence {
        Cadence::Month => Period::month(at.year(), at.month()).ok_or(failed),
        Cadence::Day => Period::days_included(at.date(), at.date()).map_err(|_| failed),
        Cadence::WeekFrom => at
            .date()
            .checked_add(SignedDuration::from_hours(24 * 6))
            .ok()
            .and_then(|last| Period::days_included(at.date(), last).ok())
            .ok_or(failed),
        Cadence::WeekUntil => at
            .date()
            .checked_sub(SignedDuration::from_hours(24 * 6))
            .ok()
            .and_then(|first| Period::days_included(first, at.date()).ok())
            .ok_or(failed),
        Cadence::Year => Period::year(at.year()).ok_or(failed),
        Cadence::Starts(seconds) => at
            .checked_add(step(seconds))
            .ok()
            .and_then(|end| Period::new(at, end).ok())
            .ok_or(failed),
        Cadence::Ends(seconds) => at
            .checked_sub(step(seconds))
            .ok()
            .and_then(|start| Period::new(start, at).ok())
            .ok_or(failed),
        Cadence::Instants => instant(at, before).ok_or(failed),
        Cadence::Unknown(reason) => Err(reason),
    }
}

/// The span since the register was read before; the first reading has the day until then.
pub(super) fn instant(at: DateTime, before: Option<DateTime>) -> Option<Period> {
    if at.time() == Time::midnight() {
        let first =
            before.map_or(at.date(), |before| before.date().tomorrow().unwrap_or(before.date()));
        return Period::days_included(first.min(at.date()), at.date()).ok();
    }
    let start = before
        .filter(|before| *before < at)
        .unwrap_or_else(|| at.date().to_datetime(Time::midnight()));
    Period::new(start, at).ok()
}
