//! The books: mails, files, readings, and the account of every row.
//!
//! One transaction holds a file with its readings, refusals, findings and account, and the row of its mail where that
//! is missing; the last file of a mail completes it. So after a crash at any point what was committed is whole, and
//! taking up the mail again stores exactly what is missing.
//!
//! # Loading rules
//!
//! 1. A file is its bytes: the same bytes in another mail or under another name are the same file, and change nothing.
//! 2. A reading needs a meter or a site, a commodity (unless the meter is known), a period, a unit that is understood
//!    and of the meter's dimension; else it is refused, with code and cell ([`admit`]).
//! 3. Two values for one meter and period in one file contradict each other: none is taken ([`arrange`]).
//! 4. Between files the newest statement counts, by the date of the mail, not by arrival: a mail that comes late
//!    supersedes nothing that was said after it. A mail without a date counts as sent when it arrived; where dates are
//!    equal the digests of the files decide, so that any order of arrival leads to the same live readings ([`decide`]).
//! 5. Saying the same again is a duplicate: noted as a confirmation, no second reading. A changed value supersedes, and
//!    both are kept; so does a reading that adds a cost. A late one is kept as superseded at once.
//! 6. Periods that overlap in part are both kept, with a finding that names both cells ([`overlap`]).
//!
//! Rows of the `reading` table that name a file are exactly its accepted and superseding rows.

pub mod admit;
pub mod arrange;
mod attachment;
pub mod decide;
mod error;
mod findings;
mod mail;
mod meters;
mod names;
mod outcome;
pub mod overlap;
mod revisions;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{
    AttachmentId, CellAddress, Extraction, MessageId, Problem, ProblemCode, RowAccount,
};
use sqlx::{PgConnection, PgPool};

use self::admit::admit;
use self::arrange::{Arranged, Entry, PeriodKey, arrange};
use self::attachment::{AttachmentRow, FileResult};
use self::decide::Rank;
use self::revisions::{Changes, Fate, Stored};

pub use self::error::{LedgerError, Remedy};
pub use self::mail::{
    FilePlace, KnownArrival, KnownMessage, Mail, known_arrivals, known_attachments, known_message,
    note_arrival, store_empty,
};
pub use self::names::{name_key, shown_name, storable};
pub use self::outcome::Outcome;

/// A file of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailFile<'a> {
    /// Where it is in the mail.
    pub place: FilePlace<'a>,
    /// The decoded bytes.
    pub content: &'a [u8],
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// What came of opening a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was read.
    Read {
        /// The format found by content.
        format: String,
        /// Readings and problems.
        extraction: Extraction,
    },
    /// It could not be read, or was not opened.
    Unread(Problem),
}

/// What was stored for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its identity.
    pub id: AttachmentId,
    /// What became of it.
    pub outcome: Outcome,
    /// The leading problem, where there is one.
    pub reason: Option<Problem>,
    /// What became of its rows, now or when it was stored first.
    pub account: RowAccount,
    /// `false` when the bytes were stored before.
    pub is_new: bool,
}

/// Stores a file that came with a mail, its readings and its account, in one transaction.
///
/// `opened` may be `None` for a file that is known to be stored; [`known_attachments`] tells.
pub async fn store(
    pool: &PgPool,
    mail: &Mail<'_>,
    file: &MailFile<'_>,
    opened: Option<&Opened>,
    now: Timestamp,
) -> Result<StoredFile, LedgerError> {
    let now = microseconds(now);
    let mut transaction = pool.begin().await.map_err(LedgerError::Begin)?;
    let message = mail::ensure(&mut transaction, mail, now).await?;
    let known = match opened {
        None => find(&mut transaction, &file.sha256).await?,
        Some(_) => None,
    };
    let stored = match (known, opened) {
        (Some(stored), _) => known_again(&mut transaction, stored, (message, mail), file, now).await?,
        (None, Some(opened)) => {
            match store_new(&mut transaction, mail, file, opened, now).await? {
                Some(stored) => {
                    mail::link(&mut transaction, (message, mail), file.place, stored.id, now)
                        .await?;
                    stored
                }
                None => {
                    // Another worker stored it between the question and now.
                    let stored = find(&mut transaction, &file.sha256)
                        .await?
                        .ok_or(LedgerError::MetersRaced)?;
                    known_again(&mut transaction, stored, (message, mail), file, now).await?
                }
            }
        }
        (None, None) => {
            return Err(LedgerError::Stored { what: "the file", value: "nothing".to_owned() });
        }
    };
    transaction.commit().await.map_err(LedgerError::Commit)?;
    Ok(stored)
}

/// Reads a stored file again of which nothing was taken: quarantined, or not data. `None` for any other.
pub async fn store_again(
    pool: &PgPool,
    attachment: AttachmentId,
    origin: &str,
    opened: &Opened,
    now: Timestamp,
) -> Result<Option<StoredFile>, LedgerError> {
    let now = microseconds(now);
    let mut transaction = pool.begin().await.map_err(LedgerError::Begin)?;
    let row = sqlx::query!(
        r#"select sha256, stated_at as "stated_at: jiff_sqlx::Timestamp" from attachment
           where attachment_id = $1 and outcome in ('quarantined', 'not_data') for update"#,
        attachment.get(),
    )
    .fetch_optional(&mut *transaction)
    .await
    .map_err(LedgerError::LookUp)?;
    let Some(row) = row else { return Ok(None) };
    let sha256 = row.sha256.try_into().unwrap_or_default();
    let stated = (row.stated_at.to_jiff(), sha256);
    let weighed = weigh(&mut transaction, opened, origin, stated, now).await?;
    attachment::update(&mut transaction, attachment, &weighed.result(), now).await?;
    weighed.write(&mut transaction, attachment, stated, now).await?;
    transaction.commit().await.map_err(LedgerError::Commit)?;
    Ok(Some(weighed.into_stored(attachment)))
}

