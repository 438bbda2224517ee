//! The parts that come alive in the browser, after the first paint.
//!
//! An island takes over markup that already works: a link, a form, a picture. What it needs crosses the wire as plain
//! words and numbers in its properties; it formats nothing and decides nothing.

mod chart_cursor;
mod live;
mod theme;

pub use self::chart_cursor::{ChartCursor, CursorPoint};
pub use self::live::Live;
pub use self::theme::ThemeToggle;

#[cfg(feature = "hydrate")]
mod keys;
#[cfg(feature = "hydrate")]
mod swap;
