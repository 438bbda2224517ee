//! What a slot shows of the meters of a group.

use super::super::evidence::{Factors, Sight};
use super::super::exchange;
use super::super::expected::Forecast;
use super::super::statistics::shares_of_others;
use super::super::vote::Ballot;
use super::track::Track;
use super::{JUDGED, LOGARITHMIC, VIEWS};
use crate::parameters::score::STIR;

/// A slot of a meter in both views.
pub struct Sights<'a> {
    pub judged: Sight<'a>,
    pub logarithmic: Sight<'a>,
    pub factors: Option<Factors>,
    /// Use per month; `NaN` where nothing came.
    pub value: f64,
}

impl<'a> Sights<'a> {
    pub fn of(track: &'a Track<'_>, forecasts: &[Forecast; VIEWS], at: usize) -> Option<Self> {
        let views = track.views.as_ref()?;
        let value = track.value[at];
        let logarithmic = Sight::new(forecasts[LOGARITHMIC], &views[LOGARITHMIC]);
        let factors = if value > 0.0 { logarithmic.factors() } else { None };
        let judged = Sight::new(forecasts[JUDGED], &views[JUDGED]);
        Some(Self { judged, logarithmic, factors, value })
    }
}

pub fn candidates<'a>(sights: &[Option<Sights<'a>>]) -> Vec<Option<exchange::Candidate<'a>>> {
    sights
        .iter()
        .map(|sights| {
            let sights = sights.as_ref().filter(|sights| sights.value > 0.0)?;
            Some(exchange::Candidate { sight: sights.judged, value: sights.value })
        })
        .collect()
}

/// What each meter of a group says about a common factor.
pub fn ballots(sights: &[Option<Sights<'_>>]) -> Vec<Ballot> {
    sights
        .iter()
        .map(|sights| match sights {
            Some(sights) if !sights.value.is_nan() => {
                let clear = sights.factors.filter(|factors| factors.clear);
                clear.map_or(Ballot::None, |factors| Ballot::For(factors.best))
            }
            _ => Ballot::Absent,
        })
        .collect()
}

/// For each member of a group the share of the others that are far from their expectation.
pub fn stirs(sights: &[Option<Sights<'_>>]) -> Vec<f64> {
    let far: Vec<Option<bool>> = sights
        .iter()
        .map(|sights| {
            let z = sights.as_ref()?.judged.forecast.z();
            z.is_finite().then_some(z.abs() > STIR)
        })
        .collect();
    shares_of_others(&far)
}
