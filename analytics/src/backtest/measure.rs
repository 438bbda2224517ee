//! The figures of quality: the same as those of the scorer beside the development data.

use std::collections::BTreeMap;

use super::inject::{Injected, Truth};
use crate::engine::Judgement;
use crate::parameters::FLAG_THRESHOLD;

/// One scored period.
#[derive(Debug, Clone, Copy)]
pub struct Scored {
    /// The meter, unique over all that is pooled.
    pub meter: u64,
    /// What is true.
    pub truth: Truth,
    /// The event, unique over all that is pooled.
    pub event: u64,
    /// Larger is more suspicious.
    pub score: f64,
    /// Whether an alert would be open.
    pub flagged: bool,
    /// The name that was said.
    pub said: &'static str,
    /// The expected quantity.
    pub expected: f64,
    /// Whether the clean value is inside the interval; `None` where either is not known.
    pub inside: Option<bool>,
    /// The clean value.
    pub clean: f64,
}

/// The scored periods of a run; `part` keeps meters and events of different runs apart.
pub fn scored<'a>(
    truth: &'a [Vec<Truth>],
    clean: &'a [Vec<f64>],
    judged: &'a [Vec<Judgement>],
    part: u64,
) -> impl Iterator<Item = Scored> + 'a {
    truth.iter().enumerate().flat_map(move |(meter, truths)| {
        truths.iter().enumerate().filter(|(_, truth)| **truth != Truth::Unscored).map(
            move |(slot, truth)| {
                let judgement = &judged[meter][slot];
                let clean = clean[meter][slot];
                let inside = judgement
                    .band
                    .filter(|_| clean.is_finite())
                    .map(|band| (band.lower..=band.upper).contains(&clean));
                Scored {
                    meter: (part << 32) + meter as u64,
                    truth: *truth,
                    event: match truth {
                        Truth::Event(event, _) => (part << 32) + u64::from(*event),
                        _ => 0,
                    },
                    score: judgement.score,
                    flagged: judgement.score > FLAG_THRESHOLD,
                    said: judgement.kind.map_or("", |kind| kind.code()),
                    expected: judgement.band.map_or(f64::NAN, |band| band.expected),
                    inside,
                    clean,
                }
            },
        )
    })
}

/// Recall of one kind: events, found at the middle budget, found at the largest, named right among the former.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kind {
    /// Events.
    pub events: usize,
    /// Found at the middle budget.
    pub found: usize,
    /// Named right among them.
    pub named: usize,
    /// Found at the largest budget.
    pub found_at_most: usize,
}

/// The figures of a set.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Area under the precision-recall curve.
    pub area: f64,
    /// Recall of events at the three budgets.
    pub recall: [f64; 3],
    /// Precision of periods at the middle budget.
    pub precision: f64,
    /// By kind.
    pub kinds: BTreeMap<Injected, Kind>,
    /// The share of events named right among those found.
    pub named: f64,
    /// CV(RMSE) of the expected value, median over meters.
    pub error: f64,
    /// The absolute NMBE, median over meters.
    pub bias: f64,
    /// Share of normal periods inside the interval.
    pub coverage: f64,
    /// Flagged normal periods per meter-year.
    pub false_alarms: f64,
    /// Events that are flagged.
    pub flagged_recall: f64,
    /// The score that the middle budget lets through.
    pub threshold: f64,
}

/// Budgets in false alarms per meter and year.
pub const BUDGETS: [f64; 3] = [0.1, 0.25, 1.0];
/// The same for days.
pub const BUDGETS_DAILY: [f64; 3] = [1.0, 3.0, 12.0];

#[expect(clippy::cast_precision_loss, reason = "counts of periods")]
fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

