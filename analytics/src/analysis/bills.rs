//! Rules over the live bills of a meter: what is wrong whatever the baseline says.
//!
//! Each rule is a pure function in a file of its own; what it finds becomes an alert here. The catalogue follows the
//! bill audits in use in the field: dates, duplicates, cost and use, unit price, meters that should not be billed.

pub mod closed;
pub mod cost_use;
pub mod duplicate;
pub mod gap;
pub mod overlap;
pub mod unit_price;
pub mod unknown;

use alerts::{AlertKind, Family, Rung, Severity};
use jiff::civil::{Date, DateTime, Time};

use super::draft::{About, Draft, severity};
use super::evidence::{self, Grounds};
use super::history::History;
use super::money::{self, Basis, Money};
use crate::consumption::Use;

/// Shorter periods (in days) are interval data and no bills.
pub const SHORTEST_BILL: f64 = 20.0;
/// Longer ones (in days) are summaries.
pub const LONGEST_BILL: f64 = 100.0;

/// A live bill. Times are days of local time since 1970-01-01, half-open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bill {
    /// The reading; a larger number was recorded later.
    pub reading: i64,
    /// First instant.
    pub start: f64,
    /// First instant after it.
    pub end: f64,
    /// In the meter's canonical unit.
    pub quantity: f64,
    /// What was charged.
    pub cost: Option<f64>,
    /// The position of the currency in the history's list.
    pub currency: u32,
    /// Whether the supplier guessed.
    pub estimated: bool,
}

impl Bill {
    /// Days covered.
    pub fn days(&self) -> f64 {
        self.end - self.start
    }
}

/// In what the figures of a finding are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The unit of the meter.
    Quantity,
    /// Money.
    Money,
    /// Days.
    Days,
}

/// What a rule has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The named problem.
    pub kind: AlertKind,
    /// First instant, in days.
    pub start: f64,
    /// First instant after it.
    pub end: f64,
    /// What came.
    pub observed: f64,
    /// What was to be expected.
    pub expected: f64,
    /// What would still have been in order.
    pub tolerance: f64,
    /// In what these are.
    pub measure: Measure,
    /// The money that is charged wrongly; `None` where none is.
    pub amount: Option<f64>,
    /// The position of the currency.
    pub currency: u32,
    /// What is to be said about the money besides.
    pub note: String,
    /// The readings concerned.
    pub readings: Vec<i64>,
    /// What was found, in one sentence.
    pub sentence: String,
    /// The ground: name and sentence of each piece.
    pub grounds: Vec<(&'static str, String)>,
}

/// All findings about one meter.
pub fn of_meter(history: &History, meter: usize) -> Vec<Finding> {
    let bills = &history.bills(meter);
    let row = &history.meters[meter];
    let words = Words { unit: row.unit.clone(), currencies: &history.currencies };
    let mut findings = overlap::find(bills, &words);
    findings.extend(gap::find(&billed_uses(&history.uses(meter)), &words));
    findings.extend(cost_use::find(bills, &words));
    findings.extend(unit_price::find(bills, &words));
    findings.extend(closed::find(bills, row.closed_on.map(day_of), &words));
    if !row.confirmed {
        let others = history.others_since(row);
        findings.extend(unknown::find(bills, others, (&row.name, &row.site), &words));
    }
    findings
}

/// How units and currencies are written.
#[derive(Debug)]
pub struct Words<'a> {
    /// The unit of the meter.
    pub unit: String,
    /// The currencies of the history.
    pub currencies: &'a [Option<String>],
}

impl Words<'_> {
    /// A quantity with its unit.
    pub fn quantity(&self, value: f64) -> String {
        format!("{} {}", crate::numbers::readable(value, 3), self.unit)
    }

    /// An amount with its currency, where that is known.
    pub fn money(&self, amount: f64, currency: u32) -> String {
        let amount = crate::numbers::readable(amount, 4);
        match self.currencies.get(currency as usize) {
            Some(Some(currency)) => format!("{amount} {currency}"),
            _ => amount,
        }
    }
}

fn billed_uses(uses: &[Use]) -> Vec<Use> {
    uses.iter().filter(|used| used.end - used.start >= SHORTEST_BILL).copied().collect()
}

