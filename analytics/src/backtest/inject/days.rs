//! Problems of daily readings.

use super::{Draw, Injected, Magnitude, Truth, decimals, rounded};
use crate::backtest::random::Random;
use crate::engine::Panel;
use crate::engine::statistics::median;
use crate::parameters::daily::FIRST_WEEKEND_DAY;

/// Events per meter and year, about as many as in the development data.
const RATE: f64 = 2.2;
/// How often each kind is drawn.
const KINDS: [(Injected, f64); 8] = [
    (Injected::Spike, 0.195),
    (Injected::Zero, 0.16),
    (Injected::Repeat, 0.14),
    (Injected::Step, 0.155),
    (Injected::Leak, 0.09),
    (Injected::Weekend, 0.125),
    (Injected::Unit, 0.055),
    (Injected::CatchUp, 0.075),
];
const UNITS: &[f64] = &[1000.0, 3.6, 3.412, 293.07, 2.83, 10.0];
/// Days before and after an event in which no other one lies.
const PAUSE: usize = 14;

pub(super) fn inject(draw: &mut Draw, clean: &Panel, magnitude: Magnitude, random: &mut Random) {
    for meter in 0..clean.meters.len() {
        let places = decimals(&clean.meters[meter].quantity);
        let mut slot = 1;
        while slot < clean.slots {
            if random.chance(RATE / 365.0) {
                let kind = random.weighted(&KINDS);
                slot = place(draw, clean, meter, slot, kind, magnitude, places, random)
                    .map_or(slot + 1, |end| end + PAUSE);
            } else {
                slot += 1;
            }
        }
    }
}

/// Puts an event there; gives back the slot after it, or nothing where it does not fit.
#[expect(clippy::too_many_arguments, reason = "one place, everything known there")]
fn place(
    draw: &mut Draw,
    clean: &Panel,
    meter: usize,
    slot: usize,
    kind: Injected,
    magnitude: Magnitude,
    places: i32,
    random: &mut Random,
) -> Option<usize> {
    let wide = magnitude == Magnitude::Wide;
    let length = match kind {
        Injected::Zero | Injected::Unit => 1 + random.below(5),
        Injected::Repeat => 4 + random.below(11),
        Injected::Step => 30,
        Injected::Leak => 45,
        Injected::Weekend => 14,
        Injected::CatchUp => 2,
        _ => 1,
    };
    let end = slot + length;
    let truth = draw.truth.get(meter)?;
    if end > clean.slots || truth[slot..end].iter().any(|truth| *truth != Truth::Normal) {
        return None;
    }
    let value = |at: usize| clean.meters[meter].quantity[at];
    if value(slot) <= 0.0 || value(slot - 1).is_nan() {
        return None;
    }
    let base = (0..14).filter_map(|back| slot.checked_sub(back + 1)).map(value);
    let base = median(base).filter(|base| *base > 0.0)?;
    let ends = |usual, further| if wide { further } else { usual };
    let strength = match kind {
        Injected::Spike => random.between(ends((1.3, 3.0), (1.25, 5.0))),
        Injected::Step => random.between(ends((0.2, 0.5), (0.15, 0.8))) * base,
        Injected::Leak => random.between(ends((0.015, 0.015), (0.01, 0.025))) * base,
        Injected::Unit => {
            let factor = UNITS[random.below(UNITS.len())];
            if random.chance(0.5) { factor } else { 1.0 / factor }
        }
        _ => 0.0,
    };
    let number = draw.events;
    draw.events += 1;
    let weekend = |at: usize| clean.season(at) >= FIRST_WEEKEND_DAY;
    let mut growth = 0.0;
    for at in slot..end {
        growth += 1.0;
        let changed = match kind {
            Injected::Spike | Injected::Unit => Some(value(at) * strength),
            Injected::Zero => Some(0.0),
            Injected::Repeat => Some(value(slot - 1)),
            Injected::Step => Some(value(at) + strength),
            Injected::Leak => Some(value(at) + strength * growth),
            Injected::CatchUp if at == slot => Some(f64::NAN),
            Injected::CatchUp => Some(value(slot) + value(at)),
            Injected::Weekend if weekend(at) => {
                // A working day of the week before stands in.
                let back = clean.season(at) - FIRST_WEEKEND_DAY + 1 + random.below(5);
                at.checked_sub(back).map(value).filter(|working| working.is_finite())
            }
            _ => None,
        };
        let Some(changed) = changed else { continue };
        draw.panel.meters[meter].quantity[at] = if kind == Injected::Unit {
            rounded(changed, places.max(1))
        } else {
            rounded(changed, places)
        };
        draw.truth[meter][at] =
            if changed.is_nan() { Truth::Unscored } else { Truth::Event(number, kind) };
    }
    Some(end)
}
