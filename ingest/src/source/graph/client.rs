//! Requests to Microsoft Graph: signed in as an application, patient where the service asks for it, never faster.
//!
//! After 429 no request is sent before the time that `Retry-After` names; without one the source is left to its
//! circuit breaker, since asking again early makes the pause longer. Errors of the service itself (5xx) are tried again
//! a few times. Each request carries `Prefer: IdType="ImmutableId"`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::source::oauth::Tokens;
use crate::source::trouble::{Trouble, TroubleKind};
use crate::source::{Clock, MAX_BYTES, http};

/// Requests of one mailbox at a time; the service allows four for an application.
const AT_ONCE: usize = 2;
/// The longest pause that is waited for within a pass; a longer one ends the pass of this source.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Attempts for a request that the service could not answer.
const ATTEMPTS: u32 = 4;
/// The wait after the first of them; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The largest answer that is no mail.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// What a request is about, so that "not found" can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Mailbox,
    Folder,
    Mail,
}

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The service does not know the thing (404).
    NotFound(Trouble),
    /// The count of changes is too old (410, or a code that means the same): begin anew.
    Resync,
    /// The answer is larger than what is taken.
    TooLarge,
    /// The service cannot make the mail whole; the parts may still be had.
    NoContent(Trouble),
    /// The source as a whole.
    Trouble(Trouble),
}

impl From<Trouble> for RequestError {
    fn from(trouble: Trouble) -> Self {
        if trouble.kind == TroubleKind::TooLarge { Self::TooLarge } else { Self::Trouble(trouble) }
    }
}

impl RequestError {
    /// As a trouble of the source as a whole.
    pub(super) fn trouble(self) -> Trouble {
        match self {
            Self::NotFound(trouble) | Self::NoContent(trouble) | Self::Trouble(trouble) => trouble,
            Self::Resync => {
                Trouble::new(TroubleKind::Unavailable, "the service has lost count of the changes")
            }
            Self::TooLarge => {
                Trouble::new(TroubleKind::TooLarge, "an answer of the service is too large")
            }
        }
    }
}

/// A client for one mailbox; clones share connections, token and patience.
#[derive(Debug, Clone)]
pub(super) struct Graph(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `https://graph.microsoft.com`
    origin: String,
    user: String,
    ca_file: Option<PathBuf>,
    timeout: Duration,
    tokens: Tokens,
    clock: Clock,
    client: Mutex<Option<Client>>,
    at_once: Semaphore,
    /// No request before this.
    not_before: Mutex<Option<Instant>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorDetail {
    code: String,
    message: String,
}

impl Graph {
    pub(super) fn new(
        origin: String,
        user: String,
        ca_file: Option<PathBuf>,
        timeout: Duration,
        tokens: Tokens,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            origin,
            user,
            ca_file,
            timeout,
            tokens,
            clock,
            client: Mutex::default(),
            at_once: Semaphore::new(AT_ONCE),
            not_before: Mutex::default(),
        }))
    }

    /// The address of something in the mailbox.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/v1.0/users/{}/{path}", self.0.origin, http::encoded(&self.0.user))
    }

    /// Whether an address that the service gave is one of its own: the token goes nowhere else.
    pub(super) fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.0.origin).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Reads an object.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
        about: About,
    ) -> Result<T, RequestError> {
        let answer = self.send(Method::GET, url, None, about).await?;
        let body = http::body(answer, MAX_ANSWER).await?;
        serde_json::from_slice(&body).map_err(|error| {
            let sentence = format!("an answer of the service is not understood ({error})");
            RequestError::Trouble(Trouble::new(TroubleKind::Protocol, sentence))
        })
    }

    /// Reads bytes: a mail, or a file of it.
    pub(super) async fn bytes(&self, url: &str) -> Result<Vec<u8>, RequestError> {
        let answer = self.send(Method::GET, url, None, About::Mail).await?;
        if answer.content_length().is_some_and(|length| length > MAX_BYTES) {
            return Err(RequestError::TooLarge);
        }
        Ok(http::body(answer, MAX_BYTES).await?)
    }

    /// Changes something.
    pub(super) async fn change(
        &self,
        method: Method,
        url: &str,
        body: &Value,
        about: About,
    ) -> Result<Value, RequestError> {
        let answer = self.send(method, url, Some(body), about).await?;
        let body = http::body(answer, MAX_ANSWER).await?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Sends a request until it is answered.
    async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        about: About,
    ) -> Result<Response, RequestError> {
        let closed = |_| Trouble::new(TroubleKind::Unavailable, "the client was closed");
        let _permit = self.0.at_once.acquire().await.map_err(closed)?;
        let (mut attempts, mut was_refused) = (0, false);
        loop {
            self.wait_as_asked().await;
            let answer = self.once(method.clone(), url, body).await?;
            let status = answer.status();
            if status.is_success() {
                return Ok(answer);
            }
            let retry_after = http::retry_after(&answer, (self.0.clock)());
            let detail = http::body(answer, 1 << 20).await.unwrap_or_default();
            let ErrorBody { error } = serde_json::from_slice(&detail).unwrap_or_default();
            attempts += 1;
            match status {
                StatusCode::UNAUTHORIZED if !was_refused => {
                    was_refused = true;
                    self.0.tokens.forget().await;
                }
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
                    if attempts < ATTEMPTS
                        && retry_after.is_some_and(|pause| pause <= LONGEST_PAUSE) =>
                {
                    self.pause(retry_after.unwrap_or_default()).await;
                }
                _ if status.is_server_error() && attempts < ATTEMPTS && retry_after.is_none() => {
                    if about == About::Mail && is_content_error(&error.code) {
                        return Err(refusal(status, &error, about));
                    }
                    self.pause(FIRST_WAIT * 2_u32.pow(attempts - 1)).await;
                }
                _ => {
                    return Err(match refusal(status, &error, about) {
                        RequestError::Trouble(trouble) => Trouble { retry_after, ..trouble }.into(),
                        other => other,
                    });
                }
            }
        }
    }

    async fn once(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Response, Trouble> {
        let token = self.0.tokens.token().await?;
        let client = self.client().await?;
        let mut request = client
            .request(method, url)
            .bearer_auth(token.reveal())
            .header("prefer", "IdType=\"ImmutableId\", odata.maxpagesize=100")
            .header("client-request-id", Uuid::new_v4().to_string());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await.map_err(|error| http::explain(url, &error))
    }

    async fn client(&self) -> Result<Client, Trouble> {
        let mut client = self.0.client.lock().await;
        if client.is_none() {
            *client =
                Some(http::client(self.0.ca_file.as_deref(), self.0.timeout, &self.0.origin)?);
        }
        client.clone().ok_or_else(|| Trouble::new(TroubleKind::Network, "there is no client"))
    }

    async fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut not_before = self.0.not_before.lock().await;
        *not_before = Some(not_before.map_or(until, |before| before.max(until)));
    }

    async fn wait_as_asked(&self) {
        loop {
            let until = *self.0.not_before.lock().await;
            match until {
                Some(until) if until > Instant::now() => sleep_until(until).await,
                _ => return,
            }
        }
    }
}

