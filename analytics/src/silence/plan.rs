//! What to do about silences beside what was raised before: each is raised once, and resolved by arrival.

use alerts::{AlertId, AlertKind};

use super::Silence;

/// An alert about a silence that was raised before.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The alert.
    pub alert: AlertId,
    /// Which silence.
    pub fingerprint: String,
    /// Late, missing or partial.
    pub kind: AlertKind,
    /// How many meters had come.
    pub came: f64,
    /// Whether it is open or acknowledged.
    pub is_live: bool,
}

/// A step to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Raise it.
    Open(&'a Silence),
    /// It lasts, and is another kind or size by now.
    Update(AlertId, &'a Silence),
    /// What was waited for has come.
    Resolve(AlertId),
}

/// The steps; none when all is as it was.
pub fn plan<'a>(found: &'a [Silence], known: &[Known]) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for silence in found {
        let mut same = known.iter().filter(|one| one.fingerprint == silence.fingerprint);
        match same.clone().find(|one| one.is_live) {
            Some(live) => {
                #[expect(clippy::cast_precision_loss, reason = "meters of one sender are few")]
                let came = silence.came as f64;
                if live.kind != silence.kind || (live.came - came).abs() > 0.5 {
                    steps.push(Step::Update(live.alert, silence));
                }
            }
            // A person closed it: nothing new has come, so there is nothing new to say.
            None if same.next().is_some() => {}
            None => steps.push(Step::Open(silence)),
        }
    }
    let lasts = |one: &Known| found.iter().any(|silence| silence.fingerprint == one.fingerprint);
    steps.extend(
        known.iter().filter(|one| one.is_live && !lasts(one)).map(|one| Step::Resolve(one.alert)),
    );
    steps
}
