//! Initialising, starting and stopping a cluster.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::str::FromStr;
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use super::binaries::Binaries;
use super::home::Home;
use super::{POLL, ServerError, ServerOptions};

/// How long recovery after a crash may take before the server answers.
const RECOVERY: Duration = Duration::from_mins(2);

#[derive(Debug)]
pub(super) struct Cluster {
    home: Home,
    binaries: Binaries,
}

/// What `postmaster.pid` says about a server that runs.
struct Running {
    pid: Pid,
    /// Empty while the server has not come that far.
    socket: PathBuf,
}

impl Cluster {
    pub(super) const fn new(home: Home, binaries: Binaries) -> Self {
        Self { home, binaries }
    }

    pub(super) fn home(&self) -> &Path {
        &self.home.folder
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.binaries.program(name)
    }

    /// Initialises and starts what is not there yet; returns the URL of the database.
    pub(super) async fn ensure_running(
        &self,
        options: ServerOptions,
    ) -> Result<String, ServerError> {
        if !self.home.cluster().is_dir() {
            self.initialise(options).await?;
        }
        let mut waited = Duration::ZERO;
        // One that is starting or recovering gets there; one that is stopping is started anew below.
        while let Some(running) = self.running() {
            let answer = ensure_database(&running.socket).await;
            match answer {
                Ok(url) => return Ok(url),
                Err(source) if waited >= RECOVERY => {
                    return Err(ServerError::NoAnswer { log: self.home.log(), source });
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
            waited += POLL;
        }
        self.start(options).await
    }

    pub(super) async fn stop(&self) -> Result<(), ServerError> {
        let Some(running) = self.running() else { return Ok(()) };
        let program = self.program("pg_ctl");
        let mut command = self.home.account.command(&program);
        command.env("LC_ALL", "C").args(["stop", "-s", "-w", "-m", "fast", "-t", "120"]);
        let output = run(command.arg("-D").arg(self.home.cluster()), &program).await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(self.failed("stop", said));
        }
        self.home.remove_socket_folder(&running.socket);
        Ok(())
    }

    /// Made beside and renamed when complete, so that an interrupted start leaves no half cluster.
    async fn initialise(&self, options: ServerOptions) -> Result<(), ServerError> {
        let partial = self.home.folder.join("cluster.partial");
        let mut said = String::new();
        for locale in ["C.UTF-8", "C"] {
            if partial.exists() {
                fs::remove_dir_all(&partial)
                    .map_err(|source| ServerError::Prepare { path: partial.clone(), source })?;
            }
            let program = self.program("initdb");
            let mut command = self.home.account.command(&program);
            command
                .env("LC_ALL", "C")
                .args(["--username=meterwatch", "--auth=trust", "--encoding=UTF8"])
                .arg(format!("--locale={locale}"))
                .arg("-D")
                .arg(&partial);
            if !options.durable {
                command.arg("--no-sync");
            }
            let output = run(&mut command, &program).await?;
            if output.status.success() {
                self.write(
                    &partial.join("postgresql.conf"),
                    "include = 'meterwatch.conf' # written at every start\n",
                )?;
                let cluster = self.home.cluster();
                return fs::rename(&partial, &cluster)
                    .map_err(|source| ServerError::Prepare { path: cluster, source });
            }
            String::from_utf8_lossy(&output.stderr).trim().clone_into(&mut said);
        }
        Err(ServerError::Initialise { said })
    }

    /// Starts `postgres` itself: `pg_ctl start` goes through a shell and stumbles over odd characters in paths.
    async fn start(&self, options: ServerOptions) -> Result<String, ServerError> {
        self.remove_stale_pid_file()?;
        let socket = self.home.make_socket_folder()?;
        self.write(&self.home.cluster().join("meterwatch.conf"), &settings(&socket, options))?;
        let started = self.start_and_wait(&socket).await;
        if started.is_err() && self.running().is_none() {
            self.home.remove_socket_folder(&socket);
        }
        started
    }

    async fn start_and_wait(&self, socket: &Path) -> Result<String, ServerError> {
        let path = self.home.log();
        let prepare = |source| ServerError::Prepare { path: path.clone(), source };
        let log = OpenOptions::new().create(true).append(true).open(&path).map_err(prepare)?;
        self.home.account.give(&path)?;
        let program = self.program("postgres");
        let mut server = self
            .home
            .account
            .command(&program)
            .env("LC_ALL", "C")
            .arg("-D")
            .arg(self.home.cluster())
            // Out of the terminal's group: an interrupt from the keyboard ends the command, which then stops the server.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(prepare)?)
            .stderr(log)
            .spawn()
            .map_err(|source| ServerError::Run { program: program.clone(), source })?;
        let mut waited = Duration::ZERO;
        loop {
            match ensure_database(socket).await {
                Ok(url) => return Ok(url),
                Err(source) if waited >= RECOVERY => {
                    return Err(ServerError::NoAnswer { log: path, source });
                }
                Err(_) => {}
            }
            let ended = server.try_wait();
            if let Some(status) =
                ended.map_err(|source| ServerError::Run { program: program.clone(), source })?
            {
                return Err(self.failed("start", format!("it ended at once ({status})")));
            }
            tokio::time::sleep(POLL).await;
            waited += POLL;
        }
    }

    /// With the end of the log, which says why.
    fn failed(&self, action: &'static str, mut said: String) -> ServerError {
        let log = self.home.log();
        if let Ok(text) = fs::read_to_string(&log) {
            let lines: Vec<&str> = text.lines().rev().take(5).collect();
            for line in lines.iter().rev() {
                let _ = write!(said, "\n  {line}");
            }
        }
        ServerError::Control { action, said, log }
    }

    /// The server of this cluster, where its pid file names a process that works in this cluster's folder.
    fn running(&self) -> Option<Running> {
        let cluster = self.home.cluster();
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = Pid::from_raw(lines.next()?.trim().parse().ok()?)?;
        // After a restart of the machine the number may belong to anybody.
        let ours = if Path::new("/proc/self").exists() {
            fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero()))
                .is_ok_and(|folder| folder == cluster)
        } else {
            test_kill_process(pid).is_ok()
        };
        // Line 5 is the first socket folder.
        ours.then(|| Running { pid, socket: PathBuf::from(lines.nth(3).unwrap_or_default()) })
    }

    fn remove_stale_pid_file(&self) -> Result<(), ServerError> {
        let path = self.home.cluster().join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
        if let Some(running) = self.running() {
            tracing::warn!(pid = running.pid.as_raw_nonzero().get(), "a server runs already");
            return Ok(());
        }
        tracing::info!("the server was not stopped properly last time; it will recover");
        if let Some(socket) = text.lines().nth(4) {
            self.home.remove_socket_folder(Path::new(socket));
        }
        fs::remove_file(&path).map_err(|source| ServerError::Prepare { path, source })
    }

    /// Appends to the main file, replaces any other, and gives it to the server's user.
    fn write(&self, path: &Path, text: &str) -> Result<(), ServerError> {
        let prepare = |source| ServerError::Prepare { path: path.to_owned(), source };
        let before = if path.ends_with("postgresql.conf") {
            fs::read_to_string(path).map_err(prepare)?
        } else {
            String::new()
        };
        fs::write(path, before + text).map_err(prepare)?;
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(prepare)?;
        self.home.account.give(path)
    }
}

