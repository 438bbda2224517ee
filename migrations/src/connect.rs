//! A pool of connections, or a sentence that says what to do.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};

/// How long the first connection may take; also how long a server that is starting up is waited for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a task waits for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_CONNECTIONS: u32 = 10;

/// Set on every connection: no statement, lock or forgotten transaction holds others up for ever, and no statement is
/// compiled. A table that grows faster than its statistics makes plans look dear, and compiling one takes a hundred times
/// as long as it runs.
const SESSION: &str = "set statement_timeout = '15min'; set lock_timeout = '30s'; \
     set idle_in_transaction_session_timeout = '2min'; set jit = off";

/// Why there is no connection, told apart by what a person has to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The text is not a PostgreSQL URL.
    #[error(
        "the database URL is not understood; it looks like postgres://user:password@host:5432/database"
    )]
    MalformedUrl(#[source] sqlx::Error),
    /// Nobody listens there, or the name is not known.
    #[error(
        "no PostgreSQL server answers at {place}; check that it runs and that the address is right"
    )]
    Unreachable {
        /// Host and port, or the socket's directory.
        place: String,
        /// What the system said.
        #[source]
        source: sqlx::Error,
    },
    /// The server did not answer in time.
    #[error("the PostgreSQL server at {place} did not answer within {} seconds", .waited.as_secs())]
    TimedOut {
        /// Host and port, or the socket's directory.
        place: String,
        /// How long it was given.
        waited: Duration,
    },
    /// The server refuses the user or the password.
    #[error(
        "the PostgreSQL server at {place} refuses user `{user}`; check the name and the password"
    )]
    AuthenticationFailed {
        /// Host and port, or the socket's directory.
        place: String,
        /// The user in the URL.
        user: String,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
    /// The server is there, the database is not.
    #[error(
        "the PostgreSQL server at {place} has no database `{database}`; create it, or correct the URL"
    )]
    DatabaseMissing {
        /// Host and port, or the socket's directory.
        place: String,
        /// The database in the URL.
        database: String,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
    /// An encrypted connection was not possible.
    #[error(
        "no encrypted connection to the PostgreSQL server at {place}; check sslmode and the certificates"
    )]
    Tls {
        /// Host and port, or the socket's directory.
        place: String,
        /// What went wrong.
        #[source]
        source: sqlx::Error,
    },
    /// The server refuses for another reason, such as too many connections.
    #[error("the PostgreSQL server at {place} refuses the connection")]
    Refused {
        /// Host and port, or the socket's directory.
        place: String,
        /// What the server said.
        #[source]
        source: sqlx::Error,
    },
}

/// Opens a pool. The first connection is made at once, so that a wrong URL is told at the start.
///
/// A server that is starting up is waited for, up to ten seconds.
pub async fn connect(url: &str) -> Result<PgPool, ConnectError> {
    let options = PgConnectOptions::from_str(url).map_err(ConnectError::MalformedUrl)?;
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        let scheme = io::Error::other("it does not begin with postgres://");
        return Err(ConnectError::MalformedUrl(sqlx::Error::Configuration(scheme.into())));
    }
    let options = options.application_name("meterwatch");
    let place = place(&options);
    match tokio::time::timeout(CONNECT_TIMEOUT, first_connection(&options)).await {
        Err(_) => return Err(ConnectError::TimedOut { place, waited: CONNECT_TIMEOUT }),
        Ok(Err(error)) => return Err(classify(error, place, &options)),
        Ok(Ok(())) => {}
    }
    Ok(pool(options, MAX_CONNECTIONS))
}

/// A pool that connects when first used.
pub(crate) fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(SESSION).await.map(|_| ()) })
        })
        .connect_lazy_with(options)
}

async fn first_connection(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    loop {
        match PgConnection::connect_with(options).await {
            Ok(connection) => return connection.close().await,
            Err(error) if is_starting_up(&error) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_starting_up(error: &sqlx::Error) -> bool {
    sql_state(error).as_deref() == Some("57P03")
}

fn sql_state(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

fn place(options: &PgConnectOptions) -> String {
    options.get_socket().map_or_else(
        || format!("{}:{}", options.get_host(), options.get_port()),
        |socket| socket.display().to_string(),
    )
}

fn classify(source: sqlx::Error, place: String, options: &PgConnectOptions) -> ConnectError {
    let user = options.get_username().to_owned();
    match (&source, sql_state(&source).as_deref()) {
        (_, Some("28P01" | "28000")) => ConnectError::AuthenticationFailed { place, user, source },
        (_, Some("3D000")) => {
            let database = options.get_database().map_or(user, ToOwned::to_owned);
            ConnectError::DatabaseMissing { place, database, source }
        }
        (sqlx::Error::Io(_), _) => ConnectError::Unreachable { place, source },
        (sqlx::Error::Tls(_), _) => ConnectError::Tls { place, source },
        _ => ConnectError::Refused { place, source },
    }
}
