//! Which columns of a table play which part for its rows, told from the table as a whole.

use foldhash::HashSet;
use readings::Notation;

use super::super::find::{Column, Table};
use super::super::grid::{Grid, text_of};
use super::super::heading::{Heading, HeadingPeriod};
use super::super::role::{Role, is_number_of};
use super::super::words::Word;

/// Rows of a table that are looked at for what tells them apart.
const MOST_ROWS: usize = 2_000;

/// In a table with a row per reading that says what was used: the one column of registers, where neither the one
/// before nor the one after has a column of its own.
pub fn register_beside(table: &Table) -> Option<usize> {
    let of_role = |role: Role| {
        table.columns.iter().enumerate().filter(move |(_, c)| c.role == role).map(|(at, _)| at)
    };
    let mut registers = of_role(Role::Register).chain(of_role(Role::Current));
    let (only, None) = (registers.next()?, registers.next()) else { return None };
    let is_alone = of_role(Role::Previous).next().is_none();
    let stated = table.columns.iter().any(|other| states_use_of(other, &table.columns[only]));
    (!table.wide && is_alone && stated).then_some(only)
}

/// In a table with a row per month: the one column of months, where years stand among them.
pub(super) fn years_among_months(table: &Table) -> Option<u32> {
    let mut months = table.columns.iter().filter(|column| column.role == Role::Month);
    let (column, None) = (months.next()?, months.next()) else { return None };
    let years = column.profile.numbers;
    (!table.wide && years > 0 && years * 2 <= column.profile.months).then_some(column.index)
}

/// The columns whose numbers could be readings.
pub fn value_columns(table: &Table) -> Vec<usize> {
    let columns = table.columns.iter().enumerate();
    if table.wide {
        // In a block of columns of one period the stated consumption counts; registers and power beside it do not.
        let used: HashSet<HeadingPeriod> = table
            .columns
            .iter()
            .filter(|column| column.role == Role::Quantity)
            .filter_map(|column| column.period)
            .collect();
        return columns
            .filter(|(_, column)| {
                column.period.is_some_and(|period| {
                    column.role == Role::Quantity
                        || column.role.is_value() && !used.contains(&period)
                        || column.profile.numbers == 0
                            && column.role == Role::Ignored
                            && column.profile.failures > 0
                })
            })
            .map(|(at, _)| at)
            .collect();
    }
    let certain = |column: &Column| {
        matches!(column.role, Role::Quantity | Role::Power | Role::Register | Role::Current)
    };
    let stated = |column: &Column| table.columns.iter().any(|other| states_use_of(other, column));
    let wanted = |column: &Column| match column.role {
        Role::Quantity => true,
        // Where the consumption is stated, registers and power beside it are no second reading.
        Role::Power | Role::Register | Role::Current => !stated(column),
        Role::Unclear => !table.columns.iter().any(certain),
        _ => false,
    };
    columns.filter(|(_, column)| wanted(column)).map(|(at, _)| at).collect()
}

/// Whether a column says what was used of that of which another holds registers or power.
fn states_use_of(column: &Column, other: &Column) -> bool {
    fn differ<T: PartialEq>(one: Option<T>, two: Option<T>) -> bool {
        one.zip(two).is_some_and(|(one, two)| one != two)
    }
    let dimensions = (column.heading.dimension(), other.heading.dimension());
    column.role == Role::Quantity
        && !differ(column.heading.commodity, other.heading.commodity)
        && (other.role == Role::Power || !differ(dimensions.0, dimensions.1))
}

/// Columns that say when a reading was, in days that can be read in two ways.
pub(super) fn doubtful_days(table: &Table, notation: Notation) -> Vec<usize> {
    if notation.date_order.is_some() {
        return Vec::new();
    }
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| {
            matches!(column.role, Role::Start | Role::End | Role::Date | Role::Month)
                && column.profile.two_days.is_some()
                && column.profile.orders.order().is_none()
        })
        .map(|(at, _)| at)
        .collect()
}

/// Of several columns of one role: the first, unless another has at least twice as many different names. Then the first
/// says something of all of them: the firm, the make of a meter, what it serves. One that is called a number comes before
/// one that is called by more than what it names: `Meter Scope | Meter Number`.
pub fn naming_of(grid: &Grid<'_>, table: &Table, role: Role) -> Option<u32> {
    let columns: Vec<&Column> = table.columns.iter().filter(|column| column.role == role).collect();
    if columns.len() < 2 {
        return None;
    }
    let names = columns.iter().map(|column| {
        let rows = table.rows.clone().take(MOST_ROWS);
        let cells = rows.filter_map(|row| grid.cell(row, column.index));
        let names: HashSet<_> = cells.map(|cell| text_of(&cell.value).into_owned()).collect();
        (column.index, names.len())
    });
    let counted: Vec<(u32, usize)> = names.collect();
    let most = counted.iter().map(|(_, count)| *count).max()?;
    let is_number =
        |column: &u32| columns.iter().any(|one| one.index == *column && is_number_of(&one.heading));
    let mut telling =
        counted.iter().filter(|(_, count)| count * 2 > most).map(|(column, _)| *column);
    let first = telling.clone().next();
    let says_more =
        columns.iter().any(|one| Some(one.index) == first && !one.heading.unknown.is_empty());
    telling.find(|column| says_more && is_number(column)).or(first)
}

