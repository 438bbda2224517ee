//! The numbers, amounts and units of a row's cells.

use readings::{Money, ProblemCode, UnitText};
use rust_decimal::Decimal;

use super::super::candidate::Hold;
use super::super::find::Column;
use super::super::heading::{Heading, StatedIn};
use super::super::number::{self, NumberText};
use super::super::role::Role;
use super::super::unit::{self, FoundUnit};
use super::super::words::Word;
use super::Reader;
use crate::workbook::{Cell, CellValue};

/// The hundredth part of a currency, in the currency.
const HUNDREDTH: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// What stands beside a value.
pub(super) struct Beside {
    pub(super) price: Option<Decimal>,
    pub(super) charged: Option<Decimal>,
    pub(super) cost: Option<Money>,
}

impl<'g> Reader<'_, 'g> {
    pub(super) fn number(&mut self, cell: &'g Cell, column: &Column) -> Option<Decimal> {
        match self.read_number(cell, column) {
            Ok(number) => number,
            Err(hold) => {
                self.values.refused.push((cell.at, hold));
                None
            }
        }
    }

    /// Reads a number; money that is stated in hundredths, in its currency.
    pub(super) fn read_number(
        &self,
        cell: &Cell,
        column: &Column,
    ) -> Result<Option<Decimal>, Hold> {
        let is_money = matches!(column.role, Role::Cost | Role::Price);
        let read = self.plain_number(cell, column)?;
        let in_hundredths = is_money && column.heading.stated_in == StatedIn::Hundredths;
        Ok(read.map(|number| if in_hundredths { number * HUNDREDTH } else { number }))
    }

    fn plain_number(&self, cell: &Cell, column: &Column) -> Result<Option<Decimal>, Hold> {
        match &cell.value {
            CellValue::Number(number) => readings::Quantity::from_number(*number)
                .map(|quantity| Some(quantity.get()))
                .ok_or_else(|| {
                    Hold::new(ProblemCode::NotANumber, "This number is too large to be a reading.")
                }),
            // A share of another number, as in a row of changes, is no quantity.
            CellValue::Text(text) if number::is_share(text) => Ok(None),
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

    pub(super) fn read_text(&self, text: &str, column: &Column) -> Result<Option<Decimal>, Hold> {
        match number::read(text) {
            NumberText::NoValue => {
                Err(Hold::new(ProblemCode::NoValue, "The file says that there is no value here."))
            }
            NumberText::Not => {
                Err(Hold::new(ProblemCode::NotANumber, "A number was expected here."))
            }
            found => {
                let marks = column.profile.marks;
                let mark = marks.mark().or(if marks.contradicts() {
                    None
                } else {
                    self.notation.decimal_mark
                });
                match (found, number::read_with(text, mark)) {
                    (_, Some(number)) if !marks.contradicts() => Ok(Some(number)),
                    (NumberText::Plain(number), _) => Ok(Some(number)),
                    _ => Err(two_numbers(column)),
                }
            }
        }
    }

    /// A number that only helps: cost, price, register; silence where it is not plain.
    pub(super) fn side_number(&self, row: usize, role: Role) -> Option<Decimal> {
        let column = self.table.columns.iter().find(|column| column.role == role)?;
        let cell = self.grid.cell(row, column.index)?;
        self.read_number(cell, column).ok().flatten()
    }

    /// The column of a role that belongs to a value: the only one of the table, or of several the one between it and the
    /// value before it.
    pub(super) fn column_before(&self, at: usize, role: Role) -> Option<&Column> {
        let columns = &self.table.columns;
        let mut all = columns.iter().filter(|column| column.role == role);
        if let (Some(only), None) = (all.next(), all.next()) {
            return Some(only);
        }
        let value_before = self.value_columns.iter().rev().find(|other| **other < at);
        let from = value_before.map_or(0, |before| before + 1);
        columns[from..at].iter().rfind(|column| column.role == role)
    }

    /// The number in that column.
    pub(super) fn number_before(&self, row: usize, at: usize, role: Role) -> Option<Decimal> {
        let column = self.column_before(at, role)?;
        let cell = self.grid.cell(row, column.index)?;
        self.read_number(cell, column).ok().flatten()
    }

    /// Price and cost of a value: those of the row, or, where several values stand in it, those that follow the value.
    pub(super) fn beside(&self, row: usize, at: usize, several: bool) -> Beside {
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
        let cost = self.cost_named_like(at);
        let cost = cost.or_else(|| {
            window
                .iter()
                .find(|column| column.role == Role::Cost && !self.is_of_another(column, at))
        });
        // Beside a price a column that is named like the commodity holds what was charged.
        let charged = cost
            .or_else(|| {
                window.iter().find(|column| column.role == Role::Unclear && price.is_some())
            })
            .and_then(read);
        let cost = cost.filter(|column| !self.charges_all(column, at));
        let charged = charged.filter(|_| cost.is_some() || price.is_some());
        let cost = cost.and_then(|column| {
            Some(Money { amount: read(column)?, currency: column.heading.currency })
        });
        Beside { price, charged, cost }
    }

    /// The one column of costs that names what a column of values counts, where others name other things.
    fn cost_named_like(&self, at: usize) -> Option<&Column> {
        let own = self.table.columns[at].heading.commodity?;
        let of_commodity = |column: &&Column| {
            column.role == Role::Cost
                && column.period.is_none()
                && column.heading.commodity == Some(own)
        };
        let mut found = self.table.columns.iter().filter(of_commodity);
        let (only, None) = (found.next()?, found.next()) else { return None };
        Some(only)
    }

    /// Whether a cost is that of something else than what a column of values counts.
    fn is_of_another(&self, cost: &Column, at: usize) -> bool {
        let own = self.table.columns[at].heading.commodity;
        cost.heading.commodity.zip(own).is_some_and(|(cost, own)| cost != own)
    }

    pub(super) fn cost(&self, row: usize) -> Option<Money> {
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

    /// Whether a cost after the last value of a row is that of all its values: the others have none, and its heading
    /// names none of them.
    fn charges_all(&self, cost: &Column, at: usize) -> bool {
        let is_last = self.value_columns.last() == Some(&at);
        let first = self.value_columns.first().copied().unwrap_or(at);
        let own = &self.table.columns[at].heading;
        let is_named = cost.heading.commodity.is_some()
            && (cost.heading.commodity == own.commodity || own.commodity.is_none());
        let others_have = self.table.columns[first..at].iter().any(|one| one.role == Role::Cost);
        is_last && !is_named && !others_have
    }

    /// The unit that stands in the cell of the number itself.
    pub(super) fn own_unit(cell: &Cell) -> Option<FoundUnit> {
        match &cell.value {
            CellValue::Text(text) => number::with_unit(text).map(|(_, unit)| unit),
            _ => None,
        }
    }

    /// The unit that a row states; where several columns of units stand in it, that of the value before it.
    pub(super) fn unit_cell(&mut self, row: usize, at: Option<usize>) -> Option<FoundUnit> {
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
        if let Some(known) = self.units.get(&text) {
            return Some(known.clone());
        }
        let found = unit::whole(&text)
            .or_else(|| unit::inside(&text).filter(|found| found.ratio))
            .unwrap_or_else(|| unit::not_understood(&text));
        let found = match self.around.spellings.get(&super::super::text::fold(&text)) {
            Some(known) => {
                FoundUnit { text: UnitText { unit: Some(*known), ..found.text }, ..found }
            }
            None => found,
        };
        if self.units.len() < 1_000 {
            self.units.insert(text, found.clone());
        }
        Some(found)
    }
}

/// The question about a column in which the decimal mark is not proven, with both readings of its first such number.
fn two_numbers(column: &Column) -> Hold {
    let sentence = match column.profile.two_numbers {
        _ if column.profile.marks.contradicts() => {
            "Some numbers of this column have a decimal point and others a decimal comma; which is it here?"
                .to_owned()
        }
        Some((point, comma)) => format!(
            "Which mark is the decimal mark: is the first such number of this column {} (a point) or {} (a comma)?",
            point.normalize(),
            comma.normalize()
        ),
        None => "Which mark is the decimal mark? Two numbers are possible.".to_owned(),
    };
    Hold::new(ProblemCode::AmbiguousNumber, sentence)
}
