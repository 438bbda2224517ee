//! Rows that are a reading each, or one for each of a few columns.

use std::rc::Rc;

use readings::{Commodity, Dimension, ProblemCode, ReadingKind, column_letters};
use rust_decimal::Decimal;

use super::super::candidate::{Evidence, Hold, Series, Stand, When};
use super::super::context::{fits, two_years};
use super::super::find::Column;
use super::super::heading::{Heading, HeadingPeriod};
use super::super::role::Role;
use super::super::text::{fold, smooth};
use super::super::unit::FoundUnit;
use super::super::words::Word;
use super::alike::{Alike, Name};
use super::names::other_names;
use super::wide::counts_something_else;
use super::{Reader, Side, is_filled};
use crate::workbook::CellValue;

/// What the cells of a row say about all values in it.
struct Row {
    named: Rc<Named>,
    when: When,
    stand: Option<Stand>,
    days: Option<Decimal>,
}

/// What the names in a row say; rows with the same names share it.
#[derive(Debug)]
pub(super) struct Named {
    site: Option<String>,
    identifier: Option<String>,
    meter: Option<String>,
    account: Option<String>,
    /// The row has a text for the commodity, whether it is understood or not.
    states_commodity: bool,
    commodity: Option<Commodity>,
    /// All names by which rows are told apart.
    place: String,
    estimated: bool,
}

/// To which series the values of a column belong, in rows with the same names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    series: usize,
    dimension: Option<Dimension>,
    factor: Decimal,
    /// The heading and the row state two units of one kind.
    units_differ: bool,
    /// The row states a unit of what is not supplied, such as kilometres travelled.
    is_something_else: bool,
}

