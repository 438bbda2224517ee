//! The pass over the days: the same idea as for months, with the week as the season.
//!
//! Weekdays and weekends have their own scale; means of one to six weeks against the level before them show steps and
//! slow rises; a weekend is also compared with what a working day would use.

use alerts::{Band, Rung};

use super::evidence::{Findings, Sight, Slot, weigh};
use super::expected::{Forecast, chase, peers_effects_within, slope};
use super::inputs;
use super::interval::Residuals;
use super::judgement::{Evidence, EvidenceKind, Judgement};
use super::memory::Memory;
use super::panel::{Meter, Panel};
use super::score::{Terms, score};
use super::statistics::{median, robust_scale, shares_of_others, student_6, window_median};
use super::tables;
use super::update::learn;
use super::view::{View, scaled, usual_size};
use crate::parameters::daily::{
    AGES, CHASE, FIRST_WEEKEND_DAY, LAST_YEAR_DAYS, LAST_YEAR_WEIGHT, LEVEL_CHANGE_SHARE,
    LEVEL_DAYS, OFFSET, PEERS_LIMIT, SCALE_DAYS, SEASONAL_DAYS, TREND_HALF_WINDOW, UNIT_PRIOR,
    WEEKEND_DIFFERENCE, WEEKEND_PRIOR, WINDOW_LIMIT, WINDOW_MEMORY, WINDOW_WEIGHT, WINDOWS,
};
use crate::parameters::interval::{LARGEST_SCORE, QUANTILES_DAILY};
use crate::parameters::score::{KEEP_EVIDENCE, ORIGIN_DAILY, STIR};
use crate::parameters::start::{CLEANING, SCALE_FLOOR, USUAL_SCALE};
use crate::parameters::update::DAILY;

/// One meter on its way through the days.
struct Track<'a> {
    meter: &'a Meter,
    memory: Memory,
    view: Option<View>,
    /// The scales of working days and of weekends.
    sigma: [f64; 2],
    /// The level that each day shows by itself: without season and peers.
    shown: Vec<f64>,
    /// For each window the usual square of its mean against the level before.
    usual: [f64; WINDOWS.len()],
    /// How much each day looked like a working day on a weekend; `ABSENT` on working days.
    at_work: Vec<f64>,
}

