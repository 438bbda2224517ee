//! Silence is a finding: what was to arrive and has not.
//!
//! Pure: deliveries and today in, silences out. Each meter's deliveries teach how often it is read and how long after
//! the end of a period its reading comes; nothing is expected of a meter that was delivered too seldom to tell. Meters
//! are taken together by who sends them: one sender that fell silent is one silence, not forty.

mod deliveries;
pub mod plan;
pub mod source;
pub mod store;

use std::collections::BTreeMap;

use alerts::{AlertKind, Severity};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use readings::MeterId;

pub use self::store::{SilenceError, Watch, watch};

/// Shortest time between two deliveries (in days) that is taken for their rhythm.
const SHORTEST: i32 = 6;
/// Fewest periods that tell a rhythm.
const FEWEST: usize = 3;
/// Newest deliveries from which is learnt.
const LEARNT_FROM: usize = 12;
/// Days of grace at least.
const GRACE: i32 = 3;
/// Days of grace at least as long as a lag was seen less than three times.
const GRACE_AT_FIRST: i32 = 5;
/// After so many rhythms without a reading a meter no longer counts among those of its sender.
const GONE: i32 = 3;
/// Names that a sentence lists.
const NAMED: usize = 5;

/// A delivery: the end of the newest period that it brought, and the day on which it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// The day on which it was sent.
    pub sent: Date,
    /// The first day after the newest period.
    pub end: Date,
    /// The day on which it was taken in.
    pub read: Date,
}

/// A meter whose readings are waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The meter.
    pub meter: MeterId,
    /// Its name and site.
    pub name: String,
    /// Who sent its newest reading.
    pub sender: String,
    /// What was delivered, in any order.
    pub deliveries: Vec<Delivery>,
    /// Ends of the periods of its readings, in any order.
    pub ends: Vec<Date>,
    /// Days after the end of a period by which a person expects its reading; else learnt.
    pub due_days: Option<i32>,
}

/// When a meter's readings come; all in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// From the end of one period to the end of the next.
    pub every: i32,
    /// From the end of a period until its reading comes.
    pub lag: i32,
    /// What it may take longer.
    pub grace: i32,
}

/// What is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A single meter.
    Meter(MeterId),
    /// A sender, as a whole or for some of its meters.
    Sender {
        /// Its address, or the source's name for what comes without a mail.
        sender: String,
        /// The meters that are waited for.
        waiting: Vec<MeterId>,
    },
    /// A source that brings no mail, by its name.
    Source(String),
}

/// Something that was to arrive and has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// What makes two silences the same.
    pub fingerprint: String,
    /// Whose.
    pub about: About,
    /// `late`, `missing` or `partial`.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: Severity,
    /// The first instant of the period that is waited for.
    pub start: DateTime,
    /// The first instant after it.
    pub end: DateTime,
    /// How many meters came.
    pub came: usize,
    /// How many were expected.
    pub expected: usize,
    /// For a person.
    pub reason: String,
}

/// The rhythm of a meter; none where too little was delivered to tell.
pub fn rhythm(watched: &Watched) -> Option<Rhythm> {
    let mut newest: BTreeMap<Date, Date> = BTreeMap::new();
    for delivery in &watched.deliveries {
        let end = newest.entry(delivery.sent).or_insert(delivery.end);
        *end = delivery.end.max(*end);
    }
    // What brings nothing newer is a correction.
    let mut batches: Vec<(Date, Date)> = Vec::new();
    for (sent, end) in newest {
        if batches.last().is_none_or(|(_, last)| *last < end) {
            batches.push((sent, end));
        }
    }
    let batches = &batches[batches.len().saturating_sub(LEARNT_FROM + 1)..];
    let mut ends: Vec<Date> = if batches.len() >= FEWEST {
        batches.iter().map(|(_, end)| *end).collect()
    } else {
        watched.ends.clone()
    };
    ends.sort_unstable();
    ends.dedup();
    let ends = &ends[ends.len().saturating_sub(LEARNT_FROM + 1)..];
    if ends.len() < FEWEST {
        return None;
    }
    let gaps: Vec<i32> = ends.windows(2).map(|pair| days(pair[0], pair[1])).collect();
    let every = median(&gaps)?;
    if every < SHORTEST {
        return None;
    }
    let lags: Vec<i32> = batches.iter().map(|(sent, end)| days(*end, *sent).max(0)).collect();
    let lag = median(&lags)?;
    // One exception is no rule: the largest of each is not expected again.
    let second = |values: &[i32], usual: i32| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted.iter().rev().nth(1).map_or(0, |value| (value - usual).clamp(0, every))
    };
    let at_least = if lags.len() >= FEWEST { GRACE } else { GRACE_AT_FIRST.max(every / 4) };
    let grace = at_least.max(second(&lags, lag)) + second(&gaps, every);
    Some(match watched.due_days {
        Some(due) => Rhythm { every, lag: due, grace: 0 },
        None => Rhythm { every, lag, grace },
    })
}

/// A meter and how it stands.
struct Standing<'a> {
    watched: &'a Watched,
    rhythm: Rhythm,
    last: Date,
    /// The last day on which its reading is in time.
    due: Date,
}

