//! What a baseline says, and how much it knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far up the ladder of baselines a meter's history reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Under 3 months: limits only, no judgement from history.
    NoHistory,
    /// 3 to 11 months: robust level, the season borrowed from the meter's peers.
    Level,
    /// 12 months and more: the meter's own season, shrunk towards its peers.
    Seasonal,
    /// 24 months and more with outdoor temperature: a model of degree days besides the season.
    Temperature,
    /// Days or hours: the profile of the week.
    Interval,
}

impl Rung {
    /// Every rung, the lowest first.
    pub const ALL: [Self; 5] =
        [Self::NoHistory, Self::Level, Self::Seasonal, Self::Temperature, Self::Interval];

    /// The name as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoHistory => "no_history",
            Self::Level => "level",
            Self::Seasonal => "seasonal",
            Self::Temperature => "temperature",
            Self::Interval => "interval",
        }
    }

    /// What a person is told about the ground of a judgement.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoHistory => "Under 3 months of history: nothing is judged yet.",
            Self::Level => {
                "3 to 11 months of history: the level is the meter's own, the season is borrowed from its peers."
            }
            Self::Seasonal => "12 months of history or more: level and season are the meter's own.",
            Self::Temperature => {
                "24 months of history or more with outdoor temperature: level, season and use per degree are the meter's own."
            }
            Self::Interval => {
                "Readings of days or hours: the profile of the week is the meter's own."
            }
        }
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Rung {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|rung| rung.code() == text)
            .ok_or_else(|| format!("`{text}` is not a rung of the baseline"))
    }
}

/// What was to be expected of a period, in the unit of the meter, for the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The expected quantity.
    pub expected: f64,
    /// The lower end of the 95 % interval.
    pub lower: f64,
    /// The upper end of the 95 % interval.
    pub upper: f64,
}
