//! Files that wait for a person, as text.

use std::fmt::Write as _;

use ingest::export::{HeldAttachment, HeldDetail};
use readings::Problem;

use crate::output;
use crate::problem::described;

/// As a table.
pub fn print(files: &[HeldAttachment]) -> anyhow::Result<()> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let rows: Vec<Vec<String>> = files
        .iter()
        .map(|file| {
            vec![
                file.attachment_id.to_string(),
                file.outcome.clone(),
                text(&file.file_name),
                text(&file.sender),
                text(&file.code),
                text(&file.sentence),
            ]
        })
        .collect();
    let header = ["id", "outcome", "file", "sender", "code", "reason"];
    output::table(&header, &rows, "Nothing waits: every file was taken.")
}

/// As a page of text, every problem with its place and what to do about it.
pub fn page(file: &HeldDetail) -> anyhow::Result<String> {
    let problems: Vec<Problem> = serde_json::from_value(file.problems.clone())?;
    let about = &file.attachment;
    let mut page = String::new();
    writeln!(
        page,
        "File {} ({}): {}",
        about.attachment_id,
        about.outcome,
        about.file_name.as_deref().unwrap_or("without a name"),
    )?;
    writeln!(
        page,
        "  mail     \"{}\" from {}, arrived {}",
        about.subject.as_deref().unwrap_or_default(),
        about.sender.as_deref().unwrap_or("an unknown sender"),
        about.received_at,
    )?;
    for seen in &file.seen_at {
        writeln!(page, "  seen in  {}: {}", seen.source, seen.location)?;
    }
    let format = about.format.as_deref().unwrap_or("not recognised");
    writeln!(page, "  format   {format}, {} bytes, sha256 {}", about.size_bytes, file.sha256)?;
    writeln!(page, "  rows     {} taken, {} refused", about.taken, about.refused)?;
    if let Some(sentence) = &about.sentence {
        writeln!(page, "  reason   {sentence}")?;
    }
    for problem in &problems {
        writeln!(page, "  {}", described(problem))?;
    }
    Ok(page)
}
