//! What stands around every page.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// What a person may do. Each role may do what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, triages alerts and opens stored originals.
    Operator,
    /// The same; kept apart for what only administrators will do.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// The name as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Whether this role may acknowledge, resolve and comment.
    pub fn may_triage(self) -> bool {
        self >= Self::Operator
    }

    /// Whether this role may fetch a mail or a file as it arrived.
    pub fn may_open_originals(self) -> bool {
        self >= Self::Operator
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; the roles are viewer, operator and admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.code() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The row of the user.
    pub user_id: i64,
    /// The name, as it stands in the history of alerts.
    pub name: String,
    /// What this person may do.
    pub role: Role,
}

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The value of the cookie and of `data-theme`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the cookie; anything else is the system's choice.
    pub fn from_code(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// How fresh the data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freshness {
    /// When the last mail was taken.
    pub last_mail: Option<Timestamp>,
    /// When the baselines were last computed.
    pub last_analysis: Option<Timestamp>,
    /// Alerts that nobody has taken.
    pub open_alerts: i64,
    /// Files that wait for a person.
    pub quarantined: i64,
}

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Triage.
    Alerts,
    /// Sites and meters.
    Sites,
    /// Mails and files.
    Arrivals,
    /// Sensitivity, known events, prices, and how it is calculated.
    Detection,
    /// Where mails come from.
    Sources,
}

/// What a page says at its top about what has just been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One sentence.
    pub sentence: String,
    /// Whether it tells of something that did not happen.
    pub failed: bool,
    /// An alert that can be reopened by a click: its reference and revision.
    pub undo: Option<(String, i32)>,
}
