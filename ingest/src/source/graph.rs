//! A folder of a mailbox by Microsoft Graph, signed in as an application.
//!
//! What is new is asked for by a delta query for the folder. Its link is kept (see [`Source::cursor`]) only when all
//! that it brought is stored; when the service has forgotten it (410), all mails are listed again and recognised. A
//! mail is fetched as it travelled (`$value`), and put together from its parts where the service cannot.

mod client;
mod folders;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use self::client::{About, RequestError};
use self::whole::{Headers, Part};
use super::ahead::{Ahead, Feeder, Got};
use super::config::SourceConfig;
use super::oauth::Tokens;
use super::rules::RulesConfig;
use super::trouble::{Trouble, TroubleKind};
use super::{
    After, Clock, Fetched, Item, ItemError, Kept, Source, SourceError, graph_origin, http,
};
use crate::message::{self, Envelope};

/// What is asked about each mail.
const FIELDS: &str =
    "internetMessageId,subject,from,toRecipients,ccRecipients,sentDateTime,isRead,hasAttachments";
/// Pages of one round; with a hundred mails each more than any mailbox holds.
const MAX_PAGES: usize = 20_000;

/// A folder of a mailbox.
#[derive(Debug, Clone)]
pub struct Graph {
    name: String,
    after: After,
    mailbox: Mailbox,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone)]
struct Mailbox {
    graph: client::Graph,
    folder: String,
    processed: String,
    quarantine: String,
    rules: Option<Arc<RulesConfig>>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct State {
    /// Where the last round ended, and where this one does.
    cursor: Option<String>,
    ahead: Option<Arc<Ahead>>,
    /// What was told of each mail that was listed, by its place.
    told: BTreeMap<String, Headers>,
    /// The places of those that are marked as read.
    read: BTreeSet<String>,
    /// The ids of the folders that mails are moved to.
    targets: BTreeMap<Kept, String>,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    value: Vec<Listed>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<serde_json::Value>,
    #[serde(rename = "isRead", default)]
    is_read: bool,
    #[serde(flatten)]
    headers: Headers,
}

impl Graph {
    /// The mailbox as configured; the configuration was checked.
    pub fn open(config: &SourceConfig, base: &Path, clock: Clock) -> Self {
        let graph = client::Graph::new(
            graph_origin(config).to_owned(),
            config.user.clone().unwrap_or_default(),
            config.ca_file.as_ref().map(|file| base.join(file)),
            Duration::from_secs(config.timeout_seconds()),
            Tokens::open(config, base, clock),
            clock,
        );
        let mailbox = Mailbox {
            graph,
            folder: config.folder.clone().unwrap_or_else(|| "inbox".to_owned()),
            processed: config.processed_folder().to_owned(),
            quarantine: config.quarantine_folder().to_owned(),
            rules: config.rules.clone().filter(RulesConfig::ask_envelope).map(Arc::new),
            clock,
        };
        Self { name: config.name.clone(), after: config.after, mailbox, state: Arc::default() }
    }

