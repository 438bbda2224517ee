//! What the tables look at, by name.

use super::evidence::Findings;
use super::expected::Forecast;
use super::judgement::{Evidence, EvidenceKind};
use super::statistics::{median, same_side};
use super::tables::{Direction, Input};
use super::view::View;

const fn rising(name: &'static str) -> Input {
    Input { name, direction: Direction::Rising }
}

const fn falling(name: &'static str) -> Input {
    Input { name, direction: Direction::Falling }
}

const fn free(name: &'static str) -> Input {
    Input { name, direction: Direction::Free }
}

/// The inputs of months, in the order of `of_month`.
pub const MONTHLY: [Input; 31] = [
    rising("scorecard"),
    rising("spike"),
    rising("drop"),
    rising("factor"),
    rising("zero"),
    rising("repeat"),
    rising("catch_up"),
    rising("swap"),
    rising("negative"),
    rising("above"),
    rising("below"),
    rising("logarithmic"),
    rising("year_on_year"),
    rising("wander_3_above"),
    rising("wander_3_below"),
    rising("wander_6_above"),
    rising("wander_6_below"),
    rising("frozen_above"),
    rising("frozen_below"),
    rising("change"),
    rising("linear"),
    rising("off_grid"),
    rising("novelty"),
    rising("again"),
    free("noise"),
    free("expected_size"),
    falling("peers_stir"),
    free("missing"),
    free("ties"),
    free("restless"),
    free("alone"),
];

/// The inputs of days, in the order of `of_day`.
pub const DAILY: [Input; 42] = [
    rising("scorecard"),
    rising("spike"),
    rising("drop"),
    rising("factor"),
    rising("zero"),
    rising("repeat"),
    rising("catch_up"),
    rising("weekend"),
    rising("above"),
    rising("below"),
    rising("week_above"),
    rising("week_below"),
    rising("fortnight_above"),
    rising("fortnight_below"),
    rising("month_above"),
    rising("month_below"),
    rising("six_weeks_above"),
    rising("six_weeks_below"),
    rising("year_on_year"),
    rising("again_above"),
    rising("again_below"),
    rising("change"),
    rising("linear"),
    rising("novelty"),
    rising("weekend_again"),
    rising("growth"),
    rising("all_week_above"),
    rising("all_week_below"),
    rising("three_weeks_above"),
    rising("three_weeks_below"),
    rising("fortnight_rise"),
    rising("fortnight_fall"),
    rising("six_weeks_rise"),
    rising("six_weeks_fall"),
    falling("peers_stir"),
    free("noise"),
    free("expected_size"),
    free("missing"),
    free("ties"),
    free("restless"),
    free("is_weekend"),
    free("weekend_difference"),
];

/// The value of evidence that is not there.
pub const ABSENT: f64 = -12.0;

/// The strongest ratio of a kind; `ABSENT` where there is none.
fn ratio(findings: &Findings, of: impl Fn(EvidenceKind) -> bool) -> f64 {
    let weights = findings.ratios.iter().filter(|evidence| of(evidence.kind)).map(|e| e.weight);
    weights.fold(ABSENT, f64::max).min(20.0)
}

/// What of a month the tables need besides the findings.
#[derive(Debug, Clone, Copy)]
pub struct Month<'a> {
    /// The view in which it is judged.
    pub view: &'a View,
    /// What it expects.
    pub forecast: Forecast,
    /// The deviation on the logarithmic view, in its standard deviations.
    pub logarithmic: f64,
    /// The deviation from last year's month in standard deviations; 0 where unknown.
    pub year_on_year: f64,
    /// Use per month.
    pub value: f64,
    /// The quantity as it came.
    pub quantity: f64,
    /// The smallest difference the meter can show; 0 where it is not known.
    pub resolution: f64,
    /// The month of the year of slot 0.
    pub first_season: usize,
    /// The slot.
    pub at: usize,
    /// Slots between readings.
    pub step: usize,
    /// The share of the other meters of the group that are far off too.
    pub stir: f64,
    /// The share of readings that stayed out.
    pub missing: f64,
    /// The share of readings that tied with the one before.
    pub ties: f64,
    /// The logarithm of the number of other meters in the group.
    pub peers: f64,
}

