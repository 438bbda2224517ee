//! The same readings in several tables of a file are counted once.

use std::collections::{HashMap, HashSet};

use readings::{Period, ProblemCode};
use rust_decimal::Decimal;

use super::candidate::{Hold, Values};

/// Share of a table's values that must stand in earlier tables, in percent, for it to be a copy.
const COPY_PERCENT: usize = 90;

/// Holds tables that repeat earlier ones. `tables` are in the order of the file, with the names of their sheets.
pub fn hold(tables: &mut [(String, Values)]) {
    let mut known: HashMap<(Period, Decimal), String> = HashMap::new();
    for (sheet, values) in tables {
        let own: Vec<(Period, Decimal)> = values
            .candidates
            .iter()
            .filter(|candidate| candidate.is_live())
            .filter_map(|candidate| Some((candidate.period?, candidate.number.normalize())))
            .filter(|(_, number)| !number.is_zero())
            .collect();
        let repeated: Vec<&(Period, Decimal)> =
            own.iter().filter(|pair| known.contains_key(*pair)).collect();
        let distinct: HashSet<Decimal> = repeated.iter().map(|(_, number)| *number).collect();
        if distinct.len() >= 3 && repeated.len() * 100 >= own.len() * COPY_PERCENT {
            let first =
                repeated.first().and_then(|pair| known.get(*pair)).cloned().unwrap_or_default();
            values.hold_all(&Hold::new(
                ProblemCode::Overlap,
                format!(
                    "These values stand on \u{201c}{first}\u{201d} already and are counted once."
                ),
            ));
            continue;
        }
        for pair in own {
            known.entry(pair).or_insert_with(|| sheet.clone());
        }
    }
}
