//! Connections that break, and servers that do not do as they should.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ingest::source::{ItemError, Source, SourceError, TroubleKind};
use migrations::testing::TestDatabase;
use serde_json::json;

use super::between::{Act, Cutter, say, scripted};
use super::{mailbox_with, run, source, source_of, trouble};
use crate::books::{assert_books_balance, dump};

#[tokio::test]
async fn a_connection_that_is_cut_anywhere_costs_nothing() {
    let mailbox = mailbox_with(1..=3);
    let whole = TestDatabase::new().await;
    assert_eq!(run(&whole, &source_of(&mailbox, json!({}))).await.messages_new, 3);
    let wanted = dump(&whole.pool).await;
    // The server says about 7,000 bytes in all; every place in steps, in the greeting, a line, a literal.
    for cut in (1..7200).step_by(389) {
        let database = TestDatabase::new().await;
        let proxy =
            Cutter::start(mailbox.server.plain, move |number| (number == 0).then_some(cut)).await;
        let source = source_of(&mailbox, json!({ "port": proxy.port }));
        let report = run(&database, &source).await;
        if report.messages_new < 3 {
            assert_eq!(report.problems.len(), 1, "cut after {cut}: {report:?}");
            run(&database, &source).await;
        }
        assert_eq!(dump(&database.pool).await, wanted, "cut after {cut}");
        assert_books_balance(&database).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_while_mails_are_moved_loses_and_doubles_none() {
    for cut in (900..9000).step_by(1500) {
        let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=3));
        // The first connection fetches, the second moves.
        let proxy =
            Cutter::start(mailbox.server.plain, move |number| (number == 1).then_some(cut)).await;
        let source = source_of(&mailbox, json!({ "port": proxy.port, "after": "move" }));
        let first = run(&database, &source).await;
        let second = run(&database, &source).await;
        assert_eq!(first.messages_new + second.messages_new, 3, "cut after {cut}");
        assert_eq!(mailbox.mails("").len(), 0, "cut after {cut}: {second:?}");
        assert_eq!(mailbox.mails("Processed").len(), 3, "cut after {cut}");
    }
}

#[tokio::test]
async fn a_mail_at_which_every_connection_breaks_does_not_hold_up_the_others() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=2));
    // Whoever asks for UID 7 is cut off; a scripted server with the mails 6, 7 and 8.
    drop(mailbox);
    let port = scripted("* OK hello\r\n", |command| {
        let upper = command.to_ascii_uppercase();
        if upper.starts_with("UID SEARCH") {
            return Some(say("* SEARCH 6 7 8\r\nTAG OK\r\n"));
        }
        if !upper.contains("BODY.PEEK") {
            return None;
        }
        let set = upper.split(' ').nth(2).unwrap_or_default().to_owned();
        let (first, last) = set.split_once(':').unwrap_or((&set, &set));
        let numbers: Vec<u32> = match set.split_once(',') {
            Some((a, b)) => vec![a.parse().expect("a number"), b.parse().expect("a number")],
            None => (first.parse().expect("a number")..=last.parse().expect("a number")).collect(),
        };
        let mut text = String::new();
        for uid in numbers {
            if uid == 7 {
                return Some(Act::SayAndClose(format!(
                    "{text}* 2 FETCH (UID 7 BODY[] {{500}}\r\nSubj"
                )));
            }
            let body = format!("Subject: {uid}\r\n\r\nNothing");
            let length = body.len();
            write!(text, "* 1 FETCH (UID {uid} BODY[] {{{length}}}\r\n{body})\r\n")
                .expect("memory");
        }
        Some(Act::Say(format!("{text}TAG OK\r\n")))
    })
    .await;
    let report = run(&database, &source(json!({ "port": port }), json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (2, 1), "{report:?}");
    assert!(
        report.problems[0].location.as_deref().is_some_and(|at| at.ends_with(";7")),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_server_that_says_goodbye_is_told_by_its_words() {
    let port = scripted("* BYE too many connections\r\n", |_| None).await;
    let told = trouble(source(json!({ "port": port }), json!({})).list().await);
    assert_eq!(told.kind, TroubleKind::Bye);
    assert!(told.sentence.contains("too many connections"), "{told}");

    let port = scripted("* OK\r\n", |command| {
        let bye = Act::SayAndClose("* BYE shutting down\r\n".to_owned());
        command.starts_with("UID SEARCH").then_some(bye)
    })
    .await;
    let told = trouble(source(json!({ "port": port }), json!({})).list().await);
    assert_eq!(
        (told.kind, told.sentence.contains("shutting down")),
        (TroubleKind::Bye, true),
        "{told}"
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    for at in ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH"] {
        let port =
            scripted("* OK\r\n", move |command| command.starts_with(at).then_some(Act::Hang)).await;
        let told =
            trouble(source(json!({ "port": port, "timeout_seconds": 1 }), json!({})).list().await);
        assert_eq!(told.kind, TroubleKind::Timeout, "{at}: {told}");
    }
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let told =
        trouble(source(json!({ "port": port, "timeout_seconds": 1 }), json!({})).list().await);
    assert_eq!(
        (told.kind, told.sentence.contains("greeting")),
        (TroubleKind::Timeout, true),
        "{told}"
    );
}

#[tokio::test]
async fn a_literal_without_end_or_larger_than_it_was_said_to_be_costs_that_mail_alone() {
    for announced in ["4294967295", "99999999999999999999"] {
        let database = TestDatabase::new().await;
        let port = scripted("* OK\r\n", move |command| {
            let lie = format!("* 1 FETCH (UID 7 BODY[] {{{announced}}}\r\nxxxx)\r\nTAG OK\r\n");
            command.contains("BODY.PEEK").then_some(Act::Say(lie))
        })
        .await;
        let report =
            run(&database, &source(json!({ "port": port, "timeout_seconds": 1 }), json!({}))).await;
        assert_eq!((report.messages_new, report.problems.len()), (0, 1), "{report:?}");
        assert!(report.problems[0].location.is_some(), "{report:?}");
    }
}

#[tokio::test]
async fn a_mail_that_the_server_refuses_is_told_with_its_words() {
    let database = TestDatabase::new().await;
    let port = scripted("* OK\r\n", |command| {
        command.contains("BODY.PEEK").then(|| say("TAG NO [EXPUNGEISSUED] the mail is damaged\r\n"))
    })
    .await;
    let report = run(&database, &source(json!({ "port": port }), json!({}))).await;
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].sentence.contains("the mail is damaged"), "{report:?}");
}