/// By what the rows of a table with names and times are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToldApart {
    /// Each has a name and a time of its own.
    ByNames,
    /// Without this column of texts several values would be stated for one name and time, and with it each has its own:
    /// the registers of a meter, the rates of a tariff.
    By(u32),
    /// By nothing, or the table names none.
    ByNothing,
}

/// By what the rows of a long table are told apart.
pub(super) fn told_apart(grid: &Grid<'_>, table: &Table) -> ToldApart {
    const TIMES: [Role; 9] = [
        Role::Start,
        Role::End,
        Role::Date,
        Role::Month,
        Role::Year,
        Role::Week,
        Role::Day,
        Role::Time,
        Role::Unit,
    ];
    let named = table.columns.iter().any(|column| column.role.names_rows());
    let timed = table.columns.iter().any(|column| TIMES.contains(&column.role));
    let mut labels = table.columns.iter().filter(|column| column.role == Role::Label).peekable();
    if table.wide || labels.peek().is_none() || !named || !timed {
        return ToldApart::ByNothing;
    }
    let said: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| {
            column.role.names_rows()
                || TIMES.contains(&column.role)
                || column.role == Role::Commodity
        })
        .collect();
    let text = |row: usize, column: &Column| {
        grid.covering(row, column.index).map(|cell| text_of(&cell.value).into_owned())
    };
    let rows: Vec<(usize, Vec<Option<String>>)> = table
        .rows
        .clone()
        .take(MOST_ROWS)
        .map(|row| (row, said.iter().map(|column| text(row, column)).collect()))
        .collect();
    let alone = |more: Option<&Column>| {
        let mut seen = HashSet::default();
        rows.iter().all(|(row, names)| {
            let more = more.map(|column| text(*row, column).unwrap_or_default());
            seen.insert((names, more))
        })
    };
    if alone(None) {
        return ToldApart::ByNames;
    }
    let telling = labels.find(|column| {
        let texts: Vec<String> = rows.iter().filter_map(|(row, _)| text(*row, column)).collect();
        let distinct: HashSet<&String> = texts.iter().collect();
        texts.len() == rows.len()
            && distinct.len() > 1
            && distinct.len() * 2 <= texts.len()
            && alone(Some(column))
    });
    telling.map_or(ToldApart::ByNothing, |column| ToldApart::By(column.index))
}

/// Columns of days, months or years that are written once for several rows: those of the hours of a day, the days of a
/// month, the months of a year, or of meters of which each stands once below each date.
pub(super) fn dated_once(grid: &Grid<'_>, table: &Table) -> Vec<u32> {
    let rows = table.rows.len();
    let is_full = |column: &&Column| column.profile.told() * 10 >= rows * 9;
    let finer = |role: Role| -> &[Role] {
        match role {
            Role::Date => &[Role::Time],
            Role::Month => &[Role::Day, Role::Time],
            Role::Year => &[Role::Month],
            _ => &[],
        }
    };
    let dates = table.columns.iter().filter(|column| {
        matches!(column.role, Role::Date | Role::Month | Role::Year)
            && column.period.is_none()
            && column.profile.told() > 0
            && column.profile.told() * 2 <= rows
            && grid.cell(table.rows.start, column.index).is_some()
    });
    dates
        .filter(|date| {
            let has_finer = table
                .columns
                .iter()
                .filter(is_full)
                .any(|column| finer(date.role).contains(&column.role));
            let runs = date.role != Role::Year || months_run_below(grid, table, date);
            has_finer && runs || date.profile.told() > 1 && names_stand_once(grid, table, date)
        })
        .map(|date| date.index)
        .collect()
}

/// Columns of names that stand in every second row alone, beside the same two texts in each pair of rows: `Library |
/// Electricity` above `| Gas`.
pub(super) fn named_in_pairs(grid: &Grid<'_>, table: &Table) -> Vec<u32> {
    let rows: Vec<usize> = table.rows.clone().take(MOST_ROWS).collect();
    let pairs: Vec<&[usize]> = rows.chunks_exact(2).collect();
    let text = |row: usize, column: &Column| {
        grid.cell(row, column.index).map(|cell| text_of(&cell.value).into_owned())
    };
    let alternates = |column: &Column| {
        let of = |pair: &[usize]| (text(pair[0], column), text(pair[1], column));
        let first = of(pairs[0]);
        first.0.is_some()
            && first.1.is_some()
            && first.0 != first.1
            && pairs.iter().all(|pair| of(pair) == first)
    };
    let stands_once = |column: &Column| {
        pairs.iter().all(|pair| {
            grid.cell(pair[0], column.index).is_some() && grid.cell(pair[1], column.index).is_none()
        })
    };
    if pairs.len() < 2 || table.rows.len() > MOST_ROWS {
        return Vec::new();
    }
    let named = table.columns.iter().filter(|column| column.role.names_rows());
    let found: Vec<u32> = named.filter(|c| stands_once(c)).map(|column| column.index).collect();
    let is_said = table.columns.iter().any(|column| {
        matches!(column.role, Role::Commodity | Role::Label | Role::Unit) && alternates(column)
    });
    if is_said { found } else { Vec::new() }
}

