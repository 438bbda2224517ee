//! The image, run as `restricted-v2` would run it: an arbitrary user, group 0, no capabilities, a read-only root file
//! system, 256 MiB; against a PostgreSQL server that asks for a password.
//!
//! It needs root for chroots and control groups, and the image: `./dev test image` builds it and runs this.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

mod database;

use database::Database;

const IMAGE: &str = "localhost/meterwatch";
const USER: &str = "1000680000";
const PATIENCE: Duration = Duration::from_mins(1);

/// podman, as root; its storage is named by the environment.
fn podman() -> Command {
    if fs::metadata("/proc/self")
        .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
    {
        return Command::new("podman");
    }
    let mut command = Command::new("sudo");
    command.args(["--preserve-env=CONTAINERS_CONF,CONTAINERS_STORAGE_CONF", "podman"]);
    command
}

/// `podman run` with the limits; `options` are podman's, `arguments` are those of meterwatch.
fn run(options: &[&str], arguments: &[&str]) -> Command {
    let mut command = podman();
    command
        .args(["run", "--user", &format!("{USER}:0"), "--read-only", "--cap-drop=all"])
        .args(["--security-opt", "no-new-privileges", "--memory", "256m", "--pids-limit", "200"])
        .args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"])
        .args(["--tmpfs", "/tmp:size=64m", "--network=host"])
        .args(options)
        .arg(IMAGE)
        .args(arguments);
    command
}

fn output(mut command: Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn succeed(command: Command) -> String {
    let shown = format!("{command:?}");
    let output = output(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}\n{}: {said}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A port that nobody listened on a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Status and body of a page.
fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// A container that goes when this does.
struct Container(String);

impl Container {
    fn inspect(&self, what: &str) -> String {
        let mut command = podman();
        command.args(["inspect", "--format", what, &self.0]);
        succeed(command).trim().to_owned()
    }

    fn log(&self) -> String {
        let mut command = podman();
        command.args(["logs", &self.0]);
        let output = output(command);
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    }

    /// Waits until the page answers with 200.
    fn wait_for(&self, port: u16, path: &str) -> String {
        let start = Instant::now();
        loop {
            let answer = get(port, path);
            if let Some((200, body)) = answer {
                return body;
            }
            let runs = self.inspect("{{.State.Running}}") == "true";
            assert!(
                runs && start.elapsed() < PATIENCE,
                "{path} answers {answer:?}; the container says:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let mut command = podman();
        command.args(["rm", "--force", "--time", "0", &self.0]);
        drop(command.output());
    }
}

fn status_field(status: &str, name: &str) -> String {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name}")).trim().to_owned()
}

/// A folder that any user may read: the configuration of the manifests, and the sample mailbox as a Maildir.
fn prepare_mounts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, mail) = (folder.path().join("config"), folder.path().join("mail"));
    for path in [&config, &mail, &mail.join("cur"), &mail.join("tmp")] {
        fs::create_dir(path).expect("a folder");
    }
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../base/meterwatch.toml");
    fs::copy(base, config.join("meterwatch.toml")).expect("the configuration of the base");
    let program = std::env::var("METERWATCH_BIN").expect("METERWATCH_BIN: run `./dev test image`");
    let mut sample = Command::new(program);
    sample.arg("sample").arg(folder.path().join("sample"));
    succeed(sample);
    fs::rename(folder.path().join("sample/mail"), mail.join("new")).expect("the sample mails");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    folder
}

#[test]
#[ignore = "needs root and the image: ./dev test image"]
fn image_migrates_ingests_serves_and_stops_as_restricted_v2() {
    let database = Database::start();
    let mounts = prepare_mounts();
    let config_volume = format!("{}:/etc/meterwatch:ro", mounts.path().join("config").display());
    let mail_volume = format!("{}:/mail:ro", mounts.path().join("mail").display());
    let url = format!("DATABASE_URL={}", database.url());
    let options = ["--rm", "--env", &url, "--volume", &config_volume, "--volume", &mail_volume];
    let config = ["--config", "/etc/meterwatch/meterwatch.toml"];

    succeed(run(&options, &["migrate"]));
    let ingest = output(run(&options, &[&["ingest"], &config[..]].concat()));
    // 4: the sample has rows that a person must see, too.
    let said = String::from_utf8_lossy(&ingest.stderr);
    assert!(matches!(ingest.status.code(), Some(0 | 4)), "{}: {said}", ingest.status);
    let readings = succeed(run(&options, &["export", "readings", "--format", "csv"]));
    assert!(readings.lines().count() > 100, "{said}{readings}");

    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let serve = [&["serve", "--listen", &listen], &config[..]].concat();
    let id = succeed(run(&[&["--detach"], &options[1..]].concat(), &serve));
    let container = Container(id.trim().to_owned());
    container.wait_for(port, "/livez");
    container.wait_for(port, "/readyz");
    let page = container.wait_for(port, "/sign-in");
    assert!(page.contains("<form") && page.contains("password"), "{page}");
    check_confinement(&container);

    let mut stop = podman();
    stop.args(["stop", "--time", "30", &container.0]);
    let start = Instant::now();
    succeed(stop);
    assert_eq!(container.inspect("{{.State.ExitCode}}"), "0", "{}", container.log());
    assert!(start.elapsed() < Duration::from_secs(30), "it had to be killed");
}

/// The process itself, seen from outside, is as confined as was asked.
fn check_confinement(container: &Container) {
    let pid = container.inspect("{{.State.Pid}}");
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    assert_eq!(status_field(&status, "Uid"), [USER; 4].join("\t"));
    assert_eq!(status_field(&status, "Gid"), "0\t0\t0\t0");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(status_field(&status, set).trim_start_matches('0'), "", "{set}");
    }
    assert_eq!(status_field(&status, "NoNewPrivs"), "1");
    let mounts = fs::read_to_string(format!("/proc/{pid}/mounts")).expect("the mounts");
    let root = mounts.lines().find(|line| line.split(' ').nth(1) == Some("/")).expect("a root");
    assert!(root.split(' ').nth(3).is_some_and(|options| options.starts_with("ro")), "{root}");
    assert_eq!(container.inspect("{{.HostConfig.Memory}}"), (256 * 1024 * 1024).to_string());
    assert!(Path::new("/proc").join(&pid).exists(), "it still runs");
}
