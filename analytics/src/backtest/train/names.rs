//! Training the tables that name a problem: each kind against all others, on the periods of known problems.

use alerts::AlertKind;

use super::boost::{Course, Examples, fit};
use super::{Plan, looks};
use crate::backtest::clean::Labelled;
use crate::backtest::inject::{Injected, Truth};
use crate::engine::name::{self, KINDS, Names};

/// A period whose scorecard is lower than this is not named.
pub const LEAST: f64 = -1.0;
/// How the tables are fitted.
const COURSE: Course = Course { rounds: 600, rate: 0.1, bins: 24, ridge: 4.0 };
/// What a period of a long event counts.
const LONG: f64 = 0.5;

/// Periods of known problems, with their kinds.
#[derive(Debug, Clone)]
pub struct Named {
    examples: Examples,
    kinds: Vec<AlertKind>,
}

/// Looks at the draws of the plan; `keep` says which buildings take part.
pub fn examples(sets: &[Labelled], plan: &Plan, seed: u64, keep: &dyn Fn(u64) -> bool) -> Named {
    let mut named = Named { examples: Examples::new(name::COUNT), kinds: Vec::new() };
    looks(sets, plan, seed, keep, &mut |truth, seen| {
        let (Truth::Event(_, injected), Some(inputs)) = (truth, seen.naming) else { return };
        let Some(kind) = kind(injected).filter(|_| seen.inputs[0] >= LEAST) else { return };
        let long = matches!(injected, Injected::Leak | Injected::Step);
        named.examples.push(inputs, true, if long { LONG } else { 1.0 });
        named.kinds.push(kind);
    });
    named
}

/// Fits the tables of every kind.
pub fn fitted(named: &Named) -> Names {
    let one = |kind: AlertKind| {
        let mut examples = named.examples.clone();
        examples.problem = named.kinds.iter().map(|known| *known == kind).collect();
        (kind, fit(&examples, &name::INPUTS, COURSE))
    };
    Names { kinds: KINDS.into_iter().map(one).collect() }
}

/// The kind that competes for the name; `None` for what is certain by itself.
const fn kind(injected: Injected) -> Option<AlertKind> {
    Some(match injected {
        Injected::Spike => AlertKind::Spike,
        Injected::Drop => AlertKind::Drop,
        Injected::Leak => AlertKind::Leak,
        Injected::Step => AlertKind::Step,
        Injected::Unit | Injected::Decimal => AlertKind::UnitError,
        Injected::Repeat => AlertKind::Repeat,
        Injected::CatchUp => AlertKind::CatchUp,
        Injected::Swap => AlertKind::Swapped,
        Injected::Zero | Injected::Sign | Injected::Weekend => return None,
    })
}
