//! The alerts that were raised before.

use std::collections::HashMap;

use alerts::AlertId;
use sqlx::PgPool;

use super::plan::Raised;

/// The alerts raised before: by the number of their meter, and those about many by their fingerprint.
#[derive(Debug, Default)]
pub struct RaisedBefore {
    /// Those of single meters.
    pub by_meter: HashMap<i64, Vec<Raised>>,
    /// Those about many, the latest last.
    pub about_many: Vec<(String, Raised)>,
}

/// The alerts of these meters that were raised before, and all about many.
pub async fn of(pool: &PgPool, meters: &[i64]) -> Result<RaisedBefore, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.alert_id, coalesce(m.counts_as, a.meter_id) as "meter_id?", a.fingerprint, a.kind, a.state, a.observed, a.expected,
               a.cost, a.verdict,
               a.period_start as "period_start: jiff_sqlx::DateTime",
               a.period_end as "period_end: jiff_sqlx::DateTime",
               coalesce((select h.actor <> 'meterwatch' from alert_history h
                   where h.alert_id = a.alert_id and h.action = 'resolved'
                   order by h.history_id desc limit 1), false) as "closed_by_person!",
               coalesce(l.readings, '{}') as "readings!", coalesce(l.restated, false) as "restated!"
           from alert a left join meter m using (meter_id)
           left join lateral (
               select array_agg(r.reading_id order by r.reading_id) as readings,
                   bool_or(g.superseded_at is not null) as restated
               from alert_reading r join reading g using (reading_id)
               where r.alert_id = a.alert_id
           ) l on true
           -- Silences are looked after by their own look.
           where coalesce(m.counts_as, a.meter_id) = any($1) and a.kind not in ('late', 'missing', 'partial')
               or a.meter_id is null and a.kind = 'portfolio'
           order by a.alert_id"#,
        meters,
    )
    .fetch_all(pool)
    .await?;
    let mut before = RaisedBefore::default();
    for row in rows {
        let decode = |error: String| sqlx::Error::Decode(error.into());
        let alert = Raised {
            id: AlertId::new(row.alert_id),
            kind: row
                .kind
                .parse()
                .map_err(|error: alerts::kind::UnknownKind| decode(error.to_string()))?,
            state: row
                .state
                .parse()
                .map_err(|error: alerts::state::UnknownCode| decode(error.to_string()))?,
            start: row.period_start.to_jiff(),
            end: row.period_end.to_jiff(),
            observed: row.observed,
            expected: row.expected,
            cost: row.cost,
            verdict: row.verdict.as_deref().and_then(|verdict| verdict.parse().ok()),
            closed_by_person: row.closed_by_person,
            restated: row.restated,
            readings: row.readings,
        };
        match row.meter_id {
            Some(meter) => before.by_meter.entry(meter).or_default().push(alert),
            None => before.about_many.push((row.fingerprint, alert)),
        }
    }
    Ok(before)
}
