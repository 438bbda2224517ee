//! What the sources need of HTTP: a client, failures explained, bodies with a limit.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};

use super::trouble::{Trouble, TroubleKind};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);

/// A client; `url` says whether certificates are needed at all.
pub(super) fn client(ca_file: Option<&Path>, idle: Duration, url: &str) -> Result<Client, Trouble> {
    // An error says that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("meterwatch/", env!("CARGO_PKG_VERSION")))
        // A token must not travel to where an answer points.
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT.min(idle))
        .read_timeout(idle);
    if url.starts_with("http://") {
        // Inside this machine, where no proxy helps; an image without certificates can still be tried.
        builder = builder.no_proxy().tls_certs_only([]);
    }
    if let Some(file) = ca_file {
        let unreadable = |why: String| {
            let sentence =
                format!("the certificates of `ca_file` {} cannot be read ({why})", file.display());
            Trouble::new(TroubleKind::Secret, sentence)
        };
        let text = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
        let certificates =
            Certificate::from_pem_bundle(&text).map_err(|error| unreadable(error.to_string()))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| Trouble::new(TroubleKind::TlsOther, causes(&error)))
}

/// Why a request got no answer.
pub(super) fn explain(url: &str, error: &reqwest::Error) -> Trouble {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or(host);
    let why = causes(error);
    let kind = if error.is_timeout() {
        TroubleKind::Timeout
    } else if why.contains("dns error") || why.contains("failed to lookup address") {
        TroubleKind::Dns
    } else if why.contains("Connection refused") {
        TroubleKind::Refused
    } else if why.contains("expired") && why.contains("certificate") {
        TroubleKind::TlsExpired
    } else if why.contains("not valid for name") {
        TroubleKind::TlsWrongHost
    } else if why.contains("UnknownIssuer") || why.contains("invalid peer certificate") {
        TroubleKind::TlsUnknownIssuer
    } else if error.is_connect() {
        TroubleKind::Network
    } else {
        TroubleKind::Cut
    };
    Trouble::new(kind, format!("{host} gave no answer ({why})"))
}

/// The body of an answer, at most `limit` bytes.
pub(super) async fn body(mut answer: Response, limit: u64) -> Result<Vec<u8>, Trouble> {
    let url = answer.url().to_string();
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| explain(&url, &error))? {
        body.extend_from_slice(&piece);
        if body.len() as u64 > limit {
            let sentence = format!("an answer is larger than {limit} bytes");
            return Err(Trouble::new(TroubleKind::TooLarge, sentence));
        }
    }
    Ok(body)
}

/// How long the server wants to be left alone: seconds, or an instant.
pub(super) fn retry_after(answer: &Response, now: Timestamp) -> Option<Duration> {
    let text = answer.headers().get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until - now).ok()
}

/// Fields as the body of a form.
pub(super) fn form(fields: &[(&str, String)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    pairs.join("&")
}

/// A text as part of a URL.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Writes a secret in the place of another, readable for this user only; never half of it.
pub(super) fn replace_secret_file(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let mut handle = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    handle.write_all(text.as_bytes())?;
    handle.sync_all()?;
    fs::rename(&new, file)
}

fn causes(error: &dyn Error) -> String {
    let mut sentence = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        sentence = format!("{sentence}: {cause}");
        next = cause.source();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        assert_eq!(
            form(&[("a", "x y&z=ü".to_owned()), ("b", String::new())]),
            "a=x%20y%26z%3D%C3%BC&b="
        );
    }
}
