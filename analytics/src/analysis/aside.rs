//! What waits outside of memory until it is taken up again, packed in blocks.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use spool::{Spool, Spooled};

/// Values that were put aside, in their order.
#[derive(Debug)]
pub struct Aside<T> {
    spool: Spool,
    blocks: Vec<Spooled>,
    /// The values of the next block.
    next: Vec<T>,
    in_block: usize,
    count: usize,
}

impl<T: Serialize + DeserializeOwned + Clone> Aside<T> {
    /// A place to put values aside, so many in a block.
    pub fn new(in_block: usize) -> Self {
        let (spool, blocks, next) = (Spool::default(), Vec::new(), Vec::new());
        Self { spool, blocks, next, in_block, count: 0 }
    }

    /// Puts a value behind the others.
    pub fn put(&mut self, value: T) -> io::Result<()> {
        self.next.push(value);
        self.count += 1;
        if self.next.len() >= self.in_block {
            let bytes = postcard::to_stdvec(&self.next).map_err(io::Error::other)?;
            self.next.clear();
            self.blocks.push(self.spool.keep(bytes));
        }
        Ok(())
    }

    /// The values, block by block.
    pub fn blocks(&self) -> impl Iterator<Item = io::Result<Vec<T>>> {
        let full = self.blocks.iter().map(|block| read(&block.all()?));
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
        assert_eq!(aside.all().expect("all"), values());
        let lengths: Vec<usize> = aside.blocks().map(|block| block.expect("one").len()).collect();
        assert_eq!(lengths, [300, 300, 300, 100]);
        assert!(Aside::<u8>::new(300).all().expect("all").is_empty());
    }

    #[test]
    fn numbers_come_back_bit_by_bit() {
        let odd = [f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE, 0.1 + 0.2];
        let aside = put(Aside::new(2), &odd);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&aside.all().expect("all")), bits(&odd));
    }
}
