//! What parent and child say to each other.

use readings::Problem;
use serde::{Deserialize, Serialize};

use crate::layout::FileContext;
use crate::packed::Packed;
use crate::workbook::{BookView, Window, WorkbookFormat};

/// Parent and child are the same program; a different number is another version on the disk.
pub const VERSION: u32 = 6;
/// Bytes of a frame that is not a file and not an answer; a profile of many columns is the largest.
pub const SMALL_FRAME: u32 = 4 * 1024 * 1024;

/// The child's first frame.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`] of the child.
    pub version: u32,
}

/// Goes before the frame with the bytes of the file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// What is known about the file.
    pub context: FileContext,
    /// The part of a sheet that is wanted beside its readings.
    pub window: Option<Window>,
    /// Whether very many readings may come in parts, each in a frame of its own after the answer.
    pub in_parts: bool,
}

/// The child's answer to a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// What was read, or why nothing was.
    pub outcome: Result<(WorkbookFormat, Packed), Problem>,
    /// The part of a sheet that was asked for.
    pub book: BookView,
    /// Resident bytes of the child after the file.
    pub resident_bytes: u64,
}

/// What follows an answer that does not know how many parts follow it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Next {
    /// A part, in the next frame.
    Part,
    /// Nothing: the file is read.
    End {
        /// Resident bytes of the child.
        resident_bytes: u64,
    },
    /// Another answer, which counts instead: the file had to be read as a whole.
    Instead,
}
