//! A browser without a script: it follows no redirect by itself and keeps its session cookie.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dashboard::server::{Options, router};
use http_body_util::BodyExt;
use jiff::Timestamp;
use migrations::testing::TestDatabase;
use sqlx::PgPool;
use tower::ServiceExt;

use crate::seed;

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        // No-break spaces are for the eye, and `<!>` parts two pieces of text; the tests write neither.
        String::from_utf8_lossy(&self.bytes).replace('\u{a0}', " ").replace("<!>", "")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    /// Fails with the page when something is not on it.
    #[track_caller]
    pub fn shows(&self, wanted: &str) {
        assert!(self.text().contains(wanted), "`{wanted}` is not on the page:\n{}", self.text());
    }

    #[track_caller]
    pub fn hides(&self, unwanted: &str) {
        assert!(!self.text().contains(unwanted), "`{unwanted}` is on the page");
    }

    /// How many rows the first body of a table has.
    pub fn rows(&self) -> usize {
        let text = self.text();
        let body = text.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next());
        body.map_or(0, |body| body.matches("<tr").count())
    }

    /// The address of the first alert on the page.
    pub fn first_alert(&self) -> String {
        let text = self.text();
        let rest = text.split("href=\"/alerts/AL-").nth(1).expect("an alert is on the page");
        format!("/alerts/AL-{}", rest.split('"').next().expect("an address"))
    }

    /// The value of the first hidden field of this name.
    pub fn field(&self, name: &str) -> String {
        let text = self.text();
        let mark = format!("name=\"{name}\" value=\"");
        let rest = text.split(&mark).nth(1).expect("the field is on the page");
        rest.split('"').next().expect("the value ends").to_owned()
    }
}

/// The site, and one person's way through it.
#[derive(Debug, Clone)]
pub struct Browser {
    router: Router,
    pub pool: PgPool,
    cookie: Option<String>,
}

impl Browser {
    /// A stranger before the seeded site.
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        seed::fill(&database.pool).await;
        Self::over(database.pool, seed::now)
    }

    /// A stranger before the site over this database.
    pub fn over(pool: PgPool, clock: fn() -> Timestamp) -> Self {
        let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), clock);
        Self { router: router(pool.clone(), options), pool, cookie: None }
    }

    /// The same person before another site over the same database.
    pub fn over_router(self, router: Router) -> Self {
        Self { router, ..self }
    }

    /// Somebody who is signed in.
    pub async fn signed_in(name: &str) -> Self {
        let mut browser = Self::new().await;
        browser.sign_in(name).await;
        browser
    }

    /// Another browser of the same site.
    pub fn beside(&self) -> Self {
        Self { cookie: None, ..self.clone() }
    }

    pub async fn sign_in(&mut self, name: &str) {
        let form = [("name", name), ("password", seed::PASSWORD)];
        let page = self.post("/sign-in", &form).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        let cookie = page.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        self.cookie = Some(cookie);
    }

    pub async fn get(&self, address: &str) -> Page {
        self.send(self.request("GET", address).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form as a page of the site does.
    pub async fn post(&self, address: &str, form: &[(&'static str, &str)]) -> Page {
        let request = self
            .request("POST", address)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(encoded(form)).expect("a request")).await
    }

    /// Sends a form and looks at the page that it leads to.
    pub async fn submit(&self, address: &str, form: &[(&'static str, &str)]) -> Page {
        let answer = self.post(address, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        self.get(answer.header("location")).await
    }

    pub fn request(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(address).header("host", "here:8080");
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Page { status: parts.status, headers: parts.headers, bytes }
    }
}

pub fn encoded(form: &[(&'static str, &str)]) -> Body {
    let pairs: Vec<_> = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Body::from(dashboard::alert_filter::encode(&pairs))
}
