//! What is sent to a webhook: a versioned payload with all that a receiver needs.

use jiff::Timestamp;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kind::AlertKind;
use crate::reference::AlertReference;
use crate::state::{AlertState, Severity};

/// What happened to the alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// It was raised.
    #[serde(rename = "alert.opened")]
    Opened,
    /// It grew by further periods, or its figures changed.
    #[serde(rename = "alert.updated")]
    Updated,
    /// It was taken by a person.
    #[serde(rename = "alert.acknowledged")]
    Acknowledged,
    /// It was closed, by a person or by a corrected reading.
    #[serde(rename = "alert.resolved")]
    Resolved,
}

impl EventType {
    /// The `type` of the payload.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Opened => "alert.opened",
            Self::Updated => "alert.updated",
            Self::Acknowledged => "alert.acknowledged",
            Self::Resolved => "alert.resolved",
        }
    }
}

/// Where a number came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The subject of the mail.
    pub mail_subject: Option<String>,
    /// The sender of the mail.
    pub mail_sender: Option<String>,
    /// The name of the attachment.
    pub attachment: Option<String>,
    /// The SHA-256 of the attachment, in hexadecimal.
    pub attachment_sha256: String,
    /// The sheet.
    pub sheet: String,
    /// The cell, such as `C17`.
    pub cell: String,
}

/// The state of an alert at the time of the event, complete: a receiver needs no second request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertData {
    /// The alert's public name.
    pub reference: AlertReference,
    /// The site's name.
    pub site: String,
    /// The meter's name.
    pub meter: String,
    /// What the meter counts.
    pub commodity: String,
    /// First instant covered by the alert, local time of the site.
    pub period_start: DateTime,
    /// First instant after it.
    pub period_end: DateTime,
    /// The named problem.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// What came, in `unit`, over all periods of the alert.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end of the 95 % interval.
    pub upper: f64,
    /// The unit of the four numbers above.
    pub unit: String,
    /// Excess times unit price; empty where no price is known.
    pub cost: Option<Decimal>,
    /// The currency of the cost, where known.
    pub currency: Option<String>,
    /// Why it fired, in one sentence.
    pub reason: String,
    /// From which cells the newest number came.
    pub sources: Vec<Source>,
}

/// The body of a webhook, by Standard Webhooks: `type`, `timestamp`, `data`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The version of the shape of `data`.
    pub version: u32,
    /// The alert.
    pub data: AlertData,
}
