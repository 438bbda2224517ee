//! The rows of one table into values that could be readings.

mod alike;
mod calendar;
mod cells;
mod columns;
mod long;
mod names;
mod status;
mod wide;

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::DateTime;
use readings::{Commodity, Money, Notation, ProblemCode, ReadingKind};
use rust_decimal::Decimal;

use self::columns::{
    ToldApart, dated_once, doubtful_days, named_in_pairs, naming_column, told_apart,
    years_among_months,
};
use super::candidate::{Candidate, Evidence, Fate, Hold, SeriesIndex, Values, When};
use super::checks::{in_thousands, speaks_of_scale};
use super::context::Surroundings;
use super::date::DateText;
use super::find::Table;
use super::grid::Grid;
use super::heading::{Heading, HeadingPeriod};
use super::role::Role;
use super::text::fold;
use super::unit::FoundUnit;
use super::words::{self, Word};
use crate::workbook::{Cell, CellValue};

pub use self::columns::{naming_of, register_beside, value_columns};

/// Reads the rows of a table.
pub fn read(grid: &Grid<'_>, table: &Table, around: &Surroundings, notation: Notation) -> Values {
    let value_columns = value_columns(table);
    let (subs, several_in_block) = wide::sub_headings(table, &value_columns);
    let told_apart = told_apart(grid, table);
    let mut reader = Reader {
        grid,
        table,
        around,
        notation,
        values: Values::default(),
        index: SeriesIndex::default(),
        headings: HashMap::new(),
        units: HashMap::new(),
        block: Block::default(),
        filled: HashMap::new(),
        value_columns,
        subs,
        several_in_block,
        across: calendar::Across::of(table),
        rows_say_used: false,
        proven_row: None,
        doubtful_days: doubtful_days(table, notation),
        naming: naming_column(grid, table),
        site: naming_of(grid, table, Role::Site),
        meter: naming_of(grid, table, Role::Meter),
        telling: if let ToldApart::By(column) = told_apart { Some(column) } else { None },
        named_alone: told_apart == ToldApart::ByNames,
        register: register_beside(table),
        years_in: years_among_months(table),
        dated_once: dated_once(grid, table),
        named_in_pairs: named_in_pairs(grid, table),
        stood: HashMap::new(),
        alike: None,
        scale_note: None,
        says_of_itself: None,
        saying: Vec::new(),
    };
    reader.saying = reader.saying_columns();
    if table.wide {
        reader.proven_row = reader.row_of_differences();
    }
    reader.rows_say_used = reader.proven_row.is_some()
        || table.wide && table.rows.clone().any(|row| reader.row_says_used(row));
    for row in table.rows.clone() {
        let before = reader.values.candidates.len();
        reader.row(row);
        if reader.values.candidates.len() == before {
            continue;
        }
        if !reader.doubtful_days.is_empty() {
            reader.ask_which_day(row, before);
        }
        if let Some(hold) = reader.says_of_itself.clone() {
            reader.values.candidates[before..].iter_mut().for_each(|one| one.hold(&hold));
        }
    }
    if let Some(note) = &reader.scale_note {
        reader.values.hold_all(&in_thousands(note));
    }
    reader.values
}

