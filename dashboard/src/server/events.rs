//! Known events: the calendar of what people know about their sites.

pub mod query;

use alerts::EventKind;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use readings::ids::SiteId;

use super::detection::said;
use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{EventList, Section};

const LONGEST_NOTE: usize = 500;

/// `/events`, with `?site=7` the form for that site.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let notice = match visit.asked("done") {
        Some("entered") => Some(said(
            "The event is entered. The next analysis takes it into account and closes what it explains.".to_owned(),
            false,
        )),
        Some("withdrawn") => Some(said("The event is withdrawn.".to_owned(), false)),
        Some("dates") => Some(said(
            "Nothing was stored: give a first day, and a last day that is not before it.".to_owned(),
            true,
        )),
        _ => None,
    };
    let site = visit.asked("site").and_then(|text| text.parse().ok()).map(SiteId::new);
    let mut connection = server.connection().await?;
    let list = EventList {
        rows: query::all(&mut connection, None).await?,
        sites: super::alerts::sites(&mut connection).await?,
        site,
    };
    drop(connection);
    let may_enter = visit.may_triage();
    let visit = visit.with_notice(notice);
    Ok(visit.page("Known events", Some(Section::Detection), || pages::events(list, may_enter)))
}

/// Enters an event.
pub async fn enter(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let author = operator(&visit)?;
    let form = query_string::pairs(&body);
    let Some(event) = event(&form) else {
        return Ok(Redirect::to("/events?done=dates").into_response());
    };
    let mut connection = server.connection().await?;
    query::add(&mut connection, &event, author, None, visit.now).await?;
    Ok(Redirect::to("/events?done=entered").into_response())
}

/// Takes an event back.
pub async fn withdraw(
    State(server): State<Server>,
    visit: Visit,
    Path(event): Path<String>,
) -> Result<Response, Failure> {
    let author = operator(&visit)?;
    let event = event.parse().map_err(|_| Failure::NotFound("event"))?;
    let mut connection = server.connection().await?;
    query::withdraw(&mut connection, event, author, visit.now).await?;
    Ok(Redirect::to("/events?done=withdrawn").into_response())
}

/// The name of the person, who may decide.
pub(super) fn operator(visit: &Visit) -> Result<&str, Failure> {
    let user = visit.user.as_ref().ok_or(Failure::SignedOut)?;
    if user.role.may_triage() {
        Ok(&user.name)
    } else {
        Err(Failure::Forbidden("Viewers read; they do not change what is set."))
    }
}

/// What a form says about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// At which site.
    pub site: SiteId,
    /// Of one meter of it.
    pub meter: Option<i64>,
    /// What happened.
    pub kind: EventKind,
    /// First day.
    pub starts_on: Date,
    /// First day after it.
    pub ends_on: Option<Date>,
    /// What else is to be said.
    pub note: String,
}

/// Reads the form; none where it names no site, kind and first day, or ends before it begins.
fn event(form: &[(String, String)]) -> Option<Entered> {
    let text = |name| query_string::value(form, name).unwrap_or_default().trim();
    let starts_on = text("from").parse().ok()?;
    let ends_on: Option<Date> = match text("to") {
        "" => None,
        last => Some(last.parse::<Date>().ok()?.tomorrow().ok()?),
    };
    (ends_on.is_none_or(|end| end > starts_on)).then_some(())?;
    Some(Entered {
        site: SiteId::new(text("site").parse().ok()?),
        meter: text("meter").parse().ok(),
        kind: text("kind").parse().ok()?,
        starts_on,
        ends_on,
        note: text("note").chars().take(LONGEST_NOTE).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_form_names_both_days_included() {
        let form = query_string::pairs(
            "site=7&kind=closure&from=2026-07-01&to=2026-07-31&note=+holidays+",
        );
        let event = event(&form).expect("an event");
        assert_eq!((event.starts_on, event.ends_on), (date(2026, 7, 1), Some(date(2026, 8, 1))));
        assert_eq!((event.kind, event.note.as_str()), (EventKind::Closure, "holidays"));
    }

    #[test]
    fn a_form_that_ends_before_it_begins_is_none() {
        for text in [
            "site=7&kind=closure&from=2026-07-02&to=2026-07-01",
            "site=7&kind=closure&from=",
            "site=&kind=closure&from=2026-07-02",
        ] {
            assert_eq!(event(&query_string::pairs(text)), None, "{text}");
        }
    }
}
