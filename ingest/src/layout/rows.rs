//! The rows of one table into values that could be readings.

mod calendar;
mod long;
mod wide;

use std::collections::HashMap;
use std::rc::Rc;

use readings::{CellAddress, Commodity, Money, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use super::candidate::{Candidate, Fate, Hold, SeriesIndex, Values, When};
use super::context::Surroundings;
use super::date::DateOrder;
use super::find::{Column, Table};
use super::grid::{Grid, text_of};
use super::heading::{Heading, HeadingPeriod};
use super::number::{self, DecimalMark, NumberText};
use super::role::Role;
use super::text::fold;
use super::unit::{self, FoundUnit};
use super::words::{self, Word};
use crate::workbook::{Cell, CellValue};

/// Proofs of notation that hold for the whole file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notation {
    /// The decimal mark, where the file proves one.
    pub mark: Option<DecimalMark>,
    /// The order of day and month, where the file proves one.
    pub order: Option<DateOrder>,
}

/// Reads the rows of a table.
pub fn read(grid: &Grid<'_>, table: &Table, around: &Surroundings, notation: Notation) -> Values {
    let mut reader = Reader {
        grid,
        table,
        around,
        notation,
        values: Values::default(),
        index: SeriesIndex::default(),
        headings: HashMap::new(),
        block: Block::default(),
        filled: HashMap::new(),
        value_columns: value_columns(table),
        across: calendar::Across::of(table),
        naming: naming_column(grid, table),
    };
    for row in table.rows.clone() {
        reader.row(row);
    }
    reader.values
}

/// What a title row inside a table says about the rows below it.
#[derive(Debug, Clone, Default)]
struct Block {
    site: Option<String>,
    commodity: Option<Commodity>,
    year: Option<i16>,
    /// A title said that what follows is calculated or planned; later titles do not end it.
    derived: bool,
    /// The title names costs or generation.
    other: bool,
}

struct Reader<'r, 'g> {
    grid: &'r Grid<'g>,
    table: &'r Table,
    around: &'r Surroundings,
    notation: Notation,
    values: Values,
    index: SeriesIndex,
    headings: HashMap<String, Rc<Heading>>,
    block: Block,
    /// The last text of columns that name things once for several rows.
    filled: HashMap<u32, String>,
    value_columns: Vec<usize>,
    across: calendar::Across,
    /// The column that names meters although its heading is not known, where no other column does.
    naming: Option<u32>,
}

/// The columns whose numbers could be readings.
pub fn value_columns(table: &Table) -> Vec<usize> {
    let columns = table.columns.iter().enumerate();
    if table.wide {
        return columns
            .filter(|(_, column)| {
                column.period.is_some()
                    && (column.role.is_value()
                        || column.profile.numbers == 0
                            && column.role == Role::Ignored
                            && column.profile.failures > 0)
            })
            .map(|(at, _)| at)
            .collect();
    }
    let certain = |column: &Column| {
        matches!(column.role, Role::Quantity | Role::Power | Role::Register | Role::Current)
    };
    let any_used = table.columns.iter().any(|column| column.role == Role::Quantity);
    let wanted = |column: &Column| match column.role {
        Role::Quantity => true,
        // Where the consumption is stated, registers and power beside it are no second reading.
        Role::Power | Role::Register | Role::Current => !any_used,
        Role::Unclear => !table.columns.iter().any(certain),
        _ => false,
    };
    columns.filter(|(_, column)| wanted(column)).map(|(at, _)| at).collect()
}

/// In a table without a column for sites or meters: the first column of texts that repeat from row to row.
fn naming_column(grid: &Grid<'_>, table: &Table) -> Option<u32> {
    let named = |column: &Column| {
        matches!(column.role, Role::Site | Role::Meter | Role::Account | Role::Identifier)
    };
    if table.wide || table.columns.iter().any(named) {
        return None;
    }
    table
        .columns
        .iter()
        .filter(|column| column.role == Role::Label)
        .map(|column| column.index)
        .find(|column| {
            let texts: Vec<_> = table
                .rows
                .clone()
                .take(2_000)
                .filter_map(|row| grid.cell(row, *column))
                .map(|cell| text_of(&cell.value).into_owned())
                .collect();
            let distinct: std::collections::HashSet<&String> = texts.iter().collect();
            distinct.len() > 1 && distinct.len() * 2 <= texts.len()
        })
}

