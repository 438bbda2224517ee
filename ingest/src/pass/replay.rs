//! Reading a stored file again, from its stored bytes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use readings::AttachmentId;
use sqlx::PgPool;

use super::PassError;
use super::open::OpenFile;
use super::prepare::{about, read};
use super::store::patiently;
use crate::layout::FileContext;
use crate::ledger::{self, LedgerError, StoredFile};
use crate::profile::known::Said;
use crate::profile::{Known, earlier};

/// A stored file with what is known about it.
#[derive(Debug, Clone)]
pub struct StoredOriginal {
    /// Its bytes.
    pub content: Vec<u8>,
    /// When it was first said.
    pub stated_at: Timestamp,
    /// Its name in the first mail that brought it.
    pub file_name: Option<String>,
    /// The subject of that mail.
    pub subject: Option<String>,
    /// The sender of that mail, or the source of a bare file.
    pub origin: String,
}

impl StoredOriginal {
    /// Loads it; `None` where there is no such file.
    pub async fn load(
        pool: &PgPool,
        attachment: AttachmentId,
    ) -> Result<Option<Self>, LedgerError> {
        let row = sqlx::query!(
            r#"select a.content, a.stated_at as "stated_at: jiff_sqlx::Timestamp", ma.file_name, m.subject,
                      coalesce(m.sender, arrival.source, '') as "origin!"
               from attachment a
               join message_attachment ma using (attachment_id)
               join message m using (message_id)
               left join message_arrival arrival using (message_id)
               where attachment_id = $1
               order by m.message_id, ma.ordinal, arrival.source limit 1"#,
            attachment.get(),
        )
        .fetch_optional(pool)
        .await
        .map_err(LedgerError::LookUp)?;
        Ok(row.map(|row| Self {
            content: row.content,
            stated_at: row.stated_at.to_jiff(),
            file_name: row.file_name,
            subject: row.subject,
            origin: row.origin,
        }))
    }

    /// What is known about it besides its cells.
    pub fn context(&self, said: Said) -> FileContext {
        let names = (self.file_name.as_deref(), self.subject.as_deref());
        about(names, self.stated_at.to_zoned(TimeZone::UTC).date(), said)
    }
}

/// Reads a file once more, after a person has said more about it or by a reader that knows more: what it still states
/// stays, what it no longer states is withdrawn, what it states now is stored.
///
/// `None` where there is no such file.
pub async fn replay(
    pool: &PgPool,
    attachment: AttachmentId,
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<Option<StoredFile>, PassError> {
    let known = Known::load(pool).await.map_err(PassError::profiles)?;
    let Some(stored) = with_bereft(pool, attachment, &known, reader, now).await? else {
        return Ok(None);
    };
    super::complete(pool, now).await?;
    Ok(Some(stored))
}

/// Reads the files again that wait because of their notation, where another file of their sender has proven it by now.
pub(super) async fn replay_answered(
    pool: &PgPool,
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<(), PassError> {
    let files = earlier::answered(pool).await.map_err(PassError::profiles)?;
    if files.is_empty() {
        return Ok(());
    }
    let known = Known::load(pool).await.map_err(PassError::profiles)?;
    for file in files {
        match with_bereft(pool, file, &known, reader, now).await {
            // It stays held as it was; the others, and what follows, must not wait for it.
            Err(PassError::Database(error)) if !error.is_outage() => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    attachment = file.get(),
                    "a file that waited could not be read again"
                );
            }
            other => drop(other?),
        }
    }
    Ok(())
}

/// Reads a file again, and then the files that it leaves without what they had confirmed.
async fn with_bereft(
    pool: &PgPool,
    attachment: AttachmentId,
    known: &Known,
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<Option<StoredFile>, PassError> {
    let Some(stored) = read_again(pool, attachment, known, reader, now).await? else {
        return Ok(None);
    };
    // What others had only confirmed is theirs now; reading them again may leave others bereft in turn.
    let mut seen = BTreeSet::from([attachment]);
    loop {
        let bereft = patiently(|| ledger::bereft(pool)).await?;
        let Some(other) = bereft.into_iter().find(|other| seen.insert(*other)) else { break };
        read_again(pool, other, known, reader, now).await?;
    }
    Ok(Some(stored))
}

async fn read_again(
    pool: &PgPool,
    attachment: AttachmentId,
    known: &Known,
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<Option<StoredFile>, PassError> {
    let Some(original) = StoredOriginal::load(pool, attachment).await? else { return Ok(None) };
    let said = known.of(pool, &original.origin).await.map_err(PassError::profiles)?;
    let opened = read(original.context(said), &original.content, reader).await;
    let again = patiently(|| ledger::store_again(pool, attachment, &original.origin, &opened, now));
    Ok(again.await?)
}
