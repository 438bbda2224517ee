//! The plainest seasonal rule: the newest periods against the median of their season.
//!
//! A season is a calendar month or an hour of the week. The baseline is the median of the history in the same season, the
//! scale is 1.4826 times the median distance of the history from it. It serves as the yardstick for speed: the same rule
//! in SQL, pandas and polars stands beside it in `deploy/bench`. It is also the profile of the week for hourly data.

use super::statistics::median_in_place;

/// A reading with its season.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// When; ascending numbers of any unit.
    pub time: i64,
    /// The season, from 0.
    pub season: u16,
    /// What came.
    pub value: f64,
}

/// What the rule says of a reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// When.
    pub time: i64,
    /// What came.
    pub value: f64,
    /// The median of the history in its season.
    pub baseline: f64,
    /// The usual distance from it.
    pub scale: f64,
    /// Distance over scale.
    pub score: f64,
    /// Whether it is far off in both senses.
    pub flagged: bool,
}

/// A score beyond this, with a deviation beyond `FAR_OFF`, is flagged.
const FLAGGED: f64 = 5.0;
/// As a share of the baseline.
const FAR_OFF: f64 = 0.2;
/// The scale is at least this share of the baseline.
const LEAST_SCALE: f64 = 0.01;

/// Space that is used again from meter to meter.
#[derive(Debug, Default)]
pub struct Scratch {
    starts: Vec<usize>,
    values: Vec<f64>,
    distances: Vec<f64>,
    baselines: Vec<f64>,
}

/// Judges the readings of one meter from `edge` on by those before it; seasons without history are left out.
pub fn judge(
    readings: &[Reading],
    edge: i64,
    seasons: usize,
    scratch: &mut Scratch,
    mut emit: impl FnMut(Deviation),
) {
    let Scratch { starts, values, distances, baselines } = scratch;
    let history = || readings.iter().filter(|reading| reading.time < edge);
    starts.clear();
    starts.resize(seasons + 1, 0);
    for reading in history() {
        starts[usize::from(reading.season) + 1] += 1;
    }
    for season in 0..seasons {
        starts[season + 1] += starts[season];
    }
    values.clear();
    values.resize(starts[seasons], 0.0);
    let mut next = starts.clone();
    for reading in history() {
        let place = &mut next[usize::from(reading.season)];
        values[*place] = reading.value;
        *place += 1;
    }
    baselines.clear();
    distances.clear();
    for season in 0..seasons {
        let of_season = &mut values[starts[season]..starts[season + 1]];
        let baseline = median_in_place(of_season).unwrap_or(f64::NAN);
        baselines.push(baseline);
        distances.extend(of_season.iter().map(|value| (value - baseline).abs()));
    }
    let Some(distance) = median_in_place(distances) else { return };
    let scale = 1.4826 * distance;
    for reading in readings.iter().filter(|reading| reading.time >= edge) {
        let baseline = baselines[usize::from(reading.season)];
        if baseline.is_nan() {
            continue;
        }
        let off = reading.value - baseline;
        let score = off / scale.max(LEAST_SCALE * baseline.abs()).max(1e-9);
        emit(Deviation {
            time: reading.time,
            value: reading.value,
            baseline,
            scale,
            score,
            flagged: score.abs() > FLAGGED && off.abs() > FAR_OFF * baseline.abs(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_judged_by_its_season() {
        let mut readings: Vec<Reading> = (0..36_u16)
            .map(|at| Reading {
                time: i64::from(at),
                season: at % 12,
                value: f64::from(100 + 10 * (at % 12) + at / 12),
            })
            .collect();
        readings.push(Reading { time: 36, season: 0, value: 202.0 });
        let mut seen = Vec::new();
        judge(&readings, 36, 12, &mut Scratch::default(), |deviation| seen.push(deviation));
        let [deviation] = seen[..] else { panic!("one reading is new: {seen:?}") };
        assert!((deviation.baseline - 101.0).abs() < 1e-12);
        assert!((deviation.scale - 1.4826).abs() < 1e-12);
        assert!((deviation.score - 101.0 / 1.4826).abs() < 1e-9);
        assert!(deviation.flagged);
    }

    #[test]
    fn a_season_that_was_never_seen_is_left_out() {
        let readings = [
            Reading { time: 0, season: 0, value: 5.0 },
            Reading { time: 1, season: 1, value: 50.0 },
        ];
        let mut seen = 0;
        judge(&readings, 1, 12, &mut Scratch::default(), |_| seen += 1);
        assert_eq!(seen, 0);
    }
}
