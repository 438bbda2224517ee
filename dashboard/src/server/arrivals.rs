//! What arrived: mails, their files, and what became of every row.

pub mod attachment_query;
pub mod mail_query;
mod original;

use axum::extract::{Path, State};
use axum::response::Response;
use readings::ids::{AttachmentId, MessageId};

use super::failure::Failure;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Outcome, Section};

/// `/arrivals`, the newest mail first.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let outcome = visit.asked("outcome").and_then(Outcome::from_code);
    let search: String = visit.asked("q").unwrap_or_default().trim().chars().take(100).collect();
    let mut connection = server.connection().await?;
    let list = mail_query::list(&mut connection, outcome, search, visit.page_number()).await?;
    drop(connection);
    let now = visit.now;
    Ok(visit.page("Arrivals", Some(Section::Arrivals), || pages::arrivals(list, now)))
}

/// `/arrivals/mails/7`.
pub async fn mail(
    State(server): State<Server>,
    visit: Visit,
    Path(mail): Path<String>,
) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let mail = mail_query::one(&mut connection, mail_id(&mail)?)
        .await?
        .ok_or(Failure::NotFound("mail"))?;
    drop(connection);
    let may_open = visit.may_open_originals();
    let title = mail.mail.subject.clone().unwrap_or_else(|| "A mail without subject".to_owned());
    Ok(visit.page(&title, Some(Section::Arrivals), || pages::mail(mail, may_open)))
}

/// `/arrivals/attachments/7`.
pub async fn attachment(
    State(server): State<Server>,
    visit: Visit,
    Path(attachment): Path<String>,
) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let file = attachment_query::one(&mut connection, attachment_id(&attachment)?)
        .await?
        .ok_or(Failure::NotFound("file"))?;
    drop(connection);
    let may_open = visit.may_open_originals();
    let notice = visit.asked("done").and_then(super::sources::notice);
    let visit = visit.with_notice(notice);
    let title = file.row.file_name.clone().unwrap_or_else(|| "A file without name".to_owned());
    Ok(visit.page(&title, Some(Section::Arrivals), || pages::attachment(file, may_open)))
}

/// The mail as it arrived.
pub async fn mail_original(
    State(server): State<Server>,
    visit: Visit,
    Path(mail): Path<String>,
) -> Result<Response, Failure> {
    original::allow(&visit)?;
    original::mail(&server, mail_id(&mail)?).await
}

/// The file as it arrived.
pub async fn attachment_original(
    State(server): State<Server>,
    visit: Visit,
    Path(attachment): Path<String>,
) -> Result<Response, Failure> {
    original::allow(&visit)?;
    original::attachment(&server, attachment_id(&attachment)?).await
}

fn mail_id(text: &str) -> Result<MessageId, Failure> {
    text.parse().map(MessageId::new).map_err(|_| Failure::NotFound("mail"))
}

fn attachment_id(text: &str) -> Result<AttachmentId, Failure> {
    text.parse().map(AttachmentId::new).map_err(|_| Failure::NotFound("file"))
}