/// Text columns cannot hold a null character, nor can JSON in PostgreSQL.
fn without_null(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => storable(&text).into(),
        serde_json::Value::Array(values) => values.into_iter().map(without_null).collect(),
        serde_json::Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (storable(&name), without_null(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// The precision of the database; what is compared with stored times must not be finer.
fn microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// A file that is decided about and not yet written.
struct Weighed<'a> {
    format: Option<&'a str>,
    outcome: Outcome,
    reason: Option<Problem>,
    extraction: Option<&'a Extraction>,
    problems: Vec<Problem>,
    account: RowAccount,
    changes: Changes<'a>,
    around: Vec<Stored>,
}

async fn store_new(
    connection: &mut PgConnection,
    mail: &Mail<'_>,
    file: &MailFile<'_>,
    opened: &Opened,
    now: Timestamp,
) -> Result<Option<StoredFile>, LedgerError> {
    let stated = (mail.stated_at(now), file.sha256);
    let weighed = weigh(connection, opened, mail.origin(), stated, now).await?;
    let id: AttachmentId = sqlx::query_scalar!(
        r#"select nextval('attachment_attachment_id_seq') as "id!: AttachmentId""#
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    let row = AttachmentRow {
        sha256: file.sha256,
        content: file.content,
        stated_at: stated.0,
        result: weighed.result(),
    };
    if !attachment::insert(connection, id, &row, now).await? {
        return Ok(None);
    }
    weighed.write(connection, id, stated, now).await?;
    Ok(Some(weighed.into_stored(id)))
}

async fn weigh<'a>(
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
        around =
            revisions::live_around(connection, entries.iter().map(|entry| entry.key)).await?;
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

impl<'a> Weighed<'a> {
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
        let account = RowAccount {
            rows: extraction.rows,
            refused: extraction.rows,
            ..RowAccount::default()
        };
        Self { account, ..Self::unread(&problem) }
    }

    fn result(&self) -> FileResult<'_> {
        FileResult {
            format: self.format,
            outcome: self.outcome,
            reason: self.reason.clone(),
            layouts: self.extraction.map_or(&[], |extraction| &extraction.layouts),
            problems: &self.problems,
            account: self.account,
        }
    }

    async fn write(
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

    fn into_stored(self, id: AttachmentId) -> StoredFile {
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
async fn apply(
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

/// The file's bytes are stored: note the mail, and take the earlier date where this mail has one.
async fn known_again(
    connection: &mut PgConnection,
    stored: StoredFile,
    (message, mail): (MessageId, &Mail<'_>),
    file: &MailFile<'_>,
    now: Timestamp,
) -> Result<StoredFile, LedgerError> {
    mail::link(connection, (message, mail), file.place, stored.id, now).await?;
    let stated_at = mail.stated_at(now);
    let is_earlier = sqlx::query!(
        "update attachment set stated_at = $2 where attachment_id = $1 and stated_at > $2",
        stored.id.get(),
        stated_at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    if is_earlier.rows_affected() > 0 {
        restate(connection, stored.id, (stated_at, file.sha256), now).await?;
    }
    Ok(stored)
}

/// A file was said earlier than was known: decide anew about all that it states.
async fn restate(
    connection: &mut PgConnection,
    id: AttachmentId,
    stated: Rank,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let keys = revisions::keys_of(connection, id).await?;
    let known = revisions::load(connection, &keys).await?;
    let changes = revisions::weigh_again(known);
    if changes.reopened.is_empty() {
        return Ok(());
    }
    let around =
        revisions::live_around(connection, changes.reopened.iter().map(|one| one.key)).await?;
    apply(connection, id, stated, now, &changes, &around).await
}

/// What is stored about these bytes.
async fn find(
    connection: &mut PgConnection,
    sha256: &[u8; 32],
) -> Result<Option<StoredFile>, LedgerError> {
    let row = sqlx::query!(
        r#"select attachment_id as "id: AttachmentId", outcome, rows, accepted, duplicate, superseding, refused, not_data
           from attachment where sha256 = $1"#,
        sha256.as_slice(),
    )
    .fetch_optional(connection)
    .await
    .map_err(LedgerError::LookUp)?;
    let Some(row) = row else { return Ok(None) };
    let outcome = Outcome::from_code(&row.outcome)
        .ok_or(LedgerError::Stored { what: "an outcome", value: row.outcome })?;
    let count = |stored: i64| u64::try_from(stored).unwrap_or(0);
    let account = RowAccount {
        rows: count(row.rows),
        accepted: count(row.accepted),
        duplicate: count(row.duplicate),
        superseding: count(row.superseding),
        refused: count(row.refused),
        not_data: count(row.not_data),
    };
    Ok(Some(StoredFile { id: row.id, outcome, reason: None, account, is_new: false }))
}
