//! The list of alerts and the page of one.

pub mod detail;
pub mod list;

use alerts::AlertReference;
use axum::extract::{Path, State};
use axum::response::Response;
use readings::ids::SiteId;
use sqlx::PgConnection;

use super::failure::Failure;
use super::state::Server;
use super::visit::Visit;
use crate::alert_filter::AlertFilter;
use crate::pages;
use crate::views::{AlertList, Notice, Section};

/// `/alerts`: what the filter in the address selects.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let pairs = visit.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filter = AlertFilter::from_pairs(pairs);
    let mut connection = server.connection().await?;
    let notice = notice(&visit, &mut connection).await?;
    let list = AlertList {
        totals: list::totals(&mut connection, &filter).await?,
        rows: list::rows(&mut connection, &filter).await?,
        sites: sites(&mut connection).await?,
        filter,
    };
    drop(connection);
    let (now, may_triage) = (visit.now, visit.may_triage());
    let visit = visit.with_notice(notice);
    Ok(visit.page("Alerts", Some(Section::Alerts), || pages::alerts(list, now, may_triage)))
}

/// `/alerts/AL-…`: one alert with its ground, its history and its sources.
pub async fn one(
    State(server): State<Server>,
    visit: Visit,
    Path(reference): Path<String>,
) -> Result<Response, Failure> {
    let reference = parse(&reference)?;
    let mut connection = server.connection().await?;
    let notice = notice(&visit, &mut connection).await?;
    let alert =
        detail::find(&mut connection, reference).await?.ok_or(Failure::NotFound("alert"))?;
    drop(connection);
    let (now, may_triage) = (visit.now, visit.may_triage());
    let title = format!("{reference} {} at {}", alert.row.kind.label(), alert.row.site);
    let visit = visit.with_notice(notice);
    Ok(visit.page(&title, Some(Section::Alerts), || pages::alert(alert, now, may_triage)))
}

/// A reference in an address.
pub(super) fn parse(text: &str) -> Result<AlertReference, Failure> {
    text.parse().map_err(|_| Failure::NotFound("alert"))
}

pub(super) async fn sites(connection: &mut PgConnection) -> Result<Vec<(SiteId, String)>, Failure> {
    let rows =
        sqlx::query!(r#"select site_id as "site_id: SiteId", name from site order by name_key"#)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|row| (row.site_id, row.name)).collect())
}

/// What a form has just done, from the address that it led to. The sentence is ours; the address only names it.
async fn notice(visit: &Visit, connection: &mut PgConnection) -> Result<Option<Notice>, Failure> {
    let Some(done) = visit.asked("done") else { return Ok(None) };
    let Some(reference) = visit.asked("on").and_then(|text| text.parse::<AlertReference>().ok())
    else {
        return Ok(None);
    };
    let (sentence, failed, may_undo) = match done {
        "acknowledged" => (format!("{reference} is acknowledged."), false, true),
        "resolved" => (format!("{reference} is resolved."), false, true),
        "reopened" => (format!("{reference} is open again."), false, false),
        "commented" => ("The comment is kept in the history.".to_owned(), false, false),
        "stale" => (
            format!(
                "Somebody else has changed {reference} meanwhile; this is how it stands now. Nothing of yours was stored: look, then decide again."
            ),
            true,
            false,
        ),
        "returned" => (
            format!(
                "{reference} cannot be reopened: the same problem has been raised anew. Go on with that alert."
            ),
            true,
            false,
        ),
        "no-verdict" => ("Choose what you found out, then resolve.".to_owned(), true, false),
        "no-comment" => ("The comment was empty.".to_owned(), true, false),
        _ => return Ok(None),
    };
    let undo = if may_undo && visit.may_triage() {
        sqlx::query_scalar!(
            "select revision from alert where alert_id = $1 and state <> 'open'",
            reference.id().get()
        )
        .fetch_optional(connection)
        .await?
        .map(|revision| (reference.to_string(), revision))
    } else {
        None
    };
    Ok(Some(Notice { sentence, failed, undo }))
}
