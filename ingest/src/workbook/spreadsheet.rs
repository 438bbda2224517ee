//! The formats of Excel, by the library for them; it is named in this file alone.
//!
//! Cells of xlsx and xlsb are streamed. Those of xls come as a whole grid, because the library has no other way: such
//! a file is safe only in the reader process with its memory limit.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    CellErrorType, Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls,
    XlsError, XlsOptions, Xlsb, XlsbError, Xlsx, XlsxError,
};
use jiff::civil::{Date, DateTime, Time};
use readings::{Problem, ProblemCode};

use super::cells::{CellValue, Visibility, Workbook, WorkbookFormat};
use super::codepage;
use super::collect::{Collector, SheetCells};
use super::limits::{Limits, exceeded};
use super::refusal::corrupt;
use super::repair;
use super::serial::{Epoch, date_time};
use super::sheet_xml::{Meaning, Tables};
use super::stretches::AsAWhole;

type Input<'a> = Cursor<&'a [u8]>;

/// Reads an xlsx or xlsm whose archive was measured; merged ranges are looked for where there are any.
pub fn read_xlsx(bytes: &[u8], has_merged: bool, limits: &Limits) -> Result<Workbook, Problem> {
    let rearranged = repair::rearranged(bytes, limits);
    let bytes = rearranged.as_deref().unwrap_or(bytes);
    let workbook = xlsx_sheets(bytes, has_merged, limits)?;
    let damaged = |workbook: &Workbook| {
        workbook.problems.iter().filter(|problem| problem.code == ProblemCode::Corrupt).count()
    };
    if damaged(&workbook) > 0
        && let Some(again) = repair::without_dimensions(bytes, limits)
        && let Ok(again) = xlsx_sheets(&again, has_merged, limits)
        && damaged(&again) < damaged(&workbook)
    {
        return Ok(again);
    }
    Ok(workbook)
}

fn xlsx_sheets(bytes: &[u8], has_merged: bool, limits: &Limits) -> Result<Workbook, Problem> {
    let mut file = guarded(|| Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_problem(&error)))?;
    let epoch = epoch(file.has_1904_epoch());
    let sheets = worksheets(file.sheets_metadata(), limits)?;
    let mut book = Book::new(WorkbookFormat::Xlsx, limits);
    for (name, visibility) in sheets {
        book.sheet(&name, visibility, |sheet| {
            sheet.epoch = Some(epoch);
            let cells = match xlsx_cells(&mut file, &name, epoch, sheet) {
                // A formula that cannot be understood must not cost the values beside it.
                Err(problem) if problem.code == ProblemCode::Corrupt => {
                    sheet.restart();
                    xlsx_values(&mut file, &name, epoch, sheet)
                }
                other => other,
            };
            cells?;
            if has_merged { xlsx_merged(&mut file, &name, sheet) } else { Ok(()) }
        })?;
    }
    Ok(book.workbook)
}

/// What the cells of the one visible sheet of an xlsx refer to, and its name, as the library understands them: it reads
/// `probe`, which is the file with the sheet of [`probe_sheet`] for its own.
pub fn xlsx_tables(
    probe: &[u8],
    (styles, texts): (usize, usize),
    limits: &Limits,
) -> Result<(String, Tables), AsAWhole> {
    let read = guarded(|| {
        let mut file = Xlsx::new(Cursor::new(probe)).map_err(|error| xlsx_problem(&error))?;
        let epoch = epoch(file.has_1904_epoch());
        let sheets = worksheets(file.sheets_metadata(), limits)?;
        let [(name, Visibility::Visible)] = sheets.as_slice() else { return Ok(None) };
        let mut tables = Tables {
            texts: vec![Box::default(); texts],
            styles: vec![Meaning::Number; styles],
            epoch,
        };
        let mut reader = file.worksheet_cells_reader(name).map_err(|error| xlsx_problem(&error))?;
        while let Some(cell) = reader.next_cell().map_err(|error| xlsx_problem(&error))? {
            let (row, column) = cell.get_position();
            let text = row.checked_sub(1).and_then(|row| tables.texts.get_mut(row as usize));
            match (cell.get_value(), text, tables.styles.get_mut(column as usize)) {
                (DataRef::SharedString(said), Some(text), _) => *text = (*said).into(),
                (DataRef::String(said), Some(text), _) => *text = said.as_str().into(),
                (DataRef::DateTime(value), None, Some(style)) => {
                    *style = if value.is_duration() { Meaning::Duration } else { Meaning::Date };
                }
                _ => {}
            }
        }
        Ok(Some((name.clone(), tables)))
    });
    read.ok().flatten().ok_or(AsAWhole)
}

