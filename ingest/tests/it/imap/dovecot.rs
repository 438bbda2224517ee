//! A private Dovecot on loopback ports, started by the test process and gone with it.
//!
//! It runs unprivileged: as this user, or as `mail` when the tests run as root. Every user name signs in with one
//! password, so each test has a mailbox of its own. Three more loopback addresses show certificates that are out of
//! date, for another name, or signed by nobody known.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::{getegid, geteuid};
use uuid::Uuid;

pub const PASSWORD: &str = "correct-horse-hunter2";
/// Addresses with certificates that are not as they should be.
pub const EXPIRED: &str = "127.0.0.2";
pub const WRONG_HOST: &str = "127.0.0.3";

/// Ends the server and removes its files as soon as its standard input closes.
const WATCHDOG: &str = r#"cat >/dev/null; kill "$2" 2>/dev/null; rm -rf "$1""#;

static SERVER: OnceLock<Dovecot> = OnceLock::new();

pub struct Dovecot {
    pub folder: PathBuf,
    pub plain: u16,
    pub tls: u16,
    _server: Child,
    _watchdog: Child,
}

/// A mailbox that nobody else uses.
pub struct Mailbox {
    pub user: String,
    pub server: &'static Dovecot,
}

impl Dovecot {
    pub fn get() -> &'static Self {
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let folder =
            std::env::temp_dir().join(format!("meterwatch-imap-{}", Uuid::new_v4().simple()));
        for below in ["run", "home"] {
            fs::create_dir_all(folder.join(below)).expect("a folder");
        }
        certificates(&folder);
        let [plain, tls] = free_ports();
        let text = CONFIG
            .replace("FOLDER", folder.to_str().expect("UTF-8"))
            .replace("PLAIN_PORT", &plain.to_string())
            .replace("TLS_PORT", &tls.to_string())
            .replace("USER", if geteuid().is_root() { "mail" } else { "&" })
            .replace("PASSWORD", PASSWORD)
            .replace('&', &user_name());
        fs::write(folder.join("dovecot.conf"), text).expect("the configuration");
        let judge = judge_of_tokens();
        fs::write(
            folder.join("oauth2.conf"),
            format!(
                "tokeninfo_url = http://{judge}/tokeninfo?access_token=\nusername_attribute = user\n"
            ),
        )
        .expect("the configuration");
        let mut command = Command::new("dovecot");
        command.args(["-F", "-c"]).arg(folder.join("dovecot.conf")).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if geteuid().is_root() {
            let (uid, gid) = mail_user();
            own(&folder, uid, gid);
            command.uid(uid).gid(gid);
        }
        // Out of the terminal's group: the watchdog ends it.
        let server = command.process_group(0).spawn().expect("Dovecot: ./dev test installs it");
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&folder)
            .arg(server.id().to_string())
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a watchdog");
        let dovecot = Self { folder, plain, tls, _server: server, _watchdog: watchdog };
        dovecot.wait();
        dovecot
    }

    fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        let address = SocketAddr::from(([127, 0, 0, 1], self.plain));
        loop {
            if let Ok(mut stream) = TcpStream::connect(address) {
                let mut byte = [0];
                if stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    return;
                }
            }
            if Instant::now() > end {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("Dovecot did not start: {log}");
            }
            std::thread::yield_now();
        }
    }

    pub fn mailbox(&'static self) -> Mailbox {
        let user = format!("u{}", Uuid::new_v4().simple());
        let mailbox = Mailbox { user, server: self };
        mailbox.make_folder("");
        mailbox
    }
}

impl Mailbox {
    /// The Maildir of a folder; the empty name is the INBOX.
    pub fn path(&self, folder: &str) -> PathBuf {
        let home = self.server.folder.join("home").join(&self.user);
        if folder.is_empty() || folder == "INBOX" { home } else { home.join(format!(".{folder}")) }
    }

    pub fn make_folder(&self, folder: &str) {
        for below in ["cur", "new", "tmp"] {
            fs::create_dir_all(self.path(folder).join(below)).expect("a folder");
        }
        own_as_server(&self.path(""));
    }

    /// Puts a mail into a folder under a name that sorts by `number`.
    pub fn deliver(&self, folder: &str, number: u32, mail: &[u8]) {
        let path = self
            .path(folder)
            .join("new")
            .join(format!("{}.M{number}P1.test", 1_700_000_000 + number));
        fs::write(&path, mail).expect("a mail");
        own_as_server(&path);
    }

