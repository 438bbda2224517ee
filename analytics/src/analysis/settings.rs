//! What people have set or taught: the budget of false alarms, verdicts, known events, prices.

use std::collections::BTreeMap;

use alerts::budget::{self, Calibration, Verdicts};
use alerts::{AlertKind, Sensitivity};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::engine::Judgement;
use crate::known_events::{self, EventError, KnownEvent};
use crate::parameters::FLAG_THRESHOLD;
use crate::tariffs::{self, Tariff};

/// All of it, as it stands in the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Allowed false alarms per meter and year.
    pub budget: f64,
    /// What was found out about the alerts of each rule.
    pub verdicts: BTreeMap<AlertKind, Verdicts>,
    /// Events that count.
    pub events: Vec<KnownEvent>,
    /// Prices that count.
    pub tariffs: Vec<Tariff>,
}

/// Reads what people have set.
pub async fn load(pool: &PgPool) -> Result<Settings, sqlx::Error> {
    let budget = sqlx::query_scalar!(
        "select false_alarms from sensitivity order by sensitivity_id desc limit 1"
    )
    .fetch_optional(pool)
    .await?
    .unwrap_or(budget::USUAL);
    let events = known_events::all(pool).await.map_err(|error| match error {
        EventError::Database(error) => error,
        other => sqlx::Error::Decode(other.to_string().into()),
    })?;
    Ok(Settings {
        budget,
        verdicts: verdicts(pool).await?,
        events,
        tariffs: tariffs::all(pool).await?,
    })
}

/// The verdicts on the alerts of each rule.
pub async fn verdicts(pool: &PgPool) -> Result<BTreeMap<AlertKind, Verdicts>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select kind, verdict as "verdict!", count(*) as "count!" from alert
           where state = 'resolved' and verdict is not null group by kind, verdict"#
    )
    .fetch_all(pool)
    .await?;
    let mut verdicts: BTreeMap<AlertKind, Verdicts> = BTreeMap::new();
    for row in rows {
        // A kind or verdict of a later version teaches this one nothing.
        let (Ok(kind), Ok(verdict)) = (row.kind.parse(), row.verdict.parse()) else { continue };
        let count = u32::try_from(row.count).unwrap_or(u32::MAX);
        verdicts.entry(kind).or_default().add(verdict, count);
    }
    Ok(verdicts)
}

/// The scores of commodities that this run leaves alone.
pub async fn other_scores(pool: &PgPool, commodities: &[String]) -> Result<Vec<f64>, sqlx::Error> {
    if commodities.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select b.score as "score!" from baseline_period b join meter m using (meter_id)
           where m.commodity = any($1) and b.score is not null and b.kind is not null"#,
        commodities
    )
    .fetch_all(pool)
    .await
}

/// The scores of judged months.
pub fn scores(judged: &[Vec<Judgement>]) -> Vec<f64> {
    let months = judged.iter().flatten().filter(|month| month.kind.is_some());
    months.map(|month| month.score).collect()
}

/// The sensitivity that keeps the budget, by the scores of all judged months.
pub fn calibrate(settings: &Settings, mut scores: Vec<f64>) -> (Sensitivity, Calibration) {
    let calibration = budget::calibrate(&mut scores, settings.budget, FLAG_THRESHOLD);
    (budget::sensitivity(calibration.threshold, &settings.verdicts), calibration)
}

/// Keeps the calibration in use, where it is another one than before.
pub async fn keep(
    pool: &PgPool,
    budget: f64,
    sensitivity: &Sensitivity,
    calibration: Calibration,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let weights: Value = sensitivity
        .weights
        .iter()
        .map(|(kind, weight)| (kind.code().to_owned(), json!(weight)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    sqlx::query!(
        "insert into calibration (threshold, shipped, months, false_alarms, weights, calibrated_at)
         select $1, $2, $3, $4, $5, $6
         where not exists (
             select from (select * from calibration order by calibration_id desc limit 1) last
             where (last.threshold, last.shipped, last.months, last.false_alarms, last.weights)
                 is not distinct from ($1, $2, $3, $4, $5))",
        calibration.threshold,
        calibration.shipped,
        i64::try_from(calibration.months).unwrap_or(i64::MAX),
        budget,
        weights,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}
