//! The codes of the standard that matter for readings (NAESB REQ.21, ESPI 1.1 and 3.3).

/// What a number measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// An amount.
    Consumption,
    /// Mean power.
    Power,
    /// Something that is no consumption: voltage, current, reactive power.
    Other,
}

/// Units by their code and the power of ten of the number, with the symbols people write.
const UNITS: &[(i64, i64, &str)] = &[
    (72, 0, "Wh"),
    (72, 3, "kWh"),
    (72, 6, "MWh"),
    (72, 9, "GWh"),
    (31, 3, "kJ"),
    (31, 6, "MJ"),
    (31, 9, "GJ"),
    (132, 0, "Btu"),
    (132, 3, "kBtu"),
    (132, 6, "MMBtu"),
    (169, 0, "therm"),
    (169, 1, "Dth"),
    (42, 0, "m3"),
    (119, 0, "cf"),
    (119, 2, "ccf"),
    (119, 3, "kcf"),
    (128, 0, "gal"),
    (128, 3, "kgal"),
    (134, 0, "l"),
    (134, 3, "m3"),
    (38, 0, "W"),
    (38, 3, "kW"),
    (38, 6, "MW"),
];

/// The symbol for a code, and the power of ten that is left over for the number: `kWh` and 0 for (72, 3).
pub fn unit(code: i64, power_of_ten: i64) -> Option<(&'static str, i64)> {
    let same = UNITS.iter().filter(|(known, _, _)| *known == code);
    let (_, power, symbol) = same
        .clone()
        .filter(|(_, power, _)| *power <= power_of_ten)
        .max_by_key(|(_, power, _)| *power)
        .or_else(|| same.min_by_key(|(_, power, _)| *power))?;
    Some((symbol, power_of_ten - power))
}

/// What a unit measures; without one, an amount of an unknown unit.
pub fn measure(code: Option<i64>) -> Measure {
    match code {
        Some(38) => Measure::Power,
        // Also the units of heat and volume that are rare: amounts too, asked about for their unit.
        None | Some(0 | 31 | 42 | 43 | 46 | 47 | 72 | 119..=169) => Measure::Consumption,
        Some(_) => Measure::Other,
    }
}

/// What is supplied, by the code of the commodity or else of the service.
pub fn commodity(commodity: Option<i64>, service: Option<i64>) -> Option<&'static str> {
    match (commodity, service) {
        (Some(1 | 2), _) | (None | Some(0), Some(0)) => Some("Electricity"),
        (Some(7), _) | (None | Some(0), Some(1)) => Some("Natural gas"),
        (Some(9), _) | (None | Some(0), Some(2)) => Some("Water"),
        (Some(6 | 13), _) | (None | Some(0), Some(4)) => Some("Heat"),
        _ => None,
    }
}

/// The letters of a currency by its number (ISO 4217).
pub fn currency(number: i64) -> Option<&'static str> {
    Some(match number {
        36 => "AUD",
        124 => "CAD",
        156 => "CNY",
        208 => "DKK",
        344 => "HKD",
        356 => "INR",
        392 => "JPY",
        410 => "KRW",
        484 => "MXN",
        554 => "NZD",
        578 => "NOK",
        710 => "ZAR",
        752 => "SEK",
        756 => "CHF",
        826 => "GBP",
        840 => "USD",
        978 => "EUR",
        986 => "BRL",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_become_prefixes() {
        assert_eq!(unit(72, 3), Some(("kWh", 0)));
        assert_eq!(unit(72, -3), Some(("Wh", -3)));
        assert_eq!(unit(72, 4), Some(("kWh", 1)));
        assert_eq!(unit(31, 0), Some(("kJ", -3)));
        assert_eq!(unit(29, 0), None);
    }
}
