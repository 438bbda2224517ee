//! What a browser fetches besides the page: the style, the icon and, when they were built, the islands.
//!
//! All of it is in the binary, compressed when it was built, under names that change with the content.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state::Server;

/// A file in the binary.
struct Asset {
    /// `dashboard.0123456789abcdef.css`.
    name: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `/assets/NAME`.
pub fn routes() -> Router<Server> {
    Router::new()
        .route("/assets/{name}", get(serve))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
}

/// The address of the style.
pub fn style() -> &'static str {
    STYLE
}

/// The address of the icon.
pub fn icon() -> &'static str {
    ICON
}

/// The addresses of the islands' script and module; none in a binary that was built without them.
pub fn script() -> Option<(&'static str, &'static str)> {
    SCRIPT
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let accepts = |wanted: &str| {
        accepted.split(',').any(|part| part.split(';').next().is_some_and(|n| n.trim() == wanted))
    };
    let (encoding, body) = if accepts("br") {
        (Some("br"), asset.brotli)
    } else if accepts("gzip") {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.plain)
    };
    let mut response = body.into_response();
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    fields.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
