//! What to do about the alerts of a meter: open, update, close, or leave alone.

use alerts::{AlertId, AlertKind, AlertState, Verdict};
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use alerts::Family;

use super::draft::Draft;
use crate::parameters::analysis::{CLEARLY_GONE, WORTH_TELLING};

/// An alert that was raised before.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// The alert.
    pub id: AlertId,
    /// Its named problem.
    pub kind: AlertKind,
    /// Where it stands.
    pub state: AlertState,
    /// First instant.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// What came.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// What it costs.
    pub cost: Option<Decimal>,
    /// What a person found out.
    pub verdict: Option<Verdict>,
    /// Whether a person closed it, not a corrected reading.
    pub closed_by_person: bool,
    /// Whether a reading of it has been corrected since.
    pub restated: bool,
    /// Its readings, by number.
    pub readings: Vec<i64>,
}

impl Raised {
    fn family(&self) -> Family {
        Family::of(self.kind, self.observed > self.expected)
    }

    fn touches(&self, draft: &Draft) -> bool {
        self.family() == draft.family && self.overlaps(draft.start, draft.end)
    }

    /// Whether it is of a cause of which the draft knows more by now.
    fn is_part_of(&self, draft: &Draft) -> bool {
        draft.absorbs.contains(&self.family()) && self.overlaps(draft.start, draft.end)
    }

    fn overlaps(&self, start: DateTime, end: DateTime) -> bool {
        self.start < end && start < self.end
    }

    fn is_live(&self) -> bool {
        self.state != AlertState::Resolved
    }

    /// A person said that this is how things are.
    fn is_accepted(&self) -> bool {
        matches!(self.verdict, Some(Verdict::KnownEvent | Verdict::FalseAlarm))
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Raise a new alert.
    Open(Box<Draft>),
    /// Give a live alert new figures.
    Update(AlertId, Box<Draft>),
    /// Close a live alert whose cause is gone or told elsewhere.
    Resolve(AlertId, Cause),
}

/// Why an alert is closed without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A corrected reading, or a later one, removed what it was raised for.
    Restated,
    /// A person has entered an event that explains it.
    KnownEvent(String),
    /// It is told by another alert: about many meters, or about the whole problem.
    PartOf(String),
}

impl Cause {
    /// What the history of the alert says.
    pub fn words(&self) -> String {
        match self {
            Self::Restated => "resolved by restatement".to_owned(),
            Self::KnownEvent(event) => format!("resolved by a known event: {event}"),
            Self::PartOf(whole) => format!("resolved as a part of: {whole}"),
        }
    }
}

/// What the plan needs to know of a meter.
pub struct Situation<'a> {
    /// Alerts that were raised before.
    pub raised: &'a [Raised],
    /// A draft for every episode of the whole history.
    pub drafts: Vec<Draft>,
    /// The first instant of what is new enough to be raised.
    pub horizon: DateTime,
    /// The largest score between two instants; `None` where nothing is judged there.
    pub largest_score: &'a dyn Fn(DateTime, DateTime) -> Option<f64>,
    /// Drafts an episode again from an instant on; `None` where nothing of it is left.
    pub rest_from: &'a dyn Fn(&Draft, DateTime) -> Option<Draft>,
    /// What is told elsewhere about the family between two instants: an event, or a finding about many meters.
    pub explained: &'a dyn Fn(Family, DateTime, DateTime) -> Option<Cause>,
}

