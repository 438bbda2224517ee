//! How good the tables are on buildings that they were not trained on.
//!
//! The buildings are dealt into parts; each part is judged by tables trained on the others. Everything else is what
//! ships: the same engine, the same plan of training.

use std::path::Path;

use super::clean::Labelled;
use super::read::{Organisation, ReadError};
use super::train::{self, Plan};
use crate::engine::{self, Judgement, inputs, judge_observed};

/// A set, judged by tables of other buildings.
#[derive(Debug, Clone)]
pub struct HeldOut {
    /// The set's name.
    pub name: &'static str,
    /// Its series.
    pub organisation: Organisation,
    /// One row per meter, one column per slot.
    pub judged: Vec<Vec<Judgement>>,
}

/// Judges all sets of a plan in so many parts.
pub fn held_out(
    folder: &Path,
    plan: &Plan,
    seed: u64,
    parts: u64,
) -> Result<Vec<HeldOut>, ReadError> {
    let sets = train::load(folder, plan)?;
    let mut found: Vec<HeldOut> = plan
        .sets
        .iter()
        .zip(&sets)
        .map(|(name, set)| HeldOut {
            name,
            organisation: set.organisation.clone(),
            judged: engine::judge(&set.organisation.panel),
        })
        .collect();
    for part in 0..parts {
        let examples = train::examples(&sets, plan, seed, &|building| building % parts != part);
        let tables = train::tables(&examples, plan);
        let keep = |building| building % parts != part;
        let names = (plan.inputs.len() == inputs::MONTHLY.len())
            .then(|| train::names::fitted(&train::names::examples(&sets, plan, seed, &keep)));
        for (set, held_out) in sets.iter().zip(&mut found) {
            let Labelled { organisation, building, .. } = set;
            judge_observed(&organisation.panel, |meter, slot, seen| {
                if building[meter] % parts == part {
                    let judgement = &mut held_out.judged[meter][slot];
                    judgement.score = tables.score(seen.inputs);
                    if let Some((names, inputs)) = names.as_ref().zip(seen.naming) {
                        judgement.kind = names.name(inputs, seen.evidence);
                    }
                }
            });
        }
    }
    Ok(found)
}
