//! Reading a file of one organisation into the columns of the engine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jiff::civil::Date;

pub use crate::engine::Cadence;
use crate::engine::{Meter, Panel};
use crate::parameters::{DAYS_PER_MONTH, Utility};

/// Why a file was not understood.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be opened or read.
    #[error("cannot be read")]
    Open(#[source] io::Error),
    /// It is not a table of comma-separated values.
    #[error("is not a table of comma-separated values")]
    Table(#[source] csv::Error),
    /// A column is missing.
    #[error("has no column `{0}`; needed are meter, period_start and quantity")]
    MissingColumn(&'static str),
    /// A cell is not a date.
    #[error("line {line}: `{text}` in column {column} is not a date such as 2026-03-01")]
    Date {
        /// Line of the file, the header being line 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// A cell is not a number.
    #[error("line {line}: `{text}` in column quantity is not a number")]
    Number {
        /// Line of the file.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// The periods are neither days nor months.
    #[error(
        "its periods are about {0} days apart; days, months and bills of two or three months are understood"
    )]
    Cadence(i32),
}

/// One line of the result: a meter and a period of the file.
#[derive(Debug, Clone)]
pub struct Line {
    /// The position of the meter in the panel.
    pub meter: usize,
    /// The slot in which the period is judged; `None` where the slot is taken by another period of the meter.
    pub slot: Option<usize>,
    /// The first day.
    pub start: Date,
    /// The first day as the file has it.
    pub start_text: String,
    /// What came; `NaN` where nothing did.
    pub quantity: f64,
    /// The unit as the file has it.
    pub unit: String,
}

/// All that a file says.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// The columns for the engine.
    pub panel: Panel,
    /// The periods, ordered by meter and start.
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Row {
    start: Date,
    end: Option<Date>,
    start_text: String,
    quantity: f64,
    commodity: String,
    unit: String,
    temperature: f64,
}

/// Reads a csv or csv.gz file; which of the two is decided by the first bytes.
pub fn read(file: &Path) -> Result<Organisation, ReadError> {
    let mut reader = BufReader::new(File::open(file).map_err(ReadError::Open)?);
    let packed = reader.fill_buf().map_err(ReadError::Open)?.starts_with(&[0x1f, 0x8b]);
    if packed { organise(&rows(MultiGzDecoder::new(reader))?) } else { organise(&rows(reader)?) }
}

fn rows(input: impl Read) -> Result<BTreeMap<String, Vec<Row>>, ReadError> {
    let mut table =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(input);
    let header = table.headers().map_err(ReadError::Table)?.clone();
    let find = |name: &str| {
        header
            .iter()
            .position(|found| found.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
    };
    let need = |name: &'static str| find(name).ok_or(ReadError::MissingColumn(name));
    let (meter, start, quantity) = (need("meter")?, need("period_start")?, need("quantity")?);
    let (end, commodity, unit) = (find("period_end"), find("commodity"), find("unit"));
    let temperature = find("temperature_c");
    let mut meters: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for record in table.records() {
        let record = record.map_err(ReadError::Table)?;
        let line = record.position().map_or(0, csv::Position::line);
        let at = |column: usize| record.get(column).unwrap_or("");
        let date =
            |column: &'static str, text: &str| {
                text.get(..10)
                    .and_then(|day| day.parse::<Date>().ok())
                    .ok_or_else(|| ReadError::Date { line, column, text: text.to_owned() })
            };
        let text = at(quantity);
        let number = match text {
            "" => f64::NAN,
            _ => text
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(|| ReadError::Number { line, text: text.to_owned() })?,
        };
        let last = end.map(at).filter(|text| !text.is_empty());
        meters.entry(at(meter).to_owned()).or_default().push(Row {
            start: date("period_start", at(start))?,
            end: last.map(|text| date("period_end", text)).transpose()?,
            start_text: at(start).to_owned(),
            quantity: number,
            commodity: commodity.map_or("", at).to_owned(),
            unit: unit.map_or("", at).to_owned(),
            // What is no number is not known.
            temperature: temperature.and_then(|column| at(column).parse().ok()).unwrap_or(f64::NAN),
        });
    }
    for rows in meters.values_mut() {
        rows.sort_by(|a, b| {
            a.start
                .cmp(&b.start)
                .then_with(|| a.end.cmp(&b.end))
                .then_with(|| a.start_text.cmp(&b.start_text))
                .then_with(|| a.quantity.total_cmp(&b.quantity))
        });
    }
    Ok(meters)
}

fn organise(meters: &BTreeMap<String, Vec<Row>>) -> Result<Organisation, ReadError> {
    let cadence = cadence(meters)?;
    let all = || meters.values().flatten().map(|row| slot_of(cadence, row.start));
    let (first, last) = (all().min().unwrap_or(0), all().max().unwrap_or(-1));
    let slots = usize::try_from(last - first + 2).unwrap_or(0);
    let mut groups: Vec<&str> = meters.values().map(|rows| rows[0].commodity.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let season = match cadence {
        Cadence::Monthly => first.rem_euclid(12),
        Cadence::Daily => (first + 3).rem_euclid(7),
    };
    let mut panel = Panel {
        cadence,
        first_season: usize::try_from(season).unwrap_or(0),
        slots,
        groups: groups.len(),
        meters: Vec::with_capacity(meters.len()),
    };
    let mut lines = Vec::new();
    for (name, rows) in meters {
        let position = panel.meters.len();
        let usual = if cadence == Cadence::Daily { 1.0 } else { DAYS_PER_MONTH };
        let mut quantity = vec![f64::NAN; slots];
        let mut days = vec![usual; slots];
        let mut temperature = vec![f64::NAN; slots];
        let mut taken: Option<usize> = None;
        for row in rows {
            let wanted = usize::try_from(slot_of(cadence, row.start) - first).unwrap_or(0);
            let slot = match taken {
                Some(taken) if wanted <= taken && cadence == Cadence::Daily => None,
                Some(taken) if wanted < taken => None,
                Some(taken) if wanted == taken => Some(taken + 1),
                _ => Some(wanted),
            };
            if let Some(slot) = slot {
                taken = Some(slot);
                quantity[slot] = row.quantity;
                days[slot] = length(row, cadence);
                temperature[slot] = row.temperature;
            }
            lines.push(Line {
                meter: position,
                slot,
                start: row.start,
                start_text: row.start_text.clone(),
                quantity: row.quantity,
                unit: row.unit.clone(),
            });
        }
        let commodity = rows[0].commodity.as_str();
        panel.meters.push(Meter {
            name: name.clone(),
            group: groups.binary_search(&commodity).unwrap_or(0),
            utility: Utility::of(commodity),
            unit_stated: !rows[0].unit.is_empty(),
            stated: quantity.clone(),
            quantity,
            days,
            temperature,
            trust: Vec::new(),
        });
    }
    Ok(Organisation { panel, lines })
}

/// Months or days since an epoch.
fn slot_of(cadence: Cadence, start: Date) -> i32 {
    match cadence {
        Cadence::Monthly => i32::from(start.year()) * 12 + i32::from(start.month()) - 1,
        Cadence::Daily => day_number(start),
    }
}

fn day_number(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}

/// The days of a period; where its end is not known, a day or the month in which it starts.
fn length(row: &Row, cadence: Cadence) -> f64 {
    let known = row.end.map(|end| day_number(end) - day_number(row.start) + 1);
    match (known.filter(|days| *days > 0), cadence) {
        (Some(days), _) => f64::from(days),
        (None, Cadence::Daily) => 1.0,
        (None, Cadence::Monthly) => f64::from(row.start.days_in_month()),
    }
}

/// Days or months, by the median distance between the starts of a meter's periods.
fn cadence(meters: &BTreeMap<String, Vec<Row>>) -> Result<Cadence, ReadError> {
    let mut gaps: Vec<i32> = meters
        .values()
        .flat_map(|rows| rows.windows(2))
        .map(|pair| day_number(pair[1].start) - day_number(pair[0].start))
        .filter(|gap| *gap > 0)
        .collect();
    gaps.sort_unstable();
    match gaps.get(gaps.len() / 2) {
        Some(1 | 2) => Ok(Cadence::Daily),
        None | Some(24..=124) => Ok(Cadence::Monthly),
        Some(other) => Err(ReadError::Cadence(*other)),
    }
}
