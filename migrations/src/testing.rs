//! A fresh database per test, on a server that the test process starts.
//!
//! The first test of a process starts a private server without durability in a folder for temporary files and migrates
//! a template; every test then copies the template. A watchdog process holds one end of a pipe: when the test process
//! ends, in whatever way, the pipe closes and the watchdog stops the server and removes its folder.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::server::{PrivateServer, ServerOptions};
use crate::{connect, schema};

/// Ends the server and removes its files as soon as its standard input closes.
const WATCHDOG: &str = r#"cat >/dev/null
home=$(cat "$1/postgres.location" 2>/dev/null || echo "$1/postgres")
pid=$(head -n 1 "$home/cluster/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
rm -rf "$home" "$1""#;

static SERVER: OnceCell<TestServer> = OnceCell::const_new();

/// A migrated, empty database that nobody else uses.
#[derive(Debug)]
pub struct TestDatabase {
    /// Connections to it.
    pub pool: PgPool,
    /// Where to connect.
    pub url: String,
}

struct TestServer {
    server: PrivateServer,
    /// Its standard input stays open as long as this process lives.
    _watchdog: Child,
}

impl TestDatabase {
    /// Makes one; the first call of a process starts the server.
    ///
    /// Panics when there is no PostgreSQL to start: a test that needs a database cannot pass without.
    #[expect(clippy::panic, reason = "for tests alone")]
    pub async fn new() -> Self {
        match Self::make().await {
            Ok(database) => database,
            Err(error) => panic!("no test database: {error:?}"),
        }
    }

    async fn make() -> Result<Self, Box<dyn std::error::Error>> {
        let server = SERVER.get_or_try_init(TestServer::start).await?;
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut connection = server.maintenance().await?;
        let create = format!("create database {name} template meterwatch");
        connection.execute(AssertSqlSafe(create)).await?;
        connection.close().await?;
        let url = server.server.url().replacen("/meterwatch?", &format!("/{name}?"), 1);
        let pool = connect::pool(PgConnectOptions::from_str(&url)?, 8);
        Ok(Self { pool, url })
    }
}

impl TestServer {
    async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let folder =
            std::env::temp_dir().join(format!("meterwatch-test-{}", Uuid::new_v4().simple()));
        let options = ServerOptions { durable: false, max_connections: 300 };
        // First of all, so that nothing is left behind if this process is killed while the server starts.
        let watchdog = watch(&folder)?;
        let server = PrivateServer::start_with(&folder, options).await?;
        // Nobody may be connected to a template while it is copied: migrate, then close.
        let pool = connect(server.url()).await?;
        schema::migrate(&pool).await?;
        pool.close().await;
        Ok(Self { server, _watchdog: watchdog })
    }

    async fn maintenance(&self) -> Result<PgConnection, sqlx::Error> {
        let url = self.server.url().replacen("/meterwatch?", "/postgres?", 1);
        PgConnection::connect_with(&PgConnectOptions::from_str(&url)?).await
    }
}

fn watch(folder: &Path) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(folder)
        // Out of the terminal's group: an interrupt from the keyboard must not end the watchdog first.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}
