//! Profiles, and what came of them, as text.

use std::fmt::Write as _;

use ingest::ledger::Outcome;
use ingest::profile::{HistoryEntry, Replayed};
use readings::Profile;

use crate::exit::Exit;
use crate::output;

/// What became of files that were read again; whether something still waits.
pub fn replayed(files: &[Replayed]) -> Exit {
    let mut waiting = false;
    for file in files {
        let account = &file.after.account;
        let reason = file.after.reason.as_ref().map(|reason| format!(": {}", reason.sentence));
        output::tell(&format!(
            "File {} ({}): {} before, {} now, {} readings, {} rows refused{}",
            file.attachment,
            file.file_name.as_deref().unwrap_or("without a name"),
            file.before,
            file.after.outcome,
            account.accepted + account.superseding + account.duplicate,
            account.refused,
            reason.unwrap_or_default(),
        ));
        waiting |= matches!(file.after.outcome, Outcome::Partial | Outcome::Quarantined);
    }
    if files.is_empty() {
        output::tell("No stored file is concerned; the next ones will be.");
    }
    Exit::partial_if(waiting)
}

/// What a profile says, in a few words.
pub fn summary(said: &Profile) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(said.unit.map(|unit| unit.symbol().to_owned()));
    words.extend(said.commodity.map(|commodity| commodity.code().to_owned()));
    words.extend(said.site.clone());
    words.extend(said.time_zone.clone());
    let columns: usize = said.tables.iter().map(|table| table.columns.len()).sum();
    if columns > 0 {
        words.push(format!("{columns} columns"));
    }
    words.join(", ")
}

/// Who said what, the newest first, as comments of TOML.
pub fn history(entries: &[HistoryEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let said = match (&entry.question, &entry.answer) {
            (Some(question), Some(answer)) => format!(" {question}: {answer}"),
            _ => String::new(),
        };
        // A String takes every write.
        let _ = writeln!(text, "# {} {} {}{said}", entry.at, entry.actor, entry.action);
    }
    text
}
