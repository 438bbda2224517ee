//! Commands of a session that is under way (RFC 3501 section 6).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::name;
use super::response::{self, Response, Status, Told, Value};
use super::wire::{Stream, Wire, WireError, protocol};
use crate::source::trouble::{Trouble, TroubleKind};

/// The longest command in bytes; servers take 8,000 at least (RFC 7162 section 4).
const MAX_COMMAND: usize = 6000;
/// Mails that one command is about.
const MAX_MAILS: usize = 10_000;
/// The most responses that are kept of one command; more is a flood.
const MAX_RESPONSES: usize = 4 * MAX_MAILS;

/// Data of a response: the number before the word, the word, what follows.
pub(super) type Data = (Option<u64>, String, Vec<Value>);

/// What came of a command.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) told: Told,
    /// Data in the order it came.
    pub(super) data: Vec<Data>,
    /// Statuses that came meanwhile, such as `OK [UIDVALIDITY 17]`.
    pub(super) notes: Vec<Told>,
}

impl Answer {
    /// The answer, if the command succeeded.
    pub(super) fn ok(self, what: &str) -> Result<Self, Trouble> {
        if self.told.status == Status::Ok {
            return Ok(self);
        }
        let kind = match self.told.status {
            Status::Bad => TroubleKind::Protocol,
            _ if self.told.has("UNAVAILABLE") || self.told.has("INUSE") => TroubleKind::Unavailable,
            _ => TroubleKind::ServerRefused,
        };
        Err(Trouble::new(kind, format!("the server refuses {what}: {}", self.told.sentence)))
    }

    fn number(&self, code: &str) -> Option<u64> {
        self.notes.iter().find_map(|told| told.number(code))
    }
}

/// A folder that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    /// Numbers of mails mean something together with this one alone.
    pub(super) uid_validity: u64,
}

/// One session.
pub(super) struct Session {
    wire: Wire,
    tags: u32,
    capabilities: BTreeSet<String>,
    goodbye: Option<String>,
}

impl Session {
    pub(super) const fn new(wire: Wire) -> Self {
        Self { wire, tags: 0, capabilities: BTreeSet::new(), goodbye: None }
    }

    pub(super) fn into_stream(self) -> Result<Box<dyn Stream>, Trouble> {
        self.wire.into_stream()
    }

    /// Whether the server offers it.
    pub(super) fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// The next response. A goodbye is kept: it tells more than the end of the connection that follows.
    pub(super) async fn receive(&mut self) -> Result<Response, Trouble> {
        self.receive_or_skip().await.map_err(|error| match error {
            WireError::Broken(trouble) => trouble,
            WireError::TooLarge(_) => protocol("the server sends more than was asked for"),
        })
    }

    pub(super) async fn receive_or_skip(&mut self) -> Result<Response, WireError> {
        let raw = match self.wire.receive().await {
            Err(WireError::Broken(trouble)) => {
                let trouble = match self.goodbye.take() {
                    Some(words) => {
                        Trouble::new(TroubleKind::Bye, format!("the server says: {words}"))
                    }
                    None => trouble,
                };
                return Err(WireError::Broken(trouble));
            }
            other => other?,
        };
        let response = response::parse(raw).map_err(WireError::Broken)?;
        if let Response::Told(Told { status: Status::Bye, sentence, .. }) = &response {
            self.goodbye = Some(sentence.clone());
        }
        Ok(response)
    }

    /// Sends a command without waiting; gives its tag.
    pub(super) async fn send(&mut self, command: &str) -> Result<String, Trouble> {
        self.tags += 1;
        let tag = format!("M{}", self.tags);
        self.wire.send(format!("{tag} {command}\r\n").as_bytes()).await?;
        Ok(tag)
    }

    /// Sends a command and waits for its end.
    pub(super) async fn command(&mut self, command: &str) -> Result<Answer, Trouble> {
        let tag = self.send(command).await?;
        self.answer(&tag, &mut []).await
    }

