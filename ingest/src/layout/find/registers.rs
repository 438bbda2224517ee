//! Columns that are registers by their numbers and their neighbours, whatever they are called: `Old | New | Used`,
//! `EB Opening | EB Closing | EB Units | DG Opening | DG Closing | DG Units`.

use std::ops::Range;

use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::context;
use super::super::grid::Grid;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::text::fold;
use super::super::words::{self, Word};
use super::Column;
use super::proven::{LEAST, MOST_ROWS, plain};

/// Columns of numbers beside what was used, on one side of it, among which its registers are looked for.
const NEAR: usize = 3;
/// More columns of numbers are those of another kind of table.
const MOST_COLUMNS: usize = 40;
/// Words of what was read at a meter.
const READ: [Word; 5] = [Word::Register, Word::Previous, Word::Current, Word::Start, Word::End];

/// Three columns of which one is the difference of the two others, perhaps times a ratio in a fourth: it is what was used
/// and they are the registers before and after, where the heading of the first says so of it, and theirs of them, or their
/// numbers are far above what was used, or follow from row to row.
///
/// So no total less one of its parts is taken for it.
pub(super) fn registers_of_use(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_numbers: Vec<usize> = (0..columns.len())
        .filter(|at| columns[*at].period.is_none())
        .filter(|at| columns[*at].profile.mostly(columns[*at].profile.numbers))
        .filter(|at| columns[*at].profile.numbers >= LEAST)
        .collect();
    if of_numbers.len() > MOST_COLUMNS {
        return;
    }
    let mut proven: Vec<[usize; 3]> = Vec::new();
    for (place, used) in of_numbers.iter().copied().enumerate() {
        let is_ratio = |at: &usize| columns[*at].role == Role::Multiplier;
        let (left, right) = (&of_numbers[..place], &of_numbers[place + 1..]);
        let sides: [Vec<usize>; 2] = [
            left.iter().rev().copied().filter(|at| !is_ratio(at)).take(NEAR).collect(),
            right.iter().copied().filter(|at| !is_ratio(at)).take(NEAR).collect(),
        ];
        let ratio = left.iter().rev().copied().find(is_ratio).map(|at| columns[at].index);
        let three = sides.iter().flat_map(|side| pairs(side)).find(|(before, after)| {
            is_use_of(grid, rows.clone(), columns, [*before, *after, used], ratio)
        });
        proven.extend(three.map(|(before, after)| [before, after, used]));
    }
    for [before, after, used] in proven {
        let said = [after, before].map(|at| &columns[at].heading);
        let unit = said.iter().find_map(|heading| heading.unit.clone());
        let commodity = said.iter().find_map(|heading| heading.commodity);
        columns[before].role = Role::Previous;
        columns[after].role = Role::Current;
        let used = &mut columns[used];
        used.role = Role::Quantity;
        used.heading.unit = used.heading.unit.take().or(unit);
        used.heading.commodity = used.heading.commodity.or(commodity);
    }
}

/// From a start to an end of the same unit that never lies before it: what no other numbers are called.
pub(super) fn registers_alone(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_unit = |word: Word| {
        let mut found = (0..columns.len()).filter(|at| {
            let column = &columns[*at];
            column.role == Role::Quantity
                && column.period.is_none()
                && column.heading.dimension().is_some()
                && column.heading.words.has(word)
        });
        found.next().filter(|_| found.next().is_none())
    };
    let (Some(start), Some(end)) = (of_unit(Word::Start), of_unit(Word::End)) else { return };
    if start == end || columns[start].heading.dimension() != columns[end].heading.dimension() {
        return;
    }
    let read = |row: usize, at: usize| grid.cell(row, columns[at].index).and_then(plain);
    let both: Vec<(Decimal, Decimal)> =
        rows.take(MOST_ROWS).filter_map(|row| Some((read(row, start)?, read(row, end)?))).collect();
    let rises = both.iter().filter(|(start, end)| end > start).count();
    if rises >= LEAST && rises * 2 > both.len() && both.iter().all(|(start, end)| end >= start) {
        columns[start].role = Role::Previous;
        columns[end].role = Role::Current;
    }
}

/// Two of some columns, which come by their nearness to what was used, in both orders; that in which they stand first.
fn pairs(side: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    side.iter().enumerate().flat_map(move |(place, one)| {
        side[place + 1..]
            .iter()
            .map(move |other| ((*one).min(*other), (*one).max(*other)))
            .flat_map(|(first, second)| [(first, second), (second, first)])
    })
}

