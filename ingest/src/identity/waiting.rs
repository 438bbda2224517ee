//! Meters and merges as lists for a person.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use readings::{MeterId, SiteId};
use serde::Serialize;
use sqlx::PgPool;

/// A meter that stands for itself, as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedMeter {
    /// Its number.
    pub meter_id: MeterId,
    /// The number of its site.
    pub site_id: SiteId,
    /// The site's name.
    pub site: String,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub commodity: String,
    /// The unit of its readings.
    pub unit: String,
    /// Whether a person has said that it is real.
    pub confirmed: bool,
    /// Live readings.
    pub readings: i64,
    /// The start of the first of them.
    pub first: Option<DateTime>,
    /// The end of the last of them.
    pub last: Option<DateTime>,
    /// When it was first named.
    pub created_at: Timestamp,
    /// The file that named it first.
    pub file_name: Option<String>,
    /// Other names that count as it.
    pub aliases: Vec<String>,
    /// Meters that it may be, the likeliest first.
    pub suggestions: Vec<Suggestion>,
}

/// A meter into which another may have to be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Its number.
    pub meter_id: MeterId,
    /// Its name and site.
    pub name: String,
    /// Why, in one sentence.
    pub sentence: String,
}

/// A valid merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merge {
    /// `meter` or `site`.
    pub what: String,
    /// The number of what was merged.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The number of what it was merged into.
    pub into_id: i64,
    /// Its name.
    pub into_name: String,
    /// When.
    pub merged_at: Timestamp,
    /// By whom.
    pub merged_by: String,
    /// Whether it follows from the merge of two sites.
    pub follows_site: bool,
}

/// Meters that stand for themselves, the newest first; those that wait for a person alone where asked for.
pub async fn listed_meters(
    pool: &PgPool,
    unconfirmed: bool,
    limit: i64,
    offset: i64,
) -> Result<Vec<ListedMeter>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select meter_id as "meter_id!: MeterId", site_id as "site_id!: SiteId", site as "site!", name as "name!",
                  commodity as "commodity!", canonical_unit as "unit!", confirmed as "confirmed!",
                  readings as "readings!", first_start as "first: jiff_sqlx::DateTime",
                  last_end as "last: jiff_sqlx::DateTime", created_at as "created_at!: jiff_sqlx::Timestamp",
                  file_name, aliases as "aliases!"
           from listed_meter where not $1 or not confirmed
           order by meter_id desc limit $2 offset $3"#,
        unconfirmed,
        limit,
        offset,
    )
    .fetch_all(pool)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.meter_id.get()).collect();
    let mut suggestions = suggestions(pool, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| ListedMeter {
            suggestions: suggestions.remove(&row.meter_id).unwrap_or_default(),
            meter_id: row.meter_id,
            site_id: row.site_id,
            site: row.site,
            name: row.name,
            commodity: row.commodity,
            unit: row.unit,
            confirmed: row.confirmed,
            readings: row.readings,
            first: row.first.map(jiff_sqlx::DateTime::to_jiff),
            last: row.last.map(jiff_sqlx::DateTime::to_jiff),
            created_at: row.created_at.to_jiff(),
            file_name: row.file_name,
            aliases: row.aliases,
        })
        .collect())
}

async fn suggestions(
    pool: &PgPool,
    meters: &[i64],
) -> Result<HashMap<MeterId, Vec<Suggestion>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select g.meter_id as "meter_id: MeterId", o.meter_id as "into!: MeterId",
                  o.name || ' at ' || s.name as "name!", g.sentence
           from meter_suggestion g
           join counted_meter o on o.meter_id = g.into_meter_id join site s on s.site_id = o.site_id
           where g.meter_id = any($1) order by g.meter_id, g.position"#,
        meters,
    )
    .fetch_all(pool)
    .await?;
    let mut found: HashMap<MeterId, Vec<Suggestion>> = HashMap::new();
    for row in rows {
        found.entry(row.meter_id).or_default().push(Suggestion {
            meter_id: row.into,
            name: row.name,
            sentence: row.sentence,
        });
    }
    Ok(found)
}

/// All valid merges, the newest first.
pub async fn merges(pool: &PgPool) -> Result<Vec<Merge>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select what as "what!", id as "id!", name as "name!", into_id as "into_id!", into_name as "into_name!",
                  merged_at as "merged_at!: jiff_sqlx::Timestamp", merged_by as "merged_by!",
                  follows_site as "follows_site!"
           from valid_merge order by merged_at desc, what desc, id"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Merge {
            what: row.what,
            id: row.id,
            name: row.name,
            into_id: row.into_id,
            into_name: row.into_name,
            merged_at: row.merged_at.to_jiff(),
            merged_by: row.merged_by,
            follows_site: row.follows_site,
        })
        .collect())
}