/// Whether the service says that it cannot give a mail as a whole.
fn is_content_error(code: &str) -> bool {
    [
        "ErrorMimeContentConversionFailed",
        "ErrorMessageSizeExceeded",
        "ErrorItemCorrupt",
        "ErrorContentConversionFailed",
    ]
    .contains(&code)
}

fn refusal(status: StatusCode, error: &ErrorDetail, about: About) -> RequestError {
    let code = error.code.as_str();
    let lower = code.to_ascii_lowercase();
    let message: String =
        error.message.lines().next().unwrap_or_default().chars().take(300).collect();
    let trouble = |kind, what: &str| {
        Trouble::new(kind, format!("{what}: {} {code} {message}", status.as_u16()))
    };
    if status == StatusCode::GONE
        || ["syncstatenotfound", "syncstateinvalid", "resyncrequired"].contains(&lower.as_str())
    {
        return RequestError::Resync;
    }
    let mailbox_is_unknown = [
        "errorinvaliduser",
        "mailboxnotenabledforrestapi",
        "request_resourcenotfound",
        "resourcenotfound",
        "errornonexistentmailbox",
    ]
    .contains(&lower.as_str());
    if about == About::Mail && (is_content_error(code) || status == StatusCode::PAYLOAD_TOO_LARGE) {
        return RequestError::NoContent(trouble(
            TroubleKind::ServerRefused,
            "the service cannot give the mail as a whole",
        ));
    }
    match (status, about) {
        (StatusCode::NOT_FOUND, _) if mailbox_is_unknown => {
            trouble(TroubleKind::MailboxUnknown, "there is no such mailbox").into()
        }
        (StatusCode::NOT_FOUND, About::Mailbox) => {
            RequestError::NotFound(trouble(TroubleKind::MailboxUnknown, "there is no such mailbox"))
        }
        (StatusCode::NOT_FOUND, About::Folder) => {
            RequestError::NotFound(trouble(TroubleKind::FolderUnknown, "there is no such folder"))
        }
        (StatusCode::NOT_FOUND, About::Mail) => {
            RequestError::NotFound(trouble(TroubleKind::ServerRefused, "there is no such mail"))
        }
        (StatusCode::UNAUTHORIZED, _) => {
            trouble(TroubleKind::TokenRefused, "the service refuses the token").into()
        }
        (StatusCode::FORBIDDEN, _) => {
            trouble(TroubleKind::NoConsent, "the application may not read this mailbox").into()
        }
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            trouble(TroubleKind::Throttled, "the service asks for a pause").into()
        }
        _ if status.is_server_error() => {
            trouble(TroubleKind::Unavailable, "the service is not able to answer").into()
        }
        _ => trouble(TroubleKind::ServerRefused, "the service refuses a request").into(),
    }
}
