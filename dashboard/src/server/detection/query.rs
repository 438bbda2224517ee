//! The queries behind the page of the sensitivity.

use std::collections::BTreeMap;

use alerts::budget::{self, Calibration};
use alerts::replay::{Scored, compare};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::server::alerts::list::known;
use crate::server::failure::Failure;
use crate::views::detection::{DetectionDetail, RuleRow, SettingRow, Tried, VerdictsByRule};

/// All that the page shows; with a number to be tried, the replay of it.
pub async fn detail(
    connection: &mut PgConnection,
    tried: Option<f64>,
) -> Result<DetectionDetail, Failure> {
    let settings = settings(connection).await?;
    let budget = settings.first().map_or(budget::USUAL, |setting| setting.budget);
    let calibration = sqlx::query!(
        "select threshold, shipped, months from calibration order by calibration_id desc limit 1"
    )
    .fetch_optional(&mut *connection)
    .await?
    .map(|row| Calibration {
        threshold: row.threshold,
        shipped: row.shipped,
        months: usize::try_from(row.months).unwrap_or(0),
    });
    let rules = rules(connection).await?;
    let verdicts: VerdictsByRule = rules.iter().map(|rule| (rule.kind, rule.verdicts)).collect();
    let tried = match tried {
        Some(number) => Some(replay(connection, (budget, number), calibration, &verdicts).await?),
        None => None,
    };
    Ok(DetectionDetail { budget, calibration, rules, settings, tried })
}

/// Keeps the number; the newest counts.
pub async fn set(
    connection: &mut PgConnection,
    budget: f64,
    author: &str,
    note: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    sqlx::query!(
        "insert into sensitivity (false_alarms, author, set_at, note) values ($1, $2, $3, $4)",
        budget,
        author,
        jiff_sqlx::Timestamp::from(now) as _,
        note,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn settings(connection: &mut PgConnection) -> Result<Vec<SettingRow>, Failure> {
    let rows = sqlx::query!(
        r#"select false_alarms, author, set_at as "set_at: jiff_sqlx::Timestamp", note
           from sensitivity order by sensitivity_id desc limit 20"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SettingRow {
            budget: row.false_alarms,
            author: row.author,
            set_at: row.set_at.to_jiff(),
            note: row.note,
        })
        .collect())
}

async fn rules(connection: &mut PgConnection) -> Result<Vec<RuleRow>, Failure> {
    let rows = sqlx::query!(
        r#"select kind, state, case when state = 'resolved' then verdict end as verdict, count(*) as "count!"
           from alert group by 1, 2, 3 order by 1"#
    )
    .fetch_all(connection)
    .await?;
    let mut rules: BTreeMap<alerts::AlertKind, RuleRow> = BTreeMap::new();
    for row in rows {
        let kind = known(&row.kind)?;
        let rule = rules.entry(kind).or_insert(RuleRow {
            kind,
            raised: 0,
            pending: 0,
            by_itself: 0,
            verdicts: budget::Verdicts::default(),
        });
        rule.raised += row.count;
        match (row.state.as_str(), row.verdict) {
            ("resolved", Some(verdict)) => {
                rule.verdicts.add(known(&verdict)?, u32::try_from(row.count).unwrap_or(u32::MAX));
            }
            ("resolved", None) => rule.by_itself += row.count,
            _ => rule.pending += row.count,
        }
    }
    Ok(rules.into_values().collect())
}

async fn replay(
    connection: &mut PgConnection,
    (budget, number): (f64, f64),
    in_use: Option<Calibration>,
    verdicts: &VerdictsByRule,
) -> Result<Tried, Failure> {
    let (history, currency) = history(connection).await?;
    let mut scores: Vec<f64> = history.iter().map(|month| month.score).collect();
    let origin = in_use.map_or(0.0, |calibration| calibration.shipped);
    let present = budget::calibrate(&mut scores, budget, origin);
    let other = budget::calibrate(&mut scores, number, origin);
    let with = |calibration: Calibration| budget::sensitivity(calibration.threshold, verdicts);
    Ok(Tried {
        budget: number,
        threshold: other.threshold,
        replay: compare(&history, &with(present), &with(other)),
        currency,
    })
}

/// Every judged month, ordered by meter and month, with its cost in the most usual currency.
async fn history(connection: &mut PgConnection) -> Result<(Vec<Scored>, Option<String>), Failure> {
    let currency = sqlx::query_scalar!(
        r#"select currency as "currency!" from baseline_period where currency is not null
           group by currency order by count(*) desc, currency limit 1"#
    )
    .fetch_optional(&mut *connection)
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
    .fetch_all(connection)
    .await?;
    let history = rows
        .into_iter()
        .map(|row| {
            Ok(Scored {
                meter: row.meter_id,
                month: row.month,
                score: row.score,
                kind: known(&row.kind)?,
                rises: row.rises,
                cost: row.cost,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok((history, currency))
}
