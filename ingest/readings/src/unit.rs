//! Units of quantities, and the factors between them.
//!
//! Conversion happens only inside a dimension; from volume to energy only a configured factor leads.
//! Sources of the factors: NIST Special Publication 811 (2008), appendix B.8; the international table British thermal
//! unit is 1 055.055 852 62 J; the US gallon is 231 cubic inches, the imperial gallon 4.546 09 l, the foot 0.3048 m,
//! the pound 0.453 592 37 kg, all exact by definition; the ton of refrigeration is 12 000 Btu an hour.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::dec;
use serde::{Deserialize, Serialize};

/// What a unit measures; conversion stays inside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Canonical unit: kilowatt-hour.
    Energy,
    /// Canonical unit: cubic metre.
    Volume,
    /// Canonical unit: kilogram.
    Mass,
    /// Canonical unit: kilowatt. Power is never consumption.
    Power,
}

impl Dimension {
    /// The unit in which quantities of this dimension are compared.
    pub const fn canonical(self) -> Unit {
        match self {
            Self::Energy => Unit::KilowattHour,
            Self::Volume => Unit::CubicMetre,
            Self::Mass => Unit::Kilogram,
            Self::Power => Unit::Kilowatt,
        }
    }
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident, $symbol:literal, $dimension:ident, $factor:expr;)*) => {
        /// A unit of quantity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Unit {
            $($(#[$doc])* #[serde(rename = $symbol)] $name,)*
        }

        impl Unit {
            /// Every unit.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The symbol, as printed and stored.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$name => $symbol,)* }
            }

            /// What the unit measures.
            pub const fn dimension(self) -> Dimension {
                match self { $(Self::$name => Dimension::$dimension,)* }
            }

            /// How many canonical units of the dimension one of these is.
            pub const fn factor(self) -> Decimal {
                match self { $(Self::$name => $factor,)* }
            }
        }
    };
}

units! {
    /// Watt-hour.
    WattHour, "Wh", Energy, dec!(0.001);
    /// Kilowatt-hour, the canonical unit of energy.
    KilowattHour, "kWh", Energy, dec!(1);
    /// Megawatt-hour.
    MegawattHour, "MWh", Energy, dec!(1000);
    /// Gigawatt-hour.
    GigawattHour, "GWh", Energy, dec!(1000000);
    /// Kilojoule.
    Kilojoule, "kJ", Energy, dec!(0.0002777777777777777777777778);
    /// Megajoule.
    Megajoule, "MJ", Energy, dec!(0.2777777777777777777777777778);
    /// Gigajoule.
    Gigajoule, "GJ", Energy, dec!(277.7777777777777777777777778);
    /// Terajoule.
    Terajoule, "TJ", Energy, dec!(277777.7777777777777777777778);
    /// British thermal unit (international table).
    Btu, "Btu", Energy, dec!(0.00029307107017222222);
    /// Thousand Btu.
    KiloBtu, "kBtu", Energy, dec!(0.29307107017222222222);
    /// Million Btu, written MMBtu in the trade.
    MillionBtu, "MMBtu", Energy, dec!(293.07107017222222222);
    /// Therm (US and EC: 100 000 Btu).
    Therm, "therm", Energy, dec!(29.307107017222222222);
    /// Dekatherm, ten therms.
    Dekatherm, "Dth", Energy, dec!(293.07107017222222222);
    /// Gigacalorie (thermochemical, 4.184 GJ), the unit of heat bills in eastern Europe.
    Gigacalorie, "Gcal", Energy, dec!(1162.2222222222222222222222222);
    /// Ton-hour of refrigeration, 12 000 Btu.
    TonHour, "ton-h", Energy, dec!(3.5168528420666666667);
    /// Millilitre.
    Millilitre, "ml", Volume, dec!(0.000001);
    /// Litre.
    Litre, "l", Volume, dec!(0.001);
    /// Hectolitre.
    Hectolitre, "hl", Volume, dec!(0.1);
    /// Cubic metre, the canonical unit of volume; also written kl.
    CubicMetre, "m3", Volume, dec!(1);
    /// Kilolitre, a cubic metre by another name.
    Kilolitre, "kl", Volume, dec!(1);
    /// Megalitre.
    Megalitre, "Ml", Volume, dec!(1000);
    /// US gallon.
    Gallon, "gal", Volume, dec!(0.003785411784);
    /// Thousand US gallons.
    Kilogallon, "kgal", Volume, dec!(3.785411784);
    /// Million US gallons.
    Megagallon, "Mgal", Volume, dec!(3785.411784);
    /// Imperial gallon.
    ImperialGallon, "imp gal", Volume, dec!(0.00454609);
    /// Cubic foot.
    CubicFoot, "cf", Volume, dec!(0.028316846592);
    /// Hundred cubic feet; also written HCF.
    Ccf, "ccf", Volume, dec!(2.8316846592);
    /// Thousand cubic feet, MCF in the trade.
    Kcf, "kcf", Volume, dec!(28.316846592);
    /// Kilogram, the canonical unit of mass.
    Kilogram, "kg", Mass, dec!(1);
    /// Tonne.
    Tonne, "t", Mass, dec!(1000);
    /// Pound.
    Pound, "lb", Mass, dec!(0.45359237);
    /// Thousand pounds; written MLb or klb for steam.
    Kilopound, "klb", Mass, dec!(453.59237);
    /// Short ton, 2 000 pounds.
    ShortTon, "short ton", Mass, dec!(907.18474);
    /// Watt.
    Watt, "W", Power, dec!(0.001);
    /// Kilowatt, the canonical unit of power.
    Kilowatt, "kW", Power, dec!(1);
    /// Megawatt.
    Megawatt, "MW", Power, dec!(1000);
}

