//! A file of very many readings, stored part by part in its one transaction, while the reader reads the next ones:
//! memory is needed for one part at a time.
//!
//! A part holds all readings of its meters, so each is decided about as a file of its own; their accounts add up to
//! that of the file.

use foldhash::{HashMap, HashMapExt as _, HashSet};
use jiff::Timestamp;
use readings::{CellAddress, Extraction, Problem, RowAccount};
use sqlx::PgConnection;

use super::attachment::{self, AttachmentRow, FileResult, PROBLEMS_LISTED};
use super::weighed::{self, Weighed};
use super::{LedgerError, Mail, MailFile, Opened, StoredFile, outcome, weigh_one};
use crate::packed::{Further, ReadOtherwise};

/// Stores a file that is not stored yet; `None` where another worker stored it meanwhile.
pub(super) async fn store_new(
    connection: &mut PgConnection,
    mail: &Mail<'_>,
    file: &MailFile<'_>,
    (format, extraction, further): (&str, &Extraction, &Further),
    now: Timestamp,
) -> Result<Option<StoredFile>, LedgerError> {
    let stated = (mail.stated_at(now), file.sha256);
    let id = attachment::new_id(connection).await?;
    // What the reader says about cells is told at the end, when it is known which of them were taken.
    let first = Extraction { problems: Vec::new(), ..extraction.clone() };
    let mut sum = Sum::of(&extraction.problems);
    let mut opened = Opened::Read { format: format.to_owned(), extraction: first };
    let frame = Frame { format: format.to_owned(), time_zone: extraction.time_zone.clone() };
    loop {
        // While the database takes one part, the next is unpacked. The first came with the extraction.
        let ahead = tokio::spawn(frame.clone().part(further.clone(), sum.parts));
        let weighed = weigh_one(connection, (&opened, None), mail.origin(), stated, now).await?;
        if sum.parts == 0 {
            let (sha256, content) = (file.sha256, file.content);
            let row =
                AttachmentRow { sha256, content, stated_at: stated.0, result: weighed.result() };
            if !attachment::insert(connection, id, &row, now).await? {
                return Ok(None);
            }
        }
        weighed::write(connection, &[(&weighed, id, stated)], now).await?;
        sum.add(&weighed);
        drop(weighed);
        match ahead.await.map_err(|_| LedgerError::Torn)?? {
            Some(next) => opened = next,
            None => break,
        }
    }
    attachment::refuse(connection, id, &extraction.problems, &sum.taken()).await?;
    let (outcome, reason) = outcome::judge(&sum.account, &sum.problems);
    let result = FileResult {
        format: Some(format),
        outcome,
        reason: reason.clone(),
        layouts: &extraction.layouts,
        fingerprint: extraction.fingerprint.as_deref(),
        profiles: &extraction.profiles,
        notation: extraction.notation,
        problems: &sum.problems,
        account: sum.account,
    };
    attachment::update(connection, id, &result, now).await?;
    Ok(Some(StoredFile { id, outcome, reason, account: sum.account, is_new: true }))
}

/// What all parts of a file share.
#[derive(Clone)]
struct Frame {
    format: String,
    time_zone: Option<String>,
}

impl Frame {
    /// A further part as a file of its own; `None` behind the last.
    async fn part(self, further: Further, index: usize) -> Result<Option<Opened>, LedgerError> {
        let part = further.part(index).await;
        let Some(part) = part.map_err(|ReadOtherwise| LedgerError::ReadOtherwise)? else {
            return Ok(None);
        };
        let readings = part.unpack().map_err(|_| LedgerError::Torn)?;
        let rows = readings.len() as u64;
        let Self { format, time_zone } = self;
        let extraction = Extraction { readings, rows, time_zone, ..Extraction::default() };
        Ok(Some(Opened::Read { format, extraction }))
    }
}

/// What came of the parts together.
struct Sum<'p> {
    parts: usize,
    account: RowAccount,
    /// Those of the reader, and as many of the ledger's as a file lists.
    problems: Vec<Problem>,
    /// The cells that the reader says something about, each with its sheets and whether the reading was taken.
    remarked: HashMap<CellAddress, Vec<(&'p str, bool)>>,
}

impl<'p> Sum<'p> {
    fn of(problems: &'p [Problem]) -> Self {
        let mut remarked: HashMap<CellAddress, Vec<(&str, bool)>> = HashMap::new();
        for problem in problems {
            if let (Some(sheet), Some(cell)) = (problem.sheet.as_deref(), problem.cell) {
                remarked.entry(cell).or_default().push((sheet, false));
            }
        }
        let account = RowAccount::default();
        Self { parts: 0, account, problems: problems.to_vec(), remarked }
    }

    fn add(&mut self, part: &Weighed<'_>) {
        self.parts += 1;
        self.account += part.account();
        let room = PROBLEMS_LISTED.saturating_sub(self.problems.len());
        self.problems.extend(part.refusals().take(room).cloned());
        if !self.remarked.is_empty() {
            for (sheet, cell) in part.taken() {
                for remark in self.remarked.get_mut(&cell).into_iter().flatten() {
                    remark.1 |= remark.0 == sheet;
                }
            }
        }
    }

    /// The cells that the reader says something about and that were taken.
    fn taken(&self) -> HashSet<(&'p str, CellAddress)> {
        let places = self.remarked.iter().flat_map(|(cell, sheets)| {
            sheets.iter().filter(|(_, taken)| *taken).map(|(sheet, _)| (*sheet, *cell))
        });
        places.collect()
    }
}
