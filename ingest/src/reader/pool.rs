//! Several reader processes side by side.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use readings::{Extraction, Problem};
use tokio::sync::Semaphore;

use super::{ReadFile, Reader, ReaderError, ReaderLimits};
use crate::layout::FileContext;
use crate::workbook::{BookView, Window, WorkbookFormat};

/// What came of a file.
pub type Answered = Result<ReadFile, Problem>;
/// One reader at work on its share of the files: what came of each, with its place among them.
type Line<'a> = Pin<Box<dyn Future<Output = Vec<(usize, Answered)>> + Send + 'a>>;

/// Reader processes that take files from several tasks.
#[derive(Debug)]
pub struct ReaderPool {
    count: usize,
    /// A reader may come back while parts of a file still come from it, so the one that came back first is next.
    free: Mutex<VecDeque<Reader>>,
    permits: Semaphore,
}

/// A reader that goes back to the pool, also where the task that used it was dropped.
struct Lent<'a> {
    pool: &'a ReaderPool,
    reader: Option<Reader>,
}

impl ReaderPool {
    /// `count` readers, at least one. The first starts at once, so that it is known that they can; the others where they
    /// are needed.
    pub async fn spawn(
        program: PathBuf,
        count: usize,
        limits: ReaderLimits,
    ) -> Result<Self, ReaderError> {
        let mut free = VecDeque::from([Reader::spawn(program.clone(), limits.clone()).await?]);
        free.extend((1..count).map(|_| Reader::waiting(program.clone(), limits.clone())));
        let count = free.len();
        Ok(Self { count, permits: Semaphore::new(count), free: Mutex::new(free) })
    }

    /// How many readers there are.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Opens a file in the first reader that is free; see [`Reader::read`].
    pub async fn read(
        &self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(WorkbookFormat, Extraction), Problem> {
        self.lent(async |reader| reader.read(context, bytes).await).await
    }

    /// As [`ReaderPool::read`], with a part of a sheet as a person sees it.
    pub async fn look(
        &self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> Result<(WorkbookFormat, Extraction, BookView), Problem> {
        self.lent(async |reader| reader.look(context, bytes, window).await).await
    }

    async fn lent<T>(&self, ask: impl AsyncFnOnce(&Reader) -> T) -> T {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await;
        let reader = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let lent = Lent { pool: self, reader };
        match &lent.reader {
            Some(reader) => ask(reader).await,
            None => unreachable!("there are as many permits as readers"),
        }
    }

    /// Opens files side by side, as many at a time as there are readers; answers in their order, very many readings in
    /// parts.
    pub async fn read_all(&self, files: &[(FileContext, &[u8])]) -> Vec<Answered> {
        let waiting: Mutex<_> = Mutex::new(files.iter().enumerate());
        let one_after_the_other = || async {
            let mut answers = Vec::new();
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, (context, bytes))) = next else { return answers };
                let answer =
                    self.lent(async |reader| reader.read_in_parts(context, bytes).await).await;
                answers.push((index, answer));
            }
        };
        let mut lines: Vec<Line<'_>> = (0..self.count.min(files.len()))
            .map(|_| Box::pin(one_after_the_other()) as Line<'_>)
            .collect();
        let mut answers: Vec<(usize, Answered)> = Vec::with_capacity(files.len());
        poll_fn(|context| {
            lines.retain_mut(|line| match line.as_mut().poll(context) {
                Poll::Ready(answered) => {
                    answers.extend(answered);
                    false
                }
                Poll::Pending => true,
            });
            if lines.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        drop(lines);
        answers.sort_unstable_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.reader.take());
    }
}
