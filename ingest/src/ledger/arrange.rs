//! The readings of one file among themselves: repeated, contradicting, in the hour that comes twice.

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
    let mut groups: Vec<Vec<Placed<'a>>> = Vec::new();
    for reading in placed {
        let class = PeriodClass::from(reading.candidate.kind);
        let index = *by_period
            .entry((reading.meter, class, reading.candidate.period))
            .or_insert_with(|| {
                groups.push(Vec::with_capacity(1));
                groups.len() - 1
            });
        groups[index].push(reading);
    }
    let mut arranged = Arranged::default();
    for group in groups {
        if group.len() == 2 && comes_twice(&group[0], &zone_of) {
            for (fold, reading) in (0..).zip(group) {
                arranged.entries.push(entry(reading, fold));
            }
        } else {
            arranged.take(group);
        }
    }
    arranged
}

impl<'a> Arranged<'a> {
    fn take(&mut self, group: Vec<Placed<'a>>) {
        let entries: Vec<Entry<'a>> = group.into_iter().map(|reading| entry(reading, 0)).collect();
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
