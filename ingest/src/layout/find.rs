//! Where the tables of a sheet are: header rows, columns, the rows below.

mod across;
mod beside;
mod days;
mod details;
mod from_to;
mod header;
mod intervals;
mod marked;
mod named;
mod parted;
mod proven;
mod registers;
mod siblings;
mod total;
mod total_unit;

use std::ops::Range;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};

use self::parted::Part;
use super::columns::ColumnProfiles;
use super::grid::{Grid, text_of};
use super::heading::{Heading, HeadingPeriod};
use super::profile::Profile;
use super::role::{Role, role};
use super::text::is_space;
use super::words::Word;
use crate::workbook::CellValue;

pub use marked::{headers_at, marked};
pub use proven::row_of_differences;

/// Rows above a header that are looked at for its titles.
const TITLE_ROWS: usize = 30;
/// Rows of one header.
const HEADER_ROWS: usize = 3;
/// Columns of one table that are looked at.
const MOST_COLUMNS: usize = 2_000;
/// Texts that are remembered with their meaning.
const MOST_REMEMBERED: usize = 20_000;

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its number, from 0.
    pub index: u32,
    /// What its header says.
    pub heading: Heading,
    /// What stands in it.
    pub profile: Profile,
    /// The part it plays.
    pub role: Role,
    /// The period of the whole column, in a wide table.
    pub period: Option<HeadingPeriod>,
    /// Its heading stands with others below one that spans them, and does not say whether its numbers are of a part of
    /// that or of something else.
    pub is_doubtful_part: bool,
}

/// A table: a header and the rows below it.
#[derive(Debug, Clone)]
pub struct Table {
    /// The rows of the header, as numbers of the sheet.
    pub header_rows: Vec<u32>,
    /// The rows below it, as indices of the grid.
    pub rows: Range<usize>,
    /// Its columns, from left to right.
    pub columns: Vec<Column>,
    /// Whether periods stand across.
    pub wide: bool,
    /// The year that stands in the header itself, left of the periods.
    pub year: Option<i16>,
    /// What stands above it, nearest first.
    pub titles: Vec<Rc<Heading>>,
    /// What stands at the top of the sheet, above an earlier table.
    pub outer: Vec<Rc<Heading>>,
    /// Pairs of label and value above it.
    pub pairs: Pairs,
    /// Which one it is of several side by side, from 1.
    pub part: Option<usize>,
    /// What stands over it and tells it from the other tables of the sheet.
    pub name: Option<Rc<Heading>>,
}

/// Labels with the value that stands beside each.
pub type Pairs = Vec<(Rc<Heading>, String)>;

/// What stands above a header.
struct Above {
    titles: Vec<Rc<Heading>>,
    outer: Vec<Rc<Heading>>,
    pairs: Pairs,
}

struct Header {
    /// Indices of the grid.
    rows: Range<usize>,
    columns: Vec<(u32, Heading)>,
    periods: Vec<u32>,
    /// The columns whose headings are parts of one above them.
    parts: Vec<Part>,
}

/// Finds the tables of a sheet.
pub fn tables(grid: &Grid<'_>) -> Vec<Table> {
    let mut finder = Finder { grid, remembered: HashMap::new() };
    let mut headers: Vec<Header> = Vec::new();
    let mut index = 0;
    while index < grid.len() {
        match finder.header_at(index, headers.last().map_or(0, |last| last.rows.end)) {
            Some(header) => {
                index = header.rows.end;
                headers.push(header);
            }
            None => index += 1,
        }
    }
    finder.tables_below(headers)
}

impl Finder<'_, '_> {
    /// The tables below these headers, each down to the next one.
    fn tables_below(&mut self, headers: Vec<Header>) -> Vec<Table> {
        let finder = self;
        let mut tables = Vec::new();
        let starts: Vec<usize> = headers.iter().map(|header| header.rows.start).collect();
        for (at, header) in headers.into_iter().enumerate() {
            let end = starts.get(at + 1).copied().unwrap_or(finder.grid.len());
            let above = if at == 0 { 0 } else { starts[at - 1] + 1 };
            let (titles, pairs) = finder.titles(header.rows.start, above, at > 0);
            let mut outer = Vec::new();
            if at > 0 {
                outer = finder.titles(starts[0], 0, false).0;
            }
            let above = Above { titles, outer, pairs };
            finder.build(header, end, &above, &mut tables);
        }
        finder.name_tables(&mut tables);
        tables
    }
}

