//! A row below names of columns that parts them: `Electricity (kWh)` over `Budget | Actual`, whatever the words are.

use super::super::grid::text_of;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::unit;
use super::super::words::{self, Word};
use super::{Column, Finder, Look, look};
use crate::workbook::Cell;

/// Rows below in which numbers and names are looked for.
const ROWS_BELOW: usize = 4;
/// Letters of the longest text that names one part.
const LONGEST: usize = 40;
/// So many parts of one group are places, or what else has its own use: there are not as many words for other things.
const MANY: usize = 3;

/// A heading below one that it shares with others.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its column.
    column: u32,
    /// The column at which the heading begins that it is a part of.
    group: u32,
    /// What it says itself.
    own: Heading,
}

impl Finder<'_, '_> {
    /// The headings of a row below names of columns that says what the parts of some of them are: what heads the names of
    /// the rows stands in one of the two rows alone, and several short texts, with numbers below them, share a name that
    /// spans their columns or has nothing beside it up to the next.
    pub(super) fn parts_of_columns(&self, index: usize) -> Option<Vec<Part>> {
        let above = index.checked_sub(1)?;
        let (names, row) = (self.grid.cells(above), self.grid.cells(index));
        let first = names.first()?.at.column;
        // What stands left of all groups names the rows in its own row: `Month | Actual | Budget` below two groups.
        let (beside, parts) = row.split_at(row.partition_point(|cell| cell.at.column < first));
        let naming = beside.first().map_or(first, |cell| cell.at.column);
        let is_headed =
            if beside.is_empty() { parts.first()?.at.column > first } else { names.len() > 1 };
        let short = |cell: &Cell| {
            let text = text_of(&cell.value);
            look(&cell.value) == Look::Words
                && text.chars().count() <= LONGEST
                && !text.ends_with([':', '.'])
        };
        if !is_headed || !row.iter().all(short) {
            return None;
        }
        let groups: Vec<u32> =
            parts.iter().map(|part| self.group_over(above, part)).collect::<Option<_>>()?;
        let below = index + 1..self.grid.len().min(index + 1 + ROWS_BELOW);
        let names_rows = below.clone().any(|row| self.grid.cell(row, naming).is_some());
        let holds_numbers = |part: &&Cell| {
            let cells = below.clone().filter_map(|row| self.grid.cell(row, part.at.column));
            cells.into_iter().any(|cell| look(&cell.value) == Look::Number)
        };
        let shared = groups.windows(2).any(|pair| pair[0] == pair[1]);
        let full = parts.iter().filter(holds_numbers).count();
        (names_rows && shared && full * 2 > parts.len()).then(|| {
            let parts = parts.iter().zip(groups);
            let part = |(cell, group): (&Cell, u32)| Part {
                column: cell.at.column,
                group,
                own: Heading::of_cell(&cell.value),
            };
            parts.map(part).collect()
        })
    }

    /// The column at which the name begins that a part belongs to: the one whose merged range spans it, or the nearest one
    /// to the left that is not merged and has a part of its own below it.
    fn group_over(&self, above: usize, part: &Cell) -> Option<u32> {
        let column = part.at.column;
        if let Some(home) = self.grid.covering(above, column) {
            let is_above = home.at.row <= self.grid.row_number(above);
            return is_above.then_some(home.at.column);
        }
        let left = self.grid.cells(above).iter().rev().find(|cell| cell.at.column < column)?;
        let is_open = self.grid.merge(left.at.row, left.at.column).is_none();
        let is_parted = self.grid.cell(above + 1, left.at.column).is_some();
        let is_unit = unit::whole(&text_of(&left.value)).is_some();
        (is_open && is_parted && !is_unit).then_some(left.at.column)
    }
}

/// What the own words of a part say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// What is counted, and how: used, planned, paid.
    Measure,
    /// A sum.
    Total,
    /// A place, a meter, a rate of a tariff, or anything by its number.
    Name,
    /// Nothing that is known.
    Nothing,
}

impl Part {
    fn says(&self) -> Says {
        const NAMES: [Word; 5] = [Word::Site, Word::Meter, Word::Identifier, Word::Day, Word::Time];
        let (own, folded) = (&self.own, fold(&self.own.text));
        if own.words.has(Word::Total) && own.unknown.is_empty() {
            return Says::Total;
        }
        let is_measure = own.unit.is_some()
            || own.money
            || own.percent
            || own.period.is_some()
            || words::says_measured(&folded)
            || words::is_plain_value(&folded)
            || words::begins_part(&folded);
        if is_measure {
            return Says::Measure;
        }
        let is_numbered = folded.bytes().any(|byte| byte.is_ascii_digit());
        let is_name = own.words.any(&NAMES)
            || own.supplies
            || is_numbered && own.words.is_empty()
            || words::is_rate_name(&folded)
            || words::names_part_of_place(&folded);
        match (is_name, own.words.is_empty()) {
            (true, _) => Says::Name,
            (false, false) => Says::Measure,
            (false, true) => Says::Nothing,
        }
    }
}

