//! The further parts of a file, some of which may still be on their way from the reader.

use std::sync::{Arc, Mutex, PoisonError};

use readings::{ExtractedReading, Extraction, Problem, ProblemCode};
use tokio::sync::Notify;

use super::{Part, Torn};
use spool::{Spool, Spooled};

/// What came of a file that the reader had to read once more, as a whole: its format, and what was read.
pub type ReadWhole = Result<(String, Extraction, Vec<Part>), Problem>;

/// The further parts of a file, in order. They wait outside of memory, and can be taken again.
#[derive(Debug, Clone, Default)]
pub struct Further(Option<Arc<Coming>>);

/// Where parts are put as they come. Dropped before the end, it tells that the reader stopped.
#[derive(Debug)]
pub struct Sender(Arc<Coming>);

/// The parts that came do not count: the file had to be read in another way, which [`Further::read_whole`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOtherwise;

/// A part that came.
#[derive(Debug, Clone)]
pub struct Waiting(Spooled);

#[derive(Debug, Default)]
struct Coming {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    parts: Vec<Waiting>,
    spool: Spool,
    end: Option<End>,
}

#[derive(Debug)]
enum End {
    /// The parts are complete.
    Complete,
    /// None of them counts.
    Otherwise(Box<ReadWhole>),
}

impl From<Vec<Part>> for Further {
    fn from(parts: Vec<Part>) -> Self {
        if parts.is_empty() {
            return Self(None);
        }
        let (sender, further) = Self::coming();
        for part in parts {
            sender.push(part);
        }
        sender.complete();
        further
    }
}

impl Further {
    /// Parts that are on their way.
    pub fn coming() -> (Sender, Self) {
        let coming = Arc::new(Coming::default());
        (Sender(Arc::clone(&coming)), Self(Some(coming)))
    }

    /// Whether the file has no further parts.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The part with this index, waiting for it; `None` behind the last.
    ///
    /// # Errors
    ///
    /// Where the parts do not count.
    pub async fn part(&self, index: usize) -> Result<Option<Waiting>, ReadOtherwise> {
        let Some(coming) = &self.0 else { return Ok(None) };
        let found = coming.wait(|state| match (&state.end, state.parts.get(index)) {
            (Some(End::Otherwise(_)), _) => Some(Err(ReadOtherwise)),
            (_, Some(part)) => Some(Ok(Some(part.clone()))),
            (Some(End::Complete), None) => Some(Ok(None)),
            (None, None) => None,
        });
        found.await
    }

    /// What came of reading the file as a whole; `None` where its parts count.
    pub async fn read_whole(&self) -> Option<ReadWhole> {
        let coming = self.0.as_ref()?;
        let ended = coming.wait(|state| match &state.end {
            Some(End::Otherwise(read)) => Some(Some(ReadWhole::clone(read))),
            Some(End::Complete) => Some(None),
            None => None,
        });
        ended.await
    }
}

impl Waiting {
    /// Its readings.
    ///
    /// # Errors
    ///
    /// Where it cannot be read back as it was sent.
    pub fn unpack(&self) -> Result<Vec<ExtractedReading>, Torn> {
        Part::read(&self.0.all().map_err(|_| Torn)?)
    }
}

impl Sender {
    /// Adds a part.
    pub fn push(&self, part: Part) {
        self.0.change(|state| state.parts.push(Waiting(state.spool.keep(part.into_bytes()))));
    }

    /// Says that no further part comes.
    pub fn complete(self) {
        self.0.change(|state| state.end = Some(End::Complete));
    }

    /// Says that the parts do not count, and what does.
    pub fn read_otherwise(&self, read: ReadWhole) {
        self.0.change(|state| {
            *state = State { end: Some(End::Otherwise(Box::new(read))), ..State::default() };
        });
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let has_ended = self.0.state.lock().unwrap_or_else(PoisonError::into_inner).end.is_some();
        if !has_ended {
            let sentence = "Reading the file was stopped before its end.";
            self.read_otherwise(Err(Problem::of_file(ProblemCode::ReaderDied, sentence)));
        }
    }
}

impl Coming {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_waiters();
    }

    async fn wait<T>(&self, mut found: impl FnMut(&State) -> Option<T>) -> T {
        loop {
            // Made before the look, so that no change between the two is missed.
            let changed = self.changed.notified();
            let now = found(&self.state.lock().unwrap_or_else(PoisonError::into_inner));
            match now {
                Some(found) => return found,
                None => changed.await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(byte: u8) -> Part {
        Part::new(vec![byte])
    }

    async fn came(further: &Further, index: usize) -> Result<Option<Vec<u8>>, ReadOtherwise> {
        let part = further.part(index).await?;
        Ok(part.map(|part| part.0.all().expect("can be read back").into_owned()))
    }

    #[tokio::test]
    async fn parts_are_waited_for_in_their_order() {
        let (sender, further) = Further::coming();
        let first = tokio::spawn({
            let further = further.clone();
            async move { came(&further, 1).await }
        });
        tokio::task::yield_now().await;
        sender.push(part(1));
        tokio::task::yield_now().await;
        sender.push(part(2));
        assert_eq!(first.await.expect("ends"), Ok(Some(vec![2])));
        sender.complete();
        assert_eq!(came(&further, 2).await, Ok(None));
        assert_eq!(came(&further, 0).await, Ok(Some(vec![1])), "it can be taken again");
        assert!(further.read_whole().await.is_none());
    }

    #[tokio::test]
    async fn parts_that_do_not_count_are_not_handed_out() {
        let (sender, further) = Further::coming();
        sender.push(part(1));
        assert_eq!(came(&further, 0).await, Ok(Some(vec![1])));
        sender.read_otherwise(Ok(("xlsx".to_owned(), Extraction::default(), vec![part(3)])));
        assert_eq!(came(&further, 0).await, Err(ReadOtherwise));
        let read = further.read_whole().await.expect("was read").expect("well");
        assert_eq!(read.2, [part(3)]);
    }

    #[tokio::test]
    async fn a_reader_that_stops_leaves_nobody_waiting() {
        let (sender, further) = Further::coming();
        sender.push(part(1));
        drop(sender);
        assert_eq!(came(&further, 1).await, Err(ReadOtherwise));
        let problem = further.read_whole().await.expect("told").expect_err("stopped");
        assert_eq!(problem.code, ProblemCode::ReaderDied);
    }

    #[tokio::test]
    async fn a_file_without_further_parts_has_none() {
        let none = Further::from(Vec::new());
        assert!(none.is_empty());
        assert_eq!(came(&none, 0).await, Ok(None));
    }
}
