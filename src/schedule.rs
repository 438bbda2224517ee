//! When a job is due: a cron expression in a named time zone gives slots, instants at which the job runs once.
//!
//! Pure: the zone's rules come in with the schedule, the time with each question.
//! A fixed time of day that a change of the clocks skips runs as much later as the clocks jump, and one that comes
//! twice runs the first time only.
//! An expression whose hour is `*` or a step of it runs through: nothing in the skipped hour, both passes of the
//! doubled one.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The longest wait between two slots that is looked for: 29 February of a century that has none.
const HORIZON_DAYS: u32 = 366 * 9;
/// Clocks have jumped over a whole calendar day (Apia, 2011-12-30), so a slot may stand a day after its date.
const SPILL_DAYS: u32 = 2;

/// A cron expression of five fields in a time zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    runs_through: bool,
}

/// Why a schedule cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Not five fields of cron.
    #[error(
        "`{expression}` is not a cron expression of five fields (minute hour day month weekday), such as \"0 6 1 * *\""
    )]
    Expression {
        /// As written.
        expression: String,
        /// What the parser says.
        #[source]
        source: croner::errors::CronError,
    },
    /// Not in the time zone database.
    #[error("`{0}` is not a time zone such as Europe/Rome")]
    Zone(String),
    /// A date that does not come, such as 30 February.
    #[error("`{0}` names no day that ever comes")]
    Never(String),
}

impl Schedule {
    /// Reads `minute hour day month weekday` and the zone's name.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let parser =
            CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|source| ScheduleError::Expression {
            expression: expression.to_owned(),
            source,
        })?;
        let zone = TimeZone::get(zone).map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        let hours = &cron.pattern.hours;
        let runs_through = hours.from_wildcard || hours.step != 1;
        let schedule = Self { cron, zone, runs_through };
        match schedule.next_after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never(expression.to_owned())),
        }
    }

    /// The first slot after `after`.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let mut date = back(self.date_of(after), SPILL_DAYS);
        for _ in 0..HORIZON_DAYS {
            if let Some(found) = self.on(date).filter(|slot| *slot > after).min() {
                // A later date may have an earlier slot when this one was shifted over a jump.
                let later = self.on(date.tomorrow().ok()?).filter(|slot| *slot > after).min();
                return Some(later.map_or(found, |later| later.min(found)));
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The newest slot that is not after `now`: of all that were missed, the one to catch up.
    pub fn newest_until(&self, now: Timestamp) -> Option<Timestamp> {
        let mut date = self.date_of(now).tomorrow().ok()?;
        for _ in 0..HORIZON_DAYS {
            if let Some(found) = self.on(date).filter(|slot| *slot <= now).max() {
                // An earlier date may have a later slot when it was shifted over a jump.
                let earlier = self.on(date.yesterday().ok()?).filter(|slot| *slot <= now).max();
                return Some(earlier.map_or(found, |earlier| earlier.max(found)));
            }
            date = date.yesterday().ok()?;
        }
        None
    }

    fn date_of(&self, instant: Timestamp) -> Date {
        instant.to_zoned(self.zone.clone()).date()
    }

    /// The slots whose local date, before any shift over a jump, is `date`.
    fn on(&self, date: Date) -> impl Iterator<Item = Timestamp> + '_ {
        let day_matches = self.matches_day(date);
        let hours = (0..24_i8).filter(move |_| day_matches);
        hours
            .filter(|hour| matches(self.cron.pattern.hour_match(hour.unsigned_abs().into())))
            .flat_map(|hour| (0..60_i8).map(move |minute| (hour, minute)))
            .filter(|(_, minute)| {
                matches(self.cron.pattern.minute_match(minute.unsigned_abs().into()))
            })
            .flat_map(move |(hour, minute)| self.instants(date, hour, minute))
            .flatten()
    }

    fn matches_day(&self, date: Date) -> bool {
        let (month, day) = (date.month().unsigned_abs().into(), date.day().unsigned_abs().into());
        let pattern = &self.cron.pattern;
        matches(pattern.month_match(month))
            && matches(pattern.day_match(date.year().into(), month, day))
    }

    /// The instants of one local time: one, none in a jump, or two when it comes twice.
    fn instants(&self, date: Date, hour: i8, minute: i8) -> [Option<Timestamp>; 2] {
        let Ok(time) = Time::new(hour, minute, 0, 0) else { return [None, None] };
        let local = date.to_datetime(time);
        let at = |offset: jiff::tz::Offset| offset.to_timestamp(local).ok();
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => [at(offset), None],
            AmbiguousOffset::Gap { .. } if self.runs_through => [None, None],
            AmbiguousOffset::Fold { before, after } if self.runs_through => [at(before), at(after)],
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
                [at(before), None]
            }
        }
    }
}

fn back(date: Date, days: u32) -> Date {
    (0..days).fold(date, |date, _| date.yesterday().unwrap_or(date))
}

/// The parser answers with an error only for numbers outside a field's range, which match nothing.
fn matches(answer: Result<bool, croner::errors::CronError>) -> bool {
    answer.unwrap_or(false)
}

#[cfg(test)]
mod tests;
