//! Alerts as the pages show them.

use std::cmp::Reverse;

use alerts::{AlertKind, AlertReference, AlertState, Rung, Severity, Verdict};
use jiff::Timestamp;
use jiff::civil::DateTime;
use readings::commodity::Commodity;
use readings::ids::{AttachmentId, MessageId, MeterId, SiteId};
use rust_decimal::Decimal;

use super::detection::EventRow;
use super::meter::MonthPoint;
use crate::alert_filter::AlertFilter;

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRow {
    /// Its public name.
    pub reference: AlertReference,
    /// Guards against two people editing at once.
    pub revision: i32,
    /// How much it matters.
    pub severity: Severity,
    /// The named problem.
    pub kind: AlertKind,
    /// Where it stands.
    pub state: AlertState,
    /// The site, or what an alert about several meters is about.
    pub site: String,
    /// The meter's row; none where the alert is about several.
    pub meter_id: Option<MeterId>,
    /// The meter's name; empty where the alert is about several.
    pub meter: String,
    /// What it counts; none for a commodity that this version does not know.
    pub commodity: Option<Commodity>,
    /// First instant concerned, local time of the site.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// What came, in `unit`.
    pub observed: f64,
    /// What was expected, in `unit`.
    pub expected: f64,
    /// The unit of both.
    pub unit: String,
    /// Excess times unit price.
    pub cost: Option<Decimal>,
    /// The currency of the cost.
    pub currency: Option<String>,
    /// When it was raised.
    pub opened_at: Timestamp,
}

/// A group of the selection, for the figures at its top.
#[derive(Debug, Clone, PartialEq)]
pub struct TotalGroup {
    /// The severity of its alerts.
    pub severity: Severity,
    /// The kind of its alerts.
    pub kind: AlertKind,
    /// The currency of its money, where known.
    pub currency: Option<String>,
    /// How many.
    pub count: i64,
    /// The sum of the costs above zero.
    pub cost: Decimal,
}

/// The figures of a selection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Totals {
    /// By severity, kind and currency.
    pub groups: Vec<TotalGroup>,
}

impl Totals {
    /// How many alerts the selection holds.
    pub fn count(&self) -> i64 {
        self.groups.iter().map(|group| group.count).sum()
    }

    /// How many of one severity.
    pub fn count_of(&self, severity: Severity) -> i64 {
        self.groups.iter().filter(|group| group.severity == severity).map(|group| group.count).sum()
    }

    /// Money at stake, currency by currency; different currencies are never added up.
    pub fn stakes(&self) -> Vec<(Option<String>, Decimal)> {
        let mut sums: Vec<(Option<String>, Decimal)> = Vec::new();
        for group in self.groups.iter().filter(|group| !group.cost.is_zero()) {
            match sums.iter_mut().find(|(currency, _)| *currency == group.currency) {
                Some((_, sum)) => *sum += group.cost,
                None => sums.push((group.currency.clone(), group.cost)),
            }
        }
        sums.sort_by_key(|(_, sum)| Reverse(*sum));
        sums
    }

    /// Money by kind of problem in one currency, the dearest first.
    pub fn by_kind(&self, currency: Option<&str>) -> Vec<(AlertKind, i64, Decimal)> {
        let mut sums: Vec<(AlertKind, i64, Decimal)> = Vec::new();
        for group in self.groups.iter().filter(|group| group.currency.as_deref() == currency) {
            match sums.iter_mut().find(|(kind, ..)| *kind == group.kind) {
                Some((_, count, sum)) => {
                    *count += group.count;
                    *sum += group.cost;
                }
                None => sums.push((group.kind, group.count, group.cost)),
            }
        }
        sums.sort_by_key(|(.., sum)| Reverse(*sum));
        sums
    }
}

/// The list of alerts.
#[derive(Debug, Clone)]
pub struct AlertList {
    /// What was asked for.
    pub filter: AlertFilter,
    /// The rows of the page.
    pub rows: Vec<AlertRow>,
    /// The figures of all pages.
    pub totals: Totals,
    /// Every site, for the control.
    pub sites: Vec<(SiteId, String)>,
}

/// A piece of evidence and its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Its name, in words.
    pub name: String,
    /// What it says.
    pub sentence: String,
    /// How much it speaks for the alert; below zero it speaks against.
    pub weight: Option<f64>,
}

/// From which cell of which file of which mail a number came.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// The period of the reading.
    pub start: DateTime,
    /// First instant after it.
    pub end: DateTime,
    /// As the file states it.
    pub quantity: Decimal,
    /// The unit in the file.
    pub unit: String,
    /// What was charged.
    pub cost: Option<Decimal>,
    /// The currency of the charge.
    pub currency: Option<String>,
    /// Whether a later value has taken its place.
    pub superseded: bool,
    /// The file.
    pub attachment_id: AttachmentId,
    /// Its name in the mail.
    pub file_name: Option<String>,
    /// The sheet.
    pub sheet: String,
    /// The cell.
    pub cell: String,
    /// The mail.
    pub message_id: Option<MessageId>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its sender.
    pub sender: Option<String>,
    /// When it was sent, or else when it was taken.
    pub sent_at: Option<Timestamp>,
}

/// One entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: opened, updated, acknowledged, resolved, reopened, commented.
    pub action: String,
    /// With which words.
    pub comment: String,
}

/// Everything about one alert.
#[derive(Debug, Clone)]
pub struct AlertDetail {
    /// What the list shows as well.
    pub row: AlertRow,
    /// The site's row; none where the alert is about several.
    pub site_id: Option<SiteId>,
    /// The zone of the site's clock.
    pub time_zone: String,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end of the 95 % interval.
    pub upper: f64,
    /// Observed minus expected.
    pub excess: f64,
    /// What a unit costs at this meter.
    pub unit_price: Option<Decimal>,
    /// The range of the cost.
    pub cost_range: Option<(Decimal, Decimal)>,
    /// Why it fired.
    pub reason: String,
    /// What speaks for and against it.
    pub evidence: Vec<Evidence>,
    /// How far the history reaches.
    pub rung: Option<Rung>,
    /// Who has taken it.
    pub assignee: Option<String>,
    /// What was found out.
    pub verdict: Option<Verdict>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What happened to it, the newest first.
    pub history: Vec<HistoryEntry>,
    /// Where the numbers came from.
    pub sources: Vec<SourceRow>,
    /// The meter's months, the oldest first.
    pub months: Vec<MonthPoint>,
    /// The meters of an alert about several.
    pub members: Vec<MemberRow>,
    /// What people know about its site and time.
    pub events: Vec<EventRow>,
    /// What would mend it.
    pub proposal: Option<Proposal>,
    /// On what the cost rests: a code.
    pub cost_basis: String,
    /// What is to be said about the money besides the figure.
    pub cost_note: String,
}

/// One meter of an alert about several.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRow {
    /// The meter.
    pub meter_id: MeterId,
    /// Its name.
    pub meter: String,
    /// The name of its site.
    pub site: String,
    /// The unit of both quantities.
    pub unit: String,
    /// What came.
    pub observed: f64,
    /// What was expected.
    pub expected: f64,
    /// Excess times unit price.
    pub cost: Option<Decimal>,
    /// The currency of the cost.
    pub currency: Option<String>,
}

/// What would mend a reading, for a person to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// In one sentence.
    pub sentence: String,
    /// The quantity of each month, where it is spread over several; by the first day of the month.
    pub shares: Vec<(jiff::civil::Date, f64)>,
}
