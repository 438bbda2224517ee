//! The queries behind the page of sources.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::{ExpectedMail, SourceHealth, SourceList, UploadRow};

/// Every source that was tried or brought a mail, and the last uploads.
pub async fn list(connection: &mut PgConnection) -> Result<SourceList, Failure> {
    let rows = sqlx::query!(
        r#"with seen as (
               select source, count(*) as mails, max(seen_at) as last_mail from message_arrival group by source
           )
           select source as "source!", coalesce(kind, '') as "kind!", coalesce(place, '') as "place!",
               coalesce(mails, 0) as "mails!", last_mail as "last_mail: jiff_sqlx::Timestamp",
               last_attempt_at as "last_attempt_at: jiff_sqlx::Timestamp",
               last_success_at as "last_success_at: jiff_sqlx::Timestamp",
               failing_since as "failing_since: jiff_sqlx::Timestamp", coalesce(failures, 0) as "failures!",
               next_attempt_at as "next_attempt_at: jiff_sqlx::Timestamp",
               coalesce(waits_for_person, false) as "waits_for_person!", trouble_sentence, trouble_remedy,
               every_days, expect_days, due_on as "due_on: jiff_sqlx::Date",
               (select count(*) from source_item i where i.source = source_state.source and reason = 'passed_over')
                   as "passed_over!"
           from source_state full join seen using (source)
           order by coalesce(failures, 0) = 0, source"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let given_up = sqlx::query!(
        "select source, location, sentence from source_item where reason = 'given_up'
         order by source, noted_at desc limit 200"
    )
    .fetch_all(&mut *connection)
    .await?;
    let instant = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
    let sources = rows
        .into_iter()
        .map(|row| SourceHealth {
            given_up: given_up
                .iter()
                .filter(|item| item.source == row.source)
                .map(|item| (item.location.clone(), item.sentence.clone()))
                .collect(),
            name: row.source,
            kind: row.kind,
            place: row.place,
            mails: row.mails,
            last_mail: instant(row.last_mail),
            last_attempt: instant(row.last_attempt_at),
            last_success: instant(row.last_success_at),
            failing_since: instant(row.failing_since),
            failures: row.failures,
            next_attempt: instant(row.next_attempt_at),
            waits_for_person: row.waits_for_person,
            trouble: row.trouble_sentence.zip(row.trouble_remedy),
            expected: row.every_days.zip(row.due_on).map(|(every_days, due_on)| ExpectedMail {
                every_days,
                is_configured: row.expect_days.is_some(),
                due_on: due_on.to_jiff(),
            }),
            passed_over: row.passed_over,
        })
        .collect();
    Ok(SourceList { sources, uploads: uploads(connection).await? })
}

async fn uploads(connection: &mut PgConnection) -> Result<Vec<UploadRow>, Failure> {
    let rows = sqlx::query!(
        r#"select file_name, size_bytes, uploaded_by, uploaded_at as "uploaded_at: jiff_sqlx::Timestamp",
               taken_at is not null as "is_taken!",
               (select message_id from message_arrival a
                where a.source = 'upload' and a.location = upload_id::text) as message_id
           from upload order by upload_id desc limit 20"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UploadRow {
            file_name: row.file_name,
            size_bytes: row.size_bytes,
            by: row.uploaded_by,
            at: row.uploaded_at.to_jiff(),
            message_id: row.message_id,
            is_taken: row.is_taken,
        })
        .collect())
}

/// Has a source, and what was given up of it, tried with the next pass; `false` when there is none of this name.
pub async fn try_again(connection: &mut PgConnection, source: &str) -> Result<bool, Failure> {
    let changed = sqlx::query!(
        "with given_up as (delete from source_item where source = $1 and reason = 'given_up'),
              forgotten as (delete from source_cursor where source = $1)
         update source_state set next_attempt_at = null, waits_for_person = false where source = $1",
        source
    )
    .execute(connection)
    .await?
    .rows_affected();
    Ok(changed > 0)
}

/// Keeps a file until the worker takes it.
pub async fn keep_upload(
    connection: &mut PgConnection,
    name: &str,
    content: &[u8],
    by: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    sqlx::query!(
        "insert into upload (file_name, size_bytes, content, uploaded_by, uploaded_at) values ($1, $2, $3, $4, $5)",
        name,
        i64::try_from(content.len()).unwrap_or(i64::MAX),
        content,
        by,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks for a stored file to be read again; `false` when there is none of this number.
pub async fn wish_reread(
    connection: &mut PgConnection,
    attachment: i64,
    by: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let known = sqlx::query_scalar!(
        r#"with wish as (
               insert into reread_wish (attachment_id, wished_by, wished_at)
               select attachment_id, $2, $3 from attachment where attachment_id = $1
               on conflict (attachment_id) where done_at is null do nothing
           )
           select exists (select from attachment where attachment_id = $1) as "known!""#,
        attachment,
        by,
        now.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}