    /// The folders of the mailbox, those within others by their path.
    pub async fn folders(&self) -> Result<Vec<String>, Trouble> {
        let mut names: Vec<String> = folders::all(&self.mailbox.graph)
            .await
            .map_err(RequestError::trouble)?
            .into_keys()
            .collect();
        names.sort();
        Ok(names)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lost(&self, trouble: Trouble) -> SourceError {
        SourceError::Trouble { name: self.name.clone(), trouble }
    }

    async fn listed(&self) -> Result<Vec<Item>, Trouble> {
        let folder = folders::find(&self.mailbox.graph, &self.mailbox.folder).await;
        let folder = folder.map_err(RequestError::trouble)?;
        let cursor = self.state().cursor.clone().filter(|link| self.mailbox.graph.is_own(link));
        let (listed, end) = match self.round(&folder, cursor.as_deref()).await {
            Err(RequestError::Resync) if cursor.is_some() => {
                tracing::info!(
                    source = self.name,
                    "the service has forgotten the count; all mails are listed again"
                );
                self.state().cursor = None;
                self.round(&folder, None).await
            }
            round => round,
        }
        .map_err(RequestError::trouble)?;
        let mut items = BTreeMap::new();
        let (mut told, mut read) = (BTreeMap::new(), BTreeSet::new());
        for mail in listed {
            let location = format!("{};{}", self.mailbox.folder, mail.id);
            if mail.removed.is_some() {
                items.remove(&location);
                told.remove(&location);
                continue;
            }
            let item = Item {
                location: location.clone(),
                version: String::new(),
                // Told of each, so that the end of the round is known.
                is_acknowledged: false,
                file: PathBuf::new(),
            };
            if mail.is_read {
                read.insert(location.clone());
            }
            told.insert(location.clone(), mail.headers);
            items.insert(location, item);
        }
        let mut state = self.state();
        (state.told, state.read) = (told, read);
        // Without an end the next round begins where this one did.
        state.cursor = end.or(cursor);
        Ok(items.into_values().collect())
    }

    /// All pages of a round, and the link where the next round begins.
    async fn round(
        &self,
        folder: &str,
        cursor: Option<&str>,
    ) -> Result<(Vec<Listed>, Option<String>), RequestError> {
        let graph = &self.mailbox.graph;
        let path = format!("mailFolders/{}/messages/delta?$select={FIELDS}", http::encoded(folder));
        let mut url = cursor.map_or_else(|| graph.url(&path), str::to_owned);
        let mut listed = Vec::new();
        for _ in 0..MAX_PAGES {
            let page: Page = graph.get(&url, About::Folder).await?;
            listed.extend(page.value);
            match (page.next, page.delta) {
                (Some(next), _) if graph.is_own(&next) && next != url => url = next,
                (None, Some(delta)) if graph.is_own(&delta) => return Ok((listed, Some(delta))),
                // The service has left out how it goes on; what came is taken.
                (None, None) => return Ok((listed, None)),
                _ => {
                    let sentence = "the service points to an address that is not its own";
                    return Err(Trouble::new(TroubleKind::Protocol, sentence).into());
                }
            }
        }
        Err(Trouble::new(TroubleKind::Protocol, "a round of changes does not end").into())
    }

    async fn mark_or_move(&self, id: &str, kept: Kept) -> Result<(), RequestError> {
        let graph = &self.mailbox.graph;
        let mail = format!("messages/{}", http::encoded(id));
        graph
            .change(Method::PATCH, &graph.url(&mail), &json!({ "isRead": true }), About::Mail)
            .await?;
        if self.after == After::Move {
            let target = self.target(kept).await?;
            let url = graph.url(&format!("{mail}/move"));
            graph
                .change(Method::POST, &url, &json!({ "destinationId": target }), About::Mail)
                .await?;
        }
        Ok(())
    }

    /// The id of the folder that mails are moved to, made where it is missing.
    async fn target(&self, kept: Kept) -> Result<String, RequestError> {
        if let Some(id) = self.state().targets.get(&kept) {
            return Ok(id.clone());
        }
        let name = match kept {
            Kept::Taken => &self.mailbox.processed,
            Kept::Quarantined => &self.mailbox.quarantine,
        };
        let id = folders::find_or_make(&self.mailbox.graph, name).await?;
        self.state().targets.insert(kept, id.clone());
        Ok(id)
    }
}

/// Fetches mails one after the other.
async fn feed(mailbox: Mailbox, wanted: Vec<(String, Headers)>, feeder: Feeder) {
    for (location, headers) in wanted {
        let got = match fetch_one(&mailbox, &location, &headers).await {
            Ok(got) => got,
            Err(trouble) => {
                feeder.lost(trouble).await;
                return;
            }
        };
        if feeder.hand_over(location, got).await.is_err() {
            return;
        }
    }
}

async fn fetch_one(mailbox: &Mailbox, location: &str, headers: &Headers) -> Result<Got, Trouble> {
    if let Some(rules) = &mailbox.rules
        && headers.from.is_some()
        && !rules.want_mail(&envelope(headers), (mailbox.clock)())
    {
        return Ok(Err(ItemError::NotWanted));
    }
    let Some(id) = id_of(location) else { return Ok(Err(ItemError::Vanished)) };
    match bytes_of(mailbox, id, headers).await {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(RequestError::NotFound(_)) => Ok(Err(ItemError::Vanished)),
        Err(RequestError::TooLarge) => Ok(Err(ItemError::TooLarge)),
        Err(RequestError::NoContent(trouble)) => {
            Ok(Err(ItemError::Read(std::io::Error::other(trouble.sentence))))
        }
        Err(error) => Err(error.trouble()),
    }
}

async fn bytes_of(mailbox: &Mailbox, id: &str, headers: &Headers) -> Result<Vec<u8>, RequestError> {
    let graph = &mailbox.graph;
    let whole = graph.bytes(&graph.url(&format!("messages/{}/$value", http::encoded(id)))).await;
    let raw = match whole {
        Err(RequestError::NoContent(_)) => {
            let parts = whole::parts(graph, id).await?;
            return whole::assemble(graph, id, headers, &parts).await;
        }
        whole => whole?,
    };
    if headers.has_attachments && message::parse(&raw).attachments.is_empty() {
        // Files that are only linked to are not in the mail itself.
        let parts = whole::parts(graph, id).await?;
        if parts.iter().any(Part::is_link) {
            return whole::assemble(graph, id, headers, &parts).await;
        }
    }
    Ok(raw)
}

fn envelope(headers: &Headers) -> Envelope {
    let address = |recipient: &whole::Recipient| recipient.email_address.address.clone();
    let to = headers.to_recipients.iter().chain(&headers.cc_recipients);
    Envelope {
        from: headers.from.as_ref().and_then(address),
        to: to.filter_map(address).collect(),
        subject: headers.subject.clone(),
        sent_at: headers.sent_date_time,
    }
}

fn id_of(location: &str) -> Option<&str> {
    location.rsplit_once(';').map(|(_, id)| id)
}

impl Source for Graph {
    fn name(&self) -> &str {
        &self.name
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        self.state().ahead = None;
        self.listed().await.map_err(|trouble| self.lost(trouble))
    }