impl Standing<'_> {
    fn is_overdue(&self, today: Date) -> bool {
        today > self.due
    }

    fn is_missing(&self, today: Date) -> bool {
        days(self.due, today) > self.rhythm.every
    }

    fn is_gone(&self, today: Date) -> bool {
        days(self.due, today) > GONE * self.rhythm.every
    }

    fn next(&self) -> Date {
        self.last.saturating_add(self.rhythm.every.days())
    }
}

/// What is silent today.
pub fn find(meters: &[Watched], today: Date) -> Vec<Silence> {
    let mut senders: BTreeMap<&str, Vec<Standing<'_>>> = BTreeMap::new();
    for watched in meters {
        let newest = watched.deliveries.iter().max_by_key(|delivery| (delivery.end, delivery.read));
        let Some((rhythm, newest)) = rhythm(watched).zip(newest) else { continue };
        let last = newest.end;
        let due = last.saturating_add((rhythm.every + rhythm.lag + rhythm.grace).days());
        // What had fallen silent before it was taken in is history, and nobody waits for it.
        if days(due, newest.read) > rhythm.every {
            continue;
        }
        senders.entry(watched.sender.as_str()).or_default().push(Standing {
            watched,
            rhythm,
            last,
            due,
        });
    }
    let mut found = Vec::new();
    for (sender, standings) in senders {
        of_sender(sender, &standings, today, &mut found);
    }
    found
}

fn of_sender(sender: &str, standings: &[Standing<'_>], today: Date, found: &mut Vec<Silence>) {
    let (gone, members): (Vec<&Standing<'_>>, Vec<&Standing<'_>>) =
        standings.iter().partition(|one| one.is_gone(today));
    let overdue: Vec<&Standing<'_>> =
        members.iter().copied().filter(|one| one.is_overdue(today)).collect();
    if members.len() > 1 && overdue.len() == members.len() {
        found.extend(all_silent(sender, &members, today));
    } else if members.len() > 1 {
        found.extend(partly_silent(sender, &members, &overdue));
        let missing = overdue.iter().filter(|one| one.is_missing(today));
        found.extend(missing.map(|one| alone(one, today)));
    } else {
        found.extend(overdue.iter().map(|one| alone(one, today)));
    }
    found.extend(gone.iter().map(|one| alone(one, today)));
}

fn alone(one: &Standing<'_>, today: Date) -> Silence {
    let missing = one.is_missing(today);
    let meter = one.watched.meter;
    Silence {
        fingerprint: format!("silence:meter:{meter}:{}", one.last),
        about: About::Meter(meter),
        kind: if missing { AlertKind::Missing } else { AlertKind::Late },
        severity: if missing { Severity::Medium } else { Severity::Low },
        start: midnight(one.last),
        end: midnight(one.next()),
        came: 0,
        expected: 1,
        reason: format!(
            "No reading has come for {}: it was expected by {}{}.",
            span(one.last, one.next()),
            one.due,
            if missing { ", and the next is overdue as well" } else { "" },
        ),
    }
}

fn all_silent(sender: &str, members: &[&Standing<'_>], today: Date) -> Option<Silence> {
    let newest = members.iter().max_by_key(|one| (one.last, one.watched.meter))?;
    let due = members.iter().map(|one| one.due).max()?;
    let missing = members.iter().all(|one| one.is_missing(today));
    Some(Silence {
        fingerprint: format!("silence:sender:{sender}:{}", newest.last),
        about: About::Sender { sender: sender.to_owned(), waiting: ids(members) },
        kind: if missing { AlertKind::Missing } else { AlertKind::Late },
        severity: if missing { Severity::High } else { Severity::Medium },
        start: midnight(newest.last),
        end: midnight(newest.next()),
        came: 0,
        expected: members.len(),
        reason: format!(
            "{sender} has sent nothing for {}: it was expected by {due}, and {} meters wait for it.",
            span(newest.last, newest.next()),
            members.len(),
        ),
    })
}

fn partly_silent(
    sender: &str,
    members: &[&Standing<'_>],
    overdue: &[&Standing<'_>],
) -> Option<Silence> {
    let oldest = overdue.iter().min_by_key(|one| (one.last, one.watched.meter))?;
    let newest = members.iter().map(|one| one.last).max()?;
    let (expected, came) = (members.len(), members.len() - overdue.len());
    let mut names: Vec<&str> = overdue.iter().map(|one| one.watched.name.as_str()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.truncate(NAMED);
    Some(Silence {
        fingerprint: format!("silence:partial:{sender}:{newest}"),
        about: About::Sender { sender: sender.to_owned(), waiting: ids(overdue) },
        kind: AlertKind::Partial,
        severity: Severity::Medium,
        start: midnight(oldest.last),
        end: midnight(newest.max(oldest.next())),
        came,
        expected,
        reason: format!(
            "{sender} has sent {came} of {expected} meters; none came for {}{more}.",
            names.join(", "),
        ),
    })
}

fn ids(standings: &[&Standing<'_>]) -> Vec<MeterId> {
    let mut ids: Vec<MeterId> = standings.iter().map(|one| one.watched.meter).collect();
    ids.sort_unstable();
    ids
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// A period as people write it: the last day is included.
fn span(start: Date, end: Date) -> String {
    format!("{start} to {}", end.yesterday().unwrap_or(end))
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn median(values: &[i32]) -> Option<i32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests;
