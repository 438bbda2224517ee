//! Whether the process lives, and whether it can serve pages.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;

use super::state::Server;

/// `/livez` asks nobody; `/readyz` asks the database and compares its schema.
pub fn routes() -> Router<Server> {
    Router::new().route("/livez", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

async fn ready(State(server): State<Server>) -> impl IntoResponse {
    // The patience of a page is that of a probe too.
    if server.connection().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned());
    }
    match migrations::check_schema(server.pool()).await {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}
