//! A meter's months as SVG: bars of what came, the expected line with its 95 % band, and what deviates.
//!
//! Everything is drawn on the server; the island above the picture only adds a cursor. Meaning is never carried by
//! colour alone: a deviating month has a triangle, an estimated one is hatched, a missing one is marked at the axis.

mod plot;
mod scale;

use leptos::prelude::*;

use self::plot::{Bar, Look, Plot};
use crate::format;
use crate::islands::{ChartCursor, CursorPoint};
use crate::views::MonthPoint;

pub use self::plot::{Mark, Series};
pub use self::scale::{Scale, ticks};

/// The picture, its legend and its table.
#[component]
pub fn TrendChart(
    /// What is drawn.
    series: Series,
    /// What the picture is called; unique on its page.
    title: String,
) -> impl IntoView {
    let plot = Plot::new(&series);
    let description = describe(&series);
    let points = cursor_points(&series, &plot);
    let (width, height) = (plot.width, plot.height);
    let view_box = format!("0 0 {width} {height}");
    view! {
        <figure class="chart">
            <Legend series=series.clone()/>
            <div class="chart-scroll" tabindex="0" role="group" aria-label=format!("{title}, scrolls sideways on narrow screens")>
                <div class="chart-canvas">
                    <svg class="chart-picture" viewBox=view_box role="img" aria-labelledby="chart-title chart-description">
                        <title id="chart-title">{title.clone()}</title>
                        <desc id="chart-description">{description}</desc>
                        <Patterns/>
                        <Grid plot=plot.clone()/>
                        {plot.band.iter().map(|path| view! { <path class="chart-band" d=path.clone()/> }).collect_view()}
                        {plot.bars.iter().map(|bar| view! { <BarMark bar=bar.clone() floor=plot.zero/> }).collect_view()}
                        {plot.band_edges.iter().map(|path| view! { <path class="chart-band-edge" d=path.clone()/> }).collect_view()}
                        {plot.expected.iter().map(|path| view! { <path class="chart-expected" d=path.clone()/> }).collect_view()}
                        <Axis plot=plot.clone()/>
                    </svg>
                    {view! { <ChartCursor points=points width=width height=height top=plot.top bottom=plot.bottom/> }.into_any()}
                </div>
            </div>
            <MonthTable series=series title=title/>
        </figure>
    }
    .into_any()
}

#[component]
fn Legend(series: Series) -> impl IntoView {
    let has = |test: fn(&MonthPoint) -> bool| series.months.iter().any(test);
    let entry = |shape: &'static str, text: &'static str| {
        view! { <li><span class=format!("key key-{shape}") aria-hidden="true"></span>{text}</li> }
    };
    view! {
        <figcaption class="chart-legend">
            <ul>
                {entry("observed", "Observed")}
                {has(|point| point.estimated).then(|| entry("estimated", "Estimated by the supplier"))}
                {(!series.marks.is_empty()).then(|| entry("deviating", "Deviating"))}
                {has(|point| point.band.is_some()).then(|| entry("expected", "Expected"))}
                {has(|point| point.band.is_some()).then(|| entry("band", "95 % band"))}
                {has(|point| point.observed.is_none()).then(|| entry("missing", "No reading"))}
            </ul>
            <span class="chart-unit">{format!("{} per calendar month", format::unit(&series.unit))}</span>
        </figcaption>
    }
    .into_any()
}

#[component]
fn Patterns() -> impl IntoView {
    let pattern = |id: &'static str, class: &'static str| {
        view! {
            <pattern id=id width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect class=format!("{class}-ground") width="6" height="6"/>
                <rect class=format!("{class}-line") width="2" height="6"/>
            </pattern>
        }
    };
    view! {
        <defs>
            {pattern("hatch-estimated", "hatch-estimated")}
            {pattern("hatch-deviating", "hatch-deviating")}
        </defs>
    }
    .into_any()
}

