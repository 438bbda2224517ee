//! How sensitive the detection is: what is set, what it costs in false alarms, and what another number would do.

pub mod query;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Notice, Role, Section};

const LONGEST_NOTE: usize = 500;

/// `/detection`, with `?try=0.5` the replay of another number.
pub async fn show(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let tried = visit.asked("try").and_then(|text| text.trim().replace(',', ".").parse().ok());
    let (least, most) = alerts::budget::RANGE;
    let within = tried.filter(|number| (least..=most).contains(number));
    let notice = match (visit.asked("done"), tried) {
        (Some("set"), _) => {
            Some(said("The number is set. It counts from the next analysis on.".to_owned(), false))
        }
        (_, Some(number)) if within.is_none() => Some(said(
            format!("{number} cannot be kept: give a number between {least} and {most}."),
            true,
        )),
        _ => None,
    };
    let mut connection = server.connection().await?;
    let detail = query::detail(&mut connection, within).await?;
    drop(connection);
    let may_set = may_set(&visit);
    let visit = visit.with_notice(notice);
    Ok(visit.page("Detection", Some(Section::Detection), || pages::detection(detail, may_set)))
}

/// Sets the number of allowed false alarms.
pub async fn set(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    if !may_set(&visit) {
        return Err(Failure::Forbidden("Only administrators set how sensitive the detection is."));
    }
    let author = visit.user.as_ref().map(|user| user.name.clone()).unwrap_or_default();
    let form = query_string::pairs(&body);
    let (least, most) = alerts::budget::RANGE;
    let budget = query_string::value(&form, "budget")
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|budget| (least..=most).contains(budget))
        .ok_or(Failure::BadRequest("The form does not say how many false alarms are allowed."))?;
    let note = query_string::value(&form, "note").unwrap_or_default().trim();
    let note: String = note.chars().take(LONGEST_NOTE).collect();
    let mut connection = server.connection().await?;
    query::set(&mut connection, budget, &author, &note, visit.now).await?;
    Ok(Redirect::to("/detection?done=set").into_response())
}

/// `/method`: how a figure comes about.
pub async fn method(visit: Visit) -> Result<Response, Failure> {
    Ok(visit.page("How this is calculated", Some(Section::Detection), pages::method))
}

fn may_set(visit: &Visit) -> bool {
    visit.user.as_ref().is_some_and(|user| user.role == Role::Admin)
}

/// A notice without anything to undo.
pub(super) fn said(sentence: String, failed: bool) -> Notice {
    Notice { sentence, failed, undo: None }
}