/// Judges every day of every meter, in the order of the panel.
pub fn judge(
    panel: &Panel,
    mut observe: impl FnMut(usize, usize, super::Seen<'_>),
) -> Vec<Vec<Judgement>> {
    let mut tracks: Vec<Track<'_>> = panel
        .meters
        .iter()
        .map(|meter| Track {
            meter,
            memory: Memory::default(),
            view: None,
            sigma: [USUAL_SCALE; 2],
            shown: Vec::new(),
            usual: [0.0; WINDOWS.len()],
            at_work: vec![inputs::ABSENT; panel.slots],
        })
        .collect();
    let groups: Vec<Vec<usize>> = (0..panel.groups)
        .map(|group| (0..tracks.len()).filter(|at| tracks[*at].meter.group == group).collect())
        .collect();
    let mut residuals = vec![Residuals::default(); panel.groups];
    let mut judged: Vec<Vec<Judgement>> =
        tracks.iter().map(|_| Vec::with_capacity(panel.slots)).collect();
    for at in 0..panel.slots {
        let day = panel.season(at);
        for track in &mut tracks {
            set_up(track, at, panel.first_season);
        }
        for (group, members) in groups.iter().enumerate() {
            let forecasts = forecast(&tracks, members, at, day);
            let ends = residuals[group].ends(QUANTILES_DAILY);
            let far = forecasts
                .iter()
                .map(|f| f.map(|f| f.z()).filter(|z| z.is_finite()).map(|z| z.abs() > STIR));
            let stirs = shares_of_others(&far.collect::<Vec<_>>());
            for ((meter, forecast), stir) in members.iter().zip(forecasts).zip(stirs) {
                let (judgement, inputs) =
                    judge_slot(&tracks[*meter], forecast, at, day, ends, stir);
                let scorecard = inputs.as_ref().map_or(judgement.score, |inputs| inputs[0]);
                if let Some(inputs) = &inputs {
                    tracks[*meter].at_work[at] = inputs[7];
                    observe(*meter, at, super::Seen { inputs, naming: None, evidence: &[] });
                }
                if let Some(forecast) = &forecast
                    && scorecard <= LARGEST_SCORE
                    && tracks[*meter].memory.first.is_some_and(|first| at - first >= SEASONAL_DAYS)
                {
                    residuals[group].add(forecast.z_after_chase());
                }
                judged[*meter].push(judgement);
                learn_slot(&mut tracks[*meter], forecast, at, day);
            }
        }
    }
    judged
}

fn weekend(day: usize) -> usize {
    usize::from(day >= FIRST_WEEKEND_DAY)
}

/// Sets up a meter from its history where its age says so.
fn set_up(track: &mut Track<'_>, at: usize, first_day: usize) {
    let Some(first) = track.memory.first else { return };
    if !AGES.contains(&(at - first)) || track.memory.readings < AGES[0] / 2 {
        return;
    }
    track.memory.look_back(&track.meter.quantity, at);
    let Some(size) = usual_size(&track.meter.quantity[..at]) else { return };
    let offset = OFFSET * size;
    let history: Vec<f64> =
        track.meter.quantity[..at].iter().map(|value| scaled(*value, offset)).collect();
    let signed = |slot: usize| isize::try_from(slot).unwrap_or(isize::MAX);
    let mut deviations: [Vec<f64>; 7] = Default::default();
    for (slot, value) in history.iter().enumerate() {
        let trend = window_median(
            &history,
            signed(slot) - TREND_HALF_WINDOW,
            signed(slot) + TREND_HALF_WINDOW + 1,
        );
        if let (true, Some(trend)) = (value.is_finite(), trend) {
            deviations[(first_day + slot) % 7].push(value - trend);
        }
    }
    let season: Vec<f64> = deviations.into_iter().map(|seen| median(seen).unwrap_or(0.0)).collect();
    if let Some(view) = &mut track.view
        && at - first > SEASONAL_DAYS / 2
    {
        super::start::refresh_season(view, season);
        return;
    }
    let level: Vec<f64> = history
        .iter()
        .enumerate()
        .map(|(slot, value)| value - season[(first_day + slot) % 7])
        .collect();
    let base: Vec<f64> = (0..at)
        .map(|slot| {
            let from = signed(slot) - SCALE_DAYS;
            let trailing = if from < 0 {
                window_median(&level, 0, SCALE_DAYS)
            } else {
                window_median(&level, from, signed(slot))
            };
            trailing.unwrap_or(f64::NAN)
        })
        .collect();
    for (kind, sigma) in track.sigma.iter_mut().enumerate() {
        let around: Vec<f64> = (0..at)
            .filter(|slot| weekend((first_day + slot) % 7) == kind)
            .map(|slot| level[slot] - base[slot])
            .collect();
        *sigma = robust_scale(&around).unwrap_or(USUAL_SCALE).max(SCALE_FLOOR);
    }
    let now = window_median(&level, signed(at) - LEVEL_DAYS, signed(at)).unwrap_or(0.0);
    let cleaned = (0..at)
        .map(|slot| {
            let day = (first_day + slot) % 7;
            let limit = CLEANING * track.sigma[weekend(day)];
            let off = level[slot] - base[slot];
            let kept = if off.is_nan() { 0.0 } else { off.clamp(-limit, limit) };
            base[slot] + kept + season[day]
        })
        .collect();
    let before = track.view.take();
    track.shown = level;
    track.usual = [track.sigma[0] * track.sigma[0]; WINDOWS.len()];
    track.view = Some(View {
        size,
        offset,
        cleaned,
        middle: base,
        predicted: before.as_ref().map_or_else(|| vec![f64::NAN; at], |v| v.predicted.clone()),
        residual: before.as_ref().map_or_else(|| vec![f64::NAN; at], |v| v.residual.clone()),
        fast: now,
        slow: now,
        season,
        sigma: track.sigma[0],
        peer_products: before.as_ref().map_or(0.0, |view| view.peer_products),
        peer_squares: before.as_ref().map_or(0.0, |view| view.peer_squares),
        weather_products: 0.0,
        weather_squares: 0.0,
        wander_squares: 0.0,
        wander_count: 0.0,
        own_season: Vec::new(),
        own_variance: (0.0, 0.0),
    });
}

/// What is expected of a day from the meter's own past.
fn own_value(view: &View, at: usize, day: usize) -> f64 {
    let plain = view.level() + view.season[day];
    let Some(year_ago) = at.checked_sub(LAST_YEAR_DAYS) else { return plain };
    let (then, level_then) = (view.cleaned[year_ago], view.middle[year_ago]);
    if then.is_nan() || level_then.is_nan() {
        return plain;
    }
    let moved = then + LEVEL_CHANGE_SHARE * (view.level() - level_then);
    (1.0 - LAST_YEAR_WEIGHT) * plain + LAST_YEAR_WEIGHT * moved
}

fn forecast(
    tracks: &[Track<'_>],
    members: &[usize],
    at: usize,
    day: usize,
) -> Vec<Option<Forecast>> {
    let own: Vec<Option<(f64, f64)>> = members
        .iter()
        .map(|meter| {
            let view = tracks[*meter].view.as_ref()?;
            Some((own_value(view, at, day), view.scale(tracks[*meter].meter.quantity[at])))
        })
        .collect();
    let deviations: Vec<f64> =
        own.iter().map(|own| own.map_or(f64::NAN, |(own, observed)| observed - own)).collect();
    let effects = peers_effects_within(&deviations, PEERS_LIMIT);
    members
        .iter()
        .zip(own)
        .zip(effects)
        .map(|((meter, own), peers)| {
            let track = &tracks[*meter];
            let (view, (own, observed)) = (track.view.as_ref()?, own?);
            let sigma = track.sigma[weekend(day)];
            Some(Forecast {
                own,
                degree_days: 0.0,
                weather: 0.0,
                peers,
                value: own + slope(view) * peers,
                observed,
                chase: chase(view, at, 1, CHASE),
                sigma,
            })
        })
        .collect()
}

fn judge_slot(
    track: &Track<'_>,
    forecast: Option<Forecast>,
    at: usize,
    day: usize,
    ends: (f64, f64),
    stir: f64,
) -> (Judgement, Option<[f64; inputs::DAILY.len()]>) {
    let (Some(view), Some(forecast)) = (&track.view, forecast) else {
        return (Judgement::none(), None);
    };
    let band_at =
        |standard: f64| view.unscale(forecast.value + forecast.chase + standard * forecast.sigma);
    let mut judgement = Judgement {
        band: Some(Band { expected: band_at(0.0), lower: band_at(ends.0), upper: band_at(ends.1) }),
        rung: Rung::Interval,
        refused: None,
        ..Judgement::none()
    };
    if forecast.observed.is_nan() {
        return (judgement, None);
    }
    let sight = Sight::new(forecast, view);
    let value = track.meter.quantity[at];
    let mut findings = Findings::default();
    findings.ratios.extend(
        weigh(&Slot {
            judged: sight,
            logarithmic: sight,
            factors: sight.factors(),
            memory: &track.memory,
            value,
            quantity: value,
            ties: track.memory.ties_with_last(&track.meter.stated, at),
            season: day,
            at,
            unit_prior: UNIT_PRIOR,
            vote: None,
        })
        .ratios
        .iter()
        .copied(),
    );
    findings.ratios.extend(weekend_at_work(view, &sight, day));
    findings.ratios.extend(window(track, &forecast, view, day));
    let deviation = forecast.z().abs().min(forecast.z_after_chase().abs());
    let (total, evidence) =
        score(&findings, Terms { deviation, year_on_year: 0.0, persistence: 0.0 });
    let at_work = |findings: &Findings| {
        let weekend = findings.ratios.iter().find(|found| found.kind == EvidenceKind::Weekend);
        weekend.map_or(inputs::ABSENT, |found| found.weight)
    };
    let before =
        [2, 6, 7, 8].iter().filter_map(|back| at.checked_sub(*back)).map(|at| track.at_work[at]);
    let means = window_means(track, shown_level(view, &forecast, day), view);
    let mut shown = track.shown[track.shown.len().saturating_sub(WINDOWS[3])..].to_vec();
    shown.push(shown_level(view, &forecast, day));
    let inputs = inputs::of_day(
        total + ORIGIN_DAILY,
        &findings,
        &inputs::Day {
            view,
            forecast,
            windows: window_deviations(track, &forecast, view, day),
            rises: [means[1], means[3]],
            shown: &shown,
            year_ago: at
                .checked_sub(LAST_YEAR_DAYS)
                .map_or(f64::NAN, |before| view.cleaned[before]),
            value,
            day,
            first_weekend_day: FIRST_WEEKEND_DAY,
            stir,
            missing: track.memory.due.1 / (track.memory.due.0 + 1.0),
            ties: track.memory.ties.1 / (track.memory.ties.0 + 4.0),
            weekend_again: before.fold(inputs::ABSENT, f64::max).min(at_work(&findings)),
        },
    );
    judgement.score = tables::DAILY.score(&inputs);
    judgement.kind = evidence.iter().find_map(|evidence| evidence.kind.names());
    if judgement.score > KEEP_EVIDENCE
        && let Some(named) = evidence.iter().find(|found| found.kind.names().is_some())
    {
        let weights = tables::DAILY.contributions(&inputs);
        judgement.evidence = inputs::contributions(&inputs::DAILY, weights, named.kind).into();
    }
    (judgement, Some(inputs))
}

/// A weekend that looks like a working day.
fn weekend_at_work(view: &View, sight: &Sight<'_>, day: usize) -> Option<Evidence> {
    if weekend(day) == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "five days")]
    let working = view.season[..FIRST_WEEKEND_DAY].iter().sum::<f64>() / FIRST_WEEKEND_DAY as f64;
    let shift = working - view.season[day];
    if shift < WEEKEND_DIFFERENCE {
        return None;
    }
    let scale = sight.scale;
    let density = student_6((sight.forecast.residual() - shift) / scale) / scale;
    let weight = (WEEKEND_PRIOR * density / sight.normal).ln();
    Some(Evidence { kind: EvidenceKind::Weekend, weight })
}

