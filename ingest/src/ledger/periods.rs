//! What is odd between the periods that a meter's files state: days of which nothing is known, the same bill under two
//! dates, dates that break the order of their sheet, and estimates with the value that corrects them.
//!
//! Pure. Overlaps are found where readings are stored ([`super::overlap`]).

mod estimates;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::DateTime;
use readings::{AttachmentId, CellAddress, Period, ProblemCode, ReadingId};
use rust_decimal::Decimal;

pub use self::estimates::{TruedUp, trued_up};

/// Shortest bill (in days). Shorter periods repeat their values by nature.
pub(super) const BILL: f64 = 20.0;
/// Longer periods (in days) are summaries of others and open no gaps.
const SUMMARY: f64 = 70.0;
/// Findings of one kind that are told about one meter; the others are of the same cause.
const TOLD: usize = 20;
/// Of this share of pairs (1 in so many) may break the order of a sheet; where more do, it has no order by time.
const BREAKS: usize = 4;

/// A period as one cell states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The stored reading.
    pub reading: ReadingId,
    /// The time covered.
    pub period: Period,
    /// Whether it is the supplier's guess.
    pub estimated: bool,
    /// In the meter's canonical unit.
    pub quantity: Decimal,
    /// What was charged.
    pub cost: Option<Decimal>,
    /// The file.
    pub file: AttachmentId,
    /// The sheet of the quantity.
    pub sheet: String,
    /// The cell of the quantity.
    pub cell: CellAddress,
}

impl Stated {
    fn place(&self) -> String {
        if self.sheet.is_empty() {
            self.cell.to_string()
        } else {
            format!("{}!{}", self.sheet, self.cell)
        }
    }
}

/// Something odd between two readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// Its kind.
    pub code: ProblemCode,
    /// For a person, with both cells.
    pub sentence: String,
    /// The later reading.
    pub reading: ReadingId,
    /// The earlier one.
    pub other: ReadingId,
}

/// What is odd between the stated periods of one meter. `covered` is what its registers tell about.
pub fn find(mut stated: Vec<Stated>, covered: &[(DateTime, DateTime)]) -> Vec<Odd> {
    stated.sort_by_key(|one| (one.period, one.reading));
    let mut found = gaps(&stated, covered);
    found.extend(repeated(&stated));
    found.extend(out_of_order(&stated));
    found
}

/// Stretches between the first and the last period that nothing covers.
fn gaps(stated: &[Stated], covered: &[(DateTime, DateTime)]) -> Vec<Odd> {
    let mut found = Vec::new();
    let mut last: Option<&Stated> = None;
    for next in stated.iter().filter(|one| one.period.days() <= SUMMARY) {
        if let Some(last) = last.filter(|last| last.period.end() < next.period.start()) {
            let (from, to) = (last.period.end(), next.period.start());
            // One day between bills is the boundary day that neither names.
            let is_boundary = last.period.days() >= BILL
                && next.period.days() >= BILL
                && from.saturating_add(1.day()) >= to;
            let is_covered = |(start, end): &(DateTime, DateTime)| *start <= from && *end >= to;
            let is_summed =
                stated.iter().any(|sum| sum.period.start() <= from && sum.period.end() >= to);
            if !is_boundary && !is_summed && !covered.iter().any(is_covered) {
                found.push(gap(last, next));
            }
        }
        if last.is_none_or(|last| last.period.end() < next.period.end()) {
            last = Some(next);
        }
    }
    found.truncate(TOLD);
    found
}

fn gap(last: &Stated, next: &Stated) -> Odd {
    let missing = Period::new(last.period.end(), next.period.start());
    let missing = missing.map_or_else(|_| String::new(), |missing| format!(" ({missing})"));
    Odd {
        code: ProblemCode::Gap,
        sentence: format!(
            "Nothing is known{missing} between the reading of {} (cell {}) and that of {} (cell {}).",
            last.period,
            last.place(),
            next.period,
            next.place(),
        ),
        reading: next.reading,
        other: last.reading,
    }
}

/// Neighbours that say the same: a bill with the same cost, or one that shares a date with the other.
fn repeated(stated: &[Stated]) -> Vec<Odd> {
    let bills: Vec<&Stated> =
        stated.iter().filter(|one| (BILL..=SUMMARY).contains(&one.period.days())).collect();
    let same = |one: &Stated, two: &Stated| {
        let (a, b) = (one.period, two.period);
        let dates = a.start() == b.start() || a.end() == b.end();
        let cost = one.cost.is_some_and(|cost| !cost.is_zero()) && one.cost == two.cost;
        a != b && one.quantity == two.quantity && is_particular(one.quantity) && (dates || cost)
    };
    bills
        .windows(2)
        .filter(|pair| same(pair[0], pair[1]))
        .map(|pair| Odd {
            code: ProblemCode::Repeated,
            sentence: format!(
                "The reading of {} (cell {}) repeats that of {} (cell {}): the same bill may have been sent with two dates.",
                pair[1].period,
                pair[1].place(),
                pair[0].period,
                pair[0].place(),
            ),
            reading: pair[1].reading,
            other: pair[0].reading,
        })
        .take(TOLD)
        .collect()
}

/// Whether a number is too particular to come twice by chance: three digits that count.
fn is_particular(number: Decimal) -> bool {
    number.normalize().mantissa().unsigned_abs() >= 100
}

/// Cells whose period breaks the order of their sheet.
fn out_of_order(stated: &[Stated]) -> Vec<Odd> {
    let mut by_sheet: BTreeMap<(AttachmentId, &str), Vec<&Stated>> = BTreeMap::new();
    for one in stated {
        by_sheet.entry((one.file, one.sheet.as_str())).or_default().push(one);
    }
    let mut found = Vec::new();
    for mut cells in by_sheet.into_values() {
        cells.sort_by_key(|one| one.cell);
        let pairs = || cells.windows(2).map(|pair| (pair[0], pair[1]));
        let backward = |(one, two): &(&Stated, &Stated)| two.period.start() < one.period.start();
        let forward = |(one, two): &(&Stated, &Stated)| two.period.start() > one.period.start();
        let (falls, rises) = (pairs().filter(backward).count(), pairs().filter(forward).count());
        let breaks: Vec<(&Stated, &Stated)> = if falls * BREAKS <= rises {
            pairs().filter(backward).collect()
        } else if rises * BREAKS <= falls {
            pairs().filter(forward).collect()
        } else {
            continue;
        };
        found.extend(breaks.into_iter().map(|(one, two)| Odd {
            code: ProblemCode::OutOfOrder,
            sentence: format!(
                "Cell {} states {} and cell {}, which follows it, {}: this breaks the order of the sheet.",
                one.place(),
                one.period,
                two.place(),
                two.period,
            ),
            reading: two.reading,
            other: one.reading,
        }));
    }
    found.truncate(TOLD);
    found
}

#[cfg(test)]
mod tests;
