//! The meters of one group, slot by slot.

use alerts::Rung;
use rayon::prelude::*;

use super::super::evidence::Findings;
use super::super::exchange;
use super::super::interval::Residuals;
use super::super::judgement::Judgement;
use super::super::panel::Panel;
use super::super::seasons::Seasons;
use super::super::vote;
use super::forecasts::{Forecasts, forecast};
use super::set_up::set_up;
use super::sights::{Sights, ballots, candidates, stirs};
use super::slot::{Context, OfGroup, judge_slot, learn_slot};
use super::track::Track;
use super::{FEWEST_AT_ONCE, JUDGED, Looked, VIEWS};
use crate::parameters::interval;

/// The meters of a group on their way through the months.
pub struct Group<'a> {
    /// Their positions in the panel.
    members: Vec<usize>,
    tracks: Vec<Track<'a>>,
    seasons: [Seasons; VIEWS],
    residuals: Residuals,
    /// The squares of past wanderings: their sum and number.
    wander: (f64, f64),
    judged: Vec<Vec<Judgement>>,
}

impl<'a> Group<'a> {
    /// The group of this number, before the first slot.
    pub fn of(panel: &'a Panel, number: usize) -> Self {
        let is_member = |at: &usize| panel.meters[*at].group == number;
        let members: Vec<usize> = (0..panel.meters.len()).filter(is_member).collect();
        Self {
            tracks: members.iter().map(|at| Track::of(&panel.meters[*at])).collect(),
            judged: members.iter().map(|_| Vec::with_capacity(panel.slots)).collect(),
            seasons: Default::default(),
            residuals: Residuals::default(),
            wander: (0.0, 0.0),
            members,
        }
    }

    /// Positions in the panel.
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// Judges a slot and learns from it; gives back, for each member, what `look` keeps of what the tables look at.
    pub fn pass<L: Send>(
        &mut self,
        panel: &Panel,
        at: usize,
        look: impl Fn(Looked<'_>) -> L + Sync,
    ) -> Vec<Option<L>> {
        let season = panel.season(at);
        set_up(&mut self.tracks, &mut self.seasons, at, panel.first_season);
        let forecasts = forecast(&self.tracks, at, season);
        let (residuals, kept) = self.judge(panel, at, season, &forecasts, look);
        for residual in residuals.into_iter().flatten() {
            self.residuals.add(residual);
        }
        let squares: Vec<Option<f64>> = self
            .tracks
            .par_iter_mut()
            .with_min_len(FEWEST_AT_ONCE)
            .zip(forecasts)
            .map(|(track, forecasts)| learn_slot(track, forecasts, at, season))
            .collect();
        for square in squares.into_iter().flatten() {
            self.wander.0 += square;
            self.wander.1 += 1.0;
        }
        kept
    }

    /// The judgements of a slot; gives back the residuals that count for the interval.
    fn judge<L: Send>(
        &mut self,
        panel: &Panel,
        at: usize,
        season: usize,
        forecasts: &[Forecasts],
        look: impl Fn(Looked<'_>) -> L + Sync,
    ) -> (Vec<Option<f64>>, Vec<Option<L>>) {
        let Self { members, tracks, residuals, wander, judged, .. } = self;
        let sights: Vec<Option<Sights<'_>>> = tracks
            .par_iter()
            .with_min_len(FEWEST_AT_ONCE)
            .zip(forecasts)
            .map(|(track, forecasts)| Sights::of(track, forecasts.as_ref()?, at))
            .collect();
        let votes = vote::count(&ballots(&sights));
        let swaps = exchange::weigh(&candidates(&sights));
        let stirs = stirs(&sights);
        let context = Context {
            at,
            season,
            first_season: panel.first_season,
            ends: residuals.ends(interval::QUANTILES),
            wander: *wander,
            peers: members.len(),
        };
        let of_member = |(place, judged): (usize, &mut Vec<Judgement>)| {
            let Some(sights) = &sights[place] else {
                judged.push(Judgement::none());
                return (None, None);
            };
            let mut findings = Findings::default();
            if let Some((partner, weight)) = swaps[place] {
                findings.add_swap(members[partner], weight);
            }
            let of_group = OfGroup { vote: votes[place], stir: stirs[place] };
            let (judgement, scorecard, kept) =
                judge_slot(&tracks[place], sights, context, of_group, findings, &look);
            let counts = scorecard <= interval::LARGEST_SCORE && judgement.rung >= Rung::Seasonal;
            judged.push(judgement);
            let residual = forecasts[place].as_ref().map(|views| views[JUDGED].z_after_chase());
            (residual.filter(|_| counts), kept)
        };
        judged.par_iter_mut().with_min_len(FEWEST_AT_ONCE).enumerate().map(of_member).unzip()
    }

    /// Puts the judgements where their meters are in the panel.
    pub fn put(self, judged: &mut [Vec<Judgement>]) {
        for (meter, of_member) in self.members.into_iter().zip(self.judged) {
            judged[meter] = of_member;
        }
    }
}
