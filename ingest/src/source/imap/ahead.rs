//! Fetching the mails of a pass by batches, the next batch asked for before the one before has come.
//!
//! A connection that breaks is made again, and goes on with the first mail that has not come. A mail at which it breaks
//! twice is given up for this pass, so that it does not hold up those behind it.

use std::collections::{BTreeSet, VecDeque};

use super::response::{Response, Status, Told, Value};
use super::session::{Session, sets, take_headers, take_item, uid_of};
use super::wire::WireError;
use super::{Mailbox, location};
use crate::message::Envelope;
use crate::source::ahead::{Ahead, Feeder, Gone, Got};
use crate::source::trouble::{Trouble, TroubleKind};
use crate::source::{ItemError, MAX_BYTES};

/// Mails in a batch.
const BATCH: usize = 64;
/// Batches that are asked for at a time.
const BATCHES: usize = 2;
/// The most connections that one pass makes to fetch mails.
const CONNECTIONS: u32 = 16;
/// What is asked of each mail first.
const SIZE: &str = "UID FETCH {} (UID RFC822.SIZE)";
/// What is asked of each mail first where the rules ask who wrote what to whom.
const SIZE_AND_ENVELOPE: &str =
    "UID FETCH {} (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE)])";

/// Begins to fetch, with a session that has the folder open where there is one.
pub(super) fn start(
    mailbox: Mailbox,
    uids: BTreeSet<u32>,
    uid_validity: u64,
    session: Option<Session>,
) -> Ahead {
    let wanted = uids.iter().map(|uid| location(&mailbox.folder, uid_validity, *uid)).collect();
    Ahead::start(wanted, move |feeder| {
        Fetching { mailbox, uid_validity, left: uids, is_measured: false, feeder }.run(session)
    })
}

/// Why a round of fetching ended early.
enum Stop {
    Gone,
    Broken(Trouble),
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Broken(trouble)
    }
}

struct Fetching {
    mailbox: Mailbox,
    uid_validity: u64,
    /// What has not come; the lowest number is wanted first.
    left: BTreeSet<u32>,
    is_measured: bool,
    feeder: Feeder,
}

