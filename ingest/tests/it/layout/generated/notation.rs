//! How a number or a day is written into a cell.

use std::sync::Arc;

use ingest::workbook::{Cell, CellValue, Epoch, Sheet, Visibility};
use jiff::civil::{Date, DateTime, Time};
use readings::CellAddress;

/// Small numbers in a fixed order: the same seed gives the same workbook.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from `low` up to, and without, `high`.
    pub fn from(&mut self, low: u64, high: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % (high - low)
    }

    pub fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[usize::try_from(self.from(0, list.len() as u64)).expect("an index")]
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    Native,
    CommaPoint,
    PointComma,
    SpaceComma,
    Apostrophe,
    Persian,
    Arabic,
    FullWidth,
}

pub const NUMBERS: [Numbers; 8] = [
    Numbers::Native,
    Numbers::CommaPoint,
    Numbers::PointComma,
    Numbers::SpaceComma,
    Numbers::Apostrophe,
    Numbers::Persian,
    Numbers::Arabic,
    Numbers::FullWidth,
];

impl Numbers {
    /// A number of hundredths.
    pub fn write(self, hundredths: u64) -> CellValue {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let number = hundredths as f64 / 100.0;
        let (group, mark, zero) = match self {
            Self::Native => return CellValue::Number(number),
            Self::CommaPoint => (",", '.', '0'),
            Self::PointComma => (".", ',', '0'),
            Self::SpaceComma => ("\u{202f}", ',', '0'),
            Self::Apostrophe => ("'", '.', '0'),
            Self::Persian => ("\u{66c}", '\u{66b}', '\u{6f0}'),
            Self::Arabic => ("\u{66c}", '\u{66b}', '\u{660}'),
            Self::FullWidth => (",", '.', '\u{ff10}'),
        };
        let whole = (hundredths / 100).to_string();
        let mut text = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        if !hundredths.is_multiple_of(100) {
            text.push(mark);
            text.push_str(&format!("{:02}", hundredths % 100));
        }
        let written: String = text
            .chars()
            .map(|c| c.to_digit(10).and_then(|d| char::from_u32(zero as u32 + d)).unwrap_or(c))
            .collect();
        CellValue::Text(Arc::from(written))
    }
}

/// How days are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    Native,
    Iso,
    YearSlash,
    DayDot,
    DaySlash,
    DayDash,
    MonthSlash,
    MonthShortYear,
}

pub const DAYS: [Days; 8] = [
    Days::Native,
    Days::Iso,
    Days::YearSlash,
    Days::DayDot,
    Days::DaySlash,
    Days::DayDash,
    Days::MonthSlash,
    Days::MonthShortYear,
];

impl Days {
    pub fn write(self, at: DateTime) -> CellValue {
        let (y, m, d) = (at.year(), at.month(), at.day());
        let day = match self {
            Self::Native => return CellValue::DateTime(at),
            Self::Iso => format!("{y}-{m:02}-{d:02}"),
            Self::YearSlash => format!("{y}/{m:02}/{d:02}"),
            Self::DayDot => format!("{d}.{m:02}.{y}"),
            Self::DaySlash => format!("{d:02}/{m:02}/{y}"),
            Self::DayDash => format!("{d:02}-{m:02}-{y}"),
            Self::MonthSlash => format!("{m}/{d}/{y}"),
            Self::MonthShortYear => format!("{m:02}/{d:02}/{:02}", y % 100),
        };
        let text = if at.time() == Time::midnight() {
            day
        } else {
            format!("{day} {:02}:{:02}", at.hour(), at.minute())
        };
        CellValue::Text(Arc::from(text))
    }

    pub fn day(self, day: Date) -> CellValue {
        self.write(day.to_datetime(Time::midnight()))
    }
}

/// A sheet that is filled cell by cell.
pub struct Paper {
    sheet: Sheet,
}

impl Paper {
    pub fn new(name: &str) -> Self {
        Self {
            sheet: Sheet {
                name: name.to_owned(),
                visibility: Visibility::Visible,
                epoch: Some(Epoch::Y1900),
                cells: Vec::new(),
                merged: Vec::new(),
            },
        }
    }

    pub fn put(&mut self, row: u32, column: u32, value: CellValue) -> CellAddress {
        let at = CellAddress::new(row, column);
        self.sheet.cells.push(Cell { at, value });
        at
    }

    pub fn text(&mut self, row: u32, column: u32, text: &str) -> CellAddress {
        self.put(row, column, CellValue::Text(Arc::from(text)))
    }

    pub fn number(&mut self, row: u32, column: u32, number: u64) -> CellAddress {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        self.put(row, column, CellValue::Number(number as f64))
    }

    pub fn line(&mut self, row: u32, texts: &[&str]) {
        for (column, text) in (0u32..).zip(texts) {
            if !text.is_empty() {
                self.text(row, column, text);
            }
        }
    }

    pub fn merge(&mut self, first: (u32, u32), last: (u32, u32)) {
        self.sheet
            .merged
            .push((CellAddress::new(first.0, first.1), CellAddress::new(last.0, last.1)));
    }

    pub fn name(&self) -> String {
        self.sheet.name.clone()
    }

    /// The sheet, its cells in the order of rows.
    pub fn done(mut self) -> Sheet {
        self.sheet.cells.sort_by_key(|cell| cell.at);
        self.sheet
    }
}
