//! What storing a file would change, found out by storing it and taking all of it back.

use std::collections::HashMap;

use jiff::Timestamp;
use readings::{
    AttachmentId, CellAddress, ExtractedReading, Period, Problem, Quantity, ReadingId, RowAccount,
    UnitText,
};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

use super::decide::Rank;
use super::revisions::{Fate, Winner};
use super::weighed::Weighed;
use super::{LedgerError, Opened, Outcome, begin, microseconds, weigh_one};

/// What storing a file again would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would become of the file.
    pub outcome: Outcome,
    /// The leading problem, where there is one.
    pub reason: Option<Problem>,
    /// The account of its rows.
    pub account: RowAccount,
    /// Readings that the file brought before and would take back.
    pub withdrawn: u64,
    /// Its readings, in the order of the file.
    pub readings: Vec<PreviewReading>,
    /// The problems that it would have.
    pub problems: Vec<Problem>,
}

/// A reading and what it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewReading {
    /// The sheet of the quantity.
    pub sheet: String,
    /// Its cell.
    pub cell: CellAddress,
    /// The site, as the file names it.
    pub site: Option<String>,
    /// The meter, as the file names it.
    pub meter: Option<String>,
    /// The time covered.
    pub period: Option<Period>,
    /// The number.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: Option<UnitText>,
    /// What it would do.
    pub effect: Effect,
}

/// What a reading would do beside what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is stored for its meter and period.
    New,
    /// It says what is stored.
    Same,
    /// It would count in place of this quantity, in this unit.
    Supersedes(Decimal, String),
    /// It came before what is stored, and would be kept as superseded.
    Outdated,
    /// It could not be taken, for this reason.
    Refused(String),
}

/// Finds out what storing what was opened would change; nothing is.
pub async fn preview(
    pool: &PgPool,
    attachment: AttachmentId,
    origin: &str,
    opened: &Opened,
    now: Timestamp,
) -> Result<Option<Preview>, LedgerError> {
    let now = microseconds(now);
    let mut transaction = begin(pool).await?;
    let row = sqlx::query!(
        r#"select sha256, stated_at as "stated_at: jiff_sqlx::Timestamp" from attachment where attachment_id = $1"#,
        attachment.get(),
    )
    .fetch_optional(&mut *transaction)
    .await
    .map_err(LedgerError::LookUp)?;
    let Some(row) = row else { return Ok(None) };
    let stated: Rank = (row.stated_at.to_jiff(), row.sha256.try_into().unwrap_or_default());
    let again = Some(attachment);
    let weighed = weigh_one(&mut transaction, (opened, again), origin, stated, now).await?;
    let found = told(&mut transaction, &weighed, opened).await?;
    transaction.rollback().await.map_err(LedgerError::Begin)?;
    Ok(Some(found))
}

async fn told(
    connection: &mut PgConnection,
    weighed: &Weighed<'_>,
    opened: &Opened,
) -> Result<Preview, LedgerError> {
    let result = weighed.result();
    let mut effects: HashMap<(&str, CellAddress), Effect> = HashMap::new();
    let old = superseded(connection, weighed).await?;
    let aside: HashMap<usize, ReadingId> = weighed
        .changes
        .stepping_aside
        .iter()
        .filter_map(|(id, winner)| match winner {
            Winner::Insert(index) => Some((*index, *id)),
            Winner::Stored(_) => None,
        })
        .collect();
    for (index, (entry, fate)) in weighed.changes.inserts.iter().enumerate() {
        let before = aside.get(&index).and_then(|id| old.get(&id.get()).cloned());
        let effect = match (fate, before) {
            (Fate::Outdated(_), _) => Effect::Outdated,
            (Fate::Live, Some((quantity, unit))) => Effect::Supersedes(quantity, unit),
            (Fate::Live, None) => Effect::New,
        };
        effects.insert((entry.candidate.sheet, entry.candidate.cell), effect);
    }
    for problem in weighed.refusals() {
        if let (Some(sheet), Some(cell)) = (problem.sheet.as_deref(), problem.cell) {
            effects.insert((sheet, cell), Effect::Refused(problem.sentence.clone()));
        }
    }
    let stated: &[ExtractedReading] = match opened {
        Opened::Read { extraction, .. } => &extraction.readings,
        Opened::Unread(_) => &[],
    };
    let readings = stated.iter().map(|reading| PreviewReading {
        sheet: reading.sheet.to_string(),
        cell: reading.cell,
        site: reading.site.as_deref().map(str::to_owned),
        meter: reading.meter.as_deref().map(str::to_owned),
        period: reading.period,
        quantity: reading.quantity,
        unit: reading.unit.clone(),
        effect: effects.remove(&(&*reading.sheet, reading.cell)).unwrap_or(Effect::Same),
    });
    Ok(Preview {
        outcome: result.outcome,
        reason: result.reason.clone(),
        account: result.account,
        withdrawn: weighed.kept.withdrawn,
        readings: readings.collect(),
        problems: result.problems.to_vec(),
    })
}

/// Quantity and unit of the readings that would step aside.
async fn superseded(
    connection: &mut PgConnection,
    weighed: &Weighed<'_>,
) -> Result<HashMap<i64, (Decimal, String)>, LedgerError> {
    let ids: Vec<i64> = weighed.changes.stepping_aside.iter().map(|(id, _)| id.get()).collect();
    let rows = sqlx::query!(
        "select reading_id, quantity, unit from reading where reading_id = any($1)",
        &ids
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LoadRevisions)?;
    Ok(rows.into_iter().map(|row| (row.reading_id, (row.quantity, row.unit))).collect())
}
