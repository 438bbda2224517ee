//! The hidden problems of a sample mailbox, and which of them were found.

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

/// A line of `truth.csv`.
#[derive(Debug, Clone)]
pub struct Hidden {
    pub meter: String,
    pub month: Date,
    pub kind: String,
}

/// Reads `truth.csv`.
pub fn read(path: &Path) -> Vec<Hidden> {
    let mut reader = csv::Reader::from_path(path).expect("a table of truth");
    let records = reader.records().map(|record| record.expect("a line"));
    records
        .map(|record| Hidden {
            meter: record[0].to_owned(),
            month: record[1].parse().expect("a day"),
            kind: record[2].to_owned(),
        })
        .collect()
}

impl Hidden {
    /// Whether an alert of `alert list --json` points at this problem.
    ///
    /// The rule: it is on the same meter, and its period touches the span from one month before the first wrong month to
    /// one month after it; of a leak and of a step, which last, to the end of the history. Its name may differ: a person
    /// who opens it sees the problem either way.
    pub fn is_found_by(&self, alert: &Value) -> bool {
        let day =
            |key: &str| alert[key].as_str().and_then(|day| day.get(..10)?.parse::<Date>().ok());
        let (Some(first), Some(last)) = (day("period_start"), day("period_end")) else {
            return false;
        };
        let from = self.month.saturating_sub(1.month());
        let until = match self.kind.as_str() {
            "leak" | "step" => Date::MAX,
            _ => self.month.saturating_add(2.months()),
        };
        alert["meter"] == self.meter.as_str() && first < until && last >= from
    }
}