#[component]
fn Grid(plot: Plot) -> impl IntoView {
    let (left, right) = (plot.left, plot.right);
    plot.ticks
        .iter()
        .map(|(y, label)| {
            view! {
                <line class="chart-grid" x1=left x2=right y1=*y y2=*y/>
                <text class="chart-tick" x=left - 8.0 y=*y dy="0.32em" text-anchor="end">{label.clone()}</text>
                // On narrow screens the left end is scrolled away.
                <text class="chart-tick-end" x=right y=*y - 4.0 text-anchor="end">{label.clone()}</text>
            }
        })
        .collect_view()
}

#[component]
fn BarMark(bar: Bar, floor: f64) -> impl IntoView {
    let class = match bar.look {
        Look::Above | Look::Below => "chart-bar deviating",
        Look::Estimated => "chart-bar estimated",
        Look::Ordinary | Look::Missing => "chart-bar",
    };
    let (x, y, w, h) = (bar.x, bar.y, bar.width, bar.height);
    let middle = x + w / 2.0;
    let marker = match bar.look {
        Look::Above => Some((y - 7.0, y - 15.0)),
        Look::Below => Some((y - 15.0, y - 7.0)),
        _ => None,
    };
    let marker = marker.map(|(foot, tip)| {
        let (left, right) = (middle - 5.5, middle + 5.5);
        format!("M{left:.1} {foot:.1}L{right:.1} {foot:.1}L{middle:.1} {tip:.1}Z")
    });
    // A value beyond the scale breaks off at the top, and its figure is written beside it.
    let torn = bar.torn.clone().map(|label| {
        let at = y + 7.0;
        let step = w / 4.0;
        let tear =
            format!("M{:.1} {:.1}l{step:.1} -5l{step:.1} 5l{step:.1} -5l{step:.1} 5", x, at + 4.0);
        view! {
            <path class="chart-tear" d=tear/>
            {bar.figure.then(|| view! {
                <text class="chart-torn" x=x + w + 4.0 y=y - 20.0 text-anchor="end">{label}</text>
            })}
        }
    });
    let missing = (bar.look == Look::Missing).then(|| {
        let arm = 3.5;
        let y = floor - 8.0;
        let cross = format!(
            "M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}",
            middle - arm,
            y - arm,
            middle + arm,
            y + arm,
            middle - arm,
            y + arm,
            middle + arm,
            y - arm
        );
        view! { <path class="chart-missing" d=cross/> }
    });
    view! {
        <g>
            <title>{bar.label.clone()}</title>
            {(bar.look != Look::Missing).then(|| view! { <rect class=class x=x y=y width=w height=h rx="1.5"/> })}
            {torn}
            {marker.map(|d| view! { <path class="chart-marker" d=d/> })}
            {missing}
        </g>
    }
    .into_any()
}

#[component]
fn Axis(plot: Plot) -> impl IntoView {
    let (left, right, zero) = (plot.left, plot.right, plot.zero);
    let letters = plot
        .months
        .iter()
        .map(|(x, letter)| {
            view! { <text class="chart-month" x=*x y=plot.bottom + 17.0 text-anchor="middle">{*letter}</text> }
        })
        .collect_view();
    let years = plot
        .years
        .iter()
        .map(|(x, year, divided)| {
            view! {
                {divided.then(|| view! { <line class="chart-year-line" x1=*x x2=*x y1=plot.bottom + 4.0 y2=plot.bottom + 38.0/> })}
                <text class="chart-year" x=*x + 5.0 y=plot.bottom + 36.0>{year.clone()}</text>
            }
        })
        .collect_view();
    view! {
        <line class="chart-axis" x1=left x2=right y1=zero y2=zero/>
        {letters}
        {years}
    }
    .into_any()
}

