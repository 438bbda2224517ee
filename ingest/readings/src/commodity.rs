//! What is supplied.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::unit::Unit;

/// What is supplied through a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commodity {
    /// Electrical energy, from the grid or from the site itself.
    Electricity,
    /// Natural gas, by volume or by energy.
    Gas,
    /// Cold drinking water.
    Water,
    /// Hot water sold by volume.
    HotWater,
    /// Waste water.
    Sewer,
    /// Heat from a network.
    Heat,
    /// Cooling from a network, chilled water.
    Cooling,
    /// Steam, by mass or by energy.
    Steam,
    /// Fuel oil and diesel.
    Oil,
    /// Propane, liquefied gas.
    Propane,
    /// Coal, coke.
    Coal,
    /// Wood, pellets, other biomass.
    Biomass,
}

impl Commodity {
    /// Every commodity, in the order in which they are listed on the screen.
    pub const ALL: [Self; 12] = [
        Self::Electricity,
        Self::Gas,
        Self::Heat,
        Self::Cooling,
        Self::Steam,
        Self::Water,
        Self::HotWater,
        Self::Sewer,
        Self::Oil,
        Self::Propane,
        Self::Coal,
        Self::Biomass,
    ];

    /// The name in the database, in CSV and in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::Gas => "gas",
            Self::Water => "water",
            Self::HotWater => "hot_water",
            Self::Sewer => "sewer",
            Self::Heat => "heat",
            Self::Cooling => "cooling",
            Self::Steam => "steam",
            Self::Oil => "oil",
            Self::Propane => "propane",
            Self::Coal => "coal",
            Self::Biomass => "biomass",
        }
    }

    /// The name on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Electricity => "Electricity",
            Self::Gas => "Gas",
            Self::Water => "Water",
            Self::HotWater => "Hot water",
            Self::Sewer => "Sewer",
            Self::Heat => "Heat",
            Self::Cooling => "Cooling",
            Self::Steam => "Steam",
            Self::Oil => "Oil",
            Self::Propane => "Propane",
            Self::Coal => "Coal",
            Self::Biomass => "Biomass",
        }
    }

    /// The unit to which a new meter's readings are converted when the unit of the reading has its dimension.
    pub const fn usual_unit(self) -> Unit {
        match self {
            Self::Water | Self::HotWater | Self::Sewer | Self::Oil | Self::Propane => {
                Unit::CubicMetre
            }
            Self::Coal | Self::Biomass => Unit::Kilogram,
            _ => Unit::KilowattHour,
        }
    }
}

impl fmt::Display for Commodity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no commodity that is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a commodity")]
pub struct UnknownCommodity(String);

impl FromStr for Commodity {
    type Err = UnknownCommodity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|commodity| commodity.code() == text)
            .ok_or_else(|| UnknownCommodity(text.to_owned()))
    }
}
