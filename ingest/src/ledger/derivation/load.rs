//! Loading the live readings of meters whose consumption is to be derived.

use std::collections::HashMap;

use readings::{AttachmentId, MeterId, Period, ReadingId, Unit};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

use crate::ledger::LedgerError;
use crate::ledger::periods::Stated;
use crate::ledger::registers::{Dial, Settings};

/// A meter that is due.
pub(super) struct DueMeter {
    pub id: MeterId,
    unit: Unit,
    settings: Settings,
}

/// A meter with all that is derived from.
pub(super) struct MeterReadings {
    pub id: MeterId,
    pub settings: Settings,
    pub dials: Vec<Dial>,
    pub stated: Vec<Stated>,
}

/// Takes the meters that are due and of which their file told that there is nothing to derive.
///
/// A meter that was merged since then is derived with the others.
pub(super) async fn settled(pool: &PgPool) -> Result<Vec<MeterId>, LedgerError> {
    sqlx::query_scalar!(
        r#"delete from derivation_due d using meter m
           where m.meter_id = d.meter_id and d.nothing_odd and not m.in_merge
           returning d.meter_id as "id: MeterId""#
    )
    .fetch_all(pool)
    .await
    .map_err(LedgerError::StoreDerived)
}

/// Takes some of the meters that are due, each with all that count as it or as which it counts.
///
/// Returns those that stand for themselves, and the numbers of all; they are locked until the transaction ends.
pub(super) async fn due(
    connection: &mut PgConnection,
    most: i64,
) -> Result<(Vec<DueMeter>, Vec<i64>), LedgerError> {
    let rows = sqlx::query!(
        r#"select meter_id as "id: MeterId", canonical_unit, register_digits, register_multiplier,
                  counts_as is null as "is_own!"
           from meter where coalesce(counts_as, meter_id) in (
               select coalesce(m.counts_as, m.meter_id) from derivation_due d join meter m using (meter_id)
               order by d.meter_id limit $1)
           order by meter_id for no key update"#,
        most,
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id.get()).collect();
    sqlx::query!("delete from derivation_due where meter_id = any($1)", &ids)
        .execute(connection)
        .await
        .map_err(LedgerError::StoreDerived)?;
    let meters = rows
        .into_iter()
        .filter(|row| row.is_own)
        .map(|row| {
            let digits = row.register_digits.and_then(|digits| u32::try_from(digits).ok());
            Ok(DueMeter {
                id: row.id,
                unit: row.canonical_unit.parse().map_err(|_| LedgerError::Stored {
                    what: "a unit",
                    value: row.canonical_unit.clone(),
                })?,
                settings: Settings { digits, multiplier: row.register_multiplier },
            })
        })
        .collect::<Result<_, LedgerError>>()?;
    Ok((meters, ids))
}

/// The live readings of these meters, apart from power and from periods shorter than a day; `all` are they and all that
/// count as them, as [`due`] gives them.
pub(super) async fn readings(
    connection: &mut PgConnection,
    meters: &[DueMeter],
    all: &[i64],
) -> Result<Vec<MeterReadings>, LedgerError> {
    let mut found: Vec<MeterReadings> = meters
        .iter()
        .map(|meter| MeterReadings {
            id: meter.id,
            settings: meter.settings,
            dials: Vec::new(),
            stated: Vec::new(),
        })
        .collect();
    let positions: HashMap<i64, usize> =
        meters.iter().enumerate().map(|(at, meter)| (meter.id.get(), at)).collect();
    let ids: Vec<i64> = meters.iter().map(|meter| meter.id.get()).collect();
    // `named_meter_id` says nothing that `meter_id` does not, but has an index that is taken without statistics too.
    let rows = sqlx::query!(
        r#"select r.meter_id as "meter_id!", r.reading_id as "reading!: ReadingId", r.kind as "kind!",
                  r.quantity as "quantity!", r.unit as "unit!", r.canonical_quantity as "canonical_quantity!", r.cost,
                  r.period_start as "start!: jiff_sqlx::DateTime", r.period_end as "end!: jiff_sqlx::DateTime",
                  x.multiplier as "multiplier?", r.attachment_id as "attachment!: AttachmentId", r.sheet as "sheet!",
                  r.cell as "cell!", a.stated_at as "stated_at: jiff_sqlx::Timestamp", a.sha256
           from counted_reading r join attachment a using (attachment_id)
           left join reading_multiplier x using (reading_id)
           where r.meter_id = any($1) and r.named_meter_id = any($2) and r.kind <> 'average_power'
             and (r.kind = 'register_reading' or r.period_end - r.period_start >= interval '1 day')"#,
        &ids,
        all,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    for row in rows {
        let Some(at) = positions.get(&row.meter_id).copied() else { continue };
        let (start, end) = (row.start.to_jiff(), row.end.to_jiff());
        if row.kind == "register_reading" {
            let unit: Option<Unit> = row.unit.parse().ok();
            let unit = unit.and_then(|unit| unit.convert(Decimal::ONE, meters[at].unit));
            found[at].dials.push(Dial {
                reading: row.reading,
                at: end,
                dial: row.quantity,
                unit: unit.unwrap_or(Decimal::ONE),
                multiplier: row.multiplier,
                stated: (row.stated_at.to_jiff(), row.sha256.try_into().unwrap_or_default()),
                place: place(&row.sheet, &row.cell),
            });
        } else if let (Ok(period), Ok(cell)) = (Period::new(start, end), row.cell.parse()) {
            found[at].stated.push(Stated {
                reading: row.reading,
                period,
                estimated: row.kind == "estimated",
                quantity: row.canonical_quantity,
                cost: row.cost,
                file: row.attachment,
                sheet: row.sheet,
                cell,
            });
        }
    }
    Ok(found)
}

fn place(sheet: &str, cell: &str) -> String {
    if sheet.is_empty() { cell.to_owned() } else { format!("{sheet}!{cell}") }
}
