//! The vote of a group on a factor: a supplier that changes the unit changes it for many meters at once.

use crate::parameters::evidence::{FEWEST_VOTERS, VOTE};

/// What a meter says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ballot {
    /// Nothing came, or nothing is known of it.
    Absent,
    /// It shows no factor.
    None,
    /// It shows this one clearly.
    For(f64),
}

/// For each meter the factor that enough of the others show, with their share; its own ballot does not count.
pub fn count(ballots: &[Ballot]) -> Vec<Option<(f64, f64)>> {
    let present = ballots.iter().filter(|ballot| **ballot != Ballot::Absent).count();
    let mut tally: Vec<(f64, usize)> = Vec::new();
    for ballot in ballots {
        let Ballot::For(factor) = ballot else { continue };
        match tally.iter_mut().find(|(known, _)| known.to_bits() == factor.to_bits()) {
            Some((_, votes)) => *votes += 1,
            None => tally.push((*factor, 1)),
        }
    }
    // By votes, then by factor, so that the order of the meters does not matter.
    tally.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.total_cmp(&b.0)));
    ballots
        .iter()
        .map(|own| {
            let others = present - usize::from(*own != Ballot::Absent);
            if others < FEWEST_VOTERS {
                return None;
            }
            tally
                .iter()
                .map(|(factor, votes)| {
                    #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
                    let share =
                        (votes - usize::from(*own == Ballot::For(*factor))) as f64 / others as f64;
                    (*factor, share)
                })
                .filter(|(_, share)| *share >= VOTE)
                .max_by(|a, b| a.1.total_cmp(&b.1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_ballot_does_not_count() {
        let mut ballots = vec![Ballot::None; 10];
        ballots[0] = Ballot::For(10.0);
        let votes = count(&ballots);
        assert_eq!(votes[0], None);
        assert_eq!(votes[1], Some((10.0, 1.0 / 9.0)));
    }

    #[test]
    fn a_few_meters_hold_no_vote() {
        assert_eq!(count(&[Ballot::For(10.0); 8]), [None; 8]);
        let mut ballots = vec![Ballot::For(10.0); 9];
        assert!(count(&ballots).iter().all(|vote| *vote == Some((10.0, 1.0))));
        ballots[8] = Ballot::Absent;
        assert_eq!(count(&ballots)[0], None);
    }
}
