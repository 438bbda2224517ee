//! Files made to kill a reader, written here byte by byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
pub const PACKAGE: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
pub const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub const PARTS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// Writes the table of shared texts.
type WriteTexts<'a> = &'a mut dyn FnMut(&mut dyn Write);

/// An xlsx of one sheet with these rows and this table of shared texts, both as XML.
pub fn workbook(rows: &str, shared: Option<WriteTexts<'_>>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    for (name, content) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    if let Some(write) = shared {
        zip.start_file("xl/sharedStrings.xml", options).unwrap();
        write(&mut zip);
    }
    zip.finish().unwrap().into_inner()
}

/// Two cells, in the first and in the last corner of the grid.
pub fn far_cells() -> Vec<u8> {
    workbook(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#,
        None,
    )
}

/// A table of shared texts that claims to hold four thousand million of them.
pub fn claimed_texts(claim: &str) -> Vec<u8> {
    workbook(
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#,
        Some(&mut |out| {
            write!(out, r#"<sst uniqueCount="{claim}"><si><t>a</t></si></sst>"#).unwrap();
        }),
    )
}

/// A shared formula with the number four thousand million.
pub fn formula_number() -> Vec<u8> {
    workbook(
        r#"<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="4000000000">1+1</f><v>2</v></c></row>"#,
        None,
    )
}

/// One shared text that inflates to half a gigabyte.
pub fn long_text() -> Vec<u8> {
    workbook(
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#,
        Some(&mut |out| {
            out.write_all(b"<sst><si><t>").unwrap();
            let block = vec![b'a'; 1 << 20];
            for _ in 0..512 {
                out.write_all(&block).unwrap();
            }
            out.write_all(b"</t></si></sst>").unwrap();
        }),
    )
}

/// Thirty million shared texts of one letter.
pub fn many_texts() -> Vec<u8> {
    workbook(
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#,
        Some(&mut |out| {
            out.write_all(b"<sst>").unwrap();
            let mut block = String::new();
            for _ in 0..30_000 {
                write!(block, "<si><t>a</t></si>").unwrap();
            }
            for _ in 0..1_000 {
                out.write_all(block.as_bytes()).unwrap();
            }
            out.write_all(b"</sst>").unwrap();
        }),
    )
}

/// A formula that nests, a column that wraps around, a row that does not exist: cells that contradict the grid.
pub fn absurd_cells() -> Vec<Vec<u8>> {
    [
        r#"<row r="4294967296"><c r="A4294967296"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>"#,
        r#"<row r="0"><c r="A0"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row>"#,
        r#"<row r="1"><c r="A1"><f t="shared" si="x">1</f><v>2</v></c></row>"#,
    ]
    .into_iter()
    .map(|rows| workbook(rows, None))
    .collect()
}
