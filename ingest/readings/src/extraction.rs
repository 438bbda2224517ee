//! What was read from one file: good readings and problems side by side.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::cell::CellAddress;
use crate::commodity::Commodity;
use crate::money::{Currency, Money};
use crate::notation::Notation;
use crate::period::Period;
use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::unit::Unit;
use crate::weather::WeatherValue;

/// What a quantity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingKind {
    /// Used within the period, measured.
    Consumption,
    /// Used within the period, by the supplier's guess.
    Estimated,
    /// The dial at an instant; consumption is the difference of two.
    RegisterReading,
    /// Mean power over the period; consumption is power times time.
    AveragePower,
}

impl ReadingKind {
    /// The name in the database, in CSV and in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Consumption => "consumption",
            Self::Estimated => "estimated",
            Self::RegisterReading => "register_reading",
            Self::AveragePower => "average_power",
        }
    }
}

impl fmt::Display for ReadingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A unit as the file writes it, and what is understood by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitText {
    /// As written, white space and typographic variants smoothed.
    pub text: Arc<str>,
    /// The unit, where the text is understood.
    pub unit: Option<Unit>,
}

/// A reading as a file states it; what the file does not say is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedReading {
    /// The sheet of the quantity; empty for CSV.
    pub sheet: Arc<str>,
    /// The cell of the quantity.
    pub cell: CellAddress,
    /// The site's name, white space smoothed.
    pub site: Option<Arc<str>>,
    /// The meter's name or number.
    pub meter: Option<Arc<str>>,
    /// What is supplied.
    pub commodity: Option<Commodity>,
    /// The time covered; for a register reading the span since the reading before where that is known, else the day.
    pub period: Option<Period>,
    /// The number as the file means it, in the unit beside it.
    pub quantity: Quantity,
    /// The unit, as the file writes it.
    pub unit: Option<UnitText>,
    /// What was charged for it; the currency where the file says so.
    pub cost: Option<Money>,
    /// Consumption, register, power.
    pub kind: ReadingKind,
    /// For a register: by what its differences are to be multiplied (transformer ratio), where the file says so.
    pub multiplier: Option<Decimal>,
}

impl ExtractedReading {
    /// The currency of the cost, where the file says so.
    pub fn currency(&self) -> Option<Currency> {
        self.cost.and_then(|cost| cost.currency)
    }
}

/// The arrangement of a recognised table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayoutKind {
    /// One row per reading.
    Long,
    /// Periods across, one row per site or meter.
    Wide,
    /// Periods down, one column per site or meter.
    Transposed,
    /// Blocks of tables on a sheet.
    Blocks,
    /// Fields one below the other, one column for each record: forms and bills.
    Turned,
    /// Not a sheet: a format that states its own structure, such as Green Button.
    Structured,
}

/// What was recognised on one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The sheet's name; empty for CSV.
    pub sheet: String,
    /// The arrangement.
    pub kind: LayoutKind,
    /// The header rows, from 0.
    pub header_rows: Vec<u32>,
    /// Column (from 0), the role it plays, and the header text that says so.
    pub columns: Vec<(u32, String, String)>,
    /// The same of rows, where the fields stand one below the other.
    #[serde(default)]
    pub rows: Vec<(u32, String, String)>,
    /// A digest of the header's words and their order: the same for the next file of this layout.
    pub fingerprint: String,
}

/// All that was read from one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Extraction {
    /// Readings whose period, magnitude and kind are certain; the unknown is left empty.
    pub readings: Vec<ExtractedReading>,
    /// Values of weather stations.
    #[serde(default)]
    pub weather: Vec<WeatherValue>,
    /// Rows that look like data and are not taken, and questions about the file; each cell-level problem of a refused
    /// row names its cell.
    pub problems: Vec<Problem>,
    /// What was recognised, sheet by sheet.
    pub layouts: Vec<Layout>,
    /// All rows, counted while reading: readings, values of the weather, refused rows and rows that are not data.
    pub rows: u64,
    /// Rows that look like data and are refused or held; each has a problem.
    pub refused: u64,
    /// Titles, headers, totals, notes.
    pub not_data: u64,
    /// A digest of what the sheets have for headers: the same for the next file of this layout, whatever a person has
    /// said about it. `None` where no cell was read.
    pub fingerprint: Option<String>,
    /// The profiles by which it was read, the general ones first.
    pub profiles: Vec<String>,
    /// What the file itself proves of how it writes numbers and days.
    #[serde(default)]
    pub notation: Notation,
    /// The zone of sites that are new, where a profile states one.
    pub time_zone: Option<String>,
}

impl Extraction {
    /// Whether every row that was counted is a reading, a value of the weather, refused or not data.
    pub fn adds_up(&self) -> bool {
        let taken = (self.readings.len() + self.weather.len()) as u64;
        self.rows == taken + self.refused + self.not_data
    }
}
