//! Where mails come from, as the pages show it.

use jiff::Timestamp;
use jiff::civil::Date;

/// How a source fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHealth {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Where it is.
    pub place: String,
    /// Mails that came from it.
    pub mails: i64,
    /// When the last of them came.
    pub last_mail: Option<Timestamp>,
    /// When it was tried last.
    pub last_attempt: Option<Timestamp>,
    /// When all went well last.
    pub last_success: Option<Timestamp>,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// Failures in a row.
    pub failures: i32,
    /// When it is tried again.
    pub next_attempt: Option<Timestamp>,
    /// Time alone will not mend it.
    pub waits_for_person: bool,
    /// What went wrong, and what to do.
    pub trouble: Option<(String, String)>,
    /// When its next mail is expected; none where too little came to tell.
    pub expected: Option<ExpectedMail>,
    /// Items that the rules passed over.
    pub passed_over: i64,
    /// Items that can never be fetched, with the reason.
    pub given_up: Vec<(String, String)>,
}

/// When a source is expected to bring its next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedMail {
    /// Days from one mail to the next, at the most.
    pub every_days: i32,
    /// Whether a person has said so; else it is learnt.
    pub is_configured: bool,
    /// The last day on which the next is in time.
    pub due_on: Date,
}

/// Where the circuit breaker of a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// All is well.
    Closed,
    /// It is left alone for a while.
    Open,
    /// It is tried with the next pass.
    HalfOpen,
    /// Somebody has to mend something.
    WaitsForPerson,
}

impl Breaker {
    /// The name in a style sheet.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::WaitsForPerson => "waits",
        }
    }

    /// The name on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Closed => "Works",
            Self::Open => "Left alone for a while",
            Self::HalfOpen => "Tried with the next pass",
            Self::WaitsForPerson => "Waits for a person",
        }
    }
}

impl SourceHealth {
    /// Where its circuit breaker stands.
    pub fn breaker(&self, now: Timestamp) -> Breaker {
        match self.next_attempt {
            _ if self.failures == 0 => Breaker::Closed,
            Some(_) if self.waits_for_person => Breaker::WaitsForPerson,
            Some(until) if until > now => Breaker::Open,
            _ => Breaker::HalfOpen,
        }
    }
}

/// A file that somebody uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its name.
    pub file_name: String,
    /// Its size.
    pub size_bytes: i64,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The mail that it became.
    pub message_id: Option<i64>,
    /// Whether it was taken.
    pub is_taken: bool,
}

/// All that the page of sources shows.
#[derive(Debug, Clone, Default)]
pub struct SourceList {
    /// Every source that was tried or brought a mail.
    pub sources: Vec<SourceHealth>,
    /// The files that were uploaded last.
    pub uploads: Vec<UploadRow>,
}
