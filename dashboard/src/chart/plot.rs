//! From months to places in the picture: pure geometry.

use jiff::ToSpan;
use jiff::civil::Date;

use super::scale::{Scale, ticks};
use crate::format;
use crate::views::MonthPoint;

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 68.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 44.0;
const TICKS: u32 = 5;
/// The figure of a torn bar is about as wide as this many bars.
const FIGURE_BARS: usize = 4;
/// A value this many times above everything else would flatten the rest; it breaks off at the top instead.
const TORN_ABOVE: f64 = 3.0;

/// A month that deviates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its first day.
    pub month: Date,
    /// The name of the problem.
    pub label: String,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The unit of all figures.
    pub unit: String,
    /// Month after month without a hole, the oldest first.
    pub months: Vec<MonthPoint>,
    /// What deviates.
    pub marks: Vec<Mark>,
}

impl Series {
    /// Fills the holes between the first and the last month, so that a gap is drawn as a gap.
    pub fn new(unit: String, months: &[MonthPoint], marks: Vec<Mark>) -> Self {
        let mut filled: Vec<MonthPoint> = Vec::with_capacity(months.len());
        for point in months {
            while let Some(next) = filled
                .last()
                .and_then(|last| last.month.checked_add(1.month()).ok())
                .filter(|next| *next < point.month)
            {
                filled.push(MonthPoint {
                    month: next,
                    observed: None,
                    band: None,
                    estimated: false,
                });
            }
            filled.push(*point);
        }
        Self { unit, months: filled, marks }
    }

    /// The mark of a month.
    pub fn mark_of(&self, month: Date) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.month == month)
    }
}

/// How the bar of a month is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Ordinary,
    Estimated,
    /// Far above what was expected.
    Above,
    /// Far below it.
    Below,
    /// No reading: no bar.
    Missing,
}

/// One month in the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub look: Look,
    /// The figure of a bar that breaks off.
    pub torn: Option<String>,
    /// Whether there is room to write that figure.
    pub figure: bool,
    pub label: String,
}

/// All places.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plot {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// Where zero lies.
    pub zero: f64,
    pub ticks: Vec<(f64, String)>,
    pub bars: Vec<Bar>,
    /// Areas of the band, one for each run of months that have one.
    pub band: Vec<String>,
    /// Its upper and lower edge, above the bars.
    pub band_edges: Vec<String>,
    /// The expected line, likewise.
    pub expected: Vec<String>,
    pub months: Vec<(f64, &'static str)>,
    /// Where a year starts, its number, and whether a line divides it from the year before.
    pub years: Vec<(f64, String, bool)>,
}

impl Plot {
    pub fn new(series: &Series) -> Self {
        let (left, right, top, bottom) = (LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM);
        let values = ticks(lowest(series), ceiling(series), TICKS);
        let (low, high) = (values.first().copied(), values.last().copied());
        let scale = Scale::new(low.unwrap_or(0.0), high.unwrap_or(1.0), bottom, top);
        #[expect(clippy::cast_precision_loss, reason = "some dozens of months")]
        let step = (right - left) / series.months.len().max(1) as f64;
        let centre = |place: usize| {
            #[expect(clippy::cast_precision_loss, reason = "some dozens of months")]
            let steps = place as f64 + 0.5;
            step.mul_add(steps, left)
        };
        let bars = series.months.iter().enumerate().map(|(place, point)| {
            bar(series, point, centre(place), (step * 0.66).min(34.0), scale, high.unwrap_or(1.0))
        });
        let mut bars: Vec<Bar> = bars.collect();
        make_room(&mut bars);
        let runs = runs(series);
        Self {
            width: WIDTH,
            height: HEIGHT,
            left,
            right,
            top,
            bottom,
            zero: scale.place(0.0),
            ticks: values
                .iter()
                .map(|value| (scale.place(*value), format::number(*value)))
                .collect(),
            bars,
            band: runs.iter().map(|run| band_path(run, centre, scale, step)).collect(),
            band_edges: runs.iter().flat_map(|run| edges(run, centre, scale, step)).collect(),
            expected: runs.iter().map(|run| expected_path(run, centre, scale, step)).collect(),
            months: month_letters(series, centre),
            years: year_labels(series, centre, step),
        }
    }
}

type Run = Vec<(usize, alerts::Band)>;

