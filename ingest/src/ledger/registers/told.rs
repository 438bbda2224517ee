//! Stretches in the words of a person.

use super::{Link, Reason, RegisterUse, Walk};

impl Walk<'_> {
    /// What is stored and shown about a stretch.
    pub(super) fn told(&self, link: &Link) -> RegisterUse {
        let earlier = &self.dials[self.nodes[link.from].opening];
        let later = &self.dials[self.nodes[link.to].closing];
        let (from, to) = (earlier.dial.normalize(), later.dial.normalize());
        let both = format!(
            "{from} on {} (cell {}) to {to} on {} (cell {})",
            earlier.at.date(),
            earlier.place,
            later.at.date(),
            later.place
        );
        let between = link.left_out.map(|node| {
            let dial = &self.dials[self.nodes[node].opening];
            format!("{} on {} (cell {})", dial.dial.normalize(), dial.at.date(), dial.place)
        });
        let between = between.unwrap_or_default();
        let sentence = match link.reason {
            Reason::Difference => format!("The register went from {both}."),
            Reason::Rollover => {
                let highest = link
                    .capacity
                    .and_then(|capacity| capacity.checked_div(earlier.unit))
                    .unwrap_or_default()
                    .normalize();
                format!("The register went from {both}: it passed {highest} and began again at 0.")
            }
            Reason::Reset => format!(
                "The register fell from {both} and runs on from there: it was reset, or a new device began near zero. What was used between is not known."
            ),
            Reason::Exchange => format!(
                "The register fell from {both} and runs on from there: the device was exchanged. What was used between is not known."
            ),
            Reason::Misread => format!(
                "The register went from {both}; {between} fits neither and is left out as misread."
            ),
            Reason::TruedUp => format!(
                "The register went from {both}; {between} was too high, as an estimate that was corrected later, and is left out."
            ),
            Reason::MultiplierChanged => format!(
                "The register went from {both}, but the multiplier changed between; what was used is not known."
            ),
            Reason::Jump => format!(
                "The register rose from {both}, far more than usual: real, misread, or another device."
            ),
            Reason::Unclear => format!(
                "The register fell from {both}; why is not clear yet: a misread number, a reset or an exchange."
            ),
        };
        RegisterUse {
            earlier: earlier.reading,
            later: later.reading,
            start: earlier.at,
            end: later.at,
            quantity: self.quantity(link),
            multiplier: self.applied(link),
            reason: link.reason,
            sentence,
            left_out: link.left_out.map(|node| self.dials[self.nodes[node].opening].reading),
        }
    }
}