/// The inputs of a month.
pub fn of_month(scorecard: f64, findings: &Findings, month: &Month<'_>) -> [f64; MONTHLY.len()] {
    let Month { view, forecast, .. } = *month;
    let (z, after) = (forecast.z(), forecast.z_after_chase());
    // Where the two disagree in sign the reading is near its expectation.
    let smaller = if z.abs() < after.abs() { z } else { after };
    let both = if same_side(z, after) { smaller } else { 0.0 };
    let wander_3 = wander(view, &forecast, 3, month.step);
    let wander_6 = wander(view, &forecast, 6, month.step);
    let frozen = frozen(view, &forecast, month);
    [
        scorecard,
        ratio(findings, |kind| kind == EvidenceKind::Spike),
        ratio(findings, |kind| kind == EvidenceKind::Drop),
        ratio(findings, |kind| matches!(kind, EvidenceKind::Factor(_))),
        ratio(findings, |kind| kind == EvidenceKind::Zero),
        ratio(findings, |kind| matches!(kind, EvidenceKind::Repeat(_))),
        ratio(findings, |kind| matches!(kind, EvidenceKind::CatchUp(_))),
        ratio(findings, |kind| matches!(kind, EvidenceKind::Swap(_))),
        f64::from(u8::from(month.quantity < 0.0)),
        both.max(0.0),
        (-both).max(0.0),
        month.logarithmic.abs(),
        if same_side(month.year_on_year, z) { month.year_on_year.abs().min(z.abs()) } else { 0.0 },
        wander_3.max(0.0),
        (-wander_3).max(0.0),
        wander_6.max(0.0),
        (-wander_6).max(0.0),
        frozen.max(0.0),
        (-frozen).max(0.0),
        change(view, &forecast, month),
        ((month.value - view.unscale(forecast.value)) / view.size).abs(),
        off_grid(month),
        novelty(view, &forecast, month),
        again(view, &forecast, month.step),
        view.sigma,
        view.unscale(forecast.value) / view.size,
        month.stir,
        month.missing,
        month.ties,
        restless(view),
        month.peers,
    ]
}

fn past(view: &View, step: usize) -> impl Iterator<Item = f64> + '_ {
    view.residual.iter().rev().skip(step - 1).step_by(step).copied().filter(|r| r.is_finite())
}

/// The mean of the last residuals against the level before them, in standard deviations; 0 where they disagree in sign.
fn wander(view: &View, forecast: &Forecast, months: usize, step: usize) -> f64 {
    let length = view.residual.len();
    let Some(from) = length.checked_sub((months - 1) * step) else { return 0.0 };
    let base = view.middle[from.min(length - 1)];
    let residual = forecast.residual();
    let (mut sum, mut count) = (residual + view.level() - base, 1.0);
    for at in (from..length).rev().skip(step - 1).step_by(step) {
        let shown = view.residual[at] + view.middle[at] - base;
        if shown.is_finite() {
            if !same_side(shown, sum) {
                return 0.0;
            }
            sum += shown;
            count += 1.0;
        }
    }
    if count < 2.0 { 0.0 } else { (sum / count) / view.sigma }
}

/// The deviation from what a baseline of a year ago would expect, in standard deviations, over the last three readings.
fn frozen(view: &View, forecast: &Forecast, month: &Month<'_>) -> f64 {
    let Some(year_ago) = month.at.checked_sub(12) else { return 0.0 };
    let then = view.middle[year_ago];
    if then.is_nan() {
        return 0.0;
    }
    let mut smallest = forecast.residual() + view.level() - then;
    for back in 1..=2 {
        let Some(at) = month.at.checked_sub(back * month.step) else { return 0.0 };
        let shown = view.residual[at] + view.middle[at] - then;
        if shown.is_finite() {
            if !same_side(shown, smallest) {
                return 0.0;
            }
            if shown.abs() < smallest.abs() {
                smallest = shown;
            }
        }
    }
    smallest / view.sigma
}

/// The change of the residual since the last reading, in standard deviations.
fn change(view: &View, forecast: &Forecast, month: &Month<'_>) -> f64 {
    let Some(last) = past(view, month.step).next() else { return 0.0 };
    ((forecast.residual() - last) / view.sigma).abs()
}

/// Whether the quantity has finer steps than the meter ever showed.
fn off_grid(month: &Month<'_>) -> f64 {
    if month.resolution <= 0.0 || month.quantity == 0.0 {
        return 0.0;
    }
    let steps = month.quantity / month.resolution;
    f64::from(u8::from((steps - steps.round()).abs() > 1e-6 * steps.abs().max(1.0)))
}

