//! The name of what stands out: the kinds of problem compete, each by the sum of its own tables.
//!
//! What a slot shows, and what the slots before it showed, is looked up in the tables of each kind that could be meant,
//! as the inputs of the score are. The tables are trained on the periods of known problems (`backtest/train/names.rs`).

use std::fmt::Write as _;
use std::sync::LazyLock;

use alerts::AlertKind;

use super::expected::Forecast;
use super::inputs::{ABSENT, MONTHLY};
use super::judgement::{Evidence, EvidenceKind};
use super::tables::{Direction, Input, Tables, TablesError};
use super::view::View;
use crate::parameters::name::{BEFORE, FAR, FARTHEST, LARGEST_JUMP, OFF_FACTOR, RUNS};

/// The inputs of the score that also tell kinds apart.
const OF_SCORE: [&str; 21] = [
    "scorecard",
    "spike",
    "drop",
    "factor",
    "repeat",
    "catch_up",
    "swap",
    "above",
    "below",
    "logarithmic",
    "year_on_year",
    "change",
    "linear",
    "off_grid",
    "again",
    "noise",
    "peers_stir",
    "missing",
    "ties",
    "restless",
    "alone",
];

/// What tells kinds apart besides them.
const OWN: [&str; 15] = [
    "level_lead",
    "factor_lead",
    "catch_up_lead",
    "swap_lead",
    "deviation",
    "ratio",
    "before_1",
    "before_2",
    "before_3",
    "run",
    "far_run",
    "jump",
    "slots",
    "off_factor",
    "residual",
];

/// How many inputs there are.
pub const COUNT: usize = OF_SCORE.len() + OWN.len();

/// The inputs, in the order of [`of_month`].
pub const INPUTS: [Input; COUNT] = {
    let mut inputs = [Input { name: "", direction: Direction::Free }; COUNT];
    let mut at = 0;
    while at < COUNT {
        inputs[at].name = if at < OF_SCORE.len() { OF_SCORE[at] } else { OWN[at - OF_SCORE.len()] };
        at += 1;
    }
    inputs
};

/// The kinds that compete; a zero and a negative quantity are what they are, and a decimal mark is a factor.
pub const KINDS: [AlertKind; 8] = [
    AlertKind::Spike,
    AlertKind::Drop,
    AlertKind::Leak,
    AlertKind::Step,
    AlertKind::UnitError,
    AlertKind::Repeat,
    AlertKind::CatchUp,
    AlertKind::Swapped,
];

static POSITIONS: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let position = |name: &&str| MONTHLY.iter().position(|input| input.name == *name);
    OF_SCORE.iter().filter_map(position).collect()
});

/// What the tables of the kinds look at; `score` is what those of the score look at.
#[expect(clippy::cast_precision_loss, reason = "a few readings and slots")]
pub fn of_month(
    score: &[f64; MONTHLY.len()],
    evidence: &[Evidence],
    view: &View,
    (forecast, logarithmic): (&Forecast, &Forecast),
    step: usize,
) -> [f64; COUNT] {
    let lead = |of: fn(EvidenceKind) -> bool| lead(evidence, of);
    let z = forecast.z();
    let mut past = [0.0; BEFORE];
    let mut count = 0;
    for (before, residual) in
        past.iter_mut().zip(view.residual.iter().rev().skip(step - 1).step_by(step))
    {
        *before = z.signum() * residual / view.sigma;
        count += 1;
    }
    let before = &past[..count];
    let shown = |at: usize| {
        before.get(at).copied().filter(|z| z.is_finite()).unwrap_or(0.0).clamp(-FAR, FAR)
    };
    let run = before.iter().take_while(|z| **z > 0.0).count();
    let largest = before[..run].iter().copied().fold(0.0, f64::max);
    let jump = if largest > 0.0 { (z.abs() / largest).min(LARGEST_JUMP) } else { LARGEST_JUMP };
    let ratio = logarithmic.residual();
    let factor = evidence.iter().find_map(|evidence| match evidence.kind {
        EvidenceKind::Factor(factor) => Some(factor.ln()),
        _ => None,
    });
    let off_factor = factor
        .map_or(OFF_FACTOR, |factor| ((ratio - factor) / logarithmic.sigma).abs().min(OFF_FACTOR));
    let own = [
        lead(|kind| matches!(kind, EvidenceKind::Spike | EvidenceKind::Drop)),
        lead(|kind| matches!(kind, EvidenceKind::Factor(_))),
        lead(|kind| matches!(kind, EvidenceKind::CatchUp(_))),
        lead(|kind| matches!(kind, EvidenceKind::Swap(_))),
        z.clamp(-FARTHEST, FARTHEST),
        ratio,
        shown(0),
        shown(1),
        shown(2),
        run as f64,
        before.iter().take_while(|z| **z > RUNS).count() as f64,
        jump,
        step as f64,
        off_factor,
        forecast.residual(),
    ];
    let mut all = [0.0; COUNT];
    let (of_score, others) = all.split_at_mut(OF_SCORE.len());
    for (value, position) in of_score.iter_mut().zip(&*POSITIONS) {
        *value = score[*position];
    }
    others.copy_from_slice(&own);
    all
}

