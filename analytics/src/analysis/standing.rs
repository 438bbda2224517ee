//! How well each meter is known, for its page: its rung, why no higher one, and how well the expected values fit.

use jiff::Timestamp;
use sqlx::PgPool;

use super::history::History;
use crate::engine::{Judgement, Refusal, fits};
use crate::parameters::{MODEL_VERSION, SEASONAL_MONTHS};

/// Rows of `baseline_standing` as columns.
#[derive(Debug, Default)]
pub(super) struct Rows {
    meter: Vec<i64>,
    rung: Vec<String>,
    refused: Vec<Option<String>>,
    cv_rmse: Vec<Option<f64>>,
    nmbe: Vec<Option<f64>>,
    months: Vec<i32>,
}

/// Brings `baseline_standing` of these meters to what was found; meters that count as others have none.
pub(super) async fn write(pool: &PgPool, rows: &Rows, now: Timestamp) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query!(
        "delete from baseline_standing b using meter m
         where m.meter_id = b.meter_id and m.counts_as is not null"
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "insert into baseline_standing as b (meter_id, rung, refused, cv_rmse, nmbe, months, model_version, computed_at)
         select f.meter_id, f.rung, f.refused, f.cv_rmse, f.nmbe, f.months, $7, $8
         from unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::integer[])
             as f (meter_id, rung, refused, cv_rmse, nmbe, months)
         on conflict (meter_id) do update
         set rung = excluded.rung, refused = excluded.refused, cv_rmse = excluded.cv_rmse, nmbe = excluded.nmbe,
             months = excluded.months, model_version = excluded.model_version, computed_at = excluded.computed_at
         where (b.rung, b.refused, b.cv_rmse, b.nmbe, b.months, b.model_version)
             is distinct from (excluded.rung, excluded.refused, excluded.cv_rmse, excluded.nmbe, excluded.months,
                 excluded.model_version)",
        &rows.meter,
        &rows.rung,
        &rows.refused as &[Option<String>],
        &rows.cv_rmse as &[Option<f64>],
        &rows.nmbe as &[Option<f64>],
        &rows.months,
        MODEL_VERSION,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// How well each of these meters is known.
pub(super) fn rows(history: &History, judged: &[Vec<Judgement>], meters: &[usize]) -> Rows {
    let fits = fits(&history.panel, judged, SEASONAL_MONTHS);
    let mut rows = Rows::default();
    for meter in meters {
        let quantity = &history.panel.meters[*meter].quantity;
        let Some(last) = quantity.iter().rposition(|quantity| !quantity.is_nan()) else { continue };
        let judgement = &judged[*meter][last];
        let fit = fits[*meter];
        rows.meter.push(history.meters[*meter].id.get());
        rows.rung.push(judgement.rung.code().to_owned());
        rows.refused.push(judgement.refused.map(Refusal::sentence));
        rows.cv_rmse.push(fit.map(|fit| fit.cv_rmse));
        rows.nmbe.push(fit.map(|fit| fit.nmbe));
        rows.months.push(fit.map_or(0, |fit| i32::try_from(fit.periods).unwrap_or(i32::MAX)));
    }
    rows
}
