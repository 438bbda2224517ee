//! Many meters that move alike at the same time are one finding and not a thousand: weather out of the ordinary, a
//! supplier's change of unit or tariff, a closure.

use std::collections::{BTreeMap, HashSet};

use alerts::{AlertKind, Family, Rung, Severity};
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde_json::Value;

use super::draft::{About, Draft, Member};
use super::evidence::{self, Grounds};
use super::history::History;
use super::money::{Basis, Money};
use crate::numbers::readable;
use crate::parameters::portfolio::{FEWEST_METERS, ONSET_REACH, SHARE};

/// What alerts of one finding have in common besides the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    group: usize,
    family: Family,
    /// The logarithm of the factor between units, in hundredths.
    factor: i64,
}

/// A finding, and which alerts of single meters it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The alert about all of them.
    pub draft: Draft,
    /// The family of the alerts it stands for.
    pub family: Family,
    /// Positions of the meters.
    pub meters: Vec<usize>,
}

impl Finding {
    /// Whether it stands for an alert of this meter and family at this time.
    pub fn explains(&self, meter: usize, family: Family, start: DateTime, end: DateTime) -> bool {
        self.family == family
            && self.meters.contains(&meter)
            && self.draft.start < end
            && start < self.draft.end
    }
}

/// Takes common shifts out of the drafts of all meters and gives back one finding for each.
///
/// `drafts` is ordered as the meters of the history.
pub fn take(history: &History, drafts: &mut [Vec<Draft>]) -> Vec<Finding> {
    let mut alike: BTreeMap<Likeness, Vec<(usize, usize, usize)>> = BTreeMap::new();
    for (meter, of_meter) in drafts.iter().enumerate() {
        for (at, draft) in of_meter.iter().enumerate() {
            if let Some(likeness) = likeness(history.panel.meters[meter].group, draft) {
                alike.entry(likeness).or_default().push((onset(history, draft), meter, at));
            }
        }
    }
    let mut findings = Vec::new();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (likeness, mut found) in alike {
        found.sort_unstable();
        while let Some(members) = densest(&found) {
            let (first, last) = (members[0].0, members[members.len() - 1].0);
            let present = present(history, likeness.group, first, last);
            #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
            let enough = members.len() as f64 >= SHARE * present as f64;
            if members.len() < FEWEST_METERS || !enough {
                break;
            }
            let of_meters: Vec<(usize, &Draft)> =
                members.iter().map(|(_, meter, at)| (*meter, &drafts[*meter][*at])).collect();
            findings.extend(finding(history, &likeness, &of_meters, present));
            taken.extend(members.iter().map(|(_, meter, at)| (*meter, *at)));
            let told: HashSet<_> = members.into_iter().collect();
            found.retain(|entry| !told.contains(entry));
        }
    }
    taken.sort_unstable();
    for (meter, at) in taken.into_iter().rev() {
        drafts[meter].remove(at);
    }
    findings
}

fn likeness(group: usize, draft: &Draft) -> Option<Likeness> {
    let common = matches!(
        draft.family,
        Family::Rise | Family::Fall | Family::Zero | Family::Factor | Family::UnitPrice
    );
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a number is small")]
    let factor = draft.factor.map_or(0, |factor| (factor.ln() * 100.0).round() as i64);
    common.then_some(Likeness { group, family: draft.family, factor })
}

/// The slot in which a draft begins.
fn onset(history: &History, draft: &Draft) -> usize {
    let month = i32::from(draft.start.year()) * 12 + i32::from(draft.start.month()) - 1;
    usize::try_from(month - history.first_month).unwrap_or(0)
}

/// The largest set of entries whose onsets are next to one another; each meter once. `found` is ordered by onset.
fn densest(found: &[(usize, usize, usize)]) -> Option<Vec<(usize, usize, usize)>> {
    let mut onsets: Vec<usize> = found.iter().map(|(onset, ..)| *onset).collect();
    onsets.dedup();
    onsets
        .into_iter()
        .map(|from| {
            let first = found.partition_point(|(onset, ..)| *onset < from);
            let end = found.partition_point(|(onset, ..)| *onset <= from + ONSET_REACH);
            let mut meters = HashSet::new();
            let within = found[first..end].iter().copied();
            within.filter(|(_, meter, _)| meters.insert(*meter)).collect::<Vec<_>>()
        })
        .max_by_key(Vec::len)
        .filter(|members| members.len() >= FEWEST_METERS)
}

/// Meters of the group that have a reading in these slots.
fn present(history: &History, group: usize, first: usize, last: usize) -> usize {
    history
        .panel
        .meters
        .iter()
        .filter(|meter| meter.group == group)
        .filter(|meter| {
            let slots = meter.quantity.iter().take(last + 1).skip(first);
            slots.into_iter().any(|quantity| !quantity.is_nan())
        })
        .count()
}

