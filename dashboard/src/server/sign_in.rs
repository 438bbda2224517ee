//! Signing in and out.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::attempt::{self, Subjects};
use super::failure::Failure;
use super::session::{self, Token};
use super::state::Server;
use super::visit::{Visit, client_address};
use super::{password, query_string};
use crate::pages;
use crate::users;

const WRONG: &str = "The name and the password do not belong together.";
/// Longer ones are not hashed; they are no passwords.
const LONGEST_PASSWORD: usize = 1_000;

/// The form. Who is signed in already is sent on.
pub async fn form(State(server): State<Server>, request: Request) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let visit = Visit::of_stranger(&server, &parts);
    let next = query_string::local(visit.asked("next")).to_owned();
    if Visit::from_request_parts(&mut parts, &server).await.is_ok() {
        return Ok(Redirect::to(&next).into_response());
    }
    show(&server, &visit, None, "", &next).await
}

/// Takes the form: the same answer for a wrong name and a wrong password, and a longer wait after every failure.
pub async fn enter(
    State(server): State<Server>,
    parts: Parts,
    body: String,
) -> Result<Response, Failure> {
    let visit = Visit::of_stranger(&server, &parts);
    let form = query_string::pairs(&body);
    let field = |name| query_string::value(&form, name).unwrap_or_default();
    let (name, secret) = (field("name").trim(), field("password"));
    let next = query_string::local(query_string::value(&form, "next"));
    let address = client_address(&parts, server.options().behind_https_proxy);
    let subjects = Subjects::new(name, address);
    let mut connection = server.connection().await?;

    let wait = attempt::remaining_wait(&mut connection, &subjects, visit.now).await?;
    if wait.is_positive() {
        let seconds = wait.as_secs() + 1;
        let message = format!("Too many attempts. Try again in {}.", spoken(seconds));
        let mut response = show(&server, &visit, Some(&message), name, next).await?;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    // Counted before the hash is computed, so that many attempts at once do not slip through together.
    attempt::failed(&mut connection, &subjects, visit.now).await?;
    let account = users::find(&mut connection, name).await?;
    // The hash takes its time; nobody else's page waits for this connection.
    drop(connection);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    if !verified(&server, secret, stored).await? {
        let mut response = show(&server, &visit, Some(WRONG), name, next).await?;
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        tracing::info!("a sign-in was refused");
        return Ok(response);
    }
    let Some(account) = account else { return Err(Failure::Machine("a hash without a user")) };

    let mut connection = server.connection().await?;
    attempt::succeeded(&mut connection, &subjects).await?;
    let https = server.options().behind_https_proxy;
    // A session that the browser still has ends here: a new one has a new token.
    if let Some(old) = Token::of(&parts.headers, https) {
        session::end(&mut connection, &old).await?;
    }
    let token = Token::random()?;
    let limits = server.options().sessions;
    session::start(&mut connection, account.user_id, &token, limits, visit.now).await?;
    tracing::info!(user.name = account.name, "{} signed in", account.name);
    let mut response = Redirect::to(next).into_response();
    response
        .headers_mut()
        .extend(token.to_cookie(https).map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Ends the session here and in the browser.
pub async fn leave(State(server): State<Server>, parts: Parts) -> Result<Response, Failure> {
    let https = server.options().behind_https_proxy;
    if let Some(token) = Token::of(&parts.headers, https) {
        let mut connection = server.connection().await?;
        session::end(&mut connection, &token).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let removed = session::removed_cookie(https);
    response.headers_mut().extend(removed.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

async fn show(
    server: &Server,
    visit: &Visit,
    message: Option<&str>,
    name: &str,
    next: &str,
) -> Result<Response, Failure> {
    let mut connection = server.connection().await?;
    let anybody = users::exist(&mut connection).await?;
    Ok(visit.page("Sign in", None, || pages::sign_in(message, name, next, anybody)))
}

async fn verified(server: &Server, secret: &str, stored: Option<String>) -> Result<bool, Failure> {
    if secret.len() > LONGEST_PASSWORD {
        return Ok(false);
    }
    let failed = |_| Failure::Machine("the password could not be checked");
    let _turn = server.hashing().acquire().await.map_err(|_| Failure::Machine("shutting down"))?;
    let secret = secret.to_owned();
    tokio::task::spawn_blocking(move || password::verify(&secret, stored.as_deref()))
        .await
        .map_err(failed)
}

fn spoken(seconds: i64) -> String {
    if seconds < 90 {
        format!("{seconds} seconds")
    } else {
        format!("{} minutes", seconds.div_euclid(60) + 1)
    }
}
