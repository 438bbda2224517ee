//! Open document spreadsheets, streamed from `content.xml`.
//!
//! Own code, because pretty-printed files and files without their `mimetype` entry are valid and common, and because
//! a repeated row of a few bytes must not become a million rows in memory.

use jiff::SignedDuration;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use readings::{Problem, ProblemCode};

use super::archive;
use super::cells::{CellValue, Visibility, Workbook, WorkbookFormat};
use super::collect::{Collector, SheetCells};
use super::limits::{Limits, exceeded};
use super::refusal::{Refusal, corrupt};
use super::spreadsheet::iso_date_time;
use super::xml::{self, Xml, attribute, resolved};

/// Reads an ods whose archive was measured.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Problem> {
    let mut archive = archive::open(bytes, limits)?;
    let mimetype = archive::entry_bytes(&mut archive, "mimetype", limits)?.unwrap_or_default();
    let mimetype = String::from_utf8_lossy(&mimetype);
    // The tables of OpenOffice 1 (.sxc) have no element around them that says what they are.
    let is_first_generation = mimetype.contains("vnd.sun.xml.calc");
    if !mimetype.is_empty()
        && !mimetype.contains("opendocument.spreadsheet")
        && !is_first_generation
    {
        return Err(
            Refusal::not_a_workbook("This is an open document, but not a spreadsheet.").problem()
        );
    }
    if let Some(manifest) = archive::entry_bytes(&mut archive, "meta-inf/manifest.xml", limits)?
        && String::from_utf8_lossy(&manifest).contains("encryption-data")
    {
        return Err(Problem::of_file(
            ProblemCode::Encrypted,
            "The workbook is protected by a password.",
        ));
    }
    let content = archive::entry_bytes(&mut archive, "content.xml", limits)?
        .ok_or_else(|| corrupt("The part content.xml is missing."))?;
    let mut content = Content::new(&content, limits);
    content.is_spreadsheet = is_first_generation;
    content.read()
}

/// Reads an open document that is one text without an archive (.fods).
pub fn read_flat(text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    Content::new(text.as_bytes(), limits).read()
}

struct Content<'a> {
    xml: Xml<'a>,
    buffer: Vec<u8>,
    collector: Collector<'a>,
    workbook: Workbook,
    hidden_styles: Vec<String>,
    is_spreadsheet: bool,
}

impl<'a> Content<'a> {
    fn new(content: &'a [u8], limits: &'a Limits) -> Self {
        Self {
            xml: xml::reader(content),
            buffer: Vec::new(),
            collector: Collector::new(limits),
            workbook: Workbook {
                format: WorkbookFormat::Ods,
                sheets: Vec::new(),
                problems: Vec::new(),
            },
            hidden_styles: Vec::new(),
            is_spreadsheet: false,
        }
    }

    fn read(mut self) -> Result<Workbook, Problem> {
        let mut style = String::new();
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "spreadsheet" => self.is_spreadsheet = true,
                    "style" => style = attribute(&tag, "name").unwrap_or_default(),
                    "table-properties"
                        if attribute(&tag, "display").as_deref() == Some("false") =>
                    {
                        self.hidden_styles.push(style.clone());
                    }
                    "table" if self.is_spreadsheet => {
                        let name = attribute(&tag, "name").unwrap_or_default();
                        let hidden = attribute(&tag, "style-name")
                            .is_some_and(|style| self.hidden_styles.contains(&style));
                        self.read_sheet(
                            name,
                            if hidden { Visibility::Hidden } else { Visibility::Visible },
                        )?;
                    }
                    _ => {}
                },
                Event::Eof if self.is_spreadsheet => return Ok(self.workbook),
                Event::Eof => {
                    return Err(Refusal::not_a_workbook(
                        "This is an open document, but not a spreadsheet.",
                    )
                    .problem());
                }
                _ => {}
            }
        }
    }

    fn read_sheet(&mut self, name: String, visibility: Visibility) -> Result<(), Problem> {
        if self.workbook.sheets.len() >= self.collector.limits().sheets {
            return Err(exceeded(format!(
                "The workbook has more than {} sheets (sheets).",
                self.collector.limits().sheets
            )));
        }
        let mut sheet = self.collector.sheet(name, visibility);
        let outcome =
            SheetXml { xml: &mut self.xml, buffer: &mut self.buffer, row: 0 }.read(&mut sheet);
        let (sheet, problems) = sheet.finish();
        self.workbook.problems.extend(problems);
        match outcome {
            Ok(()) => self.workbook.sheets.push(sheet),
            // What follows a sheet that is left in its middle cannot be told from it: the file ends here.
            Err(problem) if self.workbook.sheets.is_empty() => return Err(problem),
            Err(problem) => {
                self.workbook.problems.push(Problem { sheet: Some(sheet.name), ..problem });
                return Ok(());
            }
        }
        Ok(())
    }
}

