//! What is stored about the meters and periods of a file, and what the file changes about it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, Currency, MeterId, Money, Period, ReadingId, ReadingKind};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::LedgerError;
use super::arrange::{Entry, PeriodKey};
use super::decide::{Placement, Rank, Revision, Statement, place, settle};
use super::overlap::Spanned;

/// A stored reading.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its identity.
    pub id: ReadingId,
    /// Its meter and period.
    pub key: PeriodKey,
    /// What it says, when, and whether it counts.
    pub revision: Revision,
    sheet: String,
    cell: String,
}

impl Stored {
    /// For the search for overlaps.
    pub fn spanned(&self, is_new: bool) -> Spanned {
        Spanned {
            reading: self.id,
            key: self.key,
            is_new,
            sheet: self.sheet.clone(),
            cell: self.cell.clone(),
        }
    }
}

/// What is to be written for one file.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// New rows: the entry, and whether it counts.
    pub inserts: Vec<(Entry<'a>, Fate)>,
    /// Stored readings that the file confirms, and whether it states their cost.
    pub confirmations: Vec<(ReadingId, bool)>,
    /// Live readings that stop counting, with what counts instead: a stored reading, or an insert by its index.
    pub stepping_aside: Vec<(ReadingId, Winner)>,
    /// Earlier readings that count again.
    pub reopened: Vec<Stored>,
    /// The outcomes for the account.
    pub accepted: u64,
    /// See `accepted`.
    pub duplicate: u64,
    /// See `accepted`.
    pub superseding: u64,
}

/// What becomes of a new row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It counts.
    Live,
    /// It came late: this stored reading was said after it.
    Outdated(ReadingId),
}

/// What counts in place of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// A reading that is stored already.
    Stored(ReadingId),
    /// The insert with this index.
    Insert(usize),
}

/// Decides about every entry of a file beside all revisions of its meter and period.
pub fn weigh<'a>(
    entries: Vec<Entry<'a>>,
    stated: Rank,
    revisions: &mut HashMap<PeriodKey, Vec<Stored>>,
) -> Changes<'a> {
    let mut changes = Changes::default();
    for entry in entries {
        let mut stored = revisions.remove(&entry.key).unwrap_or_default();
        if stored.is_empty() {
            changes.accepted += 1;
            changes.inserts.push((entry, Fate::Live));
            continue;
        }
        let new = Revision::new(entry.statement, stated, false);
        let mut all: Vec<Revision> = stored.iter().map(|one| one.revision).collect();
        let placement = place(&all, &new);
        match placement {
            Placement::Confirm(index) => {
                let states_cost = entry.statement.cost.is_some();
                all[index].confirm(stated, states_cost);
                changes.duplicate += 1;
                changes.confirmations.push((stored[index].id, states_cost));
            }
            Placement::Insert => {
                all.push(new);
                changes.superseding += 1;
            }
        }
        let live = stored.iter().position(|one| one.revision.live);
        let Some(winner) = settle(&all) else { continue };
        let is_new = winner == stored.len();
        if live != Some(winner)
            && let Some(live) = live
        {
            let instead = if is_new {
                Winner::Insert(changes.inserts.len())
            } else {
                Winner::Stored(stored[winner].id)
            };
            changes.stepping_aside.push((stored[live].id, instead));
        }
        if placement == Placement::Insert {
            let fate = if is_new { Fate::Live } else { Fate::Outdated(stored[winner].id) };
            changes.inserts.push((entry, fate));
        }
        if !is_new && live != Some(winner) {
            changes.reopened.push(stored.swap_remove(winner));
        }
    }
    changes
}

/// Decides anew about meters and periods whose statements changed their dates.
pub fn weigh_again(revisions: HashMap<PeriodKey, Vec<Stored>>) -> Changes<'static> {
    let mut changes = Changes::default();
    for (_, mut stored) in revisions {
        let all: Vec<Revision> = stored.iter().map(|one| one.revision).collect();
        let live = all.iter().position(|revision| revision.live);
        if let (Some(live), Some(winner)) = (live, settle(&all))
            && live != winner
        {
            changes.stepping_aside.push((stored[live].id, Winner::Stored(stored[winner].id)));
            changes.reopened.push(stored.swap_remove(winner));
        }
    }
    changes
}

