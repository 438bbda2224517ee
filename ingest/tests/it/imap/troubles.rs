//! Each way in which a mailbox cannot be reached, told by its kind.

use ingest::source::{Source, TroubleKind};
use serde_json::{Value, json};

use super::between::{say, scripted};
use super::dovecot::{Dovecot, EXPIRED, WRONG_HOST};
use super::{mailbox_with, secrets, source, source_of, trouble};

async fn kind(first: Value, more: Value) -> TroubleKind {
    trouble(source(first, more).list().await).kind
}

#[tokio::test]
async fn certificates_that_are_not_as_they_should_be() {
    let tls = Dovecot::get().tls;
    let implicit = |host: &str| json!({ "tls": "implicit", "port": tls, "host": host });
    let trusted = json!({ "ca_file": "ca.pem" });
    assert_eq!(kind(implicit(EXPIRED), trusted.clone()).await, TroubleKind::TlsExpired);
    assert_eq!(kind(implicit(WRONG_HOST), trusted.clone()).await, TroubleKind::TlsWrongHost);
    assert_eq!(kind(implicit("127.0.0.1"), json!({})).await, TroubleKind::TlsUnknownIssuer);
    let missing = json!({ "ca_file": "no-such.pem" });
    assert_eq!(kind(implicit("127.0.0.1"), missing).await, TroubleKind::Secret);
}

#[tokio::test]
async fn ports_that_speak_otherwise() {
    let server = Dovecot::get();
    let ca = json!({ "ca_file": "ca.pem" });
    let plain = json!({ "tls": "implicit", "port": server.plain });
    assert_eq!(kind(plain, ca.clone()).await, TroubleKind::TlsPlainPort);
    let tls = json!({ "tls": "starttls", "port": server.tls, "timeout_seconds": 1 });
    assert_eq!(kind(tls, ca.clone()).await, TroubleKind::Timeout);
    let port = scripted("* OK\r\n", |_| None).await;
    assert_eq!(
        kind(json!({ "tls": "starttls", "port": port }), ca).await,
        TroubleKind::TlsNotOffered
    );
}

#[tokio::test]
async fn more_than_tls_after_starttls_is_refused() {
    let port = scripted("* OK\r\n", |command| {
        command
            .starts_with("CAPABILITY")
            .then(|| say("* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n"))
            .or_else(|| {
                let injected = "TAG OK begin\r\n* OK [ALERT] slipped in\r\n";
                command.starts_with("STARTTLS").then(|| say(injected))
            })
    })
    .await;
    let told =
        kind(json!({ "tls": "starttls", "port": port }), json!({ "ca_file": "ca.pem" })).await;
    assert_eq!(told, TroubleKind::Protocol);
}

#[tokio::test]
async fn nobody_there() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    assert_eq!(kind(json!({ "port": port }), json!({})).await, TroubleKind::Refused);
    let unknown = json!({ "tls": "implicit", "host": "no-such-host.invalid" });
    assert_eq!(kind(unknown, json!({})).await, TroubleKind::Dns);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    std::fs::write(secrets().join("wrong.secret"), "wrong-hunter3").expect("writes");
    let mailbox = mailbox_with(1..=1);
    let told =
        trouble(source_of(&mailbox, json!({ "password_file": "wrong.secret" })).list().await);
    assert_eq!(told.kind, TroubleKind::Credentials);
    assert!(told.sentence.contains(&mailbox.user), "{told}");
    assert!(!format!("{told} {told:?}").contains("hunter"), "{told:?}");
    let nothing = json!({ "password_file": "no-such.secret" });
    assert_eq!(trouble(source_of(&mailbox, nothing).list().await).kind, TroubleKind::Secret);
}

#[tokio::test]
async fn a_folder_that_is_not_there() {
    let mailbox = mailbox_with(1..=1);
    let told = trouble(source_of(&mailbox, json!({ "folder": "Meters" })).list().await);
    assert_eq!((told.kind, told.sentence.contains("Meters")), (TroubleKind::FolderUnknown, true));
}

#[tokio::test]
async fn a_server_that_takes_no_passwords() {
    let port = scripted("* OK\r\n", |command| {
        command
            .starts_with("CAPABILITY")
            .then(|| say("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK\r\n"))
    })
    .await;
    assert_eq!(kind(json!({ "port": port }), json!({})).await, TroubleKind::PasswordRefused);
}

#[tokio::test]
async fn a_server_without_plain_gets_a_login() {
    std::fs::write(secrets().join("odd.secret"), "pa\"ss\\wörd").expect("writes");
    let port = scripted("* OK\r\n", |command| {
        if command.starts_with("CAPABILITY") {
            return Some(say("* CAPABILITY IMAP4rev1\r\nTAG OK\r\n"));
        }
        // The literals follow line by line; the last line has no tag, so its first word is taken for one.
        command
            .starts_with("LOGIN {8}")
            .then(|| say("+ go\r\n"))
            .or_else(|| command.starts_with("{11}").then(|| say("+ go on\r\nM2 OK welcome\r\n")))
    })
    .await;
    let source = source(json!({ "port": port }), json!({ "password_file": "odd.secret" }));
    assert_eq!(source.list().await.expect("lists").len(), 1);
}
