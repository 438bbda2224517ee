//! The rows of one table into values that could be readings.

use std::collections::HashMap;
use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use readings::{CellAddress, Commodity, Dimension, Money, ProblemCode, ReadingKind, UnitText};
use rust_decimal::Decimal;

use super::candidate::{Candidate, Fate, Hold, Series, SeriesIndex, Values, When};
use super::context::{Surroundings, fits};
use super::date::{self, DateOrder, DateText};
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
        if is_total(&label) || self.block.derived {
            return;
        }
        if self.table.wide { self.wide_row(row, &label) } else { self.long_row(row, &label) }
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

    /// A row without values: a title of the rows below, or a note.
    fn title(&mut self, row: usize, cells: &[Cell]) {
        let inside: Vec<&Cell> =
            cells.iter().filter(|cell| self.columns_span().contains(&cell.at.column)).collect();
        let [only] = inside.as_slice() else { return };
        if matches!(only.value, CellValue::Number(_)) {
            if let Some(HeadingPeriod::Year(year)) = Heading::of_cell(&only.value).period {
                self.block =
                    Block { year: Some(year), derived: self.block.derived, ..Block::default() };
            }
            return;
        }
        let CellValue::Text(text) = &only.value else { return };
        let heading = self.heading(text);
        if heading.text.len() > 100 || heading.text.starts_with('*') {
            return;
        }
        let derived = self.block.derived || heading.words.has(Word::Forecast);
        let named = super::context::years(&heading.text);
        let bare_year = matches!(heading.period, Some(HeadingPeriod::Year(_)));
        // In a table with a row per reading only the place below a title is plain: years and sites.
        let _ = row;
        self.filled.clear();
        self.block = Block {
            year: match named.as_slice() {
                [year] => Some(*year),
                _ => None,
            },
            commodity: heading.commodity,
            site: (!bare_year && heading.commodity.is_none() && heading.words.is_empty()
                || heading.words.has(Word::Site))
            .then(|| heading.text.clone()),
            derived,
        };
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
            CellValue::Text(text) => match number::read(text) {
                NumberText::NoValue => Err(Hold::new(
                    ProblemCode::NoValue,
                    "The file says that there is no value here.",
                )),
                NumberText::Not => {
                    Err(Hold::new(ProblemCode::NotANumber, "A number was expected here."))
                }
                found => {
                    let marks = column.profile.marks;
                    let mark = marks.mark().or(if marks.contradicts() {
                        None
                    } else {
                        self.notation.mark
                    });
                    match (found, number::read_with(text, mark)) {
                        (_, Some(number)) if !marks.contradicts() => Ok(Some(number)),
                        (NumberText::Plain(number), _) => Ok(Some(number)),
                        _ => Err(Hold::new(
                            ProblemCode::AmbiguousNumber,
                            "Two numbers are possible, depending on which mark is the decimal mark.",
                        )),
                    }
                }
            },
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

    fn unit_cell(&mut self, row: usize) -> Option<FoundUnit> {
        let text = self.name(row, Role::Unit)?;
        unit::whole(&text)
            .or_else(|| unit::inside(&text).filter(|found| found.ratio))
            .or_else(|| Some(unit::not_understood(&text)))
    }

    // One row per reading.

    fn long_row(&mut self, row: usize, label: &[String]) {
        let when = self.when(row);
        let site = self.name(row, Role::Site);
        let identifier = self.name(row, Role::Identifier);
        let meter = self.name(row, Role::Meter);
        let account = self.name(row, Role::Account);
        let commodity_text = self.name(row, Role::Commodity);
        let unit_cell = self.unit_cell(row);
        let labels = self.labels(row);
        let estimated = self.estimated(row);
        let registers =
            self.side_number(row, Role::Previous).zip(self.side_number(row, Role::Current));
        let days = self.side_number(row, Role::Days);
        let row_commodity = commodity_text.as_deref().and_then(|text| self.heading(text).commodity);
        let several = self.value_columns.len() > 1;
        for at in self.value_columns.clone() {
            let column = &self.table.columns[at];
            let Some(cell) = self.grid.cell(row, column.index) else { continue };
            if !is_filled(&cell.value) {
                continue;
            }
            let Some(number) = self.number(cell, column) else { continue };
            let found = column
                .heading
                .unit
                .clone()
                .filter(|unit| !unit.ratio)
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
            let identity = format!(
                "{}|{}|{}|{}|{}|{}|{}|{}",
                site.as_deref().unwrap_or(""),
                identifier.as_deref().unwrap_or(""),
                meter.as_deref().unwrap_or(""),
                account.as_deref().unwrap_or(""),
                commodity_text.as_deref().unwrap_or(""),
                self.block.site.as_deref().unwrap_or(""),
                column.index,
                if unit_cell.is_some() {
                    found.as_ref().map_or("", |unit| unit.text.text.as_str())
                } else {
                    ""
                },
            );
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
                    self.heading_when(period, when, None)
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
        let _ = label;
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

    /// When the row was, as its columns say it.
    fn when(&mut self, row: usize) -> When {
        let start = self.instant(row, Role::Start);
        let end = self.instant(row, Role::End);
        let clock = self.clock(row);
        match (start, end) {
            (Some(start), Some(end)) => return When::Span(start, end),
            (Some(at), None) | (None, Some(at)) => return When::Stamp(on_clock(at, clock)),
            (None, None) => {}
        }
        let year =
            self.calendar(row, Role::Year).filter(|year| date::is_year(*year)).or(self.block.year);
        let month = self.month(row);
        if let (Some(When::Month(stated, month)), Some(day)) =
            (month, self.calendar(row, Role::Day))
        {
            let day = stated
                .or(year)
                .and_then(|year| Date::new(year, month, i8::try_from(day).ok()?).ok());
            return day.map_or(When::Unsaid, |day| {
                When::Stamp(on_clock(day.to_datetime(Time::midnight()), clock))
            });
        }
        if let Some(at) = self.instant(row, Role::Date) {
            return When::Stamp(on_clock(at, clock));
        }
        match month {
            Some(When::Month(None, month)) => When::Month(year.or(self.around.year), month),
            Some(When::Quarter(None, quarter)) => When::Quarter(year.or(self.around.year), quarter),
            Some(said) => said,
            None => match (year, self.around.month) {
                (Some(year), None) => When::Year(year),
                _ => When::Unsaid,
            },
        }
    }

    fn instant(&self, row: usize, role: Role) -> Option<DateTime> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == role && column.period.is_none())?;
        let cell = self.grid.covering(row, column.index)?;
        match &cell.value {
            CellValue::DateTime(at) => Some(to_second(*at)),
            CellValue::Text(text) => date::read_with(text, self.order(column)),
            CellValue::Number(number) => date::read_with(&number.to_string(), None),
            _ => None,
        }
    }

    fn order(&self, column: &Column) -> Option<DateOrder> {
        column.profile.orders.order().or(self.notation.order)
    }

    fn calendar(&self, row: usize, role: Role) -> Option<i16> {
        let column = self.table.columns.iter().find(|column| column.role == role)?;
        let text = self
            .text_at(row, column.index)
            .or_else(|| self.filled_from_above(row, column.index))?;
        text.parse::<i16>().ok().or_else(|| match date::read(&text) {
            DateText::Year(year) => Some(year),
            _ => None,
        })
    }

    fn month(&mut self, row: usize) -> Option<When> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == Role::Month && column.period.is_none())?;
        let order = self.order(column);
        let cell = self.grid.covering(row, column.index)?;
        match &cell.value {
            CellValue::DateTime(at) => Some(month_of(*at)),
            CellValue::Number(number) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the column holds months or year and month"
                )]
                let number = *number as i32;
                match number {
                    1..=12 => i8::try_from(number).ok().map(|month| When::Month(None, month)),
                    _ => text_when(&number.to_string(), order),
                }
            }
            CellValue::Text(text) => match text.trim().parse::<i8>() {
                Ok(month @ 1..=12) => Some(When::Month(None, month)),
                _ => range_when(text, order).or_else(|| text_when(text, order)),
            },
            _ => None,
        }
    }

    /// The time of day, in seconds; an hour from 1 to 24 ends then.
    fn clock(&self, row: usize) -> Option<i32> {
        let column = self
            .table
            .columns
            .iter()
            .find(|column| column.role == Role::Time && column.period.is_none())?;
        let cell = self.grid.cell(row, column.index)?;
        match &cell.value {
            CellValue::Duration(days) | CellValue::Number(days)
                if days.fract() != 0.0 || matches!(cell.value, CellValue::Duration(_)) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a time of day has 86 400 seconds"
                )]
                Some((days * 86_400.0).round() as i32)
            }
            CellValue::DateTime(at) => {
                let since = at.time().duration_since(Time::midnight());
                i32::try_from(since.as_secs()).ok()
            }
            value => {
                let text = text_of(value);
                if let DateText::Clock(seconds) = date::read(&text) {
                    return Some(seconds);
                }
                // Hours as numbers: 0 to 23 begin then, 1 to 24 end then.
                let hour: i32 = text.parse().ok()?;
                let ends = column.profile.low >= 1.0 && column.profile.high >= 24.0;
                (0..=24).contains(&hour).then_some((if ends { hour - 1 } else { hour }) * 3600)
            }
        }
    }

    // Periods across.

    fn wide_row(&mut self, row: usize, label: &[String]) {
        let joined = label.join(" ");
        let said = self.heading(&joined);
        let unit_cell = self.unit_cell(row);
        if let Some(unit) = &unit_cell
            && unit.ratio
        {
            return;
        }
        if is_other_row(&said) {
            return;
        }
        let year =
            self.calendar(row, Role::Year).filter(|year| date::is_year(*year)).or(self.block.year);
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
        let day = self.instant(row, Role::Date).or_else(|| self.instant(row, Role::Start));
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
            let found = unit_cell
                .clone()
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
            let identity = format!(
                "{row}|{}",
                if column.role == Role::Quantity { "" } else { column.role.code() }
            );
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
            let when = self.heading_when(period, year.map_or(When::Unsaid, When::Year), day);
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
            if !used && let Some(last) = self.values.candidates.last_mut() {
                last.hold(&Hold::new(
                    ProblemCode::KindUnclear,
                    "Nothing says whether these numbers are consumption, cost or something else.",
                ));
            }
        }
    }

    /// A heading's period with the year that the row or the surroundings state.
    fn heading_when(&self, period: HeadingPeriod, row: When, day: Option<DateTime>) -> When {
        let year = match row {
            When::Year(year) => Some(year),
            _ => self.around.year,
        };
        match period {
            HeadingPeriod::Month(stated, month) => When::Month(stated.or(year), month),
            HeadingPeriod::Quarter(stated, quarter) => When::Quarter(stated.or(year), quarter),
            HeadingPeriod::Year(year) => When::Year(year),
            HeadingPeriod::At(at) if self.months_across() => month_of(at),
            HeadingPeriod::At(at) => day_of(at),
            HeadingPeriod::Clock(seconds) => {
                day.map_or(When::Unsaid, |day| When::Stamp(on_clock(day, Some(seconds))))
            }
            HeadingPeriod::Number(number) => self.numbered_when(number, day),
        }
    }

    /// Whether the dates across are first (or last) days of months.
    fn months_across(&self) -> bool {
        let mut days = self.table.columns.iter().filter_map(|column| match column.period {
            Some(HeadingPeriod::At(at)) => Some(at.date()),
            _ => None,
        });
        let dates: Vec<Date> = days.by_ref().collect();
        let steps = dates
            .windows(2)
            .all(|pair| pair[0].first_of_month() != pair[1].first_of_month() || pair[0] == pair[1]);
        steps
            && (dates.iter().all(|date| date.day() == 1)
                || dates.iter().all(|date| *date == date.last_of_month()))
    }

    fn numbered_when(&self, number: i16, day: Option<DateTime>) -> When {
        let count = i64::try_from(
            self.table.columns.iter().filter(|column| column.period.is_some()).count(),
        )
        .unwrap_or(0);
        if let Some(day) = day
            && matches!(count, 24 | 48 | 96)
        {
            // Intervals of a day numbered from 1; numbers from 0 are not met.
            let step = SignedDuration::from_secs(86_400 / count);
            let first = self.table.columns.iter().find_map(|column| column.period);
            let zero = i16::from(first != Some(HeadingPeriod::Number(0)));
            let start = day.checked_add(step * i32::from(number - zero));
            return match start.and_then(|start| Ok((start, start.checked_add(step)?))) {
                Ok((start, end)) => When::Span(start, end),
                Err(_) => When::Unsaid,
            };
        }
        let month = match (day, self.around.month) {
            (None, Some((Some(year), month))) => Some((year, month)),
            (None, Some((None, month))) => self.around.year.map(|year| (year, month)),
            _ => None,
        };
        let date =
            month.and_then(|(year, month)| Date::new(year, month, i8::try_from(number).ok()?).ok());
        date.map_or(When::Unsaid, |date| day_of(date.to_datetime(Time::midnight())))
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

/// What a column of several is called, where its heading says more than what is counted.
fn column_name(heading: &Heading) -> Option<String> {
    (!heading.text.is_empty()).then(|| heading.text.clone())
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

/// Spreadsheets store instants as binary fractions of a day: a second is what they mean.
fn to_second(at: DateTime) -> DateTime {
    at.round(jiff::Unit::Second).unwrap_or(at)
}

fn on_clock(at: DateTime, clock: Option<i32>) -> DateTime {
    match clock {
        Some(seconds) if at.time() == Time::midnight() => {
            at.checked_add(i64::from(seconds).seconds()).unwrap_or(at)
        }
        _ => at,
    }
}

fn month_of(at: DateTime) -> When {
    When::Month(Some(at.year()), at.month())
}

fn day_of(at: DateTime) -> When {
    readings::Period::days_included(at.date(), at.date()).map_or(When::Unsaid, When::Certain)
}

fn text_when(text: &str, order: Option<DateOrder>) -> Option<When> {
    match date::read(text) {
        DateText::Month(year, month) => Some(When::Month(year, month)),
        DateText::Quarter(year, quarter) => Some(When::Quarter(year, quarter)),
        DateText::Year(year) => Some(When::Year(year)),
        found => date::resolve(found, order).map(month_of),
    }
}

fn range_when(text: &str, order: Option<DateOrder>) -> Option<When> {
    let (start, end) = date::read_range(text)?;
    Some(When::Span(date::resolve(start, order)?, date::resolve(end, order)?))
}

/// The unit of a series, for sentences.
pub fn unit_text(unit: Option<&UnitText>) -> &str {
    unit.map_or("", |unit| unit.text.as_str())
}
