//! Plain rows: what the queries hand to the pages.

pub mod alert;
pub mod arrival;
pub mod detection;
pub mod frame;
pub mod identity;
pub mod job;
pub mod mapping;
pub mod meter;
pub mod source;

pub use alert::{
    AlertDetail, AlertList, AlertRow, Evidence, HistoryEntry, MemberRow, Proposal, SourceRow,
    Totals,
};
pub use arrival::{AttachmentDetail, AttachmentRow, Mail, MailDetail, MailList, Outcome, Refusal};
pub use detection::{
    DetectionDetail, EventList, EventRow, RuleRow, SettingRow, TariffList, TariffRow, Tried,
};
pub use frame::{Freshness, Notice, Role, Section, SignedIn, Theme};
pub use identity::{ListedMeter, MergeChoice, MergeRow, WaitingList};
pub use job::{JobList, JobRow, RunRow};
pub use meter::{
    FindingRow, Fit, HolidayChoice, IntervalRow, MeterAlert, MeterDetail, MeterRow, MonthPoint,
    ReadingRow, SiteDetail, SiteRow, Standing,
};
pub use source::{Breaker, ExpectedMail, SourceHealth, SourceList, UploadRow};
