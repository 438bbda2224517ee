//! Training the tables by self-injection: problems are put into clean series, the engine looks at them, and the tables
//! learn to tell what was put in from what was there.
//!
//! Everything follows from the series and the seed: training again gives the same bytes.

pub mod boost;
pub mod names;

use std::path::Path;

use boost::{COURSE, Course, Examples, fit};

use super::clean::{self, Labelled};
use super::inject::{Injected, Magnitude, Truth, inject};
use super::read::ReadError;
use crate::engine::tables::{Input, Tables};
use crate::engine::{Cadence, Seen, inputs, judge_observed};
use crate::parameters::MODEL_VERSION;

/// What the tables of a cadence are trained on.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The file of the tables.
    pub file: &'static str,
    /// The sets of series, in the folder of the data.
    pub sets: &'static [&'static str],
    /// The inputs.
    pub inputs: &'static [Input],
    /// Draws of problems, and those among them of wider magnitude.
    pub draws: (u64, u64),
    /// A normal period whose scorecard is lower than this is dull: only one of eight is kept, and counts eight times.
    pub dull: f64,
    /// What a period of a long event counts: it is many, and its first ones hardly differ from normal ones.
    pub long: f64,
    /// Normal periods a year that may be flagged, over all series of the training.
    pub false_alarms: f64,
    /// Periods a year.
    pub periods: f64,
    /// How the tables are fitted.
    pub course: Course,
}

/// The tables of months.
pub const MONTHLY: Plan = Plan {
    file: "monthly.csv",
    sets: &["cambridge", "yale", "santa_monica"],
    inputs: &inputs::MONTHLY,
    draws: (30, 2),
    dull: -5.0,
    long: 0.5,
    false_alarms: 0.2,
    periods: 12.0,
    course: COURSE,
};

/// The tables of days.
pub const DAILY: Plan = Plan {
    file: "daily.csv",
    sets: &["cambridge_daily"],
    inputs: &inputs::DAILY,
    draws: (16, 2),
    dull: -4.0,
    long: 0.15,
    false_alarms: 2.6,
    periods: 365.0,
    course: Course { rounds: 2000, bins: 32, ..COURSE },
};

/// The plan of a cadence.
pub const fn plan(cadence: Cadence) -> Plan {
    match cadence {
        Cadence::Monthly => MONTHLY,
        Cadence::Daily => DAILY,
    }
}

/// Reads the sets of a plan from the folder of the data.
pub fn load(folder: &Path, plan: &Plan) -> Result<Vec<Labelled>, ReadError> {
    let file = |kind: &str, set: &str| folder.join(kind).join(format!("{set}.csv.gz"));
    let read = |set: &&str| clean::read(&file("readings", set), &file("labels", set));
    plan.sets.iter().map(read).collect()
}

/// Looks at the draws of problems of a plan; `keep` says which buildings take part.
fn looks(
    sets: &[Labelled],
    plan: &Plan,
    seed: u64,
    keep: &dyn Fn(u64) -> bool,
    look: &mut dyn FnMut(Truth, Seen<'_>),
) {
    for draw in 0..plan.draws.0 {
        let magnitude = if draw < plan.draws.1 { Magnitude::Wide } else { Magnitude::Usual };
        for (number, set) in (0..).zip(sets) {
            let seed = seed.wrapping_mul(1000) + draw * 10 + number;
            let drawn = inject(&set.clean_panel(), &set.eligible, magnitude, seed);
            judge_observed(&drawn.panel, |meter, slot, seen| {
                if keep(set.building[meter]) {
                    look(drawn.truth[meter][slot], seen);
                }
            });
        }
    }
}

/// Looks at all draws; `keep` says which buildings take part.
pub fn examples(sets: &[Labelled], plan: &Plan, seed: u64, keep: &dyn Fn(u64) -> bool) -> Examples {
    let mut examples = Examples::new(plan.inputs.len());
    let mut dull = 0_u32;
    looks(sets, plan, seed, keep, &mut |truth, Seen { inputs, .. }| match truth {
        Truth::Normal if inputs[0] < plan.dull => {
            dull += 1;
            if dull.is_multiple_of(8) {
                examples.push(inputs, false, 8.0);
            }
        }
        Truth::Normal => examples.push(inputs, false, 1.0),
        Truth::Event(_, Injected::Leak | Injected::Step) => examples.push(inputs, true, plan.long),
        Truth::Event(..) => examples.push(inputs, true, 1.0),
        Truth::Unscored => {}
    });
    examples
}

/// Fits the tables and sets their origin, so that 0 lets the plan's false alarms through.
pub fn tables(examples: &Examples, plan: &Plan) -> Tables {
    let mut tables = fit(examples, plan.inputs, plan.course);
    let mut row = vec![0.0; plan.inputs.len()];
    let mut normal: Vec<(f64, f64)> = Vec::new();
    let mut periods = 0.0;
    for at in 0..examples.problem.len() {
        if examples.problem[at] {
            continue;
        }
        for (value, column) in row.iter_mut().zip(&examples.columns) {
            *value = f64::from(column[at]);
        }
        let weight = f64::from(examples.weight[at]);
        normal.push((tables.score(&row), weight));
        periods += weight;
    }
    normal.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut allowed = plan.false_alarms * periods / plan.periods;
    let threshold = normal.iter().find(|(_, weight)| {
        allowed -= weight;
        allowed <= 0.0
    });
    let origin = tables.origin - threshold.map_or(0.0, |(score, _)| *score);
    tables.origin = (origin * 1e4).round() / 1e4;
    tables
}

/// The file of the tables of a plan, trained from the data in this folder.
pub fn file(folder: &Path, plan: &Plan, seed: u64) -> Result<String, ReadError> {
    let sets = load(folder, plan)?;
    let trained = tables(&examples(&sets, plan, seed, &|_| true), plan);
    let comment = format!(
        "Model {MODEL_VERSION}. Trained by self-injection into the clean values of {}.\n\
         meterwatch backtest train FOLDER --seed {seed}   (FOLDER holds readings/ and labels/)\n\
         {} draws, {} of them of wider magnitude; {} stumps.\n\
         A score above 0 is flagged. Each line: the input, from which value on, what it adds to the score.",
        plan.sets.join(", "),
        plan.draws.0,
        plan.draws.1,
        plan.course.rounds,
    );
    Ok(trained.write(plan.inputs, &comment))
}

/// The file of the tables that name the problems of months, trained from the data in this folder.
pub fn names_file(folder: &Path, seed: u64) -> Result<String, ReadError> {
    let sets = load(folder, &MONTHLY)?;
    let trained = names::fitted(&names::examples(&sets, &MONTHLY, seed, &|_| true));
    let comment = format!(
        "Model {MODEL_VERSION}. Trained by self-injection into the clean values of {}.\n\
         meterwatch backtest train FOLDER --seed {seed}   (FOLDER holds readings/ and labels/)\n\
         The kind whose sum is the largest is named. Each line: the input, from which value on, what it adds to the sum.",
        MONTHLY.sets.join(", "),
    );
    Ok(trained.write(&comment))
}
