//! What became of a file.

use std::fmt;

use readings::{Problem, ProblemCode, RowAccount};

/// What became of a file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Every data row became a reading or was one already.
    Accepted,
    /// Some rows were refused.
    Partial,
    /// Nothing was taken, and a person should look.
    Quarantined,
    /// No table of readings, nothing to ask.
    NotData,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Partial, Self::Quarantined, Self::NotData];

    /// The name in the database and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Quarantined => "quarantined",
            Self::NotData => "not_data",
        }
    }

    /// Reads `code`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Judges a file by its account and its problems; the problem is the leading one, where something is to be told.
pub fn judge(account: &RowAccount, problems: &[Problem]) -> (Outcome, Option<Problem>) {
    let taken = account.accepted + account.duplicate + account.superseding;
    let leading = || problems.iter().min_by_key(|problem| is_of_cell(problem)).cloned();
    let asked = || problems.iter().find(|problem| !says_no_data(problem.code)).cloned();
    match (taken > 0, account.refused > 0) {
        (true, false) => (Outcome::Accepted, None),
        (true, true) => (Outcome::Partial, leading()),
        (false, true) => (
            Outcome::Quarantined,
            leading().or_else(|| {
                let sentence = format!("None of {} rows was taken.", account.refused);
                Some(Problem::of_file(ProblemCode::LayoutUnclear, sentence))
            }),
        ),
        (false, false) => match asked() {
            Some(problem) => (Outcome::Quarantined, Some(problem)),
            None => (Outcome::NotData, leading()),
        },
    }
}

/// Judges a file that could not be opened.
pub fn judge_unopened(problem: &Problem) -> Outcome {
    if says_no_data(problem.code) { Outcome::NotData } else { Outcome::Quarantined }
}

/// A question about the file leads; one cell is rarely the reason for all.
fn is_of_cell(problem: &Problem) -> bool {
    problem.cell.is_some()
}

/// Certain to hold no readings. A workbook in which no table was recognised is not: a person must look at it once.
fn says_no_data(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::NotAWorkbook | ProblemCode::CostOnly)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_and_the_questions_decide() {
        let account = |accepted, refused| RowAccount {
            rows: accepted + refused,
            accepted,
            refused,
            ..RowAccount::default()
        };
        let question = [Problem::of_file(ProblemCode::LayoutUnclear, "Which column is it?")];
        let unknown = [Problem::of_file(ProblemCode::NoReadings, "No table.")];
        let costs = [Problem::of_file(ProblemCode::CostOnly, "Costs alone.")];
        let outcome = |account: RowAccount, problems: &[Problem]| judge(&account, problems).0;
        assert_eq!(outcome(account(3, 0), &[]), Outcome::Accepted);
        assert_eq!(outcome(account(3, 1), &question), Outcome::Partial);
        assert_eq!(outcome(account(0, 1), &[]), Outcome::Quarantined);
        assert_eq!(outcome(account(0, 0), &question), Outcome::Quarantined);
        assert_eq!(outcome(account(0, 0), &unknown), Outcome::Quarantined);
        assert_eq!(outcome(account(0, 0), &costs), Outcome::NotData);
        assert!(judge(&account(0, 1), &[]).1.is_some(), "a quarantine has a reason");
    }
}
