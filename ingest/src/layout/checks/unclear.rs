//! Numbers of which nothing says for certain that they were used.

use foldhash::{HashMap, HashSet};
use readings::{Dimension, ProblemCode, ReadingKind, Unit};

use super::super::candidate::{Candidate, Hold, Series, Values, When};
use super::super::context::Surroundings;
use super::super::find::{Column, Table};
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};

/// Columns whose headings are not understood at all, beside a column of names: they are no meters, and where there are
/// several, a title cannot say which of them it means.
fn strange_columns(table: &Table) -> HashSet<u32> {
    let named = table.columns.iter().any(|column| column.role.names_rows());
    table
        .columns
        .iter()
        .filter(|column| named && column.role == Role::Unclear && !column.heading.supplies)
        .filter(|column| column.heading.unit.is_none() && !column.heading.unknown.is_empty())
        .map(|column| column.index)
        .collect()
}

/// What the table and its surroundings say about all of its columns.
struct Said<'a> {
    around: &'a Surroundings,
    /// Costs or prices stand beside the values.
    costs: bool,
    /// The surroundings state a unit that is none of power.
    clear_unit: bool,
    value_columns: usize,
    /// Columns whose headings are not understood.
    strange: HashSet<u32>,
    /// A column of texts may say what each row counts.
    labelled: bool,
    /// Series whose numbers fall as often as those of use do, and not as a register's.
    swaying: HashSet<usize>,
}

/// Holds numbers whose heading names only a commodity or a place: cost or consumption?
pub(super) fn unclear_columns(table: &Table, values: &mut Values, around: &Surroundings) {
    let columns: HashMap<u32, &Column> =
        table.columns.iter().map(|column| (column.index, column)).collect();
    let said = Said {
        around,
        costs: table.columns.iter().any(|column| matches!(column.role, Role::Cost | Role::Price))
            || around.words.any(&[Word::Cost, Word::Price]),
        clear_unit: around
            .unit
            .as_ref()
            .and_then(|unit| unit.text.unit)
            .is_some_and(|unit| unit.dimension() != Dimension::Power),
        value_columns: super::super::rows::value_columns(table).len(),
        strange: strange_columns(table),
        labelled: table
            .columns
            .iter()
            .any(|column| matches!(column.role, Role::Label | Role::Statistic)),
        swaying: if table.columns.iter().any(|column| is_plain_value(&column.heading)) {
            swaying(values)
        } else {
            HashSet::default()
        },
    };
    for candidate in &mut values.candidates {
        let Some(column) = columns.get(&candidate.at.column) else { continue };
        if column.is_doubtful_part {
            candidate.hold(&doubtful_part(&column.heading));
        }
        let own_words = column.heading.words.has(Word::Quantity) && !table.wide;
        let doubtful =
            table.wide || column.role == Role::Unclear || around.words.has(Word::Generation);
        if let Some(other) = around.says_other().filter(|_| !own_words && doubtful) {
            candidate.hold(&title_speaks_of(other));
        }
        let series = &values.series[candidate.series];
        let doubt = if table.wide {
            let is_year = matches!(candidate.when, When::Year(_));
            (is_year && series.unit.is_none()).then(statistics)
        } else {
            said.doubt(column, candidate, series)
        };
        if let Some(hold) = doubt {
            candidate.hold(&hold);
        }
    }
}

fn doubtful_part(heading: &Heading) -> Hold {
    Hold::new(
        ProblemCode::LayoutUnclear,
        format!(
            "The heading \u{201c}{}\u{201d} does not say whether these numbers are of a part, or something else than what was used.",
            heading.text
        ),
    )
}

fn statistics() -> Hold {
    Hold::new(
        ProblemCode::LayoutUnclear,
        "Yearly numbers without a unit are taken for statistics, not for readings.",
    )
}

