//! What goes wrong in the sample, and where: the truth against which alerts are compared.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use alerts::AlertKind;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use readings::Commodity;

use super::calendar::{LAST_YEAR, MONTHS, first_day};
use super::estate::{Meter, Style};
use super::history::{History, stream};

/// One hidden problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The meter, by its place in the estate; the first of them, where many move alike.
    pub meter: usize,
    /// The first month that is wrong.
    pub month: usize,
    /// What it is.
    pub kind: AlertKind,
}

/// How many of each, and at which meters.
const PLAN: [(AlertKind, usize, Where); 15] = [
    (AlertKind::Leak, 4, Where::Water),
    (AlertKind::Step, 3, Where::Electricity),
    (AlertKind::Repeat, 2, Where::Electricity),
    (AlertKind::Zero, 1, Where::Water),
    (AlertKind::Zero, 1, Where::Electricity),
    (AlertKind::UnitError, 2, Where::WithoutCost),
    (AlertKind::Decimal, 2, Where::WithoutCost),
    (AlertKind::Spike, 2, Where::Electricity),
    (AlertKind::Spike, 2, Where::Heating),
    (AlertKind::Drop, 2, Where::Electricity),
    (AlertKind::CatchUp, 2, Where::Electricity),
    (AlertKind::DuplicateBill, 1, Where::WithCost),
    (AlertKind::UnitPrice, 1, Where::WithCost),
    (AlertKind::ClosedMeter, 1, Where::WithCost),
    (AlertKind::UnknownMeter, 1, Where::WithCost),
];

/// A month of the last year in which all electricity meters of the first sender move alike.
const COMMON_MONTH: usize = LAST_YEAR + 9;
/// By how much.
const COMMON_FACTOR: f64 = 1.5;
/// How long a meter that is taken for closed was silent, in months.
const SILENCE: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Water,
    Electricity,
    /// Gas and heat, in a month in which there is heating.
    Heating,
    /// Senders whose files state no cost, beside which a wrong number would stand out at once.
    WithoutCost,
    /// Electricity of senders whose files state the cost, other than the one whose meters move alike.
    WithCost,
}

/// Hides the problems in the history and says where they are, ordered by meter; one problem a meter at most.
pub fn hide(meters: &[Meter], history: &mut History, seed: u64) -> Vec<Fault> {
    let mut chance = stream(seed, 500);
    let mut faults = Vec::new();
    let mut taken = BTreeSet::new();
    for (kind, count, place) in PLAN {
        let mut candidates: Vec<usize> = (0..meters.len())
            .filter(|meter| !taken.contains(meter) && suits(&meters[*meter], place))
            .collect();
        candidates.shuffle(&mut chance);
        for (number, meter) in candidates.into_iter().take(count).enumerate() {
            let month = when(kind, place, &mut chance);
            apply(kind, number, meter, month, history, &mut chance);
            taken.insert(meter);
            faults.push(Fault { meter, month, kind });
        }
    }
    let swapped = swap(meters, history, &taken, &mut chance);
    taken.extend(swapped.iter().map(|fault| fault.meter));
    faults.extend(swapped);
    faults.extend(move_alike(meters, history, &taken));
    faults.sort_unstable();
    faults
}

/// All electricity meters of the first sender that have no problem of their own: one finding about many.
fn move_alike(meters: &[Meter], history: &mut History, taken: &BTreeSet<usize>) -> Option<Fault> {
    let alike: Vec<usize> = (0..meters.len())
        .filter(|meter| !taken.contains(meter))
        .filter(|meter| meters[*meter].sender.style == Style::English)
        .filter(|meter| meters[*meter].supply.commodity == Commodity::Electricity)
        .collect();
    for meter in &alike {
        let month = history.month_mut(*meter, COMMON_MONTH);
        month.reported = month.reported.map(|quantity| quantity * COMMON_FACTOR);
        month.billed *= COMMON_FACTOR;
    }
    let meter = *alike.first()?;
    Some(Fault { meter, month: COMMON_MONTH, kind: AlertKind::Portfolio })
}

/// `truth.csv`: the first day of the first month that is wrong.
pub fn truth(meters: &[Meter], faults: &[Fault]) -> String {
    let mut text = String::from("meter,period_start,kind\n");
    for fault in faults {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{},{},{}",
            match fault.kind {
                AlertKind::Portfolio => format!("{}-E*", meters[fault.meter].sender.prefix),
                _ => meters[fault.meter].name.clone(),
            },
            first_day(fault.month),
            fault.kind
        );
    }
    text
}