/// Numbers in columns of parts are no numbers of places or meters, though the name that they share says that it is one:
/// `Building 1` over `Usage | Pieces`.
pub(super) fn are_no_names(parts: &[Part], columns: &mut [Column]) {
    for part in parts {
        let column = columns.iter_mut().find(|column| column.index == part.column);
        let Some(column) = column.filter(|column| column.role.names_rows()) else { continue };
        if column.profile.mostly(column.profile.numbers) {
            column.role = Role::Unclear;
        }
    }
}

/// Says of the parts of columns which of them count: a sum only where none of its parts does, a part of what stands
/// beside it never; and of those whose words say nothing, whether they are places or meters, or leave it open.
pub(super) fn judge(parts: &[Part], columns: &mut [Column]) {
    let role_of = |columns: &[Column], part: &Part| {
        columns.iter().find(|column| column.index == part.column).map(|column| column.role)
    };
    let set = |columns: &mut [Column], part: &Part, change: &dyn Fn(&mut Column)| {
        columns.iter_mut().filter(|column| column.index == part.column).for_each(change);
    };
    for part in parts.iter().filter(|part| words::begins_part(&fold(&part.own.text))) {
        set(columns, part, &|column| column.role = Role::Forecast);
    }
    for part in parts.iter().filter(|part| part.says() == Says::Total) {
        let beside = parts
            .iter()
            .filter(|other| other.group == part.group && other.column != part.column)
            .filter(|other| role_of(columns, other).is_some_and(Role::is_value));
        if beside.count() == 0 && role_of(columns, part) == Some(Role::Ignored) {
            set(columns, part, &|column| column.role = Role::Unclear);
        }
    }
    let says: Vec<Says> = parts.iter().map(Part::says).collect();
    let open = says.iter().filter(|says| **says == Says::Nothing).count();
    if open == 0 || !says.contains(&Says::Measure) && are_names(parts, &says) {
        return;
    }
    let counts = |part: &Part| role_of(columns, part).is_some_and(Role::is_value);
    let doubtful: Vec<u32> = parts
        .iter()
        .zip(says)
        .filter(|(part, says)| *says == Says::Nothing && counts(part))
        .filter(|(part, _)| !is_all_that_is_left(part, parts, &counts))
        .map(|(part, _)| part.column)
        .collect();
    for column in columns.iter_mut().filter(|column| doubtful.contains(&column.index)) {
        column.is_doubtful_part = true;
    }
}

/// Where one part of a group is what was used, and says no more than that, the name of the group is its name:
/// `Building 1`, not `Building 1 / Usage`.
pub(super) fn name_by_group(parts: &[Part], columns: &mut [Column]) {
    let role = |columns: &[Column], part: &Part| {
        columns.iter().find(|column| column.index == part.column).map(|column| column.role)
    };
    for part in parts.iter().filter(|part| part.says() != Says::Name) {
        let own = role(columns, part);
        // Beside what is said to be used neither registers nor what is left open is read.
        let is_read = |other: Option<Role>| match own {
            Some(Role::Quantity) => other == own,
            _ => matches!(other, Some(Role::Quantity | Role::Unclear | Role::Power)),
        };
        let is_alone = is_read(own)
            && !parts.iter().any(|other| {
                other.group == part.group
                    && other.column != part.column
                    && is_read(role(columns, other))
            });
        let Some(column) = columns.iter_mut().find(|column| column.index == part.column) else {
            continue;
        };
        let behind = format!(" / {}", part.own.text);
        if is_alone && let Some(group) = column.heading.text.strip_suffix(&behind) {
            column.heading.text = group.to_owned();
        }
    }
}

/// Whether the others of its group say that they are none of what was used: `Grid` beside `Solar`, `Cons` beside `Cost`.
fn is_all_that_is_left(part: &Part, parts: &[Part], counts: &dyn Fn(&Part) -> bool) -> bool {
    let mut beside = parts
        .iter()
        .filter(|other| other.group == part.group && other.column != part.column)
        .peekable();
    beside.peek().is_some() && beside.all(|other| other.says() == Says::Measure && !counts(other))
}

/// Whether parts whose words say nothing are names: where some of them are for certain, where each group has its own,
/// where a sum stands beside them, or where there are many.
fn are_names(parts: &[Part], says: &[Says]) -> bool {
    if says.iter().any(|says| matches!(says, Says::Name | Says::Total)) {
        return true;
    }
    let mut groups: Vec<(u32, Vec<&str>)> = Vec::new();
    for part in parts {
        match groups.last_mut() {
            Some((group, texts)) if *group == part.group => texts.push(&part.own.text),
            _ => groups.push((part.group, vec![&part.own.text])),
        }
    }
    let own_each = groups.windows(2).any(|pair| pair[0].1 != pair[1].1);
    own_each || groups.iter().all(|(_, texts)| texts.len() >= MANY)
}
