//! Known events in the database: entered, listed, withdrawn; nothing is deleted.

use alerts::EventKind;
use jiff::Timestamp;
use jiff::civil::Date;
use readings::{MeterId, SiteId};
use sqlx::PgPool;

/// An event that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEvent {
    /// Its number.
    pub id: i64,
    /// At which site.
    pub site_id: SiteId,
    /// The name of the site.
    pub site: String,
    /// Of one meter of it; `None` for all.
    pub meter_id: Option<MeterId>,
    /// The name of that meter.
    pub meter: Option<String>,
    /// What happened.
    pub kind: EventKind,
    /// First day.
    pub starts_on: Date,
    /// First day after it; `None` until further notice.
    pub ends_on: Option<Date>,
    /// What else is to be said.
    pub note: String,
    /// Who entered it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

impl KnownEvent {
    /// Kind and period as people write them, with the author.
    pub fn words(&self) -> String {
        let from = self.starts_on.strftime("%-d %B %Y");
        let period = match self.ends_on.and_then(|end| end.yesterday().ok()) {
            Some(last) => format!("{from} to {}", last.strftime("%-d %B %Y")),
            None => format!("from {from} on"),
        };
        format!("{}, {period}, entered by {}", self.kind.label().to_lowercase(), self.author)
    }
}

/// What is entered.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// The name of the site.
    pub site: &'a str,
    /// The name of one meter of it.
    pub meter: Option<&'a str>,
    /// What happened.
    pub kind: EventKind,
    /// First day.
    pub starts_on: Date,
    /// First day after it.
    pub ends_on: Option<Date>,
    /// What else is to be said.
    pub note: &'a str,
    /// Who says so.
    pub author: &'a str,
}

/// Why an event was not entered.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The database does not answer.
    #[error("the known events cannot be reached in the database")]
    Database(#[from] sqlx::Error),
    /// No such site.
    #[error("there is no site `{0}`")]
    UnknownSite(String),
    /// No such meter there.
    #[error("there is no meter `{meter}` at `{site}`")]
    UnknownMeter {
        /// The site.
        site: String,
        /// The meter that was named.
        meter: String,
    },
    /// The end is not after the start.
    #[error("the event ends before it begins")]
    EndsBeforeItBegins,
    /// No such event, or it is withdrawn already.
    #[error("there is no event {0} that could be withdrawn")]
    UnknownEvent(i64),
}

/// All events that count, the latest first.
pub async fn all(pool: &PgPool) -> Result<Vec<KnownEvent>, EventError> {
    let rows = sqlx::query!(
        r#"select e.event_id, e.site_id, s.name as site, e.meter_id, m.name as "meter?", e.kind,
               e.starts_on as "starts_on: jiff_sqlx::Date", e.ends_on as "ends_on: jiff_sqlx::Date", e.note,
               e.author, e.created_at as "created_at: jiff_sqlx::Timestamp"
           from known_event e join site s using (site_id) left join meter m on m.meter_id = e.meter_id
           where e.withdrawn_at is null order by e.starts_on desc, e.event_id desc"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| KnownEvent {
            id: row.event_id,
            site_id: SiteId::new(row.site_id),
            site: row.site,
            meter_id: row.meter_id.map(MeterId::new),
            meter: row.meter,
            kind: row.kind.parse().unwrap_or(EventKind::Other),
            starts_on: row.starts_on.to_jiff(),
            ends_on: row.ends_on.map(jiff_sqlx::Date::to_jiff),
            note: row.note,
            author: row.author,
            created_at: row.created_at.to_jiff(),
        })
        .collect())
}

/// Enters an event; gives back its number.
pub async fn add(pool: &PgPool, event: &NewEvent<'_>, now: Timestamp) -> Result<i64, EventError> {
    if event.ends_on.is_some_and(|end| end <= event.starts_on) {
        return Err(EventError::EndsBeforeItBegins);
    }
    let site = sqlx::query_scalar!("select site_id from site where name = $1", event.site)
        .fetch_optional(pool)
        .await?
        .ok_or_else(|| EventError::UnknownSite(event.site.to_owned()))?;
    let meter = match event.meter {
        None => None,
        Some(name) => Some(
            sqlx::query_scalar!(
                "select meter_id from meter where site_id = $1 and name = $2",
                site,
                name
            )
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| EventError::UnknownMeter {
                site: event.site.to_owned(),
                meter: name.to_owned(),
            })?,
        ),
    };
    let id = sqlx::query_scalar!(
        "insert into known_event (site_id, meter_id, kind, starts_on, ends_on, note, author, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning event_id",
        site,
        meter,
        event.kind.code(),
        jiff_sqlx::Date::from(event.starts_on) as _,
        event.ends_on.map(jiff_sqlx::Date::from) as _,
        event.note,
        event.author,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(id)
}

/// Takes an event back; it stays in the database.
pub async fn withdraw(
    pool: &PgPool,
    event: i64,
    author: &str,
    now: Timestamp,
) -> Result<(), EventError> {
    let done = sqlx::query!(
        "update known_event set withdrawn_at = $2, withdrawn_by = $3
         where event_id = $1 and withdrawn_at is null",
        event,
        jiff_sqlx::Timestamp::from(now) as _,
        author,
    )
    .execute(pool)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(EventError::UnknownEvent(event)) }
}
