//! A period is judged by what was known until then, and never by its own reading.

use crate::shared::{backtest, gzipped_lines};

/// The lines of `count` meters, every `every`-th meter of the file.
fn some_meters(path: &str, every: usize, count: usize) -> Vec<String> {
    let lines = gzipped_lines(path);
    let mut meters: Vec<&str> = lines.iter().map(|line| field(line, 1)).collect();
    meters.sort_unstable();
    meters.dedup();
    let kept: Vec<&str> = meters.into_iter().step_by(every).take(count).collect();
    let lines: Vec<String> =
        lines.iter().filter(|line| kept.contains(&field(line, 1))).cloned().collect();
    assert!(lines.len() > 500, "too few lines to test with");
    lines
}

fn field(line: &str, at: usize) -> &str {
    line.split(',').nth(at).unwrap_or("")
}

fn up_to(lines: &[String], column: usize, last: &str) -> Vec<String> {
    lines.iter().filter(|line| field(line, column) <= last).cloned().collect()
}

fn without_later_periods_nothing_changes(path: &str, every: usize, count: usize, cuts: &[&str]) {
    let lines = some_meters(path, every, count);
    let whole = backtest(&lines);
    for cut in cuts {
        let truncated = backtest(&up_to(&lines, 4, cut));
        let expected = up_to(&whole, 1, cut);
        assert!(expected.len() > 100, "the cut at {cut} leaves too little");
        assert_eq!(truncated, expected, "cut at {cut}");
    }
}

#[test]
fn a_month_is_judged_without_the_months_after_it() {
    without_later_periods_nothing_changes(
        "data/detection/readings/yale.csv.gz",
        5,
        40,
        &["2011-03-01", "2012-01-01", "2013-09-01", "2014-12-01"],
    );
}

#[test]
fn a_bimonthly_bill_is_judged_without_the_bills_after_it() {
    without_later_periods_nothing_changes(
        "data/detection/readings/santa_monica.csv.gz",
        5,
        50,
        &["2014-09-01", "2015-10-01", "2016-03-01"],
    );
}

#[test]
fn a_day_is_judged_without_the_days_after_it() {
    without_later_periods_nothing_changes(
        "data/detection/readings/cambridge_daily.csv.gz",
        7,
        8,
        &["2017-08-13", "2018-12-24"],
    );
}

#[test]
fn the_order_of_the_rows_does_not_matter() {
    let lines = some_meters("data/detection/readings/cambridge.csv.gz", 2, 26);
    let mut shuffled = lines.clone();
    shuffled.reverse();
    let half = shuffled.len() / 2;
    shuffled.rotate_left(half / 3);
    assert_eq!(backtest(&lines), backtest(&shuffled));
}

#[test]
fn a_reading_three_times_as_large_does_not_move_its_own_expectation() {
    let lines = some_meters("data/detection/readings/cambridge.csv.gz", 2, 26);
    let before = backtest(&lines);
    let mut tripled_any = 0;
    for at in (40..lines.len()).step_by(lines.len() / 12) {
        let mut fields: Vec<String> = lines[at].split(',').map(str::to_owned).collect();
        let Ok(quantity) = fields[6].parse::<f64>() else { continue };
        fields[6] = (3.0 * quantity).to_string();
        let (meter, start) = (fields[1].clone(), fields[4].clone());
        let mut changed = lines.clone();
        changed[at] = fields.join(",");
        let find = |lines: &[String]| {
            lines
                .iter()
                .find(|line| field(line, 0) == meter && field(line, 1) == start)
                .map(|line| {
                    (
                        field(line, 2).to_owned(),
                        field(line, 3).to_owned(),
                        field(line, 4).to_owned(),
                    )
                })
                .expect("a line for the period")
        };
        assert_eq!(find(&before), find(&backtest(&changed)), "{meter} {start}");
        tripled_any += 1;
    }
    assert!(tripled_any >= 10, "only {tripled_any} readings were tried");
}

#[test]
fn expectations_scale_with_the_readings_of_the_meter() {
    // A unit is a matter of words: all of a meter's readings in another unit give the same scores.
    let lines = some_meters("data/detection/readings/cambridge.csv.gz", 2, 26);
    let meter = field(&lines[0], 1).to_owned();
    let scaled: Vec<String> = lines
        .iter()
        .map(|line| {
            let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            if fields[1] == meter
                && let Ok(quantity) = fields[6].parse::<f64>()
            {
                // A power of two, so that nothing is rounded.
                fields[6] = (quantity * 1024.0).to_string();
            }
            fields.join(",")
        })
        .collect();
    let (before, after) = (backtest(&lines), backtest(&scaled));
    let mut compared = 0;
    for (before, after) in before.iter().zip(&after) {
        let number = |line: &str, at: usize| field(line, at).parse::<f64>().ok();
        if field(before, 0) != meter {
            continue;
        }
        if let (Some(was), Some(is)) = (number(before, 2), number(after, 2)) {
            assert!((is / 1024.0 - was).abs() <= 1e-5 * was.abs().max(1e-6), "{before} | {after}");
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared} periods were compared");
}

#[test]
fn a_missing_column_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("no_quantity.csv");
    std::fs::write(&file, "meter,period_start\nm,2026-01-01\n").expect("written");
    let error = analytics::backtest::run(&[&file], &mut Vec::new()).expect_err("no quantity");
    assert!(error.to_string().contains("no column `quantity`"), "{error}");
}
