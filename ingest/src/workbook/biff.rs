//! Worksheets of Excel 2 to 4: a plain stream of records, without a container.
//!
//! Own code, because the library reads these only within a container, where they never are. Meters that log to such
//! files are still at work.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};
use readings::{Problem, ProblemCode};

use super::cells::{CellValue, Visibility, Workbook, WorkbookFormat};
use super::collect::{Collector, SheetCells};
use super::limits::{Limits, exceeded};
use super::refusal::corrupt;
use super::serial::{Epoch, date_time};

/// The generations of the format, by the number of their first record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generation {
    Two,
    ThreeOrFour,
}

/// What a number format makes of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Date,
    Elapsed,
}

/// Where a value stands, and the number of its format.
struct Place {
    row: u32,
    column: u32,
    shape: Shape,
}

const FIRST_RECORDS: [u16; 3] = [0x0009, 0x0209, 0x0409];
/// The kind of stream, in the first record: a worksheet.
const WORKSHEET: u16 = 0x0010;

/// Reads the worksheets of a stream that begins with the first record of Excel 2, 3 or 4.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let mut collector = Collector::new(limits);
    let mut workbook =
        Workbook { format: WorkbookFormat::Xls, sheets: Vec::new(), problems: Vec::new() };
    let mut rest = bytes;
    let mut book = Book { encoding: WINDOWS_1252, epoch: Epoch::Y1900, name: None, cut: false };
    while let Some((kind, body)) = record(&mut rest) {
        if !FIRST_RECORDS.contains(&kind) {
            book.note(kind, body);
            continue;
        }
        let is_sheet = body.get(2..4).is_some_and(|kind| kind == WORKSHEET.to_le_bytes());
        // A book of Excel 4 has a part of its own in front, which holds names and no cells.
        if !is_sheet {
            continue;
        }
        if workbook.sheets.len() >= limits.sheets {
            return Err(exceeded(format!(
                "The workbook has more than {} sheets (sheets).",
                limits.sheets
            )));
        }
        let name =
            book.name.take().unwrap_or_else(|| format!("Sheet {}", workbook.sheets.len() + 1));
        let generation =
            if kind == FIRST_RECORDS[0] { Generation::Two } else { Generation::ThreeOrFour };
        let mut sheet = collector.sheet(name, Visibility::Visible);
        book.read_sheet(&mut rest, generation, &mut sheet)?;
        sheet.epoch = Some(book.epoch);
        let (sheet, problems) = sheet.finish();
        workbook.problems.extend(problems);
        workbook.sheets.push(sheet);
    }
    if workbook.sheets.is_empty() {
        return Err(corrupt("The file begins like a worksheet of Excel 2 to 4 but holds none."));
    }
    if book.cut {
        workbook.problems.push(corrupt("The file is cut off; the cells before the cut were read."));
    }
    Ok(workbook)
}

/// What holds for the whole stream.
struct Book {
    encoding: &'static Encoding,
    epoch: Epoch,
    /// The name of the next sheet, where a book of Excel 4 states it.
    name: Option<String>,
    /// Whether the stream ended within a sheet.
    cut: bool,
}

impl Book {
    /// Takes a record that is not of a cell.
    fn note(&mut self, kind: u16, body: &[u8]) {
        match kind {
            0x0022 if short(body, 0) == Some(1) => self.epoch = Epoch::Y1904,
            0x0042 => {
                let is_macintosh = matches!(short(body, 0), Some(10_000 | 0x8000));
                self.encoding = if is_macintosh { MACINTOSH } else { WINDOWS_1252 };
            }
            0x008F => {
                let length = body.get(4).copied().map_or(0, usize::from);
                self.name = body.get(5..5 + length).map(|name| self.text(name));
            }
            _ => {}
        }
    }

