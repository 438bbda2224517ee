//! Takes the parts of a file that come one by one, while others use the first of them.

use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::limits::ReaderLimits;
use super::process::{Came, Process};
use super::{timed_out, unpacked};
use crate::packed::Sender;

/// A process that says the parts of a file one by one.
pub struct Following {
    /// Its place, to which it goes back.
    pub slot: OwnedMutexGuard<Option<Process>>,
    /// The process.
    pub process: Process,
    /// Its limits.
    pub limits: ReaderLimits,
}

impl Following {
    /// Hands on what comes, to the end of the file. It may take the time of a file for each part.
    pub async fn follow(mut self, sender: Sender) {
        let read = loop {
            match timeout(self.limits.wall_clock(), self.process.next()).await {
                Ok(Ok(Came::Part(part))) => sender.push(part),
                Ok(Ok(Came::End)) => break None,
                Ok(Ok(Came::Instead(answer, parts))) => {
                    break Some(answer.outcome.and_then(|(format, packed)| {
                        Ok((format.code().to_owned(), unpacked(packed)?, parts))
                    }));
                }
                Ok(Err(_)) => {
                    let problem = self.process.post_mortem(&self.limits).await;
                    return sender.read_otherwise(Err(problem));
                }
                Err(_) => {
                    self.process.kill().await;
                    return sender.read_otherwise(Err(timed_out(&self.limits)));
                }
            }
        };
        if !self.process.is_worn(&self.limits) {
            *self.slot = Some(self.process);
        }
        match read {
            None => sender.complete(),
            Some(read) => sender.read_otherwise(read),
        }
    }
}