#[tokio::test]
async fn what_is_no_mail_server_is_told() {
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail ESMTP\r\n", "\r\n", "* (((\r\n"]
    {
        let port = scripted(greeting, |_| None).await;
        let told = trouble(source(json!({ "port": port }), json!({})).list().await);
        assert_eq!(told.kind, TroubleKind::Protocol, "{greeting:?}: {told}");
    }
}

#[tokio::test]
async fn additions_of_a_server_do_no_harm() {
    let database = TestDatabase::new().await;
    let port = scripted("* OK [CAPABILITY IMAP4rev1] hi {17}\r\n", |command| {
        let chatter = "* 3 EXPUNGE\r\n* FLAGS (\\X)\r\n* 9 FETCH (FLAGS (\\Seen) UID 99)\r\n* OK still here\r\n* 1 RECENT\r\n* XNEW {3}\r\nabc (1 2 \"3\")\r\n";
        command.contains("BODY.PEEK").then(|| {
            Act::Say(format!(
                "{chatter}* 1 FETCH (FLAGS () BODY[] {{13}}\r\nSubject: x\r\n\r X-NEW (1 (2)) UID 7)\r\n{chatter}TAG OK\r\n"
            ))
        })
    })
    .await;
    let report = run(&database, &source(json!({ "port": port }), json!({}))).await;
    assert_eq!((report.messages_new, report.problems.len()), (1, 0), "{report:?}");
}

#[tokio::test]
async fn a_server_without_move_copies_and_takes_away_what_was_moved_alone() {
    let database = TestDatabase::new().await;
    let commands = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = Arc::clone(&commands);
    let port = scripted("* OK\r\n", move |command| {
        heard.lock().expect("no panic").push(command.to_owned());
        command
            .starts_with("CAPABILITY")
            .then(|| say("* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS\r\nTAG OK\r\n"))
    })
    .await;
    let report = run(&database, &source(json!({ "port": port }), json!({ "after": "move" }))).await;
    assert_eq!(report.problems, []);
    let heard = commands.lock().expect("no panic").clone();
    let at = |start: &str| {
        heard.iter().position(|command| command.starts_with(start)).expect("was sent")
    };
    assert!(
        at("UID COPY 7 \"Processed\"") < at("UID STORE 7 +FLAGS.SILENT (\\Deleted)"),
        "{heard:?}"
    );
    assert!(at("UID STORE 7 +FLAGS.SILENT (\\Deleted)") < at("UID EXPUNGE 7"), "{heard:?}");
    assert!(!heard.iter().any(|command| command == "EXPUNGE" || command == "CLOSE"), "{heard:?}");
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_again_loses_the_source_and_not_each_mail() {
    let logins = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&logins);
    let port = scripted("* OK\r\n", move |command| {
        if command.starts_with("AUTHENTICATE") && count.fetch_add(1, Ordering::SeqCst) > 0 {
            return Some(say("TAG NO [UNAVAILABLE] later\r\n"));
        }
        if command.starts_with("UID SEARCH") {
            return Some(say("* SEARCH 6 7 8 9\r\nTAG OK\r\n"));
        }
        command.contains("BODY.PEEK").then(|| Act::SayAndClose(String::new()))
    })
    .await;
    let source = source(json!({ "port": port }), json!({}));
    let items = source.list().await.expect("lists");
    source.fetch_ahead(&items);
    let Err(ItemError::SourceLost(SourceError::Trouble { trouble, .. })) =
        source.fetch(&items[0]).await
    else {
        panic!("the source is lost")
    };
    assert_eq!((trouble.kind, logins.load(Ordering::SeqCst)), (TroubleKind::Unavailable, 2));
}