impl Unit {
    /// The unit in which quantities of this dimension are compared.
    #[must_use]
    pub const fn canonical(self) -> Self {
        self.dimension().canonical()
    }

    /// Converts a quantity of this unit to `to`; `None` where the dimensions differ or the number leaves the range.
    pub fn convert(self, quantity: Decimal, to: Self) -> Option<Decimal> {
        if self == to {
            return Some(quantity);
        }
        if self.dimension() != to.dimension() {
            return None;
        }
        quantity.checked_mul(self.factor())?.checked_div(to.factor()).map(|q| q.normalize())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// The text is not the symbol of a unit that is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the symbol of a known unit")]
pub struct UnknownUnit(String);

impl FromStr for Unit {
    type Err = UnknownUnit;

    /// Reads a symbol exactly as `symbol` writes it; the many spellings of real files are understood in `ingest`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|unit| unit.symbol() == text)
            .ok_or_else(|| UnknownUnit(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_agree_with_the_published_figures() {
        let close = |got: Option<Decimal>, want: Decimal| {
            let got = got.expect("same dimension");
            assert!((got - want).abs() < dec!(0.00001), "{got} is not {want}");
        };
        close(Unit::Gigajoule.convert(dec!(3.6), Unit::MegawattHour), dec!(1));
        close(Unit::Therm.convert(dec!(1), Unit::KilowattHour), dec!(29.30711));
        close(Unit::Ccf.convert(dec!(1), Unit::Gallon), dec!(748.05195));
        close(Unit::Kcf.convert(dec!(1), Unit::CubicMetre), dec!(28.31685));
        close(Unit::Gigacalorie.convert(dec!(1), Unit::Gigajoule), dec!(4.184));
        close(Unit::TonHour.convert(dec!(1), Unit::Btu), dec!(12000));
    }

    #[test]
    fn nothing_leads_from_one_dimension_to_another() {
        for from in Unit::ALL {
            for to in Unit::ALL {
                let same = from.dimension() == to.dimension();
                assert_eq!(from.convert(dec!(1), *to).is_some(), same, "{from} to {to}");
            }
        }
    }

    #[test]
    fn symbols_are_distinct_and_read_back() {
        for unit in Unit::ALL {
            assert_eq!(unit.symbol().parse(), Ok(*unit));
        }
    }
}