/// The XML of a sheet that has a number of each style in row 1 and each shared text below it, in their order.
pub fn probe_sheet(styles: usize, texts: usize) -> String {
    use std::fmt::Write as _;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet \
         xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    // Writing into memory does not fail.
    let _ = write!(xml, "<row r=\"1\">");
    for style in 0..styles {
        let column = readings::column_letters(u32::try_from(style).unwrap_or(u32::MAX));
        let _ = write!(xml, "<c r=\"{column}1\" s=\"{style}\"><v>45000.25</v></c>");
    }
    for row in 0..texts {
        let _ = write!(xml, "</row><row r=\"{0}\"><c r=\"A{0}\" t=\"s\"><v>{row}</v></c>", row + 2);
    }
    xml.push_str("</row></sheetData></worksheet>");
    xml
}

fn xlsx_cells(
    file: &mut Xlsx<Input<'_>>,
    name: &str,
    epoch: Epoch,
    sheet: &mut SheetCells<'_, '_>,
) -> Result<(), Problem> {
    let mut reader = file.worksheet_cells_reader(name).map_err(|error| xlsx_problem(&error))?;
    while let Some(cell) =
        reader.next_cell_with_formula_metadata().map_err(|error| xlsx_problem(&error))?
    {
        let (row, column) = cell.pos;
        if cell.formula.is_some() && matches!(cell.value, DataRef::Empty) {
            sheet.push(row, column, CellValue::FormulaWithoutValue)?;
        } else {
            push_ref(sheet, row, column, &cell.value, epoch)?;
        }
    }
    Ok(())
}

/// The same without looking at formulas.
fn xlsx_values(
    file: &mut Xlsx<Input<'_>>,
    name: &str,
    epoch: Epoch,
    sheet: &mut SheetCells<'_, '_>,
) -> Result<(), Problem> {
    let mut reader = file.worksheet_cells_reader(name).map_err(|error| xlsx_problem(&error))?;
    while let Some(cell) = reader.next_cell().map_err(|error| xlsx_problem(&error))? {
        let (row, column) = cell.get_position();
        push_ref(sheet, row, column, cell.get_value(), epoch)?;
    }
    Ok(())
}

fn xlsx_merged(
    file: &mut Xlsx<Input<'_>>,
    name: &str,
    sheet: &mut SheetCells<'_, '_>,
) -> Result<(), Problem> {
    for Dimensions { start, end } in
        file.merge_cells_by_sheet_name(name).map_err(|error| xlsx_problem(&error))?
    {
        sheet.merge(start, end)?;
    }
    Ok(())
}

/// Reads an xlsb whose archive was measured.
pub fn read_xlsb(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let mended = repair::with_sound_records(bytes, limits);
    let bytes = mended.as_deref().unwrap_or(bytes);
    let mut file = guarded(|| Xlsb::new(Cursor::new(bytes)).map_err(|error| xlsb_problem(&error)))?;
    let epoch = epoch(file.has_1904_epoch());
    let sheets = worksheets(file.sheets_metadata(), limits)?;
    let mut book = Book::new(WorkbookFormat::Xlsb, limits);
    for (name, visibility) in sheets {
        book.sheet(&name, visibility, |sheet| {
            sheet.epoch = Some(epoch);
            let mut reader =
                file.worksheet_cells_reader(&name).map_err(|error| xlsb_problem(&error))?;
            while let Some(cell) = reader.next_cell().map_err(|error| xlsb_problem(&error))? {
                let (row, column) = cell.get_position();
                push_ref(sheet, row, column, cell.get_value(), epoch)?;
            }
            Ok(())
        })?;
    }
    Ok(book.workbook)
}

