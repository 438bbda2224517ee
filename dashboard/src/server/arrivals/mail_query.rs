//! The queries behind the list of mails and the page of a mail.

use readings::account::RowAccount;
use readings::ids::{AttachmentId, MessageId};
use readings::problem::Problem;
use serde_json::Value;
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::{AttachmentRow, Mail, MailDetail, MailList, Outcome};

/// Mails on a page.
pub const PAGE_SIZE: i64 = 50;

/// A page of mails, the newest first.
pub async fn list(
    connection: &mut PgConnection,
    outcome: Option<Outcome>,
    search: String,
    page: u32,
) -> Result<MailList, Failure> {
    let pattern = (!search.is_empty()).then(|| pattern(&search));
    let code = outcome.map(Outcome::code);
    let rows = sqlx::query!(
        r#"with chosen as (
             select m.message_id from message m
             where ($1::text is null or exists (
                       select 1 from message_attachment ma join attachment t using (attachment_id)
                       where ma.message_id = m.message_id and t.outcome = $1))
               and ($2::text is null or m.subject ilike $2 or m.sender ilike $2 or exists (
                       select 1 from message_attachment ma
                       where ma.message_id = m.message_id and ma.file_name ilike $2))
           )
           select message_id as "message_id!: MessageId",
                  (select count(*) from chosen) as "total!"
           from chosen order by message_id desc limit $3 offset $4"#,
        code,
        pattern,
        PAGE_SIZE,
        i64::from(page - 1) * PAGE_SIZE,
    )
    .fetch_all(&mut *connection)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let ids: Vec<i64> = rows.iter().map(|row| row.message_id.get()).collect();
    Ok(MailList {
        outcome,
        search,
        mails: mails(connection, &ids).await?,
        total,
        counts: counts(connection).await?,
        page,
    })
}

/// One mail; none where there is no such mail.
pub async fn one(
    connection: &mut PgConnection,
    mail: MessageId,
) -> Result<Option<MailDetail>, Failure> {
    let Some(found) = mails(connection, &[mail.get()]).await?.pop() else { return Ok(None) };
    let header_id =
        sqlx::query_scalar!("select header_id from message where message_id = $1", mail as _)
            .fetch_one(&mut *connection)
            .await?;
    let arrivals = sqlx::query!(
        r#"select source, location, seen_at as "seen_at: jiff_sqlx::Timestamp"
           from message_arrival where message_id = $1 order by seen_at limit 50"#,
        mail as _
    )
    .fetch_all(connection)
    .await?;
    Ok(Some(MailDetail {
        mail: found,
        header_id,
        arrivals: arrivals
            .into_iter()
            .map(|row| (row.source, row.location, row.seen_at.to_jiff()))
            .collect(),
    }))
}

async fn mails(connection: &mut PgConnection, ids: &[i64]) -> Result<Vec<Mail>, Failure> {
    let rows = sqlx::query!(
        r#"select message_id as "message_id: MessageId", subject, sender, size_bytes, problems,
                  sent_at as "sent_at: jiff_sqlx::Timestamp",
                  received_at as "received_at: jiff_sqlx::Timestamp"
           from message where message_id = any($1) order by message_id desc"#,
        ids
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut files = attachments(connection, ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Mail {
            message_id: row.message_id,
            subject: row.subject,
            sender: row.sender,
            sent_at: row.sent_at.map(jiff_sqlx::Timestamp::to_jiff),
            received_at: row.received_at.to_jiff(),
            size_bytes: row.size_bytes,
            problems: problems(row.problems),
            attachments: files
                .extract_if(.., |(mail, _)| *mail == row.message_id)
                .map(|(_, file)| file)
                .collect(),
        })
        .collect())
}

async fn attachments(
    connection: &mut PgConnection,
    mails: &[i64],
) -> Result<Vec<(MessageId, AttachmentRow)>, Failure> {
    let rows = sqlx::query!(
        r#"select ma.message_id as "message_id: MessageId",
                  t.attachment_id as "attachment_id: AttachmentId", ma.file_name, ma.path,
                  t.format, t.size_bytes, t.outcome, t.outcome_sentence,
                  t.rows, t.accepted, t.duplicate, t.superseding, t.refused, t.not_data
           from message_attachment ma join attachment t using (attachment_id)
           where ma.message_id = any($1) order by ma.message_id, ma.ordinal"#,
        mails
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let account = RowAccount {
                rows: row.rows.unsigned_abs(),
                accepted: row.accepted.unsigned_abs(),
                duplicate: row.duplicate.unsigned_abs(),
                superseding: row.superseding.unsigned_abs(),
                refused: row.refused.unsigned_abs(),
                not_data: row.not_data.unsigned_abs(),
            };
            let file = AttachmentRow {
                attachment_id: row.attachment_id,
                file_name: row.file_name,
                path: row.path,
                format: row.format,
                size_bytes: row.size_bytes,
                outcome: Outcome::from_code(&row.outcome),
                sentence: row.outcome_sentence,
                account,
            };
            (row.message_id, file)
        })
        .collect())
}

async fn counts(connection: &mut PgConnection) -> Result<Vec<(Outcome, i64)>, Failure> {
    let rows =
        sqlx::query!(r#"select outcome, count(*) as "count!" from attachment group by outcome"#)
            .fetch_all(connection)
            .await?;
    Ok(Outcome::ALL
        .into_iter()
        .map(|outcome| {
            let row = rows.iter().find(|row| row.outcome == outcome.code());
            (outcome, row.map_or(0, |row| row.count))
        })
        .collect())
}

/// Stored problems; one that this version does not know is left out rather than the page refused.
pub(super) fn problems(stored: Value) -> Vec<Problem> {
    let Value::Array(entries) = stored else { return Vec::new() };
    entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
}

fn pattern(words: &str) -> String {
    let escaped = words.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}
