//! What earlier files of a sender prove of their notation, and the files that waited for such a proof.

use std::collections::HashMap;

use readings::profile::{DateOrder, DecimalMark};
use readings::{AttachmentId, EarlierNotation, Notation};
use sqlx::PgPool;

use super::ProfileError;

/// What files that were taken prove, by sender (an address, or the name of a source) in lower case and by layout. Where
/// two of them prove the opposite, neither counts.
pub async fn by_sender(
    pool: &PgPool,
) -> Result<HashMap<String, Vec<EarlierNotation>>, ProfileError> {
    let rows = sqlx::query!(
        r#"select sender as "sender!", fingerprint as "fingerprint!", decimal_mark, date_order from proven_notation
           order by sender, fingerprint"#
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)?;
    let mut by_sender: HashMap<String, Vec<EarlierNotation>> = HashMap::new();
    for row in rows {
        let notation = Notation {
            decimal_mark: row.decimal_mark.as_deref().and_then(DecimalMark::from_code),
            date_order: row.date_order.as_deref().and_then(DateOrder::from_code),
        };
        let proven = EarlierNotation { fingerprint: row.fingerprint, notation };
        by_sender.entry(row.sender).or_default().push(proven);
    }
    Ok(by_sender)
}

/// Files that wait because of their notation, and of whose sender and layout another file has proven it since they
/// were read.
pub async fn answered(pool: &PgPool) -> Result<Vec<AttachmentId>, ProfileError> {
    sqlx::query_scalar!(
        r#"select distinct a.attachment_id as "id!: AttachmentId"
           from attachment a
           join attachment_sender origin using (attachment_id)
           join proven_notation proven on proven.fingerprint = a.fingerprint and proven.sender = origin.sender
           where a.outcome in ('quarantined', 'partial') and proven.read_at >= a.read_at
             and (proven.decimal_mark is not null and a.problems @> '[{"code": "ambiguous_number"}]'
                  or proven.date_order is not null and a.problems @> '[{"code": "ambiguous_date"}]')
           order by 1"#
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)
}