impl<'g> Reader<'_, 'g> {
    fn row(&mut self, row: usize) {
        let cells = self.grid.cells(row);
        if self.repeats_header(row) {
            return;
        }
        let any_value = self.value_columns.iter().any(|at| {
            self.grid
                .cell(row, self.table.columns[*at].index)
                .is_some_and(|cell| is_filled(&cell.value))
        });
        if !any_value {
            self.title(row, cells);
            return;
        }
        let label = self.row_label(row);
        if is_total(&label) || self.block.derived || self.block.other {
            return;
        }
        if self.table.wide { self.wide_row(row, &label) } else { self.long_row(row) }
    }

    fn heading(&mut self, text: &str) -> Rc<Heading> {
        if let Some(known) = self.headings.get(text) {
            return Rc::clone(known);
        }
        let heading = Rc::new(Heading::of(text));
        if self.headings.len() < 10_000 {
            self.headings.insert(text.to_owned(), Rc::clone(&heading));
        }
        heading
    }

    fn repeats_header(&self, row: usize) -> bool {
        let mut same = 0;
        for column in &self.table.columns {
            if let Some(CellValue::Text(text)) =
                self.grid.cell(row, column.index).map(|cell| &cell.value)
            {
                if column.heading.text.is_empty()
                    || super::text::smooth(text) != column.heading.text
                {
                    return false;
                }
                same += 1;
            }
        }
        same >= 2
    }

    /// A row without values: a title of the rows below, or a note, or a place without data yet.
    fn title(&mut self, row: usize, cells: &[Cell]) {
        let span = self.columns_span();
        let mut inside = cells.iter().filter(|cell| span.contains(&cell.at.column));
        let (Some(only), None) = (inside.next(), inside.next()) else { return };
        let year = match &only.value {
            CellValue::Number(_) => Heading::of_cell(&only.value).period,
            CellValue::Text(text) => self.heading(text).period,
            _ => None,
        };
        if let Some(HeadingPeriod::Year(year)) = year {
            self.filled.clear();
            self.block =
                Block { year: Some(year), derived: self.block.derived, ..Block::default() };
            return;
        }
        let CellValue::Text(text) = &only.value else { return };
        let heading = self.heading(text);
        if heading.text.len() > 100 || heading.text.starts_with('*') || !self.stands_apart(row) {
            return;
        }
        self.filled.clear();
        let named = super::context::years(&heading.text);
        let place = heading.commodity.is_none() && heading.words.is_empty()
            || heading.words.has(Word::Site);
        self.block = Block {
            year: if let [year] = named.as_slice() { Some(*year) } else { None },
            commodity: heading.commodity,
            site: (place && heading.period.is_none()).then(|| heading.text.clone()),
            derived: self.block.derived || heading.words.has(Word::Forecast),
            other: !heading.words.has(Word::Quantity)
                && (heading.money
                    || heading.words.any(&[
                        Word::Cost,
                        Word::Price,
                        Word::Generation,
                        Word::Demand,
                    ])),
        };
    }

    /// Whether a lone text is a title rather than a place without data: it comes first, or after an empty row, or
    /// where the other rows have a unit.
    fn stands_apart(&self, row: usize) -> bool {
        row == self.table.rows.start
            || self.grid.row_number(row - 1) + 1 < self.grid.row_number(row)
            || self.table.columns.iter().any(|column| column.role == Role::Unit)
    }

    fn columns_span(&self) -> std::ops::RangeInclusive<u32> {
        let first = self.table.columns.first().map_or(0, |column| column.index);
        let last = self.table.columns.last().map_or(0, |column| column.index);
        first..=last
    }

    fn text_at(&self, row: usize, column: u32) -> Option<String> {
        let cell = self.grid.covering(row, column)?;
        let text = text_of(&cell.value);
        (!text.is_empty() && !words::says_no_value(&fold(&text))).then(|| text.into_owned())
    }

    /// The texts that name a row: what stands in its columns of names.
    fn row_label(&self, row: usize) -> Vec<String> {
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
                )
            })
            .filter_map(|column| {
                let cell = self.grid.cell(row, column.index)?;
                matches!(cell.value, CellValue::Text(_)).then(|| text_of(&cell.value).into_owned())
            })
            .collect()
    }

    /// The name in a column, from the row or, where it is written once for several rows, from above.
    fn name(&mut self, row: usize, role: Role) -> Option<String> {
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
            found = found.or(text);
        }
        found
    }

    /// The texts in all columns of a role, by which rows are told apart.
    fn names(&self, row: usize, role: Role) -> String {
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

    fn filled_from_above(&self, row: usize, column: u32) -> Option<String> {
        if self.grid.cell(row, column).is_some() {
            return None;
        }
        let profile = self.table.columns.iter().find(|c| c.index == column)?.profile;
        // Names written once stand in few of the rows; a column with most rows filled has a gap.
        (profile.told() * 2 < self.table.rows.len())
            .then(|| self.filled.get(&column).cloned())
            .flatten()
    }

    fn number(&mut self, cell: &'g Cell, column: &Column) -> Option<Decimal> {
        match self.read_number(cell, column) {
            Ok(number) => number,
            Err(hold) => {
                self.values.refused.push((cell.at, hold));
                None
            }
        }
    }

    fn read_number(&self, cell: &Cell, column: &Column) -> Result<Option<Decimal>, Hold> {
        match &cell.value {
            CellValue::Number(number) => readings::Quantity::from_number(*number)
                .map(|quantity| Some(quantity.get()))
                .ok_or_else(|| {
                    Hold::new(ProblemCode::NotANumber, "This number is too large to be a reading.")
                }),
            CellValue::Text(text) => {
                let united = number::with_unit(text).map(|(number, _)| number);
                let amount =
                    if column.role == Role::Cost { number::without_currency(text) } else { None };
                self.read_text(united.or(amount).unwrap_or(text), column)
            }
            CellValue::Error(_) => Err(Hold::new(
                ProblemCode::ErrorCell,
                "The cell holds an error instead of a number.",
            )),
            CellValue::FormulaWithoutValue => Err(Hold::new(
                ProblemCode::FormulaWithoutValue,
                "The formula was never calculated, so the file holds no number.",
            )),
            CellValue::DateTime(_) | CellValue::Duration(_) => Err(Hold::new(
                ProblemCode::NotANumber,
                "A date stands where a number was expected.",
            )),
            CellValue::Boolean(_) => {
                Err(Hold::new(ProblemCode::NotANumber, "A number was expected here."))
            }
        }
    }

    fn read_text(&self, text: &str, column: &Column) -> Result<Option<Decimal>, Hold> {
        match number::read(text) {
            NumberText::NoValue => {
                Err(Hold::new(ProblemCode::NoValue, "The file says that there is no value here."))
            }
            NumberText::Not => {
                Err(Hold::new(ProblemCode::NotANumber, "A number was expected here."))
            }
            found => {
                let marks = column.profile.marks;
                let mark =
                    marks.mark().or(if marks.contradicts() { None } else { self.notation.mark });
                match (found, number::read_with(text, mark)) {
                    (_, Some(number)) if !marks.contradicts() => Ok(Some(number)),
                    (NumberText::Plain(number), _) => Ok(Some(number)),
                    _ => Err(Hold::new(
                        ProblemCode::AmbiguousNumber,
                        "Two numbers are possible, depending on which mark is the decimal mark.",
                    )),
                }
            }
        }
    }

    /// A number that only helps: cost, price, register; silence where it is not plain.
    fn side_number(&self, row: usize, role: Role) -> Option<Decimal> {
        let column = self.table.columns.iter().find(|column| column.role == role)?;
        let cell = self.grid.cell(row, column.index)?;
        self.read_number(cell, column).ok().flatten()
    }

    /// Price and cost of a value: those of the row, or, where several values stand in it, those that follow the value.
    fn beside(&self, row: usize, at: usize, several: bool) -> Beside {
        if !several {
            let cost = self.cost(row);
            return Beside {
                price: self.side_number(row, Role::Price),
                charged: cost.map(|cost| cost.amount),
                cost,
            };
        }
        let next = self
            .value_columns
            .iter()
            .copied()
            .find(|next| *next > at)
            .unwrap_or(self.table.columns.len());
        let window = &self.table.columns[at + 1..next];
        let read = |column: &Column| {
            let cell = self.grid.cell(row, column.index)?;
            self.read_number(cell, column).ok().flatten()
        };
        let price = window.iter().find(|column| column.role == Role::Price).and_then(read);
        let cost = window.iter().find(|column| column.role == Role::Cost);
        // Beside a price a column that is named like the commodity holds what was charged.
        let charged = cost
            .or_else(|| {
                window.iter().find(|column| column.role == Role::Unclear && price.is_some())
            })
            .and_then(read);
        let cost = cost.and_then(|column| {
            Some(Money { amount: read(column)?, currency: column.heading.currency })
        });
        Beside { price, charged, cost }
    }

    fn cost(&self, row: usize) -> Option<Money> {
        let costs: Vec<&Column> = self
            .table
            .columns
            .iter()
            .filter(|column| column.role == Role::Cost && column.period.is_none())
            .collect();
        let column =
            costs.iter().find(|column| column.heading.words.has(Word::Total)).or(costs.first())?;
        let cell = self.grid.cell(row, column.index)?;
        let amount = self.read_number(cell, column).ok().flatten()?;
        let stated = self
            .table
            .columns
            .iter()
            .find(|column| column.role == Role::Currency)
            .and_then(|column| self.text_at(row, column.index))
            .and_then(|text| Heading::of(&text).currency);
        Some(Money { amount, currency: stated.or(column.heading.currency) })
    }

    /// The unit that stands in the cell of the number itself.
    fn own_unit(cell: &Cell) -> Option<FoundUnit> {
        match &cell.value {
            CellValue::Text(text) => number::with_unit(text).map(|(_, unit)| unit),
            _ => None,
        }
    }

    /// The unit that a row states; where several columns of units stand in it, that of the value before it.
    fn unit_cell(&mut self, row: usize, at: Option<usize>) -> Option<FoundUnit> {
        let units = self.table.columns.iter().filter(|column| column.role == Role::Unit).count();
        let text = match at {
            Some(at) if units > 1 => {
                let next = self
                    .value_columns
                    .iter()
                    .copied()
                    .find(|next| *next > at)
                    .unwrap_or(self.table.columns.len());
                let column = self.table.columns[at + 1..next]
                    .iter()
                    .find(|column| column.role == Role::Unit)?;
                self.text_at(row, column.index)?
            }
            _ => self.name(row, Role::Unit)?,
        };
        unit::whole(&text)
            .or_else(|| unit::inside(&text).filter(|found| found.ratio))
            .or_else(|| Some(unit::not_understood(&text)))
    }

    #[expect(clippy::too_many_arguments, reason = "one value and all that its row says about it")]
    fn push(
        &mut self,
        at: CellAddress,
        series: usize,
        when: When,
        number: Decimal,
        factor: Decimal,
        side: Side,
        value: &CellValue,
    ) {
        let number = number.checked_mul(factor).unwrap_or(number);
        self.values.candidates.push(Candidate {
            at,
            series,
            when,
            period: None,
            number,
            cost: side.cost,
            price: side.price,
            charged: side.charged,
            kind: side.kind,
            registers: side.registers,
            days: side.days,
            fraction_cell: matches!(value, CellValue::Number(number) if number.fract() != 0.0),
            label: side.label,
            fate: Fate::Reading,
        });
    }
}

/// What stands beside a value.
struct Beside {
    price: Option<Decimal>,
    charged: Option<Decimal>,
    cost: Option<Money>,
}

struct Side {
    charged: Option<Decimal>,
    cost: Option<Money>,
    price: Option<Decimal>,
    registers: Option<(Decimal, Decimal)>,
    days: Option<Decimal>,
    label: Rc<str>,
    kind: ReadingKind,
}

fn is_filled(value: &CellValue) -> bool {
    match value {
        CellValue::Text(text) => text.chars().any(|c| !super::text::is_space(c)),
        CellValue::Boolean(_) => false,
        _ => true,
    }
}

/// A row that sums others: one of its names begins with a word for a sum or a mean.
fn is_total(label: &[String]) -> bool {
    label.iter().any(|text| {
        let heading_words = words::meaning(&fold(text));
        let sums = heading_words.words.any(&[Word::Total, Word::Average]);
        sums && heading_words.unknown.is_empty()
            && (heading_words.commodity.is_none()
                || fold(text).split(' ').next().is_some_and(|first| {
                    words::meaning(first).words.any(&[Word::Total, Word::Average])
                }))
    })
}
