//! Tokens of OAuth 2.0 for mailboxes: client credentials (RFC 6749 section 4.4) by secret or by a signed assertion
//! (RFC 7523), and refresh tokens (section 6).
//!
//! A token is kept until shortly before its end. Neither tokens nor secrets are ever part of a message.

mod assertion;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Clock;
use super::config::{OauthConfig, SourceConfig, SourceKind};
use super::http;
use super::secret::{Secret, SecretPlace};
use super::trouble::{Trouble, TroubleKind};

/// A token is not used in the last minutes of its life: an answer may take long.
const SPARE: Duration = Duration::from_mins(5);
/// Microsoft's public cloud.
const MICROSOFT: &str = "https://login.microsoftonline.com";
/// What a token for Exchange Online is for.
const EXCHANGE_SCOPE: &str = "https://outlook.office365.com/.default";

/// Where tokens for one mailbox come from; clones share the token.
#[derive(Debug, Clone)]
pub(super) struct Tokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    scope: Option<String>,
    config: OauthConfig,
    base: PathBuf,
    ca_file: Option<PathBuf>,
    clock: Clock,
    timeout: Duration,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    client: Option<Client>,
    token: Option<(Secret, Instant)>,
    /// A refresh token that could not be written back.
    refresh: Option<Secret>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<serde_json::Value>,
    refresh_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
}

impl Tokens {
    /// As configured; nothing is asked for yet.
    pub(super) fn open(config: &SourceConfig, base: &Path, clock: Clock) -> Self {
        let oauth = config.oauth.clone().unwrap_or_default();
        let tenant = oauth.tenant.as_deref().unwrap_or("common");
        let url = oauth.token_url.clone();
        let url = url.unwrap_or_else(|| format!("{MICROSOFT}/{tenant}/oauth2/v2.0/token"));
        let scope = oauth.scope.clone().or_else(|| match config.kind {
            SourceKind::Graph => Some(format!("{}/.default", super::graph_origin(config))),
            // Elsewhere than at Microsoft a refresh token knows what it is for.
            _ if oauth.tenant.is_some() => Some(EXCHANGE_SCOPE.to_owned()),
            _ => None,
        });
        Self(Arc::new(Inner {
            url,
            scope,
            config: oauth,
            base: base.to_owned(),
            ca_file: config.ca_file.as_ref().map(|file| base.join(file)),
            clock,
            timeout: Duration::from_secs(config.timeout_seconds()),
            held: Mutex::new(Held::default()),
        }))
    }

    /// A token that is good for some minutes yet.
    pub(super) async fn token(&self) -> Result<Secret, Trouble> {
        let mut held = self.0.held.lock().await;
        if let Some((token, until)) = &held.token
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let granted = self.0.ask(&mut held).await?;
        let seconds = granted.expires_in.as_ref().and_then(|value| match value {
            serde_json::Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        let life = Duration::from_secs(seconds.unwrap_or(3600));
        let until = Instant::now() + life.saturating_sub(SPARE.min(life / 2));
        let token = Secret::new(granted.access_token);
        held.token = Some((token.clone(), until));
        Ok(token)
    }

    /// The token was refused: the next one is asked for anew.
    pub(super) async fn forget(&self) {
        self.0.held.lock().await.token = None;
    }
}

impl Inner {
    async fn ask(&self, held: &mut Held) -> Result<Granted, Trouble> {
        let form = self.form(held)?;
        let client = match &held.client {
            Some(client) => client.clone(),
            None => http::client(self.ca_file.as_deref(), self.timeout, &self.url)?,
        };
        held.client = Some(client.clone());
        let request =
            client.post(&self.url).header("content-type", "application/x-www-form-urlencoded");
        let answer =
            request.body(form).send().await.map_err(|error| http::explain(&self.url, &error))?;
        let status = answer.status();
        let retry_after = http::retry_after(&answer, (self.clock)());
        let body = http::body(answer, 1 << 20).await?;
        if status.is_success() {
            let granted: Granted = serde_json::from_slice(&body).map_err(|_| {
                let sentence = format!("{} gives no token in its answer", self.url);
                Trouble::new(TroubleKind::Protocol, sentence)
            })?;
            self.keep_refresh_token(&granted, held);
            return Ok(granted);
        }
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        Err(Trouble { retry_after, ..self.refused(status.as_u16(), &refusal) })
    }

    fn form(&self, held: &Held) -> Result<String, Trouble> {
        let config = &self.config;
        let read = |place: SecretPlace| {
            place.read().map_err(|error| Trouble::new(TroubleKind::Secret, error.to_string()))
        };
        let place = |file: &Option<PathBuf>, variable: &Option<String>| {
            SecretPlace::of(&self.base, file.as_deref(), variable.as_deref())
        };
        let mut fields = vec![("client_id", config.client_id.clone())];
        fields.extend(self.scope.clone().map(|scope| ("scope", scope)));
        match place(&config.refresh_token_file, &config.refresh_token_env) {
            Some(place) => {
                let token = match &held.refresh {
                    Some(token) => token.clone(),
                    None => read(place)?,
                };
                fields.push(("grant_type", "refresh_token".to_owned()));
                fields.push(("refresh_token", token.reveal().to_owned()));
            }
            None => fields.push(("grant_type", "client_credentials".to_owned())),
        }
        if let Some(place) = place(&config.client_secret_file, &config.client_secret_env) {
            fields.push(("client_secret", read(place)?.reveal().to_owned()));
        }
        if let (Some(certificate), Some(key)) = (&config.certificate_file, &config.key_file) {
            let signer =
                assertion::Signer::read(&self.base.join(certificate), &self.base.join(key))?;
            let proof =
                signer.sign(&config.client_id, &self.url, config.algorithm, (self.clock)())?;
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            fields.push(("client_assertion_type", kind.to_owned()));
            fields.push(("client_assertion", proof));
        }
        Ok(http::form(&fields))
    }

    /// Writes a new refresh token where the old one stood; kept in memory where that may not be written.
    fn keep_refresh_token(&self, granted: &Granted, held: &mut Held) {
        let Some(new) = &granted.refresh_token else { return };
        held.refresh = Some(Secret::new(new.clone()));
        let Some(file) = self.config.refresh_token_file.as_ref().map(|file| self.base.join(file))
        else {
            return;
        };
        if let Err(error) = http::replace_secret_file(&file, new) {
            tracing::debug!(file = %file.display(), %error, "a new refresh token is kept in memory alone");
        }
    }

    fn refused(&self, status: u16, refusal: &Refusal) -> Trouble {
        // Microsoft's sentences begin with a code such as AADSTS7000222; what follows it are trace numbers.
        let words: String = refusal
            .error_description
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(300)
            .collect();
        let has = |code: &str| words.contains(code);
        let kind = match (refusal.error.as_str(), status) {
            (_, 429) => TroubleKind::Throttled,
            ("temporarily_unavailable" | "server_error", _) | (_, 500..) => {
                TroubleKind::Unavailable
            }
            ("invalid_grant" | "unauthorized_client", _) if has("AADSTS65001") => {
                TroubleKind::NoConsent
            }
            ("consent_required" | "interaction_required", _) => TroubleKind::NoConsent,
            ("invalid_grant", _) => TroubleKind::RefreshTokenExpired,
            _ => TroubleKind::TokenRefused,
        };
        let error =
            if refusal.error.is_empty() { status.to_string() } else { refusal.error.clone() };
        Trouble::new(
            kind,
            format!("{} gives no token: {error} {words}", self.url).trim().to_owned(),
        )
    }
}
