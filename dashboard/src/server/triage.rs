//! What people decide about an alert.
//!
//! Each form names the revision that its page has shown. A decision, its history and its event are one transaction;
//! when the revision has moved on, nothing is stored and the person sees how the alert stands now.

mod decision;

use alerts::{AlertReference, Verdict};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use self::decision::{Decision, Done, Explanation};
use super::alerts::parse;
use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::views::SignedIn;

const LONGEST_COMMENT: usize = 2_000;

/// Takes the alert: the person who acknowledges becomes its assignee.
pub async fn acknowledge(
    State(server): State<Server>,
    visit: Visit,
    Path(reference): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let form = Form::read(&visit, &reference, &body)?;
    form.carry_out(&server, &visit, Decision::Acknowledge, "acknowledged").await
}

/// Closes the alert with a verdict.
pub async fn resolve(
    State(server): State<Server>,
    visit: Visit,
    Path(reference): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let form = Form::read(&visit, &reference, &body)?;
    match form.field("verdict").parse::<Verdict>() {
        Ok(verdict) => {
            form.carry_out(&server, &visit, Decision::Resolve(verdict), "resolved").await
        }
        Err(_) => Ok(form.lead_back("no-verdict")),
    }
}

/// Opens the alert again: the way to undo an acknowledgement or a resolution.
pub async fn reopen(
    State(server): State<Server>,
    visit: Visit,
    Path(reference): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let form = Form::read(&visit, &reference, &body)?;
    form.carry_out(&server, &visit, Decision::Reopen, "reopened").await
}

/// Adds a comment to the history.
pub async fn comment(
    State(server): State<Server>,
    visit: Visit,
    Path(reference): Path<String>,
    body: String,
) -> Result<Response, Failure> {
    let form = Form::read(&visit, &reference, &body)?;
    if form.comment().is_empty() {
        return Ok(form.lead_back("no-comment"));
    }
    form.carry_out(&server, &visit, Decision::Comment, "commented").await
}

/// A form of a person who may triage.
struct Form {
    reference: AlertReference,
    actor: SignedIn,
    fields: Vec<(String, String)>,
}

impl Form {
    fn read(visit: &Visit, reference: &str, body: &str) -> Result<Self, Failure> {
        let actor = visit.user.clone().ok_or(Failure::SignedOut)?;
        if !actor.role.may_triage() {
            return Err(Failure::Forbidden("Viewers read; they do not decide about alerts."));
        }
        Ok(Self { reference: parse(reference)?, actor, fields: query_string::pairs(body) })
    }

    fn field(&self, name: &str) -> &str {
        query_string::value(&self.fields, name).unwrap_or_default()
    }

    fn comment(&self) -> String {
        self.field("comment").trim().chars().take(LONGEST_COMMENT).collect()
    }

    async fn carry_out(
        &self,
        server: &Server,
        visit: &Visit,
        decision: Decision,
        done: &'static str,
    ) -> Result<Response, Failure> {
        let revision = self.field("revision").parse().map_err(|_| {
            Failure::BadRequest("The form does not say which state of the alert it is about.")
        })?;
        let mut connection = server.connection().await?;
        let outcome = decision::carry_out(
            &mut connection,
            &decision::Request {
                reference: self.reference,
                revision,
                decision,
                actor: &self.actor.name,
                comment: &self.comment(),
                event: self.explanation(decision),
                now: visit.now,
            },
        )
        .await?;
        drop(connection);
        // The number of open alerts in the frame is another one now.
        server.remember_freshness(None);
        match outcome {
            Done::Stored => Ok(self.lead_back(done)),
            Done::Stale => Ok(self.lead_back("stale")),
            Done::RaisedAnew => Ok(self.lead_back("returned")),
            Done::Unknown => Err(Failure::NotFound("alert")),
        }
    }

    /// The event that the verdict names; none where the form asks for none.
    fn explanation(&self, decision: Decision) -> Option<Explanation> {
        let names_one = decision == Decision::Resolve(Verdict::KnownEvent);
        let kind = self.field("event").parse().ok().filter(|_| names_one)?;
        let day = |name| self.field(name).trim().parse().ok();
        Some(Explanation { kind, starts_on: day("from"), last_day: day("to") })
    }

    /// To the page that the form stood on; what was said there before is left out.
    fn lead_back(&self, done: &'static str) -> Response {
        let back = query_string::local(Some(self.field("back")).filter(|back| !back.is_empty()));
        let own = format!("/alerts/{}", self.reference);
        let back = if back == "/" { own.as_str() } else { back };
        let (path, query) = back.split_once('?').unwrap_or((back, ""));
        let kept: Vec<_> = query
            .split('&')
            .filter(|part| {
                !part.is_empty() && !part.starts_with("done=") && !part.starts_with("on=")
            })
            .collect();
        let kept = kept.join("&");
        let joint = if kept.is_empty() { "" } else { "&" };
        let reference = self.reference;
        Redirect::to(&format!("{path}?{kept}{joint}done={done}&on={reference}")).into_response()
    }
}