fn settings(socket: &Path, options: ServerOptions) -> String {
    // A list of names: in double quotes inside single quotes, each kind doubled within.
    let folder =
        socket.display().to_string().replace('\\', "\\\\").replace('"', "\"\"").replace('\'', "''");
    let on = if options.durable { "on" } else { "off" };
    format!(
        "listen_addresses = ''\n\
         unix_socket_directories = '\"{folder}\"'\n\
         unix_socket_permissions = 0700\n\
         port = 5432\n\
         max_connections = {}\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         max_wal_size = '2GB'\n\
         fsync = {on}\n\
         synchronous_commit = {on}\n\
         full_page_writes = {on}\n",
        options.max_connections
    )
}

async fn run(command: &mut tokio::process::Command, program: &Path) -> Result<Output, ServerError> {
    command
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|source| ServerError::Run { program: program.to_owned(), source })
}

/// Creates the database `meterwatch` where it is missing; returns its URL.
async fn ensure_database(socket: &Path) -> Result<String, sqlx::Error> {
    let maintenance = url(socket, "postgres");
    let options = PgConnectOptions::from_str(&maintenance)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = 'meterwatch')")
            .fetch_one(&mut connection)
            .await?;
    if !exists {
        connection.execute("create database meterwatch").await?;
    }
    connection.close().await?;
    Ok(url(socket, "meterwatch"))
}

/// A URL that both sqlx and PostgreSQL's own programs understand.
pub(crate) fn url(socket: &Path, database: &str) -> String {
    let mut encoded = String::new();
    for byte in socket.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                encoded.push(char::from(*byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    format!("postgres:///{database}?host={encoded}&user=meterwatch")
}
