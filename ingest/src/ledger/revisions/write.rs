//! Writing what was decided in sets.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, ReadingId};
use sqlx::PgConnection;

use super::{Changes, Fate, Stored, Winner};
use crate::ledger::arrange::Entry;
use crate::ledger::decide::{Rank, Revision};
use crate::ledger::{LedgerError, storable};

/// Rows of one statement: a very large file does not need its readings in memory once more as a whole.
const INSERT_AT_ONCE: usize = 20_000;

/// Writes what was decided; returns the new rows as stored.
pub async fn write(
    connection: &mut PgConnection,
    attachment: AttachmentId,
    stated: Rank,
    now: Timestamp,
    changes: &Changes<'_>,
) -> Result<Vec<Stored>, LedgerError> {
    let ids = new_ids(connection, changes.inserts.len()).await?;
    let now = now.to_sqlx();
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
            now as _,
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
            attachment.get(),
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    insert(connection, attachment, now, changes, &ids).await?;
    let stored = changes.inserts.iter().zip(ids).map(|((entry, fate), id)| Stored {
        id: ReadingId::new(id),
        key: entry.key,
        revision: Revision::new(entry.statement, stated, *fate == Fate::Live),
        sheet: entry.candidate.sheet.to_owned(),
        cell: entry.candidate.cell.to_string(),
    });
    Ok(stored.collect())
}

/// Identities are drawn beforehand, so that a reading that steps aside can name the one that is about to come.
async fn new_ids(connection: &mut PgConnection, count: usize) -> Result<Vec<i64>, LedgerError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select nextval('reading_reading_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        i64::try_from(count).unwrap_or(i64::MAX),
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::StoreReadings)
}

async fn insert(
    connection: &mut PgConnection,
    attachment: AttachmentId,
    now: jiff_sqlx::Timestamp,
    changes: &Changes<'_>,
    ids: &[i64],
) -> Result<(), LedgerError> {
    for (inserts, ids) in changes.inserts.chunks(INSERT_AT_ONCE).zip(ids.chunks(INSERT_AT_ONCE)) {
        let entries = || inserts.iter().map(|(entry, _)| entry);
        let outdated: Vec<Option<i64>> = inserts
            .iter()
            .map(|(_, fate)| match fate {
                Fate::Live => None,
                Fate::Outdated(by) => Some(by.get()),
            })
            .collect();
        sqlx::query!(
            "insert into reading (reading_id, meter_id, period_start, period_end, fold, kind, quantity, unit,
                 canonical_quantity, cost, currency, quality, sheet, cell, superseded_by, superseded_at,
                 attachment_id, recorded_at)
             overriding system value
             select id, meter_id, period_start, period_end, fold, kind, quantity, unit, canonical, cost, currency,
                 case kind when 'estimated' then 'estimated' else 'measured' end, sheet, cell, outdated_by,
                 case when outdated_by is not null then $16::timestamptz end, $15, $16
             from unnest($1::bigint[], $2::bigint[], $3::timestamp[], $4::timestamp[], $5::smallint[], $6::text[],
                 $7::numeric[], $8::text[], $9::numeric[], $10::numeric[], $11::text[], $12::text[], $13::text[],
                 $14::bigint[])
                 as r (id, meter_id, period_start, period_end, fold, kind, quantity, unit, canonical, cost, currency,
                     sheet, cell, outdated_by)",
            ids,
            &entries().map(|e| e.key.meter.get()).collect::<Vec<_>>(),
            &entries().map(|e| e.key.period.start().to_sqlx()).collect::<Vec<_>>() as _,
            &entries().map(|e| e.key.period.end().to_sqlx()).collect::<Vec<_>>() as _,
            &entries().map(|e| e.key.fold).collect::<Vec<_>>(),
            &entries().map(|e| e.statement.kind.code()).collect::<Vec<_>>() as _,
            &entries().map(|e| e.candidate.quantity).collect::<Vec<_>>(),
            &entries().map(|e| e.candidate.unit.symbol()).collect::<Vec<_>>() as _,
            &entries().map(|e| e.statement.canonical).collect::<Vec<_>>(),
            &entries().map(|e| e.statement.cost.map(|c| c.amount)).collect::<Vec<_>>() as _,
            &entries().map(currency).collect::<Vec<_>>() as _,
            &entries().map(|e| storable(e.candidate.sheet)).collect::<Vec<_>>(),
            &entries().map(|e| e.candidate.cell.to_string()).collect::<Vec<_>>(),
            &outdated as _,
            attachment.get(),
            now as _,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreReadings)?;
    }
    Ok(())
}

fn currency(entry: &Entry<'_>) -> Option<String> {
    entry.statement.cost.and_then(|cost| cost.currency).map(|currency| currency.to_string())
}
