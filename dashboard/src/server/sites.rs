//! Sites, their meters, and the page of a meter.

pub mod meter_query;
pub mod months;
pub mod site_query;

use alerts::Holidays;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use readings::ids::{MeterId, SiteId};

use super::detection::said;
use super::events::operator;
use super::failure::Failure;
use super::meters;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::Section;

/// `/sites`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let sites = site_query::all(&mut connection).await?;
    let waiting = meters::waiting(&mut connection).await?;
    drop(connection);
    Ok(visit.page("Sites", Some(Section::Sites), || pages::sites(sites, waiting)))
}

/// `/sites/7`.
pub async fn one(
    State(server): State<Server>,
    visit: Visit,
    Path(site): Path<String>,
) -> Result<Response, Failure> {
    let site = site.parse().map(SiteId::new).map_err(|_| Failure::NotFound("site"))?;
    let mut connection = server.connection().await?;
    let Some(site) = site_query::one(&mut connection, site).await? else {
        let root = site_query::counts_as(&mut connection, site).await?;
        let root = root.ok_or(Failure::NotFound("site"))?;
        return Ok(Redirect::to(&format!("/sites/{root}")).into_response());
    };
    drop(connection);
    let title = site.row.name.clone();
    let done = match visit.asked("done") {
        Some("station") => Some("The weather station is kept; the next analysis uses it."),
        Some("holidays") => Some("The holidays are kept; the next analysis uses them."),
        Some("holidays-everywhere") => {
            Some("The holidays are kept for all sites; the next analysis uses them.")
        }
        _ => None,
    };
    let notice = done.map(|sentence| said(sentence.to_owned(), false));
    let may_decide = visit.may_triage();
    let visit = visit.with_notice(notice);
    Ok(visit.page(&title, Some(Section::Sites), || pages::site(site, may_decide)))
}

/// What a person who may decide has sent about a site: its number and the fields.
fn wish(visit: &Visit, site: &str, body: &str) -> Result<(i64, Vec<(String, String)>), Failure> {
    operator(visit)?;
    let site = site.parse().map_err(|_| Failure::NotFound("site"))?;
    Ok((site, query_string::pairs(body)))
}

/// Back to the page of the site, which says what is kept.
fn kept(site: i64, rows: u64, what: &str) -> Result<Response, Failure> {
    if rows == 0 {
        return Err(Failure::NotFound("site"));
    }
    Ok(Redirect::to(&format!("/sites/{site}?done={what}")).into_response())
}

/// Chooses the weather station of a site; without one the rule decides.
pub async fn station(
    State(server): State<Server>,
    visit: Visit,
    Path(site): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let (site, form) = wish(&visit, &site, &body)?;
    let station: Option<i64> =
        query_string::value(&form, "station").and_then(|text| text.trim().parse().ok());
    let mut connection = server.connection().await?;
    let done = sqlx::query!(
        "update site set station_id = $2 where site_id = $1
             and ($2::bigint is null or exists (select from weather_station where station_id = $2))",
        site,
        station
    )
    .execute(&mut *connection)
    .await?;
    kept(site, done.rows_affected(), "station")
}

/// Chooses whose public holidays a site keeps, or all sites; without a country the time zone tells it.
pub async fn holidays(
    State(server): State<Server>,
    visit: Visit,
    Path(site): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let (site, form) = wish(&visit, &site, &body)?;
    let country = query_string::value(&form, "country").filter(|code| !code.is_empty());
    if country.is_some_and(|code| !Holidays::shipped().knows(code)) {
        return Err(Failure::NotFound("country"));
    }
    let everywhere = query_string::value(&form, "everywhere").is_some();
    let mut connection = server.connection().await?;
    let done = sqlx::query!(
        "update site set holidays = $2
         where ($3 or site_id = $1) and exists (select from site named where named.site_id = $1)",
        site,
        country,
        everywhere
    )
    .execute(&mut *connection)
    .await?;
    kept(site, done.rows_affected(), if everywhere { "holidays-everywhere" } else { "holidays" })
}

/// `/meters/7`.
pub async fn meter(
    State(server): State<Server>,
    visit: Visit,
    Path(meter): Path<String>,
) -> Result<Response, Failure> {
    let meter = meter.parse().map(MeterId::new).map_err(|_| Failure::NotFound("meter"))?;
    let mut connection = server.connection().await?;
    let meter = meter_query::find(&mut connection, meter, visit.page_number())
        .await?
        .ok_or(Failure::NotFound("meter"))?;
    drop(connection);
    let title = format!("{} at {}", meter.name, meter.site);
    let notice = match visit.asked("done") {
        Some("confirmed") => Some(said("The meter is confirmed.".to_owned(), false)),
        Some("closed") => Some(said(
            "The day is kept. Bills that begin then or later become an alert.".to_owned(),
            false,
        )),
        Some("reopened") => Some(said("The meter is in use again.".to_owned(), false)),
        _ => None,
    };
    let may_decide = visit.may_triage();
    let visit = visit.with_notice(notice);
    Ok(visit.page(&title, Some(Section::Sites), || pages::meter(meter, may_decide)))
}

/// Says that a meter is real.
pub async fn confirm(
    State(server): State<Server>,
    visit: Visit,
    Path(meter): Path<String>,
) -> Result<Response, Failure> {
    operator(&visit)?;
    let meter: i64 = meter.parse().map_err(|_| Failure::NotFound("meter"))?;
    let mut connection = server.connection().await?;
    let actor = visit.user.as_ref().ok_or(Failure::SignedOut)?;
    meters::query::confirm(&mut connection, &[meter], &actor.name, server.now()).await?;
    Ok(Redirect::to(&format!("/meters/{meter}?done=confirmed")).into_response())
}

/// Says from which day on a meter is no longer to be billed; without a day it is in use again.
pub async fn close(
    State(server): State<Server>,
    visit: Visit,
    Path(meter): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    operator(&visit)?;
    let meter: i64 = meter.parse().map_err(|_| Failure::NotFound("meter"))?;
    let form = query_string::pairs(&body);
    let day = query_string::value(&form, "on").and_then(|text| text.trim().parse::<Date>().ok());
    let mut connection = server.connection().await?;
    sqlx::query!(
        "update meter set closed_on = $2 where meter_id = $1",
        meter,
        day.map(jiff_sqlx::Date::from) as _
    )
    .execute(&mut *connection)
    .await?;
    let done = if day.is_some() { "closed" } else { "reopened" };
    Ok(Redirect::to(&format!("/meters/{meter}?done={done}")).into_response())
}
