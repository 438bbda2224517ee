//! What changed since the last run: commodities whose readings, meters or settings are others than then.
//!
//! Meters of one commodity are judged by one another, those of another commodity never: so a commodity is what a run
//! takes up or leaves alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgPool;

use crate::parameters::MODEL_VERSION;

/// The commodities with their fingerprints, and which of them are to be taken up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Commodities to be judged, with their present fingerprints.
    pub changed: BTreeMap<String, String>,
    /// Commodities in which nothing changed.
    pub unchanged: Vec<String>,
    /// Whether all bills of the organisation speak one currency.
    pub one_currency: bool,
}

/// Compares what is stored with what the last run of this part has seen.
///
/// A reading is counted by its number: numbers are never used again, so a set of live readings with the same count and
/// the same sums is, for all that happens by itself, the same set.
pub async fn since_last(
    pool: &PgPool,
    shard: &str,
    months: i32,
    today: Date,
) -> Result<Changes, sqlx::Error> {
    let set = settings_digest(pool).await?;
    // One look at all readings, which may share the work, for both what stands and in which currencies.
    let rows = sqlx::query!(
        r#"with live as materialized (
               select meter_id, count(*) as count, sum(reading_id) as sum,
                   sum((reading_id % 65521) * (reading_id % 65521)) as squares,
                   min(coalesce(currency, '') collate "C") filter (where cost is not null) as first_currency,
                   max(coalesce(currency, '') collate "C") filter (where cost is not null) as last_currency
               from reading where superseded_at is null group by meter_id
           ), present as (
               select m.commodity, md5(string_agg(
                   concat_ws(',', m.meter_id, m.canonical_unit, m.confirmed, m.closed_on, m.counts_as, m.register_digits,
                       m.register_multiplier, coalesce(r.count, 0), r.sum, r.squares),
                   ';' order by m.meter_id)) as digest
               from meter m left join live r using (meter_id) group by m.commodity
           )
           select present.commodity as "commodity!", present.digest as "digest!", s.fingerprint as "fingerprint?",
               array(select first_currency from live where first_currency is not null
                   union select last_currency from live where last_currency is not null order by 1) as "currencies!"
           from present left join analysis_state s on s.shard = $1 and s.commodity = present.commodity
           order by 1"#,
        shard,
    )
    .fetch_all(pool)
    .await?;
    let mut changes = Changes { one_currency: true, ..Changes::default() };
    for row in rows {
        let (year, month, currencies) = (today.year(), today.month(), row.currencies.join(","));
        let fingerprint =
            format!("{};{MODEL_VERSION};{months};{year}-{month};{set};{currencies}", row.digest);
        changes.one_currency = row.currencies.len() <= 1;
        if row.fingerprint.as_ref() == Some(&fingerprint) {
            changes.unchanged.push(row.commodity);
        } else {
            changes.changed.insert(row.commodity, fingerprint);
        }
    }
    Ok(changes)
}

/// All that people have set, that changes judgements of any commodity.
async fn settings_digest(pool: &PgPool) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select md5(concat_ws('|',
               (select false_alarms from sensitivity order by sensitivity_id desc limit 1),
               (select string_agg(concat_ws(',', kind, verdict, count), ';' order by kind, verdict)
                from (select kind, verdict, count(*) from alert
                      where state = 'resolved' and verdict is not null group by kind, verdict) v),
               (select string_agg(event_id::text, ',' order by event_id) from known_event where withdrawn_at is null),
               (select string_agg(tariff_id::text, ',' order by tariff_id) from tariff where withdrawn_at is null),
               (select concat_ws(',', count(*), sum(temperature_id)) from temperature where superseded_at is null),
               (select string_agg(concat_ws(',', site_id, station_id), ';' order by site_id) from site
                where station_id is not null),
               (select string_agg(concat_ws(',', site_id, holidays, time_zone), ';' order by site_id) from site
                where holidays is not null or time_zone <> 'UTC')
           )) as "digest!""#
    )
    .fetch_one(pool)
    .await
}

/// Remembers what this run has seen, once all of it is written.
pub async fn remember(
    pool: &PgPool,
    shard: &str,
    changes: &Changes,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let commodities: Vec<String> = changes.changed.keys().cloned().collect();
    let fingerprints: Vec<String> = changes.changed.values().cloned().collect();
    sqlx::query!(
        "insert into analysis_state (shard, commodity, fingerprint, analysed_at)
         select $1, f.commodity, f.fingerprint, $4 from unnest($2::text[], $3::text[]) as f (commodity, fingerprint)
         on conflict (shard, commodity) do update
         set fingerprint = excluded.fingerprint, analysed_at = excluded.analysed_at",
        shard,
        &commodities,
        &fingerprints,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}
