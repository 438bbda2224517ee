//! How a file is read: looked at, tried, and said once for all files of its layout.
//!
//! The form carries the whole draft with it, so that a person goes through sheets and pages without losing what was
//! said, with or without scripts, and two people do not meet in a half-said state. A click on an answer saves at once
//! where the file is then read without a question; else it is shown what remains.

mod draft;
mod form;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use readings::ids::AttachmentId;
use readings::profile::Profile;

use self::form::Form;
pub use self::form::year_text;
use super::desk::{DeskFailure, MappingDesk, Saving};
use super::failure::Failure;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::mapping::{Mapping, OpenedFile, ReplayedFile, Window};
use crate::views::{Outcome, Section};

/// `GET /arrivals/attachments/7/mapping`: the file as it is read now.
pub async fn show(
    State(server): State<Server>,
    visit: Visit,
    Path(attachment): Path<String>,
) -> Result<Response, Failure> {
    let id = parse(&attachment)?;
    let desk = server.desk()?;
    let number = |name: &str| visit.asked(name).and_then(|text| text.parse::<u32>().ok());
    let window = Window {
        sheet: number("sheet").unwrap_or(0) as usize,
        first_row: number("row").unwrap_or(0),
        first_column: number("column").unwrap_or(0),
    };
    let mut file = open(desk, id, None, window).await?;
    let mut draft = draft::first(&file);
    if let (Some(_), Some((old, diff))) = (visit.asked("start"), file.changed.clone()) {
        draft = draft::remapped(&file, &old, &diff);
        file = open(desk, id, Some(draft.clone()), window).await?;
        draft = draft::completed(draft, &file);
    }
    let page = Page { window, ..Page::default() };
    Ok(answer(&visit, file, draft, page))
}

/// `POST /arrivals/attachments/7/mapping`: tries what is said, or saves it.
pub async fn say(
    State(server): State<Server>,
    visit: Visit,
    Path(attachment): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let id = parse(&attachment)?;
    let actor = visit.user.clone().ok_or(Failure::SignedOut)?;
    if !actor.role.may_triage() {
        return Err(Failure::Forbidden("Viewers look; operators say how files are read."));
    }
    let desk = server.desk()?;
    let form = Form::read(&body);
    let stored = open(desk, id, None, form.window()).await?;
    if form.asks("delete") {
        return delete(&server, &visit, id, &stored, actor.name).await;
    }
    let (draft, mut mistakes) = form.draft(draft::first(&stored));
    let draft = Profile { fingerprint: stored.fingerprint.clone().unwrap_or_default(), ..draft };
    let mut file = open(desk, id, Some(draft.clone()), form.window()).await?;
    file.changed.clone_from(&stored.changed);
    let draft = draft::completed(draft, &file);
    mistakes.extend(draft.problems());
    let answered = form.answer().is_some() && file.preview.outcome == Some(Outcome::Accepted);
    let mut page = Page { window: form.window(), table: form.table(), ..Page::default() };
    if (form.asks("save") || answered) && mistakes.is_empty() {
        let kept = stored.kept.as_ref();
        let saving = Saving {
            answers: draft::answers(kept.map(|kept| &kept.profile), &draft),
            seen: kept.filter(|kept| kept.profile.name == draft.name).map(|kept| kept.revision),
            profile: draft.clone(),
            actor: actor.name,
        };
        match desk.save(saving).await {
            Ok(replayed) => {
                server.remember_freshness(None);
                page.replayed = replayed;
                file = open(desk, id, None, form.window()).await?;
            }
            Err(DeskFailure::Refused(sentence)) => mistakes.push(sentence),
            Err(DeskFailure::Broken(sentence)) => return Err(Failure::Desk(sentence)),
        }
    }
    page.mistakes = mistakes;
    Ok(answer(&visit, file, draft, page))
}

async fn delete(
    server: &Server,
    visit: &Visit,
    id: AttachmentId,
    stored: &OpenedFile,
    actor: String,
) -> Result<Response, Failure> {
    let desk = server.desk()?;
    let mut page = Page::default();
    if let Some(kept) = &stored.kept {
        match desk.delete(kept.profile.name.clone(), actor).await {
            Ok(replayed) => page.replayed = replayed,
            Err(DeskFailure::Refused(sentence)) => page.mistakes.push(sentence),
            Err(DeskFailure::Broken(sentence)) => return Err(Failure::Desk(sentence)),
        }
        server.remember_freshness(None);
    }
    let file = open(desk, id, None, Window::default()).await?;
    let draft = draft::first(&file);
    Ok(answer(visit, file, draft, page))
}

/// `GET /profiles`: all that people have said.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let all = server.desk()?.all().await.map_err(failure)?;
    let now = visit.now;
    Ok(visit.page("Profiles", Some(Section::Arrivals), || pages::profiles(all, now)))
}

/// `GET /profiles/export`: the same as TOML, for files under version control.
pub async fn export(State(server): State<Server>, _visit: Visit) -> Result<Response, Failure> {
    let desk = server.desk()?;
    let all = desk.all().await.map_err(failure)?;
    let text: Vec<String> = all.iter().map(|kept| desk.written(&kept.profile)).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"profiles.toml\""),
    ];
    Ok((headers, text.join("\n")).into_response())
}

#[derive(Default)]
struct Page {
    window: Window,
    table: usize,
    mistakes: Vec<String>,
    replayed: Vec<ReplayedFile>,
}

fn answer(visit: &Visit, file: OpenedFile, draft: Profile, page: Page) -> Response {
    let title = format!("How {} is read", file.name);
    let table = draft::table_of(&draft, &file, page.window, page.table);
    let mapping = Mapping {
        file,
        draft,
        table,
        window: page.window,
        may_map: visit.may_triage(),
        mistakes: page.mistakes,
        replayed: page.replayed,
    };
    let now = visit.now;
    visit.page(&title, Some(Section::Arrivals), || pages::mapping(mapping, now))
}

async fn open(
    desk: &dyn MappingDesk,
    id: AttachmentId,
    draft: Option<Profile>,
    window: Window,
) -> Result<OpenedFile, Failure> {
    desk.open(id, draft, window).await.map_err(failure)?.ok_or(Failure::NotFound("file"))
}

fn failure(failure: DeskFailure) -> Failure {
    match failure {
        DeskFailure::Refused(sentence) | DeskFailure::Broken(sentence) => Failure::Desk(sentence),
    }
}

fn parse(text: &str) -> Result<AttachmentId, Failure> {
    text.parse().map(AttachmentId::new).map_err(|_| Failure::NotFound("file"))
}
