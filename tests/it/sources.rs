//! Mailboxes at the command line: tried, added, read; and every failure with its exit code and its remedy.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::dovecot::{Dovecot, Mailbox, PASSWORD};
use crate::run::{Ended, Place};

const MAIL: &str = "From: Bills <bills@example.com>\r\nTo: meters@example.org\r\nSubject: March\r\n\
    Date: Mon, 4 Mar 2024 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/csv; name=bill.csv\r\n\
    Content-Disposition: attachment; filename=bill.csv\r\n\r\n\
    Site,Meter,Commodity,Start,End,Consumption,Unit\r\nHall,E-1,Electricity,2024-01-01,2024-01-31,12,kWh\r\n\
    Hall,E-1,Electricity,2024-02-01,2024-02-29,13,kWh\r\n";

fn mailbox() -> Mailbox {
    let mailbox = Dovecot::get().mailbox();
    mailbox.deliver("", 1, MAIL.as_bytes());
    mailbox.deliver("", 2, MAIL.replace("Subject: March", "Subject: Reminder").as_bytes());
    mailbox
}

/// A place with a configuration for this mailbox; `more` are further lines.
fn place_for(mailbox: &Mailbox, password: &str, more: &str) -> Place {
    let place = Place::new();
    place.write("imap.secret", password);
    let defaults = [
        ("host", "\"127.0.0.1\"".to_owned()),
        ("port", mailbox.server.plain.to_string()),
        ("tls", "\"none\"".to_owned()),
        ("user", format!("\"{}\"", mailbox.user)),
        ("password_file", "\"imap.secret\"".to_owned()),
        ("timeout_seconds", "5".to_owned()),
    ];
    let own = more
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key)
        .collect::<Vec<_>>();
    let kept = defaults.iter().filter(|(key, _)| !own.contains(key));
    let lines: Vec<String> = kept.map(|(key, value)| format!("{key} = {value}\n")).collect();
    let lines = lines.concat();
    place.write(
        "meterwatch.toml",
        format!("[[source]]\nname = \"utilities\"\nkind = \"imap\"\n{lines}{more}\n"),
    );
    place
}

fn ended(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, code, "{ended:?}");
    for word in words {
        assert!(ended.stdout.contains(word), "`{word}` is not in {}", ended.stdout);
    }
}

#[test]
fn a_mailbox_is_tried_without_storing_or_marking_anything() {
    let mailbox = mailbox();
    mailbox.make_folder("Meters");
    let rules = "[source.rules]\nnot_subject = [\"reminder*\"]\nfiles = [\"*.xlsx\"]";
    let place = place_for(&mailbox, PASSWORD, rules);
    let tried = place.run(&["source", "test"]);
    ended(
        &tried,
        0,
        &[
            "2 mails",
            "INBOX, Meters",
            "take 1",
            "bills@example.com",
            "March",
            "leave out: bill.csv",
        ],
    );
    let json = place.run(&["source", "test", "utilities", "--json"]);
    let told: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(told[0]["trial"]["items"], 2);
    assert_eq!(told[0]["trial"]["looked_at"][1]["is_taken"], false);
    assert!(mailbox.seen("").iter().all(|seen| !seen));
    assert!(!place.path().join(".data").exists(), "no database was asked");
    place.run(&["source", "test", "utilitys"]).says(2, &["utilitys", "utilities"]);
}

#[test]
fn each_failure_has_its_code_and_its_remedy() {
    let mailbox = mailbox();
    let server = mailbox.server;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("one")
        .port();
    let tls = |host: &str| format!("host = \"{host}\"\ntls = \"implicit\"\nport = {}", server.tls);
    let trusted = format!("ca_file = \"{}\"", server.folder.join("ca.pem").display());
    for (password, more, code, words) in [
        ("wrong-password", String::new(), 3, ["[credentials]", "xoauth2"]),
        (PASSWORD, "folder = \"Meters\"".to_owned(), 3, ["[folder_unknown]", "`Meters`"]),
        (PASSWORD, format!("port = {free}"), 5, ["[refused]", "993"]),
        (
            PASSWORD,
            "host = \"no-such-host.invalid\"\ntls = \"implicit\"".to_owned(),
            5,
            ["[dns]", "no-such-host"],
        ),
        (PASSWORD, tls("127.0.0.1"), 3, ["[tls_unknown_issuer]", "ca_file"]),
        (PASSWORD, format!("{}\n{trusted}", tls("127.0.0.2")), 5, ["[tls_expired]", "renewed"]),
        (PASSWORD, format!("{}\n{trusted}", tls("127.0.0.3")), 3, ["[tls_wrong_host]", "`host`"]),
        (PASSWORD, format!("tls = \"implicit\"\n{trusted}"), 3, ["[tls_plain_port]", "starttls"]),
        (PASSWORD, "password_file = \"gone.secret\"".to_owned(), 3, ["[secret]", "gone.secret"]),
    ] {
        let place = place_for(&mailbox, password, &more);
        let tried = place.run(&["source", "test"]);
        ended(&tried, code, &words);
        ended(&tried, code, &["WRONG", "next:"]);
        assert!(!tried.stdout.contains("wrong-password"), "{tried:?}");
    }
}

