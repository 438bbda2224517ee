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

/// Writes what was decided about some files, in sets; returns the new rows of each as stored.
pub async fn write(
    connection: &mut PgConnection,
    files: &[FileChanges<'_, '_>],
    now: Timestamp,
) -> Result<Vec<Vec<Stored>>, LedgerError> {
    let count = files.iter().map(|file| file.changes.inserts.len()).sum();
    let mut drawn = new_ids(connection, count).await?.into_iter();
    let ids: Vec<Vec<i64>> =
        files.iter().map(|f| drawn.by_ref().take(f.changes.inserts.len()).collect()).collect();
    for (file, ids) in files.iter().zip(&ids) {
        change(connection, file, ids, now).await?;
    }
    if count > 0 {
        insert(connection, files, &ids, now).await?;
    }
    let stored = |(file, ids): (&FileChanges<'_, '_>, Vec<i64>)| {
        let inserts = file.changes.inserts.iter().zip(ids);
        inserts
            .map(|((entry, fate), id)| Stored {
                id: ReadingId::new(id),
                key: entry.key,
                revision: Revision::new(entry.statement, file.stated, *fate == Fate::Live),
                sheet: entry.candidate.sheet.to_owned(),
                cell: entry.candidate.cell.to_string(),
            })
            .collect()
    };
    Ok(files.iter().zip(ids).map(stored).collect())
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

/// Identities are drawn beforehand, so that a reading that steps aside can name the one that is about to come.
async fn new_ids(connection: &mut PgConnection, count: usize) -> Result<Vec<i64>, LedgerError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select array_agg(nextval('reading_reading_id_seq')) as "ids!" from generate_series(1, $1::bigint)"#,
        i64::try_from(count).unwrap_or(i64::MAX),
    )
    .fetch_one(connection)
    .await
    .map_err(LedgerError::StoreReadings)
}

/// The new rows go by `copy`: as an insert they would take the server several times as long.
async fn insert(
    connection: &mut PgConnection,
    files: &[FileChanges<'_, '_>],
    ids: &[Vec<i64>],
    now: Timestamp,
) -> Result<(), LedgerError> {
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
        copy.finish().await
    };
    copied.await.map_err(LedgerError::StoreReadings).map(|_| ())
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
