//! Registers before and after with what was used behind them, several times in a row: `EB Opening | EB Closing | EB Units |
//! DG Opening | DG Closing | DG Units`.

use std::ops::Range;

use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::grid::Grid;
use super::super::heading::Heading;
use super::super::role::Role;
use super::super::words::{self, Word};
use super::Column;
use super::proven::{LEAST, MOST_ROWS, plain};

/// Three columns of which the last is the difference of the two before it, which are registers: its heading says that it
/// was used, and theirs that they were read, or their numbers are far above what was used, or follow from row to row.
pub(super) fn registers_before_use(grid: &Grid<'_>, rows: Range<usize>, columns: &mut [Column]) {
    let of_numbers: Vec<usize> = (0..columns.len())
        .filter(|at| columns[*at].period.is_none())
        .filter(|at| columns[*at].profile.mostly(columns[*at].profile.numbers))
        .filter(|at| columns[*at].profile.numbers >= LEAST)
        .collect();
    let mut proven: Vec<[usize; 3]> = Vec::new();
    for (place, used) in of_numbers.iter().copied().enumerate() {
        let is_ratio = |at: usize| columns[at].role == Role::Multiplier;
        let mut left = of_numbers[..place].iter().rev().copied();
        let ratio = left.clone().next().filter(|at| is_ratio(*at));
        if ratio.is_some() {
            left.next();
        }
        let (Some(after), Some(before)) = (left.next(), left.next()) else { continue };
        let can_be = may_be_register(&columns[before]) && may_be_register(&columns[after]);
        if !can_be || !says_used(&columns[used], &columns[before], &columns[after]) {
            continue;
        }
        let indices = [before, after, used].map(|at| columns[at].index);
        let found = look_at(grid, rows.clone(), indices, ratio.map(|at| columns[at].index));
        let read = |at: usize| columns[at].heading.words.any(&READ);
        if found.is_met() && (read(before) && read(after) || found.is_like_registers()) {
            proven.push([before, after, used]);
        }
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

/// Words of what was read at a meter.
const READ: [Word; 5] = [Word::Register, Word::Previous, Word::Current, Word::Start, Word::End];

/// Whether numbers could be registers: nothing says that they are something else, such as a sum or what was used.
fn may_be_register(column: &Column) -> bool {
    let heading = &column.heading;
    let own = own_of(heading);
    let says_else = own.words.any(&[Word::Total, Word::Average, Word::Forecast, Word::Derived])
        || own.words.has(Word::Quantity) && !own.words.any(&READ)
        || words::is_rate_name(&super::super::text::fold(&own.text))
        || heading.money
        || heading.is_ratio();
    let is_open = match column.role {
        Role::Quantity | Role::Unclear | Role::Register | Role::Previous | Role::Current => true,
        Role::Ignored => heading.words.any(&READ),
        _ => false,
    };
    is_open && !says_else
}

/// What a heading says itself, without what stands over it.
fn own_of(heading: &Heading) -> Heading {
    heading.text.rsplit_once(" / ").map_or_else(|| heading.clone(), |(_, own)| Heading::of(own))
}

/// Whether a heading behind two others says that its numbers were used: by a word for it, or by `Units` or a unit beside
/// nothing that the two do not say as well.
fn says_used(used: &Column, before: &Column, after: &Column) -> bool {
    let own = own_of(&used.heading);
    let is_open = matches!(
        used.role,
        Role::Quantity | Role::Unclear | Role::Ignored | Role::Meter | Role::Unit | Role::Site
    );
    let says_else = used.heading.money
        || used.heading.is_ratio()
        || own.words.any(&[
            Word::Forecast,
            Word::Derived,
            Word::Total,
            Word::Generation,
            Word::Days,
        ]);
    let shared = |word: &String| {
        before.heading.unknown.contains(word) && after.heading.unknown.contains(word)
    };
    let counts = own.words.has(Word::Unit) || own.unit.is_some();
    is_open
        && !says_else
        && (own.words.has(Word::Quantity) || counts && own.unknown.iter().all(shared))
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

    const fn is_like_registers(&self) -> bool {
        self.far * 5 >= self.equal * 4 || self.chained * 5 >= self.equal * 4
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
