//! A private PostgreSQL server, kept in a data folder and started from the installed programs.
//!
//! Lifecycle: the first command initialises a cluster and starts the server; a second command that is started
//! meanwhile attaches to it; the last one to call [`PrivateServer::stop`] stops it. A command that is killed leaves the
//! server running, and the next one attaches. After a crash of the machine the stale pid file is recognised and
//! PostgreSQL recovers by itself.
//!
//! It listens on a Unix socket in a folder that only its user may enter, and on no TCP port; so nobody needs a password.
//!
//! PostgreSQL refuses to run as root. When this process is root, the server runs as user `postgres`, else `nobody`, and
//! owns its part of the data folder. Where that user may not enter the data folder (it lies below `/root`, say), the
//! cluster is kept in `/var/lib/meterwatch/ID` and the file `postgres.location` in the data folder says so.

mod account;
mod binaries;
mod cluster;
mod home;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::account::Account;
use self::binaries::Binaries;
use self::cluster::Cluster;
use self::home::Home;

/// How long another command that starts or stops the server is waited for.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(50);

/// Why there is no private server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No server programs on this machine.
    #[error(
        "no PostgreSQL server of version {oldest} or newer is installed; install it (Debian, Ubuntu: apt-get install postgresql; Fedora, RHEL: dnf install postgresql-server; macOS: brew install postgresql@17), or set DATABASE_URL to a running one"
    )]
    NotInstalled {
        /// The oldest version that will do.
        oldest: u32,
    },
    /// The cluster was made by a version that is not installed any more.
    #[error(
        "the data folder was made by PostgreSQL {major}, which is not installed; install it (Debian, Ubuntu: apt-get install postgresql-{major}), or take a backup elsewhere and restore it into a new data folder"
    )]
    VersionMissing {
        /// The version of the cluster.
        major: u32,
    },
    /// Root, and no user to run the server as.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`; start meterwatch as another user"
    )]
    NoUnprivilegedUser,
    /// The server's user may not enter the data folder and there is no other place.
    #[error(
        "the server's user may not enter {}, and {} cannot be used instead; choose another --data-dir, such as /var/lib/meterwatch", .blocked.display(), .instead.display()
    )]
    Unreachable {
        /// The folder that is closed to others.
        blocked: PathBuf,
        /// Where the cluster would have been kept.
        instead: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file or folder could not be made, read or given to the server's user.
    #[error("{} cannot be prepared for the private PostgreSQL server", .path.display())]
    Prepare {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program of PostgreSQL could not be run at all.
    #[error("{} could not be run", .program.display())]
    Run {
        /// Which one.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The cluster could not be initialised.
    #[error("the PostgreSQL cluster could not be initialised: {said}")]
    Initialise {
        /// What initdb said.
        said: String,
    },
    /// The server did not come up or did not stop.
    #[error("the private PostgreSQL server did not {action}: {said}; its log is {}", .log.display())]
    Control {
        /// start or stop.
        action: &'static str,
        /// What is known, and the end of the log.
        said: String,
        /// The log file.
        log: PathBuf,
    },
    /// A running server does not answer.
    #[error("the private PostgreSQL server does not answer; its log is {}", .log.display())]
    NoAnswer {
        /// The log file.
        log: PathBuf,
        /// What the last attempt said.
        #[source]
        source: sqlx::Error,
    },
    /// Another command holds the lock.
    #[error(
        "another command has been starting or stopping the private PostgreSQL server for two minutes; end it"
    )]
    Busy,
}

/// How a server is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerOptions {
    /// Whether what is committed survives a power cut; only tests switch it off.
    pub durable: bool,
    /// How many connections it takes.
    pub max_connections: u16,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { durable: true, max_connections: 100 }
    }
}

/// A running server and this process's hold on it.
///
/// Dropping it without [`stop`](Self::stop) leaves the server running for the next command.
#[derive(Debug)]
pub struct PrivateServer {
    cluster: Cluster,
    data_dir: PathBuf,
    url: String,
    attached: File,
}

impl PrivateServer {
    /// Starts the server kept in `data_dir`, or attaches to it when it is running.
    pub async fn start(data_dir: &Path) -> Result<Self, ServerError> {
        Self::start_with(data_dir, ServerOptions::default()).await
    }

    /// As [`start`](Self::start), with options; a running server keeps the options that it was started with.
    pub async fn start_with(data_dir: &Path, options: ServerOptions) -> Result<Self, ServerError> {
        let prepare = |source| ServerError::Prepare { path: data_dir.to_owned(), source };
        std::fs::create_dir_all(data_dir).map_err(prepare)?;
        let data_dir = data_dir.canonicalize().map_err(prepare)?;
        // Held to the end of this function: nobody else starts or stops meanwhile.
        let _starting = lock_alone(&data_dir).await?;
        let home = Home::locate(&data_dir, Account::choose()?)?;
        let binaries = Binaries::find(home.cluster_version()).await?;
        let cluster = Cluster::new(home, binaries);
        let url = cluster.ensure_running(options).await?;
        let attached = lock_file(&data_dir, "postgres.attached")?;
        attached.lock_shared().map_err(|source| ServerError::Prepare {
            path: data_dir.join("postgres.attached"),
            source,
        })?;
        Ok(Self { cluster, data_dir, url, attached })
    }

    /// Where to connect.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The installed program of the server's version, such as `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.cluster.program(name)
    }

    /// The folder that holds the cluster, its log and its socket.
    pub fn home(&self) -> &Path {
        self.cluster.home()
    }

    /// Lets go of the server, and stops it unless another command is attached to it.
    pub async fn stop(self) -> Result<(), ServerError> {
        let _stopping = lock_alone(&self.data_dir).await?;
        drop(self.attached);
        if lock_file(&self.data_dir, "postgres.attached")?.try_lock().is_err() {
            return Ok(());
        }
        self.cluster.stop().await
    }
}

/// One command at a time starts or stops the server. The lock goes with the process, however it ends.
async fn lock_alone(data_dir: &Path) -> Result<File, ServerError> {
    let file = lock_file(data_dir, "postgres.lock")?;
    let mut waited = Duration::ZERO;
    while file.try_lock().is_err() {
        if waited >= PATIENCE {
            return Err(ServerError::Busy);
        }
        tokio::time::sleep(POLL).await;
        waited += POLL;
    }
    Ok(file)
}

fn lock_file(data_dir: &Path, name: &str) -> Result<File, ServerError> {
    let path = data_dir.join(name);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| ServerError::Prepare { path, source })
}