    /// Waits for the end of a command; each time the server waits for more, the next of `pieces` is sent.
    async fn answer(&mut self, tag: &str, pieces: &mut [String]) -> Result<Answer, Trouble> {
        let (mut data, mut notes, mut pieces) = (Vec::new(), Vec::new(), pieces.iter_mut());
        loop {
            match self.receive().await? {
                Response::Done(done, told) if done == tag => {
                    return Ok(Answer { told, data, notes });
                }
                Response::Done(..) => {
                    return Err(protocol("the server ends a command that was not sent"));
                }
                Response::Continue(_) => {
                    // Nothing more to say: an empty line ends what the server asks, as XOAUTH2 wants it.
                    let piece = pieces.next().map(std::mem::take).unwrap_or_default();
                    self.wire.send(format!("{piece}\r\n").as_bytes()).await?;
                }
                Response::Told(told) => notes.push(told),
                Response::Data(number, word, values) => data.push((number, word, values)),
            }
            if data.len() + notes.len() > MAX_RESPONSES {
                return Err(protocol("the server says far more than it was asked"));
            }
        }
    }

    /// Asks what the server offers.
    pub(super) async fn learn_capabilities(&mut self) -> Result<(), Trouble> {
        let answer = self.command("CAPABILITY").await?.ok("CAPABILITY")?;
        self.capabilities = answer
            .data
            .into_iter()
            .filter(|(_, word, _)| word == "CAPABILITY")
            .flat_map(|(_, _, values)| values)
            .filter_map(|value| String::from_utf8(value.into_bytes()?).ok())
            .map(|word| word.to_ascii_uppercase())
            .collect();
        Ok(())
    }

    /// Signs in with a proof in base64.
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &str,
        proof: &str,
    ) -> Result<Answer, Trouble> {
        let mut pieces = [proof.to_owned()];
        if self.can("SASL-IR") {
            let tag = self.send(&format!("AUTHENTICATE {mechanism} {proof}")).await?;
            return self.answer(&tag, &mut []).await;
        }
        let tag = self.send(&format!("AUTHENTICATE {mechanism}")).await?;
        self.answer(&tag, &mut pieces).await
    }

    /// Signs in the old way; texts that cannot be quoted travel as literals.
    pub(super) async fn login(&mut self, user: &str, password: &str) -> Result<Answer, Trouble> {
        let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if plain(user) && plain(password) {
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let command = format!("LOGIN \"{}\" \"{}\"", quoted(user), quoted(password));
            return self.command(&command).await;
        }
        let tag = self.send(&format!("LOGIN {{{}}}", user.len())).await?;
        let mut pieces = [format!("{user} {{{}}}", password.len()), password.to_owned()];
        self.answer(&tag, &mut pieces).await
    }

    /// Opens a folder for reading alone: nothing is marked by looking at it.
    pub(super) async fn examine(&mut self, folder: &str) -> Result<Opened, Trouble> {
        self.open("EXAMINE", folder).await
    }

    /// Opens a folder for marking and moving.
    pub(super) async fn select(&mut self, folder: &str) -> Result<Opened, Trouble> {
        self.open("SELECT", folder).await
    }

    async fn open(&mut self, how: &str, folder: &str) -> Result<Opened, Trouble> {
        let answer = self.command(&format!("{how} {}", name::quoted(folder))).await?;
        if answer.told.status == Status::No
            && !answer.told.has("UNAVAILABLE")
            && !answer.told.has("INUSE")
        {
            let sentence =
                format!("the server does not open the folder `{folder}`: {}", answer.told.sentence);
            return Err(Trouble::new(TroubleKind::FolderUnknown, sentence));
        }
        let answer = answer.ok(how)?;
        Ok(Opened { uid_validity: answer.number("UIDVALIDITY").unwrap_or(0) })
    }

    /// The folders that the account sees.
    pub(super) async fn folders(&mut self) -> Result<Vec<String>, Trouble> {
        let answer = self.command("LIST \"\" \"*\"").await?.ok("LIST")?;
        let mut folders: Vec<String> = answer
            .data
            .into_iter()
            .filter(|(_, word, _)| word == "LIST")
            .filter_map(|(_, _, mut values)| values.pop()?.into_bytes())
            .map(|bytes| name::decode(&String::from_utf8_lossy(&bytes)))
            .collect();
        folders.sort();
        Ok(folders)
    }

    /// Makes a folder unless it is there.
    pub(super) async fn create(&mut self, folder: &str) -> Result<(), Trouble> {
        let listed = self.folders().await?;
        if !listed.iter().any(|listed| listed == folder) {
            self.command(&format!("CREATE {}", name::quoted(folder))).await?.ok("CREATE")?;
        }
        Ok(())
    }

    /// The numbers of the mails that the criteria fit, ascending.
    pub(super) async fn search(&mut self, criteria: &str) -> Result<Vec<u32>, Trouble> {
        let answer = self.command(&format!("UID SEARCH {criteria}")).await?.ok("UID SEARCH")?;
        let mut uids: Vec<u32> = answer
            .data
            .iter()
            .filter(|(_, word, _)| word == "SEARCH")
            .flat_map(|(_, _, values)| values.iter().filter_map(Value::number))
            .filter_map(|uid| u32::try_from(uid).ok())
            .collect();
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// Runs a command for mails, in as many commands as their numbers need. `{}` stands for the numbers.
    pub(super) async fn for_mails(
        &mut self,
        command: &str,
        uids: &[u32],
    ) -> Result<Vec<Data>, Trouble> {
        let mut data = Vec::new();
        for set in uids.chunks(MAX_MAILS).flat_map(sets) {
            let command = command.replacen("{}", &set, 1);
            let what = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
            data.extend(self.command(&command).await?.ok(&what)?.data);
        }
        Ok(data)
    }

    /// Says goodbye; the answer is of no interest.
    pub(super) async fn log_out(mut self) {
        if self.send("LOGOUT").await.is_ok() {
            let _ = self.receive().await;
        }
    }
}

