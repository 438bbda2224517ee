//! Requests that change something come from our own pages.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::failure::Failure;

/// Refuses unsafe methods that another site's page may have sent.
///
/// Browsers say by `Sec-Fetch-Site` from where a request comes; where they do not (plain http in a network), they send
/// `Origin`. A request without either is not from a page of ours.
pub async fn refuse_others(request: Request, next: Next) -> Response {
    if request.method().is_safe() || comes_from_here(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!(path = request.uri().path(), "a request from another site was refused");
        Failure::Forbidden("This request did not come from a page of meterwatch.").into_response()
    }
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, named)| named.eq_ignore_ascii_case(host))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, header::HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn the_browser_says_from_where_it_comes() {
        assert!(comes_from_here(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(comes_from_here(&headers(&[("sec-fetch-site", "none")])));
        assert!(!comes_from_here(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!comes_from_here(&headers(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://here:8080"),
            ("host", "here:8080"),
        ])));
    }

    #[test]
    fn else_the_origin_must_be_the_host() {
        let origin = |origin| headers(&[("origin", origin), ("host", "here:8080")]);
        assert!(comes_from_here(&origin("http://here:8080")));
        assert!(!comes_from_here(&origin("http://here:9090")));
        assert!(!comes_from_here(&origin("null")));
        assert!(!comes_from_here(&headers(&[("host", "here:8080")])));
    }
}