/// The means of the last days against the level before them, in standard deviations, per window.
fn window_means(track: &Track<'_>, shown_now: f64, view: &View) -> [f64; WINDOWS.len()] {
    WINDOWS.map(|days| {
        let length = track.shown.len();
        let Some(from) = (length + 1).checked_sub(days) else { return f64::NAN };
        let base = view.middle[from.min(length - 1)];
        let seen = track.shown[from..].iter().copied().chain([shown_now]).filter(|s| s.is_finite());
        let (sum, count) = seen.fold((0.0, 0.0), |(sum, count), shown| (sum + shown, count + 1.0));
        if count < 5.0 { f64::NAN } else { sum / count - base }
    })
}

/// The level that a day shows by itself, clipped so that one gross day does not make a window.
fn shown_level(view: &View, forecast: &Forecast, day: usize) -> f64 {
    let off = forecast.residual().clamp(-WINDOW_LIMIT, WINDOW_LIMIT);
    let level = forecast.own - view.season[day];
    level + off
}

/// The means of the windows in their usual deviations.
fn window_deviations(
    track: &Track<'_>,
    forecast: &Forecast,
    view: &View,
    day: usize,
) -> [f64; WINDOWS.len()] {
    let means = window_means(track, shown_level(view, forecast, day), view);
    std::array::from_fn(|window| means[window] / track.usual[window].sqrt())
}

