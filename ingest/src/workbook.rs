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
mod beside;
mod biff;
mod candidate;
mod codepage;
mod collect;
pub(crate) mod compound;
mod green_button;
mod html;
mod markup;
mod opendocument;
mod refusal;
mod repair;
mod separated;
mod serial;
mod sheet_xml;
mod spreadsheet;
mod spreadsheet_ml;
mod stretches;
mod text;
mod view;
mod web_archive;
mod xml;

use readings::Problem;

pub use cells::{Cell, CellValue, Sheet, Visibility, Workbook, WorkbookFormat};
pub use kind::Kind;
pub use limits::Limits;
pub use serial::{Epoch, date_time};
pub use stretches::{AsAWhole, StretchSize, read_in_stretches};
pub use view::{BookView, CellView, SheetView, Window, view};

pub use archive::{is_plain_archive, open_archive};
pub use candidate::may_be_workbook;

use beside::Beside;
use compound::CompoundFile;

/// Reads every cell of a file.
///
/// A problem of a single sheet or cell stands among the workbook's problems and the rest is read; the error is that
/// of a file of which nothing can be read: protected, damaged, too large, or not a workbook at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    limits.check_file(bytes.len())?;
    let (mut workbook, beside) = match kind::of(bytes) {
        Kind::Archive => read_archive(bytes, limits)?,
        Kind::Compound => read_compound(bytes, limits)?,
        Kind::Records => (biff::read(bytes, limits)?, Beside::default()),
        Kind::Text => (read_text(bytes, limits)?, Beside::default()),
        Kind::Refused(reason) => return Err(reason.problem()),
    };
    if workbook.problems.is_empty() && workbook.sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        workbook.problems.push(beside.problem());
    }
    Ok(workbook)
}

fn read_text(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let text = text::decode(bytes);
    match markup::of(&text) {
        Some(markup) => markup::read(markup, &text, limits),
        None if web_archive::is_one(&text) => web_archive::read(bytes, limits),
        None => separated::read(&text, limits),
    }
}

fn read_archive(bytes: &[u8], limits: &Limits) -> Result<(Workbook, Beside), Problem> {
    let contents = archive::measure(bytes, limits)?;
    let beside = Beside::of_archive(&contents.names);
    let workbook = match kind::of_archive(&contents.names) {
        Ok(WorkbookFormat::Xlsb) => spreadsheet::read_xlsb(bytes, limits),
        Ok(WorkbookFormat::Ods) => opendocument::read(bytes, limits),
        Ok(_) => spreadsheet::read_xlsx(bytes, contents.mentions_merged_cells, limits),
        Err(reason) => Err(reason.problem()),
    };
    Ok((workbook?, beside))
}

fn read_compound(bytes: &[u8], limits: &Limits) -> Result<(Workbook, Beside), Problem> {
    let file = CompoundFile::open(bytes)?;
    let name = kind::of_compound(&file).map_err(refusal::Refusal::problem)?;
    let stream = file.stream(name)?;
    let beside = Beside::of_compound(&file, &stream);
    Ok((spreadsheet::read_xls(bytes, &stream, limits)?, beside))
}
