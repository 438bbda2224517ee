//! A receiver of webhooks on this machine, for the sample: it checks each signature and writes the events to a file.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use delivery::secret::Secret;
use delivery::signature;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::shutdown::Shutdown;

struct Keeper {
    file: PathBuf,
    secrets: Vec<Secret>,
}

/// Serves on a free port until the process is to end; gives the address.
pub async fn start(
    file: &Path,
    secrets: Vec<Secret>,
    shutdown: Shutdown,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let keeper = Arc::new(Keeper { file: file.to_owned(), secrets });
    let router = Router::new().route("/hook", post(receive)).with_state(keeper);
    tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.wait()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the sample receiver ended");
        }
    });
    Ok(address)
}

async fn receive(
    State(keeper): State<Arc<Keeper>>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(timestamp), Some(signature)) = (
        header("webhook-id"),
        header("webhook-timestamp").and_then(|text| text.parse().ok()),
        header("webhook-signature"),
    ) else {
        return StatusCode::BAD_REQUEST;
    };
    if signature::sign(&keeper.secrets, id, timestamp, &body) != signature {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(event) = serde_json::from_str::<Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let line = format!("{}\n", json!({ "webhook_id": id, "event": event }));
    // One write per line, so that lines of requests at the same time do not mix.
    let kept = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&keeper.file)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    match kept {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, path = %keeper.file.display(), "the event cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
