//! Fuzz targets of `ingest`.

mod targets;

pub use targets::{dates, grid, layout, mail, numbers, prescan};