struct Finder<'g, 'a> {
    grid: &'g Grid<'a>,
    remembered: HashMap<String, Rc<Heading>>,
}

/// What kind of thing a cell looks like at a glance.
#[derive(PartialEq, Eq)]
enum Look {
    Words,
    Number,
    Date,
    Other,
}

fn look(value: &CellValue) -> Look {
    match value {
        CellValue::Number(_) | CellValue::Duration(_) => Look::Number,
        CellValue::DateTime(_) => Look::Date,
        CellValue::Text(text) => {
            let mut characters =
                text.chars().filter(|c| !is_space(*c) && !super::text::is_invisible(*c));
            match characters.next() {
                None => Look::Other,
                Some(first)
                    if super::text::digit_value(first).is_some()
                        || matches!(first, '-' | '+' | '(' | '.' | ',') =>
                {
                    let number = super::number::read(text);
                    if number == super::number::NumberText::NoValue {
                        return Look::Other;
                    }
                    if number == super::number::NumberText::Not
                        && super::number::with_unit(text).is_none()
                        && super::number::without_currency(text).is_none()
                    {
                        if matches!(super::date::read(text), super::date::DateText::Not) {
                            Look::Words
                        } else {
                            Look::Date
                        }
                    } else {
                        Look::Number
                    }
                }
                Some(_) => Look::Words,
            }
        }
        _ => Look::Other,
    }
}

impl Finder<'_, '_> {
    fn heading(&mut self, value: &CellValue) -> Rc<Heading> {
        let CellValue::Text(text) = value else { return Rc::new(Heading::of_cell(value)) };
        if let Some(known) = self.remembered.get(&**text) {
            return Rc::clone(known);
        }
        let heading = Rc::new(Heading::of(text));
        if self.remembered.len() < MOST_REMEMBERED && text.len() < 300 {
            self.remembered.insert(text.to_string(), Rc::clone(&heading));
        }
        heading
    }

    fn adjacent(&self, index: usize) -> bool {
        self.grid.row_number(index) + 1 == self.grid.row_number(index + 1)
    }

    /// What stands above a header, nearest first.
    fn titles(&mut self, start: usize, floor: usize, only_near: bool) -> (Vec<Rc<Heading>>, Pairs) {
        let (mut titles, mut pairs) = (Vec::new(), Vec::new());
        for index in (floor..start).rev().take(if only_near { 6 } else { TITLE_ROWS }) {
            let cells = self.grid.cells(index);
            let numbers = cells.iter().filter(|cell| look(&cell.value) == Look::Number).count();
            if only_near && numbers >= 2 {
                break;
            }
            for (at, cell) in cells.iter().enumerate() {
                let heading = self.heading(&cell.value);
                let lone_year =
                    cells.len() == 1 && matches!(heading.period, Some(HeadingPeriod::Year(_)));
                if look(&cell.value) != Look::Words && !lone_year {
                    continue;
                }
                if let Some((label, value)) = heading
                    .text
                    .split_once(':')
                    .filter(|(label, value)| label.len() < 60 && !value.trim().is_empty())
                {
                    pairs.push((Rc::new(Heading::of(label)), value.trim().to_owned()));
                } else if let Some(next) = cells.get(at + 1) {
                    pairs.push((Rc::clone(&heading), text_of(&next.value).into_owned()));
                }
                titles.push(heading);
            }
        }
        pairs.extend(self.pairs_downwards(start));
        (titles, pairs)
    }

    /// Labels in the last row but one above a header, with the values below them: what an export says about itself.
    fn pairs_downwards(&mut self, start: usize) -> Pairs {
        let Some(labels) = start.checked_sub(2) else { return Vec::new() };
        if !self.adjacent(labels) || !self.adjacent(labels + 1) {
            return Vec::new();
        }
        let cells = self.grid.cells(labels);
        if cells.len() < 3 || cells.iter().any(|cell| look(&cell.value) != Look::Words) {
            return Vec::new();
        }
        cells
            .iter()
            .filter_map(|cell| {
                let below = self.grid.cell(labels + 1, cell.at.column)?;
                Some((self.heading(&cell.value), text_of(&below.value).into_owned()))
            })
            .collect()
    }

