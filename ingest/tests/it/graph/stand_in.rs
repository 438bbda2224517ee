//! A stand-in for Microsoft Graph and its token endpoint, written from their documentation.
//!
//! One mailbox with folders; delta rounds in pages with links that carry the state; mails as MIME; faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer that is given instead of the real one.
#[derive(Clone)]
pub struct Fault {
    pub status: u16,
    pub retry_after: Option<&'static str>,
    pub code: &'static str,
}

impl Fault {
    pub fn new(status: u16, code: &'static str) -> Self {
        Self { status, retry_after: None, code }
    }

    pub fn after(self, retry_after: &'static str) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }
}

/// A mail of the mailbox.
#[derive(Clone, Default)]
pub struct Mail {
    pub id: String,
    pub folder: String,
    pub mime: Vec<u8>,
    pub is_read: bool,
    pub has_attachments: bool,
    /// `(type, id, name, bytes)`
    pub parts: Vec<(&'static str, &'static str, &'static str, Vec<u8>)>,
    /// When it came, changed or left, in the count of changes.
    pub changed: usize,
    pub is_removed: bool,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub at: Instant,
    pub has_immutable_ids: bool,
    pub token: String,
}

#[derive(Default)]
pub struct Inside {
    pub mails: Vec<Mail>,
    pub folders: BTreeMap<String, String>,
    changes: usize,
    /// Mails of a page.
    pub page: usize,
    /// Counts older than this are forgotten.
    pub forgotten_until: usize,
    /// Leaves out how a round goes on.
    pub leaves_out_links: bool,
    /// Points elsewhere for the next page.
    pub points_away: bool,
    /// Answers for requests whose path holds the text, one after the other.
    pub faults: Vec<(&'static str, VecDeque<Fault>)>,
    /// Answers of the token endpoint that are no token.
    pub token_faults: VecDeque<(u16, Value)>,
    /// Tokens that are refused.
    pub refused_tokens: Vec<String>,
    pub tokens: usize,
    pub forms: Vec<BTreeMap<String, String>>,
    pub asked: Vec<Asked>,
}

#[derive(Clone)]
pub struct StandIn {
    pub inside: Arc<Mutex<Inside>>,
    pub url: String,
}

const USER: &str = "/v1.0/users/meters%40contoso.example/";

impl StandIn {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inside = Inside {
            page: 3,
            folders: BTreeMap::from([("inbox".to_owned(), "F-inbox".to_owned())]),
            ..Inside::default()
        };
        let stand_in = Self { inside: Arc::new(Mutex::new(inside)), url };
        let app = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        stand_in
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.inside.lock().expect("no panic"))
    }

    pub fn deliver(&self, id: &str, mime: &[u8]) {
        self.put(Mail {
            id: id.to_owned(),
            mime: mime.to_vec(),
            has_attachments: true,
            ..Mail::default()
        });
    }

    pub fn put(&self, mail: Mail) {
        self.with(|inside| {
            inside.changes += 1;
            let folder =
                if mail.folder.is_empty() { "F-inbox".to_owned() } else { mail.folder.clone() };
            inside.mails.push(Mail { folder, changed: inside.changes, ..mail });
        });
    }

    /// A mail leaves the folder.
    pub fn remove(&self, id: &str) {
        self.with(|inside| {
            inside.changes += 1;
            let changes = inside.changes;
            let mail = inside.mails.iter_mut().find(|mail| mail.id == id).expect("is there");
            (mail.is_removed, mail.changed) = (true, changes);
        });
    }

    pub fn fault(&self, path: &'static str, faults: &[Fault]) {
        self.with(|inside| inside.faults.push((path, faults.iter().cloned().collect())));
    }

    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.with(|inside| {
            inside.asked.iter().filter(|asked| asked.path.contains(path)).cloned().collect()
        })
    }
}

