//! A commodity on its way through a run: judged, put aside until all are, and taken up again for its alerts.
//!
//! Meters of one commodity are judged by one another, those of another never, so what the engine needs is in memory for
//! one commodity at a time. What is flagged depends on the scores of all: alerts wait until the last one is judged.

use std::io;

use alerts::{Rung, Sensitivity};
use jiff::civil::Date;

use super::aside::Aside;
use super::by_day::{self, ByDay};
use super::cases::Cases;
use super::history::{self, History, Loaded, Waiting};
use super::plan::Action;
use super::raised::RaisedBefore;
use super::settings::{self, Settings};
use super::{AnalysisError, Options, Report, baselines, explained, standing};
use crate::consumption::Omission;
use crate::engine::{self, Judgement};
use crate::weather::Weather;

/// Meters whose alerts are written in one transaction.
const AT_ONCE: usize = 1_000;

/// What a run knows before it judges.
#[derive(Debug)]
pub(super) struct Known {
    /// What people have set.
    pub settings: Settings,
    /// Outdoor temperatures.
    pub weather: Weather,
    /// How the run works.
    pub options: Options,
    /// The day of the run.
    pub today: Date,
}

/// A commodity that was judged.
#[derive(Debug)]
pub(super) struct Judged {
    /// Without the readings.
    pub history: History,
    readings: Waiting,
    /// The judgements of each meter, `baselines::BATCH` of them in a block.
    pub months: Aside<Vec<Judgement>>,
    /// Positions of the meters of the shard.
    pub meters: Vec<usize>,
    /// How well each of them is known.
    pub standing: standing::Rows,
    /// The figures of the report so far.
    pub report: Report,
}

/// What is to be written about the alerts of a commodity.
#[derive(Debug)]
pub(super) struct Planned {
    /// The actions of so many meters each.
    pub by_meter: Vec<(usize, Vec<Action>)>,
    /// Those about many meters.
    pub about_many: Vec<Action>,
    /// The months of meters with interval data.
    pub by_day: ByDay,
}

/// Judges a commodity; gives back the scores of its judged months besides.
pub(super) fn judge(
    mut loaded: Loaded,
    known: &Known,
) -> Result<(Judged, Vec<f64>), AnalysisError> {
    let waiting = loaded.take_readings();
    let readings = waiting.readings().map_err(AnalysisError::Aside)?;
    let Known { settings, weather, options, today } = known;
    let mut history = history::assemble(loaded, readings, settings, weather, *today)
        .map_err(AnalysisError::Statistics)?;
    history.forget_readings();
    let mut judged = engine::judge(&history.panel);
    explained::join(&mut history, &mut judged);
    history.keep_results();
    let is_mine =
        |meter: &usize| options.shard.is_none_or(|shard| shard.has(history.meters[*meter].id));
    let meters: Vec<usize> = (0..history.meters.len()).filter(is_mine).collect();
    let report = figures(&history, &judged, &meters);
    let standing = standing::rows(&history, &judged, &meters);
    let scores = settings::scores(&judged);
    let months = put_aside(judged).map_err(AnalysisError::Aside)?;
    Ok((Judged { history, readings: waiting, months, meters, standing, report }, scores))
}

fn put_aside(judged: Vec<Vec<Judgement>>) -> io::Result<Aside<Vec<Judgement>>> {
    let mut aside = Aside::new(baselines::BATCH);
    for of_meter in judged {
        aside.put(of_meter)?;
    }
    Ok(aside)
}

impl Judged {
    /// The numbers of the meters of the shard.
    pub(super) fn ids(&self) -> Vec<i64> {
        self.meters.iter().map(|meter| self.history.meters[*meter].id.get()).collect()
    }

    /// Plans what is to be done about its alerts.
    pub(super) fn plan(
        &self,
        raised: &RaisedBefore,
        sensitivity: &Sensitivity,
        options: Options,
    ) -> io::Result<Planned> {
        let history = self.history.with(self.readings.readings()?);
        let judged = self.months.all()?;
        let mut by_day = by_day::of(&history, sensitivity);
        let drafts = std::mem::take(&mut by_day.drafts);
        let cases = Cases::of(&history, &judged, drafts, sensitivity);
        let actions_of = |meter: &usize| {
            let before = raised.by_meter.get(&history.meters[*meter].id.get());
            let before = before.map_or(&[][..], Vec::as_slice);
            cases.actions(&history, &judged[*meter], *meter, before, options.months)
        };
        let by_meter = self.meters.chunks(AT_ONCE);
        let is_mine = |meter: usize| self.meters.binary_search(&meter).is_ok();
        by_day.months.retain(|(meter, _)| is_mine(*meter));
        Ok(Planned {
            by_meter: by_meter
                .map(|some| (some.len(), some.iter().flat_map(actions_of).collect()))
                .collect(),
            about_many: cases.actions_about_many(
                &history,
                &raised.about_many,
                options.months,
                is_mine,
            ),
            by_day,
        })
    }
}

fn figures(history: &History, judged: &[Vec<Judgement>], meters: &[usize]) -> Report {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let known = |meter: &&usize| judged[**meter].iter().any(|month| month.rung > Rung::NoHistory);
    let with_history = meters.iter().filter(known).count();
    let months = meters
        .iter()
        .map(|meter| judged[*meter].iter().filter(|month| month.kind.is_some()).count())
        .sum();
    let omitted = |why: Omission| {
        count(history.omitted.iter().filter(|(_, _, omission)| *omission == why).count())
    };
    Report {
        meters: count(meters.len()),
        without_history: count(meters.len() - with_history),
        months_judged: count(months),
        overlapping_left_out: omitted(Omission::Overlaps),
        registers_fallen: omitted(Omission::RegisterFell),
        ..Report::default()
    }
}