/// How far the level that this reading shows is from every level the meter has had, in standard deviations.
fn novelty(view: &View, forecast: &Forecast, month: &Month<'_>) -> f64 {
    let season = view.season[(month.first_season + month.at) % 12];
    let shown = forecast.observed - season;
    let now = (forecast.residual() / view.sigma).abs();
    view.middle
        .iter()
        .rev()
        .skip(3)
        .filter(|middle| middle.is_finite())
        .map(|middle| ((shown - middle) / view.sigma).abs())
        .fold(now, f64::min)
}

/// The smaller of this deviation and the last one, where they have the same sign.
fn again(view: &View, forecast: &Forecast, step: usize) -> f64 {
    let Some(last) = past(view, step).next() else { return 0.0 };
    let residual = forecast.residual();
    if same_side(last, residual) { last.abs().min(residual.abs()) / view.sigma } else { 0.0 }
}

/// The usual size of the last residuals against the scale: above 1 the meter is livelier than its scale says.
fn restless(view: &View) -> f64 {
    let last = view.residual.iter().rev().copied().filter(|r| r.is_finite()).take(12);
    median(last.map(f64::abs)).map_or(0.7, |usual| usual / view.sigma)
}

/// What of a day the tables need besides the findings.
#[derive(Debug, Clone, Copy)]
pub struct Day<'a> {
    /// The view in which it is judged.
    pub view: &'a View,
    /// What it expects.
    pub forecast: Forecast,
    /// The means of the windows against the level before them, in standard deviations.
    pub windows: [f64; 4],
    /// The means of a fortnight and of six weeks against the level before them, on the view's scale.
    pub rises: [f64; 2],
    /// The level that each day showed by itself, today last.
    pub shown: &'a [f64],
    /// The value of the same day of the week a year ago on the view's scale; `NaN` where unknown.
    pub year_ago: f64,
    /// Use of the day.
    pub value: f64,
    /// The day of the week.
    pub day: usize,
    /// Days from Monday to the first of the weekend.
    pub first_weekend_day: usize,
    /// The share of the other meters of the group that are far off too.
    pub stir: f64,
    /// The share of readings that stayed out.
    pub missing: f64,
    /// The share of readings that tied with the one before.
    pub ties: f64,
    /// The ratio for a working day, seven days ago and now, the smaller of the two.
    pub weekend_again: f64,
}

/// The inputs of a day.
pub fn of_day(scorecard: f64, findings: &Findings, day: &Day<'_>) -> [f64; DAILY.len()] {
    let Day { view, forecast, windows, .. } = *day;
    let (z, after) = (forecast.z(), forecast.z_after_chase());
    let smaller = if z.abs() < after.abs() { z } else { after };
    let both = if same_side(z, after) { smaller } else { 0.0 };
    let year_on_year = (forecast.observed - day.year_ago) / forecast.sigma;
    let again = again(view, &forecast, 1);
    let last = past(view, 1).next().unwrap_or(0.0);
    let shown = forecast.observed - view.season[day.day];
    let novelty = view
        .middle
        .iter()
        .rev()
        .skip(20)
        .step_by(7)
        .filter(|middle| middle.is_finite())
        .map(|middle| ((shown - middle) / forecast.sigma).abs())
        .fold(z.abs(), f64::min);
    #[expect(clippy::cast_precision_loss, reason = "a few days")]
    let working =
        view.season[..day.first_weekend_day].iter().sum::<f64>() / day.first_weekend_day as f64;
    let [week, fortnight, month, six_weeks] =
        windows.map(|mean| if mean.is_finite() { mean } else { 0.0 });
    let all_week = mostly(view, day.shown, 7, forecast.sigma);
    let three_weeks = mostly(view, day.shown, 21, forecast.sigma);
    let [fortnight_raw, six_weeks_raw] =
        day.rises.map(|mean| if mean.is_finite() { mean } else { 0.0 });
    [
        scorecard,
        ratio(findings, |kind| kind == EvidenceKind::Spike),
        ratio(findings, |kind| kind == EvidenceKind::Drop),
        ratio(findings, |kind| matches!(kind, EvidenceKind::Factor(_))),
        ratio(findings, |kind| kind == EvidenceKind::Zero),
        ratio(findings, |kind| matches!(kind, EvidenceKind::Repeat(_))),
        ratio(findings, |kind| matches!(kind, EvidenceKind::CatchUp(_))),
        ratio(findings, |kind| kind == EvidenceKind::Weekend),
        both.max(0.0),
        (-both).max(0.0),
        week.max(0.0),
        (-week).max(0.0),
        fortnight.max(0.0),
        (-fortnight).max(0.0),
        month.max(0.0),
        (-month).max(0.0),
        six_weeks.max(0.0),
        (-six_weeks).max(0.0),
        if same_side(year_on_year, z) { year_on_year.abs().min(z.abs()) } else { 0.0 },
        if z > 0.0 { again } else { 0.0 },
        if z < 0.0 { again } else { 0.0 },
        ((forecast.residual() - last) / forecast.sigma).abs(),
        ((day.value - view.unscale(forecast.value)) / view.size).abs(),
        novelty,
        day.weekend_again,
        // A rise that goes on stands higher in each shorter window.
        week.min(fortnight).min(month).max(0.0),
        all_week.max(0.0),
        (-all_week).max(0.0),
        three_weeks.max(0.0),
        (-three_weeks).max(0.0),
        fortnight_raw.max(0.0),
        (-fortnight_raw).max(0.0),
        six_weeks_raw.max(0.0),
        (-six_weeks_raw).max(0.0),
        day.stir,
        forecast.sigma,
        view.unscale(forecast.value) / view.size,
        day.missing,
        day.ties,
        restless(view),
        f64::from(u8::from(day.day >= day.first_weekend_day)),
        working - view.season[day.day],
    ]
}

