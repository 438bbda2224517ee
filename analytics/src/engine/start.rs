//! Setting up a meter's memory from its history.
//!
//! Own medians are found first for every meter that starts, then shrunk towards the profile of the group, so that a
//! short history borrows its season and its scale from the peers.

use super::statistics::{median, robust_scale, window_median};
use super::view::{View, scaled, usual_size};
use crate::parameters::start::{
    AMPLITUDE, CLEANING, LEVEL_MONTHS, SCALE_FLOOR, SCALE_MONTHS, SEASON_SHRINKAGE,
    TREND_HALF_WINDOW, USUAL_SCALE, VARIANCE_SHRINKAGE,
};

/// The median of the variances that they have by themselves.
pub fn variance_of<'a>(views: impl Iterator<Item = &'a View>) -> f64 {
    let variances = views.map(|view| view.own_variance).filter(|(_, readings)| *readings > 2.0);
    let variance = median(variances.map(|(variance, _)| variance));
    variance.unwrap_or(USUAL_SCALE * USUAL_SCALE)
}

fn signed(slot: usize) -> isize {
    isize::try_from(slot).unwrap_or(isize::MAX)
}

/// The medians of each month of the year around the trend, with the number of readings behind each.
///
/// `history` is on the view's scale from the first slot of the panel on.
pub fn own_season(history: &[f64], first_season: usize) -> Vec<(f64, f64)> {
    let around_trend = |(at, value): (usize, &f64)| {
        let near = signed(at) - TREND_HALF_WINDOW..signed(at) + TREND_HALF_WINDOW + 1;
        if !value.is_finite() {
            return f64::NAN;
        }
        window_median(history, near.start, near.end).map_or(f64::NAN, |trend| value - trend)
    };
    let deviations: Vec<f64> = history.iter().enumerate().map(around_trend).collect();
    (0..12)
        .map(|month| {
            let first = (month + 12 - first_season % 12) % 12;
            let seen = || deviations.iter().skip(first).step_by(12).filter(|value| !value.is_nan());
            #[expect(clippy::cast_precision_loss, reason = "a few years")]
            let readings = seen().count() as f64;
            (median(seen().copied()).unwrap_or(0.0), readings)
        })
        .collect()
}

/// The first half: a view with the meter's own seasonal medians; `None` where the history has no positive value.
pub fn own_view(
    use_per_month: &[f64],
    slot: usize,
    offset_share: f64,
    first_season: usize,
) -> Option<View> {
    let size = usual_size(&use_per_month[..slot])?;
    let offset = offset_share * size;
    // With room for all slots that are to come.
    let column = |past: &mut dyn Iterator<Item = f64>| {
        let mut column = Vec::with_capacity(use_per_month.len());
        column.extend(past);
        column
    };
    let unknown = || column(&mut std::iter::repeat_n(f64::NAN, slot));
    let history = column(&mut use_per_month[..slot].iter().map(|value| scaled(*value, offset)));
    Some(View {
        size,
        offset,
        own_season: own_season(&history, first_season),
        cleaned: history,
        middle: unknown(),
        predicted: unknown(),
        residual: unknown(),
        fast: 0.0,
        slow: 0.0,
        season: vec![0.0; 12],
        sigma: USUAL_SCALE,
        peer_products: 0.0,
        peer_squares: 0.0,
        weather_products: 0.0,
        weather_squares: 0.0,
        wander_squares: 0.0,
        wander_count: 0.0,
        own_variance: (USUAL_SCALE * USUAL_SCALE, 0.0),
    })
}

/// The season of a meter: its own medians, and for the rest the group's profile at the meter's own amplitude.
pub fn shrunk_season(view: &View, profile: &[f64; 12]) -> Vec<f64> {
    let pairs = || view.own_season.iter().zip(profile);
    let products: f64 = pairs().map(|((own, n), group)| n * own * group).sum();
    let squares: f64 = pairs().map(|((_, n), group)| n * group * group).sum();
    let amplitude = ((products + 0.02) / (squares + 0.02)).clamp(AMPLITUDE.0, AMPLITUDE.1);
    pairs()
        .map(|((own, n), group)| {
            let weight = n / (n + SEASON_SHRINKAGE);
            weight * own + (1.0 - weight) * amplitude * group
        })
        .collect()
}

/// Gives a meter that is past its first year a new season; its levels move so that the mean stays what it was.
pub fn refresh_season(view: &mut View, season: Vec<f64>) {
    let shift = (view.season.iter().sum::<f64>() - season.iter().sum::<f64>()) / 12.0;
    view.season = season;
    view.fast += shift;
    view.slow += shift;
    for middle in &mut view.middle {
        *middle += shift;
    }
}

/// The values without their season, and the trailing median of each.
#[derive(Debug)]
pub struct Levels {
    level: Vec<f64>,
    base: Vec<f64>,
}

fn deseasonalised(view: &View, first_season: usize) -> Levels {
    let level: Vec<f64> = view
        .cleaned
        .iter()
        .enumerate()
        .map(|(at, value)| value - view.season[(first_season + at) % 12])
        .collect();
    let base = (0..level.len())
        .map(|at| {
            let trailing = window_median(&level, signed(at) - SCALE_MONTHS, signed(at));
            let early = at < 3 || trailing.is_none();
            let found = if early { window_median(&level, 0, SCALE_MONTHS) } else { trailing };
            found.unwrap_or(f64::NAN)
        })
        .collect();
    Levels { level, base }
}

/// The meter's own variance around its trailing median; needs the season.
pub fn measure_variance(view: &mut View, first_season: usize) -> Levels {
    let levels = deseasonalised(view, first_season);
    let Levels { level, base } = &levels;
    let around: Vec<f64> = level.iter().zip(base).map(|(value, base)| value - base).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few years")]
    let readings = around.iter().filter(|value| value.is_finite()).count() as f64;
    let scale = robust_scale(&around).unwrap_or(USUAL_SCALE);
    view.own_variance = (scale * scale, readings);
    levels
}

/// The second half: scale, cleaned history and levels, from the levels around which the variance was measured.
pub fn finish(view: &mut View, levels: &Levels, group_variance: f64, first_season: usize) {
    let (variance, readings) = view.own_variance;
    let shrunk = (readings * variance + VARIANCE_SHRINKAGE * group_variance)
        / (readings + VARIANCE_SHRINKAGE);
    view.sigma = shrunk.sqrt().max(SCALE_FLOOR);
    let Levels { level, base } = levels;
    let limit = CLEANING * view.sigma;
    let mut cleaned_levels = Vec::with_capacity(level.len());
    for (at, (value, base)) in level.iter().zip(base).enumerate() {
        let kept = if value.is_nan() { *base } else { base + (value - base).clamp(-limit, limit) };
        view.middle[at] = *base;
        view.cleaned[at] = kept + view.season[(first_season + at) % 12];
        if !value.is_nan() {
            cleaned_levels.push(kept);
        }
    }
    let recent = cleaned_levels.len().saturating_sub(LEVEL_MONTHS);
    let level = median(cleaned_levels[recent..].iter().copied()).unwrap_or(0.0);
    view.fast = level;
    view.slow = level;
}

/// What a meter that was set up before keeps: what it learnt of its peers and its own residuals.
pub fn carry_over(view: &mut View, before: View) {
    view.predicted = before.predicted;
    view.residual = before.residual;
    view.peer_products = before.peer_products;
    view.peer_squares = before.peer_squares;
    view.weather_products = before.weather_products;
    view.weather_squares = before.weather_squares;
    view.wander_squares = before.wander_squares;
    view.wander_count = before.wander_count;
}
