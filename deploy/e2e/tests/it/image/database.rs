//! A PostgreSQL server on a TCP port of this machine that asks for a password, as a cluster's would.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PASSWORD: &str = "only-for-this-test";
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Database {
    server: Child,
    port: u16,
    _folder: TempDir,
}

impl Database {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("meterwatch-image-")
            .tempdir_in("/tmp")
            .expect("a folder");
        let programs = programs();
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).expect("a password file");
        if is_root() {
            let mut chown = Command::new("chown");
            chown.arg("-R").arg("postgres:").arg(folder.path());
            assert!(chown.status().expect("chown").success());
        }
        let cluster = folder.path().join("cluster");
        let made = as_server(programs.join("initdb"))
            .args([
                "--username=meterwatch",
                "--auth=scram-sha-256",
                "--no-sync",
                "--locale=C.UTF-8",
            ])
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(&cluster)
            .current_dir(folder.path())
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = super::free_port();
        let server = as_server(programs.join("postgres"))
            .arg("-D")
            .arg(&cluster)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).expect("a log"))
            .spawn()
            .expect("postgres");
        let database = Self { server, port, _folder: folder };
        database.wait(&programs);
        database
    }

    pub fn url(&self) -> String {
        format!("postgres://meterwatch:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&self, programs: &std::path::Path) {
        let start = Instant::now();
        loop {
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status().expect("pg_isready").success() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the server does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // setpriv became the server itself, so this reaches it; QUIT is its immediate shutdown.
        let mut kill = Command::new("kill");
        drop(kill.args(["-QUIT", &self.server.id().to_string()]).status());
        drop(self.server.wait());
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// PostgreSQL refuses root.
fn as_server(program: PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// The folder of the newest installed PostgreSQL.
fn programs() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let folders = installed.map(|entry| entry.expect("an entry").path().join("bin"));
    let version = |folder: &PathBuf| {
        let name =
            folder.parent().and_then(|parent| parent.file_name()?.to_str()?.parse::<u32>().ok());
        folder.join("initdb").exists().then_some(name).flatten()
    };
    folders.max_by_key(version).expect("PostgreSQL is installed")
}
