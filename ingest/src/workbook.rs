//! Bytes into cells, under limits.
//!
//! What a file is, is decided by its content ([`kind`]), never by its name or declared type. Archives are measured
//! before anything else opens them ([`archive`]), compound files are taken apart here ([`compound`]); cells are
//! streamed into [`collect::SheetCells`], which counts them. The library for spreadsheets is named in
//! [`spreadsheet`] alone. Nothing is allocated because a file claims a size.

pub mod cells;
pub mod kind;
pub mod limits;

mod archive;
mod biff;
mod candidate;
mod codepage;
mod collect;
mod compound;
mod opendocument;
mod refusal;
mod repair;
mod separated;
mod serial;
mod spreadsheet;
mod text;

use readings::{Problem, ProblemCode};

pub use cells::{Cell, CellValue, Sheet, Visibility, Workbook, WorkbookFormat};
pub use kind::Kind;
pub use limits::Limits;
pub use serial::{Epoch, date_time};

pub use archive::{is_plain_archive, open_archive};
pub use candidate::may_be_workbook;

use compound::CompoundFile;

/// Reads every cell of a file.
///
/// A problem of a single sheet or cell stands among the workbook's problems and the rest is read; the error is that
/// of a file of which nothing can be read: protected, damaged, too large, or not a workbook at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    limits.check_file(bytes.len())?;
    let mut workbook = match kind::of(bytes) {
        Kind::Archive => read_archive(bytes, limits),
        Kind::Compound => read_compound(bytes, limits),
        Kind::Records => biff::read(bytes, limits),
        Kind::Text => separated::read(bytes, limits),
        Kind::Refused(reason) => Err(reason.problem()),
    }?;
    if workbook.problems.is_empty() && workbook.sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        workbook
            .problems
            .push(Problem::of_file(ProblemCode::Empty, "No cell of this file holds a value."));
    }
    Ok(workbook)
}

fn read_archive(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let contents = archive::measure(bytes, limits)?;
    match kind::of_archive(&contents.names) {
        Ok(WorkbookFormat::Xlsb) => spreadsheet::read_xlsb(bytes, limits),
        Ok(WorkbookFormat::Ods) => opendocument::read(bytes, limits),
        Ok(_) => spreadsheet::read_xlsx(bytes, contents.mentions_merged_cells, limits),
        Err(reason) => Err(reason.problem()),
    }
}

fn read_compound(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let file = CompoundFile::open(bytes)?;
    let stream = kind::of_compound(&file).map_err(refusal::Refusal::problem)?;
    spreadsheet::read_xls(bytes, &file.stream(stream)?, limits)
}
