//! Problems of monthly and bimonthly readings.

use super::{Draw, Injected, Magnitude, Truth, decimals, rounded};
use crate::backtest::random::Random;
use crate::engine::Panel;

/// Events per meter and year.
const RATE: f64 = 0.35;
/// How often each kind is drawn; an exchange makes two events, one for each meter.
const KINDS: [(Injected, f64); 11] = [
    (Injected::Spike, 0.18),
    (Injected::Drop, 0.115),
    (Injected::Leak, 0.12),
    (Injected::Step, 0.09),
    (Injected::Zero, 0.075),
    (Injected::Repeat, 0.08),
    (Injected::Unit, 0.065),
    (Injected::Decimal, 0.05),
    (Injected::CatchUp, 0.095),
    (Injected::Sign, 0.03),
    (Injected::Swap, 0.055),
];
/// Observed periods that a step or leak lasts, and those of them that are scored.
const LONG: (usize, usize) = (13, 6);
/// Readings between the end of one event and the next.
const PAUSE: usize = 2;
/// Exchanged meters differ at least and at most by this factor in size.
const SWAP_SIZES: (f64, f64) = (1.4, 17.0);

const UNITS: &[f64] = &[1000.0, 3.6, 3.412, 293.07, 2.83];
const UNITS_WIDE: &[f64] = &[1000.0, 100.0, 3.6, 3.412, 293.07, 2.83, 7.48, 264.17, 1.0551];

pub(super) fn inject(draw: &mut Draw, clean: &Panel, magnitude: Magnitude, random: &mut Random) {
    let places: Vec<i32> = clean.meters.iter().map(|meter| decimals(&meter.quantity)).collect();
    for meter in 0..clean.meters.len() {
        let filled: Vec<usize> = (0..clean.slots)
            .filter(|slot| clean.meters[meter].quantity[*slot].is_finite())
            .collect();
        let step = filled.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "one or two months")]
        let chance = RATE * step as f64 / 12.0;
        for (order, slot) in filled.iter().enumerate() {
            if !random.chance(chance) {
                continue;
            }
            let kind = random.weighted(&KINDS);
            let event =
                Event { meter, slot: *slot, later: &filled[order..], before: &filled[..order] };
            place(draw, clean, &places, &event, kind, magnitude, random);
        }
    }
}

/// Where an event begins.
struct Event<'a> {
    meter: usize,
    slot: usize,
    /// Slots with a reading from the first one of the event on.
    later: &'a [usize],
    /// Slots with a reading before it.
    before: &'a [usize],
}

