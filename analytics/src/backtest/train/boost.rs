//! Boosted stumps (Friedman 2001) on the logistic loss, each on one input and in its direction, so that their sum is one
//! table per input.

use crate::engine::tables::{Direction, Input, Table, Tables};

/// Examples as columns.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// Per input the values of all examples.
    pub columns: Vec<Vec<f32>>,
    /// Whether each is a problem.
    pub problem: Vec<bool>,
    /// What each counts.
    pub weight: Vec<f32>,
}

impl Examples {
    /// No examples yet of so many inputs.
    pub fn new(inputs: usize) -> Self {
        Self { columns: vec![Vec::new(); inputs], ..Self::default() }
    }

    /// Adds one.
    pub fn push(&mut self, inputs: &[f64], problem: bool, weight: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "six digits are enough for a table")]
        for (column, value) in self.columns.iter_mut().zip(inputs) {
            column.push(*value as f32);
        }
        self.problem.push(problem);
        #[expect(clippy::cast_possible_truncation, reason = "a weight")]
        self.weight.push(weight as f32);
    }
}

/// How the training goes.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// Stumps.
    pub rounds: usize,
    /// The share of each step that is taken.
    pub rate: f64,
    /// Bins per input.
    pub bins: usize,
    /// Added to the curvature: holds back steps on few examples.
    pub ridge: f64,
}

/// The course of the shipped tables.
pub const COURSE: Course = Course { rounds: 1200, rate: 0.1, bins: 24, ridge: 8.0 };

/// Fits tables to examples.
pub fn fit(examples: &Examples, inputs: &[Input], course: Course) -> Tables {
    let edges: Vec<Vec<f32>> =
        examples.columns.iter().map(|column| edges(column, examples, course.bins)).collect();
    let bins: Vec<Vec<u8>> = examples
        .columns
        .iter()
        .zip(&edges)
        .map(|(column, edges)| column.iter().map(|value| bin(edges, *value)).collect())
        .collect();
    let (mut share, mut total) = (0.0, 0.0);
    for (problem, weight) in examples.problem.iter().zip(&examples.weight) {
        share += f64::from(u8::from(*problem)) * f64::from(*weight);
        total += f64::from(*weight);
    }
    let prior = (share / (total - share)).ln();
    let mut tables: Vec<Vec<f64>> = edges.iter().map(|edges| vec![0.0; edges.len() + 1]).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a start")]
    let mut score = vec![prior as f32; examples.problem.len()];
    let mut slopes = vec![(0.0_f32, 0.0_f32); score.len()];
    for _ in 0..course.rounds {
        for (at, slope) in slopes.iter_mut().enumerate() {
            let chance = 1.0 / (1.0 + (-score[at]).exp());
            let weight = examples.weight[at];
            let wanted = f32::from(u8::from(examples.problem[at]));
            *slope = (weight * (chance - wanted), weight * chance * (1.0 - chance));
        }
        let best = (0..inputs.len())
            .filter_map(|input| {
                let stump = stump(
                    &bins[input],
                    edges[input].len() + 1,
                    &slopes,
                    inputs[input].direction,
                    course.ridge,
                )?;
                Some((input, stump))
            })
            .max_by(|a, b| a.1.gain.total_cmp(&b.1.gain).then(b.0.cmp(&a.0)));
        let Some((input, stump)) = best else { break };
        let (left, right) = (course.rate * stump.left, course.rate * stump.right);
        for (at, value) in tables[input].iter_mut().enumerate() {
            *value += if at <= stump.last_left { left } else { right };
        }
        #[expect(clippy::cast_possible_truncation, reason = "a step")]
        let (left, right) = (left as f32, right as f32);
        for (score, bin) in score.iter_mut().zip(&bins[input]) {
            *score += if usize::from(*bin) <= stump.last_left { left } else { right };
        }
    }
    let tables = tables.into_iter().zip(edges).map(|(values, edges)| lean(&values, &edges));
    Tables { origin: (prior * 1e4).round() / 1e4, tables: tables.collect() }
}

