//! The XML tables of Excel 2003 (SpreadsheetML), often named .xls.
//!
//! Streamed. Values are typed and dates are written as such, so no epoch and no format has to be known.

use quick_xml::events::{BytesStart, Event};
use readings::Problem;

use super::cells::{CellValue, Visibility, Workbook, WorkbookFormat};
use super::collect::{Collector, SheetCells};
use super::limits::{Limits, exceeded};
use super::refusal::corrupt;
use super::spreadsheet::iso_date_time;
use super::xml::{self, Xml, attribute, resolved};

/// Reads every worksheet.
pub fn read(text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    let mut xml = xml::reader(text.as_bytes());
    let mut buffer = Vec::new();
    let mut collector = Collector::new(limits);
    let mut workbook = Workbook {
        format: WorkbookFormat::SpreadsheetMl,
        sheets: Vec::new(),
        problems: Vec::new(),
    };
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) if tag.local_name().as_ref() == "Worksheet" => {
                if workbook.sheets.len() >= limits.sheets {
                    return Err(exceeded(format!(
                        "The workbook has more than {} sheets (sheets).",
                        limits.sheets
                    )));
                }
                let name = attribute(&tag, "Name").unwrap_or_default();
                let mut sheet = collector.sheet(name, Visibility::Visible);
                let mut reading = SheetXml { xml: &mut xml, buffer: Vec::new(), row: 0 };
                let outcome = reading.read(&mut sheet);
                let (sheet, problems) = sheet.finish();
                workbook.problems.extend(problems);
                match outcome {
                    Ok(()) => workbook.sheets.push(sheet),
                    Err(problem) if workbook.sheets.is_empty() => return Err(problem),
                    // What follows a sheet that is left in its middle cannot be told from it: the file ends here.
                    Err(problem) => {
                        workbook.problems.push(Problem { sheet: Some(sheet.name), ..problem });
                        return Ok(workbook);
                    }
                }
            }
            Ok(Event::Eof) if workbook.sheets.is_empty() => {
                return Err(corrupt("The table of Excel 2003 holds no sheet: it is cut off."));
            }
            Ok(Event::Eof) => return Ok(workbook),
            Ok(_) => {}
            Err(error) if workbook.sheets.is_empty() => return Err(damaged(&error)),
            Err(error) => {
                workbook.problems.push(damaged(&error));
                return Ok(workbook);
            }
        }
    }
}

struct SheetXml<'x, 'a> {
    xml: &'x mut Xml<'a>,
    buffer: Vec<u8>,
    /// The row that comes next.
    row: u32,
}

/// What the tag of a cell says.
struct CellTag {
    column: u32,
    across: u32,
    down: u32,
    has_formula: bool,
}

impl SheetXml<'_, '_> {
    fn read(&mut self, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        let mut in_visible = false;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "Row" => {
                        if let Some(index) = index(&tag) {
                            self.row = index;
                        }
                        let span = number(&tag, "Span").unwrap_or(0);
                        self.read_row(sheet)?;
                        self.row = self.row.saturating_add(span).saturating_add(1);
                    }
                    "Visible" => in_visible = true,
                    _ => {}
                },
                Event::Text(text) if in_visible && text.xml10_content().contains("Hidden") => {
                    sheet.hide();
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "Visible" => in_visible = false,
                    "Worksheet" => return Ok(()),
                    _ => {}
                },
                Event::Eof => return Err(corrupt("The file ends within a sheet: it is cut off.")),
                _ => {}
            }
        }
    }

    fn read_row(&mut self, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        let mut column = 0_u32;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) if tag.local_name().as_ref() == "Cell" => {
                    let cell = CellTag {
                        column: index(&tag).unwrap_or(column),
                        across: number(&tag, "MergeAcross").unwrap_or(0),
                        down: number(&tag, "MergeDown").unwrap_or(0),
                        has_formula: attribute(&tag, "Formula").is_some(),
                    };
                    self.read_cell(&cell, sheet)?;
                    column = cell.column.saturating_add(cell.across).saturating_add(1);
                }
                Event::End(tag) if tag.local_name().as_ref() == "Row" => return Ok(()),
                Event::Eof => return Err(corrupt("The file ends within a row: it is cut off.")),
                _ => {}
            }
        }
    }

    fn read_cell(&mut self, cell: &CellTag, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        let mut kind: Option<String> = None;
        let mut text = String::new();
        let mut in_data = false;
        let mut in_comment = false;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "Comment" => in_comment = true,
                    "Data" if !in_comment => {
                        kind = attribute(&tag, "Type");
                        in_data = true;
                    }
                    _ => {}
                },
                Event::Text(part) if in_data => text.push_str(&part.xml10_content()),
                Event::CData(part) if in_data => text.push_str(&part.xml10_content()),
                Event::GeneralRef(part) if in_data => {
                    text.push_str(&resolved(&part.xml10_content()));
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "Comment" => in_comment = false,
                    "Data" => in_data = false,
                    "Cell" => break,
                    _ => {}
                },
                Event::Eof => return Err(corrupt("The file ends within a cell: it is cut off.")),
                _ => {}
            }
        }
        let (row, column) = (self.row, cell.column);
        if cell.across > 0 || cell.down > 0 {
            let end = (row.saturating_add(cell.down), column.saturating_add(cell.across));
            sheet.merge((row, column), end)?;
        }
        push(sheet, (row, column), kind.as_deref(), &text, cell.has_formula)
    }
}