impl Said<'_> {
    /// What is asked about a value of a table with a row per reading, where it is not certain what it is.
    fn doubt(&self, column: &Column, candidate: &Candidate, series: &Series) -> Option<Hold> {
        let is_register = candidate.kind == ReadingKind::RegisterReading;
        if is_register && column.role == Role::Unclear {
            return None;
        }
        let heading = &column.heading;
        let is_short = candidate.period.is_some_and(|period| period.days() < 0.999);
        let energy_or_power = || {
            Hold::new(
                ProblemCode::KindUnclear,
                "Nothing says whether these numbers are energy or power.",
            )
        };
        match column.role {
            Role::Unclear if self.strange.len() > 1 && self.strange.contains(&column.index) => {
                Some(Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Several columns have headings that are not understood; which of them holds the consumption?",
                ))
            }
            // `Units` that are said to be of energy or a volume are no money.
            Role::Unclear if heading.words.has(Word::Unit) && is_measured(series) => None,
            Role::Unclear
                if !self.costs
                    && !self.labelled
                    && is_plain_value(heading)
                    && is_measured(series)
                    && self.swaying.contains(&candidate.series) =>
            {
                None
            }
            Role::Unclear if self.costs || !self.says_used(candidate) => Some(Hold::new(
                ProblemCode::KindUnclear,
                "Nothing says whether these numbers are consumption, cost or something else.",
            )),
            Role::Power if heading.unit.is_none() => Some(Hold::new(
                ProblemCode::UnitUnknown,
                "Power without a unit cannot be told from energy.",
            )),
            Role::Quantity
                if self.value_columns > 1
                    && heading.unit.is_none()
                    && heading.commodity.is_none()
                    && heading.unknown.is_empty()
                    && !self.clear_unit =>
            {
                Some(Hold::new(
                    ProblemCode::LayoutUnclear,
                    "Several columns could hold the consumption, and nothing tells them apart.",
                ))
            }
            Role::Unclear if series.unit.is_none() && is_short => Some(energy_or_power()),
            Role::Quantity
                if heading.unit.is_none()
                    && series.unit.is_none()
                    && self.around.words.has(Word::Power)
                    && is_short =>
            {
                Some(energy_or_power())
            }
            _ if matches!(candidate.when, When::Year(_))
                && heading.unit.is_none()
                && !self.clear_unit =>
            {
                Some(statistics())
            }
            _ => None,
        }
    }

    fn says_used(&self, candidate: &Candidate) -> bool {
        self.around.says_used || self.clear_unit || candidate.kind == ReadingKind::AveragePower
    }
}

/// The series of six numbers and more of which every fifth or more is lower than the one before.
fn swaying(values: &Values) -> HashSet<usize> {
    let falls = |list: &[usize]| {
        let numbers = list.iter().map(|index| values.candidates[*index].number);
        numbers.clone().zip(numbers.skip(1)).filter(|(before, after)| after < before).count()
    };
    let lists = values.by_series();
    let sways = |list: &[usize]| list.len() >= 6 && falls(list) * 5 >= list.len();
    (0..lists.len()).filter(|series| sways(&lists[*series])).collect()
}

/// Whether a heading says no more than that numbers stand below it: with a unit of energy beside them they are used.
fn is_plain_value(heading: &Heading) -> bool {
    words::is_plain_value(&fold(&heading.text))
}

/// Whether the unit of a meter is one of energy or of a volume.
fn is_measured(series: &Series) -> bool {
    let unit = series.unit.as_ref().and_then(|unit| unit.unit);
    let dimension = unit.map(Unit::dimension);
    matches!(dimension, Some(Dimension::Energy | Dimension::Volume))
}

fn title_speaks_of(other: &str) -> Hold {
    let code = if other == "cost" { ProblemCode::CostOnly } else { ProblemCode::KindUnclear };
    Hold::new(
        code,
        format!("The title speaks of {other}, so these numbers are not taken for consumption."),
    )
}
