//! Values into the extraction: readings, problems, and the account of every row.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use readings::{
    CellAddress, ExtractedReading, Extraction, Problem, ProblemCode, Quantity, ReadingKind,
};

use super::candidate::{Fate, Hold, Values};

/// Problems of one code that are told cell by cell, for each table; the others are counted.
const TOLD: usize = 20;

/// Takes the values of one table.
pub fn take(out: &mut Extraction, sheet: &str, values: Values, used_rows: &mut HashSet<u32>) {
    let mut told = Told::default();
    let shared: Arc<str> = sheet.into();
    let names: Vec<[Option<Arc<str>>; 2]> = values
        .series
        .iter()
        .map(|series| [&series.site, &series.meter].map(|name| name.as_deref().map(Arc::from)))
        .collect();
    let mut waiting: Vec<(CellAddress, Hold)> = values.refused;
    for candidate in values.candidates {
        used_rows.insert(candidate.at.row);
        match candidate.fate {
            Fate::NotData => {
                out.rows += 1;
                out.not_data += 1;
            }
            Fate::Held(hold) => waiting.push((candidate.at, hold)),
            Fate::Reading => {
                out.rows += 1;
                let series = &values.series[candidate.series];
                let [site, meter] = &names[candidate.series];
                out.readings.push(ExtractedReading {
                    sheet: Arc::clone(&shared),
                    cell: candidate.at,
                    site: site.clone(),
                    meter: meter.clone(),
                    commodity: series.commodity,
                    period: candidate.period,
                    quantity: Quantity::new(candidate.number),
                    unit: series.unit.clone(),
                    cost: candidate.cost,
                    kind: candidate.kind,
                    multiplier: candidate
                        .evidence()
                        .multiplier
                        .filter(|_| candidate.kind == ReadingKind::RegisterReading),
                });
            }
        }
    }
    waiting.sort_by_key(|(at, _)| *at);
    for (at, hold) in waiting {
        used_rows.insert(at.row);
        out.rows += 1;
        out.refused += 1;
        told.tell(out, sheet, at, &hold);
    }
    told.finish(out, sheet);
}

#[derive(Default)]
struct Told {
    counts: HashMap<(ProblemCode, String), (usize, CellAddress, CellAddress)>,
}

impl Told {
    fn tell(&mut self, out: &mut Extraction, sheet: &str, at: CellAddress, hold: &Hold) {
        let key = (hold.code, hold.sentence.to_string());
        let entry = self.counts.entry(key).or_insert((0, at, at));
        entry.0 += 1;
        entry.2 = at;
        if entry.0 <= TOLD {
            out.problems.push(Problem::of_cell(hold.code, sheet, at, &*hold.sentence));
        }
    }

    fn finish(self, out: &mut Extraction, sheet: &str) {
        let mut rest: Vec<_> =
            self.counts.into_iter().filter(|(_, (count, ..))| *count > TOLD).collect();
        rest.sort_by_key(|((code, _), (_, first, _))| (*first, *code));
        for ((code, sentence), (count, _, last)) in rest {
            let more = count - TOLD;
            out.problems.push(Problem::of_cell(
                code,
                sheet,
                last,
                format!(
                    "{sentence} The same holds for {more} cells more, the last of them this one."
                ),
            ));
        }
    }
}
