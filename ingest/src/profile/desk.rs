//! Trying a profile on a stored file: what would be read, what would change, and the sheet beside it.

use jiff::Timestamp;
use readings::{AttachmentId, Extraction, Problem, Profile};
use sqlx::PgPool;

use super::{Known, ProfileError};
use crate::ledger::{self, Opened, Preview};
use crate::pass::{LookAtFile, StoredOriginal};
use crate::workbook::{BookView, Window};

/// A stored file as it is read by a profile that is not stored.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The file and who sent it.
    pub original: StoredOriginal,
    /// What was read; the problem of a file that cannot be read at all.
    pub read: Result<(String, Extraction), Problem>,
    /// The part of the sheet that was asked for; nothing of a file that cannot be read.
    pub book: BookView,
    /// What storing it would change.
    pub preview: Preview,
}

/// Reads a stored file by a profile that is not stored yet; `None` leaves the file as stored profiles read it.
/// Nothing is changed. The answer is `None` where there is no such file.
pub async fn try_on(
    pool: &PgPool,
    attachment: AttachmentId,
    profile: Option<Profile>,
    window: Window,
    reader: &mut impl LookAtFile,
    now: Timestamp,
) -> Result<Option<Looked>, ProfileError> {
    let Some(original) = StoredOriginal::load(pool, attachment).await? else { return Ok(None) };
    let known = Known::load(pool).await?;
    let known = match profile {
        Some(profile) => known.with(profile),
        None => known,
    };
    let said = known.of(pool, &original.origin).await?;
    let context = original.context(said);
    let (read, book) = match reader.look(&context, &original.content, window).await {
        Ok((format, extraction, book)) => (Ok((format, extraction)), book),
        Err(problem) => (Err(problem), BookView::default()),
    };
    let opened = match &read {
        Ok((format, extraction)) => {
            Opened::Read { format: format.clone(), extraction: extraction.clone() }
        }
        Err(problem) => Opened::Unread(problem.clone()),
    };
    let preview = ledger::preview(pool, attachment, &original.origin, &opened, now).await?;
    Ok(preview.map(|preview| Looked { original, read, book, preview }))
}
