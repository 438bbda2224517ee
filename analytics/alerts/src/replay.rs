//! What another sensitivity would have raised over the stored history, beside what the present one raises.

use std::collections::BTreeMap;

use crate::family::Family;
use crate::kind::AlertKind;
use crate::sensitivity::Sensitivity;

/// A judged month of a meter, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The number of the meter.
    pub meter: i64,
    /// Months since January of the year 0.
    pub month: i32,
    /// Its score.
    pub score: f64,
    /// What stands out most.
    pub kind: AlertKind,
    /// Whether more came than was expected.
    pub rises: bool,
    /// What the deviation costs, in the currency of the replay.
    pub cost: Option<f64>,
}

/// An alert that would have been raised.
#[derive(Debug, Clone, PartialEq)]
struct Raised {
    meter: i64,
    family: Family,
    first: i32,
    last: i32,
    cost: f64,
}

/// Alerts that begin in one month, or in all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Raised by both.
    pub kept: u32,
    /// Raised by the other sensitivity alone.
    pub gained: u32,
    /// Raised by the present one alone.
    pub lost: u32,
    /// The cost of those that are raised by both.
    pub cost_kept: f64,
    /// The cost of those that would be gained.
    pub cost_gained: f64,
    /// The cost of those that would be lost.
    pub cost_lost: f64,
}

/// The comparison of two sensitivities over a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// By the month in which alerts begin.
    pub months: BTreeMap<i32, Tally>,
    /// Over all months.
    pub total: Tally,
    /// Years of judged months over all meters.
    pub meter_years: f64,
}

impl Replay {
    /// Alerts per meter and year by the present sensitivity and by the other.
    pub fn rates(&self) -> (f64, f64) {
        let rate = |alerts: u32| f64::from(alerts) / self.meter_years.max(1e-9);
        (rate(self.total.kept + self.total.lost), rate(self.total.kept + self.total.gained))
    }
}

/// Compares two sensitivities; `history` is ordered by meter and month.
pub fn compare(history: &[Scored], present: &Sensitivity, other: &Sensitivity) -> Replay {
    let (now, then) = (raised(history, present), raised(history, other));
    let meets = |alert: &Raised, all: &[Raised]| {
        let from = all.partition_point(|known| known.meter < alert.meter);
        all[from..].iter().take_while(|known| known.meter == alert.meter).any(|known| {
            known.family == alert.family && known.first <= alert.last && alert.first <= known.last
        })
    };
    let mut months: BTreeMap<i32, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    for alert in &then {
        let kept = meets(alert, &now);
        for tally in [months.entry(alert.first).or_default(), &mut total] {
            if kept {
                tally.kept += 1;
                tally.cost_kept += alert.cost;
            } else {
                tally.gained += 1;
                tally.cost_gained += alert.cost;
            }
        }
    }
    for alert in now.iter().filter(|alert| !meets(alert, &then)) {
        for tally in [months.entry(alert.first).or_default(), &mut total] {
            tally.lost += 1;
            tally.cost_lost += alert.cost;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of months")]
    let meter_years = history.len() as f64 / 12.0;
    Replay { months, total, meter_years }
}

/// The alerts of a sensitivity: months in a row of one family are one.
fn raised(history: &[Scored], sensitivity: &Sensitivity) -> Vec<Raised> {
    let mut raised: Vec<Raised> = Vec::new();
    for month in history.iter().filter(|month| sensitivity.flags(month.score, month.kind)) {
        let family = Family::of(month.kind, month.rises);
        let cost = month.cost.unwrap_or(0.0);
        match raised.last_mut() {
            Some(last)
                if last.meter == month.meter
                    && last.family == family
                    && month.month - last.last <= 2 =>
            {
                last.last = month.month;
                last.cost += cost;
            }
            _ => raised.push(Raised {
                meter: month.meter,
                family,
                first: month.month,
                last: month.month,
                cost,
            }),
        }
    }
    raised
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(meter: i64, month: i32, score: f64) -> Scored {
        Scored { meter, month, score, kind: AlertKind::Spike, rises: true, cost: Some(100.0) }
    }

    #[test]
    fn a_higher_threshold_loses_the_weakest() {
        let history = [
            scored(1, 0, 3.0),
            scored(1, 1, 2.5),
            scored(1, 2, -3.0),
            scored(2, 0, 0.4),
            scored(2, 1, -2.0),
            scored(2, 2, -2.0),
        ];
        let replay = compare(&history, &Sensitivity::plain(0.0), &Sensitivity::plain(1.0));
        assert_eq!((replay.total.kept, replay.total.gained, replay.total.lost), (1, 0, 1));
        assert_eq!((replay.total.cost_kept, replay.total.cost_lost), (200.0, 100.0));
        assert_eq!(replay.months[&0].lost, 1);
        assert_eq!(replay.rates(), (4.0, 2.0));
        let back = compare(&history, &Sensitivity::plain(1.0), &Sensitivity::plain(0.0));
        assert_eq!((back.total.kept, back.total.gained, back.total.lost), (1, 1, 0));
    }
}
