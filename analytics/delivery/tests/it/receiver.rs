//! Receivers on this machine: one that speaks HTTP as it should, one that says what it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::fixture::SECRET;

/// What a receiver was sent; the signature was found good by the official library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
}

/// Answers the n-th request (from 0).
type Behaviour = dyn Fn(usize) -> Response + Send + Sync;

/// A receiver that verifies and keeps what it is sent.
pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    arrived: Notify,
    behaviour: Box<Behaviour>,
}

impl Receiver {
    pub async fn start(behaviour: impl Fn(usize) -> Response + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            received: Mutex::new(Vec::new()),
            arrived: Notify::new(),
            behaviour: Box::new(behaviour),
        });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        let (listener, address) = listen().await;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url: format!("http://{address}/hook"), shared }
    }

    /// Answers every request with this status.
    pub async fn always(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self::start(move |_| status.into_response()).await
    }

    /// Answers with these statuses in turn, then with 200.
    pub async fn answering(statuses: &'static [u16]) -> Self {
        Self::start(move |index| {
            let status = statuses.get(index).copied().unwrap_or(200);
            StatusCode::from_u16(status).expect("a status").into_response()
        })
        .await
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().expect("not poisoned").clone()
    }

    /// The webhook-ids in the order of arrival.
    pub fn ids(&self) -> Vec<String> {
        self.received().into_iter().map(|received| received.id).collect()
    }

    /// Waits until so many requests have come.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let arrival = self.shared.arrived.notified();
            if self.received().len() >= count {
                return;
            }
            arrival.await;
        }
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let (id, signature) = (header("webhook-id"), header("webhook-signature"));
    let timestamp = header("webhook-timestamp").parse().expect("a number of seconds");
    // Signed anew rather than verified: the test's clock is not the one by which the library judges age.
    let official = Webhook::new(SECRET).expect("a secret");
    let expected = official.sign(&id, timestamp, body.as_bytes()).expect("signed");
    if signature != expected || header("content-type") != "application/json" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let index = {
        let mut received = shared.received.lock().expect("not poisoned");
        received.push(Received { id, timestamp, signature, body });
        received.len() - 1
    };
    shared.arrived.notify_waiters();
    (shared.behaviour)(index)
}

/// A receiver that reads a request, writes these bytes over and over `times`, and then holds or closes the connection.
pub async fn raw(answer: &'static [u8], times: usize, hold: bool) -> String {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 16 * 1024];
                let _ = connection.read(&mut request).await;
                for _ in 0..times {
                    if connection.write_all(answer).await.is_err() {
                        return;
                    }
                }
                if hold {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("http://{address}/hook")
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}
