//! Which stored meters may be one: candidates from the database, judged by [`super::similar`].

use std::collections::HashMap;

use jiff::civil::DateTime;
use readings::MeterId;
use rust_decimal::Decimal;
use sqlx::PgPool;

use super::similar::{Likeness, Named, likeness, named_alike};

/// Readings of a meter that are compared, the newest.
const COMPARED: i64 = 24;
/// Readings of a meter among which the one that ends last is looked for, the newest: by their beginning they are found
/// without looking at all of them.
const LAST: i64 = 6;
/// A name that more meters bear, or a site with more, tells nothing of one: each would be compared with all.
const CROWD: i64 = 200;
/// Suggestions for one meter.
const MOST: i16 = 3;

/// Finds anew what these meters may be; those that are confirmed or merged may be nothing but themselves.
pub async fn suggest(pool: &PgPool, meters: &[MeterId]) -> Result<(), sqlx::Error> {
    let found = find(pool, meters).await?;
    let ids: Vec<i64> = meters.iter().map(|meter| meter.get()).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query!("delete from meter_suggestion where meter_id = any($1)", &ids)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!(
        "insert into meter_suggestion (meter_id, into_meter_id, position, sentence)
         select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[])
         on conflict do nothing",
        &found.iter().map(|one| one.meter.get()).collect::<Vec<_>>(),
        &found.iter().map(|one| one.into.get()).collect::<Vec<_>>(),
        &found.iter().map(|one| one.position).collect::<Vec<_>>(),
        &found.iter().map(|one| one.sentence.clone()).collect::<Vec<_>>(),
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// A meter into which another may have to be merged.
struct Found {
    meter: MeterId,
    into: MeterId,
    position: i16,
    sentence: String,
}

/// Two meters that share a site, a name or values.
struct Pair {
    meter: MeterId,
    other: MeterId,
    name_key: String,
    site_key: String,
    other_name: String,
    other_key: String,
    other_site: String,
    other_site_key: String,
    other_confirmed: bool,
    by_values: bool,
}

/// These meters, each with those that share a site, a name or values with it.
async fn pairs(pool: &PgPool, meters: &[MeterId]) -> Result<Vec<Pair>, sqlx::Error> {
    let ids: Vec<i64> = meters.iter().map(|meter| meter.get()).collect();
    sqlx::query_as!(
        Pair,
        // Grouped, never joined with themselves: a join of all meters' values with all others' is one that the planner
        // may take for small, and then it takes as many steps as there are pairs.
        r#"with counted as materialized (
               select m.*, wanted.meter_id is not null and not m.confirmed as is_own
               from counted_meter m
               left join (select distinct meter_id from unnest($1::bigint[]) as w (meter_id)) wanted using (meter_id)
           ), newest as materialized (
               select m.meter_id, m.is_own, m.commodity, m.canonical_unit, r.period_start, r.period_end,
                      r.canonical_quantity
               from counted m cross join lateral (
                   select * from reading r where r.meter_id = m.meter_id and r.superseded_at is null
                       and r.kind <> 'average_power' and r.canonical_quantity <> 0
                   order by r.period_start desc limit 6
               ) r
               where exists (select from counted where is_own)
           ), crowd as (
               select 'site' as alike_by, array_agg(meter_id) as meters,
                      array_agg(meter_id) filter (where is_own) as own
               from counted group by site_id, commodity, canonical_unit
               having bool_or(is_own) and count(*) between 2 and $2
               union all
               select 'name', array_agg(meter_id), array_agg(meter_id) filter (where is_own)
               from counted group by name_key, commodity, canonical_unit
               having bool_or(is_own) and count(*) between 2 and $2
               union all
               select 'values', array_agg(meter_id), array_agg(meter_id) filter (where is_own)
               from newest group by period_start, period_end, canonical_quantity, commodity, canonical_unit
               having bool_or(is_own) and count(*) between 2 and $2
           ), alike as (
               select meter_id, other_id, bool_or(alike_by = 'values') as by_values
               from (
                   select meter_id, other_id, alike_by
                   from crowd cross join unnest(own) as o (meter_id) cross join unnest(meters) as m (other_id)
                   where other_id <> meter_id
                   group by alike_by, meter_id, other_id having alike_by <> 'values' or count(*) >= 3
               ) pair
               group by meter_id, other_id
           )
           select alike.meter_id as "meter!: MeterId", alike.other_id as "other!: MeterId",
                  m.name_key as "name_key!", s.name_key as "site_key!",
                  o.name as "other_name!", o.name_key as "other_key!", os.name as "other_site!",
                  os.name_key as "other_site_key!", o.confirmed as "other_confirmed!",
                  by_values as "by_values!"
           from alike
           join counted m on m.meter_id = alike.meter_id join site s on s.site_id = m.site_id
           join counted o on o.meter_id = alike.other_id join site os on os.site_id = o.site_id"#,
        &ids,
        CROWD,
    )
    .fetch_all(pool)
    .await
}

