//! A folder of a mailbox by IMAP.
//!
//! Reading marks nothing: the folder is opened with EXAMINE, mails are asked for with BODY.PEEK. A mail is known by
//! folder, UIDVALIDITY and UID; when the server counts anew, all mails are fetched again and recognised by their bytes.
//! Marking and moving happen on a connection of their own, after the commit, several mails at a time.

mod ahead;
mod connection;
mod name;
mod response;
mod session;
mod wire;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use self::connection::{Auth, Target};
use self::session::{Opened, Session};
use super::ahead::Ahead;
use super::config::{AuthKind, SourceConfig};
use super::oauth::Tokens;
use super::rules::RulesConfig;
use super::secret::SecretPlace;
use super::trouble::{Trouble, TroubleKind};
use super::{After, Clock, Fetched, Item, ItemError, Kept, Source, SourceError, Tls};

/// Mails that are marked or moved by one command.
const MARKED_AT_ONCE: usize = 50;

/// A folder of a mailbox.
#[derive(Debug, Clone)]
pub struct Imap {
    name: String,
    after: After,
    mailbox: Mailbox,
    state: Arc<State>,
}

/// Where mails are, and where they go.
#[derive(Debug, Clone)]
struct Mailbox {
    target: Target,
    folder: String,
    processed: String,
    quarantine: String,
    rules: Option<Arc<RulesConfig>>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct State {
    /// A session that has the folder open for reading.
    reading: std::sync::Mutex<Option<Session>>,
    ahead: std::sync::Mutex<Option<Arc<Ahead>>>,
    writing: Mutex<Writing>,
}

/// What is to be marked or moved.
#[derive(Debug, Default)]
struct Writing {
    session: Option<(Session, Opened)>,
    waiting: Vec<(Kept, u64, u32)>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Mailbox {
    async fn examine(&self) -> Result<(Session, Opened), Trouble> {
        let mut session = self.target.sign_in().await?;
        let opened = session.examine(&self.folder).await?;
        Ok((session, opened))
    }

    async fn select(&self) -> Result<(Session, Opened), Trouble> {
        let mut session = self.target.sign_in().await?;
        let opened = session.select(&self.folder).await?;
        Ok((session, opened))
    }
}

impl Imap {
    /// The mailbox as configured; the configuration was checked.
    pub fn open(config: &SourceConfig, base: &Path, clock: Clock) -> Self {
        let tls = config.tls.unwrap_or(Tls::Implicit);
        let default_port = if tls == Tls::Implicit { 993 } else { 143 };
        let auth = match config.auth {
            AuthKind::Xoauth2 => Auth::Xoauth2(Tokens::open(config, base, clock)),
            AuthKind::Password => Auth::Password(
                SecretPlace::of(
                    base,
                    config.password_file.as_deref(),
                    config.password_env.as_deref(),
                )
                .unwrap_or(SecretPlace::File(PathBuf::new())),
            ),
        };
        let target = Target {
            host: config.host.clone().unwrap_or_default(),
            port: config.port.unwrap_or(default_port),
            tls,
            ca_file: config.ca_file.as_ref().map(|file| base.join(file)),
            user: config.user.clone().unwrap_or_default(),
            auth,
            idle: Duration::from_secs(config.timeout_seconds()),
        };
        let mailbox = Mailbox {
            target,
            folder: config.folder.clone().unwrap_or_else(|| "INBOX".to_owned()),
            processed: config.processed_folder().to_owned(),
            quarantine: config.quarantine_folder().to_owned(),
            rules: config.rules.clone().map(Arc::new),
            clock,
        };
        let state = Arc::new(State::default());
        Self { name: config.name.clone(), after: config.after, mailbox, state }
    }

    /// Signs in and names the folders that the account sees.
    pub async fn folders(&self) -> Result<Vec<String>, Trouble> {
        let mut session = self.mailbox.target.sign_in().await?;
        let folders = session.folders().await;
        session.log_out().await;
        folders
    }

    fn lost(&self, trouble: Trouble) -> SourceError {
        SourceError::Trouble { name: self.name.clone(), trouble }
    }

    async fn listed(&self) -> Result<Vec<Item>, Trouble> {
        let (mut session, opened) = self.mailbox.examine().await?;
        let uids = session.search("UNDELETED").await?;
        let seen = match self.after {
            After::Seen => session.search("SEEN UNDELETED").await?,
            After::Leave | After::Move => Vec::new(),
        };
        let items = uids
            .into_iter()
            .map(|uid| Item {
                location: location(&self.mailbox.folder, opened.uid_validity, uid),
                // A number is never used again as long as the server counts on.
                version: String::new(),
                is_acknowledged: match self.after {
                    After::Leave => true,
                    After::Seen => seen.binary_search(&uid).is_ok(),
                    After::Move => false,
                },
                file: PathBuf::new(),
            })
            .collect();
        *unpoisoned(&self.state.reading) = Some(session);
        Ok(items)
    }

