//! What the workers run: the schedule, the history, and a run that somebody asks for.

mod query;

pub use query::PAGE_SIZE;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Notice, Section};

/// `/jobs`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let list = query::list(&mut connection, visit.page_number()).await?;
    drop(connection);
    let notice = match visit.asked("done") {
        Some("asked") => Some(("A worker begins the run within seconds.", false)),
        Some("unknown") => Some(("There is no such job; nothing was asked for.", true)),
        _ => None,
    };
    let notice = notice.map(|(sentence, failed)| Notice {
        sentence: sentence.to_owned(),
        failed,
        undo: None,
    });
    let visit = visit.with_notice(notice);
    let (now, may_run) = (visit.now, visit.may_triage());
    Ok(visit.page("Runs", Some(Section::Arrivals), || pages::jobs(list, now, may_run)))
}

/// Asks for a run now.
pub async fn run(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let actor = visit.user.clone().ok_or(Failure::SignedOut)?;
    if !actor.role.may_triage() {
        return Err(Failure::Forbidden("Viewers read; they do not start runs."));
    }
    let fields = query_string::pairs(&body);
    let job = query_string::value(&fields, "job").unwrap_or_default();
    let mut connection = server.connection().await?;
    let known = query::request(&mut connection, job, &actor.name, visit.now).await?;
    let done = if known { "asked" } else { "unknown" };
    Ok(Redirect::to(&format!("/jobs?done={done}")).into_response())
}