#[test]
fn a_source_is_added_after_it_was_tried() {
    let (mailbox, place) = (mailbox(), Place::new());
    place.write("meterwatch.toml", "# kept\n[dashboard]\nlisten = \"127.0.0.1:8080\"");
    let port = mailbox.server.plain.to_string();
    let add = [
        "source",
        "add",
        "utilities",
        "--kind",
        "imap",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--tls",
        "none",
        "--user",
        &mailbox.user,
        "--password-stdin",
    ];
    let added = place.run_with_input(&add, &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{added:?}");
    let text = std::fs::read_to_string(place.path().join("meterwatch.toml")).expect("is there");
    assert!(text.starts_with("# kept\n[dashboard]") && text.contains("[[source]]"), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
    let secret = place.path().join("utilities.secret").metadata().expect("is there");
    assert_eq!(secret.permissions().mode() & 0o777, 0o600);
    place.run(&["config", "check"]).says(0, &["1 source"]);
    ended(&place.run(&["source", "test"]), 0, &["2 mails"]);
    place
        .run(&["source", "add", "utilities", "--kind", "folder", "--path", "x"])
        .says(3, &["utilities", "already"]);
    let failed =
        place.run(&["source", "add", "drop", "--kind", "folder", "--path", "no-such-folder"]);
    assert_eq!(failed.code, 5, "{failed:?}");
    assert!(
        !std::fs::read_to_string(place.path().join("meterwatch.toml"))
            .expect("is there")
            .contains("drop")
    );
    std::fs::create_dir(place.path().join("mail")).expect("a folder");
    assert_eq!(place.run(&["source", "add", "drop", "--kind", "folder", "--path", "mail"]).code, 0);
    place.run(&["config", "check"]).says(0, &["2 sources"]);
    place.run(&["source", "add", "x", "--kind", "imap", "--host", "h"]).says(2, &["user"]);
}

#[test]
fn a_mailbox_is_read_and_no_log_holds_its_password() {
    let mailbox = mailbox();
    let place = place_for(&mailbox, PASSWORD, "");
    place.run(&["migrate", "--data-dir", "data"]).says(0, &[]);
    let mut command = place.command(&["ingest", "--data-dir", "data"]);
    let read: Ended = command.env("RUST_LOG", "trace").output().expect("the binary").into();
    assert_eq!(read.code, 0, "{}", read.stderr.lines().last().unwrap_or_default());
    assert!(
        read.stderr.contains("2 new mails"),
        "{}",
        read.stderr.lines().last().unwrap_or_default()
    );
    assert!(!read.stderr.contains(PASSWORD), "the password is in the log");
    place.write("imap.secret", "another-secret-password");
    let mut command = place.command(&["ingest", "--data-dir", "data"]);
    let read: Ended = command.env("RUST_LOG", "trace").output().expect("the binary").into();
    assert_eq!(read.code, 4, "{}", read.stderr.lines().last().unwrap_or_default());
    assert!(!read.stderr.contains("another-secret"), "the password is in the log");
    let list = place.run(&["source", "list", "--data-dir", "data"]);
    // A refusal waits for a person; a busy server may break off before it refuses, which is tried again.
    let is_refused = list.stderr.contains("refuses the name or the password");
    ended(&list, 0, &["utilities", if is_refused { "waits for a person" } else { "open" }]);
    assert!(!list.stderr.is_empty(), "what went wrong is told: {list:?}");
    place.write("imap.secret", PASSWORD);
    place.run(&["source", "retry", "utilities", "--data-dir", "data"]).says(0, &["utilities"]);
    place.run(&["ingest", "--data-dir", "data"]).says(0, &["0 new mails"]);
    ended(&place.run(&["source", "list", "--data-dir", "data"]), 0, &["closed"]);
    place
        .run(&["source", "retry", "other", "--data-dir", "data"])
        .says(1, &["other", "source list"]);
}
