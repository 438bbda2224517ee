//! Answers to what a file leaves open.

use serde::{Deserialize, Serialize};

/// Which mark parts the whole from the fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DecimalMark {
    /// `1,234.5`
    #[serde(rename = ".")]
    Point,
    /// `1.234,5`
    #[serde(rename = ",")]
    Comma,
}

/// Whether 3/4 is the third of April or the fourth of March.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
}

/// What a single date beside a value stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StampMeaning {
    /// That day.
    Day,
    /// The month that the day lies in.
    Month,
    /// The month before that day, as bills that are dated after the month was over.
    MonthBefore,
    /// The year that the day lies in.
    Year,
}

/// How the numbers are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// What was used is positive.
    AsWritten,
    /// What was used is negative.
    Reversed,
}

/// The year of months that are written without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum YearAnswer {
    /// This year.
    Stated(i16),
    /// To be told from something else.
    Of(YearSource),
}

/// From what the year is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearSource {
    /// The date of the mail: the last such month that was over or under way when it was sent.
    Mail,
}

impl YearAnswer {
    /// The year of a month, for a mail of `today`.
    pub fn of_month(self, month: i8, today: jiff::civil::Date) -> i16 {
        match self {
            Self::Stated(year) => year,
            Self::Of(YearSource::Mail) => today.year() - i16::from(month > today.month()),
        }
    }
}

macro_rules! codes {
    ($($kind:ident { $($name:ident = $code:literal, $label:literal;)* })*) => {
        $(impl $kind {
            /// Every answer.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As it is written in files and forms.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// As it is shown.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Reads what `code` writes.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        })*
    };
}

codes! {
    DecimalMark {
        Point = ".", "a point: 1,234.5";
        Comma = ",", "a comma: 1.234,5";
    }
    DateOrder {
        DayFirst = "day_first", "the day first: 3/4 is 3 April";
        MonthFirst = "month_first", "the month first: 3/4 is 4 March";
    }
    StampMeaning {
        Day = "day", "that day";
        Month = "month", "the month of that day";
        MonthBefore = "month_before", "the month before that day";
        Year = "year", "the year of that day";
    }
    Sign {
        AsWritten = "as_written", "positive";
        Reversed = "reversed", "negative";
    }
}
