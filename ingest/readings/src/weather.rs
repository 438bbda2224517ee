//! Outdoor temperature as a file states it: means or degree days of a weather station.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::cell::CellAddress;

/// What a value of a weather station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeatherKind {
    /// The mean temperature of the period, in degrees Celsius.
    Mean,
    /// The sum over the days of the degrees below the base temperature.
    HeatingDegreeDays,
    /// The sum over the days of the degrees above the base temperature.
    CoolingDegreeDays,
}

impl WeatherKind {
    /// The name in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::HeatingDegreeDays => "heating_degree_days",
            Self::CoolingDegreeDays => "cooling_degree_days",
        }
    }
}

/// A value of a weather station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeatherValue {
    /// The sheet; empty for CSV.
    pub sheet: String,
    /// The cell of the value.
    pub cell: CellAddress,
    /// The name of the station.
    pub station: String,
    /// What it is.
    pub kind: WeatherKind,
    /// First day.
    pub start: Date,
    /// First day after it.
    pub end: Date,
    /// Degrees Celsius, or degree days of degrees Celsius.
    pub value: Decimal,
    /// The base temperature of degree days, in degrees Celsius, where the file says it.
    pub base: Option<Decimal>,
}
