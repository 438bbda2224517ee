//! Plain rows: what the queries hand to the pages.

pub mod alert;
pub mod arrival;
pub mod frame;
pub mod meter;

pub use alert::{AlertDetail, AlertList, AlertRow, Evidence, HistoryEntry, SourceRow, Totals};
pub use arrival::{AttachmentDetail, AttachmentRow, Mail, MailDetail, MailList, Outcome, Refusal};
pub use frame::{Freshness, Notice, Role, Section, SignedIn, Theme};
pub use meter::{
    FindingRow, MeterAlert, MeterDetail, MeterRow, MonthPoint, ReadingRow, SiteDetail, SiteRow,
};
