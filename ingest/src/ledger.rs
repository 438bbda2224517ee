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
//! 7. Registers stay as they are stated; what was used between two of them is derived after the pass, with the reason
//!    and both cells ([`registers`]), as are gaps, repeated bills and dates out of order ([`periods`]).
//!
//! 8. A file that is read again, after a person has said more about it, keeps the readings that it still states. Those
//!    that it no longer states are withdrawn: kept, and never counted again.
//!
//! Rows of the `reading` table that name a file and are not withdrawn are exactly its accepted and superseding rows.

pub mod admit;
mod again;
pub mod arrange;
mod attachment;
mod content;
pub mod decide;
mod derivation;
mod error;
mod findings;
mod mail;
mod meters;
mod names;
mod outcome;
pub mod overlap;
mod parts;
pub mod periods;
mod preview;
pub mod registers;
mod revisions;
mod together;
mod weather;
mod weighed;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, Extraction, MessageId, Problem, RowAccount};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::packed::Further;

use self::attachment::AttachmentRow;
use self::decide::Rank;
use self::weighed::{Applied, Weighed, apply, assess, weigh};

pub use self::admit::meter_key;
pub use self::again::bereft;
pub use self::content::Content;
pub use self::derivation::{Derivations, derive_due};
pub use self::error::{LedgerError, Remedy};
pub use self::mail::{
    FilePlace, KnownArrival, KnownMessage, Mail, holds_quarantined, known_arrivals,
    known_attachments, known_messages, note_arrival, store_empty,
};
pub use self::names::{name_key, shown_name, storable};
pub use self::outcome::{Outcome, judge, judge_unopened};
pub use self::preview::{Effect, Preview, PreviewReading, preview};
pub use self::together::{Parcel, independent, store_together};

/// A file of a mail.
#[derive(Debug, Clone, Copy)]
pub struct MailFile<'a> {
    /// Where it is in the mail.
    pub place: FilePlace<'a>,
    /// The decoded bytes.
    pub content: Content<'a>,
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
/// `opened` may be `None` for a file that is known to be stored; [`known_attachments`] tells. What was opened may have
/// further parts.
pub async fn store(
    pool: &PgPool,
    mail: &Mail<'_>,
    file: &MailFile<'_>,
    opened: Option<(&Opened, &Further)>,
    now: Timestamp,
) -> Result<StoredFile, LedgerError> {
    let now = microseconds(now);
    let mut transaction = begin(pool).await?;
    let message = mail::ensure(&mut transaction, mail, now).await?;
    let new = match opened {
        Some((Opened::Read { format, extraction }, further)) if !further.is_empty() => {
            let read = (format.as_str(), extraction, further);
            parts::store_new(&mut transaction, mail, file, read, now).await?
        }
        Some((opened, _)) => store_new(&mut transaction, mail, file, opened, now).await?,
        None => None,
    };
    let stored = if let Some(stored) = new {
        mail::link(&mut transaction, (message, mail), file.place, stored.id, now).await?;
        stored
    } else {
        // Known beforehand, or stored by another worker between the question and now.
        let known = find(&mut transaction, &file.sha256).await?.ok_or(LedgerError::Unread)?;
        known_again(&mut transaction, known, (message, mail), file, now).await?
    };
    transaction.commit().await.map_err(LedgerError::Commit)?;
    Ok(stored)
}

/// Stores what came of reading a stored file again, whatever came of it before. `None` where there is no such file.
pub async fn store_again(
    pool: &PgPool,
    attachment: AttachmentId,
    origin: &str,
    opened: &Opened,
    now: Timestamp,
) -> Result<Option<StoredFile>, LedgerError> {
    let now = microseconds(now);
    let mut transaction = begin(pool).await?;
    let row = sqlx::query!(
        r#"select sha256, stated_at as "stated_at: jiff_sqlx::Timestamp" from attachment
           where attachment_id = $1 for update"#,
        attachment.get(),
    )
    .fetch_optional(&mut *transaction)
    .await
    .map_err(LedgerError::LookUp)?;
    let Some(row) = row else { return Ok(None) };
    let sha256 = row.sha256.try_into().unwrap_or_default();
    let stated = (row.stated_at.to_jiff(), sha256);
    let again = Some(attachment);
    let weighed = weigh_one(&mut transaction, (opened, again), origin, stated, now).await?;
    attachment::forget_refusals(&mut transaction, attachment).await?;
    attachment::update(&mut transaction, attachment, &weighed.result(), now).await?;
    weighed::write(&mut transaction, &[(&weighed, attachment, stated)], now).await?;
    transaction.commit().await.map_err(LedgerError::Commit)?;
    Ok(Some(weighed.into_stored(attachment)))
}

/// Begins a transaction that finds what is stored by its indexes.
///
/// A file touches a few readings of many. While a database is filled for the first time the planner has no statistics
/// yet, takes the table for small and would read it as a whole for every file.
async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, LedgerError> {
    pool.begin_with("begin; set local enable_seqscan = off").await.map_err(LedgerError::Begin)
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

async fn weigh_one<'a>(
    connection: &mut PgConnection,
    (opened, again): (&'a Opened, Option<AttachmentId>),
    origin: &str,
    stated: Rank,
    now: Timestamp,
) -> Result<Weighed<'a>, LedgerError> {
    let weighed = weigh(connection, vec![(assess(opened, origin), stated)], again, now).await?;
    weighed.into_iter().next().ok_or(LedgerError::Unread)
}

async fn store_new(
    connection: &mut PgConnection,
    mail: &Mail<'_>,
    file: &MailFile<'_>,
    opened: &Opened,
    now: Timestamp,
) -> Result<Option<StoredFile>, LedgerError> {
    let stated = (mail.stated_at(now), file.sha256);
    let weighed = weigh_one(connection, (opened, None), mail.origin(), stated, now).await?;
    let id = attachment::new_id(connection).await?;
    let row = AttachmentRow {
        sha256: file.sha256,
        content: file.content,
        stated_at: stated.0,
        result: weighed.result(),
    };
    if !attachment::insert(connection, id, &row, now).await? {
        return Ok(None);
    }
    weighed::write(connection, &[(&weighed, id, stated)], now).await?;
    Ok(Some(weighed.into_stored(id)))
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
    let file = Applied { attachment: id, stated, changes: &changes, around: &around };
    apply(connection, &[file], now).await
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
