//! Fuzz targets of `ingest`.

mod targets;

use std::sync::Once;

pub use targets::{dates, grid, layout, mail, numbers, prescan};

/// Lets panics that `ingest` catches itself, those of the libraries for mails and workbooks, pass: the fuzzer aborts
/// at the hook of a panic, before anybody could catch it. A panic that nobody catches still ends the run.
pub fn let_caught_panics_pass() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}
