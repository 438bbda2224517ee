//! The readings of one file among themselves: repeated, contradicting, in the hour that comes twice.

use std::collections::hash_map::Entry as Slot;
use std::iter;

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use readings::{MeterId, Period, Problem, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use super::admit::Candidate;
use super::decide::Statement;

/// Which readings exclude each other: registers and power are kept apart from consumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodClass {
    /// Consumption, measured or estimated.
    Consumption,
    /// The dial.
    Register,
    /// Mean power.
    Power,
}

impl From<ReadingKind> for PeriodClass {
    fn from(kind: ReadingKind) -> Self {
        match kind {
            ReadingKind::Consumption | ReadingKind::Estimated => Self::Consumption,
            ReadingKind::RegisterReading => Self::Register,
            ReadingKind::AveragePower => Self::Power,
        }
    }
}

/// What one live reading is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeriodKey {
    /// The meter.
    pub meter: MeterId,
    /// Consumption, register or power.
    pub class: PeriodClass,
    /// The time covered, local.
    pub period: Period,
    /// 1 for the second of the two hours when clocks are set back.
    pub fold: i16,
}

/// A candidate whose meter is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<'a> {
    /// The reading.
    pub candidate: Candidate<'a>,
    /// The meter.
    pub meter: MeterId,
    /// In the meter's canonical unit, or in kilowatts.
    pub canonical: Decimal,
}

/// One statement of the file for each meter and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Meter and period.
    pub key: PeriodKey,
    /// What the file says.
    pub statement: Statement,
    /// Where it says so.
    pub candidate: Candidate<'a>,
}

/// The file's readings in order.
#[derive(Debug, Default)]
pub struct Arranged<'a> {
    /// One for each meter and period.
    pub entries: Vec<Entry<'a>>,
    /// How many repeat one of them.
    pub repeated: u64,
    /// Those that contradict each other: none of them is taken, since none is known to be right.
    pub contradictions: Vec<Problem>,
}

/// Puts the readings of a file in order. `zone_of` gives the time zone of a meter's site.
pub fn arrange<'a>(
    placed: Vec<Placed<'a>>,
    zone_of: impl Fn(MeterId) -> Option<TimeZone>,
) -> Arranged<'a> {
    let mut by_period: HashMap<(MeterId, PeriodClass, Period), usize> =
        HashMap::with_capacity(placed.len());
    // The first of each meter and period, and the others, which nearly none has.
    let mut groups: Vec<(Placed<'a>, Vec<Placed<'a>>)> = Vec::with_capacity(placed.len());
    for reading in placed {
        let class = PeriodClass::from(reading.candidate.kind);
        match by_period.entry((reading.meter, class, reading.candidate.period)) {
            Slot::Occupied(known) => groups[*known.get()].1.push(reading),
            Slot::Vacant(free) => {
                free.insert(groups.len());
                groups.push((reading, Vec::new()));
            }
        }
    }
    let mut arranged = Arranged::default();
    arranged.entries.reserve(groups.len());
    for (first, others) in groups {
        if others.is_empty() {
            arranged.entries.push(entry(first, 0));
        } else if others.len() == 1 && comes_twice(&first, &zone_of) {
            arranged.entries.push(entry(first, 0));
            arranged.entries.extend(others.into_iter().map(|other| entry(other, 1)));
        } else {
            arranged.take(first, others);
        }
    }
    arranged
}

impl<'a> Arranged<'a> {
    fn take(&mut self, first: Placed<'a>, others: Vec<Placed<'a>>) {
        let entries: Vec<Entry<'a>> =
            iter::once(first).chain(others).map(|reading| entry(reading, 0)).collect();
        let clash = entries.iter().enumerate().find_map(|(index, one)| {
            let rest = &entries[index + 1..];
            rest.iter().find(|two| one.statement.contradicts(&two.statement)).map(|two| (one, two))
        });
        if let Some((one, two)) = clash {
            let sentence = format!(
                "Cells {} and {} state different values for the same meter and period ({}): {} {} and {} {}.",
                place(&one.candidate, &two.candidate),
                place(&two.candidate, &one.candidate),
                one.key.period,
                one.candidate.quantity.normalize(),
                one.candidate.unit,
                two.candidate.quantity.normalize(),
                two.candidate.unit,
            );
            self.contradictions.extend(entries.iter().map(|entry| {
                entry.candidate.problem(ProblemCode::Contradiction, sentence.as_str())
            }));
            return;
        }
        self.repeated += entries.len() as u64 - 1;
        // The one that says most stands for all; the first of equals.
        let fullest = entries.into_iter().reduce(|best, next| {
            if next.statement.is_covered_by(&best.statement) { best } else { next }
        });
        self.entries.extend(fullest);
    }
}

fn entry(reading: Placed<'_>, fold: i16) -> Entry<'_> {
    let Placed { candidate, meter, canonical } = reading;
    Entry {
        key: PeriodKey { meter, class: candidate.kind.into(), period: candidate.period, fold },
        statement: Statement { kind: candidate.kind, canonical, cost: candidate.cost },
        candidate,
    }
}

fn place(candidate: &Candidate<'_>, other: &Candidate<'_>) -> String {
    if candidate.sheet == other.sheet {
        candidate.cell.to_string()
    } else {
        format!("{}!{}", candidate.sheet, candidate.cell)
    }
}

/// Whether the period is shorter than a day and lies where the site's clocks are set back.
fn comes_twice(reading: &Placed<'_>, zone_of: impl Fn(MeterId) -> Option<TimeZone>) -> bool {
    let period = reading.candidate.period;
    let repeats = |zone: &TimeZone, at: DateTime| {
        matches!(zone.to_ambiguous_timestamp(at).offset(), AmbiguousOffset::Fold { .. })
    };
    period.days() < 1.0 && zone_of(reading.meter).is_some_and(|zone| repeats(&zone, period.start()))
}
