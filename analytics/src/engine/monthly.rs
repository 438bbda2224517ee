//! The pass over the months.

use alerts::{Band, Rung};

use super::evidence::{Factors, Findings, Sight, Slot, weigh};
use super::exchange;
use super::expected::{Forecast, chase, own_value, peers_effects, slope, weather_slope};
use super::inputs;
use super::interval::Residuals;
use super::judgement::{Evidence, EvidenceKind, Judgement};
use super::ladder::standing;
use super::memory::Memory;
use super::moved;
use super::name::{self, NAMES};
use super::panel::{Cadence, Meter, Panel};
use super::score::{Terms, score};
use super::start::{self, Profile};
use super::statistics::{same_side, shares_of_others};
use super::tables;
use super::update::learn;
use super::view::View;
use super::vote::{self, Ballot};
use super::weather::Weather;
use crate::parameters::evidence::{UNIT_PRIOR, UNIT_PRIOR_UNSTATED};
use crate::parameters::interval;
use crate::parameters::moved::{AGE, READINGS};
use crate::parameters::score::{KEEP_EVIDENCE, ORIGIN, SHORT_HISTORY, STIR};
use crate::parameters::start as start_at;
use crate::parameters::update::{MONTHLY, WANDER_CLIP};
use crate::parameters::{DAYS_PER_MONTH, FEWEST_READINGS, LOGARITHMIC_OFFSET, NOT_JUDGED};

/// The view in which a meter is judged, and the view in which factors are recognised.
const VIEWS: usize = 2;
const JUDGED: usize = 0;
const LOGARITHMIC: usize = 1;

/// One meter on its way through the months.
struct Track<'a> {
    meter: &'a Meter,
    /// Use per month in each slot.
    value: Vec<f64>,
    /// The same without what is known to be wrong: what a look back over the history sees.
    believed: Vec<f64>,
    memory: Memory,
    views: Option<[View; VIEWS]>,
    weather: Weather,
    /// It has just moved for good, and starts anew.
    has_moved: bool,
}

impl Track<'_> {
    fn offset_share(&self, view: usize) -> f64 {
        if view == JUDGED { self.meter.utility.offset } else { LOGARITHMIC_OFFSET }
    }
}

impl Track<'_> {
    /// Sees the history before the last readings at the size to which they have moved, where they have.
    fn follow_move(&mut self, at: usize) {
        let Some(views) = &self.views else { return };
        if self.memory.first.is_none_or(|first| at - first < AGE) {
            return;
        }
        let step = self.memory.step;
        let Some(factor) = moved::factor(&views[LOGARITHMIC], &self.believed, at, step) else {
            return;
        };
        let onset = at + 1 - ((READINGS - 1) * step + 1).min(at + 1);
        for value in &mut self.believed[..onset] {
            *value *= factor;
        }
        self.has_moved = true;
    }

    /// After a move the readings that showed it are none that stand out.
    fn start_anew(&mut self, at: usize) {
        if !std::mem::take(&mut self.has_moved) {
            return;
        }
        let from = at.saturating_sub((READINGS - 1) * self.memory.step + 1);
        for view in self.views.iter_mut().flatten() {
            view.residual[from..].iter_mut().filter(|r| r.is_finite()).for_each(|r| *r = 0.0);
        }
    }
}

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
            let sights: Vec<Option<Sights<'_>>> = members
                .iter()
                .map(|meter| Sights::of(&tracks[*meter], forecasts[*meter].as_ref()?, at))
                .collect();
            let votes = vote::count(&ballots(&sights));
            let swaps = exchange::weigh(&candidates(&sights));
            let ends = residuals[group].ends(interval::QUANTILES);
            let stirs = stirs(&sights);
            let mut scorecards = vec![NOT_JUDGED; members.len()];
            for (place, meter) in members.iter().enumerate() {
                let track = &tracks[*meter];
                let context = Context {
                    at,
                    season,
                    first_season: panel.first_season,
                    ends,
                    vote: votes[place],
                    wander: wander[group],
                    stir: stirs[place],
                    peers: members.len(),
                };
                let mut findings = Findings::default();
                if let Some((partner, weight)) = swaps[place] {
                    findings.add_swap(members[partner], weight);
                }
                judged[*meter].push(match &sights[place] {
                    Some(sights) => {
                        let seen = judge_slot(track, sights, context, findings);
                        if let Some(inputs) = &seen.inputs {
                            scorecards[place] = inputs[0];
                            let naming = seen.naming.as_ref();
                            let evidence = &seen.evidence;
                            observe(*meter, at, super::Seen { inputs, naming, evidence });
                        }
                        seen.judgement
                    }
                    None => Judgement::none(),
                });
            }
            for (meter, score) in members.iter().zip(scorecards) {
                let judgement = judged[*meter].last();
                if let Some(forecast) = &forecasts[*meter]
                    && score <= interval::LARGEST_SCORE
                    && judgement.is_some_and(|judgement| judgement.rung >= Rung::Seasonal)
                {
                    residuals[group].add(forecast[JUDGED].z_after_chase());
                }
                let sum = learn_slot(&mut tracks[*meter], forecasts[*meter], at, season);
                if let Some(square) = sum {
                    wander[group].0 += square;
                    wander[group].1 += 1.0;
                }
            }
        }
    }
    judged
}

