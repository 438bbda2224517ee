//! What the names in a row are.

use readings::ProblemCode;

use super::super::candidate::Hold;
use super::super::find::{Column, Table};
use super::super::grid::{Grid, text_of};
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Reader;
use crate::workbook::CellValue;

impl Reader<'_, '_> {
    pub fn text_at(&self, row: usize, column: u32) -> Option<String> {
        text_at(self.grid, row, column)
    }

    /// Whether a column without a heading stands behind values of periods: what it holds says something of them and
    /// names nothing.
    pub fn is_beside_values(&self, column: &Column) -> bool {
        self.table.wide
            && column.heading.text.is_empty()
            && self
                .value_columns
                .first()
                .is_some_and(|at| self.table.columns[*at].index < column.index)
    }

    /// The texts that name a row: what stands in its columns of names.
    pub fn row_label(&self, row: usize) -> Vec<String> {
        self.texts_of(row, |_| true)
    }

    /// The same without columns of no known part.
    pub fn row_names(&self, row: usize) -> Vec<String> {
        self.texts_of(row, |role| !matches!(role, Role::Label | Role::Statistic))
    }

    fn texts_of(&self, row: usize, wanted: impl Fn(Role) -> bool) -> Vec<String> {
        self.table
            .columns
            .iter()
            .filter(|column| {
                matches!(
                    column.role,
                    Role::Site
                        | Role::Meter
                        | Role::Label
                        | Role::Commodity
                        | Role::Month
                        | Role::Date
                        | Role::Identifier
                        | Role::Account
                        | Role::Statistic
                ) && wanted(column.role)
                    && !self.is_beside_values(column)
            })
            .filter_map(|column| {
                let cell = self.grid.cell(row, column.index)?;
                matches!(cell.value, CellValue::Text(_)).then(|| text_of(&cell.value).into_owned())
            })
            .collect()
    }

    /// The name in a column, from the row or, where it is written once for several rows, from above.
    pub fn name(&mut self, row: usize, role: Role) -> Option<String> {
        let columns: Vec<u32> = self
            .table
            .columns
            .iter()
            .filter(|column| column.role == role)
            .map(|column| column.index)
            .collect();
        let mut found = None;
        for column in columns {
            let text = match self.text_at(row, column) {
                Some(text) => {
                    self.filled.insert(column, text.clone());
                    Some(text)
                }
                None => self.filled_from_above(row, column),
            };
            let preferred = match role {
                Role::Site => self.site == Some(column),
                Role::Meter => self.meter == Some(column),
                _ => false,
            };
            found = if preferred { text.or(found) } else { found.or(text) };
        }
        found
    }

    /// The texts in all columns of a role, by which rows are told apart.
    pub fn names(&self, row: usize, role: Role) -> String {
        let mut joined = String::new();
        for column in self.table.columns.iter().filter(|column| column.role == role) {
            let text = self
                .text_at(row, column.index)
                .or_else(|| self.filled_from_above(row, column.index));
            joined.push('|');
            joined.push_str(&text.unwrap_or_default());
        }
        joined
    }

    /// The columns whose texts may say of their rows that they do not count.
    pub fn saying_columns(&self) -> Vec<(u32, Role)> {
        let may_say = |column: &&Column| {
            matches!(
                column.role,
                Role::Estimated | Role::Label | Role::Statistic | Role::Commodity | Role::Meter
            ) || [self.naming, self.telling].contains(&Some(column.index))
        };
        let columns = self.table.columns.iter().filter(may_say);
        columns.map(|column| (column.index, column.role)).collect()
    }

    /// Why the values of a row may not count, by what it says of itself: that it was taken back, or that they were made
    /// or given away.
    pub fn doubt_of(&mut self, row: usize) -> Option<Hold> {
        // What else stands with `export` where it is no name: `Grid export`, `Injectie Nacht`.
        const BESIDE: [&str; 13] = [
            "grid", "net", "active", "day", "night", "peak", "off", "dag", "nacht", "tag", "jour",
            "nuit", "kwh",
        ];
        for at in 0..self.saying.len() {
            let (column, role) = self.saying[at];
            let Some(CellValue::Text(text)) =
                self.grid.covering(row, column).map(|cell| &cell.value)
            else {
                continue;
            };
            if role == Role::Meter
                && (text.bytes().any(|byte| byte.is_ascii_digit())
                    || !words::says_given(&fold(text)))
            {
                continue;
            }
            if role == Role::Estimated && words::says_void(&fold(text)) {
                return Some(Hold::new(
                    ProblemCode::Contradiction,
                    format!(
                        "This row says \u{201c}{text}\u{201d} of itself; does its number count?"
                    ),
                ));
            }
            let said = self.heading(text);
            let of_use = [Word::Quantity, Word::Received, Word::Site, Word::Meter];
            // `Production` is as often a hall of the site.
            let given = said.words.has(Word::Generation)
                && !said.words.any(&of_use)
                && said.unknown.iter().all(|word| BESIDE.contains(&word.as_str()))
                && !["produ", "green"].iter().any(|part| fold(text).contains(part));
            if given {
                return Some(Hold::new(
                    ProblemCode::Contradiction,
                    format!(
                        "\u{201c}{text}\u{201d} is what was made or given away, and not what was used."
                    ),
                ));
            }
        }
        None
    }

    pub fn filled_from_above(&self, row: usize, column: u32) -> Option<String> {
        if self.grid.cell(row, column).is_some() {
            return None;
        }
        let profile = self.table.columns.iter().find(|c| c.index == column)?.profile;
        // Names written once stand in few of the rows; a column with most rows filled has a gap.
        (profile.told() * 2 < self.table.rows.len() || self.named_in_pairs.contains(&column))
            .then(|| self.filled.get(&column).cloned())
            .flatten()
    }
}

pub fn text_at(grid: &Grid<'_>, row: usize, column: u32) -> Option<String> {
    let cell = grid.covering(row, column)?;
    let text = text_of(&cell.value);
    (!text.is_empty() && !words::says_no_value(&text)).then(|| text.into_owned())
}

/// The names in a row, of meter, place number, account and place, that are none of those by which it is called.
pub fn other_names(
    grid: &Grid<'_>,
    table: &Table,
    row: usize,
    called: &[Option<&str>],
) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for role in [Role::Meter, Role::Identifier, Role::Account, Role::Site] {
        for column in table.columns.iter().filter(|column| column.role == role) {
            names
                .extend(text_at(grid, row, column.index).filter(|name| {
                    !called.contains(&Some(name.as_str())) && !names.contains(name)
                }));
        }
    }
    (!names.is_empty()).then(|| names.join(" "))
}