impl<'g> Reader<'_, 'g> {
    pub(super) fn long_row(&mut self, row: usize) {
        let named = Rc::new(self.long_names(row));
        self.alike = Alike::of(self.names_of(row), Rc::clone(&named));
        if let Some(alike) = &mut self.alike {
            let columns = &self.table.columns;
            alike.set_data(|text| {
                let smoothed = smooth(text);
                columns.iter().any(|column| column.heading.text == smoothed)
            });
        }
        self.long_values(row, named);
    }

    /// Reads a row that has the names of the row before; `false` where it has others, or may be no row of data.
    pub(super) fn like_the_row_before(&mut self, row: usize) -> bool {
        let Some(alike) = &self.alike else { return false };
        if !alike.is_data || self.names_of(row).is_none_or(|names| names != alike.names) {
            return false;
        }
        // A text there that is no date may say that the row is a sum.
        let plain_dates = self
            .table
            .columns
            .iter()
            .filter(|column| matches!(column.role, Role::Month | Role::Date))
            .all(|column| match self.grid.cell(row, column.index).map(|cell| &cell.value) {
                Some(CellValue::Text(text)) => text.starts_with(|c: char| c.is_ascii_digit()),
                _ => true,
            });
        if !plain_dates {
            return false;
        }
        let named = Rc::clone(&alike.named);
        self.long_values(row, named);
        true
    }

    fn long_values(&mut self, row: usize, named: Rc<Named>) {
        let when = self.when(row);
        let what = Row {
            stand: self.stand(row, &named.place, when),
            named,
            when,
            days: self.side_number(row, Role::Days),
        };
        for position in 0..self.value_columns.len() {
            self.long_cell(row, self.value_columns[position], &what);
        }
    }

    /// The register beside the values of a row, and the one of the same meter before it.
    fn stand(&mut self, row: usize, place: &str, when: When) -> Option<Stand> {
        let column = &self.table.columns[self.register?];
        let cell = self.grid.cell(row, column.index)?;
        let (Ok(Some(now)), When::Stamp(at)) = (self.read_number(cell, column), when) else {
            return None;
        };
        Some(Stand { now, before: self.stood.insert(place.to_owned(), (at, now)) })
    }

    /// Remembers the register of a row that does not say what was used, as the first of a meter does not.
    pub(super) fn note_register(&mut self, row: usize) {
        if self.register.is_some() {
            let (place, when) = (self.long_names(row).place, self.when(row));
            self.stand(row, &place, when);
        }
    }

    /// What stands in all columns that name things or say in which unit they are.
    fn names_of(&self, row: usize) -> Option<Vec<Name<'g>>> {
        if !self.grid.sheet.merged.is_empty() {
            return None;
        }
        let columns = self.table.columns.iter().filter(|column| {
            matches!(
                column.role,
                Role::Site
                    | Role::Identifier
                    | Role::Meter
                    | Role::Account
                    | Role::Commodity
                    | Role::Unit
                    | Role::Label
                    | Role::Statistic
                    | Role::Estimated
            ) || self.naming == Some(column.index)
        });
        columns
            .map(|column| match self.grid.cell(row, column.index).map(|cell| &cell.value) {
                None => Some(Name::Nothing),
                Some(CellValue::Text(text)) => Some(Name::Text(text)),
                Some(CellValue::Number(number)) => Some(Name::Number(number.to_bits())),
                Some(_) => None,
            })
            .collect()
    }

    fn long_names(&mut self, row: usize) -> Named {
        let meter = self
            .name(row, Role::Meter)
            .or_else(|| self.naming.and_then(|column| self.text_at(row, column)));
        let told = self.telling.and_then(|column| self.text_at(row, column));
        let meter = match (meter, told.as_deref()) {
            (Some(meter), Some(told)) => Some(format!("{meter} {told}")),
            (meter, told) => meter.or(told.map(str::to_owned)),
        };
        let commodity_text = self.name(row, Role::Commodity);
        let site = self.name(row, Role::Site);
        Named {
            site,
            identifier: self.name(row, Role::Identifier),
            account: self.name(row, Role::Account),
            commodity: commodity_text.as_deref().and_then(|text| self.heading(text).commodity),
            states_commodity: commodity_text.is_some(),
            place: format!(
                "{}{}{}{}{}|{}|{}|{}",
                self.names(row, Role::Site),
                self.names(row, Role::Identifier),
                self.names(row, Role::Meter),
                self.names(row, Role::Account),
                self.names(row, Role::Commodity),
                self.block.site.as_deref().unwrap_or(""),
                if self.naming.is_some() { meter.as_deref().unwrap_or("") } else { "" },
                told.unwrap_or_default(),
            ),
            meter,
            estimated: self.estimated(row),
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
        let own_unit = Self::own_unit(cell);
        let remembered = self.alike.as_ref().filter(|_| own_unit.is_none());
        let known = remembered.and_then(|alike| alike.placed(at, &what.named));
        let placed = if let Some(placed) = known {
            placed
        } else {
            let states_unit = own_unit.is_some();
            let placed = self.place(row, at, &what.named, own_unit);
            if let Some(alike) = self.alike.as_mut().filter(|_| !states_unit) {
                alike.remember(at, &what.named, placed);
            }
            placed
        };
        let Placed { series, dimension, factor, units_differ, is_something_else } = placed;
        if is_something_else {
            return;
        }
        let kind = match (column.role, dimension) {
            (Role::Register | Role::Current, _) => ReadingKind::RegisterReading,
            (Role::Power, _) | (_, Some(Dimension::Power)) => ReadingKind::AveragePower,
            _ if what.named.estimated => ReadingKind::Estimated,
            _ => ReadingKind::Consumption,
        };
        let when = match (what.when, column.heading.period) {
            (When::Unsaid | When::Year(_), Some(period)) => {
                let down = self.down(row);
                self.heading_when(period, &down)
            }
            (when, _) => when,
        };
        let when = match when {
            When::Unsaid if several => {
                self.between_own_registers(at).map_or(When::Unsaid, When::Certain)
            }
            when => when,
        };
        let beside = self.beside(row, at, several);
        let side = Side {
            cost: beside.cost,
            evidence: Evidence {
                price: beside.price,
                charged: beside.charged,
                registers: self.number_before(row, at, Role::Previous).zip(self.number_before(
                    row,
                    at,
                    Role::Current,
                )),
                stand: what.stand,
                multiplier: self.number_before(row, at, Role::Multiplier),
                days: what.days,
            },
            kind,
        };
        self.push(cell, series, when, number, factor, &side);
        if let Some(last) = self.values.candidates.last_mut().filter(|_| units_differ) {
            last.hold(&Hold::new(
                ProblemCode::AmbiguousScale,
                "The heading of the column states one unit and the row another; which of them is it?",
            ));
        }
    }

    /// The series of a value, made where it is new.
    fn place(
        &mut self,
        row: usize,
        at: usize,
        named: &Named,
        own_unit: Option<FoundUnit>,
    ) -> Placed {
        let column = &self.table.columns[at];
        let several = self.value_columns.len() > 1;
        let unit_cell = self.unit_cell(row, Some(at));
        // What the title says counts more than a word in the name of a place.
        let is_place = column.heading.is_like_a_name() && self.around.commodity.is_some();
        let of_column = column.heading.commodity.filter(|_| !is_place);
        let own = own_unit.as_ref().or(unit_cell.as_ref());
        let is_something_else = unit_cell
            .as_ref()
            .is_some_and(|unit| unit.text.unit.is_none() && counts_something_else(&unit.text.text));
        let unit_name = own.map(|unit| unit.text.text.clone()).unwrap_or_default();
        let of_heading = column.heading.unit.clone().filter(|unit| !unit.ratio);
        let stated = |unit: &Option<FoundUnit>| unit.as_ref().and_then(|unit| unit.text.unit);
        // A row that names a unit of another kind than the heading is of another kind of meter.
        let pair = stated(&of_heading)
            .zip(stated(&unit_cell))
            .filter(|(one, two)| one != two && self.states_units_of(column));
        let is_other_kind = pair.is_some_and(|(one, two)| one.dimension() != two.dimension());
        let units_differ = pair.is_some() && !is_other_kind && own_unit.is_none();
        let found = own_unit
            .or_else(|| unit_cell.clone().filter(|_| is_other_kind))
            .or(of_heading)
            .or(unit_cell)
            .or_else(|| self.block.unit.clone())
            .or_else(|| self.unit_around(named.commodity.or(of_column), several));
        let dimension =
            found.as_ref().and_then(|unit| unit.text.unit).map(readings::Unit::dimension);
        let commodity = named
            .commodity
            .or(of_column)
            .or(self.block.commodity)
            .or_else(|| self.around.commodity_for(dimension).filter(|_| !named.states_commodity))
            .filter(|commodity| fits(*commodity, dimension));
        let identity = format!("{}|{}|{unit_name}", named.place, column.index);
        let meter = self.meter_of(at, named);
        let (grid, table, block, around) = (self.grid, self.table, &self.block, self.around);
        let series = self.index.of(&identity, &mut self.values.series, || Series {
            site: [&named.site, &block.site, &around.site, &named.identifier]
                .into_iter()
                .flatten()
                .next()
                .cloned(),
            meter,
            also: other_names(grid, table, row, &[named.meter.as_deref(), named.site.as_deref()]),
            commodity,
            unit: found.as_ref().map(|unit| unit.text.clone()),
            label: column.heading.text.clone(),
            place: (None, column.index),
        });
        let factor = found.as_ref().map_or(Decimal::ONE, |unit| unit.factor);
        Placed { series, dimension, factor, units_differ, is_something_else }
    }

    /// Whether the units that the rows state are those of this column: the only one of values, beside a column that is
    /// called nothing but `Unit`, with no other number before it.
    fn states_units_of(&self, column: &Column) -> bool {
        let columns = &self.table.columns;
        let mut units = (0..columns.len()).filter(|at| columns[*at].role == Role::Unit);
        let (Some(unit), None) = (units.next(), units.next()) else { return false };
        let said = &columns[unit].heading;
        let is_plain = said.unknown.is_empty()
            && said.unit.is_none()
            && said.words.has(Word::Unit)
            && said.words.without(Word::Unit).is_empty()
            && fold(&said.text).split(' ').count() <= 3;
        // Numbers between the two that state a unit of their own, as a peak in kW does, have no need of it.
        let mut before = columns[..unit].iter().rev();
        let nearest = before.find(|column| column.heading.unit.is_none() || column.role.is_value());
        let is_own = nearest.is_some_and(|before| {
            before.index == column.index || before.profile.numbers * 2 < before.profile.told()
        });
        self.value_columns.len() == 1 && is_plain && is_own
    }

    /// The meter of a value: the row's own, told apart by the heading where several columns count the same thing in the
    /// same unit; else what the column is called, the account, what stands around the table.
    fn meter_of(&self, at: usize, named: &Named) -> Option<String> {
        let column = &self.table.columns[at];
        let measure = |column: &Column| {
            let unit = column.heading.unit.as_ref().map(|unit| &unit.text);
            (column.heading.commodity, unit.cloned())
        };
        let own = measure(column);
        let others = self.value_columns.iter().filter(|other| **other != at);
        let alike: Vec<usize> =
            others.copied().filter(|other| measure(&self.table.columns[*other]) == own).collect();
        let name = column_name(&column.heading).filter(|_| self.value_columns.len() > 1);
        let same_before = alike
            .iter()
            .any(|other| *other < at && column_name(&self.table.columns[*other].heading).is_none());
        let twins = alike
            .iter()
            .any(|other| self.table.columns[*other].heading.text == column.heading.text);
        // Two columns of one name are not one meter.
        let distinct = |text: &str| {
            if twins && !text.is_empty() {
                format!("{text} (column {})", column_letters(column.index))
            } else {
                text.to_owned()
            }
        };
        let name = name.as_deref().map(distinct);
        let text = &distinct(&without_years(&column.heading));
        match &named.meter {
            Some(meter) if !alike.is_empty() && (name.is_some() || same_before) => {
                Some(format!("{meter} {text}"))
            }
            Some(meter) => Some(meter.clone()),
            None => name
                .or_else(|| (!alike.is_empty() && !text.is_empty()).then(|| text.clone()))
                .or_else(|| named.account.clone())
                .or_else(|| self.around.meter.clone()),
        }
    }

    /// The unit that the titles state, unless it does not fit what one of several columns counts.
    fn unit_around(&self, commodity: Option<Commodity>, several: bool) -> Option<FoundUnit> {
        self.around.unit.clone().filter(|unit| {
            let dimension = unit.text.unit.map(readings::Unit::dimension);
            !several || commodity.is_none_or(|commodity| fits(commodity, dimension))
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
    names.then(|| without_years(heading)).filter(|name| !name.is_empty())
}

/// A heading without the year or years it names: next year's column counts the same thing.
fn without_years(heading: &Heading) -> String {
    let years = match heading.period {
        Some(HeadingPeriod::Year(year)) => year.to_string(),
        _ if two_years(&heading.text).is_some() => String::new(),
        _ => return heading.text.clone(),
    };
    let words = heading.text.split(' ').filter(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word != years && two_years(word).is_none()
    });
    words.collect::<Vec<_>>().join(" ")
}
