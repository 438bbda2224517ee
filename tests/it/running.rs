//! What keeps running: pages, worker, everything; and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use migrations::server::PrivateServer;
use sqlx::PgPool;

use crate::run::Place;

/// A command that runs until it is told to end.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Running {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child =
            place.command(arguments).stderr(Stdio::piped()).spawn().expect("the binary");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        Self { child, lines }
    }

    /// The next line with this word; all lines until then when there is none.
    fn wait_for(&mut self, word: &str) -> String {
        let mut said = String::new();
        for line in self.lines.by_ref() {
            let line = line.expect("UTF-8");
            if line.contains(word) {
                return line;
            }
            said.push_str(&line);
            said.push('\n');
        }
        panic!("`{word}` was not said, but: {said}");
    }

    /// Asks it to end; gives the exit code.
    fn end(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        let rest: Vec<String> = self.lines.map_while(Result::ok).collect();
        assert!(!rest.iter().any(|line| line.contains("panicked")), "{rest:?}");
        self.child.wait().expect("an end").code()
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the pages are there");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_taken_port_is_told_before_anything_is_started() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    for command in ["serve", "up"] {
        place
            .run(&[command, "--listen", &address, "--data-dir", "data"])
            .says(1, &[&address, "--listen"]);
        assert!(!place.path().join("data").exists(), "{command}");
    }
}

#[test]
fn up_serves_the_pages_and_leaves_nothing_running() {
    let place = Place::new();
    let mut up = Running::start(&place, &["up", "--listen", "127.0.0.1:0", "--data-dir", "data"]);
    let ready = up.wait_for("meterwatch is ready: http://");
    let address = ready.rsplit("http://").next().expect("an address").to_owned();
    assert!(up.wait_for("password").contains("admin-password"));
    let answer = get(&address, "/sign-in");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    // The server runs already; another command uses it beside and leaves it running.
    let users = place.run(&["user", "list", "--json", "--data-dir", "data"]);
    users.says(0, &[]);
    assert!(users.stdout.contains("\"admin\""), "{}", users.stdout);
    assert!(get(&address, "/sign-in").starts_with("HTTP/1.1 200"));

    assert_eq!(up.end(), Some(0));
    assert!(!place.path().join("data/postgres/cluster/postmaster.pid").exists());
    let password = place.path().join("data/admin-password");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &password.metadata().expect("the password").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_worker_runs_each_slot_once_and_ends_when_it_is_told() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("mail")).expect("a folder");
    place.write(
        "meterwatch.toml",
        "[[source]]\nname = \"in\"\nkind = \"folder\"\npath = \"mail\"\n",
    );
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    let mut worker =
        Running::start(&place, &["worker", "--data-dir", "data", "--log-format", "json"]);
    let line = worker.wait_for("\"job.name\":\"ingest\"");
    assert!(line.contains("0 new mails"), "{line}");
    worker.wait_for("\"job.name\":\"poll\"");
    assert_eq!(worker.end(), Some(0));
    assert!(!place.path().join("data/postgres/cluster/postmaster.pid").exists());
}

/// Profiles are kept as files: what is written there while the worker runs holds from its next pass on, and a file that
/// cannot be understood keeps no mail waiting.
#[tokio::test]
async fn a_running_worker_follows_the_files_of_profiles() {
    let place = Place::new();
    for folder in ["mail", "profiles"] {
        std::fs::create_dir(place.path().join(folder)).expect("a folder");
    }
    place.write(
        "meterwatch.toml",
        "[[source]]\nname = \"in\"\nkind = \"folder\"\npath = \"mail\"\n\n\
         [profiles]\nfolder = \"profiles\"\n",
    );
    let rows = "Site,Meter,Date,Consumption\nHall,M1,2024-01-01,5\nHall,M1,2024-01-02,6\nHall,M1,2024-01-03,7\n";
    place.write("mail/january.csv", rows);
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    let server = PrivateServer::start(&place.path().join("data")).await.expect("a server");
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let ask = "insert into job_request (job, slot, requested_by) values ('poll', now(), 'maria')";
    let arguments = ["worker", "--data-dir", "data", "--log-format", "json"];
    let mut worker = Running::start(&place, &arguments);
    worker.wait_for("1 file waits for a person");
    place.write("profiles/in.toml", "[[profile]]\nname = \"in\"\nsender = ");
    sqlx::query(ask).execute(&pool).await.expect("asked");
    worker.wait_for("the profiles are used as they were before");
    place.write(
        "profiles/in.toml",
        "[[profile]]\nname = \"in\"\nsender = \"in\"\nunit = \"kWh\"\ncommodity = \"electricity\"\n",
    );
    sqlx::query(ask).execute(&pool).await.expect("asked");
    worker.wait_for("1 file read again");
    assert_eq!(worker.end(), Some(0));
    let stored = place.run(&["export", "readings", "--format", "csv", "--data-dir", "data"]);
    assert_eq!(stored.stdout.lines().count(), 4, "{stored:?}");
}

#[test]
fn people_are_managed_with_passwords_from_stdin_or_a_file() {
    let place = Place::new();
    let data = ["--data-dir", "data"];
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    let add = ["user", "add", "maria", "--role", "operator", "--data-dir", "data"];
    place.run_with_input(&add, "short\n").says(1, &["15"]);
    place.run_with_input(&add, "a horse walks into a bar\n").says(0, &["maria", "operator"]);
    place.run_with_input(&add, "a horse walks into a bar\n").says(1, &["maria", "already"]);
    place.run(&add).says(2, &["no password", "--password-file"]);
    place.write("secret", "another long sentence\n");
    let passwd = ["user", "passwd", "maria", "--password-file", "secret"];
    place.run(&[&passwd[..], &data].concat()).says(0, &["maria"]);
    place.run(&["user", "remove", "maria", "--data-dir", "data"]).says(0, &["removed"]);
    place.run(&["user", "remove", "maria", "--data-dir", "data"]).says(1, &["maria", "user list"]);
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("mail")).expect("a folder");
    place.write(
        "meterwatch.toml",
        "[[source]]\nname = \"in\"\nkind = \"folder\"\npath = \"mail\"\n",
    );
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    let well = place.run(&["doctor", "--data-dir", "data"]);
    assert_eq!(well.code, 0, "{well:?}");
    std::fs::remove_dir(place.path().join("mail")).expect("removed");
    let ill = place.run(&["doctor", "--json", "--data-dir", "data"]);
    assert_eq!(ill.code, 5, "{ill:?}");
    let checks: serde_json::Value = serde_json::from_str(&ill.stdout).expect("JSON");
    let wrong: Vec<_> = checks
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["ok"] == false)
        .map(|check| (check["name"].clone(), check["fix"].is_string()))
        .collect();
    assert_eq!(wrong, [("source in".into(), true)]);
}
