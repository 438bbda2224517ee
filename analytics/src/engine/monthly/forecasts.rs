//! What is expected of a slot by every meter of a group.

use rayon::prelude::*;

use super::super::expected::{Forecast, Peers, chase, own_value, slope, weather_slope};
use super::track::Track;
use super::{FEWEST_AT_ONCE, VIEWS};

/// What both views of a meter expect of a slot, before it is learnt.
pub type Forecasts = Option<[Forecast; VIEWS]>;

/// What a view expects from its own past, and what came.
#[derive(Clone, Copy)]
struct Own {
    value: f64,
    observed: f64,
    degree_days: f64,
    weather: f64,
}

impl Own {
    fn of(track: &Track<'_>, at: usize, season: usize) -> Option<[Self; VIEWS]> {
        let views = track.views.as_ref()?;
        Some(std::array::from_fn(|which| {
            let view = &views[which];
            let degree_days = track.weather.says(track.meter, view.offset, at, season);
            let weather = weather_slope(view) * degree_days;
            Self {
                value: own_value(view, at, season) + weather,
                observed: view.scale(track.value[at]),
                degree_days,
                weather,
            }
        }))
    }

    fn deviation(&self) -> f64 {
        self.observed - self.value
    }
}

/// What is expected of a slot, in the order of the tracks.
pub fn forecast(tracks: &[Track<'_>], at: usize, season: usize) -> Vec<Forecasts> {
    let own: Vec<Option<[Own; VIEWS]>> = tracks
        .par_iter()
        .with_min_len(FEWEST_AT_ONCE)
        .map(|track| Own::of(track, at, season))
        .collect();
    let peers: [Peers; VIEWS] = std::array::from_fn(|which| {
        Peers::of(own.iter().flatten().map(|own| own[which].deviation()))
    });
    let of_member = |(track, own): (&Track<'_>, Option<[Own; VIEWS]>)| {
        let (own, views) = (own?, track.views.as_ref()?);
        Some(std::array::from_fn(|which| {
            let (view, own) = (&views[which], own[which]);
            let peers = peers[which].effect(own.deviation());
            Forecast {
                own: own.value,
                degree_days: own.degree_days,
                weather: own.weather,
                peers,
                value: own.value + slope(view) * peers,
                observed: own.observed,
                chase: chase(view, at, track.memory.step, track.meter.utility.chase),
                sigma: view.sigma,
            }
        }))
    };
    tracks.par_iter().with_min_len(FEWEST_AT_ONCE).zip(own).map(of_member).collect()
}
