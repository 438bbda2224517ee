//! The quality of detection on the public development data, by the definitions of the scorer that lies beside them.

use std::collections::HashMap;

use crate::shared::{backtest_file, gzipped_lines, shared};

struct Scored {
    label: i8,
    event: String,
    score: f64,
    expected: Option<f64>,
    clean: Option<f64>,
    inside: Option<bool>,
    meter: String,
    flagged: bool,
}

/// Joins the labels of a data set with the backtest of its readings.
fn scored(name: &str) -> Vec<Scored> {
    let lines = backtest_file(&shared(&format!("data/detection/readings/{name}.csv.gz")));
    let mut results: HashMap<(String, String), Vec<String>> = HashMap::new();
    for line in &lines {
        let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        let score: f64 = fields[5].parse().expect("a score");
        assert!(score.is_finite(), "{line}");
        results.insert((fields[0].clone(), fields[1].clone()), fields);
    }
    let joined: Vec<Scored> = gzipped_lines(&format!("data/detection/labels/{name}.csv.gz"))
        .iter()
        .map(|line| {
            let label: Vec<&str> = line.split(',').collect();
            let key = (label[0].to_owned(), label[1].to_owned());
            let result = results.get(&key).unwrap_or_else(|| panic!("no line for {key:?}"));
            let number = |text: &str| text.parse::<f64>().ok();
            let clean = number(label[6]);
            let inside = match (clean, number(&result[3]), number(&result[4])) {
                (Some(clean), Some(lower), Some(upper)) => Some((lower..=upper).contains(&clean)),
                _ => None,
            };
            Scored {
                label: label[3].parse().expect("a label"),
                event: format!("{name}{}", label[5]),
                score: number(&result[5]).unwrap_or(-1.0),
                expected: number(&result[2]),
                clean,
                inside,
                meter: format!("{name}{}", label[0]),
                flagged: result[6] == "1",
            }
        })
        .filter(|scored| scored.label >= 0)
        .collect();
    assert!(joined.len() > 300, "{name} has too few scored periods");
    joined
}

fn average_precision(rows: &[Scored]) -> f64 {
    let mut order: Vec<&Scored> = rows.iter().collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score));
    let positives = order.iter().filter(|row| row.label == 1).count() as f64;
    let (mut hits, mut seen, mut area) = (0.0, 0.0, 0.0);
    for ties in order.chunk_by(|a, b| a.score.to_bits() == b.score.to_bits()) {
        let gained = ties.iter().filter(|row| row.label == 1).count() as f64;
        hits += gained;
        seen += ties.len() as f64;
        area += gained / positives * hits / seen;
    }
    area
}

/// The share of events found at the threshold that lets `budget` false-alarm periods per meter-year through.
fn recall_at(rows: &[Scored], budget: f64, periods_a_year: f64) -> f64 {
    let mut normal: Vec<f64> =
        rows.iter().filter(|row| row.label == 0).map(|row| row.score).collect();
    normal.sort_by(|a, b| b.total_cmp(a));
    let allowed = (budget * normal.len() as f64 / periods_a_year) as usize;
    let threshold = normal.get(allowed).copied().unwrap_or(-1.0);
    let mut events: HashMap<&str, bool> = HashMap::new();
    for row in rows.iter().filter(|row| row.label == 1) {
        *events.entry(&row.event).or_default() |= row.score > threshold;
    }
    events.values().filter(|found| **found).count() as f64 / events.len() as f64
}

fn false_alarms(rows: &[Scored], periods_a_year: f64) -> f64 {
    let normal = rows.iter().filter(|row| row.label == 0);
    let flagged = normal.clone().filter(|row| row.flagged).count() as f64;
    flagged / (normal.count() as f64 / periods_a_year)
}

fn coverage(rows: &[Scored]) -> f64 {
    let judged: Vec<bool> =
        rows.iter().filter(|row| row.label == 0).filter_map(|row| row.inside).collect();
    judged.iter().filter(|inside| **inside).count() as f64 / judged.len() as f64
}

/// The median over meters of the coefficient of variation of the expected value's error.
fn median_error(rows: &[Scored]) -> f64 {
    let mut meters: HashMap<&str, Vec<(f64, f64)>> = HashMap::new();
    for row in rows.iter().filter(|row| row.label == 0) {
        if let (Some(clean), Some(expected)) = (row.clean, row.expected)
            && clean > 0.0
        {
            meters.entry(&row.meter).or_default().push((clean, expected));
        }
    }
    let mut errors: Vec<f64> = meters
        .values()
        .filter(|pairs| pairs.len() >= 4)
        .map(|pairs| {
            let count = pairs.len() as f64;
            let mean = pairs.iter().map(|(clean, _)| clean).sum::<f64>() / count;
            let squares: f64 =
                pairs.iter().map(|(clean, expected)| (expected - clean).powi(2)).sum();
            (squares / count).sqrt() / mean
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    errors[errors.len() / 2]
}

fn at_least(what: &str, value: f64, floor: f64) {
    assert!(value >= floor, "{what} is {value:.3}, under its floor {floor}");
}

fn at_most(what: &str, value: f64, ceiling: f64) {
    assert!(value <= ceiling, "{what} is {value:.3}, over its ceiling {ceiling}");
}

#[test]
fn monthly_readings_of_two_universities() {
    let mut rows = scored("cambridge");
    rows.extend(scored("yale"));
    at_least("the area under the precision-recall curve", average_precision(&rows), 0.53);
    at_least("recall at 0.25 false alarms", recall_at(&rows, 0.25, 12.0), 0.69);
    at_most("the error of the expected value", median_error(&rows), 0.21);
    at_most("false alarms per meter-year", false_alarms(&rows, 12.0), 0.30);
    let inside = coverage(&rows);
    assert!((0.93..=0.975).contains(&inside), "coverage is {inside:.3}");
}

#[test]
fn bimonthly_water_bills_with_a_short_history() {
    let rows = scored("santa_monica");
    at_least("the area under the precision-recall curve", average_precision(&rows), 0.62);
    at_least("recall at 0.25 false alarms", recall_at(&rows, 0.25, 6.0), 0.57);
    at_most("false alarms per meter-year", false_alarms(&rows, 6.0), 0.30);
    let inside = coverage(&rows);
    assert!((0.93..=0.975).contains(&inside), "coverage is {inside:.3}");
}

#[test]
fn a_real_change_of_unit_in_half_a_portfolio() {
    let rows = scored("gas_unit_switch");
    at_least("the area under the precision-recall curve", average_precision(&rows), 0.81);
    at_least("recall at 0.25 false alarms", recall_at(&rows, 0.25, 12.0), 0.85);
}

#[test]
fn daily_electricity() {
    let rows = scored("cambridge_daily");
    at_least("the area under the precision-recall curve", average_precision(&rows), 0.47);
    at_least("recall at 3 false alarms", recall_at(&rows, 3.0, 365.0), 0.70);
    at_most("the error of the expected value", median_error(&rows), 0.105);
    at_most("false alarms per meter-year", false_alarms(&rows, 365.0), 3.6);
    let inside = coverage(&rows);
    assert!((0.93..=0.97).contains(&inside), "coverage is {inside:.3}");
}
