//! The bytes of a file, wherever they wait.

use std::borrow::Cow;
use std::io;

use spool::Spooled;

/// The decoded bytes of a file.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// In memory.
    Here(&'a [u8]),
    /// Put aside, as they are large and were read.
    Aside(&'a Spooled),
}

impl<'a> Content<'a> {
    /// How many bytes they are.
    pub const fn len(self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Aside(spooled) => spooled.len(),
        }
    }

    /// Whether the file is empty.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// Where they cannot be read back.
    pub fn all(self) -> io::Result<Cow<'a, [u8]>> {
        self.block(0, self.len())
    }

    /// At most `most` of them from a position on, which is not behind their end.
    ///
    /// # Errors
    ///
    /// Where they cannot be read back.
    pub fn block(self, from: usize, most: usize) -> io::Result<Cow<'a, [u8]>> {
        match self {
            Self::Here(bytes) => Ok(Cow::Borrowed(&bytes[from..bytes.len().min(from + most)])),
            Self::Aside(spooled) => spooled.block(from, most),
        }
    }
}
