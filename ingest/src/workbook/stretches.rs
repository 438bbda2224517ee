//! A large workbook of one sheet, handed on in stretches of whole rows while it is read, so that memory is needed for
//! a stretch and not for the sheet.
//!
//! This way is taken only where nothing speaks against it. Whatever does, from a second sheet to damage in the last
//! row, ends it, and the file is read as a whole: that way finds out what is wrong with it, and says so.

use std::io::Read as _;
use std::ops::ControlFlow;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::cells::{Sheet, Visibility, WorkbookFormat};
use super::kind::{self, Kind};
use super::limits::Limits;
use super::sheet_xml::{SheetXml, Tables};
use super::{archive, repair, spreadsheet};

/// From which size on files are read in stretches, and how long those are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StretchSize {
    /// Bytes of the smallest file that is read so.
    pub file_bytes: usize,
    /// Cells of a stretch; it ends with the row that reaches them.
    pub cells: usize,
}

impl Default for StretchSize {
    /// About 100,000 rows of a usual table, and 6,000 of them.
    fn default() -> Self {
        Self { file_bytes: 4 * 1024 * 1024, cells: 50_000 }
    }
}

/// The file has to be read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsAWhole;

/// Reads an xlsx of one sheet, and gives its cells to `take` stretch by stretch, in the order of its rows; together they
/// are the cells that [`super::read`] returns. `take` may end it.
pub fn read_in_stretches(
    bytes: &[u8],
    limits: &Limits,
    size: StretchSize,
    mut take: impl FnMut(Sheet) -> ControlFlow<()>,
) -> Result<(), AsAWhole> {
    if bytes.len() < size.file_bytes || limits.check_file(bytes.len()).is_err() {
        return Err(AsAWhole);
    }
    let Kind::Archive = kind::of(bytes) else { return Err(AsAWhole) };
    let mut archive = archive::open(bytes, limits).map_err(|_| AsAWhole)?;
    let place = only_sheet(&archive).ok_or(AsAWhole)?;
    let names = archive::measure_but(bytes, place, limits).map_err(|_| AsAWhole)?;
    let is_xlsx = kind::of_archive(&names.names) == Ok(WorkbookFormat::Xlsx);
    if !is_xlsx || repair::rearranged(bytes, limits).is_some() {
        return Err(AsAWhole);
    }
    let (name, tables) = tables(bytes, &names.names[place], limits)?;
    let entry = archive.by_index(place).map_err(|_| AsAWhole)?;
    let most = limits
        .entry_bytes
        .min(entry.compressed_size().clamp(1, bytes.len() as u64) * limits.inflation_ratio);
    let give = |cells| {
        let sheet = Sheet {
            name: name.clone(),
            visibility: Visibility::Visible,
            epoch: Some(tables.epoch),
            cells,
            merged: Vec::new(),
        };
        if take(sheet).is_break() { Err(AsAWhole) } else { Ok(()) }
    };
    // An entry that is longer than it may be is cut, and then not complete.
    SheetXml::new(&tables, limits).read(entry.take(most), size.cells, give)
}

/// The place of the one sheet in the archive.
fn only_sheet(archive: &archive::Archive<'_>) -> Option<usize> {
    let mut sheets = archive.file_names_raw().enumerate().filter(|(_, name)| {
        let name = archive::normalised(&String::from_utf8_lossy(name));
        name.starts_with("xl/worksheets/") && kind::has_ending(&name, "xml")
    });
    let (place, _) = sheets.next()?;
    sheets.next().is_none().then_some(place)
}

/// What the cells of the sheet refer to.
fn tables(bytes: &[u8], sheet: &str, limits: &Limits) -> Result<(String, Tables), AsAWhole> {
    let mut archive = archive::open(bytes, limits).map_err(|_| AsAWhole)?;
    let mut count = |name: &str, tags: &[&[u8]]| {
        let part = archive::entry_bytes(&mut archive, name, limits).ok()?.unwrap_or_default();
        Some(tags.iter().map(|tag| memmem::find_iter(&part, tag).count()).sum::<usize>())
    };
    let styles = count("xl/styles.xml", &[b"<xf "]).ok_or(AsAWhole)?;
    let texts = count("xl/sharedstrings.xml", &[b"<si>", b"<si ", b"<si/"]).ok_or(AsAWhole)?;
    // Above the last row of a sheet there is no place for them.
    if texts as u64 + 1 >= u64::from(limits.rows) || styles as u64 >= u64::from(limits.columns) {
        return Err(AsAWhole);
    }
    let probe = spreadsheet::probe_sheet(styles, texts);
    let probe = repair::with_part(bytes, sheet, probe.into_bytes(), limits).ok_or(AsAWhole)?;
    spreadsheet::xlsx_tables(&probe, (styles, texts), limits)
}