/// Plans the actions for one meter; nothing when all is as it was.
pub fn plan(situation: Situation<'_>) -> Vec<Action> {
    let Situation { raised, drafts, horizon, largest_score, rest_from, explained } = situation;
    let mut actions = Vec::new();
    let mut continued = vec![false; raised.len()];
    for draft in drafts {
        let find = |test: &dyn Fn(&Raised) -> bool| {
            raised
                .iter()
                .zip(&continued)
                .position(|(alert, continued)| !continued && alert.is_live() && test(alert))
        };
        let live = find(&|alert| alert.touches(&draft))
            .or_else(|| find(&|alert| alert.is_part_of(&draft)));
        if let Some(at) = live {
            continued[at] = true;
            for (other, alert) in raised.iter().enumerate() {
                if !continued[other] && alert.is_live() && alert.is_part_of(&draft) {
                    continued[other] = true;
                    actions.push(Action::Resolve(alert.id, Cause::PartOf(draft.reason.clone())));
                }
            }
            if worth_telling(&raised[at], &draft) {
                actions.push(Action::Update(raised[at].id, Box::new(draft)));
            }
            continue;
        }
        if draft.end <= horizon {
            continue;
        }
        actions.extend(not_settled(raised, draft, rest_from).map(|d| Action::Open(Box::new(d))));
    }
    for (alert, continued) in raised.iter().zip(continued) {
        if continued || !alert.is_live() {
            continue;
        }
        let family = alert.family();
        if let Some(cause) = explained(family, alert.start, alert.end) {
            actions.push(Action::Resolve(alert.id, cause));
            continue;
        }
        let score = largest_score(alert.start, alert.end);
        // What a rule found is gone when the rule does not find it; a score sways.
        let gone = family.is_rule() || score.is_some_and(|score| score < CLEARLY_GONE);
        if alert.restated || gone {
            actions.push(Action::Resolve(alert.id, Cause::Restated));
        }
    }
    actions
}

/// What of a draft no person has settled yet.
fn not_settled(
    raised: &[Raised],
    draft: Draft,
    rest_from: &dyn Fn(&Draft, DateTime) -> Option<Draft>,
) -> Option<Draft> {
    let settled = raised
        .iter()
        .filter(|alert| !alert.is_live() && alert.closed_by_person && alert.touches(&draft))
        .max_by_key(|alert| alert.end);
    match settled {
        None => Some(draft),
        Some(alert) if alert.is_accepted() || alert.end >= draft.end => None,
        Some(alert) => rest_from(&draft, alert.end),
    }
}

fn worth_telling(alert: &Raised, draft: &Draft) -> bool {
    let size = draft.expected.abs().max(draft.observed.abs());
    let differs = |a: f64, b: f64| (a - b).abs() > WORTH_TELLING * size;
    alert.kind != draft.kind
        || alert.start != draft.start
        || alert.end != draft.end
        || alert.readings != draft.readings
        || money_differs(alert.cost, draft.money.cost)
        || differs(alert.observed, draft.observed)
        || differs(alert.expected, draft.expected)
}

fn money_differs(before: Option<Decimal>, now: Option<Decimal>) -> bool {
    match (before.and_then(|cost| cost.to_f64()), now.and_then(|cost| cost.to_f64())) {
        (Some(before), Some(now)) => {
            (before - now).abs() > WORTH_TELLING * before.abs().max(now.abs())
        }
        (None, None) => false,
        _ => true,
    }
}

/// Plans the actions for findings about many meters: `drafts` are those to be raised here, `all` those that there are,
/// `closes` whether it is for this run to close the one of a fingerprint when it is gone.
pub fn plan_about_many<'a>(
    drafts: impl Iterator<Item = &'a Draft>,
    all: &[&Draft],
    raised: &[(String, Raised)],
    horizon: DateTime,
    closes: &dyn Fn(&str) -> bool,
) -> Vec<Action> {
    let mut actions = Vec::new();
    for draft in drafts {
        let before = |test: fn(&Raised) -> bool| {
            raised.iter().rev().find(|(print, alert)| *print == draft.fingerprint && test(alert))
        };
        if let Some((_, alert)) = before(Raised::is_live) {
            if worth_telling(alert, draft) {
                actions.push(Action::Update(alert.id, Box::new(draft.clone())));
            }
            continue;
        }
        let settled = before(|alert| alert.closed_by_person)
            .is_some_and(|(_, alert)| alert.is_accepted() || alert.end >= draft.end);
        if draft.end > horizon && !settled {
            actions.push(Action::Open(Box::new(draft.clone())));
        }
    }
    for (print, alert) in raised.iter().filter(|(print, alert)| alert.is_live() && closes(print)) {
        if !all.iter().any(|draft| draft.fingerprint == *print) {
            actions.push(Action::Resolve(alert.id, Cause::Restated));
        }
    }
    actions
}
