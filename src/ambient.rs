//! Time and chance for the relay.

use std::sync::Arc;

use delivery::Ambient;

use crate::clock;

/// The machine's own.
pub fn machine() -> Ambient {
    Ambient { now: Arc::new(clock::now), random: Arc::new(chance) }
}

/// A number in 0..1. Without a source of randomness retries are not spread, which harms nobody.
fn chance() -> f64 {
    let bits = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}