    /// The mails on their way, begun anew when this one is not among them.
    fn ahead_of(&self, item: &Item) -> Option<Arc<Ahead>> {
        let current = unpoisoned(&self.state.ahead).clone();
        if current.as_ref().is_some_and(|ahead| ahead.has(&item.location)) {
            return current;
        }
        self.fetch_ahead(std::slice::from_ref(item));
        unpoisoned(&self.state.ahead).clone()
    }

    /// Marks or moves what waits.
    async fn flush(&self, writing: &mut Writing) -> Result<(), Trouble> {
        let to_mark = std::mem::take(&mut writing.waiting);
        if to_mark.is_empty() {
            return Ok(());
        }
        let (mut session, opened) = if let Some(open) = writing.session.take() {
            open
        } else {
            let (mut session, opened) = self.mailbox.select().await?;
            if self.after == After::Move {
                session.create(&self.mailbox.processed).await?;
                session.create(&self.mailbox.quarantine).await?;
            }
            (session, opened)
        };
        for kept in [Kept::Taken, Kept::Quarantined] {
            let mut uids: Vec<u32> = to_mark
                .iter()
                .filter(|(how, validity, _)| *how == kept && *validity == opened.uid_validity)
                .map(|(_, _, uid)| *uid)
                .collect();
            uids.sort_unstable();
            if uids.is_empty() {
                continue;
            }
            session.for_mails("UID STORE {} +FLAGS.SILENT (\\Seen)", &uids).await?;
            if self.after == After::Move {
                let folder = match kept {
                    Kept::Taken => &self.mailbox.processed,
                    Kept::Quarantined => &self.mailbox.quarantine,
                };
                move_mails(&mut session, &uids, folder).await?;
            }
        }
        writing.session = Some((session, opened));
        Ok(())
    }
}

/// Moves mails. A server without MOVE copies them, and then only what we marked ourselves is taken away.
async fn move_mails(session: &mut Session, uids: &[u32], folder: &str) -> Result<(), Trouble> {
    let folder = name::quoted(folder);
    if session.can("MOVE") {
        session.for_mails(&format!("UID MOVE {{}} {folder}"), uids).await?;
        return Ok(());
    }
    session.for_mails(&format!("UID COPY {{}} {folder}"), uids).await?;
    session.for_mails("UID STORE {} +FLAGS.SILENT (\\Deleted)", uids).await?;
    if session.can("UIDPLUS") {
        session.for_mails("UID EXPUNGE {}", uids).await?;
    }
    Ok(())
}

impl Source for Imap {
    fn name(&self) -> &str {
        &self.name
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        *unpoisoned(&self.state.ahead) = None;
        self.listed().await.map_err(|trouble| self.lost(trouble))
    }

    fn fetch_ahead(&self, items: &[Item]) {
        let session = unpoisoned(&self.state.reading).take();
        let places: Vec<(u64, u32)> =
            items.iter().filter_map(|item| place(&item.location)).collect();
        let ahead = places.first().map(|(validity, _)| {
            let uids: BTreeSet<u32> = places.iter().map(|(_, uid)| *uid).collect();
            Arc::new(ahead::start(self.mailbox.clone(), uids, *validity, session))
        });
        *unpoisoned(&self.state.ahead) = ahead;
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let ahead = self.ahead_of(item).ok_or(ItemError::Vanished)?;
        match ahead.take(&item.location).await {
            Ok(got) => got.map(Fetched::Mail),
            Err(trouble) => Err(ItemError::SourceLost(self.lost(trouble))),
        }
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        let Some((validity, uid)) = place(&item.location) else { return Ok(()) };
        if self.after == After::Leave {
            return Ok(());
        }
        let mut writing = self.state.writing.lock().await;
        writing.waiting.push((kept, validity, uid));
        if writing.waiting.len() < MARKED_AT_ONCE {
            return Ok(());
        }
        self.flush(&mut writing)
            .await
            .map_err(|trouble| ItemError::Acknowledge(std::io::Error::other(trouble.to_string())))
    }

    async fn finish(&self) -> Result<(), SourceError> {
        *unpoisoned(&self.state.ahead) = None;
        let reading = unpoisoned(&self.state.reading).take();
        let mut writing = self.state.writing.lock().await;
        let flushed = self.flush(&mut writing).await;
        let sessions = [reading, writing.session.take().map(|(session, _)| session)];
        for session in sessions.into_iter().flatten() {
            session.log_out().await;
        }
        flushed.map_err(|trouble| {
            let sentence =
                format!("mails are stored, but were not marked or moved: {}", trouble.sentence);
            let kind = match trouble.kind {
                TroubleKind::ServerRefused => TroubleKind::MarkingRefused,
                other => other,
            };
            self.lost(Trouble { kind, sentence, ..trouble })
        })
    }
}

/// The place of a mail, as it is stored.
fn location(folder: &str, uid_validity: u64, uid: u32) -> String {
    format!("{folder};{uid_validity};{uid}")
}

/// UIDVALIDITY and UID of a place.
fn place(location: &str) -> Option<(u64, u32)> {
    let mut parts = location.rsplitn(3, ';');
    let uid = parts.next()?.parse().ok()?;
    Some((parts.next()?.parse().ok()?, uid))
}

/// What a mutex guards; no holder panics in the middle of a change.
fn unpoisoned<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
