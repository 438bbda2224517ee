//! Tables of a file that state different values for the same names and period.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt as _};
use readings::{Commodity, Period, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use super::candidate::{Hold, Series, Values};
use super::context::site_of_sheet;
use super::heading::Heading;

/// The first value that was seen, and by table and place in it where it stands, with those that differ.
type Seen = (Decimal, Vec<(usize, usize)>);

/// By what a meter is known within a file; `None` for one without any name.
fn names(series: &Series) -> Option<(String, String, Option<Commodity>)> {
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    let named = series.site.is_some() || series.meter.is_some();
    named.then(|| (text(&series.site), text(&series.meter), series.commodity))
}

/// Holds values that other tables contradict: one of them would take the place of the other. Where the sheets have names
/// and their rows name places alone, each sheet is about meters of its own. `tables` are in the order of the file, with
/// the names of their sheets.
pub fn hold(tables: &mut [(String, Values)]) {
    if tables.len() < 2 {
        return;
    }
    name_by_sheet(tables);
    let hold = Hold::new(
        ProblemCode::Contradiction,
        "Another table of the file states another value for this meter and period: which of them is right?",
    );
    for (table, index) in against(tables) {
        tables[table].1.candidates[index].hold(&hold);
    }
}

/// Calls the meters of places that stand with different values on several sheets by the names of these sheets.
fn name_by_sheet(tables: &mut [(String, Values)]) {
    let mixed: BTreeSet<(usize, usize)> = against(tables)
        .into_iter()
        .map(|(table, index)| (table, tables[table].1.candidates[index].series))
        .filter(|(table, series)| tables[*table].1.series[*series].meter.is_none())
        .collect();
    let sheets: BTreeSet<&str> = mixed.iter().map(|(table, _)| tables[*table].0.as_str()).collect();
    if sheets.len() < 2 {
        return;
    }
    for (table, series) in mixed {
        let (sheet, values) = &mut tables[table];
        values.series[series].meter = site_of_sheet(sheet, &Heading::of(sheet));
    }
}

/// The values, by table and place in it, that stand against others of the same names and period in another table.
fn against(tables: &[(String, Values)]) -> BTreeSet<(usize, usize)> {
    let mut against = BTreeSet::new();
    let mut in_tables: HashMap<_, BTreeSet<usize>> = HashMap::new();
    for (at, (_, values)) in tables.iter().enumerate() {
        for names in values.series.iter().filter_map(names) {
            in_tables.entry(names).or_default().insert(at);
        }
    }
    in_tables.retain(|_, tables| tables.len() > 1);
    if in_tables.is_empty() {
        return against;
    }
    let numbers: HashMap<_, usize> =
        in_tables.into_keys().enumerate().map(|(number, names)| (names, number)).collect();
    let mut seen: HashMap<(usize, ReadingKind, Period), Seen> = HashMap::new();
    for (at, (_, values)) in tables.iter().enumerate() {
        let known: Vec<Option<usize>> = values
            .series
            .iter()
            .map(|series| names(series).and_then(|names| numbers.get(&names).copied()))
            .collect();
        for (index, candidate) in values.candidates.iter().enumerate() {
            let Some(names) = known[candidate.series].filter(|_| candidate.is_live()) else {
                continue;
            };
            let Some(period) = candidate.period else { continue };
            let (number, list) = seen
                .entry((names, candidate.kind, period))
                .or_insert((candidate.number, Vec::new()));
            if *number != candidate.number {
                against.insert((at, index));
                against.extend(&*list);
            }
            list.push((at, index));
        }
    }
    against
}
