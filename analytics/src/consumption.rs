//! From stored readings to consumption: power times time becomes energy, what was derived between readings takes their
//! place, and no stretch of time is counted twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::interval::LONGEST_INTERVAL;

/// What a stored quantity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// Estimates and the measured value that corrects them, derived: takes the place of each.
    TruedUp,
    /// Used within the period, measured or estimated.
    Consumption,
    /// Mean power over the period.
    Power,
    /// Derived between two registers.
    Registers,
}

/// A live reading. Times are days of local time since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stored {
    /// The reading; a larger number was recorded later.
    pub reading: i64,
    /// First instant.
    pub start: f64,
    /// First instant after it.
    pub end: f64,
    /// Whether it is the second of the two hours when clocks are set back.
    pub second_hour: bool,
    /// What the quantity is.
    pub class: Class,
    /// The quantity: in the meter's canonical unit, or in kilowatts.
    pub quantity: f64,
    /// For what was derived, the reading at its start.
    pub earlier: Option<i64>,
}

/// Consumption over a stretch of time that no other one of the meter overlaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Use {
    /// First day.
    pub start: f64,
    /// First instant after it.
    pub end: f64,
    /// In the meter's canonical unit.
    pub quantity: f64,
    /// The reading it comes from.
    pub reading: i64,
    /// For what was derived, the reading at its start.
    pub earlier: Option<i64>,
}

impl Use {
    fn of(reading: &Stored, energy_of_power: f64) -> Self {
        let hours = (reading.end - reading.start) * 24.0;
        let quantity = match reading.class {
            Class::Power => reading.quantity * hours * energy_of_power,
            _ => reading.quantity,
        };
        Self {
            start: reading.start,
            end: reading.end,
            quantity,
            reading: reading.reading,
            earlier: reading.earlier,
        }
    }
}

/// Why a reading is not part of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// It partly overlaps a newer or a finer one.
    Overlaps,
    /// The register is below the one before, and what was used between is not known.
    RegisterFell,
}

/// Two readings that share no more than this (in days) name the boundary day twice; both count.
const SHARED_BOUNDARY: f64 = 1.0;
/// Longer readings (in days) are summaries, which yield to what they summarise.
const SUMMARY: f64 = 70.0;
/// Shorter ones (in days) are looked at with care: their ends may fall together.
const SHORTEST: f64 = 1.0 / 86_400.0;
/// Shorter ones (in days) are no bills.
const SHORTEST_BILL: f64 = 20.0;

/// Whether it is as long as a bill.
fn is_bill(used: &Use) -> bool {
    (SHORTEST_BILL..=SUMMARY).contains(&(used.end - used.start))
}

/// Whether a reading is one of days or hours.
pub fn is_interval(reading: &Stored) -> bool {
    reading.class != Class::Registers && reading.end - reading.start <= LONGEST_INTERVAL
}

/// The interval data of a meter alone, ordered by time; empty where it has none.
pub fn intervals(readings: &[Stored], energy_of_power: f64) -> Vec<Use> {
    let fine: Vec<Stored> =
        readings.iter().filter(|reading| is_interval(reading)).copied().collect();
    if fine.is_empty() { Vec::new() } else { of_meter(&fine, energy_of_power).0 }
}

/// The consumption of a meter, ordered by time, and the readings that were left out.
///
/// `energy_of_power` is one kilowatt-hour in the meter's canonical unit. Of overlapping readings the one that is no
/// summary counts, then what corrects estimates before stated consumption before power before registers, then the
/// newest.
pub fn of_meter(readings: &[Stored], energy_of_power: f64) -> (Vec<Use>, Vec<(i64, Omission)>) {
    if let Some(uses) = apart(readings, energy_of_power) {
        return (uses, Vec::new());
    }
    let mut omitted = Vec::new();
    let mut candidates: Vec<(Class, bool, Use)> = readings
        .iter()
        .map(|reading| (reading.class, reading.second_hour, Use::of(reading, energy_of_power)))
        .collect();
    let has_bills = candidates.iter().any(|(_, _, used)| is_bill(used));
    candidates.sort_by(|(class_a, _, a), (class_b, _, b)| {
        let rank = |class: Class, used: &Use| match used.end - used.start {
            _ if class == Class::TruedUp => 0,
            length if length > SUMMARY => 2,
            // Where there are bills, intervals fill what they leave open and are not summed beside them.
            length if has_bills && length <= LONGEST_INTERVAL => 1,
            _ => 0,
        };
        rank(*class_a, a)
            .cmp(&rank(*class_b, b))
            .then(class_a.cmp(class_b))
            .then(b.reading.cmp(&a.reading))
    });
    // Accepted stretches by their start, in thousandths of a second so that they can be keys.
    let mut accepted: BTreeMap<i64, Use> = BTreeMap::new();
    let mut second_hours = Vec::new();
    for (_, second_hour, used) in candidates {
        if second_hour {
            second_hours.push(used);
        } else if free(&accepted, &used) {
            accepted.insert(key(used.start), used);
        } else if !(has_bills && used.end - used.start <= LONGEST_INTERVAL) {
            omitted.push((used.reading, Omission::Overlaps));
        }
    }
    let mut uses: Vec<Use> = accepted.into_values().collect();
    for at in 1..uses.len() {
        // A boundary day that both name belongs to the earlier one.
        uses[at].start = uses[at].start.max(uses[at - 1].end);
    }
    uses.extend(second_hours);
    uses.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.reading.cmp(&b.reading)));
    (uses, omitted)
}

