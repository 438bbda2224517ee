//! The stored history under another budget of false alarms: what would have been raised, kept and lost.

use alerts::budget::{self, Calibration, Verdicts};
use alerts::replay::{Replay, Scored, compare};
use alerts::{AlertKind, Sensitivity};
use sqlx::PgPool;

use crate::analysis::settings;
use crate::parameters::FLAG_THRESHOLD;

/// Two budgets side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The budget in use and its threshold.
    pub present: (f64, Calibration),
    /// The budget that is tried and its threshold.
    pub tried: (f64, Calibration),
    /// What the change would do.
    pub replay: Replay,
    /// The currency of the costs: the most usual one.
    pub currency: Option<String>,
}

/// Replays the judged months of all meters with another budget; nothing is stored.
pub async fn preview(pool: &PgPool, budget: f64) -> Result<Preview, sqlx::Error> {
    let set = settings::load(pool).await?;
    let (history, currency) = load(pool).await?;
    let mut scores: Vec<f64> = history.iter().map(|month| month.score).collect();
    let present = budget::calibrate(&mut scores, set.budget, FLAG_THRESHOLD);
    let tried = budget::calibrate(&mut scores, budget, FLAG_THRESHOLD);
    let with = |calibration: Calibration| -> Sensitivity {
        budget::sensitivity(calibration.threshold, &set.verdicts)
    };
    Ok(Preview {
        replay: compare(&history, &with(present), &with(tried)),
        present: (set.budget, present),
        tried: (budget, tried),
        currency,
    })
}

/// The verdicts on the alerts of each rule, with the weight that they give it.
pub async fn rules(pool: &PgPool) -> Result<Vec<(AlertKind, Verdicts)>, sqlx::Error> {
    Ok(settings::verdicts(pool).await?.into_iter().collect())
}

/// The budget in use.
pub async fn budget(pool: &PgPool) -> Result<f64, sqlx::Error> {
    Ok(settings::load(pool).await?.budget)
}

/// Sets the budget; it counts from the next run on.
pub async fn accept(
    pool: &PgPool,
    budget: f64,
    author: &str,
    note: &str,
    now: jiff::Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into sensitivity (false_alarms, author, set_at, note) values ($1, $2, $3, $4)",
        budget,
        author,
        jiff_sqlx::Timestamp::from(now) as _,
        note,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Every judged month, ordered by meter and month, with its cost in the most usual currency.
async fn load(pool: &PgPool) -> Result<(Vec<Scored>, Option<String>), sqlx::Error> {
    let currency = sqlx::query_scalar!(
        r#"select currency as "currency!" from baseline_period where currency is not null
           group by currency order by count(*) desc, currency limit 1"#
    )
    .fetch_optional(pool)
    .await?;
    let rows = sqlx::query!(
        r#"select meter_id as "meter_id!", kind as "kind!", score as "score!", observed > expected as "rises!",
               (extract(year from period_start) * 12 + extract(month from period_start) - 1)::int as "month!",
               case when currency is not distinct from $1 then excess_cost end as cost
           from baseline_period
           where kind is not null and score is not null and observed is not null and expected is not null
           order by meter_id, period_start"#,
        currency,
    )
    .fetch_all(pool)
    .await?;
    let history = rows
        .into_iter()
        .filter_map(|row| {
            Some(Scored {
                meter: row.meter_id,
                month: row.month,
                score: row.score,
                kind: row.kind.parse().ok()?,
                rises: row.rises,
                cost: row.cost,
            })
        })
        .collect();
    Ok((history, currency))
}