    fn build(&mut self, header: Header, end: usize, above: &Above, tables: &mut Vec<Table>) {
        let rows = header.rows.end..end;
        let mut profiles = ColumnProfiles::default();
        for index in rows.clone() {
            profiles.see(self.grid.cells(index));
        }
        let mut profiles = profiles.into_profiles();
        let wide = !header.periods.is_empty();
        let mut columns: Vec<Column> = header
            .columns
            .into_iter()
            .map(|(index, heading)| {
                let mut profile = profiles.remove(&index).unwrap_or_default();
                profile.epoch = self.grid.sheet.epoch;
                let period = if header.periods.contains(&index) { heading.period } else { None };
                Column {
                    index,
                    role: Role::Ignored,
                    heading,
                    profile,
                    period,
                    is_doubtful_part: false,
                }
            })
            .collect();
        let bounds =
            (columns.first().map_or(0, |c| c.index), columns.last().map_or(0, |c| c.index));
        for (index, profile) in profiles {
            if index + 3 >= bounds.0 && index <= bounds.1 {
                columns.push(Column {
                    index,
                    role: Role::Ignored,
                    heading: Heading::default(),
                    profile,
                    period: None,
                    is_doubtful_part: false,
                });
            }
        }
        columns.sort_by_key(|column| column.index);
        for column in &mut columns {
            column.role = role(&column.heading, &column.profile);
        }
        years_in_corner(&mut columns);
        weeks_or_power(&mut columns);
        total::total_of_places(self.grid, rows.clone(), &mut columns);
        places_across(&mut columns);
        parted::are_no_names(&header.parts, &mut columns);
        siblings::rates_of_day(&mut columns);
        siblings::columns_of_another_year(&mut columns);
        siblings::amounts_of_units(&mut columns);
        siblings::entries_are_no_times(&mut columns);
        siblings::dates_outside_months(self.grid, rows.clone(), &mut columns);
        siblings::counts_are_no_places(self.grid, rows.clone(), &mut columns);
        registers::registers_of_use(self.grid, rows.clone(), &mut columns);
        registers::registers_alone(self.grid, rows.clone(), &mut columns);
        from_to::days_beside_registers(&mut columns);
        from_to::registers_of_months(&mut columns);
        from_to::from_reading_to_reading(self.grid, rows.clone(), &mut columns);
        proven::running_sum_is_none(self.grid, rows.clone(), &mut columns);
        proven::steps_are_used(self.grid, rows.clone(), &mut columns);
        proven::difference_is_used(self.grid, rows.clone(), &mut columns);
        proven::lone_difference_is_used(&mut columns);
        proven::priced_is_used(self.grid, rows.clone(), &mut columns);
        total_unit::sums_say_the_unit(self.grid, rows.clone(), &mut columns);
        parted::judge(&header.parts, &mut columns);
        parted::name_by_group(&header.parts, &mut columns);
        let year = corner_year(&columns);
        let header_rows: Vec<u32> = header.rows.map(|index| self.grid.row_number(index)).collect();
        let parts = beside::side_by_side(self.grid, &rows, columns);
        let several = parts.len() > 1;
        for (at, columns) in parts.into_iter().enumerate() {
            let mut titles = corner_titles(&columns);
            titles.extend(above.titles.iter().cloned());
            let year = if several && !wide { year_over(&columns) } else { year };
            tables.push(Table {
                header_rows: header_rows.clone(),
                rows: rows.clone(),
                columns,
                wide,
                year,
                titles,
                outer: above.outer.clone(),
                pairs: above.pairs.clone(),
                part: several.then_some(at + 1),
                name: None,
            });
        }
    }
}

/// Headings left of periods across that say what is counted (`Sum of Usage (kWh)` in the corner of a pivot): titles of
/// the table rather than names of their column.
fn corner_titles(columns: &[Column]) -> Vec<Rc<Heading>> {
    let first = columns.iter().position(|column| column.period.is_some()).unwrap_or(0);
    columns[..first]
        .iter()
        .filter(|column| column.profile.numbers == 0 || column.role == Role::Year)
        .map(|column| &column.heading)
        .filter(|heading| heading.words.has(Word::Quantity) || heading.unit.is_some())
        .map(|heading| Rc::new(heading.clone()))
        .collect()
}

