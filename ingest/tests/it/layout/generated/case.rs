//! A generated workbook with what is true of it.

use ingest::layout::{FileContext, extract};
use ingest::workbook::{CellValue, Sheet, Workbook, WorkbookFormat};
use jiff::civil::{Date, DateTime, Time, date};
use readings::{CellAddress, Extraction, ReadingKind};

use super::languages::Language;
use super::notation::{Days, Dice, Numbers};

/// Where the unit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitPlace {
    Brackets,
    Comma,
    Column,
    Title,
    SheetName,
    Cell,
}

pub const UNIT_PLACES: [UnitPlace; 6] = [
    UnitPlace::Brackets,
    UnitPlace::Comma,
    UnitPlace::Column,
    UnitPlace::Title,
    UnitPlace::SheetName,
    UnitPlace::Cell,
];

/// What a workbook is to look like.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub language: usize,
    pub numbers: Numbers,
    pub days: Days,
    pub unit: UnitPlace,
    pub seed: u64,
}

impl Wish {
    pub fn words(&self) -> &'static Language {
        &super::languages::LANGUAGES[self.language]
    }

    pub fn dice(&self) -> Dice {
        Dice::new(self.seed + 17 * self.language as u64)
    }
}

/// What one cell states.
#[derive(Debug, Clone)]
pub struct Fact {
    pub sheet: String,
    pub at: CellAddress,
    pub start: DateTime,
    /// Not included.
    pub end: DateTime,
    pub hundredths: u64,
    pub unit: &'static str,
    pub kind: ReadingKind,
    pub name: String,
}

/// A workbook and what is true of it.
#[derive(Debug, Default)]
pub struct Case {
    pub sheets: Vec<Sheet>,
    pub file_name: String,
    pub facts: Vec<Fact>,
}

/// What was made of a workbook.
#[derive(Debug, Default)]
pub struct Outcome {
    pub right: usize,
    pub wrong: Vec<String>,
    pub named: usize,
    pub extraction: Extraction,
}

pub fn month_start(year: i16, month: i8) -> DateTime {
    date(year, month, 1).to_datetime(Time::midnight())
}

pub fn next_day(day: Date) -> DateTime {
    day.tomorrow().expect("a day").to_datetime(Time::midnight())
}

/// A year of a meter: about this much each month, more in winter, never twice the same way.
pub fn year_of(dice: &mut Dice, base: u64) -> Vec<u64> {
    const SHAPE: [u64; 12] = [130, 122, 110, 97, 88, 80, 83, 81, 90, 102, 115, 127];
    SHAPE.iter().map(|share| base * share / 100 + dice.from(1, base / 9 + 2)).collect()
}

impl Case {
    pub fn month(
        &mut self,
        sheet: &str,
        at: CellAddress,
        (year, month): (i16, i8),
        hundredths: u64,
        unit: &'static str,
        name: &str,
    ) {
        let start = month_start(year, month);
        let end = next_day(start.date().last_of_month());
        self.facts.push(Fact {
            sheet: sheet.to_owned(),
            at,
            start,
            end,
            hundredths,
            unit,
            kind: ReadingKind::Consumption,
            name: name.to_owned(),
        });
    }

    /// Reads it and compares.
    pub fn outcome(&self) -> Outcome {
        let workbook = Workbook {
            format: WorkbookFormat::Xlsx,
            sheets: self.sheets.clone(),
            problems: Vec::new(),
        };
        let name = if self.file_name.is_empty() { "export.xlsx" } else { &self.file_name };
        let extraction = extract(
            &workbook,
            &FileContext {
                file_name: Some(name.to_owned()),
                mail_subject: None,
                today: date(2026, 6, 30),
                profiles: Vec::new(),
                known_layouts: Vec::new(),
                earlier: Vec::new(),
            },
        );
        let mut outcome = Outcome::default();
        assert!(extraction.adds_up(), "the account of rows must add up");
        for reading in &extraction.readings {
            let fact = self
                .facts
                .iter()
                .find(|fact| fact.sheet == *reading.sheet && fact.at == reading.cell);
            let Some(fact) = fact else {
                outcome.wrong.push(format!("extra: {reading:?}"));
                continue;
            };
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let meant = fact.hundredths as f64 / 100.0;
            let number: f64 = reading.quantity.to_string().parse().expect("a number");
            let unit = reading.unit.as_ref().map_or("", |unit| unit.text.as_ref());
            let kind = match reading.kind {
                ReadingKind::Estimated => ReadingKind::Consumption,
                kind => kind,
            };
            let period = reading.period.is_some_and(|period| {
                let register = fact.kind == ReadingKind::RegisterReading;
                (register || period.start() == fact.start) && period.end() == fact.end
            });
            let why = if (number - meant).abs() > 1e-9 * meant.abs().max(1.0) {
                "quantity"
            } else if !period {
                "period"
            } else if unit.to_lowercase() != fact.unit.to_lowercase() {
                "unit"
            } else if kind != fact.kind {
                "kind"
            } else {
                outcome.right += 1;
                let own = format!(
                    "{} {}",
                    reading.site.as_deref().unwrap_or(""),
                    reading.meter.as_deref().unwrap_or("")
                );
                outcome.named += usize::from(own.contains(&fact.name));
                continue;
            };
            outcome.wrong.push(format!("{why}: {reading:?} is not {fact:?}"));
        }
        outcome.extraction = extraction;
        outcome
    }

    /// The first rows, for a person.
    pub fn drawn(&self) -> String {
        let mut text = String::new();
        for sheet in &self.sheets {
            text.push_str(&format!("[{}]\n", sheet.name));
            for (row, cells) in sheet.rows().take(12) {
                let line: Vec<String> = cells
                    .iter()
                    .take(9)
                    .map(|cell| {
                        let value = match &cell.value {
                            CellValue::Text(text) => format!("'{text}"),
                            CellValue::Number(number) => number.to_string(),
                            CellValue::DateTime(at) => at.to_string(),
                            other => format!("{other:?}"),
                        };
                        format!("{}={value}", cell.at)
                    })
                    .collect();
                text.push_str(&format!("{row}: {}\n", line.join(" | ")));
            }
        }
        text
    }
}
