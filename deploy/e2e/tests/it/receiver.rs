//! A webhook receiver as a developer writes it by the documentation: verify, keep, answer.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

/// What the sender and the receiver both know.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One verified event.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub payload: Value,
}

/// Listens on this machine and keeps what is signed well.
pub struct Receiver {
    pub url: String,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    events: Mutex<Vec<Event>>,
    refused: Mutex<usize>,
}

impl Receiver {
    pub async fn start() -> Self {
        let kept = Arc::new(Kept::default());
        let router = Router::new().fallback(receive).with_state(Arc::clone(&kept));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url: format!("http://{address}/hook"), kept }
    }

    pub fn events(&self) -> Vec<Event> {
        self.kept.events.lock().expect("not poisoned").clone()
    }

    /// How many requests were not signed as they should be.
    pub fn refused(&self) -> usize {
        *self.kept.refused.lock().expect("not poisoned")
    }
}

async fn receive(State(kept): State<Arc<Kept>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let webhook = Webhook::new(SECRET).expect("a secret");
    let payload = serde_json::from_slice(&body);
    if let (Ok(()), Ok(payload)) = (webhook.verify(&body, &headers), payload) {
        let id = headers["webhook-id"].to_str().expect("ASCII").to_owned();
        kept.events.lock().expect("not poisoned").push(Event { id, payload });
        StatusCode::NO_CONTENT
    } else {
        *kept.refused.lock().expect("not poisoned") += 1;
        StatusCode::UNAUTHORIZED
    }
}
