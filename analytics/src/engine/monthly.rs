//! The pass over the months.

mod sights;
mod slot;
mod track;

use alerts::Rung;
use rayon::prelude::*;

use super::evidence::Findings;
use super::exchange;
use super::expected::{Forecast, chase, own_value, peers_effects, slope, weather_slope};
use super::interval::Residuals;
use super::judgement::Judgement;
use super::memory::Memory;
use super::panel::Panel;
use super::start::{self, Profile};
use super::view::View;
use super::vote;
use super::weather::Weather;
use crate::parameters::interval;
use crate::parameters::start as start_at;
use crate::parameters::{FEWEST_READINGS, NOT_JUDGED};
use sights::{Sights, ballots, candidates, stirs};
use slot::{Context, OfGroup, Seen, judge_slot, learn_slot};
use track::{Track, use_per_month};

/// The view in which a meter is judged, and the view in which factors are recognised.
const VIEWS: usize = 2;
const JUDGED: usize = 0;
const LOGARITHMIC: usize = 1;

/// Meters that are worth another processor.
const FEWEST_AT_ONCE: usize = 64;

/// What a slot brought for one meter, before it is learnt.
type Forecasts = Option<[Forecast; VIEWS]>;

/// Judges every slot of every meter, in the order of the panel.
///
/// `observe` sees what the tables look at: the meter, the slot, and the inputs in the order of `inputs::MONTHLY`.
pub fn judge(
    panel: &Panel,
    mut observe: impl FnMut(usize, usize, super::Seen<'_>),
) -> Vec<Vec<Judgement>> {
    let mut tracks: Vec<Track<'_>> = panel
        .meters
        .iter()
        .map(|meter| Track {
            meter,
            value: use_per_month(meter, |_| true),
            believed: use_per_month(meter, |slot| meter.trust_at(slot) > 0.0),
            memory: Memory::default(),
            views: None,
            weather: Weather::default(),
            has_moved: false,
        })
        .collect();
    let groups: Vec<Vec<usize>> = (0..panel.groups)
        .map(|group| (0..tracks.len()).filter(|at| tracks[*at].meter.group == group).collect())
        .collect();
    let mut residuals = vec![Residuals::default(); panel.groups];
    let mut wander = vec![(0.0, 0.0); panel.groups];
    let mut judged: Vec<Vec<Judgement>> =
        tracks.iter().map(|_| Vec::with_capacity(panel.slots)).collect();
    for at in 0..panel.slots {
        let season = panel.season(at);
        for members in &groups {
            set_up(&mut tracks, members, at, panel.first_season);
        }
        let mut forecasts: Vec<Forecasts> = vec![None; tracks.len()];
        for members in &groups {
            forecast(&tracks, members, at, season, &mut forecasts);
        }
        for (group, members) in groups.iter().enumerate() {
            let sights: Vec<Option<Sights<'_>>> = in_parallel(members)
                .map(|meter| Sights::of(&tracks[*meter], forecasts[*meter].as_ref()?, at))
                .collect();
            let votes = vote::count(&ballots(&sights));
            let swaps = exchange::weigh(&candidates(&sights));
            let stirs = stirs(&sights);
            let context = Context {
                at,
                season,
                first_season: panel.first_season,
                ends: residuals[group].ends(interval::QUANTILES),
                wander: wander[group],
                peers: members.len(),
            };
            let judge_member = |(place, meter): (usize, &usize)| {
                let sights = sights[place].as_ref()?;
                let mut findings = Findings::default();
                if let Some((partner, weight)) = swaps[place] {
                    findings.add_swap(members[partner], weight);
                }
                let of_group = OfGroup { vote: votes[place], stir: stirs[place] };
                Some(judge_slot(&tracks[*meter], sights, context, of_group, findings))
            };
            let seen: Vec<Option<Seen>> =
                in_parallel(members).enumerate().map(judge_member).collect();
            for (meter, seen) in members.iter().zip(seen) {
                let Some(seen) = seen else {
                    judged[*meter].push(Judgement::none());
                    continue;
                };
                let mut scorecard = NOT_JUDGED;
                if let Some(inputs) = &seen.inputs {
                    scorecard = inputs[0];
                    let naming = seen.naming.as_ref();
                    observe(*meter, at, super::Seen { inputs, naming, evidence: &seen.evidence });
                }
                if let Some(forecast) = &forecasts[*meter]
                    && scorecard <= interval::LARGEST_SCORE
                    && seen.judgement.rung >= Rung::Seasonal
                {
                    residuals[group].add(forecast[JUDGED].z_after_chase());
                }
                judged[*meter].push(seen.judgement);
            }
        }
        let squares: Vec<Option<f64>> = tracks
            .par_iter_mut()
            .with_min_len(FEWEST_AT_ONCE)
            .zip(forecasts)
            .map(|(track, forecasts)| learn_slot(track, forecasts, at, season))
            .collect();
        for (members, wander) in groups.iter().zip(&mut wander) {
            for square in members.iter().filter_map(|meter| squares[*meter]) {
                wander.0 += square;
                wander.1 += 1.0;
            }
        }
    }
    judged
}

/// The members of a group, on all processors; what is collected is in their order.
fn in_parallel(members: &[usize]) -> impl IndexedParallelIterator<Item = &usize> {
    members.par_iter().with_min_len(FEWEST_AT_ONCE)
}

/// Sets up the meters of a group whose age says so.
fn set_up(tracks: &mut [Track<'_>], members: &[usize], at: usize, first_season: usize) {
    for meter in members {
        let track = &mut tracks[*meter];
        track.weather.look_back(track.meter, &track.believed, track.memory.first, at, first_season);
    }
    let of_age = |track: &Track<'_>, ages: &[usize]| {
        track.memory.readings >= FEWEST_READINGS
            && track.memory.first.is_some_and(|first| ages.contains(&(at - first)))
    };
    let late =
        |track: &Track<'_>| track.views.is_none() && track.memory.readings >= FEWEST_READINGS;
    let select = |test: &dyn Fn(&Track<'_>) -> bool| -> Vec<usize> {
        members.iter().copied().filter(|meter| test(&tracks[*meter])).collect()
    };
    let starts =
        |track: &Track<'_>| late(track) || track.has_moved || of_age(track, &start_at::AGES);
    let anew = select(&starts);
    let refreshed = select(&|track| !starts(track) && of_age(track, &start_at::SEASON_AGES));
    if anew.is_empty() && refreshed.is_empty() {
        return;
    }
    let mut before: Vec<Option<[View; VIEWS]>> = Vec::new();
    for meter in &anew {
        let track = &mut tracks[*meter];
        before.push(track.views.take());
        track.memory.look_back(&track.meter.quantity, at);
        let own =
            |view| start::own_view(&track.believed, at, track.offset_share(view), first_season);
        if let (Some(judged), Some(logarithmic)) = (own(JUDGED), own(LOGARITHMIC)) {
            track.views = Some([judged, logarithmic]);
        }
    }
    for meter in &refreshed {
        let track = &mut tracks[*meter];
        track.memory.look_back(&track.meter.quantity, at);
        for view in track.views.iter_mut().flatten() {
            let history: Vec<f64> =
                track.believed[..at].iter().map(|value| view.scale(*value)).collect();
            view.own_season = start::own_season(&history, first_season);
        }
    }
    for which in 0..VIEWS {
        let season = profile(tracks, members, which).season;
        for meter in &refreshed {
            if let Some(views) = &mut tracks[*meter].views {
                let shrunk = start::shrunk_season(&views[which], &season);
                start::refresh_season(&mut views[which], shrunk);
            }
        }
        for meter in &anew {
            if let Some(views) = &mut tracks[*meter].views {
                views[which].season = start::shrunk_season(&views[which], &season);
                start::measure_variance(&mut views[which], first_season);
            }
        }
        let variance = profile(tracks, members, which).variance;
        for meter in &anew {
            if let Some(views) = &mut tracks[*meter].views {
                start::finish(&mut views[which], variance, first_season);
            }
        }
    }
    for (meter, before) in anew.iter().zip(before) {
        if let (Some(views), Some(before)) = (&mut tracks[*meter].views, before) {
            for (view, old) in views.iter_mut().zip(before) {
                start::carry_over(view, old);
            }
        }
        tracks[*meter].start_anew(at);
    }
}

fn profile(tracks: &[Track<'_>], members: &[usize], which: usize) -> Profile {
    Profile::of(
        members.iter().filter_map(|meter| tracks[*meter].views.as_ref()).map(|views| &views[which]),
    )
}

/// What is expected of a slot by every meter of a group.
fn forecast(
    tracks: &[Track<'_>],
    members: &[usize],
    at: usize,
    season: usize,
    forecasts: &mut [Forecasts],
) {
    for which in 0..VIEWS {
        let own: Vec<(f64, f64, f64, f64)> = members
            .iter()
            .map(|meter| match &tracks[*meter].views {
                Some(views) => {
                    let view = &views[which];
                    let track = &tracks[*meter];
                    let says = track.weather.says(track.meter, view.offset, at, season);
                    let weather = weather_slope(view) * says;
                    (
                        own_value(view, at, season) + weather,
                        view.scale(track.value[at]),
                        says,
                        weather,
                    )
                }
                None => (f64::NAN, f64::NAN, 0.0, 0.0),
            })
            .collect();
        let deviations: Vec<f64> = own.iter().map(|(own, observed, ..)| observed - own).collect();
        let effects = peers_effects(&deviations);
        for ((meter, (own, observed, degree_days, weather)), peers) in
            members.iter().zip(own).zip(effects)
        {
            let track = &tracks[*meter];
            let Some(views) = &track.views else { continue };
            let view = &views[which];
            let made = Forecast {
                own,
                degree_days,
                weather,
                peers,
                value: own + slope(view) * peers,
                observed,
                chase: chase(view, at, track.memory.step, track.meter.utility.chase),
                sigma: view.sigma,
            };
            forecasts[*meter].get_or_insert([made; VIEWS])[which] = made;
        }
    }
}
