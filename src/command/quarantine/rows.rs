//! What the database holds about a file that waits for a person.

use std::fmt::Write as _;

use jiff::Timestamp;
use readings::{Problem, RowAccount};
use serde::Serialize;
use sqlx::PgPool;

use crate::output;
use crate::problem::described;

/// A file that was not, or not wholly, taken.
#[derive(Debug, Serialize)]
pub struct Waiting {
    id: i64,
    outcome: String,
    code: Option<String>,
    sentence: Option<String>,
    file_name: Option<String>,
    sender: Option<String>,
    subject: Option<String>,
    received_at: Option<Timestamp>,
    refused: i64,
}

/// All that is known about one file.
#[derive(Debug, Serialize)]
pub struct File {
    id: i64,
    sha256: String,
    size: i64,
    format: Option<String>,
    outcome: String,
    code: Option<String>,
    sentence: Option<String>,
    rows: RowAccount,
    problems: Vec<Problem>,
    mails: Vec<Mail>,
}

/// A mail that brought a file.
#[derive(Debug, Serialize)]
struct Mail {
    file_name: Option<String>,
    path: Vec<String>,
    sender: Option<String>,
    subject: Option<String>,
    received_at: Timestamp,
}

/// The files that wait, the newest first, each with the latest mail that brought it.
pub async fn waiting(pool: &PgPool) -> Result<Vec<Waiting>, sqlx::Error> {
    sqlx::query!(
        r#"select a.attachment_id, a.outcome, a.outcome_code, a.outcome_sentence, a.refused,
               l.file_name as "file_name?", l.sender as "sender?", l.subject as "subject?",
               l.received_at as "received_at?: jiff_sqlx::Timestamp"
           from attachment a left join lateral (
               select ma.file_name, m.sender, m.subject, m.received_at
               from message_attachment ma join message m using (message_id)
               where ma.attachment_id = a.attachment_id
               order by m.received_at desc, m.message_id desc limit 1
           ) l on true
           where a.outcome in ('quarantined', 'partial')
           order by a.attachment_id desc"#
    )
    .map(|row| Waiting {
        id: row.attachment_id,
        outcome: row.outcome,
        code: row.outcome_code,
        sentence: row.outcome_sentence,
        file_name: row.file_name,
        sender: row.sender,
        subject: row.subject,
        received_at: row.received_at.map(jiff_sqlx::Timestamp::to_jiff),
        refused: row.refused,
    })
    .fetch_all(pool)
    .await
}

/// One file, whatever its outcome.
pub async fn file(pool: &PgPool, id: i64) -> anyhow::Result<Option<File>> {
    let Some(row) = sqlx::query!(
        r#"select encode(sha256, 'hex') as "sha256!", size_bytes, format, outcome, outcome_code,
               outcome_sentence, problems, rows, accepted, duplicate, superseding, refused, not_data
           from attachment where attachment_id = $1"#,
        id
    )
    .fetch_optional(pool)
    .await?
    else {
        return Ok(None);
    };
    let mails = sqlx::query!(
        r#"select ma.file_name, ma.path, m.sender, m.subject,
               m.received_at as "received_at: jiff_sqlx::Timestamp"
           from message_attachment ma join message m using (message_id)
           where ma.attachment_id = $1 order by m.received_at, ma.ordinal"#,
        id
    )
    .map(|row| Mail {
        file_name: row.file_name,
        path: row.path,
        sender: row.sender,
        subject: row.subject,
        received_at: row.received_at.to_jiff(),
    })
    .fetch_all(pool)
    .await?;
    Ok(Some(File {
        id,
        sha256: row.sha256,
        size: row.size_bytes,
        format: row.format,
        outcome: row.outcome,
        code: row.outcome_code,
        sentence: row.outcome_sentence,
        rows: RowAccount {
            rows: row.rows.cast_unsigned(),
            accepted: row.accepted.cast_unsigned(),
            duplicate: row.duplicate.cast_unsigned(),
            superseding: row.superseding.cast_unsigned(),
            refused: row.refused.cast_unsigned(),
            not_data: row.not_data.cast_unsigned(),
        },
        problems: serde_json::from_value(row.problems)?,
        mails,
    }))
}

/// As a table.
pub fn print(files: &[Waiting]) -> anyhow::Result<()> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let rows: Vec<Vec<String>> = files
        .iter()
        .map(|file| {
            vec![
                file.id.to_string(),
                file.outcome.clone(),
                text(&file.file_name),
                text(&file.sender),
                text(&file.code),
                text(&file.sentence),
            ]
        })
        .collect();
    let header = ["id", "outcome", "file", "sender", "code", "reason"];
    output::table(&header, &rows, "Nothing waits: every file was taken.")
}

/// As a page of text.
pub fn page(file: &File) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let mut line = |text: String| {
        let _ = writeln!(page, "{text}");
    };
    line(format!("File {} ({}), {} bytes", file.id, file.outcome, file.size));
    line(format!("  format   {}", file.format.as_deref().unwrap_or("not recognised")));
    line(format!("  sha256   {}", file.sha256));
    if let Some(sentence) = &file.sentence {
        line(format!("  reason   {sentence} ({})", file.code.as_deref().unwrap_or_default()));
    }
    let RowAccount { rows, accepted, duplicate, superseding, refused, not_data } = file.rows;
    line(format!(
        "  rows     {rows}: {accepted} accepted, {duplicate} duplicate, {superseding} superseding, \
         {refused} refused, {not_data} not data"
    ));
    for mail in &file.mails {
        let name = mail.file_name.as_deref().unwrap_or("a file without a name");
        line(format!(
            "  came as  {name} in \"{}\" from {} on {}",
            mail.subject.as_deref().unwrap_or_default(),
            mail.sender.as_deref().unwrap_or("an unknown sender"),
            mail.received_at,
        ));
    }
    for problem in &file.problems {
        line(format!("  {}", described(problem)));
    }
    page
}
