//! What cannot be meant although it can be written.

use super::{Profile, TableProfile};
use crate::period::Period;

impl Profile {
    /// What is wrong with it, each a sentence.
    pub fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let about = if self.name.trim().is_empty() {
            wrong.push("a profile has no name".to_owned());
            "the profile without a name".to_owned()
        } else {
            format!("profile `{}`", self.name)
        };
        let mut say = |sentence: String| wrong.push(format!("{about}: {sentence}"));
        let is_digest = self.fingerprint.len() == 32
            && self.fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.is_mapping() && !is_digest {
            say(format!(
                "`{}` is no fingerprint; `meterwatch profile test FILE` prints that of a file",
                self.fingerprint
            ));
        }
        if !self.is_mapping() && self.sender.is_empty() {
            say("it needs a sender, a fingerprint, or both".to_owned());
        }
        if !self.is_mapping() && !self.tables.is_empty() {
            say("tables belong to a layout, so it needs a fingerprint".to_owned());
        }
        for (key, month) in [("month", self.month), ("year_begins", self.year_begins)] {
            if month.is_some_and(|month| !(1..=12).contains(&month)) {
                say(format!("{key} must be from 1 to 12"));
            }
        }
        if let Some(super::YearAnswer::Stated(year)) = self.year
            && !(1970..2100).contains(&year)
        {
            say(format!("{year} is no year of readings"));
        }
        if self.multiply_by.is_some_and(|factor| factor.is_zero()) {
            say("multiply_by must not be zero".to_owned());
        }
        for table in &self.tables {
            table.problems().into_iter().for_each(&mut say);
        }
        wrong
    }
}

impl TableProfile {
    fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let rows = self.header_rows.iter().chain(&self.first_row).chain(&self.last_row);
        if rows.copied().any(|row| row == 0) {
            wrong.push("rows are counted from 1".to_owned());
        }
        if self.header_rows.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
            wrong.push(
                "header_rows must follow each other; write one table for each header".to_owned(),
            );
        }
        if self.first_row.zip(self.last_row).is_some_and(|(first, last)| last < first) {
            wrong.push("last_row is above first_row".to_owned());
        }
        for (at, column) in self.columns.iter().enumerate() {
            if self.columns[..at].iter().any(|other| other.column == column.column) {
                wrong.push(format!("column {} is described twice", column.column));
            }
            if let Some(period) = &column.period
                && column_period(period).is_none()
            {
                wrong.push(format!(
                    "`{period}` is no period of column {}; write 2024-03, 03 or 2024",
                    column.column
                ));
            }
        }
        wrong
    }
}

/// The period that is written for a column: year and month, of which one may be missing.
pub(super) fn column_period(text: &str) -> Option<(Option<i16>, Option<i8>)> {
    let text = text.trim();
    if let Some((year, month)) = text.split_once('-') {
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        Period::month(year, month)?;
        return Some((Some(year), Some(month)));
    }
    match text.len() {
        4 => text.parse().ok().filter(|year| (1970..2100).contains(year)).map(|y| (Some(y), None)),
        1 | 2 => text.parse().ok().filter(|m| (1..=12).contains(m)).map(|m| (None, Some(m))),
        _ => None,
    }
}

impl super::ColumnProfile {
    /// Year and month of its period, of which one may be missing.
    pub fn stated_period(&self) -> Option<(Option<i16>, Option<i8>)> {
        self.period.as_deref().and_then(column_period)
    }
}