fn window(track: &Track<'_>, forecast: &Forecast, view: &View, day: usize) -> Option<Evidence> {
    let mut strongest: Option<(f64, usize)> = None;
    for (z, days) in window_deviations(track, forecast, view, day).into_iter().zip(WINDOWS) {
        if z.is_finite() && strongest.is_none_or(|(known, _)| z.abs() > known.abs()) {
            strongest = Some((z, days));
        }
    }
    let (z, days) = strongest?;
    let weight = WINDOW_WEIGHT.0 * z.abs().min(WINDOW_WEIGHT.1) - WINDOW_WEIGHT.2;
    let days = u32::try_from(days).ok()?;
    let kind =
        if z > 0.0 && days >= 45 { EvidenceKind::Rise(days) } else { EvidenceKind::Step(days) };
    Some(Evidence { kind, weight })
}

fn learn_slot(track: &mut Track<'_>, forecast: Option<Forecast>, at: usize, day: usize) {
    if let (Some(mut view), Some(forecast)) = (track.view.take(), forecast) {
        let shown = shown_level(&view, &forecast, day);
        let means = window_means(track, shown, &view);
        for (usual, mean) in track.usual.iter_mut().zip(means) {
            if mean.is_finite() {
                let limit = 9.0 * *usual;
                *usual = WINDOW_MEMORY * *usual + (1.0 - WINDOW_MEMORY) * (mean * mean).min(limit);
            }
        }
        track.shown.push(shown);
        view.sigma = track.sigma[weekend(day)];
        learn(&mut view, &forecast, day, &DAILY, track.meter.trust_at(at));
        track.sigma[weekend(day)] = view.sigma;
        track.view = Some(view);
    }
    track.memory.learn(&track.meter.quantity, &track.meter.stated, at, day);
}
