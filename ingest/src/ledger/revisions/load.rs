//! Loading stored readings in sets: one statement for a file, however many readings it has.
//!
//! `offset 0` keeps the planner from turning a look-up by index into a join with the whole table, which it does while
//! there are no statistics, and keeps doing with a plan that it made then.

use foldhash::{HashMap, HashMapExt as _};
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, Currency, MeterId, Money, Period, ReadingId, ReadingKind};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Stored;
use crate::ledger::LedgerError;
use crate::ledger::arrange::PeriodKey;
use crate::ledger::decide::{Revision, Statement};

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
           from span
           cross join lateral (
               (select * from reading r where r.meter_id = span.meter_id and r.superseded_at is null
                    and r.period_start >= span_start and r.period_start < span_end offset 0)
               union all
               (select * from reading r where r.meter_id = span.meter_id and r.superseded_at is null
                    and r.period_end > span_start and r.period_start < span_start offset 0)
           ) r
           cross join lateral (
               select stated_at, sha256 from attachment where attachment_id = r.attachment_id offset 0
           ) a"#,
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
           from wanted w
           cross join lateral (
               (select * from reading r where r.meter_id = w.meter_id and r.superseded_at is null
                    and r.period_start = w.period_start and r.period_end = w.period_end offset 0)
               union all
               (select * from reading r where r.meter_id = w.meter_id and r.superseded_at is not null and not r.withdrawn
                    and r.period_start = w.period_start and r.period_end = w.period_end offset 0)
           ) r
           cross join lateral (
               select stated_at, sha256 from attachment where attachment_id = r.attachment_id offset 0
           ) a
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
    let (own, confirmed) = stated_by(connection, attachment).await?;
    Ok(own.iter().chain(&confirmed).map(|stored| stored.key).collect())
}

/// The readings that a file brought and has not taken back, and those of others that it confirms.
pub async fn stated_by(
    connection: &mut PgConnection,
    attachment: AttachmentId,
) -> Result<(Vec<Stored>, Vec<Stored>), LedgerError> {
    let own = sqlx::query_as!(
        Row,
        r#"select r.reading_id as "reading_id!", r.meter_id as "meter_id!",
                  r.period_start as "period_start!: jiff_sqlx::DateTime",
                  r.period_end as "period_end!: jiff_sqlx::DateTime", r.fold as "fold!", r.kind as "kind!",
                  r.canonical_quantity as "canonical_quantity!", r.cost, r.currency, r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at!: jiff_sqlx::Timestamp", a.sha256 as "sha256!",
                  r.superseded_at is null as "live!"
           from reading r join attachment a using (attachment_id)
           where r.attachment_id = $1 and not r.withdrawn"#,
        attachment.get(),
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let confirmed = sqlx::query_as!(
        Row,
        r#"select r.reading_id as "reading_id!", r.meter_id as "meter_id!",
                  r.period_start as "period_start!: jiff_sqlx::DateTime",
                  r.period_end as "period_end!: jiff_sqlx::DateTime", r.fold as "fold!", r.kind as "kind!",
                  r.canonical_quantity as "canonical_quantity!", r.cost, r.currency, r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at!: jiff_sqlx::Timestamp", a.sha256 as "sha256!",
                  r.superseded_at is null as "live!"
           from reading_confirmation c join reading r using (reading_id)
           join attachment a on a.attachment_id = r.attachment_id
           where c.attachment_id = $1 and not r.withdrawn"#,
        attachment.get(),
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let stored = |rows: Vec<Row>| -> Result<Vec<Stored>, LedgerError> {
        rows.into_iter().map(Stored::try_from).collect()
    };
    Ok((stored(own)?, stored(confirmed)?))
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
