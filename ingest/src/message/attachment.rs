//! A file that came with a mail.

use super::tnef;
use crate::workbook::may_be_workbook;

/// A file that came with a mail, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its place among the mail's attachments, from 0.
    pub ordinal: u32,
    /// Its name, decoded; only the last component of a path.
    pub file_name: Option<String>,
    /// The type its sender declared, in lower case without parameters.
    pub content_type: String,
    /// The messages and archives it came through, from the outside in.
    pub path: Vec<String>,
    /// Its bytes as they were sent; no character set is converted.
    pub content: Vec<u8>,
}

/// Types and endings by which a sender says that a file is a table, whatever it holds.
const TABLE_TYPES: [&str; 7] = [
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/x-excel",
    "application/excel",
    "text/csv",
    "text/tab-separated-values",
];

impl Attachment {
    /// Whether it is worth opening: it holds what a workbook can hold, or its sender says that it is one.
    ///
    /// Pictures, signatures and letters are recorded but nobody is asked about them.
    pub fn can_be_workbook(&self) -> bool {
        is_table_type(&self.content_type)
            || may_be_workbook(&self.content, self.file_name.as_deref())
    }
}

impl Attachment {
    /// Whether it is a picture of its own and not one of the letter's decoration: large, as scans are.
    pub(super) fn is_scan(&self) -> bool {
        const SMALLEST: usize = 30_000;
        self.content_type.starts_with("image/") && self.content.len() >= SMALLEST
    }
}

/// Whether a declared type says that the part is a table.
pub fn is_table_type(content_type: &str) -> bool {
    TABLE_TYPES.iter().any(|known| content_type.starts_with(known))
}

/// What to say about a container that is kept but not opened.
pub(super) fn unopened_container(content_type: &str, content: &[u8]) -> Option<&'static str> {
    match content_type {
        "message/partial" => {
            Some("The mail is one piece of a mail that was split; the pieces are not joined.")
        }
        "application/pgp-encrypted" => {
            Some("The mail is encrypted (PGP); what it holds is not opened.")
        }
        "application/ms-tnef" | "application/vnd.ms-tnef"
            if !content.starts_with(tnef::SIGNATURE) =>
        {
            Some("The attachments are packed for Outlook alone (winmail.dat) and cannot be opened.")
        }
        _ => None,
    }
}