    fn read_sheet(
        &mut self,
        rest: &mut &[u8],
        generation: Generation,
        sheet: &mut SheetCells<'_, '_>,
    ) -> Result<(), Problem> {
        let mut formats: Vec<Shape> = Vec::new();
        let mut styles: Vec<Shape> = Vec::new();
        let mut pending: Option<Place> = None;
        while let Some((kind, body)) = record(rest) {
            match kind {
                0x000A => return Ok(()),
                0x002F if !body.is_empty() => {
                    return Err(Problem::of_file(
                        ProblemCode::Encrypted,
                        "The workbook is protected by a password.",
                    ));
                }
                0x001E => formats.push(shape(body.get(1..).unwrap_or_default())),
                0x041E => formats.push(shape(body.get(3..).unwrap_or_default())),
                0x0243 | 0x0443 => {
                    let format = body.get(1).and_then(|format| formats.get(usize::from(*format)));
                    styles.push(format.copied().unwrap_or(Shape::Plain));
                }
                0x0007 | 0x0207 => {
                    if let Some(place) = pending.take() {
                        let text = self.label(body, generation);
                        sheet.push_text(place.row, place.column, &text)?;
                    }
                }
                _ => {
                    let style = |at: &[u8]| match generation {
                        Generation::Two => {
                            at.get(5).and_then(|style| formats.get(usize::from(style & 0x3F)))
                        }
                        Generation::ThreeOrFour => {
                            short(at, 4).and_then(|style| styles.get(usize::from(style)))
                        }
                    };
                    let shape = style(body).copied().unwrap_or(Shape::Plain);
                    if let (Some(row), Some(column)) = (short(body, 0), short(body, 2)) {
                        let place = Place { row: row.into(), column: column.into(), shape };
                        pending = self.read_cell(kind, body, place, sheet)?.or(pending);
                    }
                    self.note(kind, body);
                }
            }
        }
        self.cut = true;
        Ok(())
    }

    /// Reads a record if it is of a cell; the place comes back where its text follows in a record of its own.
    fn read_cell(
        &self,
        kind: u16,
        body: &[u8],
        place: Place,
        sheet: &mut SheetCells<'_, '_>,
    ) -> Result<Option<Place>, Problem> {
        let (generation, at) =
            if kind < 0x0080 { (Generation::Two, 7) } else { (Generation::ThreeOrFour, 6) };
        let rest = body.get(at..).unwrap_or_default();
        let number = |sheet: &mut SheetCells<'_, '_>, number: f64| {
            sheet.push(place.row, place.column, self.value(number, place.shape))
        };
        match kind {
            0x0002 => short(rest, 0).map_or(Ok(()), |whole| number(sheet, whole.into()))?,
            0x0003 | 0x0203 => double(rest).map_or(Ok(()), |value| number(sheet, value))?,
            0x027E => {
                rest.first_chunk().map_or(Ok(()), |packed| number(sheet, unpacked(*packed)))?;
            }
            0x0004 | 0x0204 | 0x00D6 => {
                let text = self.label(rest, generation);
                sheet.push_text(place.row, place.column, &text)?;
            }
            0x0005 | 0x0205 => {
                if let [value, is_error, ..] = rest {
                    push_boolean_or_error(*value, *is_error == 1, &place, sheet)?;
                }
            }
            0x0006 | 0x0206 | 0x0406 => match rest.first_chunk::<8>() {
                Some([0, .., 0xFF, 0xFF]) => return Ok(Some(place)),
                Some([kind @ (1 | 2), _, value, .., 0xFF, 0xFF]) => {
                    push_boolean_or_error(*value, *kind == 2, &place, sheet)?;
                }
                Some([.., 0xFF, 0xFF]) | None => {}
                Some(value) => number(sheet, f64::from_le_bytes(*value))?,
            },
            _ => {}
        }
        Ok(None)
    }

    fn value(&self, number: f64, shape: Shape) -> CellValue {
        match shape {
            Shape::Plain => CellValue::Number(number),
            Shape::Elapsed => CellValue::Duration(number),
            Shape::Date => {
                date_time(number, self.epoch).map_or(CellValue::Number(number), CellValue::DateTime)
            }
        }
    }

    /// A text with its length in front: one byte in Excel 2, two later.
    fn label(&self, body: &[u8], generation: Generation) -> String {
        let (length, start) = match generation {
            Generation::Two => (body.first().copied().map_or(0, usize::from), 1),
            Generation::ThreeOrFour => (short(body, 0).map_or(0, usize::from), 2),
        };
        let body = body.get(start..).unwrap_or_default();
        self.text(&body[..length.min(body.len())])
    }

