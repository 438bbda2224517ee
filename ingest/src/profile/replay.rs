//! Reading again the files that a profile is about.

use jiff::Timestamp;
use readings::{AttachmentId, Profile};
use sqlx::PgPool;

use super::ProfileError;
use crate::ledger::StoredFile;
use crate::pass::{self, OpenFile};

/// A file that was read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Which one.
    pub attachment: AttachmentId,
    /// Its name in the first mail that brought it.
    pub file_name: Option<String>,
    /// What had become of it before.
    pub before: String,
    /// What has become of it now.
    pub after: StoredFile,
}

/// The stored files that a profile may read otherwise than they were read: those of its layout and sender, those that
/// were read by it, and, where it holds for all files of a sender, those of the sender that wait.
pub async fn affected(pool: &PgPool, profile: &Profile) -> Result<Vec<AttachmentId>, ProfileError> {
    let rows = sqlx::query!(
        r#"select a.attachment_id as "id: AttachmentId", a.profiles,
                  coalesce(m.sender, (select min(source) from message_arrival s where s.message_id = m.message_id), '')
                      as "origin!"
           from attachment a
           cross join lateral (
               select message_id from message_attachment ma where ma.attachment_id = a.attachment_id
               order by message_id limit 1
           ) first
           join message m using (message_id)
           where $2 = any(a.profiles)
              or $1 <> '' and a.fingerprint = $1
              or a.outcome in ('quarantined', 'partial') and ($1 = '' or a.fingerprint is null)
           order by a.attachment_id"#,
        profile.fingerprint,
        profile.name,
    )
    .fetch_all(pool)
    .await
    .map_err(ProfileError::Read)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.profiles.contains(&profile.name) || profile.is_about(&row.origin))
        .map(|row| row.id)
        .collect())
}

/// Reads these files again, one after the other.
pub async fn replay_all(
    pool: &PgPool,
    files: &[AttachmentId],
    reader: &mut impl OpenFile,
    now: Timestamp,
) -> Result<Vec<Replayed>, ProfileError> {
    let mut replayed = Vec::with_capacity(files.len());
    for attachment in files.iter().copied() {
        let before = sqlx::query!(
            "select outcome, (select ma.file_name from message_attachment ma
                              where ma.attachment_id = a.attachment_id order by message_id, ordinal limit 1) as file_name
             from attachment a where attachment_id = $1",
            attachment.get(),
        )
        .fetch_optional(pool)
        .await
        .map_err(ProfileError::Read)?;
        let Some(before) = before else { continue };
        if let Some(after) = pass::replay(pool, attachment, reader, now).await? {
            let (file_name, before) = (before.file_name, before.outcome);
            replayed.push(Replayed { attachment, file_name, before, after });
        }
    }
    Ok(replayed)
}
