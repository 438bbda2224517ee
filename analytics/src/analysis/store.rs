//! What was expected of every month, for the charts; and the alerts that were raised before.

use std::collections::HashMap;

use alerts::{AlertId, Family};
use jiff::Timestamp;
use jiff::civil::Time;
use sqlx::PgPool;

use super::history::History;
use super::plan::Raised;
use crate::engine::Judgement;
use crate::parameters::MODEL_VERSION;

/// Meters whose months are written in one statement.
const BATCH: usize = 500;

/// Rows of `baseline_period` as columns.
#[derive(Default)]
struct Rows {
    meter: Vec<i64>,
    start: Vec<jiff_sqlx::DateTime>,
    end: Vec<jiff_sqlx::DateTime>,
    observed: Vec<Option<f64>>,
    expected: Vec<Option<f64>>,
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
    score: Vec<Option<f64>>,
    rung: Vec<String>,
    kind: Vec<Option<String>>,
    cost: Vec<Option<f64>>,
    currency: Vec<Option<String>>,
}

/// Brings `baseline_period` of these meters to what was found; rows that are as they were are not touched.
pub async fn write_baselines(
    pool: &PgPool,
    history: &History,
    judged: &[Vec<Judgement>],
    meters: &[usize],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for batch in meters.chunks(BATCH) {
        let mut rows = Rows::default();
        for meter in batch {
            collect(&mut rows, history, *meter, &judged[*meter]);
        }
        let ids: Vec<i64> = batch.iter().map(|meter| history.meters[*meter].id.get()).collect();
        written += write(pool, &ids, &rows, now).await?;
    }
    Ok(written)
}

/// The months of a meter from its first reading to its last.
fn collect(rows: &mut Rows, history: &History, meter: usize, judged: &[Judgement]) {
    let quantity = &history.panel.meters[meter].quantity;
    let first = quantity.iter().position(|quantity| !quantity.is_nan());
    let last = quantity.iter().rposition(|quantity| !quantity.is_nan());
    let (Some(first), Some(last)) = (first, last) else { return };
    let price = history.prices[meter];
    let currency = price.and_then(|price| history.currencies.get(price.currency as usize)?.clone());
    for slot in first..=last {
        let judgement = &judged[slot];
        let observed = Some(quantity[slot]).filter(|quantity| !quantity.is_nan());
        let midnight =
            |slot| jiff_sqlx::DateTime::from(history.start_of(slot).to_datetime(Time::midnight()));
        rows.meter.push(history.meters[meter].id.get());
        rows.start.push(midnight(slot));
        rows.end.push(midnight(slot + 1));
        rows.observed.push(observed);
        rows.expected.push(judgement.band.map(|band| band.expected));
        rows.lower.push(judgement.band.map(|band| band.lower));
        rows.upper.push(judgement.band.map(|band| band.upper));
        rows.score.push(judgement.kind.map(|_| judgement.score));
        rows.rung.push(judgement.rung.code().to_owned());
        rows.kind.push(judgement.kind.map(|kind| kind.code().to_owned()));
        let cost = price.zip(judgement.band).zip(observed).and_then(|((price, band), observed)| {
            let family = Family::of(judgement.kind?, observed > band.expected);
            (!family.is_wrong_reading()).then_some((observed - band.expected) * price.amount)
        });
        rows.cost.push(cost);
        rows.currency.push(currency.clone().filter(|_| cost.is_some()));
    }
}

async fn write(
    pool: &PgPool,
    meters: &[i64],
    rows: &Rows,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let gone = sqlx::query!(
        "delete from baseline_period b
         where b.meter_id in (select meter_id from meter where coalesce(counts_as, meter_id) = any($1))
             and not exists (
             select 1 from unnest($2::bigint[], $3::timestamp[]) as f (meter_id, period_start)
             where f.meter_id = b.meter_id and f.period_start = b.period_start)",
        meters,
        &rows.meter,
        &rows.start as _,
    )
    .execute(&mut *transaction)
    .await?;
    let changed = sqlx::query!(
        "insert into baseline_period as b (meter_id, period_start, period_end, observed, expected, lower, upper, score,
             rung, model_version, computed_at, kind, excess_cost, currency)
         select f.meter_id, f.period_start, f.period_end, f.observed, f.expected, f.lower, f.upper, f.score, f.rung,
             $10, $11, f.kind, f.excess_cost, f.currency
         from unnest($1::bigint[], $2::timestamp[], $3::timestamp[], $4::float8[], $5::float8[], $6::float8[],
             $7::float8[], $8::float8[], $9::text[], $12::text[], $13::float8[], $14::text[])
             as f (meter_id, period_start, period_end, observed, expected, lower, upper, score, rung, kind,
                 excess_cost, currency)
         on conflict (meter_id, period_start) do update
         set period_end = excluded.period_end, observed = excluded.observed, expected = excluded.expected,
             lower = excluded.lower, upper = excluded.upper, score = excluded.score, rung = excluded.rung,
             model_version = excluded.model_version, computed_at = excluded.computed_at, kind = excluded.kind,
             excess_cost = excluded.excess_cost, currency = excluded.currency
         where (b.observed, b.expected, b.lower, b.upper, b.score, b.rung, b.model_version, b.kind, b.excess_cost,
                 b.currency)
             is distinct from (excluded.observed, excluded.expected, excluded.lower, excluded.upper, excluded.score,
                 excluded.rung, excluded.model_version, excluded.kind, excluded.excess_cost, excluded.currency)",
        &rows.meter,
        &rows.start as _,
        &rows.end as _,
        &rows.observed as &[Option<f64>],
        &rows.expected as &[Option<f64>],
        &rows.lower as &[Option<f64>],
        &rows.upper as &[Option<f64>],
        &rows.score as &[Option<f64>],
        &rows.rung,
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
        &rows.kind as &[Option<String>],
        &rows.cost as &[Option<f64>],
        &rows.currency as &[Option<String>],
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(gone.rows_affected() + changed.rows_affected())
}

/// The alerts raised before: by the number of their meter, and those about many by their fingerprint.
#[derive(Debug, Default)]
pub struct RaisedBefore {
    /// Those of single meters.
    pub by_meter: HashMap<i64, Vec<Raised>>,
    /// Those about many, the latest last.
    pub about_many: Vec<(String, Raised)>,
}

/// The alerts of these meters that were raised before, and all about many.
pub async fn raised(pool: &PgPool, meters: &[i64]) -> Result<RaisedBefore, sqlx::Error> {
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
