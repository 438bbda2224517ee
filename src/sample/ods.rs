//! Sheets as an OpenDocument spreadsheet: the least that the standard (ISO/IEC 26300) asks for.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::table::{Cell, Sheet};

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">"#,
    r#"<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>"#,
    r#"<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>"#,
    r#"</manifest:manifest>"#
);
const HEAD: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0""#,
    r#" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0""#,
    r#" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">"#,
    r#"<office:body><office:spreadsheet>"#
);
const TAIL: &str = "</office:spreadsheet></office:body></office:document-content>";

/// Writes the spreadsheet.
pub fn write(sheets: &[Sheet]) -> anyhow::Result<Vec<u8>> {
    pack(&content(sheets)).context("a spreadsheet of the sample cannot be written")
}

fn pack(content: &str) -> anyhow::Result<Vec<u8>> {
    let fixed = SimpleFileOptions::default().last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // First and uncompressed, so that the type can be told from the first bytes.
    archive.start_file("mimetype", fixed.compression_method(CompressionMethod::Stored))?;
    archive.write_all(MIMETYPE.as_bytes())?;
    archive.start_file("META-INF/manifest.xml", fixed)?;
    archive.write_all(MANIFEST.as_bytes())?;
    archive.start_file("content.xml", fixed)?;
    archive.write_all(content.as_bytes())?;
    Ok(archive.finish()?.into_inner())
}

fn content(sheets: &[Sheet]) -> String {
    let mut xml = String::from(HEAD);
    for sheet in sheets {
        // Writing to a String cannot fail.
        let _ = write!(xml, r#"<table:table table:name="{}">"#, escape(&sheet.name));
        for row in &sheet.rows {
            xml.push_str("<table:table-row>");
            for cell in row {
                xml.push_str(&cell_xml(cell));
            }
            xml.push_str("</table:table-row>");
        }
        xml.push_str("</table:table>");
    }
    xml.push_str(TAIL);
    xml
}

fn cell_xml(cell: &Cell) -> String {
    match cell {
        Cell::Empty => "<table:table-cell/>".to_owned(),
        Cell::Text(words) => format!(
            r#"<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>"#,
            escape(words)
        ),
        Cell::Number(value, places) => {
            let shown = super::csv::grouped(*value, *places, '.');
            format!(
                r#"<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p></table:table-cell>"#
            )
        }
        Cell::Day(date) => format!(
            r#"<table:table-cell office:value-type="date" office:date-value="{date}"><text:p>{}</text:p></table:table-cell>"#,
            date.strftime("%d-%m-%Y")
        ),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
