//! Mails on their way while earlier ones are read and stored.
//!
//! A task of the source feeds mails into a channel, the pass takes them out. What waits between them is bounded in
//! bytes: when the pass is slower, the server waits.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::ItemError;
use super::trouble::Trouble;

/// The most bytes that wait to be taken; a larger mail waits alone.
const ROOM: usize = 8 * 1024 * 1024;
/// The most mails that wait to be taken.
const MAILS: usize = 64;

/// A mail as it came, or why it did not.
pub(super) type Got = Result<Vec<u8>, ItemError>;

/// What comes; a mail gives its room back when it is taken out.
enum Arrival {
    Mail(String, Got, OwnedSemaphorePermit),
    Lost(Trouble),
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(location, ..) => write!(f, "Mail({location})"),
            Self::Lost(trouble) => write!(f, "Lost({trouble})"),
        }
    }
}

/// The mails that were asked for; the task that fetches them ends with this.
#[derive(Debug)]
pub(super) struct Ahead {
    wanted: BTreeSet<String>,
    arrivals: Mutex<Arrivals>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Arrivals {
    receiver: mpsc::Receiver<Arrival>,
    early: HashMap<String, Got>,
    lost: Option<Trouble>,
}

/// Where the task puts the mails.
#[derive(Debug, Clone)]
pub(super) struct Feeder {
    sender: mpsc::Sender<Arrival>,
    room: Arc<Semaphore>,
}

/// Nobody takes the mails any more.
#[derive(Debug)]
pub(super) struct Gone;

impl Ahead {
    /// Starts the task that fetches what is `wanted`, by location.
    pub(super) fn start<F: Future<Output = ()> + Send + 'static>(
        wanted: BTreeSet<String>,
        task: impl FnOnce(Feeder) -> F,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(MAILS);
        let feeder = Feeder { sender, room: Arc::new(Semaphore::new(ROOM)) };
        let task = tokio::spawn(task(feeder));
        let arrivals = Arrivals { receiver, early: HashMap::new(), lost: None };
        Self { wanted, arrivals: Mutex::new(arrivals), task }
    }

    /// Whether this mail was asked for.
    pub(super) fn has(&self, location: &str) -> bool {
        self.wanted.contains(location)
    }

    /// The mail at this place; the trouble when the source was lost before it came.
    pub(super) async fn take(&self, location: &str) -> Result<Got, Trouble> {
        let mut arrivals = self.arrivals.lock().await;
        loop {
            if let Some(got) = arrivals.early.remove(location) {
                return Ok(got);
            }
            if let Some(trouble) = &arrivals.lost {
                return Err(trouble.clone());
            }
            match arrivals.receiver.recv().await {
                Some(Arrival::Mail(came, got, room)) if came == location => {
                    drop(room);
                    return Ok(got);
                }
                // Its room is given back: the one that is waited for may need it.
                Some(Arrival::Mail(came, got, room)) => {
                    drop(room);
                    arrivals.early.insert(came, got);
                }
                Some(Arrival::Lost(trouble)) => arrivals.lost = Some(trouble),
                None => return Ok(Err(ItemError::Vanished)),
            }
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Feeder {
    /// Hands a mail over as soon as there is room for it.
    pub(super) async fn hand_over(&self, location: String, got: Got) -> Result<(), Gone> {
        let size = got.as_ref().map_or(0, |bytes| bytes.len().min(ROOM));
        let room = u32::try_from(size).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.room).acquire_many_owned(room).await.map_err(|_| Gone)?;
        self.sender.send(Arrival::Mail(location, got, permit)).await.map_err(|_| Gone)
    }

    /// Says that nothing more comes.
    pub(super) async fn lost(&self, trouble: Trouble) {
        // Nobody listens any more: then nobody misses anything.
        let _ = self.sender.send(Arrival::Lost(trouble)).await;
    }
}