fn suits(meter: &Meter, place: Where) -> bool {
    let commodity = meter.supply.commodity;
    match place {
        Where::Water => commodity == Commodity::Water,
        Where::Electricity => commodity == Commodity::Electricity,
        Where::Heating => matches!(commodity, Commodity::Gas | Commodity::Heat),
        Where::WithoutCost => {
            matches!(meter.sender.style, Style::German | Style::Dutch)
                && matches!(commodity, Commodity::Electricity | Commodity::Water)
        }
        Where::WithCost => {
            !matches!(meter.sender.style, Style::German | Style::Dutch | Style::English)
                && commodity == Commodity::Electricity
        }
    }
}

/// The first wrong month: in the last year, early where the problem needs time to show.
fn when(kind: AlertKind, place: Where, chance: &mut ChaCha8Rng) -> usize {
    let months = match (kind, place) {
        (AlertKind::Leak, _) => 0..4,
        (AlertKind::Step, _) => 2..9,
        (_, Where::Heating) => 0..3,
        _ => 1..9,
    };
    LAST_YEAR + chance.random_range(months)
}

/// `number` counts the problems of a kind, so that they differ in strength and direction.
fn apply(
    kind: AlertKind,
    number: usize,
    meter: usize,
    month: usize,
    history: &mut History,
    chance: &mut ChaCha8Rng,
) {
    let mut scale =
        |months: std::ops::Range<usize>, factor: &dyn Fn(usize) -> f64, billed: bool| {
            for month in months {
                let entry = history.month_mut(meter, month);
                entry.reported = entry.reported.map(|quantity| quantity * factor(month));
                if billed {
                    entry.billed *= factor(month);
                }
            }
        };
    match kind {
        AlertKind::Leak => {
            let growth: f64 = [1.03, 1.05, 1.08, 1.12][number % 4];
            let factor = |at: usize| growth.powi(i32::try_from(at - month + 1).unwrap_or(0));
            scale(month..MONTHS, &factor, true);
        }
        AlertKind::Step => {
            let factor = [1.4, 1.3, 0.6][number % 3];
            scale(month..MONTHS, &|_| factor, true);
        }
        AlertKind::Spike => {
            let factor = chance.random_range(1.7..2.6);
            scale(month..month + 1, &|_| factor, true);
        }
        AlertKind::Drop => {
            let factor = chance.random_range(0.3..0.5);
            scale(month..month + 1, &|_| factor, true);
        }
        AlertKind::UnitError => {
            let factor = [1000.0, 0.001][number % 2];
            scale(month..month + 1, &|_| factor, false);
        }
        AlertKind::Decimal => {
            let factor = [10.0, 0.1][number % 2];
            scale(month..month + 1, &|_| factor, false);
        }
        AlertKind::Zero => scale(month..month + 2, &|_| 0.0, true),
        AlertKind::Repeat => {
            // The month before is copied three times; the first copy is the first wrong month.
            let copied = history.month(meter, month - 1);
            for month in month..month + 3 {
                *history.month_mut(meter, month) = copied;
            }
        }
        AlertKind::CatchUp => {
            let missing = history.month(meter, month).billed;
            history.month_mut(meter, month).reported = None;
            let next = history.month_mut(meter, month + 1);
            next.reported = next.reported.map(|quantity| quantity + missing);
            next.billed += missing;
        }
        AlertKind::DuplicateBill => {
            let copied = history.month(meter, month - 1);
            *history.month_mut(meter, month) = copied;
        }
        AlertKind::UnitPrice => history.month_mut(meter, month).billed *= 1.8,
        AlertKind::ClosedMeter => {
            for silent in month - SILENCE..month {
                history.month_mut(meter, silent).reported = None;
            }
        }
        AlertKind::UnknownMeter => {
            for before in 0..month {
                history.month_mut(meter, before).reported = None;
            }
        }
        _ => {}
    }
}

/// Two meters of one site and commodity exchange a month's readings.
fn swap(
    meters: &[Meter],
    history: &mut History,
    taken: &BTreeSet<usize>,
    chance: &mut ChaCha8Rng,
) -> Vec<Fault> {
    let alike = |&one: &usize| {
        let (a, b) = (&meters[one], &meters[one + 1]);
        a.site.name == b.site.name && a.supply.commodity == b.supply.commodity
    };
    let free = |one: &usize| !taken.contains(one) && !taken.contains(&(one + 1));
    let pairs: Vec<usize> = (0..meters.len() - 1).filter(alike).filter(free).collect();
    let Some(&one) = pairs.first() else { return Vec::new() };
    let month = LAST_YEAR + chance.random_range(2..9);
    let (a, b) = (history.month(one, month), history.month(one + 1, month));
    *history.month_mut(one, month) = b;
    *history.month_mut(one + 1, month) = a;
    [one, one + 1].map(|meter| Fault { meter, month, kind: AlertKind::Swapped }).to_vec()
}
