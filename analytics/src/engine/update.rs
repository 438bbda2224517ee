//! Learning from a slot after it was judged, carefully: a month that stands out hardly moves the baseline.

use super::expected::{Forecast, slope};
use super::statistics::same_side;
use super::view::View;
use crate::parameters::expected::SLOPE_DECAY;
use crate::parameters::start::SCALE_FLOOR;
use crate::parameters::update::{
    ABSOLUTE_TO_STANDARD, AGREEING_CLIP, AGREEING_MEAN, CLEANED, CLIP, GROSS, GROSS_FACTOR,
    GROSS_SHARE, Pace, RETURN, VARIANCE_CLIP,
};

/// Whether the last residuals, this one included, agree on a new level.
fn agrees(view: &View, residual: f64, needed: usize) -> bool {
    let mut last = view.residual.iter().rev().copied().filter(|r| r.is_finite());
    let (mut sum, mut count) = (0.0, 1.0);
    for before in last.by_ref().take(needed - 1) {
        if !same_side(before, residual) {
            return false;
        }
        sum += before;
        count += 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let enough = count >= needed as f64;
    enough
        && same_side(residual, residual)
        && ((sum + residual) / count).abs() > AGREEING_MEAN * view.sigma
}

/// Takes the slot into the view's memory; `trust` is how much the reading is believed, 0 counts as missing.
pub fn learn(view: &mut View, forecast: &Forecast, season: usize, pace: &Pace, trust: f64) {
    view.middle.push(view.level());
    view.predicted.push(view.unscale(forecast.value));
    let residual = forecast.residual();
    if residual.is_nan() || trust <= 0.0 {
        view.residual.push(f64::NAN);
        view.cleaned.push(forecast.value);
        return;
    }
    let sigma = view.sigma;
    let gross = residual.abs() > (GROSS * sigma).max(GROSS_FACTOR.ln());
    let accepted = agrees(view, residual, pace.agreeing);
    let clip = match (gross, accepted) {
        (_, true) => residual.clamp(-AGREEING_CLIP * sigma, AGREEING_CLIP * sigma),
        (true, false) => GROSS_SHARE * residual.clamp(-CLIP * sigma, CLIP * sigma),
        (false, false) => residual.clamp(-CLIP * sigma, CLIP * sigma),
    };
    view.fast += trust * pace.fast * clip;
    view.slow += trust * pace.slow * clip;
    view.fast += RETURN * (view.slow - view.fast);
    if !gross {
        view.season[season] += trust * pace.season * clip;
    }
    let spread = ABSOLUTE_TO_STANDARD * residual.abs().min(VARIANCE_CLIP * sigma);
    let forgotten = trust * pace.variance;
    view.sigma =
        ((1.0 - forgotten) * sigma * sigma + forgotten * spread * spread).sqrt().max(SCALE_FLOOR);
    let (own, peers) = (forecast.observed - forecast.own, forecast.peers);
    let blind = own + forecast.weather;
    let within = forecast.degree_days.abs() + CLIP * sigma;
    view.weather_products = SLOPE_DECAY * view.weather_products
        + trust * forecast.degree_days * blind.clamp(-within, within);
    view.weather_squares =
        SLOPE_DECAY * view.weather_squares + trust * forecast.degree_days * forecast.degree_days;
    let limit = slope(view).mul_add(peers.abs(), CLIP * sigma);
    view.peer_products = SLOPE_DECAY * view.peer_products + peers * own.clamp(-limit, limit);
    view.peer_squares = SLOPE_DECAY * view.peer_squares + peers * peers;
    let keep = CLEANED * sigma;
    view.cleaned.push(forecast.value + residual.clamp(-keep, keep));
    view.residual.push(residual);
}
