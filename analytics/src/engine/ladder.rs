//! The ladder of baselines: how far up a meter's history reaches, and why it goes no higher.

use alerts::Rung;
use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::panel::Cadence;
use crate::parameters::ladder::{LEAST_EXPLAINED, TEMPERATURE_MONTHS};
use crate::parameters::{FEWEST_READINGS, SEASONAL_MONTHS};

/// Why the next rung was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// So many readings; three are needed.
    FewReadings(u32),
    /// So many months since the first reading; twelve are needed for a season of the meter's own.
    ShortForSeason(u32),
    /// So many months with both use and temperature; 24 are needed for a model of degree days.
    ShortForTemperature(u32),
    /// No outdoor temperature is known.
    NoTemperature,
    /// Degree days explain so little of what the season leaves over (in per cent).
    WeakOnTemperature(i32),
    /// Bills or monthly readings: there are none of days or hours.
    NoIntervals,
}

impl Refusal {
    /// The reason in words.
    pub fn sentence(self) -> String {
        match self {
            Self::FewReadings(have) => {
                format!("There are {have} readings; {FEWEST_READINGS} are needed to judge.")
            }
            Self::ShortForSeason(have) => format!(
                "There are {have} months of history; {SEASONAL_MONTHS} are needed for a season of its own."
            ),
            Self::ShortForTemperature(have) => format!(
                "There are {have} months with use and outdoor temperature; {TEMPERATURE_MONTHS} are needed for a model of degree days."
            ),
            Self::NoTemperature => {
                "No outdoor temperature is known, so there is no model of degree days.".to_owned()
            }
            Self::WeakOnTemperature(percent) => format!(
                "Degree days explain {percent} % of its course; {:.0} % are needed for a model of degree days.",
                100.0 * LEAST_EXPLAINED
            ),
            Self::NoIntervals => {
                "There are no readings of days or hours, so there is no profile of the week."
                    .to_owned()
            }
        }
    }
}

/// Where a meter stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The rung that holds.
    pub rung: Rung,
    /// Why not the next one.
    pub refused: Option<Refusal>,
}

/// What is known of a meter's temperature at a slot.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Warmth {
    /// Months so far with both use and temperature.
    pub months: usize,
    /// The share of the variance of use that degree days explain; `None` before a fit.
    pub explained: Option<f64>,
}

/// The standing of a meter at a slot, by what was known before it.
pub fn standing(cadence: Cadence, memory: &Memory, at: usize, warmth: Warmth) -> Standing {
    let age = memory.first.map_or(0, |first| at - first);
    let on = |rung, refused| Standing { rung, refused: Some(refused) };
    if memory.readings < FEWEST_READINGS {
        return on(Rung::NoHistory, Refusal::FewReadings(count(memory.readings)));
    }
    if cadence == Cadence::Daily {
        return Standing { rung: Rung::Interval, refused: None };
    }
    if age < SEASONAL_MONTHS {
        return on(Rung::Level, Refusal::ShortForSeason(count(age)));
    }
    match warmth {
        Warmth { months: 0, .. } => on(Rung::Seasonal, Refusal::NoTemperature),
        Warmth { months, .. } if months < TEMPERATURE_MONTHS => {
            on(Rung::Seasonal, Refusal::ShortForTemperature(count(months)))
        }
        Warmth { explained: Some(share), .. } if share >= LEAST_EXPLAINED => {
            on(Rung::Temperature, Refusal::NoIntervals)
        }
        Warmth { explained, .. } => {
            on(Rung::Seasonal, Refusal::WeakOnTemperature(per_cent(explained.unwrap_or(0.0))))
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Rounded as a number is written.
#[expect(clippy::cast_possible_truncation, reason = "a share of a variance")]
fn per_cent(share: f64) -> i32 {
    (100.0 * share).round_ties_even() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(readings: usize, age: usize, warmth: Warmth) -> Standing {
        let memory = Memory { first: Some(0), readings, ..Memory::default() };
        standing(Cadence::Monthly, &memory, age, warmth)
    }

    #[test]
    fn each_rung_has_its_test_and_its_refusal() {
        let none = Warmth::default();
        let known = |months, explained| Warmth { months, explained: Some(explained) };
        let cases = [
            (at(2, 2, none), Rung::NoHistory, Refusal::FewReadings(2)),
            (at(3, 3, none), Rung::Level, Refusal::ShortForSeason(3)),
            (at(12, 12, none), Rung::Seasonal, Refusal::NoTemperature),
            (at(14, 14, known(14, 0.9)), Rung::Seasonal, Refusal::ShortForTemperature(14)),
            (at(30, 30, known(30, 0.05)), Rung::Seasonal, Refusal::WeakOnTemperature(5)),
            (at(30, 30, known(30, 0.9)), Rung::Temperature, Refusal::NoIntervals),
        ];
        for (standing, rung, refused) in cases {
            assert_eq!(standing, Standing { rung, refused: Some(refused) });
            assert!(refused.sentence().ends_with('.'));
        }
    }

    #[test]
    fn days_stand_on_the_profile_of_the_week() {
        let memory = Memory { first: Some(0), readings: 200, ..Memory::default() };
        let standing = standing(Cadence::Daily, &memory, 200, Warmth::default());
        assert_eq!(standing, Standing { rung: Rung::Interval, refused: None });
    }
}