fn is_use_of(
    grid: &Grid<'_>,
    rows: Range<usize>,
    columns: &[Column],
    [before, after, used]: [usize; 3],
    ratio: Option<u32>,
) -> bool {
    let (before, after, used) = (&columns[before], &columns[after], &columns[used]);
    let read = |column: &Column| column.heading.words.any(&READ);
    let (first, second) = (says_register(before), says_register(after));
    let are_called = first.0 && second.1 && !first.1 && !second.0;
    let is_turned = first.1 && !first.0 || second.0 && !second.1;
    let can_be = [before, after].iter().all(|column| may_be_register(column, are_called));
    if is_turned || !can_be || !says_used(used, before, after, are_called) {
        return false;
    }
    let found = look_at(grid, rows, [before, after, used].map(|column| column.index), ratio);
    // What is less than the one before it may be a part of that, such as what was billed of what was made.
    let in_order = before.index < after.index;
    let is_called = are_called || read(before) && read(after);
    found.is_met() && (is_called || found.is_chained() || in_order && found.is_far())
}

/// Whether the own words of a heading speak of the register before, and of that after.
fn says_register(column: &Column) -> (bool, bool) {
    words::says_register(&fold(&own_of(&column.heading).text))
}

/// Whether numbers could be registers: nothing says that they are something else, such as a sum, what was used, or what
/// it was in a year that has passed. `Last month` is of another time, unless it `is_called` a register.
fn may_be_register(column: &Column, is_called: bool) -> bool {
    let heading = &column.heading;
    let own = own_of(heading);
    let says_else = own.words.any(&[Word::Total, Word::Average, Word::Forecast])
        || own.words.has(Word::Derived) && !is_called
        || own.words.has(Word::Quantity) && !own.words.any(&READ)
        || own.words.any(&[Word::Year, Word::Quarter])
        || !context::years(&own.text).is_empty()
        || words::is_rate_name(&fold(&own.text))
        || heading.money
        || heading.is_ratio();
    let is_open = match column.role {
        Role::Quantity | Role::Unclear | Role::Register | Role::Previous | Role::Current => true,
        Role::Ignored => heading.words.any(&READ),
        Role::Forecast => is_called,
        _ => false,
    };
    is_open && !says_else
}

/// What a heading says itself, without what stands over it.
fn own_of(heading: &Heading) -> Heading {
    heading.text.rsplit_once(" / ").map_or_else(|| heading.clone(), |(_, own)| Heading::of(own))
}

/// Whether a heading beside two others says that its numbers were used: by a word for it, by `Units` or a unit beside
/// nothing that the two do not say as well, or by a word for a difference where both are called registers.
fn says_used(used: &Column, before: &Column, after: &Column, are_called: bool) -> bool {
    let own = own_of(&used.heading);
    let is_difference = are_called && words::names_difference(&fold(&own.text));
    let is_open = matches!(
        used.role,
        Role::Quantity | Role::Unclear | Role::Ignored | Role::Meter | Role::Unit | Role::Site
    );
    let says_else = used.heading.money
        || used.heading.is_ratio()
        || own.words.any(&READ)
        || own.words.has(Word::Total) && !are_called
        || own.words.any(&[Word::Forecast, Word::Derived, Word::Generation, Word::Days]);
    let shared = |word: &String| {
        before.heading.unknown.contains(word) && after.heading.unknown.contains(word)
    };
    let counts = own.words.has(Word::Unit) || own.unit.is_some();
    let is_said = own.words.has(Word::Quantity) || counts && own.unknown.iter().all(shared);
    is_difference || is_open && !says_else && is_said
}

/// What the rows say of three columns.
#[derive(Debug, Default)]
struct Found {
    /// Rows in which the difference is the use, and others.
    equal: usize,
    other: usize,
    /// Rows in which the register is more than twice what was used.
    far: usize,
    /// Rows whose first register is the last one of the row before, where that moved.
    chained: usize,
}

impl Found {
    const fn is_met(&self) -> bool {
        self.equal >= LEAST && self.other * 10 <= self.equal
    }

    const fn is_far(&self) -> bool {
        self.far * 5 >= self.equal * 4
    }

    const fn is_chained(&self) -> bool {
        self.chained * 5 >= self.equal * 4
    }
}

fn look_at(
    grid: &Grid<'_>,
    rows: Range<usize>,
    [before, after, used]: [u32; 3],
    ratio: Option<u32>,
) -> Found {
    let mut found = Found::default();
    let mut last: Option<Decimal> = None;
    for row in rows.take(MOST_ROWS) {
        // Most columns are told in a few rows.
        if found.other > LEAST && found.other > found.equal {
            break;
        }
        let read = |column: u32| grid.cell(row, column).and_then(plain);
        let (Some(before), Some(after), Some(used)) = (read(before), read(after), read(used))
        else {
            continue;
        };
        let chained = last.replace(after).is_some_and(|last| last == before);
        let difference = after - before;
        if difference.is_zero() && used.is_zero() {
            continue;
        }
        let factor = ratio.and_then(read).unwrap_or(Decimal::ONE);
        let expected = difference.checked_mul(factor).unwrap_or_default();
        let is_met = !used.is_sign_negative() && (expected - used).abs() <= dec!(0.011);
        found.equal += usize::from(is_met);
        found.other += usize::from(!is_met);
        found.far += usize::from(is_met && after > difference * dec!(2));
        found.chained += usize::from(is_met && chained);
    }
    found
}