/// One sheet while it is read.
struct SheetXml<'x, 'a> {
    xml: &'x mut Xml<'a>,
    buffer: &'x mut Vec<u8>,
    row: u32,
}

/// One cell as its tag describes it.
struct CellTag {
    repeated: u32,
    spans: (u32, u32),
    has_formula: bool,
    kind: Option<String>,
    value: Option<String>,
}

impl SheetXml<'_, '_> {
    fn read(&mut self, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        // Tables can stand within a sheet: those of pictures and of the cache of links.
        let mut depth = 1;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "table" => depth += 1,
                    "table-row" if depth == 1 => {
                        let repeated = count(attribute(&tag, "number-rows-repeated"));
                        self.read_row(repeated, sheet)?;
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "table" => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                Event::Eof => return Err(corrupt("The part content.xml ends within a sheet.")),
                _ => {}
            }
        }
    }

    fn read_row(&mut self, repeated: u32, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        let mut cells: Vec<(u32, CellTag, String)> = Vec::new();
        let mut column = 0_u32;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag)
                    if matches!(tag.local_name().as_ref(), "table-cell" | "covered-table-cell") =>
                {
                    let cell = CellTag::read(&tag);
                    let text = self.read_text()?;
                    let repeated = cell.repeated;
                    if cell.is_filled(&text) || cell.spans != (1, 1) {
                        cells.push((column, cell, text));
                    }
                    column = column.saturating_add(repeated);
                }
                Event::End(tag) if tag.local_name().as_ref() == "table-row" => break,
                Event::Eof => return Err(corrupt("The part content.xml ends within a row.")),
                _ => {}
            }
        }
        if !cells.is_empty() {
            let filled = cells.iter().filter(|(_, cell, text)| cell.is_filled(text));
            let filled: u64 = filled.map(|(_, cell, _)| u64::from(cell.repeated)).sum();
            if filled > 0 {
                sheet.check_repeated(self.row, repeated, filled)?;
            }
            for row in (self.row..).take(repeated as usize) {
                for (column, cell, text) in &cells {
                    cell.push(row, *column, text, sheet)?;
                }
            }
        }
        self.row = self.row.saturating_add(repeated);
        Ok(())
    }

    /// The text of a cell: its paragraphs, without comments and pictures.
    fn read_text(&mut self) -> Result<String, Problem> {
        let mut text = String::new();
        let mut paragraphs = 0;
        let mut in_paragraph = false;
        let mut aside = 0;
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(self.buffer).map_err(|error| damaged(&error))? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "annotation" | "frame" | "custom-shape" | "table" | "detective" => aside += 1,
                    "p" | "h" if aside == 0 => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        in_paragraph = true;
                    }
                    "s" if aside == 0 => {
                        let spaces = count(attribute(&tag, "c")).min(32_767);
                        text.extend(std::iter::repeat_n(' ', spaces as usize));
                    }
                    "tab" if aside == 0 => text.push('\t'),
                    "line-break" if aside == 0 => text.push('\n'),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "annotation" | "frame" | "custom-shape" | "table" | "detective" => aside -= 1,
                    "p" | "h" if aside == 0 => in_paragraph = false,
                    "table-cell" | "covered-table-cell" if aside <= 0 => return Ok(text),
                    _ => {}
                },
                Event::Text(part) if in_paragraph && aside == 0 => {
                    text.push_str(&part.xml10_content());
                }
                Event::CData(part) if in_paragraph && aside == 0 => {
                    text.push_str(&part.xml10_content());
                }
                Event::GeneralRef(part) if in_paragraph && aside == 0 => {
                    text.push_str(&resolved(&part.xml10_content()));
                }
                Event::Eof => return Err(corrupt("The part content.xml ends within a cell.")),
                _ => {}
            }
        }
    }
}

