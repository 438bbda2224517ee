//! What people know, in the columns of the engine: months that are not judged, baselines that begin anew.
//!
//! A closure or works hide their months from the engine: they are neither judged nor learnt. With a new tenant the
//! meter is two meters, one until then and one from then on, so that nothing of the old is a measure for the new.

use jiff::civil::{Date, DateTime};

use super::history::{History, MeterRow};
use crate::calendar::first_day;
use crate::engine::{EvidenceKind, Judgement, Panel};
use crate::known_events::KnownEvent;

/// A month belongs to an event that touches so many of its days.
const TOUCHED_DAYS: f64 = 3.0;

/// A meter whose earlier life is a meter of its own, further down in the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parted {
    /// The meter.
    pub meter: usize,
    /// The first slot of its present life.
    pub from: usize,
    /// Where its earlier life stands.
    pub earlier: usize,
}

/// What the events did to the panel.
#[derive(Debug, Clone, Default)]
pub struct Explained {
    /// By the position of the meter: the events that concern it, by their place in the list.
    pub by_meter: Vec<Vec<usize>>,
    /// All events.
    pub events: Vec<KnownEvent>,
    /// Meters that were parted.
    pub parted: Vec<Parted>,
}

impl Explained {
    /// The event that covers a time of a meter, where there is one that hides months.
    pub fn hides(&self, meter: usize, start: DateTime, end: DateTime) -> Option<&KnownEvent> {
        let concerned = self.by_meter.get(meter).map(Vec::as_slice).unwrap_or_default();
        concerned.iter().map(|at| &self.events[*at]).find(|event| {
            !event.kind.begins_anew()
                && event.starts_on.at(0, 0, 0, 0) < end
                && event.ends_on.is_none_or(|ends| start < ends.at(0, 0, 0, 0))
        })
    }

    /// The event at which a meter's baseline begins anew within a time.
    pub fn begins_anew(&self, meter: usize, start: DateTime, end: DateTime) -> Option<&KnownEvent> {
        let concerned = self.by_meter.get(meter).map(Vec::as_slice).unwrap_or_default();
        concerned.iter().map(|at| &self.events[*at]).find(|event| {
            let at = event.starts_on.at(0, 0, 0, 0);
            event.kind.begins_anew() && start <= at && at < end
        })
    }
}

/// Applies the events to the panel, whose first slot is `first_month`.
pub fn apply(
    panel: &mut Panel,
    meters: &[MeterRow],
    first_month: i32,
    events: Vec<KnownEvent>,
) -> Explained {
    let mut explained =
        Explained { by_meter: vec![Vec::new(); meters.len()], ..Explained::default() };
    for (at, row) in meters.iter().enumerate() {
        let concerns = |event: &KnownEvent| {
            event.site_id == row.site_id && event.meter_id.is_none_or(|meter| meter == row.id)
        };
        for (number, event) in events.iter().enumerate().filter(|(_, event)| concerns(event)) {
            explained.by_meter[at].push(number);
            if !event.kind.begins_anew() {
                hide(panel, at, first_month, event);
            }
        }
        let anew = explained.by_meter[at]
            .iter()
            .map(|number| &events[*number])
            .filter(|event| event.kind.begins_anew())
            .map(|event| event.starts_on)
            .max();
        explained.parted.extend(anew.and_then(|since| part(panel, at, first_month, since)));
    }
    explained.events = events;
    explained
}

fn hide(panel: &mut Panel, meter: usize, first_month: i32, event: &KnownEvent) {
    let starts = day_of(event.starts_on);
    let ends = event.ends_on.map_or(f64::INFINITY, day_of);
    for (month, slot) in (first_month..).zip(0..panel.slots) {
        let (from, to) = (first_day(month), first_day(month + 1));
        if ends.min(to) - starts.max(from) >= TOUCHED_DAYS {
            panel.meters[meter].quantity[slot] = f64::NAN;
            panel.meters[meter].stated[slot] = f64::NAN;
        }
    }
}

fn part(panel: &mut Panel, meter: usize, first_month: i32, since: Date) -> Option<Parted> {
    let month = i32::from(since.year()) * 12 + i32::from(since.month()) - 1;
    let from = usize::try_from(month - first_month).ok().filter(|from| *from < panel.slots)?;
    let earlier = panel.meters.len();
    let mut before = panel.meters[meter].clone();
    before.name = format!("{} until {since}", before.name);
    before.quantity[from..].fill(f64::NAN);
    before.stated[from..].fill(f64::NAN);
    panel.meters[meter].quantity[..from].fill(f64::NAN);
    panel.meters[meter].stated[..from].fill(f64::NAN);
    panel.meters.push(before);
    Some(Parted { meter, from, earlier })
}

/// Puts the two lives of parted meters together again: in the judgements, and in the quantities of the panel.
pub fn join(history: &mut History, judged: &mut Vec<Vec<Judgement>>) {
    let meters = history.meters.len();
    for parted in &history.explained.parted {
        let earlier = std::mem::take(&mut judged[parted.earlier]);
        for (slot, judgement) in earlier.into_iter().enumerate().take(parted.from) {
            judged[parted.meter][slot] = judgement;
            let before = &history.panel.meters[parted.earlier];
            let (quantity, stated) = (before.quantity[slot], before.stated[slot]);
            let whole = &mut history.panel.meters[parted.meter];
            (whole.quantity[slot], whole.stated[slot]) = (quantity, stated);
        }
    }
    judged.truncate(meters);
    history.panel.meters.truncate(meters);
    let whole = |at: usize| {
        history.explained.parted.iter().find(|parted| parted.earlier == at).map_or(at, |p| p.meter)
    };
    for evidence in judged.iter_mut().flatten().flat_map(|judgement| &mut judgement.evidence) {
        if let EvidenceKind::Swap(partner) = &mut evidence.kind {
            *partner = whole(*partner);
        }
    }
}

fn day_of(date: Date) -> f64 {
    f64::from((date - Date::constant(1970, 1, 1)).get_days())
}