/// The value after a word in the data of a FETCH.
pub(super) fn take_item(values: &mut [Value], item: &str) -> Option<Value> {
    let [Value::List(items)] = values else { return None };
    let is_item =
        |value: &Value| matches!(value, Value::Atom(word) if word.eq_ignore_ascii_case(item));
    let at = items.iter().step_by(2).position(is_item)? * 2;
    items.get_mut(at + 1).map(|value| std::mem::replace(value, Value::Nil))
}

/// The headers in the data of a FETCH; servers repeat in their own spelling which were asked for.
pub(super) fn take_headers(values: &mut [Value]) -> Option<Value> {
    let [Value::List(items)] = &*values else { return None };
    let name = items.iter().find_map(|value| match value {
        Value::Atom(word) if word.to_ascii_uppercase().starts_with("BODY[HEADER") => {
            Some(word.clone())
        }
        _ => None,
    })?;
    take_item(values, &name)
}

/// The number of the mail that the data of a FETCH is about.
pub(super) fn uid_of(values: &mut [Value]) -> Option<u32> {
    u32::try_from(take_item(values, "UID")?.number()?).ok()
}

/// Numbers as sets that fit into a command: `1:3,7`.
pub(super) fn sets(uids: &[u32]) -> Vec<String> {
    let mut sets = Vec::new();
    let mut set = String::new();
    for run in uids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if set.len() > MAX_COMMAND {
            sets.push(std::mem::take(&mut set));
        }
        let comma = if set.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = if first == last {
            write!(set, "{comma}{first}")
        } else {
            write!(set, "{comma}{first}:{last}")
        };
    }
    if !set.is_empty() {
        sets.push(set);
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_sets() {
        assert_eq!(sets(&[1, 2, 3, 7, 9, 10, u32::MAX]), ["1:3,7,9:10,4294967295"]);
        assert!(sets(&[]).is_empty());
        let many: Vec<u32> = (0..10_000).map(|n| n * 2).collect();
        let sets = sets(&many);
        assert!(sets.len() > 5 && sets.iter().all(|set| set.len() < MAX_COMMAND + 24));
        assert_eq!(sets.iter().map(|set| set.split(',').count()).sum::<usize>(), 10_000);
    }

    #[test]
    fn items_of_a_fetch_come_in_any_order() {
        let atom = |word: &str| Value::Atom(word.to_owned());
        let items = vec![atom("body[]"), Value::Text(b"UID".to_vec()), atom("UID"), atom("9")];
        let mut values = vec![Value::List(items)];
        assert_eq!(uid_of(&mut values), Some(9));
        assert_eq!(take_item(&mut values, "BODY[]"), Some(Value::Text(b"UID".to_vec())));
        assert_eq!(take_item(&mut values, "FLAGS"), None);
    }
}
