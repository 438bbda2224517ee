//! The row of a large file, sent in blocks: as a parameter its bytes would be in memory two more times.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use migrations::copy::Copy;
use readings::AttachmentId;
use sqlx::PgConnection;

use super::{AttachmentRow, READER_VERSION};
use crate::ledger::{LedgerError, Outcome};

/// Inserts the row with an empty account, for its result to be written over it; `false` where the file is stored
/// already. Where another worker stores it at this moment, that is an error after which trying again helps.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: AttachmentId,
    row: &AttachmentRow<'_>,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let is_stored = sqlx::query_scalar!(
        r#"select exists (select from attachment where sha256 = $1) as "is_stored!""#,
        row.sha256.as_slice(),
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(LedgerError::LookUp)?;
    if is_stored {
        return Ok(false);
    }
    let copied = async {
        let time = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
        let mut copy = Copy::begin(
            connection,
            "copy attachment (attachment_id, sha256, size_bytes, outcome, stated_at, reader_version, read_at, rows,
                 accepted, duplicate, superseding, refused, not_data, content)
             from stdin (format binary)",
            14,
        )
        .await?;
        copy.row(|to| {
            to.bigint(id.get());
            to.bytes(&row.sha256);
            to.bigint(i64::try_from(row.content.len()).unwrap_or(i64::MAX));
            to.text(Outcome::NotData.code());
            to.timestamp(time(row.stated_at));
            to.text(READER_VERSION);
            to.timestamp(time(now));
            (0..6).for_each(|_| to.bigint(0));
        })
        .await?;
        copy.large(row.content.len(), |from, most| row.content.block(from, most)).await?;
        copy.finish().await
    };
    copied.await.map_err(LedgerError::StoreAttachment).map(|_| true)
}