struct Stump {
    last_left: usize,
    left: f64,
    right: f64,
    gain: f64,
}

/// The best stump of an input that keeps to its direction.
fn stump(
    bins: &[u8],
    count: usize,
    slopes: &[(f32, f32)],
    direction: Direction,
    ridge: f64,
) -> Option<Stump> {
    let mut sums = vec![(0.0_f64, 0.0_f64); count];
    for (bin, (slope, curvature)) in bins.iter().zip(slopes) {
        let sum = &mut sums[usize::from(*bin)];
        sum.0 += f64::from(*slope);
        sum.1 += f64::from(*curvature);
    }
    let all = sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
    let mut below = (0.0, 0.0);
    let mut best: Option<Stump> = None;
    for (at, sum) in sums.iter().enumerate().take(count - 1) {
        below = (below.0 + sum.0, below.1 + sum.1);
        let above = (all.0 - below.0, all.1 - below.1);
        let (left, right) = (-below.0 / (below.1 + ridge), -above.0 / (above.1 + ridge));
        let fits = match direction {
            Direction::Rising => right >= left,
            Direction::Falling => right <= left,
            Direction::Free => true,
        };
        let gain = below.0 * below.0 / (below.1 + ridge) + above.0 * above.0 / (above.1 + ridge)
            - all.0 * all.0 / (all.1 + ridge);
        if fits && best.as_ref().is_none_or(|best| gain > best.gain) {
            best = Some(Stump { last_left: at, left, right, gain });
        }
    }
    best
}

fn bin(edges: &[f32], value: f32) -> u8 {
    u8::try_from(edges.partition_point(|edge| *edge <= value)).unwrap_or(u8::MAX)
}

/// Edges of an input: quantiles of the problems and of all examples, to three significant digits.
fn edges(column: &[f32], examples: &Examples, bins: usize) -> Vec<f32> {
    let quantiles = |values: &mut Vec<f32>, count: usize| -> Vec<f32> {
        values.sort_by(f32::total_cmp);
        (1..count).filter_map(|part| values.get(part * values.len() / count).copied()).collect()
    };
    let mut all: Vec<f32> = column.to_vec();
    let mut problems: Vec<f32> = column
        .iter()
        .zip(&examples.problem)
        .filter(|(_, problem)| **problem)
        .map(|(value, _)| *value)
        .collect();
    // Where the normal ones thin out the score is decided.
    let mut edges = quantiles(&mut all, bins / 2);
    edges.extend(quantiles(&mut problems, bins / 2));
    edges.extend([0.98, 0.99, 0.995, 0.998].iter().filter_map(|share| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank"
        )]
        let rank = (share * all.len() as f64) as usize;
        all.get(rank).copied()
    }));
    let mut edges: Vec<f32> = edges.into_iter().map(short).collect();
    edges.sort_by(f32::total_cmp);
    edges.dedup();
    let lowest = all.first().copied().unwrap_or(0.0);
    edges.retain(|edge| *edge > lowest);
    edges
}

/// Three significant digits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "an exponent of ten, and a value that was an f32"
)]
fn short(value: f32) -> f32 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let unit = 10f64.powi(2 - value.abs().log10().floor() as i32);
    ((f64::from(value) * unit).round() / unit) as f32
}

/// A table without steps that change nothing, to four decimals, its lowest value first.
fn lean(values: &[f64], edges: &[f32]) -> Table {
    let rounded = |value: f64| (value * 1e4).round() / 1e4 + 0.0;
    let mut table = Table { edges: Vec::new(), values: vec![rounded(values[0])] };
    for (value, edge) in values[1..].iter().zip(edges) {
        let value = rounded(*value);
        if table.values.last().is_some_and(|last| last.to_bits() != value.to_bits()) {
            // By its shortest text, so that reading the file gives the same edge.
            table.edges.push(edge.to_string().parse().unwrap_or(f64::from(*edge)));
            table.values.push(value);
        }
    }
    table
}