/// Whether the months below each year run forward: where they begin anew, another year has begun.
fn months_run_below(grid: &Grid<'_>, table: &Table, year: &Column) -> bool {
    let months = table.columns.iter().find(|column| column.role == Role::Month);
    let Some(months) = months else { return false };
    let mut last = 0;
    table.rows.clone().all(|row| {
        if grid.cell(row, year.index).is_some() {
            last = 0;
        }
        let Some(cell) = grid.cell(row, months.index) else { return true };
        match Heading::of_cell(&cell.value).period {
            Some(HeadingPeriod::Month(_, month)) => std::mem::replace(&mut last, month) < month,
            _ => true,
        }
    })
}

/// Whether the rows below each date name the same meters, each of them once.
fn names_stand_once(grid: &Grid<'_>, table: &Table, date: &Column) -> bool {
    let naming: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| column.role.names_rows())
        .map(|column| column.index)
        .collect();
    let mut groups: Vec<Vec<Vec<String>>> = Vec::new();
    for row in table.rows.clone().take(MOST_ROWS) {
        if grid.cell(row, date.index).is_some() {
            groups.push(Vec::new());
        }
        let names = naming.iter().filter_map(|column| grid.cell(row, *column));
        let names: Vec<String> = names.map(|cell| text_of(&cell.value).into_owned()).collect();
        match groups.last_mut() {
            Some(group) if names.len() == naming.len() => group.push(names),
            _ => return false,
        }
    }
    let Some(first) = groups.first().filter(|first| !naming.is_empty() && first.len() > 1) else {
        return false;
    };
    let distinct: HashSet<&Vec<String>> = first.iter().collect();
    distinct.len() == first.len() && groups.iter().all(|group| group == first)
}

/// In a table without a column for sites or meters: the first column of texts that repeat from row to row, or, where
/// rows of one time each have a name without a number, of these names.
pub(super) fn naming_column(grid: &Grid<'_>, table: &Table) -> Option<u32> {
    let named = |column: &Column| column.role.names_rows();
    if table.wide || table.columns.iter().any(named) {
        return None;
    }
    let once = times_stand_once(grid, table);
    let labels: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| column.role == Role::Label)
        .map(|column| column.index)
        .collect();
    let rows = table.rows.clone().take(MOST_ROWS);
    let texts_in = |column: u32| -> Vec<String> {
        let cells = rows.clone().filter_map(|row| grid.cell(row, column));
        cells.map(|cell| text_of(&cell.value).into_owned()).collect()
    };
    let repeats = labels.iter().copied().find(|column| {
        let texts = texts_in(*column);
        let distinct: HashSet<&String> = texts.iter().collect();
        distinct.len() > 1
            && distinct.len() * 2 <= texts.len()
            && !(once && distinct.iter().any(|text| says_planned(&Heading::of(text))))
    });
    let first = table.columns.iter().find(|column| column.role.is_value())?.index;
    let names_each = || {
        labels.iter().copied().filter(|column| *column < first).find(|column| {
            let texts = texts_in(*column);
            let distinct: HashSet<&String> = texts.iter().collect();
            texts.len() == rows.len()
                && distinct.len() == texts.len()
                && !texts.iter().any(|text| text.bytes().any(|byte| byte.is_ascii_digit()))
        })
    };
    repeats.or_else(|| names_each().filter(|_| !once))
}

/// Whether each time stands in one row, so that no names are needed to tell rows apart.
fn times_stand_once(grid: &Grid<'_>, table: &Table) -> bool {
    let times: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| matches!(column.role, Role::Date | Role::Month | Role::Start | Role::Year))
        .map(|column| column.index)
        .collect();
    let mut seen = HashSet::default();
    table.rows.clone().take(MOST_ROWS).all(|row| {
        let time: Vec<String> = times
            .iter()
            .filter_map(|column| grid.cell(row, *column))
            .map(|cell| text_of(&cell.value).into_owned())
            .collect();
        time.is_empty() || seen.insert(time)
    })
}

/// Whether a text says of its row that its value is not measured.
pub(super) fn says_planned(said: &Heading) -> bool {
    said.words.has(Word::Planned) && said.unknown.is_empty()
}
