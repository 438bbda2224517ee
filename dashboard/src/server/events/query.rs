//! The queries behind the calendar of known events.

use jiff::Timestamp;
use readings::ids::{MeterId, SiteId};
use sqlx::PgConnection;

use super::Entered;
use crate::server::alerts::list::known;
use crate::server::failure::Failure;
use crate::views::EventRow;

/// Events that count, the latest first: of all sites, or of one.
pub async fn all(
    connection: &mut PgConnection,
    site: Option<SiteId>,
) -> Result<Vec<EventRow>, Failure> {
    let rows = sqlx::query!(
        r#"select e.event_id, e.site_id as "site_id: SiteId", s.name as site,
                  e.meter_id as "meter_id: MeterId", m.name as "meter?", e.kind,
                  e.starts_on as "starts_on: jiff_sqlx::Date", e.ends_on as "ends_on: jiff_sqlx::Date",
                  e.note, e.author, e.created_at as "created_at: jiff_sqlx::Timestamp"
           from known_event e join site s using (site_id) left join meter m on m.meter_id = e.meter_id
           where e.withdrawn_at is null and ($1::bigint is null or e.site_id = $1)
           order by e.starts_on desc, e.event_id desc limit 500"#,
        site as _
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(EventRow {
                event_id: row.event_id,
                site_id: row.site_id,
                site: row.site,
                meter: row.meter_id.zip(row.meter),
                kind: known(&row.kind)?,
                starts_on: row.starts_on.to_jiff(),
                ends_on: row.ends_on.map(jiff_sqlx::Date::to_jiff),
                note: row.note,
                author: row.author,
                created_at: row.created_at.to_jiff(),
            })
        })
        .collect()
}

/// Enters an event; with the alert whose verdict makes it.
pub async fn add(
    connection: &mut PgConnection,
    event: &Entered,
    author: &str,
    alert: Option<i64>,
    now: Timestamp,
) -> Result<(), Failure> {
    sqlx::query!(
        "insert into known_event (site_id, meter_id, kind, starts_on, ends_on, note, author, created_at, alert_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        event.site as _,
        event.meter,
        event.kind.code(),
        jiff_sqlx::Date::from(event.starts_on) as _,
        event.ends_on.map(jiff_sqlx::Date::from) as _,
        event.note,
        author,
        jiff_sqlx::Timestamp::from(now) as _,
        alert,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes an event back.
pub async fn withdraw(
    connection: &mut PgConnection,
    event: i64,
    author: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let done = sqlx::query!(
        "update known_event set withdrawn_at = $2, withdrawn_by = $3
         where event_id = $1 and withdrawn_at is null",
        event,
        jiff_sqlx::Timestamp::from(now) as _,
        author,
    )
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Failure::NotFound("event")) }
}
