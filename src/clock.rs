//! The only place that asks the machine for the time; everything else takes it as an argument.

use jiff::Timestamp;

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
