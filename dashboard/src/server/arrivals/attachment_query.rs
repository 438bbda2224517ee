//! The queries behind the page of a file.

use readings::account::RowAccount;
use readings::extraction::Layout;
use readings::ids::{AttachmentId, MessageId};
use readings::problem::ProblemCode;
use serde_json::Value;
use sqlx::PgConnection;

use super::mail_query::problems;
use crate::server::failure::Failure;
use crate::views::arrival::CameWith;
use crate::views::{AttachmentDetail, AttachmentRow, Outcome, Refusal};

const REFUSALS_SHOWN: i64 = 200;

/// What a person can do about a stored code; none for a code that this version does not know.
pub(in crate::server) fn hint_of(code: &str) -> Option<&'static str> {
    ProblemCode::ALL.iter().find(|known| known.code() == code).map(|known| known.hint())
}

/// One file; none where there is no such file.
pub async fn one(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<Option<AttachmentDetail>, Failure> {
    let row = sqlx::query!(
        r#"select encode(sha256, 'hex') as "sha256!", size_bytes, format, outcome, outcome_code,
                  outcome_sentence, layouts, problems, reader_version,
                  read_at as "read_at: jiff_sqlx::Timestamp",
                  rows, accepted, duplicate, superseding, refused, not_data
           from attachment where attachment_id = $1"#,
        attachment as _
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mails = sqlx::query!(
        r#"select m.message_id as "message_id: MessageId", m.subject, m.sender,
                  coalesce(m.sent_at, m.received_at) as "at!: jiff_sqlx::Timestamp",
                  ma.file_name, ma.path
           from message_attachment ma join message m using (message_id)
           where ma.attachment_id = $1 order by ma.message_id, ma.ordinal limit 50"#,
        attachment as _
    )
    .fetch_all(&mut *connection)
    .await?;
    let first = mails.first();
    let account = RowAccount {
        rows: row.rows.unsigned_abs(),
        accepted: row.accepted.unsigned_abs(),
        duplicate: row.duplicate.unsigned_abs(),
        superseding: row.superseding.unsigned_abs(),
        refused: row.refused.unsigned_abs(),
        not_data: row.not_data.unsigned_abs(),
    };
    Ok(Some(AttachmentDetail {
        row: AttachmentRow {
            attachment_id: attachment,
            file_name: first.and_then(|mail| mail.file_name.clone()),
            path: first.map(|mail| mail.path.clone()).unwrap_or_default(),
            format: row.format,
            size_bytes: row.size_bytes,
            outcome: Outcome::from_code(&row.outcome),
            sentence: row.outcome_sentence,
            account,
        },
        sha256: row.sha256,
        hint: row.outcome_code.as_deref().and_then(hint_of),
        code: row.outcome_code,
        read_at: row.read_at.to_jiff(),
        reader_version: row.reader_version,
        layouts: layouts(row.layouts),
        problems: problems(row.problems),
        refusals: refusals(connection, attachment).await?,
        meters: meters(connection, attachment).await?,
        mails: mails
            .into_iter()
            .map(|mail| CameWith {
                message_id: mail.message_id,
                subject: mail.subject,
                sender: mail.sender,
                at: mail.at.to_jiff(),
            })
            .collect(),
    }))
}

fn layouts(stored: Value) -> Vec<Layout> {
    let Value::Array(entries) = stored else { return Vec::new() };
    entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
}

async fn refusals(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<Vec<Refusal>, Failure> {
    let rows = sqlx::query!(
        "select sheet, cell, code, sentence from refusal
         where attachment_id = $1 order by refusal_id limit $2",
        attachment as _,
        REFUSALS_SHOWN,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Refusal {
            sheet: row.sheet,
            cell: row.cell,
            hint: hint_of(&row.code),
            code: row.code,
            sentence: row.sentence,
        })
        .collect())
}

async fn meters(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<Vec<(i64, String, String, i64)>, Failure> {
    let rows = sqlx::query!(
        r#"select m.meter_id, s.name as site, m.name as meter, count(*) as "count!"
           from reading r join meter m using (meter_id) join site s using (site_id)
           where r.attachment_id = $1
           group by m.meter_id, s.name, m.name, s.name_key, m.name_key
           order by s.name_key, m.name_key limit 100"#,
        attachment as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.meter_id, row.site, row.meter, row.count)).collect())
}
