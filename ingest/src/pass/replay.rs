//! Reading a stored file again, from its stored bytes.

use jiff::Timestamp;
use readings::AttachmentId;
use sqlx::PgPool;

use super::PassError;
use super::open::OpenFile;
use super::prepare::read;
use super::store::patiently;
use crate::ledger::{self, LedgerError, StoredFile};

/// Reads a file of which nothing was taken once more: after an answer of a person, or by a reader that knows more.
///
/// `None` where there is no such file, or where something was taken from it.
pub async fn replay(
    pool: &PgPool,
    attachment: AttachmentId,
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<Option<StoredFile>, PassError> {
    let row = sqlx::query!(
        r#"select a.content, a.stated_at as "stated_at: jiff_sqlx::Timestamp", ma.file_name, m.subject,
                  coalesce(m.sender, arrival.source, '') as "origin!"
           from attachment a
           join message_attachment ma using (attachment_id)
           join message m using (message_id)
           left join message_arrival arrival using (message_id)
           where attachment_id = $1 and outcome in ('quarantined', 'not_data')
           order by m.message_id, ma.ordinal, arrival.source limit 1"#,
        attachment.get(),
    )
    .fetch_optional(pool)
    .await
    .map_err(LedgerError::LookUp)?;
    let Some(row) = row else { return Ok(None) };
    let stated = row.stated_at.to_jiff();
    let opened =
        read(row.file_name.as_deref(), row.subject.as_deref(), stated, &row.content, reader).await;
    let again =
        patiently(|| ledger::store_again(pool, attachment, &row.origin, &opened, now)).await?;
    super::complete(pool, now).await?;
    Ok(again)
}