/// The live readings that begin in the span of these periods of a meter, or reach into it.
pub async fn live_around(
    connection: &mut PgConnection,
    keys: impl IntoIterator<Item = PeriodKey>,
) -> Result<Vec<Stored>, LedgerError> {
    let mut spans: HashMap<MeterId, Period> = HashMap::new();
    for key in keys {
        let period = key.period;
        spans
            .entry(key.meter)
            .and_modify(|span| {
                let (start, end) = (span.start().min(period.start()), span.end().max(period.end()));
                *span = Period::new(start, end).unwrap_or(*span);
            })
            .or_insert(period);
    }
    let meters: Vec<i64> = spans.keys().map(|meter| meter.get()).collect();
    let starts: Vec<_> = spans.values().map(|span| span.start().to_sqlx()).collect();
    let ends: Vec<_> = spans.values().map(|span| span.end().to_sqlx()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"with span (meter_id, span_start, span_end) as materialized (
               select * from unnest($1::bigint[], $2::timestamp[], $3::timestamp[])
           )
           select r.reading_id as "reading_id!", r.meter_id as "meter_id!",
                  r.period_start as "period_start!: jiff_sqlx::DateTime",
                  r.period_end as "period_end!: jiff_sqlx::DateTime", r.fold as "fold!", r.kind as "kind!",
                  r.canonical_quantity as "canonical_quantity!", r.cost, r.currency, r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at!: jiff_sqlx::Timestamp", a.sha256 as "sha256!",
                  true as "live!"
           from (
               select r.* from span join reading r on r.meter_id = span.meter_id
                   and r.period_start >= span_start and r.period_start < span_end
                   where r.superseded_at is null
               union all
               select r.* from span join reading r on r.meter_id = span.meter_id
                   and r.period_end > span_start and r.period_start < span_start
                   where r.superseded_at is null
           ) r join attachment a using (attachment_id)"#,
        &meters,
        &starts as _,
        &ends as _,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// All revisions, with what confirms them, of these meters and periods.
pub async fn load(
    connection: &mut PgConnection,
    keys: &[PeriodKey],
) -> Result<HashMap<PeriodKey, Vec<Stored>>, LedgerError> {
    let meters: Vec<i64> = keys.iter().map(|key| key.meter.get()).collect();
    let starts: Vec<_> = keys.iter().map(|key| key.period.start().to_sqlx()).collect();
    let ends: Vec<_> = keys.iter().map(|key| key.period.end().to_sqlx()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"with wanted (meter_id, period_start, period_end) as materialized (
               select distinct * from unnest($1::bigint[], $2::timestamp[], $3::timestamp[])
           )
           select r.reading_id as "reading_id!", r.meter_id as "meter_id!",
                  r.period_start as "period_start!: jiff_sqlx::DateTime",
                  r.period_end as "period_end!: jiff_sqlx::DateTime", r.fold as "fold!", r.kind as "kind!",
                  r.canonical_quantity as "canonical_quantity!", r.cost, r.currency, r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at!: jiff_sqlx::Timestamp", a.sha256 as "sha256!",
                  r.superseded_at is null as "live!"
           from (
               select r.* from wanted join reading r using (meter_id, period_start, period_end)
                   where r.superseded_at is null
               union all
               select r.* from wanted join reading r using (meter_id, period_start, period_end)
                   where r.superseded_at is not null
           ) r join attachment a using (attachment_id)
           order by r.reading_id"#,
        &meters,
        &starts as _,
        &ends as _,
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let mut stored: Vec<Stored> =
        rows.into_iter().map(Stored::try_from).collect::<Result<_, _>>()?;
    confirm(connection, &mut stored).await?;
    let mut by_key: HashMap<PeriodKey, Vec<Stored>> = HashMap::new();
    for one in stored {
        by_key.entry(one.key).or_default().push(one);
    }
    Ok(by_key)
}

/// The meters and periods of which a file states something; their meters are locked until the transaction ends.
pub async fn keys_of(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<Vec<PeriodKey>, LedgerError> {
    sqlx::query!(
        "select from meter where meter_id in (
             select meter_id from reading where attachment_id = $1
             union all
             select meter_id from reading_confirmation c join reading r using (reading_id)
                 where c.attachment_id = $1)
         order by meter_id for no key update",
        attachment.get(),
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let rows = sqlx::query_as!(
        Row,
        r#"select r.reading_id as "reading_id!", r.meter_id as "meter_id!",
                  r.period_start as "period_start!: jiff_sqlx::DateTime",
                  r.period_end as "period_end!: jiff_sqlx::DateTime", r.fold as "fold!", r.kind as "kind!",
                  r.canonical_quantity as "canonical_quantity!", r.cost, r.currency, r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at!: jiff_sqlx::Timestamp", a.sha256 as "sha256!",
                  r.superseded_at is null as "live!"
           from (
               select r.* from reading r where r.attachment_id = $1
               union all
               select r.* from reading_confirmation c join reading r using (reading_id)
                   where c.attachment_id = $1
           ) r join attachment a using (attachment_id)"#,
        attachment.get(),
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    rows.into_iter().map(|row| Stored::try_from(row).map(|stored| stored.key)).collect()
}

async fn confirm(connection: &mut PgConnection, stored: &mut [Stored]) -> Result<(), LedgerError> {
    let ids: Vec<i64> = stored.iter().map(|one| one.id.get()).collect();
    let rows = sqlx::query!(
        r#"select c.reading_id as "reading_id: ReadingId", c.states_cost,
                  a.stated_at as "stated_at: jiff_sqlx::Timestamp", a.sha256
           from reading_confirmation c join attachment a using (attachment_id)
           where c.reading_id = any($1)"#,
        &ids,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let by_id: HashMap<ReadingId, usize> =
        stored.iter().enumerate().map(|(index, one)| (one.id, index)).collect();
    for row in rows {
        if let Some(index) = by_id.get(&row.reading_id) {
            let rank = (row.stated_at.to_jiff(), digest(row.sha256)?);
            stored[*index].revision.confirm(rank, row.states_cost);
        }
    }
    Ok(())
}

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
    // In parts, so that a very large file does not need its readings in memory once more as a whole.
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
            &entries().map(|e| super::storable(e.candidate.sheet)).collect::<Vec<_>>(),
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

const INSERT_AT_ONCE: usize = 20_000;

fn currency(entry: &Entry<'_>) -> Option<String> {
    entry.statement.cost.and_then(|cost| cost.currency).map(|currency| currency.to_string())
}

struct Row {
    reading_id: i64,
    meter_id: i64,
    period_start: jiff_sqlx::DateTime,
    period_end: jiff_sqlx::DateTime,
    fold: i16,
    kind: String,
    canonical_quantity: Decimal,
    cost: Option<Decimal>,
    currency: Option<String>,
    sheet: String,
    cell: String,
    stated_at: jiff_sqlx::Timestamp,
    sha256: Vec<u8>,
    live: bool,
}

impl TryFrom<Row> for Stored {
    type Error = LedgerError;

    fn try_from(row: Row) -> Result<Self, LedgerError> {
        let kind = kind(&row.kind)?;
        let (start, end) = (row.period_start.to_jiff(), row.period_end.to_jiff());
        let period = Period::new(start, end)
            .map_err(|wrong| LedgerError::Stored { what: "a period", value: wrong.to_string() })?;
        let currency: Option<Currency> =
            row.currency.as_deref().map(str::parse).transpose().map_err(|_| {
                LedgerError::Stored {
                    what: "a currency",
                    value: row.currency.clone().unwrap_or_default(),
                }
            })?;
        let statement = Statement {
            kind,
            canonical: row.canonical_quantity,
            cost: row.cost.map(|amount| Money { amount, currency }),
        };
        let rank = (row.stated_at.to_jiff(), digest(row.sha256)?);
        Ok(Self {
            id: ReadingId::new(row.reading_id),
            key: PeriodKey {
                meter: MeterId::new(row.meter_id),
                class: kind.into(),
                period,
                fold: row.fold,
            },
            revision: Revision::new(statement, rank, row.live),
            sheet: row.sheet,
            cell: row.cell,
        })
    }
}

fn kind(code: &str) -> Result<ReadingKind, LedgerError> {
    [
        ReadingKind::Consumption,
        ReadingKind::Estimated,
        ReadingKind::RegisterReading,
        ReadingKind::AveragePower,
    ]
    .into_iter()
    .find(|kind| kind.code() == code)
    .ok_or_else(|| LedgerError::Stored { what: "a kind of reading", value: code.to_owned() })
}

fn digest(bytes: Vec<u8>) -> Result<[u8; 32], LedgerError> {
    bytes
        .try_into()
        .map_err(|_| LedgerError::Stored { what: "a digest", value: "other bytes".to_owned() })
}
