//! Sites, meters and their readings as the pages show them.

use alerts::{AlertKind, AlertReference, AlertState, Severity};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use readings::commodity::Commodity;
use readings::ids::{AttachmentId, MeterId, SiteId};
use rust_decimal::Decimal;

use super::detection::EventRow;

/// One calendar month of a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthPoint {
    /// Its first day.
    pub month: Date,
    /// What came; none for a month without a reading.
    pub observed: Option<f64>,
    /// What was expected, and the ends of the 95 % interval.
    pub band: Option<alerts::Band>,
    /// Whether the supplier guessed.
    pub estimated: bool,
}

/// One line of the list of sites.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    /// The row of the site.
    pub site_id: SiteId,
    /// Its name.
    pub name: String,
    /// How many meters it has.
    pub meters: i64,
    /// Which commodities they count.
    pub commodities: Vec<Commodity>,
    /// Alerts that are not resolved.
    pub pending_alerts: i64,
    /// Money at stake, currency by currency.
    pub stakes: Vec<(Option<String>, Decimal)>,
    /// The last day that a live reading covers.
    pub latest: Option<DateTime>,
}

/// A site and its meters.
#[derive(Debug, Clone)]
pub struct SiteDetail {
    /// The figures of the list.
    pub row: SiteRow,
    /// The zone of its clock.
    pub time_zone: String,
    /// Its meters.
    pub meters: Vec<MeterRow>,
    /// The weather station that a person chose.
    pub station: Option<i64>,
    /// Every station, by number and name.
    pub stations: Vec<(i64, String)>,
    /// Whose public holidays it keeps.
    pub holidays: HolidayChoice,
    /// What people know about it.
    pub events: Vec<EventRow>,
}

/// Whose public holidays a site keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayChoice {
    /// The code of the country that a person chose.
    pub chosen: Option<String>,
    /// The country that its time zone tells.
    pub by_zone: Option<String>,
    /// Every country that is known, by code and name.
    pub countries: Vec<(String, String)>,
}

/// One line of the list of meters.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterRow {
    /// The row of the meter.
    pub meter_id: MeterId,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub commodity: Option<Commodity>,
    /// The unit of its readings.
    pub unit: String,
    /// Live readings.
    pub readings: i64,
    /// First instant after its newest live reading.
    pub latest: Option<DateTime>,
    /// Alerts that are not resolved.
    pub pending_alerts: i64,
    /// Its last twelve months, the oldest first; none where there is no reading.
    pub trend: Vec<Option<f64>>,
}

/// An alert on the page of its meter.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterAlert {
    /// Its public name.
    pub reference: AlertReference,
    /// The named problem.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// First instant concerned.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// Excess times unit price.
    pub cost: Option<Decimal>,
    /// The currency of the cost.
    pub currency: Option<String>,
}

/// One reading, with what it took the place of.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingRow {
    /// Its row.
    pub reading_id: i64,
    /// First instant covered.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// Consumption, estimated, register reading or average power.
    pub kind: String,
    /// As the file states it.
    pub quantity: Decimal,
    /// The unit in the file.
    pub unit: String,
    /// What was charged.
    pub cost: Option<Decimal>,
    /// The currency of the charge.
    pub currency: Option<String>,
    /// The file.
    pub attachment_id: AttachmentId,
    /// Its name.
    pub file_name: Option<String>,
    /// The sheet.
    pub sheet: String,
    /// The cell.
    pub cell: String,
    /// When it was stored.
    pub recorded_at: Timestamp,
    /// The reading that took its place.
    pub superseded_by: Option<i64>,
    /// When that happened.
    pub superseded_at: Option<Timestamp>,
    /// What was derived to have been used since an earlier reading, in the meter's unit, and how; a register has this.
    pub used: Option<(Option<Decimal>, String)>,
}

/// Something odd between two readings.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// What happened, in one sentence.
    pub sentence: String,
    /// What a person can do about it.
    pub hint: Option<String>,
    /// The two cells: file, its name, sheet and cell.
    pub cells: Vec<(AttachmentId, Option<String>, String, String)>,
    /// When it was found.
    pub found_at: Timestamp,
}

/// What the interval data of a month tell.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalRow {
    /// Its first day.
    pub month: Date,
    /// Days with interval data.
    pub days: i32,
    /// Use of those days.
    pub total: f64,
    /// The median over the days of their smallest hour.
    pub base_load: Option<f64>,
    /// The share of use between 22 and 6 o'clock.
    pub night_share: Option<f64>,
    /// Mean use of a working day.
    pub working_day: Option<f64>,
    /// Mean use of a day at the weekend.
    pub weekend_day: Option<f64>,
    /// Mean use of a public holiday.
    pub holiday_day: Option<f64>,
    /// Mean use of a day of closure.
    pub closure_day: Option<f64>,
}

/// How well a meter is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// On what its months are judged.
    pub rung: Option<alerts::Rung>,
    /// Why not on more.
    pub refused: Option<String>,
    /// How well what was expected of it has fitted; none for too few months.
    pub fit: Option<Fit>,
}

/// How well what was expected of a meter has fitted, over its normal months.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Root mean square of the error over mean use.
    pub cv_rmse: f64,
    /// Mean of expected less observed over mean use.
    pub nmbe: f64,
    /// Months behind it.
    pub months: i32,
}

/// Everything about one meter.
#[derive(Debug, Clone)]
pub struct MeterDetail {
    /// The row of the meter.
    pub meter_id: MeterId,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub commodity: Option<Commodity>,
    /// The unit of its readings.
    pub unit: String,
    /// Whether a person has said that it is real.
    pub confirmed: bool,
    /// The day from which on it is no longer to be billed.
    pub closed_on: Option<Date>,
    /// What its interval data tell, the newest month first.
    pub intervals: Vec<IntervalRow>,
    /// What people know about its site and itself.
    pub events: Vec<EventRow>,
    /// The meter as which it counts, and its name, where it was merged.
    pub counts_as: Option<(MeterId, String)>,
    /// Other names that count as it.
    pub aliases: Vec<String>,
    /// The site's row.
    pub site_id: SiteId,
    /// The site's name.
    pub site: String,
    /// The zone of the site's clock.
    pub time_zone: String,
    /// Its months, the oldest first.
    pub months: Vec<MonthPoint>,
    /// How well it is known; none before the first analysis.
    pub standing: Option<Standing>,
    /// Its alerts, the newest first.
    pub alerts: Vec<MeterAlert>,
    /// Its newest live readings, then page by page.
    pub readings: Vec<ReadingRow>,
    /// What the readings on the page took the place of.
    pub superseded: Vec<ReadingRow>,
    /// How many live readings there are.
    pub total: i64,
    /// The page of readings, from 1.
    pub page: u32,
    /// What is odd between its readings.
    pub findings: Vec<FindingRow>,
}
