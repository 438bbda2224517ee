//! Why a register fell.
//!
//! Each explanation has a surprise: how unlikely it is in itself, and how far the use that follows from it is from the
//! usual, as the logarithm of the ratio. The least surprising one is taken when it stands out; two that lie close and
//! lead to different quantities are left to a person or to the next register.

use rust_decimal::Decimal;

use super::usual::number;

/// So many times the usual is the most that is believed of an explanation.
const MOST: f64 = 8.0;
/// By how much an explanation must stand out.
const MARGIN: f64 = 0.5;
/// Surprise of a register that passed its highest number, where the digits are only inferred.
const DIGITS_INFERRED: f64 = 0.4;
/// Surprise of a misread cell.
const MISREAD: f64 = 1.0;
/// Surprise of a reset.
const RESET: f64 = 2.0;
/// Surprise of an exchanged device.
const EXCHANGE: f64 = 3.2;
/// Surprise of an exchanged device whose cells look different from there on.
const EXCHANGE_SEEN: f64 = 1.2;
/// Surprise of a next register that does not go on as usual.
const NOT_CONFIRMED: f64 = 3.0;
/// How far from the usual a stretch may be and still be no surprise: about three times.
const PLAIN: f64 = 1.2;

/// A register in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// Days since the first register.
    pub day: f64,
    /// In the canonical unit.
    pub value: Decimal,
}

/// A fall and what stands around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// The register before the higher one.
    pub before: Option<Point>,
    /// The higher one.
    pub high: Point,
    /// The lower one, after it.
    pub low: Point,
    /// The register after the lower one.
    pub after: Option<Point>,
    /// The usual use per day.
    pub usual: Option<f64>,
    /// One more than the register's highest number.
    pub capacity: Option<Decimal>,
    /// Whether a person said how many digits there are.
    pub digits_known: bool,
    /// Whether the cells look as if they came from another device.
    pub device_changed: bool,
}

/// What a fall is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It passed this number.
    Rollover(Decimal),
    /// The higher one does not count.
    EarlierTooHigh {
        /// It was no wild number: an estimate.
        trued_up: bool,
    },
    /// The lower one does not count.
    LaterTooLow,
    /// It began again near zero.
    Reset,
    /// Another device.
    Exchange,
    /// None of these stands out.
    Open,
}

/// The meaning of a fall.
pub(super) fn weigh(around: &Around) -> Meaning {
    let Some(usual) = around.usual else { return unmeasured(around) };
    let mut explanations = Vec::with_capacity(5);
    explanations.extend(rollover(around, usual));
    explanations.extend(earlier_too_high(around, usual));
    explanations.extend(later_too_low(around, usual));
    explanations.extend(begun_again(around, usual).into_iter().flatten());
    explanations.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let Some((least, meaning)) = explanations.first().copied() else { return Meaning::Open };
    let rival = explanations.iter().skip(1).find(|(_, other)| !same_quantity(meaning, *other));
    if rival.is_some_and(|(surprise, _)| surprise - least < MARGIN) {
        return Meaning::Open;
    }
    // Whether a number that begins anew is misread shows only when the next one is there.
    if around.after.is_none() && matches!(meaning, Meaning::Reset | Meaning::Exchange) {
        return Meaning::Open;
    }
    meaning
}

/// Without a usual use only a register that stood right below its highest number explains itself.
fn unmeasured(around: &Around) -> Meaning {
    let Some(capacity) = around.capacity.filter(|_| around.digits_known) else {
        return Meaning::Open;
    };
    let tenth = capacity / Decimal::TEN;
    if around.high.value < capacity
        && around.high.value >= capacity - tenth
        && around.low.value <= tenth
    {
        Meaning::Rollover(capacity)
    } else {
        Meaning::Open
    }
}

/// Reset and exchange both leave the quantity unknown.
fn same_quantity(one: Meaning, two: Meaning) -> bool {
    let unknown = |meaning| matches!(meaning, Meaning::Reset | Meaning::Exchange);
    unknown(one) && unknown(two)
}

fn rollover(around: &Around, usual: f64) -> Option<(f64, Meaning)> {
    let capacity = around.capacity.filter(|capacity| *capacity > around.high.value)?;
    let used = number(capacity - around.high.value + around.low.value);
    let rate = used / (around.low.day - around.high.day);
    let inferred = if around.digits_known { 0.0 } else { DIGITS_INFERRED };
    let seen = if around.device_changed { NOT_CONFIRMED } else { 0.0 };
    // That it fell just where the register ends is evidence by itself, so an unusual use weighs half.
    (rate <= MOST * usual)
        .then(|| (surprise(rate, usual) / 2.0 + inferred + seen, Meaning::Rollover(capacity)))
}

fn earlier_too_high(around: &Around, usual: f64) -> Option<(f64, Meaning)> {
    let before = around.before.filter(|before| before.value <= around.low.value)?;
    let own = surprise(rate(before, around.high), usual);
    let meaning = Meaning::EarlierTooHigh { trued_up: own < PLAIN };
    let next = around.after.map_or(0.0, |after| surprise(rate(around.low, after), usual));
    Some((surprise(rate(before, around.low), usual) + next + MISREAD, meaning))
}

fn later_too_low(around: &Around, usual: f64) -> Option<(f64, Meaning)> {
    match around.after {
        Some(after) if after.value >= around.high.value => {
            let own =
                around.before.map_or(0.0, |before| surprise(rate(before, around.high), usual));
            let over = surprise(rate(around.high, after), usual);
            Some((over + own + MISREAD, Meaning::LaterTooLow))
        }
        _ => None,
    }
}

fn begun_again(around: &Around, usual: f64) -> [Option<(f64, Meaning)>; 2] {
    let confirmed = around.after.map_or(MARGIN, |after| {
        let next = rate(around.low, after);
        if (0.0..=MOST * usual).contains(&next) { 0.0 } else { NOT_CONFIRMED }
    });
    let since = number(around.low.value) / (around.low.day - around.high.day);
    let excess = if since > usual { surprise(since, usual) } else { 0.0 };
    let reset = (since <= MOST * usual && !around.device_changed)
        .then_some((RESET + excess + confirmed, Meaning::Reset));
    let seen = if around.device_changed { EXCHANGE_SEEN } else { EXCHANGE };
    [reset, Some((seen + confirmed, Meaning::Exchange))]
}

fn rate(from: Point, to: Point) -> f64 {
    number(to.value - from.value) / (to.day - from.day)
}

/// How far a use per day is from the usual.
fn surprise(rate: f64, usual: f64) -> f64 {
    let floor = usual / 20.0;
    let ratio = ((rate + floor) / (usual + floor)).max(f64::MIN_POSITIVE);
    ratio.ln().abs() + if rate > MOST * usual { NOT_CONFIRMED } else { 0.0 }
}