/// By how much the ratio of a kind exceeds that of every other; `ABSENT` where there is none.
fn lead(evidence: &[Evidence], of: fn(EvidenceKind) -> bool) -> f64 {
    let named = || evidence.iter().filter(|evidence| evidence.kind.names().is_some());
    let strongest = |own: bool| {
        let weights = named().filter(|evidence| of(evidence.kind) == own).map(|e| e.weight);
        weights.fold(ABSENT, f64::max)
    };
    let own = strongest(true);
    if own <= ABSENT { ABSENT } else { (own - strongest(false)).clamp(ABSENT, -ABSENT) }
}

/// The tables of every kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// In the order of [`KINDS`].
    pub kinds: Vec<(AlertKind, Tables)>,
}

impl Names {
    /// The kind whose tables say most, among those that the evidence allows.
    pub fn name(&self, inputs: &[f64; COUNT], evidence: &[Evidence]) -> Option<AlertKind> {
        let mut possible: Vec<AlertKind> =
            evidence.iter().filter_map(|evidence| evidence.kind.names()).collect();
        for certain in [AlertKind::SignFlip, AlertKind::Zero] {
            if possible.contains(&certain) {
                return Some(certain);
            }
        }
        possible.push(AlertKind::Step);
        if possible.contains(&AlertKind::Spike) {
            possible.push(AlertKind::Leak);
        }
        let says = |kind: AlertKind| {
            let competes = if kind == AlertKind::Decimal { AlertKind::UnitError } else { kind };
            let (_, tables) = self.kinds.iter().find(|(known, _)| *known == competes)?;
            Some((kind, tables.score(inputs)))
        };
        let said = possible.into_iter().filter_map(says);
        said.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(kind, _)| kind)
    }

    /// The file, with these lines of comment at its top.
    pub fn write(&self, comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            let _ = writeln!(text, "# {line}");
        }
        for (kind, tables) in &self.kinds {
            let _ = write!(text, "{SECTION}{}\n{}", kind.code(), tables.write(&INPUTS, ""));
        }
        text
    }

    /// Reads what `write` writes.
    pub fn read(text: &str) -> Result<Self, TablesError> {
        let mut sections = text.split(SECTION).skip(1);
        let read = |kind: AlertKind| {
            let section = sections.next().unwrap_or_default();
            let body = section.strip_prefix(kind.code()).unwrap_or("\u{0}");
            Ok((kind, Tables::read(body, &INPUTS)?))
        };
        Ok(Self { kinds: KINDS.into_iter().map(read).collect::<Result<_, _>>()? })
    }
}

/// What begins the tables of a kind, on a line of its own.
const SECTION: &str = "\nkind ";

/// The tables that ship.
pub static NAMES: LazyLock<Names> =
    LazyLock::new(|| Names::read(include_str!("tables/names.csv")).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tables::Table;

    fn says(kind: AlertKind, weight: f64) -> (AlertKind, Tables) {
        let mut tables = vec![Table::default(); COUNT];
        tables[0] = Table { edges: vec![0.5], values: vec![0.0, weight] };
        (kind, Tables { origin: -1.0, tables })
    }

    #[test]
    fn the_kind_that_says_most_is_named_where_the_evidence_allows_it() {
        let names = Names {
            kinds: vec![
                says(AlertKind::Spike, 1.0),
                says(AlertKind::Drop, 9.0),
                says(AlertKind::UnitError, 2.0),
                says(AlertKind::Leak, 0.5),
            ],
        };
        let mut inputs = [0.0; COUNT];
        inputs[0] = 1.0;
        let evidence = |kind| Evidence { kind, weight: 1.0 };
        let rise = [evidence(EvidenceKind::Spike)];
        assert_eq!(names.name(&inputs, &rise), Some(AlertKind::Spike));
        let factor = [evidence(EvidenceKind::Spike), evidence(EvidenceKind::Factor(10.0))];
        assert_eq!(names.name(&inputs, &factor), Some(AlertKind::Decimal), "of the factor ten");
        let zero = [evidence(EvidenceKind::Drop), evidence(EvidenceKind::Zero)];
        assert_eq!(names.name(&inputs, &zero), Some(AlertKind::Zero), "a zero is one");
    }

    #[test]
    fn what_is_written_is_read() {
        let kinds = KINDS.map(|kind| says(kind, 0.25)).to_vec();
        let names = Names { kinds };
        assert_eq!(Names::read(&names.write("what kind of comment")), Ok(names));
        assert!(Names::read("\nkind spike\ninput,from,weight\nnothing,,1").is_err());
    }

    #[test]
    fn the_shipped_tables_are_whole() {
        let names = Names::read(include_str!("tables/names.csv")).expect("readable");
        let filled = |(_, tables): &(AlertKind, Tables)| {
            tables.tables.iter().filter(|table| !table.values.is_empty()).count() > 5
        };
        assert!(names.kinds.iter().all(filled));
        assert_eq!(POSITIONS.len(), OF_SCORE.len(), "every input of the score is one");
    }
}