/// The consumption where no reading overlaps another, as nearly always: then all count, and none has to be weighed
/// against the others.
fn apart(readings: &[Stored], energy_of_power: f64) -> Option<Vec<Use>> {
    let mut uses: Vec<Use> = Vec::with_capacity(readings.len());
    for reading in readings {
        if reading.second_hour || reading.end - reading.start < SHORTEST {
            return None;
        }
        uses.push(Use::of(reading, energy_of_power));
    }
    if !uses.is_sorted_by(|a, b| a.start <= b.start) {
        uses.sort_by(|a, b| a.start.total_cmp(&b.start));
    }
    uses.windows(2).all(|pair| pair[0].end <= pair[1].start).then_some(uses)
}

#[expect(clippy::cast_possible_truncation, reason = "days of the calendar times 86 400 000 fit")]
fn key(day: f64) -> i64 {
    (day * 86_400_000.0).round() as i64
}

fn free(accepted: &BTreeMap<i64, Use>, used: &Use) -> bool {
    let length = used.end - used.start;
    let shared = |other: &Use| used.end.min(other.end) - used.start.max(other.start);
    let clashes = |other: &Use| {
        let shorter = length.min(other.end - other.start);
        shared(other) > SHARED_BOUNDARY.min(shorter / 4.0)
    };
    if accepted.contains_key(&key(used.start)) {
        return false;
    }
    let before = accepted.range(..key(used.start)).next_back();
    let after = accepted.range(key(used.start)..key(used.end)).map(|(_, other)| other);
    !before.is_some_and(|(_, other)| clashes(other)) && !after.into_iter().any(clashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(reading: i64, start: f64, end: f64, quantity: f64) -> Stored {
        let class = Class::Consumption;
        Stored { reading, start, end, second_hour: false, class, quantity, earlier: None }
    }

    fn quantities(readings: &[Stored]) -> Vec<f64> {
        of_meter(readings, 1.0).0.iter().map(|used| used.quantity).collect()
    }

    #[test]
    fn of_overlapping_readings_the_newest_counts_once() {
        let readings = [stored(1, 0.0, 31.0, 100.0), stored(2, 15.0, 45.0, 90.0)];
        let (uses, omitted) = of_meter(&readings, 1.0);
        assert_eq!(uses.iter().map(|used| used.reading).collect::<Vec<_>>(), [2]);
        assert_eq!(omitted, [(1, Omission::Overlaps)]);
    }

    #[test]
    fn a_yearly_summary_yields_to_its_months() {
        let mut readings: Vec<Stored> = (0..12u8)
            .map(|month| {
                let start = f64::from(month) * 30.0;
                stored(i64::from(month), start, start + 30.0, 10.0)
            })
            .collect();
        readings.push(stored(99, 0.0, 360.0, 120.0));
        assert_eq!(quantities(&readings), [10.0; 12]);
    }

    #[test]
    fn intervals_beside_a_bill_are_never_summed_with_it() {
        let mut readings: Vec<Stored> = (0..45u8)
            .map(|day| stored(i64::from(day) + 10, f64::from(day), f64::from(day) + 1.0, 4.0))
            .collect();
        readings.push(stored(1, 0.0, 31.0, 100.0));
        let (uses, omitted) = of_meter(&readings, 1.0);
        let total: f64 = uses.iter().map(|used| used.quantity).sum();
        assert!(
            (total - (100.0 + 14.0 * 4.0)).abs() < 1e-9,
            "{total}: the bill, then the days after it"
        );
        assert_eq!(omitted, []);
        assert_eq!(intervals(&readings, 1.0).len(), 45);
    }

    #[test]
    fn a_boundary_day_named_twice_drops_no_bill() {
        let readings = [stored(1, 0.0, 31.0, 100.0), stored(2, 30.0, 59.0, 90.0)];
        let (uses, omitted) = of_meter(&readings, 1.0);
        assert_eq!((uses.len(), omitted.len()), (2, 0));
        assert!((uses[1].start - 31.0).abs() < 1e-9);
    }

    #[test]
    fn what_registers_tell_counts_only_where_nothing_is_stated() {
        let derived = |reading, start, end| Stored {
            class: Class::Registers,
            earlier: Some(reading - 1),
            ..stored(reading, start, end, 120.0)
        };
        let readings =
            [derived(12, 0.0, 31.0), derived(13, 31.0, 59.0), stored(1, 0.0, 31.0, 100.0)];
        let (uses, omitted) = of_meter(&readings, 1.0);
        let seen: Vec<(i64, Option<i64>, f64)> =
            uses.iter().map(|used| (used.reading, used.earlier, used.quantity)).collect();
        assert_eq!(seen, [(1, None, 100.0), (13, Some(12), 120.0)]);
        assert_eq!(omitted, [(12, Omission::Overlaps)]);
    }

    #[test]
    fn an_estimate_and_its_correction_count_together_and_once() {
        let pair =
            Stored { class: Class::TruedUp, earlier: Some(1), ..stored(2, 0.0, 59.0, 200.0) };
        let readings = [stored(1, 0.0, 31.0, 180.0), stored(2, 31.0, 59.0, 20.0), pair];
        let (uses, omitted) = of_meter(&readings, 1.0);
        assert_eq!(uses.iter().map(|used| used.quantity).collect::<Vec<_>>(), [200.0]);
        assert_eq!(omitted.len(), 2);
    }

    #[test]
    fn power_times_time_is_energy() {
        let readings = [Stored { class: Class::Power, ..stored(1, 0.0, 0.25, 8.0) }];
        assert_eq!(quantities(&readings), [48.0]);
    }

    #[test]
    fn the_hour_that_comes_twice_counts_twice() {
        let hour = stored(1, 10.0, 10.0 + 1.0 / 24.0, 5.0);
        let again = Stored { second_hour: true, reading: 2, ..hour };
        assert_eq!(quantities(&[hour, again]), [5.0, 5.0]);
    }
}
