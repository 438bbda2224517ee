//! Mailboxes that are opened by a token of OAuth: the server asks an authority whether a token is good, as providers do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use ingest::source::{AnySource, Source, TroubleKind};
use migrations::testing::TestDatabase;
use serde_json::{Value, json};

use super::{Mailbox, mailbox_with, run, secrets, source_of, trouble};

/// What an authority grants, one answer after the other, the last for ever; and what it was asked.
#[derive(Clone)]
struct Authority {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Authority {
    async fn start(answers: impl IntoIterator<Item = (StatusCode, Value)>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let forms = Arc::clone(&asked);
        let grant = move |form: String| {
            forms.lock().expect("no panic").push(form);
            let mut answers = answers.lock().expect("no panic");
            let answer =
                if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            let (status, body) = answer.expect("an answer");
            async move { (status, [("content-type", "application/json")], body.to_string()) }
        };
        let router = Router::new().route("/token", post(grant));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/token", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    fn source(&self, mailbox: &Mailbox, more: &Value) -> AnySource {
        let mut oauth = json!({ "client_id": "app", "token_url": self.url });
        oauth
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        source_of(mailbox, json!({ "auth": "xoauth2", "password_file": null, "oauth": oauth }))
    }
}

fn granted(token: &str) -> (StatusCode, Value) {
    (StatusCode::OK, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
}

fn secret(name: &str, value: &str) -> Value {
    std::fs::write(secrets().join(name), value).expect("writes");
    json!(name)
}

/// The token that the server takes for a mailbox.
fn good(mailbox: &Mailbox) -> String {
    format!("good.{}", mailbox.user)
}

#[tokio::test]
async fn an_application_opens_a_mailbox_by_its_own_credentials() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=2));
    let authority = Authority::start([granted(&good(&mailbox))]).await;
    let secret = secret("app.secret", "hunter2-app");
    let keys = json!({ "client_secret_file": secret, "scope": "https://mail.example/.default" });
    let source = authority.source(&mailbox, &keys);
    let report = run(&database, &source).await;
    assert_eq!((report.messages_new, report.rows.accepted), (2, 4), "{report:?}");
    assert_eq!(run(&database, &source).await.messages_known, 2);
    let asked = authority.asked();
    assert_eq!(asked.len(), 1, "a token is kept while it is good: {asked:?}");
    for part in ["grant_type=client_credentials", "client_id=app", "client_secret=hunter2-app"] {
        assert!(asked[0].contains(part), "{asked:?}");
    }
    assert!(asked[0].contains("scope=https%3A%2F%2Fmail.example%2F.default"), "{asked:?}");
}

#[tokio::test]
async fn a_person_s_refresh_token_opens_the_mailbox_and_the_new_one_takes_its_place() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=1));
    let (status, mut answer) = granted(&good(&mailbox));
    answer["refresh_token"] = json!("second-hunter2");
    let authority = Authority::start([(status, answer)]).await;
    let name = format!("{}.refresh", mailbox.user);
    let keys = json!({ "refresh_token_file": secret(&name, "first-hunter2") });
    assert_eq!(run(&database, &authority.source(&mailbox, &keys)).await.messages_new, 1);
    let kept = std::fs::read_to_string(secrets().join(&name)).expect("reads");
    assert_eq!(kept.trim(), "second-hunter2");
    assert_eq!(run(&database, &authority.source(&mailbox, &keys)).await.messages_known, 1);
    let asked = authority.asked();
    assert!(asked[0].contains("grant_type=refresh_token"), "{asked:?}");
    assert!(asked[0].contains("refresh_token=first-hunter2"), "{asked:?}");
    assert!(asked[1].contains("refresh_token=second-hunter2"), "{asked:?}");
}

#[tokio::test]
async fn a_token_that_was_withdrawn_is_asked_for_once_more() {
    let (database, mailbox) = (TestDatabase::new().await, mailbox_with(1..=1));
    let authority =
        Authority::start([granted("withdrawn-hunter2"), granted(&good(&mailbox))]).await;
    let keys = json!({ "client_secret_file": secret("app.secret", "hunter2-app") });
    assert_eq!(run(&database, &authority.source(&mailbox, &keys)).await.messages_new, 1);
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test]
async fn a_token_that_the_server_never_takes_waits_for_a_person_and_is_not_shown() {
    let mailbox = mailbox_with(1..=1);
    let authority = Authority::start([granted("withdrawn-hunter2")]).await;
    let keys = json!({ "client_secret_file": secret("app.secret", "hunter2-app") });
    let told = trouble(authority.source(&mailbox, &keys).list().await);
    assert_eq!(told.kind, TroubleKind::Credentials, "{told}");
    assert!(!format!("{told} {told:?}").contains("hunter"), "{told:?}");
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test]
async fn a_refresh_token_that_is_worn_out_is_told_as_that() {
    let mailbox = mailbox_with(1..=1);
    let refusal =
        json!({ "error": "invalid_grant", "error_description": "The token has expired." });
    let authority = Authority::start([(StatusCode::BAD_REQUEST, refusal)]).await;
    let keys = json!({ "refresh_token_file": secret("old.refresh", "hunter2-old") });
    let told = trouble(authority.source(&mailbox, &keys).list().await);
    assert_eq!(told.kind, TroubleKind::RefreshTokenExpired, "{told}");
    assert!(!format!("{told} {told:?}").contains("hunter"), "{told:?}");
}
