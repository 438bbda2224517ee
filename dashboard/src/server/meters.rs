//! Meters that wait for a person: confirm, merge into another meter or site, and undo.

pub(super) mod query;

pub use query::{PAGE_SIZE, waiting};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use readings::MergeAnswer;
use readings::ids::MeterId;

use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Notice, Section, SignedIn};

/// `/meters`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let list = query::list(&mut connection, visit.page_number()).await?;
    drop(connection);
    let notice = notice(&visit);
    let visit = visit.with_notice(notice);
    let may = visit.may_triage();
    Ok(visit.page("Meters to confirm", Some(Section::Sites), || pages::meters(list, may)))
}

/// `/meters/7/identity`: what the meter or its site may be merged into.
pub async fn choose(
    State(server): State<Server>,
    visit: Visit,
    Path(meter): Path<String>,
) -> Result<Response, Failure> {
    let meter = meter.parse().map(MeterId::new).map_err(|_| Failure::NotFound("meter"))?;
    let search: String = visit.asked("q").unwrap_or_default().trim().chars().take(100).collect();
    let mut connection = server.connection().await?;
    let choice =
        query::choice(&mut connection, meter, search).await?.ok_or(Failure::NotFound("meter"))?;
    drop(connection);
    let may = visit.may_triage();
    let title = format!("Merge {}", choice.meter.name);
    Ok(visit.page(&title, Some(Section::Sites), || pages::merge_choice(choice, may)))
}

/// Confirms the meters that were chosen.
pub async fn confirm(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let actor = decider(&visit)?;
    let fields = query_string::pairs(&body);
    let meters: Vec<i64> = fields
        .iter()
        .filter(|(name, _)| name == "meter")
        .filter_map(|(_, value)| value.parse().ok())
        .collect();
    let mut connection = server.connection().await?;
    query::confirm(&mut connection, &meters, &actor.name, visit.now).await?;
    Ok(lead_back(if meters.is_empty() { "none" } else { "confirmed" }))
}

/// Merges a meter or a site into another.
pub async fn merge(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let actor = decider(&visit)?;
    let form = Form::read(&body)?;
    let mut connection = server.connection().await?;
    let answer =
        query::merge(&mut connection, form.of_sites, (form.id, form.into), &actor.name, visit.now)
            .await?;
    Ok(lead_back(if answer == MergeAnswer::Done { "merged" } else { code(answer) }))
}

/// Takes a merge back.
pub async fn undo(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let actor = decider(&visit)?;
    let form = Form::read(&body)?;
    let mut connection = server.connection().await?;
    let answer =
        query::undo(&mut connection, form.of_sites, form.id, &actor.name, visit.now).await?;
    Ok(lead_back(if answer == MergeAnswer::Done { "undone" } else { code(answer) }))
}

/// What a form names.
struct Form {
    of_sites: bool,
    id: i64,
    into: i64,
}

impl Form {
    fn read(body: &str) -> Result<Self, Failure> {
        let fields = query_string::pairs(body);
        let number = |name| query_string::value(&fields, name).and_then(|text| text.parse().ok());
        let id = number("id").ok_or(Failure::BadRequest("The form names no meter and no site."))?;
        let of_sites = query_string::value(&fields, "what") == Some("site");
        Ok(Self { of_sites, id, into: number("into").unwrap_or_default() })
    }
}

fn decider(visit: &Visit) -> Result<SignedIn, Failure> {
    let actor = visit.user.clone().ok_or(Failure::SignedOut)?;
    if actor.role.may_triage() {
        Ok(actor)
    } else {
        Err(Failure::Forbidden("Viewers read; they do not decide which meters are one."))
    }
}

fn lead_back(done: &str) -> Response {
    Redirect::to(&format!("/meters?done={done}")).into_response()
}

const fn code(answer: MergeAnswer) -> &'static str {
    match answer {
        MergeAnswer::Done => "done",
        MergeAnswer::Unknown => "unknown",
        MergeAnswer::Same => "same",
        MergeAnswer::MergedBefore => "merged_before",
        MergeAnswer::Unlike => "unlike",
        MergeAnswer::NotMerged => "not_merged",
        MergeAnswer::FollowsSite => "follows_site",
    }
}

fn notice(visit: &Visit) -> Option<Notice> {
    let done = visit.asked("done")?;
    let (sentence, failed) = match done {
        "confirmed" => ("Confirmed.", false),
        "merged" => (
            "Merged. Figures and alerts follow with the next analysis; the list below undoes it.",
            false,
        ),
        "undone" => ("Undone. Each name stands for itself again.", false),
        "none" => ("No meter was chosen.", true),
        other => (MergeAnswer::from_code(other)?.sentence(), true),
    };
    Some(Notice { sentence: sentence.to_owned(), failed, undo: None })
}