fn refuse(status: u16, code: &str) -> Response {
    let body =
        json!({ "error": { "code": code, "message": format!("about {code}\nsecond line") } });
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn object(value: &Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}

async fn answer(
    State(stand_in): State<StandIn>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let header =
        |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let mut guard = stand_in.inside.lock().expect("no panic");
    let inside = &mut *guard;
    if path == "/token" {
        return token(inside, &body);
    }
    let token = header("authorization").trim_start_matches("Bearer ").to_owned();
    inside.asked.push(Asked {
        method: method.to_string(),
        path: path.clone(),
        at: Instant::now(),
        has_immutable_ids: header("prefer").contains("IdType=\"ImmutableId\""),
        token: token.clone(),
    });
    for (part, faults) in &mut inside.faults {
        if path.contains(*part)
            && let Some(fault) = faults.pop_front()
        {
            let mut answer = refuse(fault.status, fault.code);
            if let Some(pause) = fault.retry_after {
                answer.headers_mut().insert("retry-after", pause.parse().expect("a header"));
            }
            return answer;
        }
    }
    if !token.starts_with("token-") || inside.refused_tokens.contains(&token) {
        return refuse(401, "InvalidAuthenticationToken");
    }
    let Some(rest) = path.strip_prefix(USER) else { return refuse(404, "ErrorInvalidUser") };
    match (method.as_str(), rest) {
        ("GET", rest) if rest.contains("/messages/delta") => delta(inside, &stand_in.url, rest),
        ("GET", rest) if rest.starts_with("mailFolders?") => folders(inside),
        ("GET", rest) if rest.starts_with("mailFolders/") => {
            let name = rest.trim_start_matches("mailFolders/");
            match inside.folders.get(name) {
                Some(id) => {
                    object(&json!({ "id": id, "displayName": name, "childFolderCount": 0 }))
                }
                None => refuse(404, "ErrorItemNotFound"),
            }
        }
        ("POST", "mailFolders") => {
            let wanted: Value = serde_json::from_slice(&body).expect("JSON");
            let name = wanted["displayName"].as_str().expect("a name").to_owned();
            let id = format!("F-{name}");
            inside.folders.insert(name.clone(), id.clone());
            object(&json!({ "id": id, "displayName": name }))
        }
        (method, rest) => {
            let Some(rest) = rest.strip_prefix("messages/") else {
                return refuse(400, "BadRequest");
            };
            let (id, what) = rest.split_once('/').unwrap_or((rest, ""));
            let Some(at) = inside.mails.iter().position(|mail| mail.id == id && !mail.is_removed)
            else {
                return refuse(404, "ErrorItemNotFound");
            };
            mail(inside, at, method, what, &body)
        }
    }
}

fn mail(inside: &mut Inside, at: usize, method: &str, what: &str, body: &[u8]) -> Response {
    let mail = &mut inside.mails[at];
    match (method, what) {
        ("GET", "$value") => mail.mime.clone().into_response(),
        ("GET", "attachments") => {
            let parts: Vec<Value> = mail
                .parts
                .iter()
                .map(|(kind, id, name, _)| {
                    // An item has no bytes of its own here, a reference none at all.
                    json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id, "name": name,
                            "contentType": null, "size": 1 })
                })
                .collect();
            object(&json!({ "value": parts }))
        }
        ("GET", what) => {
            let id = what.trim_start_matches("attachments/").trim_end_matches("/$value");
            match mail.parts.iter().find(|(_, part, ..)| *part == id) {
                Some((kind, _, _, bytes)) if *kind != "referenceAttachment" => {
                    bytes.clone().into_response()
                }
                _ => refuse(405, "ErrorInvalidRequest"),
            }
        }
        ("PATCH", "") => {
            let wanted: Value = serde_json::from_slice(body).expect("JSON");
            mail.is_read = wanted["isRead"].as_bool().unwrap_or_default();
            object(&json!({}))
        }
        ("POST", "move") => {
            let wanted: Value = serde_json::from_slice(body).expect("JSON");
            wanted["destinationId"].as_str().expect("a folder").clone_into(&mut mail.folder);
            object(&json!({}))
        }
        _ => refuse(400, "BadRequest"),
    }
}

/// The state of a round stands in its links: `since`, and how many were told.
fn delta(inside: &Inside, url: &str, rest: &str) -> Response {
    let number = |key: &str| {
        let at = rest.find(key)? + key.len();
        rest[at..].split('&').next()?.parse::<usize>().ok()
    };
    let folder = rest.trim_start_matches("mailFolders/").split('/').next().unwrap_or_default();
    if !inside.folders.values().any(|id| id == folder) {
        return refuse(404, "ErrorItemNotFound");
    }
    let (since, told) = (number("since=").unwrap_or(0), number("skip=").unwrap_or(0));
    if since > 0 && since < inside.forgotten_until {
        return refuse(410, "SyncStateNotFound");
    }
    let mut changed: Vec<&Mail> = inside
        .mails
        .iter()
        .filter(|mail| {
            mail.folder == folder && mail.changed > since && (since > 0 || !mail.is_removed)
        })
        .collect();
    changed.sort_by_key(|mail| mail.changed);
    let value: Vec<Value> = changed
        .iter()
        .skip(told)
        .take(inside.page)
        .map(|mail| {
            if mail.is_removed {
                return json!({ "id": mail.id, "@removed": { "reason": "deleted" } });
            }
            json!({ "id": mail.id, "isRead": mail.is_read, "hasAttachments": mail.has_attachments,
                    "subject": "Bills", "internetMessageId": format!("<{}@x>", mail.id),
                    "from": { "emailAddress": { "name": "B", "address": "bills@example.com" } },
                    "toRecipients": [{ "emailAddress": { "address": "meters@contoso.example" } }],
                    "ccRecipients": [], "sentDateTime": "2024-03-10T08:00:00Z" })
        })
        .collect();
    let told = told + value.len();
    let base = format!("{url}{USER}mailFolders/{folder}/messages/delta");
    let mut page = json!({ "value": value });
    if inside.leaves_out_links {
        return object(&page);
    }
    if told < changed.len() {
        let base = if inside.points_away { "https://evil.example/delta".to_owned() } else { base };
        page["@odata.nextLink"] = format!("{base}?since={since}&skip={told}").into();
    } else {
        page["@odata.deltaLink"] = format!("{base}?since={}", inside.changes).into();
    }
    object(&page)
}

fn folders(inside: &Inside) -> Response {
    let value: Vec<Value> = inside
        .folders
        .iter()
        .map(|(name, id)| json!({ "id": id, "displayName": name, "childFolderCount": 0 }))
        .collect();
    object(&json!({ "value": value }))
}

fn token(inside: &mut Inside, body: &[u8]) -> Response {
    let text = String::from_utf8_lossy(body);
    let form = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.replace("%2F", "/").replace("%3A", ":")))
        .collect();
    inside.forms.push(form);
    if let Some((status, refusal)) = inside.token_faults.pop_front() {
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, refusal.to_string()).into_response();
    }
    inside.tokens += 1;
    object(
        &json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-{}", inside.tokens) }),
    )
}
