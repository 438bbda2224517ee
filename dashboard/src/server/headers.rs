//! What every answer tells the browser not to do.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::failure::Failure;
use super::state::Server;

/// The mark of this answer's own scripts: no other script runs.
#[derive(Debug, Clone)]
pub struct Nonce(pub String);

/// Draws the nonce of the request and sets the headers of the answer.
pub async fn secure(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let mut random = [0_u8; 16];
    if getrandom::fill(&mut random).is_err() {
        return Failure::Machine("no random numbers").into_response();
    }
    let nonce = URL_SAFE_NO_PAD.encode(random);
    request.extensions_mut().insert(Nonce(nonce.clone()));
    let mut response = next.run(request).await;
    let https = server.options().behind_https_proxy;
    set(response.headers_mut(), &nonce, https);
    response
}

fn set(headers: &mut HeaderMap, nonce: &str, https: bool) {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    // What is shown to a signed-in person stays in no cache; assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert_with(|| HeaderValue::from_static("no-store"));
}
