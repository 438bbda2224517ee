//! New mails stored together: one transaction, one statement of each kind, whatever their number.
//!
//! Each mail is whole or not there. They must be independent of each other: no mail and no file among them is stored
//! already, and no two name the same meter. Where that does not hold, nothing is stored and the caller stores them one
//! by one, which has the same result in more time.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use readings::{AttachmentId, MessageId};
use sqlx::{PgConnection, PgPool};

use super::attachment::{self, AttachmentRow};
use super::decide::Rank;
use super::names::storable;
use super::weighed::{Assessed, Weighed, assess, weigh, write};
use super::{LedgerError, Mail, MailFile, Opened, StoredFile, begin, mail, microseconds};

/// A new mail with all of its files, looked at by themselves.
pub struct Parcel<'a> {
    mail: Mail<'a>,
    files: Vec<(MailFile<'a>, Assessed<'a>)>,
}

impl<'a> Parcel<'a> {
    /// A mail and all of its files.
    pub fn new(mail: Mail<'a>, files: Vec<(MailFile<'a>, &'a Opened)>) -> Self {
        let origin = mail.origin();
        let files =
            files.into_iter().map(|(file, opened)| (file, assess(opened, origin))).collect();
        Self { mail, files }
    }
}

/// Splits mails, in their order, into runs that [`store_together`] can take.
pub fn independent<'p, 'a>(parcels: &'p [Parcel<'a>]) -> Vec<&'p [Parcel<'a>]> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut meters: HashSet<(&str, &str)> = HashSet::new();
    let mut digests: HashSet<[u8; 32]> = HashSet::new();
    for (at, parcel) in parcels.iter().enumerate() {
        let own: HashSet<_> = parcel.files.iter().flat_map(|(_, file)| file.meter_keys()).collect();
        let bytes = || parcel.files.iter().map(|(file, _)| file.sha256).chain([parcel.mail.digest]);
        if !meters.is_disjoint(&own) || bytes().any(|digest| digests.contains(&digest)) {
            runs.push(&parcels[start..at]);
            start = at;
            meters.clear();
            digests.clear();
        }
        meters.extend(own);
        digests.extend(bytes());
    }
    if start < parcels.len() {
        runs.push(&parcels[start..]);
    }
    runs
}

/// Stores mails that are independent of each other, with all of their files, in one transaction.
///
/// `None`, and nothing stored, where one of the mails or files is stored already, or a mail holds files of the same
/// meter.
pub async fn store_together(
    pool: &PgPool,
    parcels: &[Parcel<'_>],
    now: Timestamp,
) -> Result<Option<Vec<Vec<StoredFile>>>, LedgerError> {
    let now = microseconds(now);
    let mut transaction = begin(pool).await?;
    let mails: Vec<&Mail<'_>> = parcels.iter().map(|parcel| &parcel.mail).collect();
    let Some(messages) = mail::insert_new(&mut transaction, &mails, now).await? else {
        return Ok(None);
    };
    let files: Vec<(&MailFile<'_>, &Assessed<'_>, Rank)> = parcels
        .iter()
        .flat_map(|parcel| {
            let stated_at = parcel.mail.stated_at(now);
            parcel
                .files
                .iter()
                .map(move |(file, assessed)| (file, assessed, (stated_at, file.sha256)))
        })
        .collect();
    let assessed = files.iter().map(|(_, assessed, stated)| ((*assessed).clone(), *stated));
    let weighed = match weigh(&mut transaction, assessed.collect(), None, now).await {
        Err(LedgerError::MetersShared) => return Ok(None),
        other => other?,
    };
    let rows: Vec<AttachmentRow<'_>> = files
        .iter()
        .zip(&weighed)
        .map(|((file, _, stated), weighed)| AttachmentRow {
            sha256: file.sha256,
            content: file.content,
            stated_at: stated.0,
            result: weighed.result(),
        })
        .collect();
    let Some(ids) = attachment::insert_new(&mut transaction, &rows, now).await? else {
        return Ok(None);
    };
    drop(rows);
    let written: Vec<(&Weighed<'_>, AttachmentId, Rank)> = weighed
        .iter()
        .zip(&files)
        .zip(&ids)
        .map(|((weighed, (_, _, stated)), id)| (weighed, *id, *stated))
        .collect();
    write(&mut transaction, &written, now).await?;
    link(&mut transaction, parcels, &messages, &ids).await?;
    transaction.commit().await.map_err(LedgerError::Commit)?;
    let mut stored = weighed.into_iter().zip(ids).map(|(weighed, id)| weighed.into_stored(id));
    let by_mail = parcels.iter().map(|p| stored.by_ref().take(p.files.len()).collect());
    Ok(Some(by_mail.collect()))
}

/// Notes which mail holds which file.
async fn link(
    connection: &mut PgConnection,
    parcels: &[Parcel<'_>],
    messages: &HashMap<[u8; 32], MessageId>,
    ids: &[AttachmentId],
) -> Result<(), LedgerError> {
    let places: Vec<(i64, &MailFile<'_>)> = parcels
        .iter()
        .flat_map(|parcel| {
            let message = messages.get(&parcel.mail.digest).map_or(0, |id| id.get());
            parcel.files.iter().map(move |(file, _)| (message, file))
        })
        .collect();
    if places.is_empty() {
        return Ok(());
    }
    let text = |text: Option<&str>| text.map(storable);
    let path = |file: &MailFile<'_>| {
        file.place.path.iter().map(|step| storable(step)).collect::<serde_json::Value>()
    };
    sqlx::query!(
        "insert into message_attachment (message_id, ordinal, attachment_id, file_name, content_type, path)
         select message_id, ordinal, attachment_id, file_name, content_type,
             array(select jsonb_array_elements_text(path))
         from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[])
             as f (message_id, ordinal, attachment_id, file_name, content_type, path)",
        &places.iter().map(|(message, _)| *message).collect::<Vec<_>>(),
        &places.iter().map(|(_, file)| file.place.ordinal).collect::<Vec<_>>(),
        &ids.iter().map(|id| id.get()).collect::<Vec<_>>(),
        &places.iter().map(|(_, file)| text(file.place.file_name)).collect::<Vec<_>>() as _,
        &places.iter().map(|(_, file)| text(file.place.content_type)).collect::<Vec<_>>() as _,
        &places.iter().map(|(_, file)| path(file)).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    Ok(())
}