impl CellTag {
    fn read(tag: &BytesStart<'_>) -> Self {
        let mut cell =
            Self { repeated: 1, spans: (1, 1), has_formula: false, kind: None, value: None };
        for attribute in tag.attributes().with_checks(false).flatten() {
            let value = || {
                attribute
                    .normalized_value(XmlVersion::Explicit1_0)
                    .map(std::borrow::Cow::into_owned)
                    .ok()
            };
            match attribute.key.local_name().as_ref() {
                "number-columns-repeated" => cell.repeated = count(value()),
                "number-rows-spanned" => cell.spans.0 = count(value()),
                "number-columns-spanned" => cell.spans.1 = count(value()),
                "formula" => cell.has_formula = true,
                // Newer files state the kind twice, once with a prefix of their maker.
                "value-type" if attribute.key.as_ref() != "calcext:value-type" => {
                    cell.kind = value();
                }
                "value-type" if value().as_deref() == Some("error") => cell.kind = value(),
                "value" | "date-value" | "time-value" | "boolean-value" | "string-value" => {
                    cell.value = value();
                }
                _ => {}
            }
        }
        cell
    }

    fn is_filled(&self, text: &str) -> bool {
        !text.is_empty() || self.value.is_some() || self.has_formula
    }

    fn push(
        &self,
        row: u32,
        column: u32,
        text: &str,
        sheet: &mut SheetCells<'_, '_>,
    ) -> Result<(), Problem> {
        if self.spans != (1, 1) {
            let bottom = row.saturating_add(self.spans.0 - 1);
            let right = column.saturating_add(self.spans.1 - 1);
            sheet.merge((row, column), (bottom, right))?;
        }
        if !self.is_filled(text) {
            return Ok(());
        }
        for column in (column..).take(self.repeated as usize) {
            self.push_one(row, column, text, sheet)?;
        }
        Ok(())
    }

    fn push_one(
        &self,
        row: u32,
        column: u32,
        text: &str,
        sheet: &mut SheetCells<'_, '_>,
    ) -> Result<(), Problem> {
        let value = self.value.as_deref().unwrap_or_default();
        match self.kind.as_deref() {
            Some("float" | "percentage" | "currency") => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    sheet.push(row, column, CellValue::Number(number))
                }
                _ => sheet.push_text(row, column, text),
            },
            Some("date") => match iso_date_time(value) {
                Some(instant) => sheet.push(row, column, CellValue::DateTime(instant)),
                None => sheet.push_text(row, column, text),
            },
            Some("time") => match days(value) {
                Some(days) => sheet.push(row, column, CellValue::Duration(days)),
                None => sheet.push_text(row, column, text),
            },
            Some("boolean") => sheet.push(row, column, CellValue::Boolean(value == "true")),
            Some("error") => {
                sheet.push_error(row, column, if text.is_empty() { "#VALUE!" } else { text })
            }
            _ if self.has_formula && is_error(text) => sheet.push_error(row, column, text),
            _ if self.has_formula && self.kind.is_none() && text.is_empty() => {
                sheet.push(row, column, CellValue::FormulaWithoutValue)
            }
            _ if text.is_empty() => sheet.push_text(row, column, value),
            _ => sheet.push_text(row, column, text),
        }
    }
}

/// An error as a spreadsheet writes it.
fn is_error(text: &str) -> bool {
    text.starts_with('#') && text.ends_with(['!', '?', 'A']) || text.starts_with("Err:")
}

/// A duration such as `PT01H30M00S` in days.
fn days(text: &str) -> Option<f64> {
    let duration: SignedDuration = text.parse().ok()?;
    Some(duration.as_secs_f64() / 86_400.0)
}

/// How often something is repeated: at least once, as stated; what it costs is counted where it is used.
fn count(value: Option<String>) -> u32 {
    value.and_then(|value| value.trim().parse().ok()).unwrap_or(1).max(1)
}

fn damaged(error: &quick_xml::Error) -> Problem {
    xml::damaged("part content.xml", error)
}
