//! The order of day and month proven by how the rows of a column follow each other, and by periods that must not end
//! before they start.

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::{DateTime, Time};
use readings::profile::DateOrder;
use rust_decimal::prelude::ToPrimitive;

use super::date::{self, DateText};
use super::find::Table;
use super::grid::{Grid, text_of};
use super::number;
use super::role::Role;
use crate::workbook::CellValue;

/// Rows that are looked at.
const MOST_ROWS: usize = 20_000;
const DAY: i64 = 86_400;

/// The order that the columns of dates of a table prove by their rhythm.
pub fn by_rhythm(grid: &Grid<'_>, table: &Table) -> Option<DateOrder> {
    let mut proven = None;
    for column in table
        .columns
        .iter()
        .filter(|column| matches!(column.role, Role::Date | Role::Start | Role::End | Role::Month))
    {
        if column.profile.orders.order().is_some() {
            continue;
        }
        let mut stamps: Vec<(DateTime, DateTime)> = Vec::new();
        for row in table.rows.clone().take(MOST_ROWS) {
            if let Some(CellValue::Text(text)) =
                grid.cell(row, column.index).map(|cell| &cell.value)
            {
                match date::read(text) {
                    DateText::Either(day_first, month_first) => {
                        stamps.push((day_first, month_first));
                    }
                    DateText::At(at) => stamps.push((at, at)),
                    _ => {}
                }
            }
        }
        stamps.dedup();
        let found = rhythm(&stamps, column.role == Role::Month);
        match (proven, found) {
            (Some(one), Some(other)) if one != other => return None,
            (None, found) => proven = found,
            _ => {}
        }
    }
    proven
}