/// Reads an xls; `stream` is its workbook stream, which tells whether it is protected before the library tries.
pub fn read_xls(bytes: &[u8], stream: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    if is_protected(stream) {
        return Err(Problem::of_file(
            ProblemCode::Encrypted,
            "The workbook is protected by a password.",
        ));
    }
    let (mut file, unknown_page) = guarded(|| open_xls(bytes, stream))?;
    let epoch = epoch(file.has_1904_epoch());
    let sheets = worksheets(file.sheets_metadata(), limits)?;
    let mut book = Book::new(WorkbookFormat::Xls, limits);
    for (name, visibility) in sheets {
        book.sheet(&name, visibility, |sheet| {
            sheet.epoch = Some(epoch);
            #[expect(
                clippy::disallowed_methods,
                reason = "the library has no stream of cells for xls"
            )]
            let range = file.worksheet_range(&name).map_err(|error| xls_problem(&error))?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
                let column = left.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
                push(sheet, row, column, value, epoch)?;
            }
            for Dimensions { start, end } in
                file.merge_cells_by_sheet_name(&name).map_err(|error| xls_problem(&error))?
            {
                sheet.merge(start, end)?;
            }
            Ok(())
        })?;
    }
    if let Some(page) = unknown_page {
        codepage::reread(&mut book.workbook, page);
    }
    Ok(book.workbook)
}

/// Opens an xls; where its code page is not known, with another one, and says which it stated.
fn open_xls<'a>(bytes: &'a [u8], stream: &[u8]) -> Result<(Xls<Input<'a>>, Option<u16>), Problem> {
    let error = match Xls::new(Cursor::new(bytes)) {
        Ok(file) => return Ok((file, None)),
        Err(error) => error,
    };
    let stated = head(stream)
        .find(|(kind, _)| *kind == CODE_PAGE)
        .and_then(|(_, body)| body.first_chunk::<2>());
    if let (XlsError::Cfb(_), Some(page)) = (&error, stated) {
        let mut options = XlsOptions::default();
        options.force_codepage = Some(codepage::STAND_IN);
        if let Ok(file) = Xls::new_with_options(Cursor::new(bytes), options) {
            return Ok((file, Some(u16::from_le_bytes(*page))));
        }
    }
    Err(xls_problem(&error))
}

/// Whether the head of a workbook stream announces encryption, of whichever method.
fn is_protected(stream: &[u8]) -> bool {
    head(stream).any(|(kind, body)| kind == FILE_PASS && !body.is_empty())
}

const CODE_PAGE: u16 = 0x0042;
const FILE_PASS: u16 = 0x002F;
const SHEET: u16 = 0x0085;
const END_OF_PART: u16 = 0x000A;

/// The records at the head of a workbook stream, up to the first sheet.
fn head(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (start, after) = rest.split_first_chunk::<4>()?;
        let kind = u16::from_le_bytes([start[0], start[1]]);
        let length = usize::from(u16::from_le_bytes([start[2], start[3]]));
        let body = after.get(..length)?;
        rest = &after[length..];
        (kind != SHEET && kind != END_OF_PART).then_some((kind, body))
    })
    .take(200)
}

/// The sheets of a workbook while they are read: one that is damaged is a problem, the others are still read.
struct Book<'a> {
    collector: Collector<'a>,
    workbook: Workbook,
}

impl<'a> Book<'a> {
    fn new(format: WorkbookFormat, limits: &'a Limits) -> Self {
        Self {
            collector: Collector::new(limits),
            workbook: Workbook { format, sheets: Vec::new(), problems: Vec::new() },
        }
    }

    fn sheet(
        &mut self,
        name: &str,
        visibility: Visibility,
        read: impl FnOnce(&mut SheetCells<'_, '_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut sheet = self.collector.sheet(name, visibility);
        let outcome = guarded(|| read(&mut sheet));
        let (sheet, problems) = sheet.finish();
        self.workbook.problems.extend(problems);
        match outcome {
            Ok(()) => self.workbook.sheets.push(sheet),
            // A limit of the whole file ends the reading; one of the sheet, or damage, costs that sheet only.
            Err(problem)
                if problem.code == ProblemCode::LimitExceeded && problem.sheet.is_none() =>
            {
                return Err(problem);
            }
            Err(problem) => {
                self.workbook.problems.push(Problem { sheet: Some(name.to_owned()), ..problem });
            }
        }
        Ok(())
    }
}

/// Runs the library; where it panics over a damaged file, the file is damaged.
fn guarded<T>(read: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(corrupt("The file contradicts itself, and reading it had to be stopped."))
    })
}

