use alerts::Band;
use jiff::ToSpan;
use jiff::civil::date;

use super::*;

fn months(count: i32) -> Vec<MonthPoint> {
    (0..count)
        .map(|place| {
            let expected = 1_000.0 + 100.0 * f64::from(place % 12);
            MonthPoint {
                month: date(2025, 1, 1) + place.months(),
                observed: Some(expected * 0.98),
                band: Some(Band { expected, lower: expected * 0.85, upper: expected * 1.15 }),
                estimated: place == 2,
            }
        })
        .collect()
}

fn mark(month: jiff::civil::Date) -> Mark {
    Mark { month, label: "Spike".to_owned() }
}

fn render(series: Series) -> String {
    let owner = Owner::new_root(None);
    owner.with(|| view! { <TrendChart series=series title="Use of meter 1".to_owned()/> }.to_html())
}

#[test]
fn the_picture_of_a_year_with_a_spike_and_a_gap() {
    let mut points = months(12);
    points[6].observed = Some(2_400.0);
    points.remove(9);
    let series = Series::new("kWh".to_owned(), &points, vec![mark(date(2025, 7, 1))]);
    let html = render(series).replace("><", ">\n<");
    insta::assert_snapshot!(html);
}

#[test]
fn a_hole_is_filled_with_a_month_without_a_reading() {
    let mut points = months(12);
    points.remove(5);
    points.remove(5);
    let series = Series::new("kWh".to_owned(), &points, Vec::new());
    assert_eq!(series.months.len(), 12);
    let missing: Vec<_> = series.months.iter().filter(|point| point.observed.is_none()).collect();
    assert_eq!(missing.len(), 2);
    assert_eq!(missing[0].month, date(2025, 6, 1));
    let plot = Plot::new(&series);
    // The band and the line break at the gap instead of running through it.
    assert_eq!((plot.band.len(), plot.expected.len()), (2, 2));
}

#[test]
fn a_towering_value_breaks_off_and_says_its_figure() {
    let mut points = months(24);
    points[20].observed = Some(1_700_000.0);
    let series = Series::new("kWh".to_owned(), &points, vec![mark(points[20].month)]);
    let plot = Plot::new(&series);
    assert_eq!(plot.bars[20].torn.as_deref(), Some("1,700,000"));
    assert!((plot.bars[20].y - plot.top).abs() < 1e-9, "{:?}", plot.bars[20]);
    let others = plot.bars.iter().filter(|bar| bar.torn.is_none()).count();
    assert_eq!(others, 23);
    let ordinary = plot.bars[3].height / (plot.bottom - plot.top);
    assert!(ordinary > 0.3, "the rest stays readable: {ordinary}");
}

#[test]
fn figures_of_neighbours_that_break_off_do_not_overlap() {
    let mut points = months(24);
    for at in [19, 20, 21] {
        points[at].observed = Some(1_700_000.0);
    }
    let series = Series::new("kWh".to_owned(), &points, vec![mark(points[20].month)]);
    let plot = Plot::new(&series);
    let written: Vec<usize> = (0..24).filter(|at| plot.bars[*at].figure).collect();
    assert_eq!(written, [20], "the marked month is the one that is written");
}

#[test]
fn a_meter_without_readings_has_a_picture_nevertheless() {
    let html = render(Series::new("m3".to_owned(), &[], Vec::new()));
    assert!(html.contains("There are no readings yet."), "{html}");
}

#[test]
fn negative_months_hang_below_the_axis() {
    let mut points = months(12);
    points[3].observed = Some(-400.0);
    let plot = Plot::new(&Series::new("kWh".to_owned(), &points, Vec::new()));
    assert!(plot.zero < plot.bottom);
    assert!((plot.bars[3].y - plot.zero).abs() < 1e-9);
}
