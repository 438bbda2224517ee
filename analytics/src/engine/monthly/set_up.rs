//! Meters of a group whose age says that they are set up, or that their season is found anew.

use rayon::prelude::*;

use super::super::seasons::Seasons;
use super::super::start::{self, Levels};
use super::super::view::View;
use super::track::Track;
use super::{FEWEST_AT_ONCE, JUDGED, LOGARITHMIC, VIEWS};
use crate::parameters::FEWEST_READINGS;
use crate::parameters::start as start_at;

/// What a slot brings for a meter before it is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It is set up, for the first time or again.
    Anew,
    /// Its season is found again.
    Refreshed,
    /// It goes on as it is.
    GoesOn,
}

impl Stage {
    fn of(track: &Track<'_>, at: usize) -> Self {
        let is_known = track.memory.readings >= FEWEST_READINGS;
        let of_age = |ages: &[usize]| {
            is_known && track.memory.first.is_some_and(|first| ages.contains(&(at - first)))
        };
        let is_late = track.views.is_none() && is_known;
        if is_late || track.has_moved || of_age(&start_at::AGES) {
            Self::Anew
        } else if of_age(&start_at::SEASON_AGES) {
            Self::Refreshed
        } else {
            Self::GoesOn
        }
    }
}

/// Sets up the meters of a group whose age says so; `seasons` are those of the group in both views.
pub fn set_up(
    tracks: &mut [Track<'_>],
    seasons: &mut [Seasons; VIEWS],
    at: usize,
    first_season: usize,
) {
    let stages: Vec<Stage> = tracks
        .par_iter_mut()
        .with_min_len(FEWEST_AT_ONCE)
        .map(|track| {
            let Track { weather, meter, believed, memory, .. } = track;
            weather.look_back(meter, believed, memory.first, at, first_season);
            Stage::of(track, at)
        })
        .collect();
    let changing: Vec<usize> =
        (0..stages.len()).filter(|at| stages[*at] != Stage::GoesOn).collect();
    if changing.is_empty() {
        return;
    }
    let follows = Seasons::follows(changing.len(), tracks.len());
    if follows {
        each(tracks, &changing, seasons, Seasons::take_out);
    }
    let mut before: Vec<Option<[View; VIEWS]>> = concerned(tracks, &stages)
        .map(|(track, stage)| look_back(track, stage, at, first_season))
        .collect();
    if follows {
        each(tracks, &changing, seasons, Seasons::put_in);
    } else {
        *seasons = std::array::from_fn(|which| Seasons::of(&views(tracks, which)));
    }
    for which in 0..VIEWS {
        let season = seasons[which].medians();
        let of_season = |(track, stage): (&mut Track<'_>, Stage)| {
            let view = &mut track.views.as_mut().filter(|_| stage != Stage::GoesOn)?[which];
            let shrunk = start::shrunk_season(view, &season);
            if stage == Stage::Refreshed {
                start::refresh_season(view, shrunk);
                return None;
            }
            view.season = shrunk;
            Some(start::measure_variance(view, first_season))
        };
        let levels: Vec<Option<Levels>> = concerned(tracks, &stages).map(of_season).collect();
        let variance = start::variance_of(views(tracks, which));
        concerned(tracks, &stages).zip(levels).for_each(|((track, _), levels)| {
            if let (Some(levels), Some(views)) = (levels, &mut track.views) {
                start::finish(&mut views[which], &levels, variance, first_season);
            }
        });
    }
    concerned(tracks, &stages).zip(&mut before).for_each(|((track, stage), before)| {
        if stage != Stage::Anew {
            return;
        }
        if let (Some(views), Some(before)) = (&mut track.views, before.take()) {
            for (view, old) in views.iter_mut().zip(before) {
                start::carry_over(view, old);
            }
        }
        track.start_anew(at);
    });
}

/// Does something with the seasons and each view of these tracks.
fn each(
    tracks: &[Track<'_>],
    these: &[usize],
    seasons: &mut [Seasons; VIEWS],
    with: fn(&mut Seasons, &View),
) {
    for views in these.iter().filter_map(|at| tracks[*at].views.as_ref()) {
        seasons.iter_mut().zip(views).for_each(|(seasons, view)| with(seasons, view));
    }
}

/// The tracks with their stages, on all processors.
fn concerned<'t, 'a>(
    tracks: &'t mut [Track<'a>],
    stages: &'t [Stage],
) -> impl IndexedParallelIterator<Item = (&'t mut Track<'a>, Stage)> {
    tracks.par_iter_mut().with_min_len(FEWEST_AT_ONCE).zip(stages.par_iter().copied())
}

/// The views of one kind of all that are set up.
fn views<'t>(
    tracks: &'t [Track<'_>],
    which: usize,
) -> impl Iterator<Item = &'t View> + Clone + Sync {
    tracks.iter().filter_map(move |track| track.views.as_ref().map(|views| &views[which]))
}

/// What a meter sees in its own history; gives back the views that it had.
fn look_back(
    track: &mut Track<'_>,
    stage: Stage,
    at: usize,
    first_season: usize,
) -> Option<[View; VIEWS]> {
    if stage == Stage::GoesOn {
        return None;
    }
    track.memory.look_back(&track.meter.quantity, at);
    if stage == Stage::Refreshed {
        for view in track.views.iter_mut().flatten() {
            let history: Vec<f64> =
                track.believed[..at].iter().map(|value| view.scale(*value)).collect();
            view.own_season = start::own_season(&history, first_season);
        }
        return None;
    }
    let before = track.views.take();
    let own = |view| start::own_view(&track.believed, at, track.offset_share(view), first_season);
    if let (Some(judged), Some(logarithmic)) = (own(JUDGED), own(LOGARITHMIC)) {
        track.views = Some([judged, logarithmic]);
    }
    before
}
