//! Bytes into cells, under limits.

pub mod cells;

pub use cells::{Cell, CellValue, Sheet, Visibility, Workbook, WorkbookFormat};