fn worksheets(
    sheets: &[calamine::Sheet],
    limits: &Limits,
) -> Result<Vec<(String, Visibility)>, Problem> {
    if sheets.len() > limits.sheets {
        return Err(exceeded(format!(
            "The workbook has {} sheets; the limit is {} (sheets).",
            sheets.len(),
            limits.sheets
        )));
    }
    Ok(sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| {
            let visibility = match sheet.visible {
                SheetVisible::Visible => Visibility::Visible,
                SheetVisible::Hidden | SheetVisible::VeryHidden => Visibility::Hidden,
            };
            (sheet.name.clone(), visibility)
        })
        .collect())
}

fn epoch(is_1904: bool) -> Epoch {
    if is_1904 { Epoch::Y1904 } else { Epoch::Y1900 }
}

fn push_ref(
    sheet: &mut SheetCells<'_, '_>,
    row: u32,
    column: u32,
    value: &DataRef<'_>,
    epoch: Epoch,
) -> Result<(), Problem> {
    match value {
        DataRef::Empty => Ok(()),
        DataRef::String(text) | DataRef::DurationIso(text) => sheet.push_text(row, column, text),
        DataRef::SharedString(text) => sheet.push_text(row, column, text),
        DataRef::Int(number) => sheet.push(row, column, whole(*number)),
        DataRef::Float(number) => sheet.push(row, column, CellValue::Number(*number)),
        DataRef::Bool(value) => sheet.push(row, column, CellValue::Boolean(*value)),
        DataRef::DateTime(value) => sheet.push(row, column, calendar(value, epoch)),
        DataRef::DateTimeIso(text) => push_iso(sheet, row, column, text),
        DataRef::Error(error) => sheet.push_error(row, column, error_text(error)),
    }
}

fn push(
    sheet: &mut SheetCells<'_, '_>,
    row: u32,
    column: u32,
    value: &Data,
    epoch: Epoch,
) -> Result<(), Problem> {
    match value {
        Data::Empty => Ok(()),
        Data::String(text) | Data::DurationIso(text) => sheet.push_text(row, column, text),
        Data::Int(number) => sheet.push(row, column, whole(*number)),
        Data::Float(number) => sheet.push(row, column, CellValue::Number(*number)),
        Data::Bool(value) => sheet.push(row, column, CellValue::Boolean(*value)),
        Data::DateTime(value) => sheet.push(row, column, calendar(value, epoch)),
        Data::DateTimeIso(text) => push_iso(sheet, row, column, text),
        Data::Error(error) => sheet.push_error(row, column, error_text(error)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers of these formats have at most 32 bits"
)]
fn whole(number: i64) -> CellValue {
    CellValue::Number(number as f64)
}

fn calendar(value: &ExcelDateTime, epoch: Epoch) -> CellValue {
    let serial = value.as_f64();
    if value.is_duration() {
        return CellValue::Duration(serial);
    }
    date_time(serial, epoch).map_or(CellValue::Number(serial), CellValue::DateTime)
}

fn push_iso(
    sheet: &mut SheetCells<'_, '_>,
    row: u32,
    column: u32,
    text: &str,
) -> Result<(), Problem> {
    match iso_date_time(text) {
        Some(value) => sheet.push(row, column, CellValue::DateTime(value)),
        None => sheet.push_text(row, column, text),
    }
}

/// A date, a date and time, or a time alone (which then stands on the day before the first, as in serial numbers).
pub(super) fn iso_date_time(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches('Z');
    text.parse::<DateTime>().ok().or_else(|| {
        let time: Time = text.parse().ok()?;
        Some(Date::constant(1899, 12, 31).to_datetime(time))
    })
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

fn xlsx_problem(error: &XlsxError) -> Problem {
    match error {
        XlsxError::Password => protected(),
        other => corrupt(format!("The workbook is damaged: {other}.")),
    }
}

fn xlsb_problem(error: &XlsbError) -> Problem {
    match error {
        XlsbError::Password => protected(),
        other => corrupt(format!("The workbook is damaged: {other}.")),
    }
}

fn xls_problem(error: &XlsError) -> Problem {
    match error {
        XlsError::Password => protected(),
        other => corrupt(format!("The workbook is damaged: {other}.")),
    }
}

fn protected() -> Problem {
    Problem::of_file(ProblemCode::Encrypted, "The workbook is protected by a password.")
}