/// What a title row inside a table says about the rows below it.
#[derive(Debug, Clone, Default)]
struct Block {
    site: Option<String>,
    commodity: Option<Commodity>,
    unit: Option<FoundUnit>,
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
    units: HashMap<String, FoundUnit>,
    block: Block,
    /// The last text of columns that name things once for several rows.
    filled: HashMap<u32, String>,
    value_columns: Vec<usize>,
    /// In a table with periods across: what each heading says besides its period.
    subs: Vec<Rc<str>>,
    /// Several columns of values stand under one period.
    several_in_block: bool,
    across: calendar::Across,
    /// In a table with periods across, a row says what was used: registers in other rows are no second reading.
    rows_say_used: bool,
    /// In a table with periods across, the row that is proven to be what was used by the registers in others.
    proven_row: Option<usize>,
    /// Columns of days written as text whose order is not proven.
    doubtful_days: Vec<usize>,
    /// The column that names meters although its heading is not known, where no other column does.
    naming: Option<u32>,
    /// The column that tells the registers or rates of a meter apart.
    telling: Option<u32>,
    /// Each row has a name and a time of its own: what other columns say tells nothing apart.
    named_alone: bool,
    /// Of several columns of sites the one that tells them apart.
    site: Option<u32>,
    /// The same of meters.
    meter: Option<u32>,
    /// The one column of registers beside what was used.
    register: Option<usize>,
    /// The column of months among which years stand in rows of their own.
    years_in: Option<u32>,
    /// Columns of dates that are written once for several rows.
    dated_once: Vec<u32>,
    /// Columns of names that are written once for two rows each.
    named_in_pairs: Vec<u32>,
    /// The last register of each meter, by the names of its row, with its day.
    stood: HashMap<String, (DateTime, Decimal)>,
    /// The row before, in a long table, for rows with the same names.
    alike: Option<alike::Alike<'g>>,
    /// A note below a row that says that the numbers are in thousands.
    scale_note: Option<String>,
    /// Why the values of the row, and of those with the same names below it, may not count.
    says_of_itself: Option<Hold>,
    /// The columns whose texts may say so.
    saying: Vec<(u32, Role)>,
}

impl Reader<'_, '_> {
    fn row(&mut self, row: usize) {
        let cells = self.grid.cells(row);
        if self.begins_year(row) {
            return;
        }
        if !self.any_value(row) {
            self.alike = None;
        } else if self.like_the_row_before(row) {
            return;
        }
        if self.repeats_header(row) {
            return;
        }
        let any_value = self.any_value(row);
        if !any_value {
            self.note_register(row);
            self.title(row, cells);
            return;
        }
        let label = self.row_label(row);
        if self.names_total(row, &label)
            || label.iter().any(|text| words::begins_part(&fold(text)))
            || self.says_total_among_numbers(row)
            || self.block.derived
            || self.block.other
        {
            return;
        }
        if self.table.wide {
            self.wide_row(row, &label);
        } else if !self.is_planned(row) && !self.is_charge(row) {
            self.says_of_itself = self.doubt_of(row);
            self.long_row(row);
        }
    }

    /// Whether the row is the sum of a year among rows of months that do not name theirs, as a pivot table groups them:
    /// the months below it are of that year.
    fn begins_year(&mut self, row: usize) -> bool {
        let Some(column) = self.years_in else { return false };
        let year = self.grid.cell(row, column).map(|cell| &cell.value);
        let Some(HeadingPeriod::Year(year)) = year.and_then(Heading::of_number) else {
            return false;
        };
        self.filled.clear();
        self.alike = None;
        self.block = Block { year: Some(year), ..self.block.clone() };
        true
    }

    /// Whether a name of the row is that of a sum. A code of a tariff such as `STD` is none where rows have their own
    /// names and times.
    fn names_total(&mut self, row: usize, label: &[String]) -> bool {
        if !label.iter().any(|text| self.is_total(text)) {
            return false;
        }
        let has = |roles: &[Role]| {
            self.table.columns.iter().any(|column| {
                roles.contains(&column.role) && self.grid.cell(row, column.index).is_some()
            })
        };
        let stands_alone = self.named_alone
            && has(&[Role::Site, Role::Meter, Role::Account, Role::Identifier])
            && has(&[Role::Date, Role::Month, Role::Start, Role::End]);
        !stands_alone || {
            let names = self.row_names(row);
            names.iter().any(|text| self.is_total(text))
        }
    }

    /// Whether a column of numbers left of the values, such as the numbers of the rows, holds a word for a sum here.
    fn says_total_among_numbers(&mut self, row: usize) -> bool {
        let Some(first) = self.value_columns.first().map(|at| self.table.columns[*at].index) else {
            return false;
        };
        let texts: Vec<String> = self
            .table
            .columns
            .iter()
            .filter(|column| column.index < first && column.profile.numbers > 0)
            .filter_map(|column| match &self.grid.cell(row, column.index)?.value {
                CellValue::Text(text) if text.len() < 60 => Some(text.to_string()),
                _ => None,
            })
            .collect();
        texts.iter().any(|text| self.is_total(text))
    }

