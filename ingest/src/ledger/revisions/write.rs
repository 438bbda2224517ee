//! Writing what was decided in sets.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use migrations::copy::{Copy, Row};
use readings::{AttachmentId, ReadingId, ReadingKind};
use sqlx::PgConnection;

use super::{Changes, Fate, Stored, Winner};
use crate::ledger::LedgerError;
use crate::ledger::arrange::Entry;
use crate::ledger::decide::{Rank, Revision};

/// What is to be written for one file.
pub struct FileChanges<'a, 'b> {
    /// The file.
    pub attachment: AttachmentId,
    /// When it was said.
    pub stated: Rank,
    /// What was decided about it.
    pub changes: &'b Changes<'a>,
}

/// Writes what was decided about some files, in sets; `follow` is given the new rows of each, and works out what follows
/// from them while the database takes them.
pub async fn write<T>(
    connection: &mut PgConnection,
    files: &[FileChanges<'_, '_>],
    now: Timestamp,
    follow: impl FnOnce(&[Vec<Stored>]) -> T,
) -> Result<T, LedgerError> {
    let count = files.iter().map(|file| file.changes.inserts.len()).sum();
    let mut drawn = new_ids(connection, count).await?.into_iter();
    let ids: Vec<Vec<i64>> =
        files.iter().map(|f| drawn.by_ref().take(f.changes.inserts.len()).collect()).collect();
    for (file, ids) in files.iter().zip(&ids) {
        change(connection, file, ids, now).await?;
    }
    let follow = || {
        let stored: Vec<_> = files.iter().zip(&ids).map(|(file, ids)| stored(file, ids)).collect();
        follow(&stored)
    };
    if count == 0 {
        return Ok(follow());
    }
    insert(connection, files, &ids, now, follow).await
}

/// The new rows of a file, as they are stored.
fn stored(file: &FileChanges<'_, '_>, ids: &[i64]) -> Vec<Stored> {
    let inserts = file.changes.inserts.iter().zip(ids);
    inserts
        .map(|((entry, fate), id)| Stored {
            id: ReadingId::new(*id),
            key: entry.key,
            revision: Revision::new(entry.statement, file.stated, *fate == Fate::Live),
            sheet: entry.candidate.sheet.to_owned(),
            cell: entry.candidate.cell.to_string(),
        })
        .collect()
}

