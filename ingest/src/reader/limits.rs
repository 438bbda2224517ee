//! What one reader process may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::workbook::{Limits, StretchSize};

/// Limits of the reader process and of the files it opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReaderLimits {
    /// Bytes of address space for a file, beyond what the process has when it starts.
    pub memory_bytes: u64,
    /// Seconds until a file is given up, or the next part of a very long one.
    pub seconds_per_file: u64,
    /// Files after which the process is replaced, because parsers fragment memory.
    pub files_per_process: u32,
    /// Resident bytes beyond which the process is replaced after a file.
    pub resident_bytes: u64,
    /// Bytes of an answer; beyond it the file is refused.
    pub answer_bytes: u32,
    /// Limits of a single file.
    pub workbook: Limits,
    /// Which files are read in stretches, and how long those are.
    pub stretches: StretchSize,
}

impl Default for ReaderLimits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            memory_bytes: 768 * MIB,
            seconds_per_file: 20,
            files_per_process: 200,
            resident_bytes: 256 * MIB,
            answer_bytes: 512 * 1024 * 1024,
            workbook: Limits::default(),
            stretches: StretchSize::default(),
        }
    }
}

impl ReaderLimits {
    /// The time until a file is given up.
    pub fn wall_clock(&self) -> Duration {
        Duration::from_secs(self.seconds_per_file)
    }
}
