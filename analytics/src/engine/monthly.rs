//! The pass over the months.

mod forecasts;
mod group;
mod set_up;
mod sights;
mod slot;
mod track;

use super::judgement::{Evidence, Judgement};
use super::panel::Panel;
use super::pieces::Pieces;
use super::{Seen, inputs, name};
use group::Group;

/// The view in which a meter is judged, and the view in which factors are recognised.
const VIEWS: usize = 2;
const JUDGED: usize = 0;
const LOGARITHMIC: usize = 1;

/// Meters that are worth another processor.
const FEWEST_AT_ONCE: usize = 64;

/// Judges every slot of every meter, in the order of the panel.
///
/// Groups do not know of each other, so one goes through all of its months before the next is begun.
pub fn judge(panel: &Panel) -> Vec<Vec<Judgement>> {
    // From within the pool, small groups are not handed over to it slot by slot.
    rayon::scope(|_| {
        let mut judged = vec![Vec::new(); panel.meters.len()];
        for number in 0..panel.groups {
            let mut group = Group::of(panel, number);
            for at in 0..panel.slots {
                group.pass(panel, at, |_| ());
            }
            group.put(&mut judged);
        }
        judged
    })
}

/// The same, slot by slot; `observe` sees what the tables look at: the meter, the slot, and the inputs in the order of
/// `inputs::MONTHLY`.
pub fn judge_observed(
    panel: &Panel,
    mut observe: impl FnMut(usize, usize, Seen<'_>),
) -> Vec<Vec<Judgement>> {
    let mut groups: Vec<Group<'_>> =
        (0..panel.groups).map(|number| Group::of(panel, number)).collect();
    for at in 0..panel.slots {
        for group in &mut groups {
            let kept = group.pass(panel, at, |seen| Kept::of(&seen));
            for (meter, kept) in group.members().iter().zip(kept) {
                if let Some(kept) = kept {
                    observe(*meter, at, kept.seen());
                }
            }
        }
    }
    let mut judged = vec![Vec::new(); panel.meters.len()];
    for group in groups {
        group.put(&mut judged);
    }
    judged
}

/// What the tables looked at in a slot, for an observer who comes when the whole group is judged.
struct Kept {
    inputs: [f64; inputs::MONTHLY.len()],
    naming: Option<[f64; name::COUNT]>,
    evidence: Pieces,
}

impl Kept {
    fn of(seen: &Looked<'_>) -> Self {
        Self { inputs: *seen.inputs, naming: seen.naming.copied(), evidence: *seen.evidence }
    }

    fn seen(&self) -> Seen<'_> {
        let evidence: &[Evidence] = &self.evidence;
        Seen { inputs: &self.inputs, naming: self.naming.as_ref(), evidence }
    }
}

/// What the tables look at in a slot, while it is judged.
struct Looked<'a> {
    inputs: &'a [f64; inputs::MONTHLY.len()],
    naming: Option<&'a [f64; name::COUNT]>,
    evidence: &'a Pieces,
}
