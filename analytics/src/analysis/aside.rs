//! What waits outside of memory until it is taken up again, in a nameless file of the temporary folder.
//!
//! Where no such file can be made or written it stays in memory, packed, which costs memory and nothing else.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Values that were put aside, in their order.
#[derive(Debug)]
pub struct Aside<T> {
    /// Makes the file, when the first block is full.
    make: fn() -> Option<File>,
    file: Option<File>,
    blocks: Vec<Block>,
    /// Bytes of the file.
    length: u64,
    /// The values of the next block.
    next: Vec<T>,
    in_block: usize,
    count: usize,
}

/// Values that are taken up together.
#[derive(Debug)]
enum Block {
    File { from: u64, length: usize },
    Memory(Vec<u8>),
}

impl<T: Serialize + DeserializeOwned + Clone> Aside<T> {
    /// A place to put values aside, so many in a block.
    pub fn new(in_block: usize) -> Self {
        Self::into_file(|| tempfile::tempfile().ok(), in_block)
    }

    fn into_file(make: fn() -> Option<File>, in_block: usize) -> Self {
        let (blocks, next) = (Vec::new(), Vec::new());
        Self { make, file: None, blocks, length: 0, next, in_block, count: 0 }
    }

    /// Puts a value behind the others.
    pub fn put(&mut self, value: T) -> io::Result<()> {
        self.next.push(value);
        self.count += 1;
        if self.next.len() < self.in_block {
            return Ok(());
        }
        if self.blocks.is_empty() {
            self.file = (self.make)();
        }
        let bytes = postcard::to_stdvec(&self.next).map_err(io::Error::other)?;
        self.next.clear();
        let file = self.file.as_ref();
        let is_written = file.is_some_and(|file| file.write_all_at(&bytes, self.length).is_ok());
        self.blocks.push(if is_written {
            let (from, length) = (self.length, bytes.len());
            self.length += length as u64;
            Block::File { from, length }
        } else {
            tracing::debug!("kept in memory");
            Block::Memory(bytes)
        });
        Ok(())
    }

    /// The values, block by block.
    pub fn blocks(&self) -> impl Iterator<Item = io::Result<Vec<T>>> {
        let full = self.blocks.iter().map(|block| match block {
            Block::Memory(bytes) => read(bytes),
            Block::File { from, length } => {
                let mut bytes = vec![0; *length];
                let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
                file.read_exact_at(&mut bytes, *from)?;
                read(&bytes)
            }
        });
        let last = (!self.next.is_empty()).then(|| Ok(self.next.clone()));
        full.chain(last)
    }

    /// All of them.
    pub fn all(&self) -> io::Result<Vec<T>> {
        let mut all = Vec::with_capacity(self.count);
        for block in self.blocks() {
            all.extend(block?);
        }
        Ok(all)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<Vec<T>> {
    postcard::from_bytes(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<(u32, f64)> {
        (0..1_000).map(|at| (at, f64::from(at).sqrt())).collect()
    }

    fn put<T: Serialize + DeserializeOwned + Clone>(mut aside: Aside<T>, values: &[T]) -> Aside<T> {
        for value in values {
            aside.put(value.clone()).expect("put aside");
        }
        aside
    }

    #[test]
    fn what_was_put_aside_comes_back_whole_and_in_blocks() {
        let aside = put(Aside::new(300), &values());
        assert!(matches!(aside.blocks[..], [Block::File { .. }, .., Block::File { .. }]));
        assert_eq!(aside.all().expect("all"), values());
        let lengths: Vec<usize> = aside.blocks().map(|block| block.expect("one").len()).collect();
        assert_eq!(lengths, [300, 300, 300, 100]);
        assert!(Aside::<u8>::new(300).all().expect("all").is_empty());
    }

    #[test]
    fn what_cannot_be_written_stays_in_memory() {
        let unwritable: fn() -> Option<File> = || File::open("/dev/null").ok();
        for make in [unwritable, || None] {
            let aside = put(Aside::into_file(make, 300), &values());
            assert!(matches!(aside.blocks[0], Block::Memory(_)));
            assert_eq!(aside.all().expect("all"), values());
        }
    }

    #[test]
    fn numbers_come_back_bit_by_bit() {
        let odd = [f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE, 0.1 + 0.2];
        let aside = put(Aside::new(2), &odd);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&aside.all().expect("all")), bits(&odd));
    }
}
