//! The pages, served until the process is to end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dashboard::server::{self, Options, ServeError};
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::shutdown::Shutdown;

/// How long requests under way may hold up the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the address of the command line, else that of the configuration.
pub async fn bind(config: &Config, listen: Option<SocketAddr>) -> Result<TcpListener, ServeError> {
    server::bind(listen.unwrap_or(config.dashboard.listen)).await
}

/// Serves until the end is asked for, and not much longer.
pub async fn serve(
    listener: TcpListener,
    pool: &PgPool,
    config: &Config,
    shutdown: &Shutdown,
) -> Result<(), ServeError> {
    let address = listener.local_addr().unwrap_or(config.dashboard.listen);
    let options = Options {
        behind_https_proxy: config.dashboard.behind_https_proxy,
        ..Options::new(address, clock::now)
    };
    let desk = Arc::new(Desk::new(pool.clone(), config.reader.clone()));
    let serving =
        server::serve_on(listener, pool.clone(), options, Some(desk), shutdown.clone().wait());
    let late = async {
        shutdown.clone().wait().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        result = serving => result,
        () = late => Ok(()),
    }
}
