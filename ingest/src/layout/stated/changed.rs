//! A layout that a person has mapped and that comes with other columns.

use readings::profile::{HeaderDiff, Profile, headers_of};
use readings::{Extraction, Problem, ProblemCode};

use super::same_header;

/// From this likeness on a layout is the changed one of a mapping; below it is another layout of the same sender.
const ALIKE: f64 = 0.5;
/// Columns that are told in the sentence; the page of the file shows all.
const TOLD: usize = 300;

/// Holds all readings of a file whose layout resembles a mapped one and is neither that nor a layout that was taken
/// before (`known`): the columns may mean something else now, and what was recognised by itself had to be corrected
/// once already.
pub fn hold_changed(profiles: &[Profile], known: &[String], out: &mut Extraction) {
    let Some(fingerprint) = out.fingerprint.as_deref() else { return };
    let is_known = |profile: &Profile| profile.fingerprint == fingerprint;
    if known.iter().any(|one| one == fingerprint) || profiles.iter().any(is_known) {
        return;
    }
    let Some((profile, diff)) = changes_since(profiles, out) else { return };
    let told: String = diff.to_string().chars().take(TOLD).collect();
    let sentence = format!(
        "The layout has changed since it was mapped as \u{201c}{}\u{201d}: {told}.",
        profile.name
    );
    out.problems.insert(0, Problem::of_file(ProblemCode::LayoutChanged, sentence));
    let held = std::mem::take(&mut out.readings);
    out.refused += held.len() as u64;
    out.problems.extend(held.into_iter().take(20).map(|reading| {
        Problem::of_cell(
            ProblemCode::LayoutChanged,
            &*reading.sheet,
            reading.cell,
            "The layout has changed, so it is not certain what this number is.",
        )
    }));
}

/// The mapping whose layout is most like that of a file, and what has changed since; `None` where the file has a
/// mapping of its own, or none is like it.
pub fn changes_since<'p>(
    profiles: &'p [Profile],
    read: &Extraction,
) -> Option<(&'p Profile, HeaderDiff)> {
    let own = read.fingerprint.as_deref().unwrap_or_default();
    if profiles.iter().any(|profile| profile.is_mapping() && profile.fingerprint == own) {
        return None;
    }
    let new = headers_of(&read.layouts);
    profiles
        .iter()
        .filter(|profile| profile.is_mapping())
        .map(|profile| (profile, HeaderDiff::between(&profile.headers(), &new, same_header)))
        .max_by(|(_, one), (_, other)| one.likeness().total_cmp(&other.likeness()))
        .filter(|(_, diff)| diff.likeness() >= ALIKE)
}
