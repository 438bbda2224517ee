//! Rows of a table with periods across.

use readings::{Dimension, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use super::super::candidate::{Hold, Series};
use super::super::context::fits;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::words::Word;
use super::{Reader, Side, is_filled};

impl Reader<'_, '_> {
    pub(super) fn wide_row(&mut self, row: usize, label: &[String]) {
        let joined = label.join(" ");
        let said = self.heading(&joined);
        let unit_cell = self.unit_cell(row, None);
        if let Some(unit) = &unit_cell
            && unit.ratio
        {
            return;
        }
        if label.iter().any(|text| is_other_row(&self.heading(text))) {
            return;
        }
        let site = self.name(row, Role::Site);
        let meter = self.name(row, Role::Meter);
        let account = self.name(row, Role::Account);
        let identifier = self.name(row, Role::Identifier);
        let commodity_text = self.name(row, Role::Commodity);
        let labels: Vec<String> = self
            .table
            .columns
            .iter()
            .filter(|column| column.role == Role::Label)
            .filter_map(|column| self.text_at(row, column.index))
            .collect();
        // `Units consumed` says what is counted, not where.
        let only_says_what = said.unknown.is_empty()
            && !said.supplies
            && said.words.any(&[Word::Quantity, Word::Register, Word::Current]);
        let labels = if only_says_what { Vec::new() } else { labels };
        let down = self.down(row);
        let called_total = said.words.has(Word::Total) && self.table.rows.len() > 2;
        let supplies = said.supplies
            || self.block.commodity.is_some()
            || commodity_text.as_deref().is_some_and(|text| self.heading(text).supplies);
        let said_commodity = commodity_text
            .as_deref()
            .and_then(|text| self.heading(text).commodity)
            .or(said.commodity)
            .or(self.block.commodity);
        for at in self.value_columns.clone() {
            let column = &self.table.columns[at];
            let Some(period) = column.period else { continue };
            let Some(cell) = self.grid.cell(row, column.index) else { continue };
            if !is_filled(&cell.value) {
                continue;
            }
            let Some(number) = self.number(cell, column) else { continue };
            let found = Self::own_unit(cell)
                .or_else(|| unit_cell.clone())
                .or_else(|| said.unit.clone())
                .or_else(|| column.heading.unit.clone().filter(|unit| !unit.ratio));
            let unit_known = found.is_some();
            let found = found.or_else(|| self.around.unit.clone());
            let dimension =
                found.as_ref().and_then(|unit| unit.text.unit).map(readings::Unit::dimension);
            let commodity = said_commodity
                .or(column.heading.commodity)
                .or_else(|| self.around.commodity_for(dimension));
            // A unit from a title does not fit a row of another commodity.
            let found = found.filter(|_| {
                unit_known || commodity.is_none_or(|commodity| fits(commodity, dimension))
            });
            let used = said.words.has(Word::Quantity)
                || column.heading.words.has(Word::Quantity)
                || self.around.says_used
                || matches!(dimension, Some(Dimension::Energy | Dimension::Volume))
                || dimension == Some(Dimension::Mass) && commodity.is_some()
                || found.is_some() && dimension.is_none() && supplies;
            let odd_mass = dimension == Some(Dimension::Mass) && commodity.is_none();
            if odd_mass || found.as_ref().is_some_and(|unit| unit.text.unit.is_none()) && !supplies
            {
                continue;
            }
            let (own_site, own_meter) = names(
                site.as_deref(),
                meter.as_deref(),
                &labels,
                self.block.site.as_deref(),
                commodity_text.as_deref(),
            );
            let register = if column.role == Role::Quantity { "" } else { column.role.code() };
            let identity = match down.is_period() {
                true => format!("{own_site:?}|{own_meter:?}|{commodity:?}|{register}"),
                false => format!("{row}|{register}"),
            };
            let series = self.index.of(&identity, &mut self.values.series, || Series {
                site: own_site.or_else(|| self.around.site.clone()).or_else(|| identifier.clone()),
                meter: own_meter.or_else(|| account.clone()).or_else(|| self.around.meter.clone()),
                commodity: commodity.filter(|commodity| fits(*commodity, dimension)),
                unit: found.as_ref().map(|unit| unit.text.clone()),
                label: joined.clone(),
                place: (Some(self.grid.row_number(row)), column.index),
            });
            let factor = found.as_ref().map_or(Decimal::ONE, |unit| unit.factor);
            let kind = match dimension {
                Some(Dimension::Power) => ReadingKind::AveragePower,
                _ if matches!(column.role, Role::Register | Role::Current)
                    || said.words.any(&[Word::Register, Word::Current])
                        && !said.words.has(Word::Quantity) =>
                {
                    ReadingKind::RegisterReading
                }
                _ => ReadingKind::Consumption,
            };
            let when = self.heading_when(period, &down);
            let side = Side {
                cost: None,
                price: None,
                charged: None,
                registers: None,
                days: None,
                label: joined.as_str().into(),
                kind,
            };
            self.push(cell.at, series, when, number, factor, side, &cell.value);
            if called_total && let Some(last) = self.values.candidates.last_mut() {
                last.hold(&Hold::new(
                    ProblemCode::LayoutUnclear,
                    "The row is called a total, and other rows of the table may be its parts.",
                ));
            }
            if !used && let Some(last) = self.values.candidates.last_mut() {
                last.hold(&Hold::new(
                    ProblemCode::KindUnclear,
                    "Nothing says whether these numbers are consumption, cost or something else.",
                ));
            }
        }
    }
}

/// A row of prices, costs, weather, output: known by its label.
fn is_other_row(label: &Heading) -> bool {
    let words = label.words;
    label.is_ratio()
        || label.percent
        || label.money
        || words.any(&[
            Word::Cost,
            Word::Price,
            Word::Forecast,
            Word::Average,
            Word::Days,
            Word::Demand,
        ])
        || (words.any(&[Word::Generation, Word::Other])
            && label.unknown.is_empty()
            && !words.has(Word::Quantity))
        || (label.text.contains('/') && words.has(Word::Quantity) && label.unknown.is_empty())
}

/// Site and meter of a row of a wide table.
fn names(
    site: Option<&str>,
    meter: Option<&str>,
    labels: &[String],
    block: Option<&str>,
    commodity: Option<&str>,
) -> (Option<String>, Option<String>) {
    let own = |text: &str| Some(text.to_owned());
    let label = labels.join(" ");
    let label = (!label.is_empty()).then_some(label);
    match (block, site, meter) {
        (Some(block), Some(site), None) => (own(block), own(site)),
        (Some(block), None, None) => (own(block), label.or_else(|| commodity.map(str::to_owned))),
        (_, Some(site), Some(meter)) => (own(site), own(meter)),
        (_, Some(site), None) => (own(site), label),
        (_, None, Some(meter)) => (block.map(str::to_owned).or(label), own(meter)),
        (None, None, None) => (label, None),
    }
}
