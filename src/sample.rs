//! A realistic sample mailbox: eight senders, three years, and problems hidden in it whose places are known.
//!
//! The same seed writes the same bytes. `estate` says who sends what, `history` what was truly used, `faults` what went
//! wrong, `files` how each sender writes it down, `post` when which mail was sent; the rest are the formats.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

mod calendar;
mod csv;
mod estate;
mod faults;
mod files;
mod history;
mod mail;
mod oddities;
mod ods;
mod post;
mod station;
mod table;
mod xlsx;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleReport {
    /// Mails below `mail/`.
    pub mails: usize,
    /// Sites that occur in them.
    pub sites: usize,
    /// Meters that occur in them.
    pub meters: usize,
    /// Readings of all meters together, each counted once however often it was sent.
    pub readings: usize,
    /// Problems that are hidden in them, as `truth.csv` lists them.
    pub problems: usize,
}

/// Writes `mail/*.eml` and `truth.csv` (`meter,period_start,kind`) below `dir`, which is made if need be.
pub fn write(dir: &Path, seed: u64) -> anyhow::Result<SampleReport> {
    let meters = estate::meters();
    let mut history = history::History::new(&meters, seed);
    let faults = faults::hide(&meters, &mut history, seed);
    let mails = post::mails(&meters, &history, &faults, seed)?;

    let folder = dir.join("mail");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    for (number, mail) in mails.iter().enumerate() {
        let path = folder.join(format!("{:03}-{}.eml", number + 1, mail.slug));
        let bytes = mail.to_bytes(number)?;
        std::fs::write(&path, bytes)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let truth = dir.join("truth.csv");
    std::fs::write(&truth, faults::truth(&meters, &faults))
        .with_context(|| format!("{} cannot be written", truth.display()))?;

    Ok(SampleReport {
        mails: mails.len(),
        sites: estate::SENDERS.iter().map(|sender| sender.sites.len()).sum(),
        meters: meters.len(),
        readings: history.readings(),
        problems: faults.len(),
    })
}

#[cfg(test)]
mod tests;
