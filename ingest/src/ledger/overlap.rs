//! Periods of one meter that overlap in part: both are kept, and a person must see it.
//!
//! One finding for each longer reading and file, however many short ones lie inside: a quarter beside its weeks is one
//! question, not thirteen. Days and hours beside bills are none: they are interval data, which stand beside the bills
//! of their meter and are never added to them.

use foldhash::HashMap;
use readings::{Period, ReadingId};

use super::arrange::{PeriodClass, PeriodKey};
use super::periods::BILL;

/// Longest interval (in days): a day on which the clocks are set back has 25 hours.
const INTERVAL: f64 = 25.0 / 24.0;
/// How many periods that have not ended yet are looked back at. A file of many nested periods costs linear time.
const OPEN_LIMIT: usize = 64;

/// A reading in the sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned {
    /// The stored reading.
    pub reading: ReadingId,
    /// Its meter and period.
    pub key: PeriodKey,
    /// Whether it comes from the file at hand.
    pub is_new: bool,
    /// The sheet of its quantity.
    pub sheet: String,
    /// The cell of its quantity.
    pub cell: String,
}

/// Readings whose periods overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The longer one.
    pub reading: Spanned,
    /// The first of the others.
    pub other: Spanned,
    /// How many others there are.
    pub others: usize,
}

impl Overlap {
    /// For a person.
    pub fn sentence(&self) -> String {
        let more = match self.others {
            0 | 1 => String::new(),
            others => format!(" and {} more", others - 1),
        };
        format!(
            "The reading of {} (cell {}) overlaps that of {} (cell {}){more} of the same meter.",
            self.reading.key.period,
            place(&self.reading),
            self.other.key.period,
            place(&self.other),
        )
    }
}

/// Finds the overlaps in which a new reading takes part. Registers are instants and do not overlap.
pub fn find(mut readings: Vec<Spanned>) -> Vec<Overlap> {
    readings.retain(|reading| reading.key.class != PeriodClass::Register);
    readings.sort_by_key(|reading| (reading.key, reading.reading));
    let mut found = Found::default();
    // Those that have not ended yet, of the meter at hand.
    let mut open: Vec<&Spanned> = Vec::new();
    for next in &readings {
        open.retain(|earlier| {
            earlier.key.meter == next.key.meter
                && earlier.key.class == next.key.class
                && earlier.key.period.end() > next.key.period.start()
        });
        for earlier in &open {
            let is_question = !is_interval_beside_bill(earlier.key.period, next.key.period);
            if is_question && earlier.key.fold == next.key.fold && (earlier.is_new || next.is_new) {
                found.note(earlier, next);
            }
        }
        open.push(next);
        if open.len() > OPEN_LIMIT
            && let Some(first_to_end) =
                (0..open.len()).min_by_key(|index| open[*index].key.period.end())
        {
            open.swap_remove(first_to_end);
        }
    }
    found.overlaps
}

#[derive(Default)]
struct Found {
    overlaps: Vec<Overlap>,
    by_longer: HashMap<ReadingId, usize>,
}

impl Found {
    fn note(&mut self, one: &Spanned, two: &Spanned) {
        let (longer, shorter) =
            if length(two.key.period) > length(one.key.period) { (two, one) } else { (one, two) };
        if let Some(index) = self.by_longer.get(&longer.reading) {
            self.overlaps[*index].others += 1;
        } else {
            self.by_longer.insert(longer.reading, self.overlaps.len());
            self.overlaps.push(Overlap {
                reading: longer.clone(),
                other: shorter.clone(),
                others: 1,
            });
        }
    }
}

fn is_interval_beside_bill(one: Period, two: Period) -> bool {
    let (shorter, longer) = (one.days().min(two.days()), one.days().max(two.days()));
    shorter <= INTERVAL && longer >= BILL
}

fn length(period: Period) -> i64 {
    period.end().duration_since(period.start()).as_secs()
}

fn place(reading: &Spanned) -> String {
    if reading.sheet.is_empty() {
        reading.cell.clone()
    } else {
        format!("{}!{}", reading.sheet, reading.cell)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use readings::MeterId;

    use super::*;

    fn spanned(id: i64, first: i8, last: i8, is_new: bool) -> Spanned {
        let period = Period::days_included(date(2024, 1, first), date(2024, 1, last));
        Spanned {
            reading: ReadingId::new(id),
            key: PeriodKey {
                meter: MeterId::new(1),
                class: PeriodClass::Consumption,
                period: period.expect("a real period"),
                fold: 0,
            },
            is_new,
            sheet: "S".to_owned(),
            cell: format!("B{id}"),
        }
    }

    #[test]
    fn a_month_beside_its_weeks_is_one_question() {
        let mut readings = vec![spanned(1, 1, 31, false)];
        let weeks =
            (0..4_i8).map(|week| spanned(i64::from(week) + 2, 7 * week + 1, 7 * week + 7, true));
        readings.extend(weeks);
        let found = find(readings);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].reading.reading, found[0].others), (ReadingId::new(1), 4));
        assert_eq!(
            found[0].sentence(),
            "The reading of 2024-01-01 to 2024-01-31 (cell S!B1) overlaps that of 2024-01-01 to 2024-01-07 (cell S!B2) and 3 more of the same meter."
        );
    }

    #[test]
    fn a_bill_beside_its_days_is_no_question() {
        let days = || (1..=31).map(|day| spanned(i64::from(day) + 1, day, day, true));
        let beside = |first: i8, last: i8| {
            find([spanned(1, first, last, false)].into_iter().chain(days()).collect())
        };
        assert_eq!(beside(1, 31), []);
        assert_eq!(beside(1, 7).len(), 1, "a week is no bill");
    }

    #[test]
    fn neighbours_and_old_pairs_are_no_question() {
        assert_eq!(find(vec![spanned(1, 1, 15, true), spanned(2, 16, 31, true)]), []);
        assert_eq!(find(vec![spanned(1, 1, 15, false), spanned(2, 10, 31, false)]), []);
        assert_eq!(find(vec![spanned(1, 1, 15, false), spanned(2, 10, 31, true)]).len(), 1);
    }
}
