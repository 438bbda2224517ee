//! Time that stands in headings over columns of days and registers.

use jiff::civil::Date;
use readings::Period;

use super::super::super::candidate::When;
use super::super::super::date;
use super::super::super::heading::Heading;
use super::super::super::role::Role;
use super::super::Reader;

impl Reader<'_, '_> {
    /// The time between two registers whose headings say on which day each was read: `Zählerstand 31.12.2022`. What was
    /// used since is used from the next day on. Registers beside them that say no day were read with them.
    pub(super) fn between_registers(&self) -> Option<Period> {
        let registers = self.table.columns.iter().filter(|column| {
            matches!(column.role, Role::Register | Role::Previous | Role::Current)
        });
        let days: Vec<Option<Date>> =
            registers.map(|column| self.day_in_heading(&column.heading)).collect();
        let pairs = days.len().is_multiple_of(2);
        let mut said = days.into_iter().flatten();
        let (Some(first), Some(last), None) = (said.next(), said.next(), said.next()) else {
            return None;
        };
        if !pairs {
            return None;
        }
        Period::days_included(first.min(last).tomorrow().ok()?, first.max(last)).ok()
    }

    /// The same for the registers that stand before one of several values in a row.
    pub(in super::super) fn between_own_registers(&self, at: usize) -> Option<Period> {
        let own = |role: Role| self.column_before(at, role).map(|column| &column.heading);
        let (before, after) = (own(Role::Previous)?, own(Role::Current)?);
        let (first, last) = (self.day_in_heading(before)?, self.day_in_heading(after)?);
        Period::days_included(first.min(last).tomorrow().ok()?, first.max(last)).ok()
    }

    fn day_in_heading(&self, heading: &Heading) -> Option<Date> {
        let mut days = heading
            .text
            .split_whitespace()
            .filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()))
            .filter_map(|word| date::read_with(word, self.notation.date_order));
        let (Some(day), None) = (days.next(), days.next()) else { return None };
        Some(day.date())
    }
}

/// The quarter that ends on the last day of a month, or begins on the first.
pub(super) fn quarter_of(day: Date) -> When {
    match (day == day.last_of_month(), day.day() == 1) {
        (true, _) if day.month() >= 3 => {
            When::Months(Some(day.year()), day.month() - 2, day.month())
        }
        (_, true) if day.month() <= 10 => {
            When::Months(Some(day.year()), day.month(), day.month() + 2)
        }
        _ => When::Unsaid,
    }
}
