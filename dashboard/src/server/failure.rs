//! What can go wrong with a request, and the page that says so.
//!
//! A page names what a person can do; the detail stays in the log, under the id that the page shows.

use std::error::Error;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::query_string;
use super::state::Server;
use super::visit::{Visit, VisitSlot};
use crate::pages;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody is signed in, or no longer.
    #[error("nobody is signed in")]
    SignedOut,
    /// There is nothing at this address.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The request makes no sense.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The database gives no connection.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// A query failed.
    #[error("a query of the dashboard failed")]
    Query(#[source] sqlx::Error),
    /// What is stored is not what this version knows.
    #[error("a stored value is not understood: {0}")]
    Stored(String),
    /// The desk at which files are opened did not answer.
    #[error("the desk failed: {0}")]
    Desk(String),
    /// Something of the machine failed, such as its source of random numbers.
    #[error("{0}")]
    Machine(&'static str),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            other => Self::Query(other),
        }
    }
}

impl Failure {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Query(_) | Self::Stored(_) | Self::Machine(_) | Self::Desk(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The failure and all its causes, for the log.
    fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// The words of a failure on its way to the page.
#[derive(Debug, Clone)]
struct Told {
    title: &'static str,
    sentence: String,
    next: &'static str,
    error_id: Option<String>,
    retry: bool,
}

impl Failure {
    fn told(&self) -> Told {
        let told = |title, sentence: &str, next| Told {
            title,
            sentence: sentence.to_owned(),
            next,
            error_id: None,
            retry: false,
        };
        match self {
            Self::SignedOut => told("Sign in", "", ""),
            Self::NotFound(what) => told(
                "Not found",
                &format!("There is no such {what}."),
                "Check the address, or start from the list of alerts.",
            ),
            Self::Forbidden(sentence) => {
                told("Not allowed", sentence, "Ask an administrator for the role of an operator.")
            }
            Self::BadRequest(sentence) => {
                told("Not understood", sentence, "Go back and try again.")
            }
            Self::Unavailable(_) => Told {
                retry: true,
                error_id: Some(log(self)),
                ..told(
                    "The database does not answer",
                    "Nothing is lost: what has arrived is stored or still in its mailbox.",
                    "This page tries again by itself. If it stays so, tell your administrator.",
                )
            },
            Self::Query(_) | Self::Stored(_) | Self::Machine(_) | Self::Desk(_) => Told {
                error_id: Some(log(self)),
                ..told(
                    "That did not work",
                    "The server met an error of its own; nothing was changed.",
                    "Try again. If it stays so, tell your administrator the number below.",
                )
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self.told());
        response
    }
}

fn log(failure: &Failure) -> String {
    let mut random = [0_u8; 4];
    // Without random numbers the id is all zeros; the log line is there nevertheless.
    let _ = getrandom::fill(&mut random);
    let id = format!("{:08X}", u32::from_be_bytes(random));
    tracing::error!(error.id = id, "request failed with {id}: {}", failure.chain());
    id
}

/// Turns failures into pages; a person who is not signed in is sent to do so and comes back.
pub async fn show_failures(State(server): State<Server>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let stranger = Visit::of_stranger(&server, &parts);
    let slot = VisitSlot::default();
    parts.extensions.insert(slot.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(told) = response.extensions().get::<Told>().cloned() else { return response };
    if response.status() == StatusCode::UNAUTHORIZED {
        let place = query_string::encode_one("next", &stranger.address);
        return Redirect::to(&format!("/sign-in?{place}")).into_response();
    }
    let visit = slot.0.get().unwrap_or(&stranger);
    let mut page = visit.page(told.title, None, || {
        pages::trouble(told.title, &told.sentence, told.next, told.error_id.as_deref())
    });
    *page.status_mut() = response.status();
    if told.retry {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        // To the address that was asked for; after a form, to the first page: a form is not sent twice.
        if let Ok(again) = HeaderValue::from_str(&format!("10; url={}", stranger.address)) {
            page.headers_mut().insert("refresh", again);
        }
    }
    page
}

/// Any address that no route knows.
pub async fn unknown_page() -> Failure {
    Failure::NotFound("page")
}
