//! Sites, their meters, and the page of a meter.

pub mod meter_query;
pub mod months;
pub mod site_query;

use axum::extract::{Path, State};
use axum::response::Response;
use readings::ids::{MeterId, SiteId};

use super::failure::Failure;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::Section;

/// `/sites`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let sites = site_query::all(&mut connection).await?;
    drop(connection);
    Ok(visit.page("Sites", Some(Section::Sites), || pages::sites(sites)))
}

/// `/sites/7`.
pub async fn one(
    State(server): State<Server>,
    visit: Visit,
    Path(site): Path<String>,
) -> Result<Response, Failure> {
    let site = site.parse().map(SiteId::new).map_err(|_| Failure::NotFound("site"))?;
    let mut connection = server.connection().await?;
    let site = site_query::one(&mut connection, site).await?.ok_or(Failure::NotFound("site"))?;
    drop(connection);
    let title = site.row.name.clone();
    Ok(visit.page(&title, Some(Section::Sites), || pages::site(site)))
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
    Ok(visit.page(&title, Some(Section::Sites), || pages::meter(meter)))
}