fn runs(series: &Series) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![Vec::new()];
    for (place, point) in series.months.iter().enumerate() {
        match (point.band, runs.last_mut()) {
            (Some(band), Some(run)) => run.push((place, band)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn lowest(series: &Series) -> f64 {
    let observed = series.months.iter().filter_map(|point| point.observed);
    let band = series.months.iter().filter_map(|point| point.band.map(|band| band.lower.max(0.0)));
    observed.chain(band).filter(|value| value.is_finite()).fold(0.0, f64::min)
}

/// The top of the axis: the largest value, unless it towers over everything else.
fn ceiling(series: &Series) -> f64 {
    let mut observed: Vec<f64> = series
        .months
        .iter()
        .filter_map(|point| point.observed)
        .filter(|value| value.is_finite())
        .collect();
    observed.sort_by(|a, b| b.total_cmp(a));
    let band = series
        .months
        .iter()
        .filter_map(|point| point.band.map(|band| band.expected))
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    // Up to a quarter of the months may tower, such as a meter that reports in another unit for some time.
    let ordinary = observed.get(observed.len() / 4).copied().unwrap_or(0.0).max(band);
    let largest = observed.first().copied().unwrap_or(0.0).max(0.0);
    let uppers = series
        .months
        .iter()
        .filter_map(|point| point.band.map(|band| band.upper))
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    if ordinary > 0.0 && largest > TORN_ABOVE * ordinary {
        observed
            .into_iter()
            .find(|value| *value <= TORN_ABOVE * ordinary)
            .unwrap_or(ordinary)
            .max(ordinary * 1.6)
    } else {
        largest.max(uppers.min(largest.max(band) * 1.6))
    }
}

fn bar(
    series: &Series,
    point: &MonthPoint,
    centre: f64,
    width: f64,
    scale: Scale,
    high: f64,
) -> Bar {
    let value = point.observed.unwrap_or(0.0);
    let (end, zero) = (scale.place(value), scale.place(0.0));
    Bar {
        x: centre - width / 2.0,
        y: end.min(zero),
        width,
        height: (end - zero).abs().max(if point.observed.is_some() { 1.0 } else { 0.0 }),
        look: look(series, point),
        torn: (value > high * (1.0 + 1e-9)).then(|| format::number(value)),
        figure: false,
        label: label(series, point),
    }
}

/// Gives the figures of torn bars their room: those of marked months first, none over another.
fn make_room(bars: &mut [Bar]) {
    let is_marked = |bar: &Bar| matches!(bar.look, Look::Above | Look::Below);
    let mut torn: Vec<usize> = (0..bars.len()).filter(|at| bars[*at].torn.is_some()).collect();
    torn.sort_by_key(|at| !is_marked(&bars[*at]));
    let mut written: Vec<usize> = Vec::new();
    for at in torn {
        if written.iter().all(|other| at.abs_diff(*other) > FIGURE_BARS) {
            bars[at].figure = true;
            written.push(at);
        }
    }
}

fn look(series: &Series, point: &MonthPoint) -> Look {
    let Some(value) = point.observed else { return Look::Missing };
    match series.mark_of(point.month) {
        Some(_) if point.band.is_none_or(|band| value >= band.expected) => Look::Above,
        Some(_) => Look::Below,
        None if point.estimated => Look::Estimated,
        None => Look::Ordinary,
    }
}

fn label(series: &Series, point: &MonthPoint) -> String {
    let month = format::month(point.month);
    let observed = point
        .observed
        .map_or_else(|| "no reading".to_owned(), |value| format::quantity(value, &series.unit));
    let expected = point.band.map(|band| format!(", expected {}", format::number(band.expected)));
    let note = match series.mark_of(point.month) {
        Some(mark) => format!(" – {}", mark.label),
        None if point.estimated => " – estimated".to_owned(),
        None => String::new(),
    };
    format!("{month}: {observed}{}{note}", expected.unwrap_or_default())
}

fn expected_path(run: &Run, centre: impl Fn(usize) -> f64, scale: Scale, step: f64) -> String {
    trace(run, centre, step, |band| scale.place(band.expected))
}

fn edges(run: &Run, centre: impl Fn(usize) -> f64, scale: Scale, step: f64) -> [String; 2] {
    [
        trace(run, &centre, step, |band| scale.place(band.upper)),
        trace(run, &centre, step, |band| scale.place(band.lower.max(0.0))),
    ]
}

fn band_path(run: &Run, centre: impl Fn(usize) -> f64, scale: Scale, step: f64) -> String {
    let upper = trace(run, &centre, step, |band| scale.place(band.upper));
    let backwards: Run = run.iter().rev().copied().collect();
    let lower = trace(&backwards, &centre, -step, |band| scale.place(band.lower.max(0.0)));
    format!("{upper}L{}Z", lower.trim_start_matches('M'))
}

/// A line through the centres; a run of one month is given the width of a month, or it would not be seen.
fn trace(
    run: &Run,
    centre: impl Fn(usize) -> f64,
    step: f64,
    place: impl Fn(&alerts::Band) -> f64,
) -> String {
    let mut points: Vec<(f64, f64)> =
        run.iter().map(|(at, band)| (centre(*at), place(band))).collect();
    if let [(x, y)] = points[..] {
        points = vec![(x - step / 2.0, y), (x + step / 2.0, y)];
    }
    let text: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    format!("M{}", text.join("L"))
}

fn month_letters(series: &Series, centre: impl Fn(usize) -> f64) -> Vec<(f64, &'static str)> {
    const LETTERS: [&str; 12] = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let names = if series.months.len() > 26 { LETTERS } else { NAMES };
    let months = series.months.iter().enumerate();
    months
        .filter_map(|(place, point)| {
            let index = usize::try_from(point.month.month() - 1).ok()?;
            Some((centre(place), *names.get(index)?))
        })
        .collect()
}

fn year_labels(
    series: &Series,
    centre: impl Fn(usize) -> f64,
    step: f64,
) -> Vec<(f64, String, bool)> {
    let months = series.months.iter().enumerate();
    months
        .filter(|(place, point)| *place == 0 || point.month.month() == 1)
        // A year of which only the last two months are shown has no room for its number.
        .filter(|(place, point)| *place > 0 || point.month.month() < 11)
        .map(|(place, point)| {
            (centre(place) - step / 2.0, point.month.year().to_string(), place > 0)
        })
        .collect()
}
