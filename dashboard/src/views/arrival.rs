//! Mails and files as the pages show them.

use jiff::Timestamp;
use readings::account::RowAccount;
use readings::extraction::Layout;
use readings::ids::{AttachmentId, MessageId};
use readings::problem::Problem;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every data row became a reading or was one already.
    Accepted,
    /// Some rows were refused.
    Partial,
    /// Nothing was taken; somebody must look.
    Quarantined,
    /// No table of readings, nothing to ask.
    NotData,
}

impl Outcome {
    /// Every outcome, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Quarantined, Self::Partial, Self::Accepted, Self::NotData];

    /// The name as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Quarantined => "quarantined",
            Self::NotData => "not_data",
        }
    }

    /// The name on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Partial => "Partly refused",
            Self::Quarantined => "Quarantined",
            Self::NotData => "No readings",
        }
    }

    /// Reads the stored name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// A file in a mail.
#[derive(Debug, Clone, PartialEq)]
pub struct AttachmentRow {
    /// The distinct bytes.
    pub attachment_id: AttachmentId,
    /// Its name in this mail.
    pub file_name: Option<String>,
    /// The nested mails and archives it came through.
    pub path: Vec<String>,
    /// The format found by content.
    pub format: Option<String>,
    /// Its size.
    pub size_bytes: i64,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Why, where it was quarantined.
    pub sentence: Option<String>,
    /// What became of its rows.
    pub account: RowAccount,
}

/// One mail with its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// The row of the mail.
    pub message_id: MessageId,
    /// Its subject.
    pub subject: Option<String>,
    /// Its sender.
    pub sender: Option<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was taken.
    pub received_at: Timestamp,
    /// Its size.
    pub size_bytes: i64,
    /// How many things were damaged in it.
    pub problems: Vec<Problem>,
    /// Its files.
    pub attachments: Vec<AttachmentRow>,
}

/// A page of mails.
#[derive(Debug, Clone)]
pub struct MailList {
    /// Files of which outcome.
    pub outcome: Option<Outcome>,
    /// Words of the subject, the sender or a file name.
    pub search: String,
    /// The mails of the page.
    pub mails: Vec<Mail>,
    /// Mails on all pages.
    pub total: i64,
    /// How many files have each outcome.
    pub counts: Vec<(Outcome, i64)>,
    /// The page, from 1.
    pub page: u32,
}

/// One mail and where it was seen.
#[derive(Debug, Clone)]
pub struct MailDetail {
    /// The mail.
    pub mail: Mail,
    /// The identity that the sender gave it.
    pub header_id: Option<String>,
    /// Source, place and time of each sighting.
    pub arrivals: Vec<(String, String, Timestamp)>,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The sheet; empty for CSV.
    pub sheet: String,
    /// The cell, where there is one.
    pub cell: Option<String>,
    /// The code.
    pub code: String,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What a person can do about it.
    pub hint: Option<&'static str>,
}

/// A mail that brought a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameWith {
    /// The row of the mail.
    pub message_id: MessageId,
    /// Its subject.
    pub subject: Option<String>,
    /// Its sender.
    pub sender: Option<String>,
    /// When it was sent, or else when it was taken.
    pub at: Timestamp,
}

/// One file and all that is known of it.
#[derive(Debug, Clone)]
pub struct AttachmentDetail {
    /// The file, under the name of its first mail.
    pub row: AttachmentRow,
    /// The digest of its bytes, in hexadecimal.
    pub sha256: String,
    /// The code of the leading problem, where it was quarantined.
    pub code: Option<String>,
    /// What a person can do about it.
    pub hint: Option<&'static str>,
    /// When it was read.
    pub read_at: Timestamp,
    /// By which version of the reader.
    pub reader_version: String,
    /// What was recognised, sheet by sheet.
    pub layouts: Vec<Layout>,
    /// Questions and remarks about the file.
    pub problems: Vec<Problem>,
    /// Rows that were not taken, the first of them.
    pub refusals: Vec<Refusal>,
    /// The mails it came with.
    pub mails: Vec<CameWith>,
    /// The meters whose readings it brought: row, site, meter, readings.
    pub meters: Vec<(i64, String, String, i64)>,
}