fn finding(
    history: &History,
    likeness: &Likeness,
    members: &[(usize, &Draft)],
    present: usize,
) -> Option<Finding> {
    let (first, model) = members.first()?;
    let row = &history.meters[*first];
    let sum = |of: fn(&Draft) -> f64| members.iter().map(|(_, draft)| of(draft)).sum::<f64>();
    let start = members.iter().map(|(_, draft)| draft.start).min()?;
    let end = members.iter().map(|(_, draft)| draft.end).max()?;
    let (observed, expected) = (sum(|draft| draft.observed), sum(|draft| draft.expected));
    let subject =
        format!("{} of {present} {} meters", members.len(), row.commodity.replace('_', " "));
    let reason = reason(&subject, model, start, (observed, expected), members.len());
    let mut readings: Vec<i64> =
        members.iter().flat_map(|(_, draft)| draft.readings.iter().copied()).collect();
    readings.sort_unstable();
    readings.dedup();
    let share = |draft: &Draft| match draft.factor {
        Some(factor) => format!("Factor {} at", readable(factor, 4)),
        None => "Largest of them:".to_owned(),
    };
    let mut strongest: Vec<&(usize, &Draft)> = members.iter().collect();
    strongest.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    let evidence: Value = strongest
        .iter()
        .take(8)
        .map(|(meter, draft)| {
            let row = &history.meters[*meter];
            let sentence =
                format!("{} {} at {}. {}", share(draft), row.name, row.site, draft.reason);
            evidence::entry(&row.name, draft.score, &sentence)
        })
        .collect();
    Some(Finding {
        family: likeness.family,
        meters: members.iter().map(|(meter, _)| *meter).collect(),
        draft: Draft {
            fingerprint: format!(
                "portfolio:{}:{}:{}:{}:{}",
                row.commodity,
                row.unit,
                likeness.family.code(),
                likeness.factor,
                start.strftime("%Y-%m")
            ),
            family: Family::Portfolio,
            absorbs: Vec::new(),
            kind: AlertKind::Portfolio,
            factor: model.factor,
            severity: members
                .iter()
                .map(|(_, draft)| draft.severity)
                .max()
                .unwrap_or(Severity::Low),
            start,
            end,
            observed,
            expected,
            lower: sum(|draft| draft.lower),
            upper: sum(|draft| draft.upper),
            unit: model.unit.clone(),
            money: money(members),
            reason,
            evidence: Grounds::Told(evidence),
            proposal: None,
            score: members.iter().map(|(_, draft)| draft.score).fold(f64::MIN, f64::max),
            rung: members.iter().map(|(_, draft)| draft.rung).min().unwrap_or(Rung::NoHistory),
            readings,
            about: About::Several {
                subject,
                commodity: Some(row.commodity.clone()),
                members: members
                    .iter()
                    .map(|(meter, draft)| Member {
                        meter: history.meters[*meter].id,
                        observed: draft.observed,
                        expected: draft.expected,
                        cost: draft.money.cost,
                        currency: draft.money.currency.clone(),
                    })
                    .collect(),
            },
        },
    })
}

/// What is told: together, since when, and what it looks like.
fn reason(
    subject: &str,
    model: &Draft,
    start: DateTime,
    (observed, expected): (f64, f64),
    alerts: usize,
) -> String {
    let month = start.strftime("%B %Y");
    let change = if expected > 0.0 {
        let percent = 100.0 * (observed / expected - 1.0);
        format!(" ({percent:+.0} %)").replace('-', "\u{2212}")
    } else {
        String::new()
    };
    let cause = match model.family {
        Family::Factor => model.factor.map_or_else(String::new, |factor| {
            let (verb, size) =
                if factor >= 1.0 { ("divided", factor) } else { ("multiplied", factor.recip()) };
            format!(
                "; {verb} by {} each fits: looks like a change of unit at the supplier",
                readable(size, 4)
            )
        }),
        Family::UnitPrice => "; looks like a change of tariff".to_owned(),
        Family::Zero => "; looks like a closure or a transmission that stopped".to_owned(),
        _ => "; looks like a common cause: weather, a closure, a change at the supplier".to_owned(),
    };
    format!(
        "{subject} moved alike since {month}: expected {} {} together, got {}{change}{cause}. One finding instead of {} alerts.",
        readable(expected, 3),
        model.unit,
        readable(observed, 3),
        alerts
    )
}

/// The sum of the members' money, where it is of one currency.
fn money(members: &[(usize, &Draft)]) -> Money {
    let costs: Vec<&Money> = members
        .iter()
        .map(|(_, draft)| &draft.money)
        .filter(|money| money.cost.is_some())
        .collect();
    let Some(first) = costs.first() else {
        let note = members.first().map(|(_, draft)| draft.money.note.clone()).unwrap_or_default();
        return Money { note, ..Money::unknown() };
    };
    if costs.iter().any(|money| money.currency != first.currency) {
        let note =
            "The meters are billed in several currencies: the cost stands at each.".to_owned();
        return Money { note, ..Money::unknown() };
    }
    let sum =
        |of: fn(&Money) -> Option<Decimal>| Some(costs.iter().filter_map(|money| of(money)).sum());
    Money {
        unit_price: None,
        cost: sum(|money| money.cost),
        lower: sum(|money| money.lower),
        upper: sum(|money| money.upper),
        currency: first.currency.clone(),
        basis: if costs.iter().all(|money| money.basis == first.basis) {
            first.basis
        } else {
            Basis::Billed
        },
        note: String::new(),
    }
}
