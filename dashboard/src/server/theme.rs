//! The theme, for browsers without a script.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::query_string;
use crate::views::Theme;

/// Remembers the choice in a cookie and leads back. Nobody needs to be signed in for it.
pub async fn choose(body: String) -> Response {
    let form = query_string::pairs(&body);
    let theme = Theme::from_code(query_string::value(&form, "theme").unwrap_or_default());
    let back = query_string::local(query_string::value(&form, "back"));
    let mut response = Redirect::to(back).into_response();
    let cookie = format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax", theme.code());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
