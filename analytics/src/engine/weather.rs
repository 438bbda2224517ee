//! What this month's weather does to a meter's expected use, by its own degree-day model.

use super::degree_days::{Model, fit_robust};
use super::ladder::Warmth;
use super::panel::Meter;
use super::statistics::median;
use crate::parameters::DAYS_PER_MONTH;
use crate::parameters::expected::LAST_YEAR_WEIGHT;
use crate::parameters::ladder::{LEAST_EXPLAINED, TEMPERATURE_MONTHS};

/// The degree-day model of a meter with what is usual for each month; found anew every twelve months.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    model: Option<Model>,
    /// The usual temperature of each month of the year.
    usual: [Option<f64>; 12],
    /// Months with use and temperature.
    months: usize,
}

impl Weather {
    /// Fits the model to the history before `at`, where its age says so.
    pub fn look_back(
        &mut self,
        meter: &Meter,
        use_per_month: &[f64],
        first: Option<usize>,
        at: usize,
        first_season: usize,
    ) {
        if at > 0 && use_per_month[at - 1].is_finite() && meter.temperature_at(at - 1).is_some() {
            self.months += 1;
        }
        let age = first.map_or(0, |first| at - first);
        let of_age = age >= TEMPERATURE_MONTHS && age.is_multiple_of(12);
        if self.months < TEMPERATURE_MONTHS || !(of_age || self.model.is_none()) {
            return;
        }
        let per_day: Vec<f64> =
            use_per_month[..at].iter().map(|used| used / DAYS_PER_MONTH).collect();
        let warm = |slot: usize| meter.temperature_at(slot).unwrap_or(f64::NAN);
        let temperature: Vec<f64> = (0..at).map(warm).collect();
        self.model = fit_robust(&per_day, &temperature, |slot| meter.trust_at(slot));
        self.usual = std::array::from_fn(|season| {
            median((0..at).filter(|slot| (first_season + slot) % 12 == season).map(warm))
        });
    }

    /// What is known of the meter's temperature.
    pub fn warmth(&self) -> Warmth {
        Warmth { months: self.months, explained: self.model.map(|model| model.explained) }
    }

    /// What the model says that the weather of a slot adds to what season and last year expect; on a scale with this
    /// offset, 0 where it has no say.
    pub fn says(&self, meter: &Meter, offset: f64, at: usize, season: usize) -> f64 {
        let Some(model) = self.model.filter(|model| model.explained >= LEAST_EXPLAINED) else {
            return 0.0;
        };
        let (Some(now), Some(usual)) = (meter.temperature_at(at), self.usual[season]) else {
            return 0.0;
        };
        let last_year = at.checked_sub(12).and_then(|before| meter.temperature_at(before));
        let scaled = |warm: f64| ((model.at(warm) * DAYS_PER_MONTH).max(0.0) + offset).ln();
        scaled(now)
            - (1.0 - LAST_YEAR_WEIGHT) * scaled(usual)
            - LAST_YEAR_WEIGHT * scaled(last_year.unwrap_or(usual))
    }
}
