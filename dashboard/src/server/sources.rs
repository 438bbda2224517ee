//! Where mails come from, and what people ask of the worker.

mod multipart;
mod query;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};

use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Notice, Section};

/// The largest file that is handed in, and what a form writes around it.
pub const LARGEST_UPLOAD: usize = 64 * 1024 * 1024 + 64 * 1024;

/// `/sources`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let list = query::list(&mut connection).await?;
    drop(connection);
    let (now, may_act) = (visit.now, visit.may_triage());
    let notice = visit.asked("done").and_then(notice);
    let visit = visit.with_notice(notice);
    Ok(visit.page("Sources", Some(Section::Sources), || pages::sources(list, now, may_act)))
}

/// Has a source tried with the next pass.
pub async fn retry(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    allow(&visit)?;
    let fields = query_string::pairs(&body);
    let source = query_string::value(&fields, "source").unwrap_or_default();
    let mut connection = server.connection().await?;
    let done = if query::try_again(&mut connection, source).await? { "retry" } else { "unknown" };
    Ok(Redirect::to(&format!("/sources?done={done}")).into_response())
}

/// Takes a file that waits for the worker then.
pub async fn upload(
    State(server): State<Server>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let by = allow(&visit)?;
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let file = multipart::file(content_type, &body)
        .ok_or(Failure::BadRequest("The form holds no file."))?;
    if file.name.is_empty() || file.content.is_empty() {
        return Ok(Redirect::to("/sources?done=no-file").into_response());
    }
    let mut connection = server.connection().await?;
    query::keep_upload(&mut connection, &file.name, file.content, &by, visit.now).await?;
    Ok(Redirect::to("/sources?done=upload").into_response())
}

/// Has a stored file read again.
pub async fn reread(
    State(server): State<Server>,
    visit: Visit,
    Path(attachment): Path<String>,
) -> Result<Response, Failure> {
    let by = allow(&visit)?;
    let id: i64 = attachment.parse().map_err(|_| Failure::NotFound("file"))?;
    let mut connection = server.connection().await?;
    if !query::wish_reread(&mut connection, id, &by, visit.now).await? {
        return Err(Failure::NotFound("file"));
    }
    Ok(Redirect::to(&format!("/arrivals/attachments/{id}?done=reread")).into_response())
}

/// What is said after a form.
pub fn notice(done: &str) -> Option<Notice> {
    let (sentence, failed) = match done {
        "retry" => ("The source is tried with the next pass.", false),
        "unknown" => ("There is no such source any more.", true),
        "upload" => ("The file waits for the worker, which takes it within seconds.", false),
        "no-file" => ("No file was chosen, or it is empty.", true),
        "reread" => {
            ("The file is read again from what is stored; look again in some seconds.", false)
        }
        _ => return None,
    };
    Some(Notice { sentence: sentence.to_owned(), failed, undo: None })
}

/// The name of the person, who must be an operator.
fn allow(visit: &Visit) -> Result<String, Failure> {
    let user = visit.user.as_ref().ok_or(Failure::SignedOut)?;
    if !user.role.may_triage() {
        return Err(Failure::Forbidden("Viewers read; they do not ask anything of the worker."));
    }
    Ok(user.name.clone())
}
