//! Bytes that wait outside of memory, in a nameless file of the temporary folder.
//!
//! Where no such file can be made or written they stay in memory, which costs memory and nothing else.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A place to put bytes aside. Its file ends with the last of them.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<Arc<File>>,
    length: u64,
}

/// Bytes that were put aside.
#[derive(Debug, Clone)]
pub struct Spooled {
    place: Place,
    length: usize,
}

#[derive(Debug, Clone)]
enum Place {
    File(Arc<File>, u64),
    Memory(Arc<Vec<u8>>),
}

impl Spool {
    /// Puts bytes aside.
    pub fn keep(&mut self, bytes: Vec<u8>) -> Spooled {
        let length = bytes.len();
        let place = match self.write(&bytes) {
            Ok(place) => place,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "kept in memory");
                Place::Memory(Arc::new(bytes))
            }
        };
        Spooled { place, length }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<Place> {
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(self.file.insert(Arc::new(tempfile::tempfile()?))),
        };
        let from = self.length;
        file.write_all_at(bytes, from)?;
        self.length += bytes.len() as u64;
        Ok(Place::File(file, from))
    }
}

impl Spooled {
    /// How many bytes they are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether they are none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn all(&self) -> io::Result<Cow<'_, [u8]>> {
        self.block(0, self.length)
    }

    /// At most `most` of them from a position on, which is not behind their end.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn block(&self, from: usize, most: usize) -> io::Result<Cow<'_, [u8]>> {
        let length = most.min(self.length.saturating_sub(from));
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(&bytes[from..from + length])),
            Place::File(file, start) => {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, start + from as u64)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_aside_comes_back_whole_and_in_blocks() {
        let mut spool = Spool::default();
        let kept = [vec![1; 10], Vec::new(), (0..200).collect()].map(|bytes| spool.keep(bytes));
        assert_eq!(*kept[0].all().expect("readable"), [1; 10]);
        assert!(kept[1].is_empty());
        drop(spool);
        assert_eq!(*kept[2].all().expect("readable"), (0..200).collect::<Vec<u8>>());
        assert_eq!(*kept[2].block(198, 128).expect("readable"), [198, 199]);
    }

    #[test]
    fn what_cannot_be_written_stays_in_memory() {
        let unwritable = File::open("/dev/null").expect("can be opened for reading");
        let mut spool = Spool { file: Some(Arc::new(unwritable)), length: 0 };
        let kept = spool.keep(vec![7; 3]);
        assert!(matches!(kept.place, Place::Memory(_)));
        assert_eq!(*kept.block(1, 9).expect("in memory"), [7, 7]);
    }
}
