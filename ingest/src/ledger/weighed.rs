//! A file with its readings, decided about beside what is stored.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use readings::{AttachmentId, CellAddress, Extraction, Problem, ProblemCode, RowAccount};
use sqlx::PgConnection;

use super::admit::admit;
use super::arrange::{Arranged, Entry, PeriodKey, arrange};
use super::attachment::{self, FileResult};
use super::decide::Rank;
use super::outcome::{self, Outcome};
use super::revisions::{self, Changes, Fate, Stored};
use super::{LedgerError, Opened, StoredFile, findings, meters, overlap};

/// A file that is decided about and not yet written.
pub(super) struct Weighed<'a> {
    format: Option<&'a str>,
    outcome: Outcome,
    reason: Option<Problem>,
    extraction: Option<&'a Extraction>,
    problems: Vec<Problem>,
    account: RowAccount,
    changes: Changes<'a>,
    around: Vec<Stored>,
}

/// Decides about a file; nothing of it is written yet, apart from new sites and meters.
pub(super) async fn weigh<'a>(
    connection: &mut PgConnection,
    opened: &'a Opened,
    origin: &str,
    stated: Rank,
    now: Timestamp,
) -> Result<Weighed<'a>, LedgerError> {
    let (format, extraction) = match opened {
        Opened::Unread(problem) => return Ok(Weighed::unread(problem)),
        Opened::Read { format, extraction } if extraction.adds_up() => (format, extraction),
        Opened::Read { extraction, .. } => return Ok(Weighed::miscounted(extraction)),
    };
    let mut refused = Vec::new();
    let candidates: Vec<_> = extraction
        .readings
        .iter()
        .filter_map(|reading| admit(reading, origin).map_err(|p| refused.push(p)).ok())
        .collect();
    let mut changes = Changes::default();
    let mut around = Vec::new();
    let mut repeated = 0;
    if !candidates.is_empty() {
        let (placed, problems, meters) = meters::resolve(connection, candidates, now).await?;
        refused.extend(problems);
        let Arranged { entries, repeated: again, contradictions } =
            arrange(placed, |meter| meters.zone(meter));
        refused.extend(contradictions);
        repeated = again;
        around = revisions::live_around(connection, entries.iter().map(|entry| entry.key)).await?;
        let mut known = beside(connection, &entries, &around).await?;
        changes = revisions::weigh(entries, stated, &mut known);
    }
    let account = RowAccount {
        rows: extraction.rows,
        accepted: changes.accepted,
        duplicate: changes.duplicate + repeated,
        superseding: changes.superseding,
        refused: extraction.refused + refused.len() as u64,
        not_data: extraction.not_data,
    };
    let mut problems = extraction.problems.clone();
    problems.append(&mut refused);
    let (outcome, reason) = outcome::judge(&account, &problems);
    Ok(Weighed {
        format: Some(format),
        outcome,
        reason,
        extraction: Some(extraction),
        problems,
        account,
        changes,
        around,
    })
}

/// The stored revisions beside each entry. All of them are loaded only where the live one does not say the same.
async fn beside(
    connection: &mut PgConnection,
    entries: &[Entry<'_>],
    around: &[Stored],
) -> Result<HashMap<PeriodKey, Vec<Stored>>, LedgerError> {
    let live: HashMap<PeriodKey, &Stored> =
        around.iter().map(|stored| (stored.key, stored)).collect();
    let mut known = HashMap::new();
    let mut contested = Vec::new();
    for entry in entries {
        let Some(stored) = live.get(&entry.key) else { continue };
        if entry.statement.is_covered_by(&stored.revision.statement) {
            known.insert(entry.key, vec![(*stored).clone()]);
        } else {
            contested.push(entry.key);
        }
    }
    if !contested.is_empty() {
        known.extend(revisions::load(connection, &contested).await?);
    }
    Ok(known)
}

impl Weighed<'_> {
    fn unread(problem: &Problem) -> Self {
        Self {
            format: None,
            outcome: outcome::judge_unopened(problem),
            reason: Some(problem.clone()),
            extraction: None,
            problems: vec![problem.clone()],
            account: RowAccount::default(),
            changes: Changes::default(),
            around: Vec::new(),
        }
    }

    /// A reader that cannot count its rows is not believed.
    fn miscounted(extraction: &Extraction) -> Self {
        let sentence = format!(
            "The reader counted {} rows, but accounts for {}; nothing was taken.",
            extraction.rows,
            extraction.readings.len() as u64 + extraction.refused + extraction.not_data
        );
        let problem = Problem::of_file(ProblemCode::ReaderDied, sentence);
        let account =
            RowAccount { rows: extraction.rows, refused: extraction.rows, ..RowAccount::default() };
        Self { account, ..Self::unread(&problem) }
    }

    /// What came of the file.
    pub(super) fn result(&self) -> FileResult<'_> {
        FileResult {
            format: self.format,
            outcome: self.outcome,
            reason: self.reason.clone(),
            layouts: self.extraction.map_or(&[], |extraction| &extraction.layouts),
            problems: &self.problems,
            account: self.account,
        }
    }

    /// Writes refusals, readings and findings; the row of the file is there.
    pub(super) async fn write(
        &self,
        connection: &mut PgConnection,
        id: AttachmentId,
        stated: Rank,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if !self.problems.is_empty() {
            attachment::refuse(connection, id, &self.problems, &self.taken()).await?;
        }
        apply(connection, id, stated, now, &self.changes, &self.around).await
    }

    /// The cells of the readings that were taken.
    fn taken(&self) -> HashSet<(&str, CellAddress)> {
        let refused: HashSet<(&str, CellAddress)> = self
            .problems
            .iter()
            .skip(self.extraction.map_or(0, |extraction| extraction.problems.len()))
            .filter_map(|problem| Some((problem.sheet.as_deref()?, problem.cell?)))
            .collect();
        self.extraction
            .iter()
            .flat_map(|extraction| &extraction.readings)
            .map(|reading| (reading.sheet.as_str(), reading.cell))
            .filter(|place| !refused.contains(place))
            .collect()
    }

    /// What is told about it.
    pub(super) fn into_stored(self, id: AttachmentId) -> StoredFile {
        StoredFile {
            id,
            outcome: self.outcome,
            reason: self.reason,
            account: self.account,
            is_new: true,
        }
    }
}

/// Writes what was decided, and looks for overlaps of what counts now.
pub(super) async fn apply(
    connection: &mut PgConnection,
    id: AttachmentId,
    stated: Rank,
    now: Timestamp,
    changes: &Changes<'_>,
    around: &[Stored],
) -> Result<(), LedgerError> {
    let inserted = revisions::write(connection, id, stated, now, changes).await?;
    let aside: HashSet<_> = changes.stepping_aside.iter().map(|(id, _)| *id).collect();
    let mut spanned: Vec<_> = inserted
        .iter()
        .zip(&changes.inserts)
        .filter(|(_, (_, fate))| *fate == Fate::Live)
        .map(|(stored, _)| stored.spanned(true))
        .collect();
    spanned.extend(changes.reopened.iter().map(|stored| stored.spanned(true)));
    if spanned.is_empty() {
        return Ok(());
    }
    let staying = around.iter().filter(|stored| !aside.contains(&stored.id));
    spanned.extend(staying.map(|stored| stored.spanned(false)));
    findings::store(connection, &overlap::find(spanned), now).await
}
