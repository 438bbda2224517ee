//! The queries and decisions behind the pages of meters that wait. The rules of merging stand in the database.

use jiff::Timestamp;
use readings::MergeAnswer;
use readings::ids::{AttachmentId, MeterId, SiteId};
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::{ListedMeter, MergeChoice, MergeRow, WaitingList};

/// Meters on a page.
pub const PAGE_SIZE: i64 = 25;
/// Names that a search offers.
const OFFERED: i64 = 25;

/// How many meters wait for a person.
pub async fn waiting(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from meter where not confirmed and counts_as is null"#
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn list(connection: &mut PgConnection, page: u32) -> Result<WaitingList, Failure> {
    let total = waiting(connection).await?;
    let meters = meters(connection, None, page).await?;
    let merges = sqlx::query!(
        r#"select what = 'site' as "of_sites!", id as "id!", name as "name!", into_id as "into_id!",
                  into_name as "into_name!", merged_at as "merged_at!: jiff_sqlx::Timestamp",
                  merged_by as "merged_by!", follows_site as "follows_site!"
           from valid_merge order by merged_at desc, what desc, id limit 100"#
    )
    .map(|row| MergeRow {
        of_sites: row.of_sites,
        id: row.id,
        name: row.name,
        into_id: row.into_id,
        into_name: row.into_name,
        merged_at: row.merged_at.to_jiff(),
        merged_by: row.merged_by,
        follows_site: row.follows_site,
    })
    .fetch_all(connection)
    .await?;
    Ok(WaitingList { meters, total, page, merges })
}

/// One meter, or a page of those that wait.
async fn meters(
    connection: &mut PgConnection,
    meter: Option<MeterId>,
    page: u32,
) -> Result<Vec<ListedMeter>, Failure> {
    let rows = sqlx::query!(
        r#"select meter_id as "meter_id!: MeterId", site_id as "site_id!: SiteId", site as "site!", name as "name!",
                  commodity as "commodity!", canonical_unit as "unit!", confirmed as "confirmed!",
                  readings as "readings!", first_start as "first: jiff_sqlx::DateTime",
                  last_end as "last: jiff_sqlx::DateTime", created_at as "created_at!: jiff_sqlx::Timestamp",
                  attachment_id as "attachment_id: AttachmentId", file_name
           from listed_meter where case when $1::bigint is null then not confirmed else meter_id = $1 end
           order by meter_id desc limit $2 offset $3"#,
        meter as _,
        PAGE_SIZE,
        i64::from(page - 1) * PAGE_SIZE,
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.meter_id.get()).collect();
    let suggested = sqlx::query!(
        r#"select g.meter_id as "meter_id: MeterId", o.meter_id as "into!: MeterId",
                  o.name || ' at ' || s.name as "name!", g.sentence
           from meter_suggestion g
           join counted_meter o on o.meter_id = g.into_meter_id join site s on s.site_id = o.site_id
           where g.meter_id = any($1) order by g.meter_id, g.position"#,
        &ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ListedMeter {
            meter_id: row.meter_id,
            site_id: row.site_id,
            site: row.site,
            name: row.name,
            commodity: row.commodity.parse().ok(),
            unit: row.unit,
            confirmed: row.confirmed,
            readings: row.readings,
            span: row
                .first
                .map(jiff_sqlx::DateTime::to_jiff)
                .zip(row.last.map(jiff_sqlx::DateTime::to_jiff)),
            created_at: row.created_at.to_jiff(),
            file: row.attachment_id.map(|id| (id, row.file_name)),
            suggestions: suggested
                .iter()
                .filter(|one| one.meter_id == row.meter_id)
                .map(|one| (one.into, one.name.clone(), one.sentence.clone()))
                .collect(),
        })
        .collect())
}

pub(super) async fn choice(
    connection: &mut PgConnection,
    meter: MeterId,
    search: String,
) -> Result<Option<MergeChoice>, Failure> {
    let Some(meter) = meters(connection, Some(meter), 1).await?.pop() else { return Ok(None) };
    let pattern =
        format!("%{}%", search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let meters = sqlx::query!(
        r#"select o.meter_id as "id!: MeterId", o.name || ' at ' || s.name as "name!"
           from counted_meter o join site s using (site_id)
           join meter own on own.meter_id = $1
           where o.meter_id <> $1 and o.commodity = own.commodity and o.canonical_unit = own.canonical_unit
             and (o.name || ' at ' || s.name) ilike $2
           order by s.site_id <> $3, s.name_key, o.name_key limit $4"#,
        meter.meter_id as _,
        &pattern,
        meter.site_id as _,
        OFFERED,
    )
    .map(|row| (row.id, row.name))
    .fetch_all(&mut *connection)
    .await?;
    let sites = sqlx::query!(
        r#"select site_id as "id!: SiteId", name from site
           where counts_as is null and site_id <> $1 and name ilike $2 order by name_key limit $3"#,
        meter.site_id as _,
        &pattern,
        OFFERED,
    )
    .map(|row| (row.id, row.name))
    .fetch_all(connection)
    .await?;
    Ok(Some(MergeChoice { meter, search, meters, sites }))
}

pub async fn confirm(
    connection: &mut PgConnection,
    meters: &[i64],
    actor: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    sqlx::query!(
        "update meter set confirmed = true, confirmed_at = $2, confirmed_by = $3
         where meter_id = any($1) and not confirmed",
        meters,
        jiff_sqlx::Timestamp::from(now) as _,
        actor,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn merge(
    connection: &mut PgConnection,
    of_sites: bool,
    (id, into): (i64, i64),
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, Failure> {
    let code = sqlx::query_scalar!(
        r#"select case when $1 then merge_site($2, $3, $4, $5) else merge_meter($2, $3, $4, $5) end as "code!""#,
        of_sites,
        id,
        into,
        actor,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_one(connection)
    .await?;
    answer(&code)
}

pub(super) async fn undo(
    connection: &mut PgConnection,
    of_sites: bool,
    id: i64,
    actor: &str,
    now: Timestamp,
) -> Result<MergeAnswer, Failure> {
    let code = sqlx::query_scalar!(
        r#"select case when $1 then undo_site_merge($2, $3, $4) else undo_meter_merge($2, $3, $4) end as "code!""#,
        of_sites,
        id,
        actor,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_one(connection)
    .await?;
    answer(&code)
}

fn answer(code: &str) -> Result<MergeAnswer, Failure> {
    MergeAnswer::from_code(code).ok_or_else(|| {
        sqlx::Error::Decode(format!("`{code}` is no answer to a merge").into()).into()
    })
}