    fn any_value(&self, row: usize) -> bool {
        self.value_columns.iter().any(|at| {
            self.grid
                .cell(row, self.table.columns[*at].index)
                .is_some_and(|cell| is_filled(&cell.value))
        })
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

    fn row_of_differences(&mut self) -> Option<usize> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for row in self.table.rows.clone().take(60) {
            let said = self.heading(&self.row_label(row).join(" "));
            if said.words.has(Word::Previous) {
                before.push(row);
            } else if said.words.has(Word::Current) {
                after.push(row);
            }
        }
        let (&[before], &[after]) = (before.as_slice(), after.as_slice()) else { return None };
        super::find::row_of_differences(
            self.grid,
            &self.table.columns,
            (before, after),
            self.table.rows.clone(),
        )
    }

    fn row_says_used(&mut self, row: usize) -> bool {
        let label = self.row_label(row).join(" ");
        if label.is_empty() {
            return false;
        }
        let said = self.heading(&label);
        said.words.has(Word::Quantity) && !said.words.any(&[Word::Cost, Word::Price]) && !said.money
    }

    /// Holds the values of a row whose day can be read in two ways, and shows both.
    fn ask_which_day(&mut self, row: usize, first: usize) {
        let doubt = self.doubtful_days.iter().map(|at| &self.table.columns[*at]).find(|column| {
            self.grid.cell(row, column.index).is_some_and(|cell| match &cell.value {
                CellValue::Text(text) => {
                    let two =
                        |day: DateText| matches!(day, DateText::Either(one, two) if one != two);
                    two(super::date::read(text))
                        || super::date::read_range(text)
                            .is_some_and(|(start, end)| two(start) || two(end))
                }
                _ => false,
            })
        });
        let Some((day_first, month_first)) = doubt.and_then(|column| column.profile.two_days)
        else {
            return;
        };
        let hold = Hold::new(
            ProblemCode::AmbiguousDate,
            format!(
                "Does the day or the month come first: is the first such date of this column {} or {}?",
                day_first.strftime("%-d %B %Y"),
                month_first.strftime("%-d %B %Y")
            ),
        );
        self.values.candidates[first..].iter_mut().for_each(|candidate| candidate.hold(&hold));
    }

    /// Whether a name is that of a row that sums others: it begins with, or is nothing but, a word for a sum or a mean.
    fn is_total(&mut self, text: &str) -> bool {
        const SUMS: [Word; 2] = [Word::Total, Word::Average];
        // Dates and numbers stand in most rows, and are the dearest texts to look up.
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let said = self.heading(text);
        said.words.any(&SUMS)
            && said.unknown.is_empty()
            && (!said.supplies
                || fold(text)
                    .split(' ')
                    .next()
                    .is_some_and(|first| words::meaning(first).words.any(&SUMS)))
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
        if speaks_of_scale(&heading) {
            self.scale_note = self.scale_note.take().or_else(|| Some(heading.text.clone()));
        }
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
            unit: heading.unit.clone().filter(|unit| !unit.ratio && unit.text.unit.is_some()),
            site: (place && heading.period.is_none()).then(|| heading.text.clone()),
            derived: self.block.derived || heading.words.any(&[Word::Forecast, Word::Derived]),
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

    fn push(
        &mut self,
        cell: &Cell,
        series: usize,
        when: When,
        number: Decimal,
        factor: Decimal,
        side: &Side,
    ) {
        let number = number.checked_mul(factor).unwrap_or(number);
        self.values.candidates.push(Candidate {
            at: cell.at,
            series,
            when,
            period: None,
            number,
            cost: side.cost,
            kind: side.kind,
            stated: side.evidence.kept(),
            fraction_cell: matches!(cell.value, CellValue::Number(_) | CellValue::Text(_))
                && !number.fract().is_zero(),
            fate: Fate::Reading,
        });
    }
}

/// What a row says about a value besides its number.
struct Side {
    cost: Option<Money>,
    evidence: Evidence,
    kind: ReadingKind,
}

fn is_filled(value: &CellValue) -> bool {
    match value {
        CellValue::Text(text) => text.chars().any(|c| !super::text::is_space(c)),
        CellValue::Boolean(_) => false,
        _ => true,
    }
}