/// Changes the stored readings that the file meets.
async fn change(
    connection: &mut PgConnection,
    file: &FileChanges<'_, '_>,
    ids: &[i64],
    now: Timestamp,
) -> Result<(), LedgerError> {
    let changes = file.changes;
    if !changes.stepping_aside.is_empty() {
        let aside: Vec<i64> = changes.stepping_aside.iter().map(|(id, _)| id.get()).collect();
        let instead: Vec<i64> = changes
            .stepping_aside
            .iter()
            .map(|(_, winner)| match winner {
                Winner::Stored(id) => id.get(),
                Winner::Insert(index) => ids[*index],
            })
            .collect();
        sqlx::query!(
            "update reading set superseded_at = $3, superseded_by = winner
             from unnest($1::bigint[], $2::bigint[]) as change (loser, winner)
             where reading_id = loser and superseded_at is null",
            &aside,
            &instead,
            now.to_sqlx() as _,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    if !changes.reopened.is_empty() {
        let reopened: Vec<i64> = changes.reopened.iter().map(|one| one.id.get()).collect();
        sqlx::query!(
            "update reading set superseded_at = null, superseded_by = null where reading_id = any($1)",
            &reopened,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    if !changes.confirmations.is_empty() {
        let confirmed: Vec<i64> = changes.confirmations.iter().map(|(id, _)| id.get()).collect();
        let costs: Vec<bool> = changes.confirmations.iter().map(|(_, cost)| *cost).collect();
        sqlx::query!(
            "insert into reading_confirmation (reading_id, attachment_id, states_cost)
             select reading_id, $3, states_cost
             from unnest($1::bigint[], $2::boolean[]) as c (reading_id, states_cost)
             on conflict do nothing",
            &confirmed,
            &costs,
            file.attachment.get(),
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    Ok(())
}

/// How many identities the sequence gives at a time: the step of `reading_id`.
const DRAWN: usize = 256;

/// Identities are drawn beforehand, so that a reading that steps aside can name the one that is about to come.
async fn new_ids(connection: &mut PgConnection, count: usize) -> Result<Vec<i64>, LedgerError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let first = sqlx::query_scalar!(
        r#"select array_agg(nextval('reading_reading_id_seq')) as "ids!" from generate_series(1, $1::bigint)"#,
        i64::try_from(count.div_ceil(DRAWN)).unwrap_or(i64::MAX),
    )
    .fetch_one(connection)
    .await
    .map_err(LedgerError::StoreReadings)?;
    Ok(first.into_iter().flat_map(|first| (first..).take(DRAWN)).take(count).collect())
}

/// The new rows go by `copy`: as an insert they would take the server several times as long. It has rows in hand when all
/// are sent, and `meanwhile` is done in that time.
async fn insert<T>(
    connection: &mut PgConnection,
    files: &[FileChanges<'_, '_>],
    ids: &[Vec<i64>],
    now: Timestamp,
    meanwhile: impl FnOnce() -> T,
) -> Result<T, LedgerError> {
    const COLUMNS: i16 = 18;
    let copied = async {
        let recorded = now.to_zoned(TimeZone::UTC).datetime();
        let mut copy = Copy::begin(
            connection,
            "copy reading (reading_id, meter_id, period_start, period_end, fold, kind, quantity, unit,
                 canonical_quantity, cost, currency, quality, sheet, cell, attachment_id, recorded_at,
                 superseded_by, superseded_at)
             from stdin (format binary)",
            COLUMNS,
        )
        .await?;
        for (file, ids) in files.iter().zip(ids) {
            for ((entry, fate), id) in file.changes.inserts.iter().zip(ids) {
                let outdated = match fate {
                    Fate::Live => None,
                    Fate::Outdated(by) => Some(by.get()),
                };
                copy.row(|row| {
                    row.bigint(*id);
                    row.bigint(entry.key.meter.get());
                    write_statement(row, entry);
                    row.bigint(file.attachment.get());
                    row.timestamp(recorded);
                    row.optional(outdated, Row::bigint);
                    row.optional(outdated.map(|_| recorded), Row::timestamp);
                })
                .await?;
            }
        }
        let (taken, worked_out) = tokio::join!(copy.finish(), async { meanwhile() });
        taken.map(|_| worked_out)
    };
    copied.await.map_err(LedgerError::StoreReadings)
}

/// The columns from `period_start` to `cell`.
fn write_statement(row: &mut Row, entry: &Entry<'_>) {
    let Entry { key, statement, candidate } = entry;
    row.timestamp(key.period.start());
    row.timestamp(key.period.end());
    row.smallint(key.fold);
    row.text(statement.kind.code());
    row.numeric(candidate.quantity);
    row.text(candidate.unit.symbol());
    row.numeric(statement.canonical);
    row.optional(statement.cost, |row, cost| row.numeric(cost.amount));
    row.optional(statement.cost.and_then(|cost| cost.currency), Row::shown);
    row.text(if statement.kind == ReadingKind::Estimated { "estimated" } else { "measured" });
    row.text(candidate.sheet);
    row.shown(candidate.cell);
}

#[cfg(test)]
mod tests {
    use migrations::testing::TestDatabase;

    use super::*;

    #[tokio::test]
    async fn what_is_drawn_at_a_time_is_a_step_of_the_sequence() {
        let database = TestDatabase::new().await;
        let mut connection = database.pool.acquire().await.expect("a connection");
        let step: i64 = sqlx::query_scalar(
            "select seqincrement from pg_sequence where seqrelid = 'reading_reading_id_seq'::regclass",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("the sequence");
        assert_eq!(usize::try_from(step), Ok(DRAWN));
        let first = new_ids(&mut connection, DRAWN + 3).await.expect("drawn");
        let second = new_ids(&mut connection, 2).await.expect("drawn");
        assert_eq!((first.len(), second.len()), (DRAWN + 3, 2));
        let mut all = [first, second].concat();
        assert!(all.is_sorted(), "a later file has later readings");
        all.dedup();
        assert_eq!(all.len(), DRAWN + 5);
    }
}
