//! Sheets whose names say that others have taken their place: `OLD - do not use`, `Entwurf`.

use foldhash::HashSet;
use readings::{Commodity, Period, ProblemCode, Profile};

use super::candidate::{Candidate, Hold, Values};
use super::text::fold;
use super::words::{self, Word};

/// Holds the values of such sheets where another sheet has values of the same commodity and period. `tables` are those of the file, with the names
/// of their sheets.
pub fn hold(tables: &mut [(String, Values)], profile: &Profile) {
    // A person who has said which sheets are read has said that they count.
    if profile.is_mapping() {
        return;
    }
    let is_aside: Vec<bool> = tables.iter().map(|(sheet, _)| is_set_aside(sheet)).collect();
    let place = |values: &Values, candidate: &Candidate| {
        Some((values.series[candidate.series].commodity, candidate.period?))
    };
    let others: HashSet<(Option<Commodity>, Period)> = tables
        .iter()
        .zip(&is_aside)
        .filter(|(_, aside)| !**aside)
        .flat_map(|((_, values), _)| {
            let live = values.candidates.iter().filter(|candidate| candidate.is_live());
            live.filter_map(|candidate| place(values, candidate))
        })
        .collect();
    for ((sheet, values), _) in tables.iter_mut().zip(is_aside).filter(|(_, aside)| *aside) {
        let again = |candidate: &Candidate| {
            place(values, candidate).is_some_and(|place| others.contains(&place))
        };
        if !values.candidates.iter().any(again) {
            continue;
        }
        let hold = Hold::new(
            ProblemCode::Overlap,
            format!(
                "The sheet is called \u{201c}{sheet}\u{201d}; do its numbers count beside those of the other sheets?"
            ),
        );
        values.candidates.iter_mut().for_each(|candidate| candidate.hold(&hold));
    }
}

/// Whether a name says so and names no place besides.
fn is_set_aside(name: &str) -> bool {
    let folded = fold(&name.replace('_', " "));
    let Some(rest) = words::without_set_aside(&folded) else { return false };
    let said = words::meaning(&rest);
    let is_plain = |word: &String| {
        word.chars().count() <= 2
            || word.bytes().any(|byte| byte.is_ascii_digit())
            || words::is_generic_name(word)
    };
    !said.words.any(&[Word::Site, Word::Meter]) && said.unknown.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_that_it_was_replaced_or_names_a_place() {
        for name in
            ["OLD - do not use", "Draft", "Electricity 2023 (old)", "Entwurf 2", "Test", "черновик"]
        {
            assert!(is_set_aside(name), "{name}");
        }
        for name in [
            "Old Library",
            "Old School",
            "Electricity 2023",
            "Testing Lab",
            "Alte Schule",
            "Archive building",
        ] {
            assert!(!is_set_aside(name), "{name}");
        }
    }
}
