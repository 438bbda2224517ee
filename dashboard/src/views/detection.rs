//! What people set and teach, as the pages show it.

use std::collections::BTreeMap;

use alerts::budget::{Calibration, Verdicts};
use alerts::replay::Replay;
use alerts::{AlertKind, EventKind};
use jiff::Timestamp;
use jiff::civil::Date;
use readings::ids::{MeterId, SiteId};
use rust_decimal::Decimal;

/// The page of the sensitivity.
#[derive(Debug, Clone)]
pub struct DetectionDetail {
    /// Allowed false alarms per meter and year.
    pub budget: f64,
    /// The threshold in use, where there was an analysis.
    pub calibration: Option<Calibration>,
    /// Every rule with what became of its alerts.
    pub rules: Vec<RuleRow>,
    /// Who set the number when, the newest first.
    pub settings: Vec<SettingRow>,
    /// What another number would have done.
    pub tried: Option<Tried>,
}

/// Another number of false alarms, tried on the stored history.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The number.
    pub budget: f64,
    /// Its threshold.
    pub threshold: f64,
    /// What it would have raised, kept and lost.
    pub replay: Replay,
    /// The currency of the costs.
    pub currency: Option<String>,
}

/// A rule and what became of its alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// The rule by the kind of problem that it names.
    pub kind: AlertKind,
    /// Alerts ever raised.
    pub raised: i64,
    /// Alerts that are not resolved.
    pub pending: i64,
    /// Resolved without a person, by a corrected reading or an event.
    pub by_itself: i64,
    /// What people found out.
    pub verdicts: Verdicts,
}

/// A number of false alarms that was set.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingRow {
    /// The number.
    pub budget: f64,
    /// Who.
    pub author: String,
    /// When.
    pub set_at: Timestamp,
    /// Why.
    pub note: String,
}

/// An event that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number.
    pub event_id: i64,
    /// At which site.
    pub site_id: SiteId,
    /// The name of the site.
    pub site: String,
    /// Of one meter of it.
    pub meter: Option<(MeterId, String)>,
    /// What happened.
    pub kind: EventKind,
    /// First day.
    pub starts_on: Date,
    /// First day after it.
    pub ends_on: Option<Date>,
    /// What else is to be said.
    pub note: String,
    /// Who entered it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

/// The page of the events.
#[derive(Debug, Clone)]
pub struct EventList {
    /// Events that count, the latest first.
    pub rows: Vec<EventRow>,
    /// Every site, for the form.
    pub sites: Vec<(SiteId, String)>,
    /// The site that the form proposes.
    pub site: Option<SiteId>,
}

/// A price that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffRow {
    /// Its number.
    pub tariff_id: i64,
    /// For what.
    pub commodity: String,
    /// For the meters of one site.
    pub site: Option<String>,
    /// For one meter.
    pub meter: Option<String>,
    /// How much.
    pub price: Decimal,
    /// For one of which unit.
    pub unit: String,
    /// The currency.
    pub currency: String,
    /// From which day on.
    pub starts_on: Date,
    /// Who set it.
    pub author: String,
}

/// The page of the prices.
#[derive(Debug, Clone)]
pub struct TariffList {
    /// Prices that count.
    pub rows: Vec<TariffRow>,
    /// Every site, for the form.
    pub sites: Vec<(SiteId, String)>,
}

/// Verdicts by rule.
pub type VerdictsByRule = BTreeMap<AlertKind, Verdicts>;