/// What four fifths of the last days are off by at least, to one side, against the level before them; in standard
/// deviations.
fn mostly(view: &View, shown: &[f64], days: usize, sigma: f64) -> f64 {
    let Some(from) = shown.len().checked_sub(days) else { return 0.0 };
    // Today is not learnt yet, so the level before the window lies one day nearer to the end.
    let Some(before) = (view.middle.len() + 1).checked_sub(days) else { return 0.0 };
    let base = view.middle[before.min(view.middle.len() - 1)];
    let mut off: Vec<f64> =
        shown[from..].iter().filter(|shown| shown.is_finite()).map(|shown| shown - base).collect();
    if off.len() * 2 < days {
        return 0.0;
    }
    off.sort_by(f64::total_cmp);
    let fifth = off.len() / 5;
    let (low, high) = (off[fifth], off[off.len() - 1 - fifth]);
    if low > 0.0 {
        low / sigma
    } else if high < 0.0 {
        high / sigma
    } else {
        0.0
    }
}

/// What an input argues for, when `named` is the kind that explains the period best.
fn argues(input: &str, named: EvidenceKind) -> EvidenceKind {
    match input {
        "above" | "below" | "logarithmic" | "linear" | "change" => EvidenceKind::Deviation,
        "year_on_year" | "frozen_above" | "frozen_below" | "novelty" => EvidenceKind::YearOnYear,
        "again" | "again_above" | "again_below" | "growth" | "weekend_again" => {
            EvidenceKind::Persistence
        }
        "peers_stir" | "noise" | "expected_size" | "missing" | "ties" | "restless" | "alone"
        | "is_weekend" | "weekend_difference" => EvidenceKind::Habit,
        name if [
            "wander",
            "week_",
            "fortnight",
            "month_",
            "six_weeks",
            "all_week",
            "three_weeks",
        ]
        .iter()
        .any(|start| name.starts_with(start)) =>
        {
            EvidenceKind::Persistence
        }
        _ => named,
    }
}

/// Replaces the weights of the findings by what the tables add for them: the kind that names the period gets what its
/// own tables say, the deviation, the last year, the persistence and the habit of the meter get theirs; the strongest
/// first. What adds nothing is left out, apart from the name.
pub fn contributions(
    inputs: &[Input],
    weights: impl Iterator<Item = f64>,
    named: EvidenceKind,
) -> Vec<Evidence> {
    let mut evidence = vec![Evidence { kind: named, weight: 0.0 }];
    for (input, weight) in inputs.iter().zip(weights) {
        let kind = argues(input.name, named);
        match evidence.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.weight += weight,
            None => evidence.push(Evidence { kind, weight }),
        }
    }
    evidence.retain(|found| found.kind == named || found.weight.abs() >= 0.005);
    evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    evidence
}
