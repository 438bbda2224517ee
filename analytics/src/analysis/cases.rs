//! All that could be raised, over all meters: episodes of the engine, findings of the rules, common shifts.

use std::collections::BTreeMap;

use alerts::{AlertKind, Family, Sensitivity};
use jiff::ToSpan;
use jiff::civil::{DateTime, Time};
use rayon::prelude::*;

use super::bills::{self, Words, duplicate};
use super::draft::{About, Draft, draft};
use super::episodes::{self, Episode};
use super::history::History;
use super::plan::{Action, Cause, Raised, Situation, plan, plan_about_many};
use super::portfolio::{self, Finding};
use crate::engine::Judgement;

/// The cases of all meters.
#[derive(Debug)]
pub struct Cases {
    /// By the position of the meter.
    episodes: Vec<Vec<Episode>>,
    /// By the position of the meter, without what is told by a finding.
    drafts: Vec<Vec<Draft>>,
    /// Common shifts.
    findings: Vec<Finding>,
}

impl Cases {
    /// Finds the cases of all meters: which of them are many alike is seen by all together.
    pub fn of(
        history: &History,
        judged: &[Vec<Judgement>],
        by_day: Vec<(usize, Draft)>,
        sensitivity: &Sensitivity,
    ) -> Self {
        let (episodes, mut drafts): (Vec<Vec<Episode>>, Vec<Vec<Draft>>) = judged
            .par_iter()
            .zip(&history.panel.meters)
            .enumerate()
            .map(|(at, (judged, meter))| {
                let episodes = episodes::of_meter(judged, &meter.quantity, sensitivity);
                let drafts = of_meter(history, at, judged, &episodes);
                (episodes, drafts)
            })
            .unzip();
        for (meter, finding) in copies(history) {
            drafts[meter].extend(bills::draft(history, meter, finding));
        }
        for (meter, of_meter) in drafts.iter_mut().enumerate() {
            bills::drop_twins(of_meter);
            // A closed site sends no bills.
            of_meter.retain(|draft| {
                draft.family != Family::Gap
                    || history.explained.hides(meter, draft.start, draft.end).is_none()
            });
        }
        let findings = portfolio::take(history, &mut drafts);
        super::by_day::add(&mut drafts, by_day);
        Self { episodes, drafts, findings }
    }

    /// What to do about the alerts of a meter.
    pub fn actions(
        &self,
        history: &History,
        judged: &[Judgement],
        meter: usize,
        raised: &[Raised],
        months: i32,
    ) -> Vec<Action> {
        let quantity = &history.panel.meters[meter].quantity;
        let newest = quantity.iter().rposition(|quantity| !quantity.is_nan());
        let midnight = |slot: usize| history.start_of(slot).to_datetime(Time::midnight());
        let horizon = newest
            .and_then(|newest| midnight(newest + 1).checked_sub(months.months()).ok())
            .unwrap_or(DateTime::MIN);
        let largest_score = |start: DateTime, end: DateTime| {
            judged
                .iter()
                .enumerate()
                .filter(|(slot, month)| {
                    month.kind.is_some() && midnight(*slot) < end && midnight(slot + 1) > start
                })
                .map(|(_, month)| month.score)
                .max_by(f64::total_cmp)
        };
        let rest_from = |whole: &Draft, from: DateTime| {
            let begins = |slot: &usize| midnight(*slot) == whole.start;
            let mut rest = self.episodes[meter]
                .iter()
                .find(|episode| {
                    episode.family == whole.family && episode.slots.first().is_some_and(begins)
                })?
                .clone();
            rest.slots.retain(|slot| midnight(*slot) >= from);
            let score = |slot: &usize| judged[*slot].score;
            rest.peak = rest.slots.iter().copied().max_by(|a, b| score(a).total_cmp(&score(b)))?;
            draft(history, meter, judged, &rest)
        };
        let explained = |family: Family, start: DateTime, end: DateTime| {
            if let Some(event) = history.explained.hides(meter, start, end) {
                return Some(Cause::KnownEvent(event.words()));
            }
            if let Some(event) = history.explained.begins_anew(meter, start, end) {
                return Some(Cause::KnownEvent(event.words()));
            }
            let finding =
                self.findings.iter().find(|finding| finding.explains(meter, family, start, end))?;
            match &finding.draft.about {
                About::Several { subject, .. } => Some(Cause::PartOf(subject.clone())),
                About::Meter { .. } => None,
            }
        };
        plan(Situation {
            raised,
            // Without any reading left, what was raised on them is restated.
            drafts: if newest.is_some() { self.drafts[meter].clone() } else { Vec::new() },
            horizon,
            largest_score: &largest_score,
            rest_from: &rest_from,
            explained: &explained,
        })
    }

    /// What to do about the findings over many meters; each belongs to the part that has its first meter.
    pub fn actions_about_many(
        &self,
        history: &History,
        raised: &[(String, Raised)],
        months: i32,
        is_mine: impl Fn(usize) -> bool,
    ) -> Vec<Action> {
        // What was raised before belongs to the part with the first meter of its commodity.
        let closes = |print: &str| {
            let first = history
                .meters
                .iter()
                .position(|row| print.starts_with(&format!("portfolio:{}:", row.commodity)));
            first.is_some_and(&is_mine)
        };
        let newest = history.start_of(history.panel.slots).to_datetime(Time::midnight());
        let horizon = newest.checked_sub(months.months()).unwrap_or(DateTime::MIN);
        let mine = self
            .findings
            .iter()
            .filter(|finding| finding.meters.iter().min().is_some_and(|meter| is_mine(*meter)));
        let all: Vec<&Draft> = self.findings.iter().map(|finding| &finding.draft).collect();
        plan_about_many(mine.map(|finding| &finding.draft), &all, raised, horizon, &closes)
    }
}

fn of_meter(
    history: &History,
    meter: usize,
    judged: &[Judgement],
    episodes: &[Episode],
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = episodes
        .iter()
        .filter_map(|episode| {
            let mut made = draft(history, meter, judged, episode)?;
            let once = episode.kind == AlertKind::Repeat && episode.slots.len() == 1;
            if once && bills::same_charge(&history.bills(meter), &made.readings) {
                let copied = Episode { kind: AlertKind::DuplicateBill, ..episode.clone() };
                made = draft(history, meter, judged, &copied)?;
            }
            Some(made)
        })
        .collect();
    let findings = bills::of_meter(history, meter);
    drafts.extend(findings.into_iter().filter_map(|finding| bills::draft(history, meter, finding)));
    drafts
}

/// Bills that were booked on two meters of a group.
fn copies(history: &History) -> Vec<(usize, bills::Finding)> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, meter) in history.panel.meters.iter().enumerate() {
        groups.entry(meter.group).or_default().push(at);
    }
    let bill_of = |meter: usize, place: usize| {
        Some((history.meters[meter].name.as_str(), *history.bills(meter).get(place)?))
    };
    groups
        .into_values()
        .flat_map(|members| {
            let unit = members.first().map(|meter| history.meters[*meter].unit.clone());
            let words = Words { unit: unit.unwrap_or_default(), currencies: &history.currencies };
            let suspects = members.par_iter().flat_map_iter(|meter| {
                let suspects: Vec<_> =
                    duplicate::suspects(*meter, &history.bills(*meter)).collect();
                suspects
            });
            duplicate::find(suspects.collect(), bill_of, &words)
        })
        .collect()
}
