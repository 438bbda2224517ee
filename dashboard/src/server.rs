//! The web server: who may see what, the queries, and the pages as answers to requests.

pub mod alerts;
pub mod arrivals;
pub mod assets;
pub mod attempt;
pub mod desk;
pub mod detection;
pub mod events;
pub mod failure;
pub mod frame;
pub mod headers;
pub mod health;
pub mod jobs;
pub mod mapping;
pub mod meters;
pub mod password;
pub mod prices;
pub mod query_string;
pub mod same_origin;
pub mod session;
pub mod sign_in;
pub mod sites;
pub mod sources;
pub mod state;
pub mod theme;
pub mod triage;
pub mod visit;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use jiff::Timestamp;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use self::desk::MappingDesk;
use self::session::SessionLimits;
use self::state::Server;

/// What people send here is a password or a comment.
const LARGEST_FORM: usize = 64 * 1024;
/// A mapping names every column of a sheet.
const LARGEST_MAPPING: usize = 2 * 1024 * 1024;
/// How long requests under way are waited for when the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the pages are served.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Address and port.
    pub listen: SocketAddr,
    /// Browsers reach the pages by https, through a proxy that ends it: cookies are then marked `Secure`, and the
    /// address of the browser is taken from the last entry of `X-Forwarded-For`.
    pub behind_https_proxy: bool,
    /// How long a person stays signed in.
    pub sessions: SessionLimits,
    /// What the time is.
    pub clock: fn() -> Timestamp,
}

impl Options {
    /// Plain http, and the usual limits of a session.
    pub fn new(listen: SocketAddr, clock: fn() -> Timestamp) -> Self {
        Self { listen, behind_https_proxy: false, sessions: SessionLimits::default(), clock }
    }
}

/// Why the pages are not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program has the port.
    #[error(
        "another program listens on {address}; stop it, or choose another port with --listen, such as 127.0.0.1:8081"
    )]
    AddressInUse {
        /// Address and port.
        address: SocketAddr,
    },
    /// The address is not one of this machine, or the port needs more rights.
    #[error("meterwatch cannot listen on {address}; choose another address with --listen")]
    Bind {
        /// Address and port.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The server stopped by itself.
    #[error("the web server on {address} stopped")]
    Serve {
        /// Address and port.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Serves the pages until `shutdown` completes; requests under way are finished.
pub async fn serve(
    pool: PgPool,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let listener = bind(options.listen).await?;
    serve_on(listener, pool, options, None, shutdown).await
}

/// Takes the address, so that a port that is taken is told before anything else is started.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::AddressInUse { address },
        _ => ServeError::Bind { address, source },
    })
}

/// As [`serve`], on an address that has been taken already, with a desk at which files can be opened.
pub async fn serve_on(
    listener: TcpListener,
    pool: PgPool,
    options: Options,
    desk: Option<Arc<dyn MappingDesk>>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr().unwrap_or(options.listen);
    tracing::info!(dashboard.address = %address, "the dashboard listens on http://{address}");
    let service =
        router_with(pool, options, desk).into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let shutdown = async move {
        shutdown.await;
        stopping.send_replace(true);
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown);
    tokio::select! {
        result = serving => result.map_err(|source| ServeError::Serve { address, source }),
        // A browser that holds its connection open does not hold up the end.
        () = async {
            let _ = stopped.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(PATIENCE).await;
        } => Ok(()),
    }
}

/// All routes, without a desk at which files can be opened.
pub fn router(pool: PgPool, options: Options) -> Router {
    router_with(pool, options, None)
}

/// All routes.
pub fn router_with(pool: PgPool, options: Options, desk: Option<Arc<dyn MappingDesk>>) -> Router {
    let server = Server::new(pool, options, desk);
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        // Assets are compressed when the program is built; originals are workbooks, which are compressed already.
        .compress_when(SizeAbove::new(1024).and(NotForContentType::const_new("application/")));
    pages()
        .layer(compression)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn(same_origin::refuse_others))
        .layer(from_fn_with_state(server.clone(), failure::show_failures))
        .merge(assets::routes())
        .layer(from_fn_with_state(server.clone(), headers::secure))
        .merge(health::routes())
        .with_state(server)
}

fn pages() -> Router<Server> {
    Router::new()
        .route("/", get(alerts::list))
        .route("/alerts", get(alerts::list))
        .route("/alerts/{reference}", get(alerts::one))
        .route("/alerts/{reference}/acknowledge", post(triage::acknowledge))
        .route("/alerts/{reference}/resolve", post(triage::resolve))
        .route("/alerts/{reference}/reopen", post(triage::reopen))
        .route("/alerts/{reference}/comment", post(triage::comment))
        .route("/sites", get(sites::list))
        .route("/sites/{site}", get(sites::one))
        .route("/meters", get(meters::list))
        .route("/meters/confirm", post(meters::confirm))
        .route("/meters/merge", post(meters::merge))
        .route("/meters/undo", post(meters::undo))
        .route("/meters/{meter}", get(sites::meter))
        .route("/meters/{meter}/identity", get(meters::choose))
        .route("/arrivals", get(arrivals::list))
        .route("/arrivals/mails/{mail}", get(arrivals::mail))
        .route("/arrivals/mails/{mail}/original", get(arrivals::mail_original))
        .route("/arrivals/attachments/{attachment}", get(arrivals::attachment))
        .route("/arrivals/attachments/{attachment}/original", get(arrivals::attachment_original))
        .route("/sites/{site}/station", post(sites::station))
        .route("/sites/{site}/holidays", post(sites::holidays))
        .route("/meters/{meter}/confirm", post(sites::confirm))
        .route("/meters/{meter}/close", post(sites::close))
        .route("/detection", get(detection::show).post(detection::set))
        .route("/events", get(events::list).post(events::enter))
        .route("/events/{event}/withdraw", post(events::withdraw))
        .route("/prices", get(prices::list).post(prices::set))
        .route("/prices/{tariff}/withdraw", post(prices::withdraw))
        .route("/method", get(detection::method))
        .route("/arrivals/attachments/{attachment}/reread", post(sources::reread))
        .route("/sources", get(sources::list))
        .route("/sources/retry", post(sources::retry))
        .route(
            "/sources/upload",
            post(sources::upload).layer(DefaultBodyLimit::max(sources::LARGEST_UPLOAD)),
        )
        .route("/jobs", get(jobs::list))
        .route("/jobs/run", post(jobs::run))
        .route(
            "/arrivals/attachments/{attachment}/mapping",
            get(mapping::show).post(mapping::say).layer(DefaultBodyLimit::max(LARGEST_MAPPING)),
        )
        .route("/profiles", get(mapping::list))
        .route("/profiles/export", get(mapping::export))
        .route("/sign-in", get(sign_in::form).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/theme", post(theme::choose))
        .fallback(failure::unknown_page)
        // Addresses of forms have no page of their own.
        .method_not_allowed_fallback(failure::unknown_page)
}
