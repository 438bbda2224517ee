//! The rows of mails, and where they were seen.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, MessageId, Problem};
use sqlx::{PgConnection, PgPool};

use super::names::storable;
use super::{LedgerError, microseconds};

/// A mail as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail<'a> {
    /// The name of the source it came from.
    pub source: &'a str,
    /// Where it lies there.
    pub location: &'a str,
    /// What changes when another mail appears at that place.
    pub version: &'a str,
    /// The bytes as they arrived; `None` for a bare file, whose bytes are those of its one attachment.
    pub raw: Option<&'a [u8]>,
    /// How many bytes arrived.
    pub size_bytes: usize,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// The Message-ID.
    pub header_id: Option<&'a str>,
    /// The sender's address.
    pub sender: Option<&'a str>,
    /// The subject, or the name of a bare file.
    pub subject: Option<&'a str>,
    /// When it was sent, as it says.
    pub sent_at: Option<Timestamp>,
    /// What was damaged.
    pub problems: &'a [Problem],
    /// How many files it holds.
    pub attachments: usize,
}

impl Mail<'_> {
    /// When its files were said: when it was sent, though not after it arrived.
    pub fn stated_at(&self, now: Timestamp) -> Timestamp {
        microseconds(self.sent_at.map_or(now, |sent| sent.min(now)))
    }

    /// Who it is from, for readings that name no site.
    pub fn origin(&self) -> &str {
        self.sender.unwrap_or(self.source)
    }
}

/// What is known about a place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownArrival {
    /// What the place held when it was seen.
    pub version: String,
    /// Whether all files of the mail are committed.
    pub is_complete: bool,
}

/// What is stored of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMessage {
    /// Its identity.
    pub id: MessageId,
    /// Whether all of its files are committed.
    pub is_complete: bool,
    /// The files that are committed.
    pub ordinals: BTreeSet<i32>,
}

/// All places of a source that were seen.
pub async fn known_arrivals(
    pool: &PgPool,
    source: &str,
) -> Result<HashMap<String, KnownArrival>, LedgerError> {
    let rows = sqlx::query!(
        r#"select location, version, m.completed_at is not null as "is_complete!"
           from message_arrival join message m using (message_id) where source = $1"#,
        source,
    )
    .fetch_all(pool)
    .await
    .map_err(LedgerError::LookUp)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let known = KnownArrival { version: row.version, is_complete: row.is_complete };
            (row.location, known)
        })
        .collect())
}

/// What is stored of the mails with these digests.
pub async fn known_messages(
    pool: &PgPool,
    digests: &[[u8; 32]],
) -> Result<HashMap<[u8; 32], KnownMessage>, LedgerError> {
    let wanted: Vec<Vec<u8>> = digests.iter().map(|digest| digest.to_vec()).collect();
    let rows = sqlx::query!(
        r#"select content_digest, m.message_id as "id: MessageId", completed_at is not null as "is_complete!",
                  array_remove(array_agg(ma.ordinal), null) as "ordinals!"
           from message m left join message_attachment ma using (message_id)
           where content_digest = any($1) group by m.message_id"#,
        &wanted,
    )
    .fetch_all(pool)
    .await
    .map_err(LedgerError::LookUp)?;
    let known = rows.into_iter().filter_map(|row| {
        let ordinals = row.ordinals.into_iter().collect();
        let known = KnownMessage { id: row.id, is_complete: row.is_complete, ordinals };
        Some((row.content_digest.try_into().ok()?, known))
    });
    Ok(known.collect())
}

/// Which of these files are stored already.
pub async fn known_attachments(
    pool: &PgPool,
    digests: &[[u8; 32]],
) -> Result<BTreeSet<[u8; 32]>, LedgerError> {
    let wanted: Vec<Vec<u8>> = digests.iter().map(|digest| digest.to_vec()).collect();
    let found: Vec<Vec<u8>> =
        sqlx::query_scalar!("select sha256 from attachment where sha256 = any($1)", &wanted)
            .fetch_all(pool)
            .await
            .map_err(LedgerError::LookUp)?;
    Ok(found.into_iter().filter_map(|digest| digest.try_into().ok()).collect())
}

