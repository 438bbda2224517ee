//! The database of a command: the one that is named, else the private server in the data folder.

use std::future::Future;

use migrations::server::PrivateServer;
use sqlx::PgPool;

use crate::cli::Options;
use crate::config::Config;
use crate::config::secret::{Secret, redact_url};
use crate::exit::{Exit, Failure};
use crate::shutdown::Shutdown;

/// A pool, and the hold on the private server if there is one.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: PgPool,
    /// Where it is; may hold a password.
    pub url: Secret,
    /// Whether it is the private server.
    pub server: Option<PrivateServer>,
}

/// What a command needs of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// It must be there. The schema of a private server is brought up to date all the same.
    Ready,
    /// It is brought up to date, whosever the server is.
    Migrate,
    /// It does not matter.
    Any,
}

impl Database {
    /// Connects; starts the private server when no URL is given.
    pub async fn open(options: &Options, config: &Config, schema: Schema) -> anyhow::Result<Self> {
        let database = match named_url(options, config)? {
            Some(url) => {
                let pool = migrations::connect(url.reveal()).await?;
                Self { pool, url, server: None }
            }
            None => private(options).await?,
        };
        let prepared = match schema {
            Schema::Any => Ok(()),
            Schema::Ready if database.server.is_none() => {
                migrations::check_schema(&database.pool).await
            }
            Schema::Ready | Schema::Migrate => migrations::migrate(&database.pool).await,
        };
        if let Err(error) = prepared {
            let place = redact_url(database.url.reveal());
            database.close().await;
            return Err(anyhow::Error::new(error).context(format!("{place} cannot be used")));
        }
        Ok(database)
    }

    /// Closes the connections and lets go of the private server, which stops unless another command uses it.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(server) = self.server
            && let Err(error) = server.stop().await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "the private server runs on");
        }
    }
}

/// Runs `work` with a database that is let go of whatever happens, also when the process is asked to end.
///
/// For commands that have nothing to finish when they are interrupted: what is not committed is as if it never was.
pub async fn with<T, F>(
    options: &Options,
    schema: Schema,
    work: impl FnOnce(PgPool, Config) -> F,
) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let shutdown = Shutdown::listen()?;
    let config = options.load_config()?;
    let database = Database::open(options, &config, schema).await?;
    let result = tokio::select! {
        result = work(database.pool.clone(), config) => result,
        () = shutdown.wait() => Err(interrupted().into()),
    };
    database.close().await;
    result
}

/// The command was ended from outside.
pub fn interrupted() -> Failure {
    Failure::new(Exit::Failed, "interrupted", "run the command again; nothing is stored twice")
}

/// The URL of the command line or the environment, else the one of the configuration.
fn named_url(options: &Options, config: &Config) -> Result<Option<Secret>, Failure> {
    let given = options.database_url.as_ref().filter(|url| !url.is_empty());
    match (given, &config.database.url_file) {
        (Some(url), _) => Ok(Some(Secret::new(url.clone()))),
        (None, Some(file)) => Secret::read(file, "the database URL").map(Some),
        (None, None) => Ok(None),
    }
}

async fn private(options: &Options) -> anyhow::Result<Database> {
    let folder = options.data_dir();
    if options.data_dir.is_none() && !folder.exists() {
        return Err(Failure::new(
            Exit::Configuration,
            format!("no database is named, and there is no private one in {}", folder.display()),
            "run `meterwatch up` first, set DATABASE_URL, or give --data-dir to start a private one",
        )
        .into());
    }
    let server = PrivateServer::start(folder).await.map_err(|error| {
        Failure::new(
            Exit::Unreachable,
            format!("the private PostgreSQL server in {} did not start", folder.display()),
            "do what the reason says, or set DATABASE_URL to a PostgreSQL server that runs",
        )
        .because(error)
    })?;
    let url = Secret::new(server.url().to_owned());
    match migrations::connect(url.reveal()).await {
        Ok(pool) => Ok(Database { pool, url, server: Some(server) }),
        Err(error) => {
            if let Err(error) = server.stop().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "it runs on");
            }
            Err(error.into())
        }
    }
}