impl Fetching {
    async fn run(mut self, mut session: Option<Session>) {
        let (mut connections, mut breaks_here) = (0, 0);
        while !self.left.is_empty() {
            let before = self.left.len();
            match self.round(session.take()).await {
                Ok(()) | Err(Stop::Gone) => return,
                Err(Stop::Broken(trouble)) => {
                    connections += 1;
                    breaks_here = if self.left.len() < before { 0 } else { breaks_here + 1 };
                    tracing::debug!(%trouble, left = self.left.len(), "a connection to a mail server broke");
                    if connections >= CONNECTIONS || !passes(trouble.kind) {
                        self.feeder.lost(trouble).await;
                        return;
                    }
                    if breaks_here == 2 {
                        breaks_here = 0;
                        let why = std::io::Error::other(trouble.sentence);
                        let Some(first) = self.left.first().copied() else { return };
                        if self.hand_over(first, Err(ItemError::Read(why))).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Fetches all that is left by one connection.
    async fn round(&mut self, session: Option<Session>) -> Result<(), Stop> {
        let mut session = if let Some(session) = session {
            session
        } else {
            let (session, opened) = self.mailbox.examine().await.map_err(final_trouble)?;
            if opened.uid_validity != self.uid_validity {
                // The numbers mean other mails now; the next pass lists them.
                self.left.clear();
                return Ok(());
            }
            session
        };
        if !self.is_measured {
            self.measure(&mut session).await?;
            self.is_measured = true;
        }
        let uids: Vec<u32> = self.left.iter().copied().collect();
        let mut to_ask: VecDeque<&[u32]> = uids.chunks(BATCH).collect();
        let mut asked: VecDeque<(Vec<String>, &[u32])> = VecDeque::new();
        let mut refused = Vec::new();
        loop {
            while asked.len() < BATCHES
                && let Some(batch) = to_ask.pop_front()
            {
                asked.push_back((ask(&mut session, batch).await?, batch));
            }
            let Some((tags, batch)) = asked.pop_front() else { break };
            for tag in tags {
                if self.until_done(&mut session, &tag).await?.status != Status::Ok {
                    refused.extend_from_slice(batch);
                }
            }
            let missing: Vec<u32> =
                batch.iter().copied().filter(|uid| self.left.contains(uid)).collect();
            for uid in missing {
                if !refused.contains(&uid) {
                    self.hand_over(uid, Err(ItemError::Vanished)).await?;
                }
            }
        }
        for uid in refused {
            self.alone(&mut session, uid).await?;
        }
        session.log_out().await;
        Ok(())
    }

    /// Gives up at once what is too large or passed over by the rules.
    async fn measure(&mut self, session: &mut Session) -> Result<(), Stop> {
        let uids: Vec<u32> = self.left.iter().copied().collect();
        let rules = self.mailbox.rules.clone().filter(|rules| rules.ask_envelope());
        let command = if rules.is_some() { SIZE_AND_ENVELOPE } else { SIZE };
        for (_, word, mut values) in session.for_mails(command, &uids).await? {
            let Some(uid) = uid_of(&mut values).filter(|_| word == "FETCH") else { continue };
            let size = take_item(&mut values, "RFC822.SIZE").and_then(|size| size.number());
            if size.is_some_and(|size| size > MAX_BYTES) {
                self.hand_over(uid, Err(ItemError::TooLarge)).await?;
            } else if let Some(rules) = &rules
                && let Some(Value::Text(headers)) = take_headers(&mut values)
                && !rules.want_mail(&Envelope::read(&headers), (self.mailbox.clock)())
            {
                self.hand_over(uid, Err(ItemError::NotWanted)).await?;
            }
        }
        Ok(())
    }

    /// Asks for one mail that the server refused among others.
    async fn alone(&mut self, session: &mut Session, uid: u32) -> Result<(), Stop> {
        if !self.left.contains(&uid) {
            return Ok(());
        }
        for tag in ask(session, &[uid]).await? {
            let told = self.until_done(session, &tag).await?;
            if self.left.contains(&uid) {
                let got = if told.status == Status::Ok {
                    ItemError::Vanished
                } else {
                    ItemError::Read(std::io::Error::other(format!(
                        "the server says: {}",
                        told.sentence
                    )))
                };
                self.hand_over(uid, Err(got)).await?;
            }
        }
        Ok(())
    }

    /// Takes what comes until the command ends.
    async fn until_done(&mut self, session: &mut Session, tag: &str) -> Result<Told, Stop> {
        loop {
            let response = match session.receive_or_skip().await {
                Ok(response) => response,
                Err(WireError::Broken(trouble)) => return Err(trouble.into()),
                Err(WireError::TooLarge(line)) => {
                    // The server had said another size. The connection is of no more use.
                    if let Some(uid) = uid_in(&line) {
                        self.hand_over(uid, Err(ItemError::TooLarge)).await?;
                    }
                    let sentence = "the server sends more for a mail than it said";
                    return Err(Trouble::new(TroubleKind::Protocol, sentence).into());
                }
            };
            match response {
                Response::Done(done, told) if done == tag => return Ok(told),
                Response::Data(_, word, mut values) if word == "FETCH" => {
                    if let Some(uid) = uid_of(&mut values)
                        && let Some(Value::Text(bytes)) = take_item(&mut values, "BODY[]")
                    {
                        self.hand_over(uid, Ok(bytes)).await?;
                    }
                }
                // Flags that changed, mails that came or went: numbers of our mails stay what they are.
                _ => {}
            }
        }
    }

    async fn hand_over(&mut self, uid: u32, got: Got) -> Result<(), Gone> {
        if !self.left.contains(&uid) {
            return Ok(());
        }
        let place = location(&self.mailbox.folder, self.uid_validity, uid);
        self.feeder.hand_over(place, got).await?;
        self.left.remove(&uid);
        Ok(())
    }
}

/// Sends the commands for a batch; gives their tags.
async fn ask(session: &mut Session, batch: &[u32]) -> Result<Vec<String>, Trouble> {
    let mut tags = Vec::new();
    for set in sets(batch) {
        tags.push(session.send(&format!("UID FETCH {set} (UID BODY.PEEK[])")).await?);
    }
    Ok(tags)
}

/// Whether a new connection may help at once.
const fn passes(kind: TroubleKind) -> bool {
    matches!(
        kind,
        TroubleKind::Cut | TroubleKind::Timeout | TroubleKind::Bye | TroubleKind::Protocol
    )
}

/// A server that does not let us in again is left alone until the next pass.
fn final_trouble(trouble: Trouble) -> Stop {
    let kind = if passes(trouble.kind) { TroubleKind::Unavailable } else { trouble.kind };
    Stop::Broken(Trouble { kind, ..trouble })
}

/// The number of the mail in a line that was not read to its end.
fn uid_in(line: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(line).to_ascii_uppercase();
    let after = text.split_once("UID ")?.1;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
