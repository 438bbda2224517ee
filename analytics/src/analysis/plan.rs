//! What to do about the alerts of a meter: open, update, close, or leave alone.

use alerts::{AlertId, AlertKind, AlertState, Verdict};
use jiff::civil::DateTime;

use super::draft::Draft;
use super::episodes::Family;
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
        self.family() == draft.family && self.start < draft.end && draft.start < self.end
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
    /// Close a live alert whose cause is gone.
    Resolve(AlertId),
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
}

/// Plans the actions for one meter; nothing when all is as it was.
pub fn plan(situation: Situation<'_>) -> Vec<Action> {
    let Situation { raised, drafts, horizon, largest_score, rest_from } = situation;
    let mut actions = Vec::new();
    let mut continued = vec![false; raised.len()];
    for draft in drafts {
        let live = raised.iter().position(|alert| alert.is_live() && alert.touches(&draft));
        if let Some(at) = live {
            continued[at] = true;
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
        let score = largest_score(alert.start, alert.end);
        if alert.restated || score.is_some_and(|score| score < CLEARLY_GONE) {
            actions.push(Action::Resolve(alert.id));
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
        || differs(alert.observed, draft.observed)
        || differs(alert.expected, draft.expected)
}