fn push(
    sheet: &mut SheetCells<'_, '_>,
    (row, column): (u32, u32),
    kind: Option<&str>,
    text: &str,
    has_formula: bool,
) -> Result<(), Problem> {
    let bare = text.trim();
    match kind {
        None | Some("String" | "Number" | "DateTime" | "Boolean") if bare.is_empty() => {
            if has_formula && kind != Some("String") {
                sheet.push(row, column, CellValue::FormulaWithoutValue)
            } else {
                Ok(())
            }
        }
        Some("Number") => match bare.parse::<f64>() {
            Ok(value) if value.is_finite() => sheet.push(row, column, CellValue::Number(value)),
            _ => sheet.push_text(row, column, text),
        },
        Some("DateTime") => match iso_date_time(bare) {
            Some(value) => sheet.push(row, column, CellValue::DateTime(value)),
            None => sheet.push_text(row, column, text),
        },
        Some("Boolean") => {
            sheet.push(row, column, CellValue::Boolean(matches!(bare, "1" | "true")))
        }
        Some("Error") => {
            sheet.push_error(row, column, if bare.is_empty() { "#VALUE!" } else { bare })
        }
        _ => sheet.push_text(row, column, text),
    }
}

/// The position that a row or cell states, counted from 1 in the file and from 0 here.
fn index(tag: &BytesStart<'_>) -> Option<u32> {
    number(tag, "Index").and_then(|number| number.checked_sub(1))
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name).and_then(|value| value.trim().parse().ok())
}

fn damaged(error: &quick_xml::Error) -> Problem {
    xml::damaged("table of Excel 2003", error)
}

#[cfg(test)]
mod tests {
    use readings::CellAddress;

    use super::*;

    const BOOK: &str = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Worksheet ss:Name="Zähler &amp; mehr"><Table>
  <Row><Cell ss:MergeAcross="1"><Data ss:Type="String">R&amp;D <B>bold</B></Data><Comment><ss:Data>note</ss:Data></Comment></Cell><Cell><Data ss:Type="Number">1.5</Data></Cell></Row>
  <Row ss:Index="4" ss:Span="2"><Cell ss:Index="3"><Data ss:Type="DateTime">2024-02-29T00:00:00.000</Data></Cell></Row>
  <Row><Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell><Cell ss:Formula="=RC[-1]"/><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
 </Table></Worksheet>
 <Worksheet ss:Name="T"><Table/><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
</Workbook>"#;

    #[test]
    fn values_positions_and_hidden_sheets() {
        let workbook = read(BOOK, &Limits::default()).unwrap();
        assert_eq!(workbook.problems, []);
        let sheet = &workbook.sheets[0];
        assert_eq!(sheet.name, "Zähler & mehr");
        let cells: Vec<_> =
            sheet.cells.iter().map(|cell| format!("{} {:?}", cell.at, cell.value)).collect();
        assert_eq!(
            cells,
            [
                "A1 Text(\"R&D bold\")",
                "C1 Number(1.5)",
                "C4 DateTime(2024-02-29T00:00:00)",
                "A7 Error(\"#DIV/0!\")",
                "B7 FormulaWithoutValue",
                "C7 Boolean(true)",
            ]
        );
        assert_eq!(sheet.merged, [(CellAddress::new(0, 0), CellAddress::new(0, 1))]);
        assert_eq!(workbook.sheets[1].visibility, Visibility::Hidden);
    }

    #[test]
    fn a_cut_file_is_damaged_and_keeps_the_sheets_before_the_cut() {
        let cut = &BOOK[..BOOK.find("</Table>").unwrap()];
        assert!(read(cut, &Limits::default()).is_err());
        let cut = &BOOK[..BOOK.find("<WorksheetOptions>").unwrap()];
        let workbook = read(cut, &Limits::default()).unwrap();
        assert_eq!(workbook.sheets.len(), 1);
        assert_eq!(workbook.problems[0].sheet.as_deref(), Some("T"));
    }

    #[test]
    fn an_ampersand_that_begins_nothing_is_one() {
        let book = BOOK.replace("R&amp;D", "R & D");
        let workbook = read(&book, &Limits::default()).unwrap();
        assert!(format!("{:?}", workbook.sheets[0].cells[0].value).contains("R & D"));
    }
}