/// Whether nothing was taken of a file of the mail that was seen at this place.
pub async fn holds_quarantined(
    pool: &PgPool,
    (source, location): (&str, &str),
) -> Result<bool, LedgerError> {
    sqlx::query_scalar!(
        r#"select exists (
               select from message_arrival
               join message_attachment using (message_id) join attachment using (attachment_id)
               where source = $1 and location = $2 and outcome = 'quarantined') as "held!""#,
        source,
        location,
    )
    .fetch_one(pool)
    .await
    .map_err(LedgerError::LookUp)
}

/// Notes that a stored mail was seen at a place.
pub async fn note_arrival(
    pool: &PgPool,
    message: MessageId,
    (source, location, version): (&str, &str, &str),
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query!(
        "insert into message_arrival (source, location, message_id, seen_at, version)
         values ($1, $2, $3, $4, $5)
         on conflict (source, location) do update
             set message_id = excluded.message_id, version = excluded.version, seen_at = excluded.seen_at",
        source,
        location,
        message.get(),
        now.to_sqlx() as _,
        version,
    )
    .execute(pool)
    .await
    .map_err(LedgerError::StoreMessage)?;
    Ok(())
}

/// Stores a mail without files; nothing more is to be done about it.
pub async fn store_empty(
    pool: &PgPool,
    mail: &Mail<'_>,
    now: Timestamp,
) -> Result<MessageId, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Begin)?;
    let id = ensure(&mut transaction, mail, now).await?;
    transaction.commit().await.map_err(LedgerError::Commit)?;
    Ok(id)
}

/// Stores the mail and its arrival where they are missing.
///
/// A mail of one file is complete with it, in one transaction; `link` completes those of several.
pub(super) async fn ensure(
    connection: &mut PgConnection,
    mail: &Mail<'_>,
    now: Timestamp,
) -> Result<MessageId, LedgerError> {
    let problems = serde_json::to_value(mail.problems).unwrap_or_default();
    let inserted = sqlx::query_scalar!(
        r#"with stored as (
               insert into message (content_digest, header_id, sender, subject, sent_at, received_at, size_bytes, raw,
                   problems, attachments, completed_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $10 <= 1 then $6::timestamptz end)
               on conflict (content_digest) do nothing
               returning message_id
           ), seen as (
               insert into message_arrival (source, location, message_id, seen_at, version)
               select $11, $12, message_id, $6, $13 from stored
               on conflict (source, location) do update
                   set message_id = excluded.message_id, version = excluded.version, seen_at = excluded.seen_at
           )
           select message_id as "id: MessageId" from stored"#,
        mail.digest.as_slice(),
        mail.header_id.map(storable),
        mail.sender.map(storable),
        mail.subject.map(storable),
        mail.sent_at.map(microseconds).map(ToSqlx::to_sqlx) as _,
        now.to_sqlx() as _,
        size(mail),
        mail.raw,
        super::without_null(problems),
        i32::try_from(mail.attachments).unwrap_or(i32::MAX),
        mail.source,
        mail.location,
        mail.version,
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(LedgerError::StoreMessage)?;
    if let Some(id) = inserted {
        return Ok(id);
    }
    sqlx::query_scalar!(
        r#"with seen as (
               insert into message_arrival (source, location, message_id, seen_at, version)
               select $2, $3, message_id, $4, $5 from message where content_digest = $1
               on conflict (source, location) do update
                   set message_id = excluded.message_id, version = excluded.version, seen_at = excluded.seen_at
           )
           select message_id as "id: MessageId" from message where content_digest = $1"#,
        mail.digest.as_slice(),
        mail.source,
        mail.location,
        now.to_sqlx() as _,
        mail.version,
    )
    .fetch_one(connection)
    .await
    .map_err(LedgerError::StoreMessage)
}

fn size(mail: &Mail<'_>) -> i64 {
    i64::try_from(mail.size_bytes).unwrap_or(i64::MAX)
}

