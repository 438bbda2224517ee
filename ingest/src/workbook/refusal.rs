//! Why a file is not read, in a sentence that says what it is instead.

use readings::{Problem, ProblemCode};

/// A file that is not read as a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    code: ProblemCode,
    sentence: &'static str,
}

impl Refusal {
    /// A table in a format that is not read.
    pub const fn unsupported(sentence: &'static str) -> Self {
        Self { code: ProblemCode::UnsupportedFormat, sentence }
    }

    /// Not a table.
    pub const fn not_a_workbook(sentence: &'static str) -> Self {
        Self { code: ProblemCode::NotAWorkbook, sentence }
    }

    /// Protected.
    pub const fn encrypted(sentence: &'static str) -> Self {
        Self { code: ProblemCode::Encrypted, sentence }
    }

    /// The kind of refusal.
    pub const fn code(self) -> ProblemCode {
        self.code
    }

    /// As a problem of the file.
    pub fn problem(self) -> Problem {
        Problem::of_file(self.code, self.sentence)
    }
}

/// A damaged file; the sentence says where.
pub fn corrupt(sentence: impl Into<String>) -> Problem {
    Problem::of_file(ProblemCode::Corrupt, sentence)
}