/// Measures a set whose meters have so many periods a year.
#[expect(clippy::cast_precision_loss, reason = "counts of periods")]
pub fn measure(rows: &[Scored], periods_a_year: f64) -> Figures {
    let normal: Vec<&Scored> = rows.iter().filter(|row| row.truth == Truth::Normal).collect();
    let mut scores: Vec<f64> = normal.iter().map(|row| row.score).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let years = normal.len() as f64 / periods_a_year;
    let budgets = if periods_a_year > 300.0 { BUDGETS_DAILY } else { BUDGETS };
    let thresholds = budgets.map(|budget| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
        let rank = (budget * years) as usize;
        scores.get(rank).copied().unwrap_or(-1.0)
    });
    let mut events: BTreeMap<u64, (Injected, Vec<&Scored>)> = BTreeMap::new();
    for row in rows {
        if let Truth::Event(_, kind) = row.truth {
            events.entry(row.event).or_insert((kind, Vec::new())).1.push(row);
        }
    }
    let found = |periods: &[&Scored], threshold: f64| periods.iter().any(|p| p.score > threshold);
    let mut figures = Figures {
        area: average_precision(rows),
        threshold: thresholds[1],
        recall: thresholds.map(|threshold| {
            share(events.values().filter(|(_, p)| found(p, threshold)).count(), events.len())
        }),
        ..Figures::default()
    };
    let over = |row: &&Scored| row.score > thresholds[1];
    let right = events.values().flat_map(|(_, periods)| periods).filter(|row| over(row)).count();
    figures.precision = share(right, right + normal.iter().filter(|row| over(row)).count());
    for (kind, periods) in events.values() {
        let entry = figures.kinds.entry(*kind).or_default();
        entry.events += 1;
        entry.found_at_most += usize::from(found(periods, thresholds[2]));
        if found(periods, thresholds[1]) {
            entry.found += 1;
            let named = |row: &&Scored| kind.names().contains(&row.said);
            let named = periods.iter().filter(|row| over(row)).any(named);
            entry.named += usize::from(named);
        }
    }
    let sum = |part: fn(&Kind) -> usize| figures.kinds.values().map(part).sum::<usize>();
    figures.named = share(sum(|kind| kind.named), sum(|kind| kind.found));
    (figures.error, figures.bias) = errors(&normal);
    let inside: Vec<bool> = normal.iter().filter_map(|row| row.inside).collect();
    figures.coverage = share(inside.iter().filter(|inside| **inside).count(), inside.len());
    figures.false_alarms = normal.iter().filter(|row| row.flagged).count() as f64 / years;
    let flagged = |(_, periods): &&(Injected, Vec<&Scored>)| periods.iter().any(|row| row.flagged);
    figures.flagged_recall = share(events.values().filter(flagged).count(), events.len());
    figures
}

/// The area under the precision-recall curve, step-wise; ties count together.
#[expect(clippy::cast_precision_loss, reason = "counts of periods")]
fn average_precision(rows: &[Scored]) -> f64 {
    let event = |row: &&Scored| matches!(row.truth, Truth::Event(..));
    let mut order: Vec<&Scored> = rows.iter().collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score));
    let positives = order.iter().filter(|row| event(row)).count() as f64;
    let (mut hits, mut seen, mut area) = (0.0, 0.0, 0.0);
    for ties in order.chunk_by(|a, b| a.score.to_bits() == b.score.to_bits()) {
        let gained = ties.iter().filter(|row| event(row)).count() as f64;
        hits += gained;
        seen += ties.len() as f64;
        area += gained / positives * hits / seen;
    }
    area
}

/// CV(RMSE) and absolute NMBE, medians over meters with at least four normal periods.
fn errors(normal: &[&Scored]) -> (f64, f64) {
    let mut meters: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for row in normal {
        if row.clean > 0.0 && row.expected.is_finite() {
            meters.entry(row.meter).or_default().push((row.clean, row.expected));
        }
    }
    let enough = meters.values().filter(|pairs| pairs.len() >= 4);
    let (errors, biases): (Vec<f64>, Vec<f64>) = enough
        .map(|pairs| {
            #[expect(clippy::cast_precision_loss, reason = "a number of periods")]
            let count = pairs.len() as f64;
            let mean = pairs.iter().map(|(clean, _)| clean).sum::<f64>() / count;
            let squares: f64 = pairs.iter().map(|(clean, seen)| (seen - clean).powi(2)).sum();
            let off: f64 = pairs.iter().map(|(clean, seen)| seen - clean).sum();
            ((squares / count).sqrt() / mean, (off / count / mean).abs())
        })
        .unzip();
    let median = |values: Vec<f64>| crate::engine::statistics::median(values).unwrap_or(f64::NAN);
    (median(errors), median(biases))
}
