//! Rows that are a reading each, or one for each of a few columns.

use std::rc::Rc;

use readings::{Dimension, ReadingKind};
use rust_decimal::Decimal;

use super::super::candidate::{Series, When};
use super::super::context::fits;
use super::super::grid::text_of;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::Word;
use super::{Reader, Side, is_filled};
use crate::workbook::CellValue;

impl Reader<'_, '_> {
    pub(super) fn long_row(&mut self, row: usize) {
        let when = self.when(row);
        let site = self.name(row, Role::Site);
        let identifier = self.name(row, Role::Identifier);
        let meter = self.name(row, Role::Meter);
        let meter = meter.or_else(|| self.naming.and_then(|column| self.text_at(row, column)));
        let account = self.name(row, Role::Account);
        let commodity_text = self.name(row, Role::Commodity);
        let labels = self.labels(row);
        let estimated = self.estimated(row);
        let registers =
            self.side_number(row, Role::Previous).zip(self.side_number(row, Role::Current));
        let days = self.side_number(row, Role::Days);
        let row_commodity = commodity_text.as_deref().and_then(|text| self.heading(text).commodity);
        let several = self.value_columns.len() > 1;
        let place = format!(
            "{}{}{}{}{}|{}|{}",
            self.names(row, Role::Site),
            self.names(row, Role::Identifier),
            self.names(row, Role::Meter),
            self.names(row, Role::Account),
            self.names(row, Role::Commodity),
            self.block.site.as_deref().unwrap_or(""),
            if self.naming.is_some() { meter.as_deref().unwrap_or("") } else { "" },
        );
        for at in self.value_columns.clone() {
            let column = &self.table.columns[at];
            let Some(cell) = self.grid.cell(row, column.index) else { continue };
            if !is_filled(&cell.value) {
                continue;
            }
            let Some(number) = self.number(cell, column) else { continue };
            let unit_cell = self.unit_cell(row, Some(at));
            let found = Self::own_unit(cell)
                .or_else(|| column.heading.unit.clone().filter(|unit| !unit.ratio))
                .or_else(|| unit_cell.clone())
                .or_else(|| {
                    self.around.unit.clone().filter(|unit| {
                        let dimension = unit.text.unit.map(readings::Unit::dimension);
                        let stated = row_commodity.or(column.heading.commodity);
                        !several || stated.is_none_or(|commodity| fits(commodity, dimension))
                    })
                });
            let dimension =
                found.as_ref().and_then(|unit| unit.text.unit).map(readings::Unit::dimension);
            let commodity =
                row_commodity.or(column.heading.commodity).or(self.block.commodity).or_else(|| {
                    if commodity_text.is_some() {
                        None
                    } else {
                        self.around.commodity_for(dimension)
                    }
                });
            let unit_name = if unit_cell.is_some() {
                found.as_ref().map_or("", |unit| unit.text.text.as_str())
            } else {
                ""
            };
            let identity = format!("{place}|{}|{unit_name}", column.index);
            let beside = self.beside(row, at, several);
            let own_name = several.then(|| column_name(&column.heading)).flatten();
            let series = self.index.of(&identity, &mut self.values.series, || Series {
                site: site
                    .clone()
                    .or_else(|| self.block.site.clone())
                    .or_else(|| self.around.site.clone())
                    .or_else(|| identifier.clone()),
                meter: meter
                    .clone()
                    .or(own_name)
                    .or_else(|| account.clone())
                    .or_else(|| self.around.meter.clone()),
                commodity: commodity.filter(|commodity| fits(*commodity, dimension)),
                unit: found.as_ref().map(|unit| unit.text.clone()),
                label: column.heading.text.clone(),
                place: (None, column.index),
            });
            let factor = found.as_ref().map_or(Decimal::ONE, |unit| unit.factor);
            let kind = match (column.role, dimension) {
                (Role::Register | Role::Current, _) => ReadingKind::RegisterReading,
                (Role::Power, _) | (_, Some(Dimension::Power)) => ReadingKind::AveragePower,
                _ if estimated => ReadingKind::Estimated,
                _ => ReadingKind::Consumption,
            };
            let when = match (when, column.heading.period) {
                (When::Unsaid | When::Year(_), Some(period)) => {
                    let down = self.down(row);
                    self.heading_when(period, &down)
                }
                _ => when,
            };
            self.push(
                cell.at,
                series,
                when,
                number,
                factor,
                Side {
                    cost: beside.cost,
                    price: beside.price,
                    charged: beside.charged,
                    registers,
                    days,
                    label: labels.clone(),
                    kind,
                },
                &cell.value,
            );
        }
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
