//! Rows that are a reading each, or one for each of a few columns.

use std::rc::Rc;

use readings::{Commodity, Dimension, ReadingKind};
use rust_decimal::Decimal;

use super::super::candidate::{Series, When};
use super::super::context::fits;
use super::super::grid::text_of;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::unit::FoundUnit;
use super::super::words::Word;
use super::{Reader, Side, is_filled};
use crate::workbook::CellValue;

/// What the cells of a row say about all values in it.
struct Row {
    when: When,
    site: Option<String>,
    identifier: Option<String>,
    meter: Option<String>,
    account: Option<String>,
    /// The row has a text for the commodity, whether it is understood or not.
    states_commodity: bool,
    commodity: Option<Commodity>,
    /// All names by which rows are told apart.
    place: String,
    labels: Rc<str>,
    estimated: bool,
    registers: Option<(Decimal, Decimal)>,
    days: Option<Decimal>,
}

impl Reader<'_, '_> {
    pub(super) fn long_row(&mut self, row: usize) {
        let what = self.long_names(row);
        for at in self.value_columns.clone() {
            self.long_cell(row, at, &what);
        }
    }

    fn long_names(&mut self, row: usize) -> Row {
        let meter = self
            .name(row, Role::Meter)
            .or_else(|| self.naming.and_then(|column| self.text_at(row, column)));
        let commodity_text = self.name(row, Role::Commodity);
        Row {
            when: self.when(row),
            site: self.name(row, Role::Site),
            identifier: self.name(row, Role::Identifier),
            account: self.name(row, Role::Account),
            commodity: commodity_text.as_deref().and_then(|text| self.heading(text).commodity),
            states_commodity: commodity_text.is_some(),
            place: format!(
                "{}{}{}{}{}|{}|{}",
                self.names(row, Role::Site),
                self.names(row, Role::Identifier),
                self.names(row, Role::Meter),
                self.names(row, Role::Account),
                self.names(row, Role::Commodity),
                self.block.site.as_deref().unwrap_or(""),
                if self.naming.is_some() { meter.as_deref().unwrap_or("") } else { "" },
            ),
            meter,
            labels: self.labels(row),
            estimated: self.estimated(row),
            registers: self
                .side_number(row, Role::Previous)
                .zip(self.side_number(row, Role::Current)),
            days: self.side_number(row, Role::Days),
        }
    }

    fn long_cell(&mut self, row: usize, at: usize, what: &Row) {
        let column = &self.table.columns[at];
        let several = self.value_columns.len() > 1;
        let Some(cell) = self.grid.cell(row, column.index) else { return };
        if !is_filled(&cell.value) {
            return;
        }
        let Some(number) = self.number(cell, column) else { return };
        let unit_cell = self.unit_cell(row, Some(at));
        let unit_name = unit_cell.as_ref().map(|unit| unit.text.text.clone()).unwrap_or_default();
        let found = Self::own_unit(cell)
            .or_else(|| column.heading.unit.clone().filter(|unit| !unit.ratio))
            .or(unit_cell)
            .or_else(|| self.unit_around(what.commodity.or(column.heading.commodity), several));
        let dimension =
            found.as_ref().and_then(|unit| unit.text.unit).map(readings::Unit::dimension);
        let commodity = what
            .commodity
            .or(column.heading.commodity)
            .or(self.block.commodity)
            .or_else(|| self.around.commodity_for(dimension).filter(|_| !what.states_commodity))
            .filter(|commodity| fits(*commodity, dimension));
        let identity = format!("{}|{}|{unit_name}", what.place, column.index);
        let own_name = several.then(|| column_name(&column.heading)).flatten();
        let (block, around) = (&self.block, self.around);
        let series = self.index.of(&identity, &mut self.values.series, || Series {
            site: [&what.site, &block.site, &around.site, &what.identifier]
                .into_iter()
                .flatten()
                .next()
                .cloned(),
            meter: [&what.meter, &own_name, &what.account, &around.meter]
                .into_iter()
                .flatten()
                .next()
                .cloned(),
            commodity,
            unit: found.as_ref().map(|unit| unit.text.clone()),
            label: column.heading.text.clone(),
            place: (None, column.index),
        });
        let kind = match (column.role, dimension) {
            (Role::Register | Role::Current, _) => ReadingKind::RegisterReading,
            (Role::Power, _) | (_, Some(Dimension::Power)) => ReadingKind::AveragePower,
            _ if what.estimated => ReadingKind::Estimated,
            _ => ReadingKind::Consumption,
        };
        let when = match (what.when, column.heading.period) {
            (When::Unsaid | When::Year(_), Some(period)) => {
                let down = self.down(row);
                self.heading_when(period, &down)
            }
            (when, _) => when,
        };
        let beside = self.beside(row, at, several);
        let side = Side {
            cost: beside.cost,
            price: beside.price,
            charged: beside.charged,
            registers: what.registers,
            days: what.days,
            label: Rc::clone(&what.labels),
            kind,
        };
        let factor = found.as_ref().map_or(Decimal::ONE, |unit| unit.factor);
        self.push(cell, series, when, number, factor, side);
    }

    /// The unit that the titles state, unless it does not fit what one of several columns counts.
    fn unit_around(&self, commodity: Option<Commodity>, several: bool) -> Option<FoundUnit> {
        self.around.unit.clone().filter(|unit| {
            let dimension = unit.text.unit.map(readings::Unit::dimension);
            !several || commodity.is_none_or(|commodity| fits(commodity, dimension))
        })
    }

    fn labels(&self, row: usize) -> Rc<str> {
        let texts: Vec<String> = self
            .table
            .columns
            .iter()
            .filter(|column| matches!(column.role, Role::Label | Role::Statistic))
            .filter_map(|column| self.text_at(row, column.index))
            .collect();
        texts.join("|").into()
    }

    fn estimated(&self, row: usize) -> bool {
        self.table.columns.iter().filter(|column| column.role == Role::Estimated).any(|column| {
            self.grid.cell(row, column.index).is_some_and(|cell| match &cell.value {
                CellValue::Boolean(flag) => *flag,
                value => {
                    let folded = fold(&text_of(value));
                    matches!(
                        folded.as_str(),
                        "yes"
                            | "y"
                            | "e"
                            | "est"
                            | "true"
                            | "oui"
                            | "ja"
                            | "si"
                            | "sim"
                            | "tak"
                            | "да"
                            | "evet"
                            | "نعم"
                    ) || folded.starts_with("estim")
                        || folded.starts_with("geschatz")
                        || folded.starts_with("stimat")
                }
            })
        })
    }
}

/// What a column of several is called, where its heading says more than what is counted.
fn column_name(heading: &Heading) -> Option<String> {
    const PLACES: [Word; 7] = [
        Word::Site,
        Word::Meter,
        Word::Day,
        Word::Time,
        Word::Register,
        Word::Previous,
        Word::Current,
    ];
    let names = !heading.unknown.is_empty() || heading.supplies || heading.words.any(&PLACES);
    names.then(|| heading.text.clone())
}
