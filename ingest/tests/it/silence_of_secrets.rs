//! Passwords, secrets and tokens are in no log, at whatever level, and in no message.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use ingest::source::{self, Guarded, Source};
use migrations::testing::TestDatabase;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::books::now;
use crate::imap::dovecot::PASSWORD;
use crate::imap::{config, mailbox_with, secrets};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_logged() {
    let log = Log::default();
    // Of all threads: a place in the code that was passed without a listener may stay silent for one thread's own.
    tracing_subscriber::fmt()
        .with_env_filter("ingest=trace,rustls=trace,reqwest=trace")
        .with_writer(log.clone())
        .init();
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=2));
    let wrong = "a-wrong-but-secret-password";
    std::fs::write(secrets().join("logged.secret"), wrong).expect("writes");
    let mut said = String::new();
    for (file, tls) in
        [("imap.secret", "none"), ("logged.secret", "none"), ("imap.secret", "starttls")]
    {
        let here =
            json!({ "port": mailbox.server.plain, "user": mailbox.user, "password_file": file });
        let more =
            if tls == "none" { json!({}) } else { json!({ "tls": tls, "ca_file": "ca.pem" }) };
        let config = config(here, more);
        let source = Guarded::open(&config, secrets(), &database.pool, now).expect("can work");
        match source.list().await {
            Ok(items) => source.fetch_ahead(&items),
            Err(error) => write!(said, "{error} {error:?}").expect("memory"),
        }
        write!(said, "{source:?} {config:?}").expect("memory");
        source::try_again(&database.pool, "utilities").await.expect("the database is there");
        source.finish().await.expect("ends");
    }
    let log = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(
        log.contains("credentials") && said.contains("refuses the name or the password"),
        "{said}"
    );
    let encoded = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("\0{}\0{PASSWORD}", mailbox.user),
    );
    for secret in [PASSWORD, wrong, encoded.as_str()] {
        assert!(!log.contains(secret), "in the log");
        assert!(!said.contains(secret), "in a message");
    }
}
