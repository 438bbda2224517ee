//! Odd, old, broken, hostile, encrypted and misnamed spreadsheets: each ends as its manifest expects, and none costs
//! the process that reads it.

use std::time::Instant;

use ingest::reader::ReaderLimits;
use ingest::workbook::{self, CellValue, Limits, Workbook};
use readings::{CellAddress, Problem};

use crate::corpus;
use crate::reader::{context, reader};

/// Files whose expectation is not met, and why.
const KNOWN: &[(&str, &str)] = &[
    (
        "password_2002_40_xor.xls",
        "a whole workbook of Excel 5 whose FILEPASS record encrypts it by XOR: encrypted is the truth, not damaged",
    ),
    (
        "issue.4528.ods",
        "values that merged ranges cover, which nobody sees, are left out; the other reader counts them",
    ),
];

#[tokio::test]
async fn every_file_ends_as_expected() {
    let reader = reader(ReaderLimits::default()).await;
    let first = reader.process_id().await;
    let (mut agreed, mut differing) = (0, Vec::new());
    let entries = corpus::entries("nasty");
    let total = entries.len();
    for entry in entries {
        let begun = Instant::now();
        let answer = reader.read(&context(&entry.file), &entry.content).await;
        let seconds = begun.elapsed().as_secs();
        assert!(seconds < 10, "{} took {seconds} s", entry.file);
        let outcome = answer.and_then(|_| workbook::read(&entry.content, &Limits::default()));
        match difference(&entry.expected, &outcome) {
            None => agreed += 1,
            Some(difference) => differing.push((entry.file, difference)),
        }
    }
    assert_eq!(reader.process_id().await, first, "no file may cost the process");
    println!("{agreed} of {total} files agree");
    let unknown: Vec<_> = differing
        .iter()
        .filter(|(file, _)| !KNOWN.iter().any(|(known, _)| file.ends_with(known)))
        .map(|(file, difference)| format!("{file}: {difference}"))
        .collect();
    assert!(unknown.is_empty(), "{} files differ:\n{}", unknown.len(), unknown.join("\n"));
    for (known, reason) in KNOWN {
        assert!(
            differing.iter().any(|(file, _)| file.ends_with(known)),
            "{known} agrees now: {reason}"
        );
    }
    assert_eq!(agreed + KNOWN.len(), total);
}

/// How an outcome differs from the expectation, where it does.
fn difference(expected: &str, outcome: &Result<Workbook, Problem>) -> Option<String> {
    match outcome {
        Err(problem) => {
            let code = match problem.code.code() {
                "unsupported_format" => "unsupported-format",
                "not_a_workbook" => "not-a-workbook",
                "limit_exceeded" => "limit",
                code => code,
            };
            let allowed = expected.contains(&format!("error:{code}"))
                || expected.contains("or a clear error");
            (!allowed).then(|| format!("{} ({}) for {expected}", problem.code, problem.sentence))
        }
        Ok(workbook) => {
            if expected.starts_with("error:") && !expected.contains("or cells") {
                return Some(format!("{} cells for {expected}", count(workbook)));
            }
            let sheets = expected.strip_prefix("cells: ")?;
            if sheets.starts_with("text table") {
                return workbook
                    .sheets
                    .iter()
                    .all(|sheet| {
                        sheet.cells.iter().all(|cell| cell.at.column == 0)
                            && !sheet.cells.is_empty()
                    })
                    .then(|| "only one column".to_owned());
            }
            sheets
                .split(" (read with")
                .next()?
                .split("; ")
                .find_map(|sheet| sheet_difference(sheet, workbook))
        }
    }
}

/// Compares one sheet, written as `Sheet1[6 cells] A1=x B1=15`.
fn sheet_difference(expected: &str, workbook: &Workbook) -> Option<String> {
    let Some((name, rest)) = expected.split_once('[') else {
        // Values may hold the separator of sheets.
        return None;
    };
    let number: usize = rest.split(' ').next()?.parse().ok()?;
    let Some(sheet) = workbook.sheets.iter().find(|sheet| sheet.name == name) else {
        return Some(format!("no sheet {name}"));
    };
    let is_error =
        |value: &CellValue| matches!(value, CellValue::Error(_) | CellValue::FormulaWithoutValue);
    let errors = sheet.cells.iter().filter(|cell| is_error(&cell.value)).count();
    // Error cells may count or not.
    let counted = (sheet.cells.len() - errors..=sheet.cells.len()).contains(&number);
    if !counted {
        return Some(format!("{name} has {} cells, {number} expected", sheet.cells.len()));
    }
    let values = rest.split_once("] ").map(|(_, values)| values).unwrap_or_default();
    first_values(values).into_iter().find_map(|(at, wanted)| {
        let found = sheet.cells.iter().find(|cell| cell.at == at).map(|cell| text(&cell.value));
        let same = found.as_deref().is_some_and(|found| same_value(&wanted, found));
        (!same).then(|| format!("{name} {at} is {found:?}, {wanted:?} expected"))
    })
}

/// `A1=x B1=15` or `r1c1=x`: at most two values, cut after 40 characters.
fn first_values(values: &str) -> Vec<(CellAddress, String)> {
    let mut found: Vec<(CellAddress, String)> = Vec::new();
    for word in values.split(' ') {
        let parsed =
            word.split_once('=').and_then(|(at, value)| Some((address(at)?, value.to_owned())));
        match (parsed, found.last_mut()) {
            (Some(value), _) => found.push(value),
            (None, Some((_, last))) => {
                last.push(' ');
                last.push_str(word);
            }
            (None, None) => {}
        }
    }
    found
}

fn address(text: &str) -> Option<CellAddress> {
    if let Some((row, column)) = text.strip_prefix('r').and_then(|rest| rest.split_once('c')) {
        return Some(CellAddress::new(
            row.parse::<u32>().ok()? - 1,
            column.parse::<u32>().ok()? - 1,
        ));
    }
    text.parse().ok()
}

fn text(value: &CellValue) -> String {
    match value {
        CellValue::Text(text) | CellValue::Error(text) => text.to_string(),
        CellValue::Number(number) | CellValue::Duration(number) => number.to_string(),
        CellValue::DateTime(at) => at.to_string(),
        CellValue::Boolean(value) => value.to_string(),
        CellValue::FormulaWithoutValue => String::new(),
    }
}

fn same_value(wanted: &str, found: &str) -> bool {
    let squeeze =
        |text: &str| text.replace("_x000D_", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let (wanted, found) = (squeeze(wanted), squeeze(found));
    found == wanted
        || found.starts_with(&wanted) && wanted.chars().count() >= 38
        // A date without a time, and dates of readers that do not know formats.
        || found == format!("{wanted}T00:00:00")
        || wanted.parse::<f64>().is_ok() && found.contains('T')
}

fn count(workbook: &Workbook) -> usize {
    workbook.sheets.iter().map(|sheet| sheet.cells.len()).sum()
}
