//! A sheet as a sender thinks of it, before it is written in a format.

use jiff::civil::Date;

/// The value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number, and the places to which it is shown.
    Number(f64, u8),
    /// A day.
    Day(Date),
}

/// A sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name; without meaning for CSV.
    pub name: String,
    /// Its rows, from the first.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), rows: Vec::new() }
    }

    /// Adds a row of words, such as a header.
    pub fn words(&mut self, words: &[&str]) -> &mut Self {
        self.rows.push(words.iter().map(|word| text(word)).collect());
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) -> &mut Self {
        self.rows.push(cells.into());
        self
    }
}

/// Words in a cell; none make it empty.
pub fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(words.to_owned()) }
}

/// A number in a cell, empty where there is none.
pub fn number(value: Option<(f64, u8)>) -> Cell {
    value.map_or(Cell::Empty, |(value, places)| Cell::Number(value, places))
}