/// The same figures as a table, for those who read rather than look.
#[component]
fn MonthTable(series: Series, title: String) -> impl IntoView {
    let rows = series.months.iter().rev().map(|point| {
        let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), format::number);
        let mark = series.mark_of(point.month);
        let note = match (mark, point.observed, point.estimated) {
            (Some(mark), ..) => mark.label.clone(),
            (_, None, _) => "No reading".to_owned(),
            (_, _, true) => "Estimated".to_owned(),
            _ => String::new(),
        };
        view! {
            <tr class:deviating=mark.is_some()>
                <th scope="row">{format::month(point.month)}</th>
                <td class="figure">{figure(point.observed)}</td>
                <td class="figure">{figure(point.band.map(|band| band.expected))}</td>
                <td class="figure">{figure(point.band.map(|band| band.lower))}</td>
                <td class="figure">{figure(point.band.map(|band| band.upper))}</td>
                <td>{note}</td>
            </tr>
        }
    });
    view! {
        <details class="chart-table">
            <summary>"Show the figures as a table"</summary>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Figures by month">
                <table class="plain">
                    <caption class="visually-hidden">{title}", in "{format::unit(&series.unit)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Month"</th>
                            <th scope="col" class="figure">"Observed"</th>
                            <th scope="col" class="figure">"Expected"</th>
                            <th scope="col" class="figure">"Lower"</th>
                            <th scope="col" class="figure">"Upper"</th>
                            <th scope="col">"Note"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn describe(series: &Series) -> String {
    let (Some(first), Some(last)) = (series.months.first(), series.months.last()) else {
        return "There are no readings yet.".to_owned();
    };
    let mut sentences = vec![format!(
        "Bars of consumption in {} from {} to {}.",
        format::unit(&series.unit),
        format::month(first.month),
        format::month(last.month)
    )];
    if !series.marks.is_empty() {
        let names: Vec<_> = series.marks.iter().map(|mark| format::month(mark.month)).collect();
        sentences.push(format!("Deviating: {}.", names.join(", ")));
    }
    let missing = series.months.iter().filter(|point| point.observed.is_none()).count();
    if missing > 0 {
        sentences.push(format!("Months without a reading: {missing}."));
    }
    sentences.join(" ")
}

fn cursor_points(series: &Series, plot: &Plot) -> Vec<CursorPoint> {
    series
        .months
        .iter()
        .zip(&plot.bars)
        .map(|(point, bar)| CursorPoint {
            x: bar.x + bar.width / 2.0,
            y: (bar.look != Look::Missing).then_some(bar.y),
            title: format::month(point.month),
            observed: point.observed.map_or_else(
                || "no reading".to_owned(),
                |value| format::quantity(value, &series.unit),
            ),
            expected: point.band.map(|band| {
                format!(
                    "{} ({} – {})",
                    format::number(band.expected),
                    format::number(band.lower),
                    format::number(band.upper)
                )
            }),
            note: series.mark_of(point.month).map(|mark| mark.label.clone()),
        })
        .collect()
}

/// Twelve months in a line of a table: no axis, no words; the figures stand beside it.
#[component]
pub fn Sparkline(
    /// The oldest first; none where there is no reading.
    values: Vec<Option<f64>>,
) -> impl IntoView {
    let highest = values.iter().flatten().copied().fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let bars = values.into_iter().enumerate().map(move |(place, value)| {
        #[expect(clippy::cast_precision_loss, reason = "a dozen bars")]
        let x = place as f64 * 7.0;
        let height = value.map_or(0.0, |value| (value.max(0.0) / highest * 22.0).max(1.0));
        let class = if value.is_some() { "spark-bar" } else { "spark-gap" };
        let (y, height) = if value.is_some() { (24.0 - height, height) } else { (22.5, 1.5) };
        view! { <rect class=class x=format!("{x:.0}") y=format!("{y:.1}") width="5" height=format!("{height:.1}")/> }
    });
    view! { <svg class="spark" viewBox="0 0 84 24" aria-hidden="true">{bars.collect_view()}</svg> }
        .into_any()
}

#[cfg(test)]
mod tests;
