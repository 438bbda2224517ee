//! Files of which nothing or not everything was taken.

use readings::AttachmentId;
use serde::Serialize;
use sqlx::PgPool;

use super::ExportError;

/// A file that waits for a person, as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldAttachment {
    /// Its identity.
    pub attachment_id: AttachmentId,
    /// `quarantined` or `partial`.
    pub outcome: String,
    /// The name in the first mail that brought it.
    pub file_name: Option<String>,
    /// The sender of that mail.
    pub sender: Option<String>,
    /// The subject of that mail.
    pub subject: Option<String>,
    /// When that mail arrived.
    pub received_at: jiff::Timestamp,
    /// How many bytes.
    pub size_bytes: i64,
    /// The format found by content.
    pub format: Option<String>,
    /// The code of the leading problem.
    pub code: Option<String>,
    /// What happened.
    pub sentence: Option<String>,
    /// Rows that were refused.
    pub refused: i64,
    /// Rows of which readings are stored.
    pub taken: i64,
}

/// All that is known about one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldDetail {
    /// As in the list.
    pub attachment: HeldAttachment,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Where its mails were seen.
    pub seen_at: Vec<SeenAt>,
    /// Every refused row.
    pub refusals: Vec<Refusal>,
    /// All problems, those of the whole file included.
    pub problems: serde_json::Value,
    /// The layouts that were recognised.
    pub layouts: serde_json::Value,
}

/// Where a mail was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenAt {
    /// The source.
    pub source: String,
    /// Where the mail lay there.
    pub location: String,
}

/// A refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its sheet.
    pub sheet: String,
    /// Its cell, where it is one.
    pub cell: Option<String>,
    /// The code.
    pub code: String,
    /// What happened.
    pub sentence: String,
}

/// The files that wait, the newest first; with `partial` also those of which some rows were taken.
pub async fn held_attachments(
    pool: &PgPool,
    partial: bool,
) -> Result<Vec<HeldAttachment>, ExportError> {
    let outcomes: &[String] = &if partial {
        vec!["quarantined".to_owned(), "partial".to_owned()]
    } else {
        vec!["quarantined".to_owned()]
    };
    let rows = sqlx::query_as!(
        Row,
        r#"select a.attachment_id as "attachment_id: AttachmentId", a.outcome, first.file_name, first.sender,
                  first.subject, first.received_at as "received_at: jiff_sqlx::Timestamp", a.size_bytes, a.format,
                  a.outcome_code, a.outcome_sentence, a.refused, a.accepted + a.duplicate + a.superseding as "taken!"
           from attachment a
           cross join lateral (
               select ma.file_name, m.sender, m.subject, m.received_at
               from message_attachment ma join message m using (message_id)
               where ma.attachment_id = a.attachment_id order by m.message_id, ma.ordinal limit 1
           ) first
           where a.outcome = any($1)
           order by a.attachment_id desc"#,
        outcomes,
    )
    .fetch_all(pool)
    .await
    .map_err(ExportError::Read)?;
    Ok(rows.into_iter().map(HeldAttachment::from).collect())
}

/// One file with everything about it, whatever became of it; `None` where there is none of this identity.
pub async fn held_attachment(
    pool: &PgPool,
    id: AttachmentId,
) -> Result<Option<HeldDetail>, ExportError> {
    let row = sqlx::query_as!(
        Row,
        r#"select a.attachment_id as "attachment_id: AttachmentId", a.outcome, first.file_name, first.sender,
                  first.subject, first.received_at as "received_at: jiff_sqlx::Timestamp", a.size_bytes, a.format,
                  a.outcome_code, a.outcome_sentence, a.refused, a.accepted + a.duplicate + a.superseding as "taken!"
           from attachment a
           cross join lateral (
               select ma.file_name, m.sender, m.subject, m.received_at
               from message_attachment ma join message m using (message_id)
               where ma.attachment_id = a.attachment_id order by m.message_id, ma.ordinal limit 1
           ) first
           where a.attachment_id = $1"#,
        id.get(),
    )
    .fetch_optional(pool)
    .await
    .map_err(ExportError::Read)?;
    let Some(row) = row else { return Ok(None) };
    let more = sqlx::query!(
        r#"select encode(sha256, 'hex') as "sha256!", problems, layouts from attachment where attachment_id = $1"#,
        id.get(),
    )
    .fetch_one(pool)
    .await
    .map_err(ExportError::Read)?;
    let seen_at = sqlx::query_as!(
        SeenAt,
        r#"select distinct source, location from message_arrival join message_attachment using (message_id)
           where attachment_id = $1 order by source, location"#,
        id.get(),
    )
    .fetch_all(pool)
    .await
    .map_err(ExportError::Read)?;
    let refusals = sqlx::query_as!(
        Refusal,
        "select sheet, cell, code, sentence from refusal where attachment_id = $1 order by refusal_id",
        id.get(),
    )
    .fetch_all(pool)
    .await
    .map_err(ExportError::Read)?;
    Ok(Some(HeldDetail {
        attachment: row.into(),
        sha256: more.sha256,
        seen_at,
        refusals,
        problems: more.problems,
        layouts: more.layouts,
    }))
}

struct Row {
    attachment_id: AttachmentId,
    outcome: String,
    file_name: Option<String>,
    sender: Option<String>,
    subject: Option<String>,
    received_at: jiff_sqlx::Timestamp,
    size_bytes: i64,
    format: Option<String>,
    outcome_code: Option<String>,
    outcome_sentence: Option<String>,
    refused: i64,
    taken: i64,
}

impl From<Row> for HeldAttachment {
    fn from(row: Row) -> Self {
        Self {
            attachment_id: row.attachment_id,
            outcome: row.outcome,
            file_name: row.file_name,
            sender: row.sender,
            subject: row.subject,
            received_at: row.received_at.to_jiff(),
            size_bytes: row.size_bytes,
            format: row.format,
            code: row.outcome_code,
            sentence: row.outcome_sentence,
            refused: row.refused,
            taken: row.taken,
        }
    }
}