/// Stores mails that are new, complete with all of their files, and where they were seen; `None` where one of them is
/// stored already, and then the transaction is to be given up.
pub(super) async fn insert_new(
    connection: &mut PgConnection,
    mails: &[&Mail<'_>],
    now: Timestamp,
) -> Result<Option<HashMap<[u8; 32], MessageId>>, LedgerError> {
    let text = |text: Option<&str>| text.map(storable);
    let rows = sqlx::query!(
        r#"with given as (
               select * from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[],
                       $7::jsonb[], $8::integer[], $9::text[], $10::text[], $11::text[], $13::bigint[])
                   with ordinality
                   as g (digest, header_id, sender, subject, sent_at, raw, problems, attachments, source, location,
                         version, size_bytes, position)
           ), stored as (
               insert into message (content_digest, header_id, sender, subject, sent_at, received_at, size_bytes, raw,
                   problems, attachments, completed_at)
               select digest, header_id, sender, subject, sent_at, $12, size_bytes, raw, problems, attachments,
                   $12
               from given order by position
               on conflict (content_digest) do nothing
               returning message_id, content_digest
           ), seen as (
               insert into message_arrival (source, location, message_id, seen_at, version)
               select source, location, message_id, $12, version from stored join given on digest = content_digest
               on conflict (source, location) do update
                   set message_id = excluded.message_id, version = excluded.version, seen_at = excluded.seen_at
           )
           select message_id as "id!: MessageId", content_digest as "digest!" from stored"#,
        &mails.iter().map(|mail| mail.digest.as_slice()).collect::<Vec<_>>() as _,
        &mails.iter().map(|mail| text(mail.header_id)).collect::<Vec<_>>() as _,
        &mails.iter().map(|mail| text(mail.sender)).collect::<Vec<_>>() as _,
        &mails.iter().map(|mail| text(mail.subject)).collect::<Vec<_>>() as _,
        &mails
            .iter()
            .map(|mail| mail.sent_at.map(microseconds).map(ToSqlx::to_sqlx))
            .collect::<Vec<_>>() as _,
        &mails.iter().map(|mail| mail.raw).collect::<Vec<_>>() as _,
        &mails
            .iter()
            .map(|mail| {
                super::without_null(serde_json::to_value(mail.problems).unwrap_or_default())
            })
            .collect::<Vec<_>>(),
        &mails
            .iter()
            .map(|mail| i32::try_from(mail.attachments).unwrap_or(i32::MAX))
            .collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.source.to_owned()).collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.location.to_owned()).collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.version.to_owned()).collect::<Vec<_>>(),
        now.to_sqlx() as _,
        &mails.iter().map(|mail| size(mail)).collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::StoreMessage)?;
    let stored: HashMap<[u8; 32], MessageId> =
        rows.into_iter().filter_map(|row| Some((row.digest.try_into().ok()?, row.id))).collect();
    Ok((stored.len() == mails.len()).then_some(stored))
}

/// A file's place in its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilePlace<'a> {
    /// Its number in the mail, from 0.
    pub ordinal: i32,
    /// Its name, as the mail says.
    pub file_name: Option<&'a str>,
    /// Its type, as the mail says.
    pub content_type: Option<&'a str>,
    /// The nested mails and archives it came through, outermost first.
    pub path: &'a [String],
}

/// Notes that the mail holds the attachment; the last one completes the mail.
pub(super) async fn link(
    connection: &mut PgConnection,
    (message, mail): (MessageId, &Mail<'_>),
    place: FilePlace<'_>,
    attachment: AttachmentId,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let path: Vec<String> = place.path.iter().map(|step| storable(step)).collect();
    sqlx::query!(
        "insert into message_attachment (message_id, ordinal, attachment_id, file_name, content_type, path)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (message_id, ordinal) do nothing",
        message.get(),
        place.ordinal,
        attachment.get(),
        place.file_name.map(storable),
        place.content_type.map(storable),
        &path,
    )
    .execute(&mut *connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    if mail.attachments <= 1 {
        return Ok(());
    }
    sqlx::query!(
        "update message m set completed_at = $2
         where message_id = $1 and completed_at is null
           and attachments <= (select count(*) from message_attachment ma where ma.message_id = m.message_id)",
        message.get(),
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreMessage)?;
    Ok(())
}
