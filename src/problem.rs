//! A problem as a line of text.

use readings::Problem;

/// A problem with its place and what to do about it.
pub fn described(problem: &Problem) -> String {
    let sheet = problem.sheet.as_deref().filter(|sheet| !sheet.is_empty());
    let place = match (sheet, problem.cell) {
        (Some(sheet), Some(cell)) => format!("{sheet}!{cell}: "),
        (Some(sheet), None) => format!("{sheet}: "),
        (None, Some(cell)) => format!("{cell}: "),
        (None, None) => String::new(),
    };
    format!("{place}{} [{}] {}", problem.sentence, problem.code, problem.code.hint())
}