/// Years left of months across, below a corner that says what is counted: `kWh` over 2022 and 2023.
fn years_in_corner(columns: &mut [Column]) {
    let Some(first) = columns.iter().position(|column| column.period.is_some()) else { return };
    let of_years = |column: &&mut Column| {
        let says_nothing = column.heading.text.is_empty()
            || column.heading.words.has(Word::Month) && column.heading.unknown.is_empty();
        (matches!(column.role, Role::Quantity | Role::Unclear)
            || column.role == Role::Ignored && says_nothing && column.profile.counts_on())
            && column.profile.numbers > 1
            && column.profile.whole_within(1990.0, 2099.0)
            && column.profile.high > column.profile.low
            // When something was built, or a number that is called so.
            && column.heading.unknown.is_empty()
            && !column.heading.words.any(&[Word::OtherDate, Word::Identifier, Word::Other])
    };
    let months = columns[first..]
        .iter()
        .any(|column| matches!(column.period, Some(HeadingPeriod::Month(None, _))));
    if months {
        columns[..first].iter_mut().filter(of_years).for_each(|column| column.role = Role::Year);
    }
}

/// Numbers under the names of places in a table with a row per month that names none itself: what each of them used,
/// though `Primary School` has a word by which sites are called.
fn places_across(columns: &mut [Column]) {
    let names_rows = |column: &Column| column.role.names_rows() && column.profile.texts > 0;
    let is_time = |column: &Column| matches!(column.role, Role::Month | Role::Date);
    let is_place = |column: &Column| {
        let numbers = column.profile.numbers > 0 && column.profile.texts == 0;
        let is_unknown = column.role == Role::Unclear && !column.heading.unknown.is_empty();
        numbers && (is_unknown || column.role == Role::Site)
    };
    let is_certain = |column: &Column| column.role.is_value() && column.role != Role::Unclear;
    let places = columns.iter().filter(|column| is_place(column)).count();
    let are_places = places >= 2
        && columns.iter().any(is_time)
        && !columns.iter().any(|column| names_rows(column) || is_certain(column));
    if !are_places {
        return;
    }
    for column in columns.iter_mut().filter(|column| is_place(column)) {
        column.role = Role::Unclear;
    }
}

/// The one year that stands over the columns of one of several tables side by side.
fn year_over(columns: &[Column]) -> Option<i16> {
    let mut years = columns.iter().filter_map(|column| match column.heading.period {
        Some(HeadingPeriod::Year(year)) => Some(year),
        _ => None,
    });
    let year = years.next()?;
    years.all(|other| other == year).then_some(year)
}

/// Numbers under `KW` are weeks where nothing else says when and they count on by one; elsewhere they are power.
fn weeks_or_power(columns: &mut [Column]) {
    const TIMES: [Role; 5] = [Role::Date, Role::Month, Role::Start, Role::End, Role::Time];
    if columns.iter().any(|column| column.period.is_some() || TIMES.contains(&column.role)) {
        return;
    }
    let counts_on = |profile: &Profile| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 53")]
        let weeks = (profile.high - profile.low) as usize + 1;
        profile.whole_within(1.0, 53.0) && weeks > 2 && profile.numbers.is_multiple_of(weeks)
    };
    columns
        .iter_mut()
        .filter(|column| column.role == Role::Power && column.heading.words.has(Word::Week))
        .filter(|column| counts_on(&column.profile))
        .for_each(|column| column.role = Role::Week);
}

/// The one year that stands in a heading left of months across: the title of a block of that year.
fn corner_year(columns: &[Column]) -> Option<i16> {
    let first = columns.iter().position(|column| column.period.is_some())?;
    let mut found = None;
    // A heading over numbers, or over dates, is of these.
    let is_of_table = |column: &&Column| {
        let of_its_own = column.profile.mostly(column.profile.numbers) && column.role != Role::Year;
        !of_its_own
            && !column.heading.words.any(&[Word::OtherDate, Word::Start, Word::End, Word::Total])
    };
    for column in columns[..first].iter().filter(is_of_table) {
        if super::context::is_fiscal(&column.heading.text) {
            return None;
        }
        match super::context::years(&column.heading.text).as_slice() {
            [] => {}
            [year] if found.is_none_or(|known| known == *year) => found = Some(*year),
            _ => return None,
        }
    }
    found
}
