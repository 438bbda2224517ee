//! One slot of one meter: judged, then learnt.

use alerts::Band;

use super::super::evidence::{Findings, Sight, Slot, weigh};
use super::super::expected::Forecast;
use super::super::inputs;
use super::super::judgement::{Evidence, EvidenceKind, Judgement};
use super::super::ladder::standing;
use super::super::name::{self, NAMES};
use super::super::panel::Cadence;
use super::super::score::{Terms, score};
use super::super::statistics::same_side;
use super::super::tables;
use super::super::update::learn;
use super::super::view::View;
use super::forecasts::Forecasts;
use super::sights::Sights;
use super::track::Track;
use super::{JUDGED, Looked};
use crate::parameters::evidence::{UNIT_PRIOR, UNIT_PRIOR_UNSTATED};
use crate::parameters::interval;
use crate::parameters::score::{KEEP_EVIDENCE, ORIGIN, SHORT_HISTORY};
use crate::parameters::update::{MONTHLY, WANDER_CLIP};
use crate::parameters::{DAYS_PER_MONTH, NOT_JUDGED};

/// What the judgements of a group in one slot share.
#[derive(Clone, Copy)]
pub struct Context {
    pub at: usize,
    pub season: usize,
    pub first_season: usize,
    pub ends: (f64, f64),
    pub wander: (f64, f64),
    pub peers: usize,
}

/// What the others of its group say about a meter.
#[derive(Clone, Copy)]
pub struct OfGroup {
    /// The factor that many of them show, with its weight.
    pub vote: Option<(f64, f64)>,
    /// The share of them that are far from their expectation.
    pub stir: f64,
}

/// A judgement, its score by weight of evidence alone, and what `look` keeps of what the tables look at; nothing is
/// looked at where nothing came.
pub fn judge_slot<L>(
    track: &Track<'_>,
    sights: &Sights<'_>,
    context: Context,
    of_group: OfGroup,
    mut findings: Findings,
    look: impl Fn(Looked<'_>) -> L,
) -> (Judgement, f64, Option<L>) {
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
    let year_ago = at.checked_sub(12).map(|before| view.cleaned[before]);
    let mut judgement = Judgement {
        band: Some(Band {
            expected: band_at(0.0),
            lower: band_at(context.ends.0),
            upper: band_at(context.ends.1),
        }),
        rung: stands.rung,
        refused: stands.refused,
        ..Judgement::none()
    };
    if forecast.observed.is_nan() {
        return (judgement, NOT_JUDGED, None);
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
        vote: of_group.vote,
    };
    findings.ratios.extend(weigh(&slot).ratios.iter().copied());
    let year_on_year = year_ago.map_or(0.0, |then| (forecast.observed - then) / forecast.sigma);
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
            stir: of_group.stir,
            missing: track.memory.due.1 / (track.memory.due.0 + 1.0),
            ties: track.memory.ties.1 / (track.memory.ties.0 + 4.0),
            peers,
        },
    );
    judgement.score = tables::MONTHLY.score(&inputs);
    judgement.kind = evidence.iter().find_map(|evidence| evidence.kind.names());
    // What many meters show at once is not among the problems of which the tables of the name know.
    let is_voted = matches!(evidence.first(), Some(Evidence { kind: EvidenceKind::Factor(factor), .. })
        if of_group.vote.is_some_and(|(voted, _)| voted.total_cmp(factor).is_eq()));
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
            judgement.evidence =
                inputs::contributions(&inputs::MONTHLY, weights, named.kind).into();
        }
    }
    let looked = Looked { inputs: &inputs, naming: naming.as_ref(), evidence: &evidence };
    (judgement, inputs[0], Some(look(looked)))
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
pub fn learn_slot(
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