/// Use per month of the slots that count.
fn use_per_month(meter: &Meter, counts: impl Fn(usize) -> bool) -> Vec<f64> {
    let per_month = |slot: usize| meter.quantity[slot] * DAYS_PER_MONTH / meter.days[slot];
    (0..meter.quantity.len())
        .map(|slot| if counts(slot) { per_month(slot) } else { f64::NAN })
        .collect()
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

/// A slot of a meter in both views.
struct Sights<'a> {
    judged: Sight<'a>,
    logarithmic: Sight<'a>,
    factors: Option<Factors>,
    /// Use per month; `NaN` where nothing came.
    value: f64,
}

impl<'a> Sights<'a> {
    fn of(track: &'a Track<'_>, forecasts: &[Forecast; VIEWS], at: usize) -> Option<Self> {
        let views = track.views.as_ref()?;
        let value = track.value[at];
        let logarithmic = Sight::new(forecasts[LOGARITHMIC], &views[LOGARITHMIC]);
        let factors = if value > 0.0 { logarithmic.factors() } else { None };
        let judged = Sight::new(forecasts[JUDGED], &views[JUDGED]);
        Some(Self { judged, logarithmic, factors, value })
    }
}

fn candidates<'a>(sights: &[Option<Sights<'a>>]) -> Vec<Option<exchange::Candidate<'a>>> {
    sights
        .iter()
        .map(|sights| {
            let sights = sights.as_ref().filter(|sights| sights.value > 0.0)?;
            Some(exchange::Candidate { sight: sights.judged, value: sights.value })
        })
        .collect()
}