/// The order in which no period of a table ends before it starts, where the other order has one that does; failing
/// that, the one whose lengths are the days that the rows state.
pub fn by_spans(grid: &Grid<'_>, table: &Table) -> Option<DateOrder> {
    let of_role = |role: Role| table.columns.iter().find(|column| column.role == role);
    let (start, end) = (of_role(Role::Start)?, of_role(Role::End)?);
    let stated = of_role(Role::Days);
    let text = |row: usize, column: u32| match grid.cell(row, column).map(|cell| &cell.value) {
        Some(CellValue::Text(text)) => match date::read(text) {
            DateText::Either(day_first, month_first) => Some((day_first, month_first)),
            DateText::At(at) => Some((at, at)),
            _ => None,
        },
        _ => None,
    };
    let (mut reversed, mut agreed, mut rows) = ([0usize; 2], [0usize; 2], 0usize);
    for row in table.rows.clone().take(MOST_ROWS) {
        let (Some(from), Some(to)) = (text(row, start.index), text(row, end.index)) else {
            continue;
        };
        rows += 1;
        let days = stated.and_then(|column| match grid.cell(row, column.index)?.value {
            CellValue::Number(days) => Some(days),
            _ => None,
        });
        for (at, (from, to)) in [(from.0, to.0), (from.1, to.1)].into_iter().enumerate() {
            reversed[at] += usize::from(to < from);
            #[expect(clippy::cast_precision_loss, reason = "days of a period are few")]
            let length = (to.duration_since(from).as_secs() / DAY) as f64;
            agreed[at] +=
                usize::from(days.is_some_and(|days| (0.0..=1.0).contains(&(days - length))));
        }
    }
    let all_agree = [agreed[0] == rows, agreed[1] == rows];
    match (reversed[0], reversed[1]) {
        _ if rows < 2 => None,
        (0, 1..) => Some(DateOrder::DayFirst),
        (1.., 0) => Some(DateOrder::MonthFirst),
        (0, 0) if all_agree == [true, false] => Some(DateOrder::DayFirst),
        (0, 0) if all_agree == [false, true] => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// A day with the day first and with the month first, and how the register stood then.
type Read = ((DateTime, DateTime), f64);

/// The order in which the registers of every meter only rise, where the other order has some that fall.
pub fn by_registers(grid: &Grid<'_>, table: &Table) -> Option<DateOrder> {
    let of_role = |roles: &[Role]| table.columns.iter().find(|column| roles.contains(&column.role));
    let date = of_role(&[Role::Date, Role::End])?;
    let register = of_role(&[Role::Register, Role::Current])?;
    let names: Vec<u32> = table
        .columns
        .iter()
        .filter(|column| column.role.names_rows())
        .map(|column| column.index)
        .collect();
    let mut by_meter: HashMap<String, Vec<Read>> = HashMap::new();
    for row in table.rows.clone().take(MOST_ROWS) {
        let value = |column: u32| grid.cell(row, column).map(|cell| &cell.value);
        let stood = match value(register.index) {
            Some(CellValue::Number(stood)) => Some(*stood),
            Some(CellValue::Text(stood)) => {
                number::read_with(stood, register.profile.marks.mark()).and_then(|n| n.to_f64())
            }
            _ => None,
        };
        let (Some(CellValue::Text(text)), Some(stood)) = (value(date.index), stood) else {
            continue;
        };
        let days = match date::read(text) {
            DateText::Either(day_first, month_first) => (day_first, month_first),
            DateText::At(at) => (at, at),
            _ => continue,
        };
        let name: Vec<_> = names.iter().filter_map(|column| value(*column)).map(text_of).collect();
        by_meter.entry(name.join("|")).or_default().push((days, stood));
    }
    let mut falls = [0usize; 2];
    for read in by_meter.values_mut() {
        for (order, falls) in falls.iter_mut().enumerate() {
            read.sort_by_key(|((day_first, month_first), _)| [*day_first, *month_first][order]);
            *falls += read.windows(2).filter(|pair| pair[1].1 < pair[0].1).count();
        }
    }
    // One fall may be a register that began anew.
    match (falls[0], falls[1]) {
        (0, 2..) => Some(DateOrder::DayFirst),
        (2.., 0) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

fn rhythm(stamps: &[(DateTime, DateTime)], months: bool) -> Option<DateOrder> {
    if stamps.len() < 3 {
        return None;
    }
    let day_first: Vec<DateTime> = stamps.iter().map(|pair| pair.0).collect();
    let month_first: Vec<DateTime> = stamps.iter().map(|pair| pair.1).collect();
    match (steady(&day_first), steady(&month_first)) {
        (true, false) => return Some(DateOrder::DayFirst),
        (false, true) => return Some(DateOrder::MonthFirst),
        _ => {}
    }
    // Under a heading for months, days of one month are not meant.
    if months && first_days(&day_first) && !first_days(&month_first) {
        return Some(DateOrder::DayFirst);
    }
    if months && first_days(&month_first) && !first_days(&day_first) {
        return Some(DateOrder::MonthFirst);
    }
    None
}

fn first_days(stamps: &[DateTime]) -> bool {
    stamps.iter().all(|at| at.day() == 1)
}

/// Whether instants follow each other within days that follow each other, or first days of months do.
fn steady(stamps: &[DateTime]) -> bool {
    let timed = stamps.iter().any(|at| at.time() != Time::midnight());
    let steps: Vec<i64> =
        stamps.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs()).collect();
    let one_way = steps.iter().all(|step| *step > 0) || steps.iter().all(|step| *step < 0);
    if !one_way {
        return false;
    }
    if timed {
        let days: std::collections::BTreeSet<_> = stamps.iter().map(|at| at.date()).collect();
        return days.len() >= 2 && steps.iter().all(|step| step.abs() <= DAY);
    }
    let within = |low: i64, high: i64| {
        steps.iter().all(|step| (low * DAY..=high * DAY).contains(&step.abs()))
    };
    within(1, 1) || within(28, 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    fn pairs(days: impl Iterator<Item = DateTime>) -> Vec<(DateTime, DateTime)> {
        days.map(|at| {
            let swapped = date(at.year(), at.day(), at.month()).to_datetime(at.time());
            (at, swapped)
        })
        .collect()
    }

    #[test]
    fn half_hours_of_a_week_prove_the_order() {
        let start = date(2024, 4, 1).at(0, 0, 0, 0);
        let stamps = pairs((0..200i64).map(|n| start.checked_add((30 * n).minutes()).unwrap()));
        assert_eq!(rhythm(&stamps, false), Some(DateOrder::DayFirst));
    }

    #[test]
    fn twelve_days_prove_nothing() {
        let start = date(2024, 1, 1).at(0, 0, 0, 0);
        let stamps = pairs((0..12i64).map(|n| start.checked_add(n.days()).unwrap()));
        assert_eq!(rhythm(&stamps, false), None);
    }
}
