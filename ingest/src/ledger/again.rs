//! A stored file, read again: what it still states stays as it is, what it no longer states is taken back.
//!
//! Readings are never removed. One that its file no longer states is withdrawn: it keeps its values and dates and does
//! not count again; what it had superseded counts again where nothing newer does.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::AttachmentId;
use sqlx::{PgConnection, PgPool};

use super::arrange::{Entry, PeriodKey};
use super::decide::Rank;
use super::revisions::{self, Stored};
use super::weighed::{Applied, apply};
use super::{LedgerError, derivation};

/// What stays as it was stored, by the outcomes of the account, and what was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) accepted: u64,
    pub(super) superseding: u64,
    pub(super) duplicate: u64,
    pub(super) withdrawn: u64,
}

/// Takes back what the file stated and the new `entries` do not, and returns those that are not stored yet.
pub(super) async fn take_back<'a>(
    connection: &mut PgConnection,
    (attachment, stated): (AttachmentId, Rank),
    entries: Vec<Entry<'a>>,
    now: Timestamp,
) -> Result<(Vec<Entry<'a>>, Kept), LedgerError> {
    revisions::keys_of(connection, attachment).await?;
    forget_withdrawn(connection, attachment).await?;
    let (own, confirmed) = revisions::stated_by(connection, attachment).await?;
    if own.is_empty() && confirmed.is_empty() {
        return Ok((entries, Kept::default()));
    }
    let by_key = |stored: Vec<Stored>| -> HashMap<PeriodKey, Stored> {
        stored.into_iter().map(|one| (one.key, one)).collect()
    };
    let (mut own, mut confirmed) = (by_key(own), by_key(confirmed));
    let mut kept = Kept::default();
    let mut staying = Vec::new();
    let mut new = Vec::with_capacity(entries.len());
    for entry in entries {
        let same = own.get(&entry.key).is_some_and(|one| {
            one.revision.statement == entry.statement
                && one.stands_at(entry.candidate.sheet, entry.candidate.cell)
        });
        let said = confirmed
            .get(&entry.key)
            .is_some_and(|one| entry.statement.is_covered_by(&one.revision.statement));
        if same {
            own.remove(&entry.key);
            staying.push(entry.key);
        } else if said {
            confirmed.remove(&entry.key);
            kept.duplicate += 1;
        } else {
            new.push(entry);
        }
    }
    kept.withdrawn = own.len() as u64;
    let gone: Vec<i64> = own.values().map(|one| one.id.get()).collect();
    let unsaid: Vec<i64> = confirmed.values().map(|one| one.id.get()).collect();
    withdraw(connection, attachment, &gone, &unsaid, now).await?;
    let touched: Vec<PeriodKey> = own.into_keys().chain(confirmed.into_keys()).collect();
    let meters: BTreeSet<i64> = touched.iter().map(|key| key.meter.get()).collect();
    derivation::mark_due(connection, &Vec::from_iter(meters)).await?;
    settle_again(connection, (attachment, stated), &touched, now).await?;
    count(connection, attachment, &staying, &mut kept).await?;
    Ok((new, kept))
}

/// What this file confirms of readings that were taken back it states by itself from now on.
async fn forget_withdrawn(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<(), LedgerError> {
    sqlx::query!(
        "delete from reading_confirmation c using reading r
         where c.attachment_id = $1 and r.reading_id = c.reading_id and r.withdrawn",
        attachment.get(),
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreReadings)?;
    Ok(())
}

/// The files that confirm a reading that its own file has taken back. They state it still, so they are to be read
/// again: then it is theirs.
pub async fn bereft(pool: &PgPool) -> Result<Vec<AttachmentId>, LedgerError> {
    sqlx::query_scalar!(
        r#"select distinct c.attachment_id as "id: AttachmentId"
           from reading r join reading_confirmation c using (reading_id) where r.withdrawn order by 1"#
    )
    .fetch_all(pool)
    .await
    .map_err(LedgerError::LookUp)
}

async fn withdraw(
    connection: &mut PgConnection,
    attachment: AttachmentId,
    readings: &[i64],
    confirmed: &[i64],
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query!(
        "update reading set withdrawn = true, superseded_at = coalesce(superseded_at, $2)
         where reading_id = any($1)",
        readings,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await
    .map_err(LedgerError::StoreReadings)?;
    sqlx::query!(
        "delete from reading_confirmation where attachment_id = $1 and reading_id = any($2)",
        attachment.get(),
        confirmed,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreReadings)?;
    Ok(())
}

/// What counts where something was taken back.
async fn settle_again(
    connection: &mut PgConnection,
    (attachment, stated): (AttachmentId, Rank),
    keys: &[PeriodKey],
    now: Timestamp,
) -> Result<(), LedgerError> {
    if keys.is_empty() {
        return Ok(());
    }
    let known = revisions::load(connection, keys).await?;
    let known = known.into_iter().filter(|(key, _)| keys.contains(key)).collect();
    let changes = revisions::weigh_again(known);
    if changes.reopened.is_empty() {
        return Ok(());
    }
    let around =
        revisions::live_around(connection, changes.reopened.iter().map(|one| one.key)).await?;
    let file = Applied { attachment, stated, changes: &changes, around: &around };
    apply(connection, &[file], now).await
}

/// How the readings that stay came in: the first of their meter and period, or after another.
async fn count(
    connection: &mut PgConnection,
    attachment: AttachmentId,
    staying: &[PeriodKey],
    kept: &mut Kept,
) -> Result<(), LedgerError> {
    if staying.is_empty() {
        return Ok(());
    }
    let known = revisions::load(connection, staying).await?;
    let (own, _) = revisions::stated_by(connection, attachment).await?;
    for one in own {
        let first = known
            .get(&one.key)
            .is_none_or(|all| all.iter().all(|other| other.id.get() >= one.id.get()));
        if first {
            kept.accepted += 1;
        } else {
            kept.superseding += 1;
        }
    }
    Ok(())
}
