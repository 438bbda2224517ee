//! One request of one person: who, where, with which theme, and what the page answers.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use leptos::prelude::*;

use super::assets;
use super::failure::Failure;
use super::frame;
use super::headers::Nonce;
use super::query_string;
use super::session::{self, Token};
use super::state::Server;
use crate::pages::shell::{Frame, Shell};
use crate::views::{Freshness, Notice, Section, SignedIn, Theme};

const LIVE_HEADER: &str = "x-live";

/// A request, as far as every page needs it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Path and query.
    pub address: String,
    /// The query, read.
    pub query: Vec<(String, String)>,
    /// When it came.
    pub now: Timestamp,
    /// Who is signed in; nobody on the sign-in page.
    pub user: Option<SignedIn>,
    theme: Theme,
    nonce: String,
    live: bool,
    freshness: Option<Freshness>,
    notice: Option<Notice>,
}

/// Where the extractor leaves what it has found out, for the page of a failure.
#[derive(Debug, Clone, Default)]
pub struct VisitSlot(pub Arc<OnceLock<Visit>>);

impl Visit {
    /// What is known before anybody is asked who they are.
    pub fn of_stranger(server: &Server, parts: &Parts) -> Self {
        let headers = &parts.headers;
        let uri = &parts.uri;
        // After a form the address is one that only takes forms: its page is not to be come back to.
        let address = match uri.path_and_query() {
            Some(address) if parts.method == Method::GET => address.to_string(),
            _ => "/".to_owned(),
        };
        Self {
            address,
            query: query_string::pairs(uri.query().unwrap_or_default()),
            now: server.now(),
            user: None,
            theme: session::cookie(headers, "theme").map_or(Theme::Auto, Theme::from_code),
            nonce: parts.extensions.get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default(),
            // An island has no use for the part of a page that is not the one it asked for, such as the sign-in page.
            live: false,
            freshness: None,
            notice: None,
        }
    }

    /// The value of a name in the query.
    pub fn asked(&self, name: &str) -> Option<&str> {
        query_string::value(&self.query, name)
    }

    /// The page of a list, from 1.
    pub fn page_number(&self) -> u32 {
        self.asked("page").and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, 100_000)
    }

    /// Says something at the top of the page.
    #[must_use]
    pub fn with_notice(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }

    /// Whether this person may acknowledge, resolve and comment.
    pub fn may_triage(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may_triage())
    }

    /// Whether this person may fetch originals.
    pub fn may_open_originals(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may_open_originals())
    }

    /// The whole page, or its content alone where an island asks for it.
    pub fn page(
        &self,
        title: &str,
        section: Option<Section>,
        content: impl FnOnce() -> AnyView,
    ) -> Response {
        let frame = Frame {
            title: title.to_owned(),
            section,
            now: self.now,
            user: self.user.clone(),
            theme: self.theme,
            nonce: self.nonce.clone(),
            address: self.address.clone(),
            freshness: self.freshness,
            notice: self.notice.clone(),
            live: self.live,
            style: assets::style(),
            icon: assets::icon(),
            script: assets::script(),
        };
        // Islands ask the owner whether they are inside another; its disposal frees what the page has made.
        let owner = Owner::new_root(None);
        let html = owner.with(|| {
            let content = content();
            view! { <Shell frame=frame content=content/> }.to_html()
        });
        owner.cleanup();
        let html = if self.live { html } else { format!("<!DOCTYPE html>{html}") };
        let mut response = (StatusCode::OK, Html(html)).into_response();
        if self.live {
            response.headers_mut().insert(LIVE_HEADER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl FromRequestParts<Server> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Failure> {
        let mut visit = Self::of_stranger(server, parts);
        let https = server.options().behind_https_proxy;
        let token = Token::of(&parts.headers, https).ok_or(Failure::SignedOut)?;
        let mut connection = server.connection().await?;
        let limits = server.options().sessions;
        let user = session::find(&mut connection, &token, limits, visit.now).await?;
        visit.user = Some(user.ok_or(Failure::SignedOut)?);
        visit.live = parts.headers.contains_key(LIVE_HEADER);
        visit.freshness = Some(frame::freshness(server, &mut connection, visit.now).await?);
        if let Some(slot) = parts.extensions.get::<VisitSlot>() {
            // The first extractor of a request is the only one that sets it.
            let _ = slot.0.set(visit.clone());
        }
        Ok(visit)
    }
}

/// From which address the request comes.
pub fn client_address(parts: &Parts, behind_proxy: bool) -> Option<IpAddr> {
    if behind_proxy {
        forwarded_for(&parts.headers)
    } else {
        parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
    }
}

/// The last entry: the one that our own proxy has added. What stands before it anybody can write.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}