/// What these meters may be, the strongest reasons first.
async fn find(pool: &PgPool, meters: &[MeterId]) -> Result<Vec<Found>, sqlx::Error> {
    let pairs = pairs(pool, meters).await?;
    let involved: Vec<MeterId> = pairs.iter().flat_map(|pair| [pair.meter, pair.other]).collect();
    // Most meters of one site are neither named alike nor does one go on where another ends: their values, which are
    // many, are not needed.
    let spans = spans(pool, &involved).await?;
    let may_be_one = |by_values: bool, one: (&str, &str, MeterId), two: (&str, &str, MeterId)| {
        let touch = spans.get(&one.2).zip(spans.get(&two.2)).is_some_and(
            |((start, end), (other_start, other_end))| end == other_start || other_end == start,
        );
        by_values || touch || named_alike((one.0, one.1), (two.0, two.1))
    };
    let pairs: Vec<_> = pairs
        .into_iter()
        .filter(|pair| {
            may_be_one(
                pair.by_values,
                (&pair.site_key, &pair.name_key, pair.meter),
                (&pair.other_site_key, &pair.other_key, pair.other),
            )
        })
        .collect();
    let involved: Vec<MeterId> = pairs.iter().flat_map(|pair| [pair.meter, pair.other]).collect();
    let values = values(pool, &involved).await?;
    let none = HashMap::new();
    let mut found: Vec<(Likeness, bool, Found)> = pairs
        .iter()
        .filter_map(|pair| {
            let one = Named {
                site_key: &pair.site_key,
                name_key: &pair.name_key,
                values: values.get(&pair.meter).unwrap_or(&none),
            };
            let other = Named {
                site_key: &pair.other_site_key,
                name_key: &pair.other_key,
                values: values.get(&pair.other).unwrap_or(&none),
            };
            let reason = likeness(&one, &other)?;
            let found = Found {
                meter: pair.meter,
                into: pair.other,
                position: 0,
                sentence: sentence(reason, &pair.other_site, &pair.other_name),
            };
            Some((reason, !pair.other_confirmed, found))
        })
        .collect();
    found.sort_by(|(a_reason, a_new, a), (b_reason, b_new, b)| {
        let rank =
            |reason: &Likeness, new: &bool, one: &Found| (one.meter, *reason, *new, one.into);
        rank(a_reason, a_new, a).cmp(&rank(b_reason, b_new, b))
    });
    let mut told: HashMap<MeterId, i16> = HashMap::new();
    Ok(found
        .into_iter()
        .map(|(.., mut one)| {
            let position = told.entry(one.meter).or_default();
            *position += 1;
            one.position = *position;
            one
        })
        .filter(|one| one.position <= MOST)
        .collect())
}

fn sentence(reason: Likeness, site: &str, name: &str) -> String {
    match reason {
        Likeness::SameReadings(count) => {
            format!("States the same values for {count} periods.")
        }
        Likeness::SiteSpelledAlike => format!("Has the same name at {site}, spelled alike."),
        Likeness::SpelledAlike => format!("Is spelled like {name} at the same site."),
        Likeness::GoesOn => "Goes on where that one ends, at the same site.".to_owned(),
    }
}

type Values = HashMap<(DateTime, DateTime), Decimal>;

fn distinct(meters: &[MeterId]) -> Vec<i64> {
    let mut ids: Vec<i64> = meters.iter().map(|meter| meter.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// When the first reading of each meter begins and its last ones end.
async fn spans(
    pool: &PgPool,
    meters: &[MeterId],
) -> Result<HashMap<MeterId, (DateTime, DateTime)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select meter_id as "meter!: MeterId", first.period_start as "start: jiff_sqlx::DateTime",
                  last.period_end as "end!: jiff_sqlx::DateTime"
           from unnest($1::bigint[]) as wanted (meter_id)
           cross join lateral (
               select period_start from reading r where r.meter_id = wanted.meter_id and r.superseded_at is null
                   and r.kind <> 'average_power' order by r.period_start limit 1) first
           cross join lateral (
               select max(period_end) as period_end from (
                   select period_end from reading r where r.meter_id = wanted.meter_id and r.superseded_at is null
                       and r.kind <> 'average_power' order by r.period_start desc limit $2) newest) last"#,
        &distinct(meters),
        LAST,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.meter, (row.start.to_jiff(), row.end.to_jiff()))).collect())
}

async fn values(
    pool: &PgPool,
    meters: &[MeterId],
) -> Result<HashMap<MeterId, Values>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select r.meter_id as "meter: MeterId", r.period_start as "start: jiff_sqlx::DateTime",
                  r.period_end as "end: jiff_sqlx::DateTime", r.canonical_quantity
           from unnest($1::bigint[]) as wanted (meter_id)
           cross join lateral (
               select * from reading r where r.meter_id = wanted.meter_id and r.superseded_at is null
                   and r.kind <> 'average_power'
               order by r.period_start desc limit $2
           ) r"#,
        &distinct(meters),
        COMPARED,
    )
    .fetch_all(pool)
    .await?;
    let mut values: HashMap<MeterId, Values> = HashMap::new();
    for row in rows {
        values
            .entry(row.meter)
            .or_default()
            .insert((row.start.to_jiff(), row.end.to_jiff()), row.canonical_quantity);
    }
    Ok(values)
}
