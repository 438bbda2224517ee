//! Confirming, merging, and undoing a merge. The rules stand in functions of the database, since the dashboard decides
//! by the same ones.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{MergeAnswer, MeterId, SiteId};
use rust_decimal::Decimal;
use sqlx::PgPool;

/// Confirms that meters are real; returns how many were not confirmed before.
pub async fn confirm(
    pool: &PgPool,
    meters: &[MeterId],
    actor: &str,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let ids: Vec<i64> = meters.iter().map(|meter| meter.get()).collect();
    let done = sqlx::query!(
        "update meter set confirmed = true, confirmed_at = $2, confirmed_by = $3
         where meter_id = any($1) and not confirmed",
        &ids,
        now.to_sqlx() as _,
        actor,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// What a person knows about a meter; what is not given stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Description {
    /// Digits of the register before the decimal mark.
    pub register_digits: Option<i16>,
    /// By what differences of the register are multiplied.
    pub register_multiplier: Option<Decimal>,
    /// Days after the end of a period by which its reading is expected.
    pub due_days: Option<i16>,
    /// Whether a missing reading is worth an alert.
    pub watched: Option<bool>,
}

/// Stores what a person knows about a meter. `false` where there is no such meter.
pub async fn describe(
    pool: &PgPool,
    meter: MeterId,
    known: Description,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query!(
        "with described as (
             update meter set register_digits = coalesce($2, register_digits),
                 register_multiplier = coalesce($3, register_multiplier), due_days = coalesce($4, due_days),
                 watched = coalesce($5, watched)
             where meter_id = $1 returning meter_id
         )
         insert into derivation_due (meter_id) select meter_id from described
         on conflict (meter_id) do update set meter_id = excluded.meter_id",
        meter.get(),
        known.register_digits,
        known.register_multiplier,
        known.due_days,
        known.watched,
    )
    .execute(pool)
    .await?;
    Ok(found.rows_affected() > 0)
}

/// Has one meter count as another, from now on and for all that is stored.
pub async fn merge_meters(
    pool: &PgPool,
    meter: MeterId,
    into: MeterId,
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, sqlx::Error> {
    let code = sqlx::query_scalar!(
        r#"select merge_meter($1, $2, $3, $4) as "code!""#,
        meter.get(),
        into.get(),
        actor,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    answer(&code)
}

/// Takes the merge of a meter back: its readings count for it again, those that came since included.
pub async fn undo_meter(
    pool: &PgPool,
    meter: MeterId,
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, sqlx::Error> {
    let code = sqlx::query_scalar!(
        r#"select undo_meter_merge($1, $2, $3) as "code!""#,
        meter.get(),
        actor,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    answer(&code)
}

/// Has one site count as another: its meters stand at that one, and those of the same name become one.
pub async fn merge_sites(
    pool: &PgPool,
    site: SiteId,
    into: SiteId,
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, sqlx::Error> {
    let code = sqlx::query_scalar!(
        r#"select merge_site($1, $2, $3, $4) as "code!""#,
        site.get(),
        into.get(),
        actor,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    answer(&code)
}

/// Takes the merge of a site back, and what followed from it for its meters.
pub async fn undo_site(
    pool: &PgPool,
    site: SiteId,
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, sqlx::Error> {
    let code = sqlx::query_scalar!(
        r#"select undo_site_merge($1, $2, $3) as "code!""#,
        site.get(),
        actor,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    answer(&code)
}

/// Merges meters that came under a merged site's name into those of the same name at the site as which it counts.
pub async fn follow_site_merges(pool: &PgPool, now: Timestamp) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select follow_site_merges($1) as "merged!""#, now.to_sqlx() as _)
        .fetch_one(pool)
        .await
}

fn answer(code: &str) -> Result<MergeAnswer, sqlx::Error> {
    MergeAnswer::from_code(code)
        .ok_or_else(|| sqlx::Error::Decode(format!("`{code}` is no answer to a merge").into()))
}
