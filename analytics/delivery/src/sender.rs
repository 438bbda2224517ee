//! One signed request to one endpoint.

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::config::{ConfigError, EndpointConfig};
use crate::resolver::PublicOnly;
use crate::secret::Secret;
use crate::signature::sign;
use crate::target::TargetRefusal;

/// As much of an answer is kept.
const RESPONSE_LIMIT: usize = 4096;

/// An endpoint ready to be sent to: checked address, secrets, connection pool of its own.
#[derive(Debug)]
pub struct Sender {
    name: String,
    url: Url,
    secrets: Vec<Secret>,
    client: Client,
    timeout: Duration,
}

impl Sender {
    /// Checks the endpoint, reads its secret and prepares the connection; nothing is sent.
    ///
    /// `timeout` bounds a request as a whole, from resolving the name to the last byte of the answer.
    pub fn new(config: &EndpointConfig, timeout: Duration) -> Result<Self, ConfigError> {
        let url = config.target()?;
        let secrets = config.secrets()?;
        // An error says that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(concat!("meterwatch/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            // A proxy would resolve the name itself, past the check of the address.
            .no_proxy()
            .connect_timeout(timeout)
            .timeout(timeout);
        if !config.allow_private {
            builder = builder.https_only(true).dns_resolver(PublicOnly);
        }
        if url.scheme() == "http" {
            // Never used, so that an image without certificates can still reach its in-cluster receiver.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .build()
            .map_err(|source| ConfigError::Client { name: config.name.clone(), source })?;
        Ok(Self { name: config.name.clone(), url, secrets, client, timeout })
    }

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Posts `body` as the event `event_id`, signed for this attempt at `now`.
    pub async fn send(&self, event_id: Uuid, body: &str, now: Timestamp) -> Answer {
        let started = Instant::now();
        let id = event_id.to_string();
        let timestamp = now.as_second();
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", sign(&self.secrets, &id, timestamp, body))
            .body(body.to_owned());
        let mut answer = match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let wish = response.headers().get(RETRY_AFTER).and_then(|wish| wish.to_str().ok());
                let retry_after = wish.and_then(|wish| answer::retry_after(wish, now));
                let response = Some(beginning(response).await);
                let duration = Duration::ZERO;
                Answer { status: Some(status), error: None, response, retry_after, duration }
            }
            Err(error) => Answer {
                status: None,
                error: Some(self.sentence(&error)),
                response: None,
                retry_after: None,
                duration: Duration::ZERO,
            },
        };
        answer.duration = started.elapsed();
        answer
    }

    /// Says what went wrong, without the address, in which there may be a token.
    fn sentence(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("No answer came within {} s.", self.timeout.as_secs_f32());
        }
        let mut cause: &dyn Error = error;
        while let Some(deeper) = cause.source() {
            if let Some(refusal) = deeper.downcast_ref::<TargetRefusal>() {
                return format!("Nothing was sent: {refusal}.");
            }
            cause = deeper;
        }
        if error.is_connect() {
            format!("No connection was made: {cause}.")
        } else {
            format!("The connection broke: {cause}.")
        }
    }
}

/// Reads as much of the answer as is kept; what breaks or dawdles afterwards does not change the status that came.
async fn beginning(mut response: Response) -> String {
    let mut kept = Vec::new();
    while kept.len() < RESPONSE_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                kept.extend_from_slice(&chunk[..chunk.len().min(RESPONSE_LIMIT - kept.len())]);
            }
            Ok(None) | Err(_) => break,
        }
    }
    // PostgreSQL stores no NUL in a text.
    String::from_utf8_lossy(&kept).replace('\0', "\u{FFFD}")
}
