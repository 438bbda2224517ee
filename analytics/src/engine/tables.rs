//! The score as a sum of tables: each input of a slot is looked up in its own table, and what the tables say is added.
//!
//! The tables are data, trained by putting known problems into clean series (`backtest/train.rs`). A table of evidence
//! never falls where the evidence grows. Each alert can therefore show what every input contributed.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::LazyLock;

/// How an input may act on the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Evidence: more of it never lowers the score.
    Rising,
    /// More of it never raises the score.
    Falling,
    /// Context: free.
    Free,
}

/// An input by its name.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// The name in the file of the tables and in reports.
    pub name: &'static str,
    /// How it may act.
    pub direction: Direction,
}

/// The table of one input: `values[i]` holds below `edges[i]` and from `edges[i - 1]` on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Ascending.
    pub edges: Vec<f64>,
    /// One more than edges.
    pub values: Vec<f64>,
}

impl Table {
    /// What the table says of a value; what is not known says nothing.
    pub fn at(&self, value: f64) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        let bin = self.edges.partition_point(|edge| *edge <= value);
        self.values.get(bin).copied().unwrap_or(0.0)
    }
}

/// The tables of all inputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tables {
    /// Added to every score, so that 0 is the threshold.
    pub origin: f64,
    /// In the order of the inputs.
    pub tables: Vec<Table>,
}

/// A file of tables is not as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the tables: {problem}")]
pub struct TablesError {
    line: usize,
    problem: &'static str,
}

impl Tables {
    /// What each input contributes.
    pub fn contributions<'a>(&'a self, inputs: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.tables.iter().zip(inputs).map(|(table, value)| table.at(*value))
    }

    /// The sum of all contributions and the origin.
    pub fn score(&self, inputs: &[f64]) -> f64 {
        self.origin + self.contributions(inputs).sum::<f64>()
    }

    /// Reads the file that `write` writes, for these inputs; an input without lines has no say.
    pub fn read(text: &str, inputs: &[Input]) -> Result<Self, TablesError> {
        let mut read = Self { origin: 0.0, tables: vec![Table::default(); inputs.len()] };
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem| TablesError { line: at + 1, problem };
            if line.starts_with('#') || line.is_empty() || line == HEADER {
                continue;
            }
            let mut cells = line.split(',');
            let name = cells.next().unwrap_or("");
            let from = cells.next().ok_or_else(|| wrong("has no column `from`"))?;
            let value = cells.next().ok_or_else(|| wrong("has no column `weight`"))?;
            let value =
                f64::from_str(value).map_err(|_| wrong("has a weight that is no number"))?;
            if name == "origin" {
                read.origin = value;
                continue;
            }
            let place = inputs.iter().position(|input| input.name == name);
            let table = &mut read.tables[place.ok_or_else(|| wrong("names no input"))?];
            if !from.is_empty() {
                let edge = f64::from_str(from).map_err(|_| wrong("begins at no number"))?;
                table.edges.push(edge);
            }
            table.values.push(value);
        }
        Ok(read)
    }

    /// The file, with these lines of comment at its top.
    pub fn write(&self, inputs: &[Input], comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let _ = writeln!(text, "{HEADER}");
        let _ = writeln!(text, "origin,,{}", self.origin);
        for (input, table) in inputs.iter().zip(&self.tables) {
            for (bin, value) in table.values.iter().enumerate() {
                let from = bin
                    .checked_sub(1)
                    .map_or_else(String::new, |edge| table.edges[edge].to_string());
                let _ = writeln!(text, "{},{from},{value}", input.name);
            }
        }
        text
    }
}

const HEADER: &str = "input,from,weight";

/// The tables of months.
pub static MONTHLY: LazyLock<Tables> = LazyLock::new(|| {
    Tables::read(include_str!("tables/monthly.csv"), &super::inputs::MONTHLY).unwrap_or_default()
});

/// The tables of days.
pub static DAILY: LazyLock<Tables> = LazyLock::new(|| {
    Tables::read(include_str!("tables/daily.csv"), &super::inputs::DAILY).unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: [Input; 2] = [
        Input { name: "deviation", direction: Direction::Rising },
        Input { name: "noise", direction: Direction::Free },
    ];

    #[test]
    fn what_is_written_is_read_and_adds_up() {
        let tables = Tables {
            origin: -1.5,
            tables: vec![
                Table { edges: vec![1.0, 2.5], values: vec![-0.5, 0.25, 2.0] },
                Table { edges: vec![], values: vec![0.125] },
            ],
        };
        let text = tables.write(&INPUTS, "model test\nseed 1");
        assert_eq!(Tables::read(&text, &INPUTS), Ok(tables.clone()));
        assert!((tables.score(&[2.5, 7.0]) - 0.625).abs() < 1e-12);
        assert!((tables.score(&[f64::NAN, 7.0]) + 1.375).abs() < 1e-12, "unknown says nothing");
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        let wrong = Tables::read("input,from,weight\ndeviation,,x", &INPUTS);
        assert_eq!(
            wrong.expect_err("no number").to_string(),
            "line 2 of the tables: has a weight that is no number"
        );
    }

    #[test]
    fn the_shipped_tables_keep_their_directions() {
        for (text, inputs) in [
            (include_str!("tables/monthly.csv"), &super::super::inputs::MONTHLY[..]),
            (include_str!("tables/daily.csv"), &super::super::inputs::DAILY[..]),
        ] {
            let tables = Tables::read(text, inputs).expect("readable");
            for (input, table) in inputs.iter().zip(&tables.tables) {
                let steps = || table.values.windows(2).map(|pair| pair[1] - pair[0]);
                match input.direction {
                    Direction::Rising => assert!(steps().all(|s| s >= 0.0), "{}", input.name),
                    Direction::Falling => assert!(steps().all(|s| s <= 0.0), "{}", input.name),
                    Direction::Free => {}
                }
                assert!(table.edges.windows(2).all(|pair| pair[0] < pair[1]), "{}", input.name);
            }
        }
    }
}
