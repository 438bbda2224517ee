//! Web archives (MHTML) named .xls: a page with its tables, wrapped as a mail is, as Excel and report servers save it.

use readings::Problem;

use super::cells::{Workbook, WorkbookFormat};
use super::limits::{Limits, exceeded};
use super::refusal::Refusal;
use super::{html, text};
use crate::message;

/// Characters in which the kind of the parts is stated.
const HEAD: usize = 4096;

/// Whether a text is a web archive and not another mail.
pub fn is_one(text: &str) -> bool {
    let head: String =
        text.trim_start_matches('\u{feff}').trim_start().chars().take(HEAD).collect();
    let head = head.to_lowercase();
    ["mime-version:", "from: <saved by", "from: \"saved by", "content-type: multipart/related"]
        .iter()
        .any(|start| head.starts_with(start))
        && head.contains("multipart/related")
}

/// Reads the tables of every page in it.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let mut all =
        Workbook { format: WorkbookFormat::Html, sheets: Vec::new(), problems: Vec::new() };
    for page in message::pages(bytes) {
        let page = text::decode(&page);
        // A frame or an empty sheet is a page without a table.
        match html::read(&page, limits) {
            Ok(read) => {
                all.sheets.extend(read.sheets);
                all.problems.extend(read.problems);
            }
            Err(problem) if problem.code == readings::ProblemCode::UnsupportedFormat => {}
            Err(problem) => return Err(problem),
        }
        if all.sheets.len() > limits.sheets {
            return Err(exceeded(format!(
                "The web archive has more than {} tables (sheets).",
                limits.sheets
            )));
        }
    }
    if all.sheets.is_empty() {
        return Err(
            Refusal::unsupported("This is a web archive (MHTML) without a table.").problem()
        );
    }
    Ok(all)
}