    fn fetch_ahead(&self, items: &[Item]) {
        let mut state = self.state();
        let wanted: Vec<(String, Headers)> = items
            .iter()
            .map(|item| {
                let headers = state.told.get(&item.location).cloned().unwrap_or_default();
                (item.location.clone(), headers)
            })
            .collect();
        let places: BTreeSet<String> = items.iter().map(|item| item.location.clone()).collect();
        let mailbox = self.mailbox.clone();
        state.ahead = Some(Arc::new(Ahead::start(places, |feeder| feed(mailbox, wanted, feeder))));
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let is_under_way = |ahead: &Arc<Ahead>| ahead.has(&item.location);
        if !self.state().ahead.as_ref().is_some_and(is_under_way) {
            self.fetch_ahead(std::slice::from_ref(item));
        }
        let ahead = self.state().ahead.clone().ok_or(ItemError::Vanished)?;
        match ahead.take(&item.location).await {
            Ok(got) => got.map(Fetched::Mail),
            Err(trouble) => Err(ItemError::SourceLost(self.lost(trouble))),
        }
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        let is_done = match self.after {
            After::Leave => true,
            After::Seen => self.state().read.contains(&item.location),
            After::Move => false,
        };
        let Some(id) = id_of(&item.location).filter(|_| !is_done) else { return Ok(()) };
        match self.mark_or_move(id, kept).await {
            // Somebody has moved or removed it meanwhile.
            Ok(()) | Err(RequestError::NotFound(_)) => Ok(()),
            Err(error) => {
                let trouble = error.trouble();
                Err(ItemError::Acknowledge(std::io::Error::other(trouble.to_string())))
            }
        }
    }

    fn resume(&self, cursor: Option<String>) {
        self.state().cursor = cursor;
    }

    fn cursor(&self) -> Option<String> {
        self.state().cursor.clone()
    }

    async fn finish(&self) -> Result<(), SourceError> {
        self.state().ahead = None;
        Ok(())
    }
}
