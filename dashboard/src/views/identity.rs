//! Meters that wait for a person, and merges, as the pages show them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use readings::commodity::Commodity;
use readings::ids::{AttachmentId, MeterId, SiteId};

/// A meter that stands for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedMeter {
    /// The row of the meter.
    pub meter_id: MeterId,
    /// Its site.
    pub site_id: SiteId,
    /// The name of its site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub commodity: Option<Commodity>,
    /// The unit of its readings.
    pub unit: String,
    /// Whether a person has said that it is real.
    pub confirmed: bool,
    /// Live readings.
    pub readings: i64,
    /// First instant of the first, and first instant after the last of them.
    pub span: Option<(DateTime, DateTime)>,
    /// When it was first named.
    pub created_at: Timestamp,
    /// The file that named it first.
    pub file: Option<(AttachmentId, Option<String>)>,
    /// Meters that it may be: the row, the name, and why.
    pub suggestions: Vec<(MeterId, String, String)>,
}

/// A merge that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    /// Whether two sites were merged, or two meters.
    pub of_sites: bool,
    /// The row of what was merged.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The row of what it was merged into.
    pub into_id: i64,
    /// Its name.
    pub into_name: String,
    /// When.
    pub merged_at: Timestamp,
    /// By whom.
    pub merged_by: String,
    /// Whether it follows from the merge of two sites.
    pub follows_site: bool,
}

/// The meters to confirm.
#[derive(Debug, Clone)]
pub struct WaitingList {
    /// Those on the page, the newest first.
    pub meters: Vec<ListedMeter>,
    /// How many wait.
    pub total: i64,
    /// The page, from 1.
    pub page: u32,
    /// Merges that hold, the newest first.
    pub merges: Vec<MergeRow>,
}

/// One meter and what it may be merged into.
#[derive(Debug, Clone)]
pub struct MergeChoice {
    /// The meter.
    pub meter: ListedMeter,
    /// What was searched for.
    pub search: String,
    /// Meters of the same commodity and unit that fit the search.
    pub meters: Vec<(MeterId, String)>,
    /// Sites that fit it.
    pub sites: Vec<(SiteId, String)>,
}