/// A finding as an alert of its meter.
pub fn draft(history: &History, meter: usize, finding: Finding) -> Option<Draft> {
    let row = &history.meters[meter];
    let family = Family::of(finding.kind, finding.observed > finding.expected);
    let start = midnight(finding.start.floor())?;
    let end = midnight(finding.end.ceil())?;
    let currency = history.currencies.get(finding.currency as usize).cloned().flatten();
    let money = match finding.amount {
        Some(amount) => Money::billed(amount, currency.clone(), finding.note),
        None => Money { note: finding.note, ..Money::unknown() },
    };
    let share = if finding.kind == AlertKind::UnknownMeter { 0.0 } else { 0.1 };
    let unit = match finding.measure {
        Measure::Quantity => row.unit.clone(),
        Measure::Money => currency.unwrap_or_else(|| "money".to_owned()),
        Measure::Days => "days".to_owned(),
    };
    let grounds = finding
        .grounds
        .iter()
        .map(|(name, sentence)| evidence::entry(name, 1.0, sentence))
        .collect();
    let severity = match money.basis {
        Basis::None => Severity::Low,
        _ => severity(money.cost, 0.0, share),
    };
    Some(Draft {
        about: About::Meter { id: row.id, index: meter },
        fingerprint: format!("{}:{}:{}", row.id, family.code(), start.date()),
        family,
        absorbs: Vec::new(),
        kind: finding.kind,
        factor: None,
        severity,
        start,
        end: end.max(start.checked_add(jiff::Span::new().days(1)).ok()?),
        observed: finding.observed,
        expected: finding.expected,
        lower: finding.expected - finding.tolerance,
        upper: finding.expected + finding.tolerance,
        unit,
        money,
        reason: finding.sentence,
        evidence: Grounds::Told(grounds),
        proposal: None,
        score: 0.0,
        rung: Rung::NoHistory,
        readings: finding.readings,
    })
}

/// A change of the unit price of a bill whose quantity is wrong says nothing new, nor does a gap that a later reading
/// made up for.
pub fn drop_twins(drafts: &mut Vec<Draft>) {
    let told: Vec<(Family, DateTime, DateTime)> = drafts
        .iter()
        .filter(|draft| draft.family.is_wrong_reading() && !draft.family.is_rule())
        .map(|draft| (draft.family, draft.start, draft.end))
        .collect();
    drafts.retain(|draft| {
        let twin = |family: Family| match draft.family {
            Family::UnitPrice | Family::CostWithoutUse | Family::UseWithoutCost => true,
            Family::Gap => family == Family::CatchUp,
            _ => false,
        };
        !told
            .iter()
            .any(|(family, start, end)| twin(*family) && *start < draft.end && draft.start < *end)
    });
}

/// The amount of the copy, for a reading that repeats the one before with the very same charge.
pub fn same_charge(bills: &[Bill], readings: &[i64]) -> bool {
    readings.iter().any(|reading| {
        let Some(at) = bills.iter().position(|bill| bill.reading == *reading) else { return false };
        let Some(before) = at.checked_sub(1).map(|before| bills[before]) else { return false };
        let same = |a: f64, b: f64| (a - b).abs() < 0.005;
        match (bills[at].cost, before.cost) {
            (Some(cost), Some(earlier)) => {
                cost > 0.0 && same(cost, earlier) && same(bills[at].quantity, before.quantity)
            }
            _ => false,
        }
    })
}

/// The date of a number of days since 1970-01-01.
pub fn date(day: f64) -> Option<Date> {
    #[expect(clippy::cast_possible_truncation, reason = "days of the calendar fit")]
    let days = jiff::Span::new().try_days(day.floor() as i64).ok()?;
    Date::constant(1970, 1, 1).checked_add(days).ok()
}

fn midnight(day: f64) -> Option<DateTime> {
    Some(date(day)?.to_datetime(Time::midnight()))
}

fn day_of(date: Date) -> f64 {
    f64::from((date - Date::constant(1970, 1, 1)).get_days())
}

/// A stretch as people write it, both ends included.
pub fn span(start: f64, end: f64) -> String {
    match (date(start), date((end - 1e-6).floor())) {
        (Some(first), Some(last)) => {
            format!("{} to {}", first.strftime("%-d %B %Y"), last.strftime("%-d %B %Y"))
        }
        _ => String::new(),
    }
}

/// To the cent, as numbers of a finding.
pub fn cents(amount: f64) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive;
    money::cents(amount).and_then(|amount| amount.to_f64())
}

/// Bills for the tests of the rules: calendar months of 30 days, 1,000 kWh for 210 each.
#[cfg(test)]
pub mod fixture {
    use super::{Bill, Words};

    /// A bill of the n-th month.
    pub fn bill(at: u32, quantity: f64, cost: f64) -> Bill {
        let start = f64::from(at) * 30.0;
        Bill {
            reading: i64::from(at) + 1,
            start,
            end: start + 30.0,
            quantity,
            cost: Some(cost),
            currency: 0,
            estimated: false,
        }
    }

    /// So many bills at a standing charge of 10 and 0.2 for each unit.
    pub fn bills(count: u32) -> Vec<Bill> {
        (0..count)
            .map(|at| {
                let quantity = 1_000.0 + 40.0 * f64::from(at % 5);
                bill(at, quantity, 10.0 + 0.2 * quantity)
            })
            .collect()
    }

    /// Kilowatt-hours and euros.
    pub fn words() -> Words<'static> {
        static CURRENCIES: std::sync::LazyLock<Vec<Option<String>>> =
            std::sync::LazyLock::new(|| vec![Some("EUR".to_owned())]);
        Words { unit: "kWh".to_owned(), currencies: &CURRENCIES }
    }
}