fn place(
    draw: &mut Draw,
    clean: &Panel,
    places: &[i32],
    event: &Event<'_>,
    kind: Injected,
    magnitude: Magnitude,
    random: &mut Random,
) {
    let wide = magnitude == Magnitude::Wide;
    let short = 1 + random.below(3);
    let length = match kind {
        Injected::Spike | Injected::Drop | Injected::Decimal | Injected::Sign => 1,
        Injected::CatchUp => 2,
        Injected::Leak | Injected::Step => LONG.0,
        Injected::Unit if random.chance(0.5) => 1,
        _ => short,
    };
    let slots: Vec<usize> = event.later.iter().copied().take(length).collect();
    let meter = event.meter;
    if slots.len() < length.min(4) || !free(draw, meter, event, &slots) {
        return;
    }
    let value = |slot: usize| clean.meters[meter].quantity[slot];
    if slots.iter().take(2).any(|slot| value(*slot) <= 0.0) && kind != Injected::Leak {
        return;
    }
    let ends = |usual, further| if wide { further } else { usual };
    let changed: Vec<f64> = match kind {
        Injected::Spike => {
            let factor = random.between(ends((1.3, 3.0), (1.25, 5.0)));
            slots.iter().map(|slot| value(*slot) * factor).collect()
        }
        Injected::Drop => {
            let factor = random.between(ends((0.2, 0.7), (0.05, 0.75)));
            slots.iter().map(|slot| value(*slot) * factor).collect()
        }
        Injected::Leak => {
            let growth = 1.0 + random.between(ends((0.03, 0.03), (0.02, 0.06)));
            (1..).zip(&slots).map(|(month, slot)| value(*slot) * growth.powi(month)).collect()
        }
        Injected::Step => {
            let up = random.chance(0.5);
            let factor = if up {
                random.between(ends((1.25, 1.8), (1.2, 2.2)))
            } else {
                random.between(ends((0.5, 0.8), (0.4, 0.85)))
            };
            slots.iter().map(|slot| value(*slot) * factor).collect()
        }
        Injected::Zero => vec![0.0; slots.len()],
        Injected::Repeat => {
            let Some(last) = event.before.last() else { return };
            let seen = draw.panel.meters[meter].quantity[*last];
            if seen.is_nan()
                || seen <= 0.0
                || slots.iter().all(|slot| value(*slot).total_cmp(&seen).is_eq())
            {
                return;
            }
            vec![seen; slots.len()]
        }
        Injected::Unit | Injected::Decimal => {
            let units = if wide { UNITS_WIDE } else { UNITS };
            let factor =
                if kind == Injected::Decimal { 10.0 } else { units[random.below(units.len())] };
            let factor = if random.chance(0.5) { factor } else { 1.0 / factor };
            slots.iter().map(|slot| value(*slot) * factor).collect()
        }
        Injected::CatchUp => vec![f64::NAN, value(slots[0]) + value(slots[1])],
        Injected::Sign => slots.iter().map(|slot| -value(*slot)).collect(),
        Injected::Swap => {
            swap(draw, clean, event, &slots, random);
            return;
        }
        Injected::Weekend => return,
    };
    // A converted quantity keeps decimals that the source itself would not write.
    let finer = matches!(kind, Injected::Unit | Injected::Decimal);
    let kept = if finer { places[meter].max(3) } else { places[meter] };
    let number = draw.events;
    draw.events += 1;
    let quantity = &mut draw.panel.meters[meter].quantity;
    for (order, (slot, changed)) in slots.iter().zip(changed).enumerate() {
        quantity[*slot] = rounded(changed, kept);
        let scored = order < LONG.1 && changed.is_finite();
        draw.truth[meter][*slot] =
            if scored { Truth::Event(number, kind) } else { Truth::Unscored };
    }
}

/// Whether an event may lie in these slots: all of them scored and none near another event.
fn free(draw: &Draw, meter: usize, event: &Event<'_>, slots: &[usize]) -> bool {
    let touched = |slot: &usize| matches!(draw.truth[meter][*slot], Truth::Event(..));
    let moved = |slot: &usize| {
        draw.panel.meters[meter].quantity[*slot].to_bits()
            != draw.panel.meters[meter].stated[*slot].to_bits()
    };
    let near =
        event.before.iter().rev().take(PAUSE).chain(event.later.iter().take(slots.len() + 1));
    draw.truth[meter][event.slot] == Truth::Normal
        && slots.iter().take(LONG.1).all(|slot| draw.truth[meter][*slot] == Truth::Normal)
        && !near.into_iter().any(|slot| touched(slot) || moved(slot))
}

fn swap(draw: &mut Draw, clean: &Panel, event: &Event<'_>, slots: &[usize], random: &mut Random) {
    let own = &clean.meters[event.meter];
    let candidates: Vec<usize> = (0..clean.meters.len())
        .filter(|other| {
            let meter = &clean.meters[*other];
            let ratio = (meter.quantity[event.slot] / own.quantity[event.slot]).ln().abs();
            *other != event.meter
                && meter.group == own.group
                && ratio > SWAP_SIZES.0.ln()
                && ratio < SWAP_SIZES.1.ln()
                && slots.iter().all(|slot| {
                    meter.quantity[*slot] > 0.0
                        && draw.truth[*other][*slot] == Truth::Normal
                        && draw.panel.meters[*other].quantity[*slot].to_bits()
                            == meter.quantity[*slot].to_bits()
                })
        })
        .collect();
    if candidates.is_empty() {
        return;
    }
    let other = candidates[random.below(candidates.len())];
    for (to, from) in [(event.meter, other), (other, event.meter)] {
        for slot in slots {
            draw.panel.meters[to].quantity[*slot] = clean.meters[from].quantity[*slot];
            draw.truth[to][*slot] = Truth::Event(draw.events, Injected::Swap);
        }
        draw.events += 1;
    }
}