    fn text(&self, bytes: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

fn push_boolean_or_error(
    value: u8,
    is_error: bool,
    place: &Place,
    sheet: &mut SheetCells<'_, '_>,
) -> Result<(), Problem> {
    if !is_error {
        return sheet.push(place.row, place.column, CellValue::Boolean(value != 0));
    }
    let error = match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#VALUE!",
    };
    sheet.push_error(place.row, place.column, error)
}

/// What a format string makes of a number, by the letters outside its quotes.
fn shape(format: &[u8]) -> Shape {
    let mut letters = Vec::new();
    let mut quoted = false;
    let mut bytes = format.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' | b'_' | b'*' => {
                bytes.next();
            }
            _ if quoted => {}
            byte => letters.push(byte.to_ascii_lowercase()),
        }
    }
    let text = String::from_utf8_lossy(&letters).replace("general", "");
    if text.contains("[h") || text.contains("[m]") || text.contains("[s") {
        Shape::Elapsed
    } else if text.replace("[red]", "").contains(['d', 'm', 'y', 'h', 's'])
        && !text.contains(['0', '#'])
    {
        Shape::Date
    } else {
        Shape::Plain
    }
}

/// A number packed into 30 bits, perhaps divided by 100.
fn unpacked(packed: [u8; 4]) -> f64 {
    let bits = u32::from_le_bytes(packed);
    let number = if bits & 2 == 0 {
        f64::from_bits(u64::from(bits & !3) << 32)
    } else {
        f64::from(i32::from_le_bytes(packed) >> 2)
    };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

/// The next record: its number and its body; none at the end, or where it is cut.
fn record<'a>(rest: &mut &'a [u8]) -> Option<(u16, &'a [u8])> {
    let (kind, length) = (short(rest, 0)?, usize::from(short(rest, 2)?));
    let body = rest.get(4..4 + length)?;
    *rest = &rest[4 + length..];
    Some((kind, body))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn double(bytes: &[u8]) -> Option<f64> {
    bytes.first_chunk().map(|bytes| f64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, body) in records {
            bytes.extend(kind.to_le_bytes());
            bytes.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
            bytes.extend(*body);
        }
        bytes
    }

    #[test]
    fn cells_of_excel_2_are_read() {
        let file = stream(&[
            (0x0009, &[2, 0, 0x10, 0]),
            (0x001E, b"\x07General"),
            (0x001E, b"\x0Ayyyy-mm-dd"),
            (0x0004, b"\0\0\0\0\0\0\0\x03kWh"),
            (0x0002, b"\x01\0\0\0\0\x01\0\x01\x00"),
            (0x0003, &[&b"\x02\0\0\0\0\0\0"[..], &1.5_f64.to_le_bytes()].concat()),
            (0x0005, b"\x03\0\0\0\0\0\0\x17\x01"),
            (0x000A, &[]),
        ]);
        let workbook = read(&file, &Limits::default()).unwrap();
        let values: Vec<_> =
            workbook.sheets[0].cells.iter().map(|cell| cell.value.clone()).collect();
        assert_eq!(
            values,
            [
                CellValue::Text("kWh".into()),
                CellValue::DateTime("1900-01-01T00:00:00".parse().unwrap()),
                CellValue::Number(1.5),
                CellValue::Error("#REF!".into()),
            ]
        );
        assert_eq!(workbook.problems, []);
        assert_eq!(read(&file[..file.len() - 6], &Limits::default()).unwrap().problems.len(), 1);
    }

    #[test]
    fn formats_are_told_apart() {
        for (format, expected) in [
            ("General", Shape::Plain),
            ("#,##0;[Red]-#,##0", Shape::Plain),
            ("0.00E+00", Shape::Plain),
            ("\"days\" 0", Shape::Plain),
            ("d-mmm-yy", Shape::Date),
            ("h:mm AM/PM", Shape::Date),
            ("[h]:mm", Shape::Elapsed),
        ] {
            assert!(shape(format.as_bytes()) == expected, "{format}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(rest: Vec<u8>) {
            let _ = read(&[b"\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00", rest.as_slice()].concat(), &Limits::default());
        }
    }
}