    /// The file names of the mails in a folder, with their flags.
    pub fn mails(&self, folder: &str) -> Vec<String> {
        let mut names = Vec::new();
        for below in ["cur", "new"] {
            if let Ok(entries) = fs::read_dir(self.path(folder).join(below)) {
                names.extend(
                    entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()),
                );
            }
        }
        names.sort();
        names
    }

    /// Whether each mail of the folder is marked as seen.
    pub fn seen(&self, folder: &str) -> Vec<bool> {
        self.mails(folder)
            .iter()
            .map(|name| name.split_once(":2,").is_some_and(|(_, flags)| flags.contains('S')))
            .collect()
    }

    /// Has the server count anew: UIDVALIDITY changes, UIDs begin at 1.
    pub fn forget_numbers(&self, folder: &str) {
        for entry in fs::read_dir(self.path(folder)).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                fs::remove_file(entry.path()).expect("removes");
            }
        }
    }

    /// Runs IMAP commands as another mail program would; gives all that the server said.
    pub fn run(&self, commands: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.plain)).expect("connects");
        let mut text = format!("a LOGIN {} {PASSWORD}\r\n", self.user);
        for command in commands {
            text.extend(["b ", command, "\r\n"]);
        }
        text.push_str("c LOGOUT\r\n");
        stream.write_all(text.as_bytes()).expect("sends");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("an answer");
        assert!(said.contains("c OK"), "{said}");
        said
    }
}

/// Tells the server whose a token is, as a provider's endpoint does: `good.NAME` is of NAME, any other of nobody.
fn judge_of_tokens() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = Vec::new();
            let mut block = [0; 1024];
            while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut block) {
                    Ok(count @ 1..) => asked.extend_from_slice(&block[..count]),
                    _ => break,
                }
            }
            let asked = String::from_utf8_lossy(&asked).into_owned();
            let token = asked.split("access_token=").nth(1).unwrap_or_default();
            let token = token.split([' ', '&']).next().unwrap_or_default();
            let (status, body) = match token.strip_prefix("good.") {
                Some(user) => ("200 OK", format!("{{\"user\":\"{user}\"}}")),
                None => ("401 Unauthorized", r#"{"error":"invalid_token"}"#.to_owned()),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

fn free_ports() -> [u16; 2] {
    let listeners = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("its address").port())
}

fn user_name() -> String {
    let uid = geteuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&uid)).expect("this user");
    line.split(':').next().expect("a name").to_owned()
}

fn mail_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    let line = users.lines().find(|line| line.starts_with("mail:")).expect("the user mail");
    let number = |at| line.split(':').nth(at).and_then(|text| text.parse().ok()).expect("a number");
    (number(2), number(3))
}

fn own_as_server(path: &Path) {
    if geteuid().is_root() {
        let (uid, gid) = mail_user();
        own(path, uid, gid);
    } else {
        own(path, geteuid().as_raw(), getegid().as_raw());
    }
}

fn own(path: &Path, uid: u32, gid: u32) {
    chown(path, Some(uid), Some(gid)).expect("owned");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder").flatten() {
            own(&entry.path(), uid, gid);
        }
    }
}

/// An authority of its own (`ca.pem`), and certificates that are good, out of date, and for another name.
fn certificates(folder: &Path) {
    let script = r#"set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=Test authority" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj "/CN=server"
mkdir issued; : > index; echo 01 > serial
cat > ca.conf <<CONF
[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = issued
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
issue() {
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" > extensions
  openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in server.csr -out "$1.pem" -notext \
    -extfile extensions -startdate "$3" -enddate "$4"
}
issue good DNS:localhost,IP:127.0.0.1 20200101000000Z 20491231235959Z
issue expired IP:127.0.0.2 20200101000000Z 20200201000000Z
issue wrong DNS:mail.example.org 20200101000000Z 20491231235959Z
"#;
    let made = Command::new("sh").args(["-c", script]).current_dir(folder).output().expect("sh");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

const CONFIG: &str = "
base_dir = FOLDER/run
state_dir = FOLDER/run
log_path = FOLDER/log
protocols = imap
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3
default_internal_user = USER
default_internal_group = USER
default_login_user = USER
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2
mail_location = maildir:FOLDER/home/%u
ssl = yes
ssl_cert = <FOLDER/good.pem
ssl_key = <FOLDER/server.key
local 127.0.0.2 {
  ssl_cert = <FOLDER/expired.pem
}
local 127.0.0.3 {
  ssl_cert = <FOLDER/wrong.pem
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=PASSWORD
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = FOLDER/oauth2.conf
}
userdb {
  driver = static
  args = uid=USER gid=USER home=FOLDER/home/%u
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  process_limit = 200
  inet_listener imap {
    port = PLAIN_PORT
  }
  inet_listener imaps {
    port = TLS_PORT
  }
}
";
