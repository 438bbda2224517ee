//! A file beside what a person says about it, as the page shows it.

use jiff::Timestamp;
use readings::account::RowAccount;
use readings::extraction::Layout;
use readings::ids::AttachmentId;
use readings::problem::Problem;
use readings::profile::{HeaderDiff, Profile};

use super::Outcome;

/// The part of a sheet that is shown; rows and columns from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// The sheet, by its place in the file.
    pub sheet: usize,
    /// The first row.
    pub first_row: u32,
    /// The first column.
    pub first_column: u32,
}

impl Window {
    /// Rows that are shown at a time.
    pub const ROWS: u32 = 30;
    /// Columns that are shown at a time.
    pub const COLUMNS: u32 = 12;
}

/// A sheet of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetTab {
    /// Its name; empty for a file without sheets.
    pub name: String,
    /// A person who opens the file does not see it.
    pub is_hidden: bool,
    /// Rows until the last that holds something.
    pub rows: u32,
    /// Columns until the last that holds something.
    pub columns: u32,
}

/// A cell of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridCell {
    /// Its row, from 0.
    pub row: u32,
    /// Its column, from 0.
    pub column: u32,
    /// What it shows.
    pub text: String,
    /// It is a number or a date.
    pub is_figure: bool,
}

/// What a reading would do beside what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is stored for its meter and period.
    New,
    /// It says what is stored.
    Same,
    /// It would count in place of this.
    Supersedes(String),
    /// Something newer is stored.
    Outdated,
    /// It could not be taken, for this reason.
    Refused(String),
}

/// A reading that would come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its sheet and cell, as `Data!B7`.
    pub place: String,
    /// The site, or nothing.
    pub site: String,
    /// The meter, or nothing.
    pub meter: String,
    /// The time covered, in words.
    pub period: String,
    /// Number and unit.
    pub quantity: String,
    /// What it would do.
    pub effect: Effect,
}

/// What storing the file as it is read now would change.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What would become of it.
    pub outcome: Option<Outcome>,
    /// Why, where something is held.
    pub sentence: Option<String>,
    /// The account of its rows.
    pub account: RowAccount,
    /// Readings that would be taken back.
    pub withdrawn: u64,
    /// How many readings would come, be the same, supersede, be outdated, be refused.
    pub counts: [usize; 5],
    /// The first of its readings.
    pub rows: Vec<PreviewRow>,
    /// Questions and remarks.
    pub problems: Vec<Problem>,
}

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProfile {
    /// What it says.
    pub profile: Profile,
    /// Counts its changes.
    pub revision: i32,
    /// It stands in a file of the configuration, where alone it can be changed.
    pub in_configuration: bool,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// One line of the history of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidBefore {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done, in words.
    pub what: String,
}

/// A stored file, read by a profile that may not be stored.
#[derive(Debug, Clone)]
pub struct OpenedFile {
    /// Which one.
    pub attachment: AttachmentId,
    /// Its name.
    pub name: String,
    /// The sender, or the source of a bare file.
    pub origin: String,
    /// The year in which it was sent.
    pub sent_year: i16,
    /// Why it cannot be opened at all.
    pub unreadable: Option<Problem>,
    /// Its layout as it is recognised without anybody's help.
    pub fingerprint: Option<String>,
    /// The profiles by which it was read.
    pub profiles: Vec<String>,
    /// Its sheets.
    pub sheets: Vec<SheetTab>,
    /// The cells of the window.
    pub cells: Vec<GridCell>,
    /// What was recognised, or stated.
    pub layouts: Vec<Layout>,
    /// What was recognised or stated, as a profile.
    pub restated: Profile,
    /// What storing it would change.
    pub preview: Preview,
    /// The mapping that is kept for this layout and sender.
    pub kept: Option<KeptProfile>,
    /// Who said what about it.
    pub history: Vec<SaidBefore>,
    /// The mapping of this sender that is most like it, and what has changed since.
    pub changed: Option<(Profile, HeaderDiff)>,
    /// How many other files of this layout wait.
    pub others_waiting: usize,
}

/// A file that was read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedFile {
    /// Which one.
    pub attachment: AttachmentId,
    /// Its name.
    pub name: String,
    /// What had become of it before.
    pub before: Option<Outcome>,
    /// What has become of it now.
    pub after: Option<Outcome>,
    /// The account of its rows now.
    pub account: RowAccount,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The file.
    pub file: OpenedFile,
    /// What the person says at present.
    pub draft: Profile,
    /// Which table of it is before the eyes.
    pub table: usize,
    /// Which part of the sheet is shown.
    pub window: Window,
    /// Whether the person may say something.
    pub may_map: bool,
    /// What was wrong with what was sent, each a sentence.
    pub mistakes: Vec<String>,
    /// The files that were just read again.
    pub replayed: Vec<ReplayedFile>,
}