/// What each meter of a group says about a common factor.
fn ballots(sights: &[Option<Sights<'_>>]) -> Vec<Ballot> {
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

/// What a meter's judgement needs besides its own track.
#[derive(Clone, Copy)]
struct Context {
    at: usize,
    season: usize,
    first_season: usize,
    ends: (f64, f64),
    vote: Option<(f64, f64)>,
    wander: (f64, f64),
    stir: f64,
    peers: usize,
}

/// A judgement with what the tables looked at; without where nothing came.
struct Seen {
    judgement: Judgement,
    inputs: Option<[f64; inputs::MONTHLY.len()]>,
    naming: Option<[f64; name::COUNT]>,
    evidence: Vec<Evidence>,
}

/// For each member of a group the share of the others that are far from their expectation.
fn stirs(sights: &[Option<Sights<'_>>]) -> Vec<f64> {
    let far: Vec<Option<bool>> = sights
        .iter()
        .map(|sights| {
            let z = sights.as_ref()?.judged.forecast.z();
            z.is_finite().then_some(z.abs() > STIR)
        })
        .collect();
    shares_of_others(&far)
}

fn judge_slot(
    track: &Track<'_>,
    sights: &Sights<'_>,
    context: Context,
    mut findings: Findings,
) -> Seen {
    let at = context.at;
    let Sight { view, forecast, .. } = sights.judged;
    let months = track.meter.days[at] / DAYS_PER_MONTH;
    let warmth = track.weather.warmth();
    let stands = standing(Cadence::Monthly, &track.memory, at, warmth);
    #[expect(clippy::cast_precision_loss, reason = "a number of months")]
    let readings = track.memory.readings as f64;
    let wider = 1.0 + interval::SHORT_HISTORY / readings;
    let band_at = |standard: f64| {
        view.unscale(forecast.value + forecast.chase + wider * standard * forecast.sigma) * months
    };
    let year_ago = at.checked_sub(12).map(|before| (view.cleaned[before], track.value[before]));
    let mut judgement = Judgement {
        band: Some(Band {
            expected: band_at(0.0),
            lower: band_at(context.ends.0),
            upper: band_at(context.ends.1),
        }),
        rung: stands.rung,
        refused: stands.refused,
        weather: (forecast.weather != 0.0).then_some(forecast.weather),
        last_year: year_ago.map(|(_, value)| value * months).filter(|value| value.is_finite()),
        peers: (forecast.peers != 0.0).then_some(forecast.peers),
        ..Judgement::none()
    };
    if forecast.observed.is_nan() {
        return Seen { judgement, inputs: None, naming: None, evidence: Vec::new() };
    }
    let slot = Slot {
        judged: sights.judged,
        logarithmic: sights.logarithmic,
        factors: sights.factors,
        memory: &track.memory,
        value: track.value[at],
        quantity: track.meter.quantity[at],
        ties: track.memory.ties_with_last(&track.meter.stated, at),
        season: context.season,
        at,
        unit_prior: if track.meter.unit_stated { UNIT_PRIOR } else { UNIT_PRIOR_UNSTATED },
        vote: context.vote,
    };
    findings.ratios.extend(weigh(&slot).ratios);
    let year_on_year =
        year_ago.map_or(0.0, |(then, _)| (forecast.observed - then) / forecast.sigma);
    let deviation = forecast.z().abs().min(forecast.z_after_chase().abs());
    let terms = Terms {
        deviation,
        year_on_year: if year_on_year.is_finite() { year_on_year } else { 0.0 },
        persistence: persistence(view, &forecast, context.wander),
    };
    let (total, evidence) = score(&findings, terms);
    let scorecard = total - SHORT_HISTORY / readings + ORIGIN;
    #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
    let peers = (context.peers as f64).ln();
    let inputs = inputs::of_month(
        scorecard,
        &findings,
        &inputs::Month {
            view,
            forecast,
            logarithmic: sights.logarithmic.forecast.z(),
            year_on_year: terms.year_on_year,
            value: track.value[at],
            quantity: track.meter.quantity[at],
            resolution: track.memory.resolution,
            first_season: context.first_season,
            at,
            step: track.memory.step,
            stir: context.stir,
            missing: track.memory.due.1 / (track.memory.due.0 + 1.0),
            ties: track.memory.ties.1 / (track.memory.ties.0 + 4.0),
            peers,
        },
    );
    judgement.score = tables::MONTHLY.score(&inputs);
    judgement.kind = evidence.iter().find_map(|evidence| evidence.kind.names());
    // What many meters show at once is not among the problems of which the tables of the name know.
    let is_voted = matches!(evidence.first(), Some(Evidence { kind: EvidenceKind::Factor(factor), .. })
        if context.vote.is_some_and(|(voted, _)| voted.total_cmp(factor).is_eq()));
    let stands_out = judgement.score > KEEP_EVIDENCE || scorecard > KEEP_EVIDENCE;
    let naming = (stands_out && !is_voted).then(|| {
        let forecasts = (&forecast, &sights.logarithmic.forecast);
        name::of_month(&inputs, &evidence, view, forecasts, track.memory.step)
    });
    if let Some(naming) = &naming {
        judgement.kind = NAMES.name(naming, &evidence).or(judgement.kind);
    }
    if judgement.score > KEEP_EVIDENCE {
        // A step or leak argues as the rise or fall that it is.
        let argues = |found: &&Evidence| found.kind.names() == judgement.kind;
        let strongest = || evidence.iter().find(|found| found.kind.names().is_some());
        if let Some(named) = evidence.iter().find(argues).or_else(strongest) {
            let weights = tables::MONTHLY.contributions(&inputs);
            judgement.evidence = inputs::contributions(&inputs::MONTHLY, weights, named.kind);
        }
    }
    Seen { judgement, inputs: Some(inputs), naming, evidence }
}

/// The mean residual of the last three months against the level known before them.
fn wandered(view: &View, forecast: &Forecast) -> Option<f64> {
    let length = view.residual.len();
    let from = length.checked_sub(2)?;
    let base = view.middle[from];
    let past = (from..length).map(|at| view.residual[at] + view.middle[at] - base);
    let now = forecast.residual() + view.level() - base;
    let mean = (past.sum::<f64>() + now) / 3.0;
    mean.is_finite().then_some(mean)
}

fn persistence(view: &View, forecast: &Forecast, group: (f64, f64)) -> f64 {
    let Some(mean) = wandered(view, forecast) else { return 0.0 };
    let last = &view.residual[view.residual.len() - 2..];
    if last.iter().any(|residual| !same_side(*residual, forecast.residual())) {
        return 0.0;
    }
    let usual = view.sigma * view.sigma * 0.8;
    let own = (view.wander_squares + 6.0 * usual) / (view.wander_count + 6.0);
    let peers = (group.0 + 6.0 * usual) / (group.1 + 6.0);
    mean / f64::midpoint(own, peers).sqrt()
}

/// Takes the slot into memory; gives back the square of the wandering for the group's.
fn learn_slot(
    track: &mut Track<'_>,
    forecasts: Forecasts,
    at: usize,
    season: usize,
) -> Option<f64> {
    let mut square = None;
    if let (Some(views), Some(forecasts)) = (&mut track.views, forecasts) {
        for (which, view) in views.iter_mut().enumerate() {
            let wander = wandered(view, &forecasts[which]);
            if which == JUDGED
                && let Some(wander) = wander
            {
                let limit = WANDER_CLIP * view.sigma;
                let clipped = wander.clamp(-limit, limit).powi(2);
                view.wander_squares += clipped;
                view.wander_count += 1.0;
                square = Some(clipped);
            }
            learn(view, &forecasts[which], season, &MONTHLY, track.meter.trust_at(at));
        }
    }
    track.memory.learn(&track.meter.quantity, &track.meter.stated, at, season);
    track.follow_move(at);
    square
}
