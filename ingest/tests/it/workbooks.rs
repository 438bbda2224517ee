//! Workbooks as programs write them: values, dates, visibility, and shapes that are valid though rare.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::io::{Cursor, Write};

use ingest::workbook::{
    self, CellValue, Limits, Visibility, Workbook, WorkbookFormat, may_be_workbook,
};
use jiff::civil::date;
use readings::ProblemCode;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::killers::{PACKAGE, PARTS, TYPES, WORKBOOK};

const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>7</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData></worksheet>"#;
const TEXTS: &str = "<sst><si><t>zero</t></si><si><t>one</t></si></sst>";

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Workbook {
    workbook::read(bytes, &Limits::default()).unwrap()
}

/// The cells of the first sheet.
fn cells(workbook: &Workbook) -> Vec<(String, String)> {
    workbook.sheets[0]
        .cells
        .iter()
        .map(|cell| (cell.at.to_string(), format!("{:?}", cell.value)))
        .collect()
}

fn seven_and_one() -> Vec<(String, String)> {
    vec![("A1".to_owned(), "Number(7.0)".to_owned()), ("B1".to_owned(), "Text(\"one\")".to_owned())]
}

#[test]
fn every_kind_of_value_is_told_apart() {
    let mut written = rust_xlsxwriter::Workbook::new();
    let sheet = written.add_worksheet();
    let day = Format::new().set_num_format("dd.mm.yyyy");
    let elapsed = Format::new().set_num_format("[h]:mm");
    sheet.write(0, 0, "Zähler\n1").unwrap();
    sheet.write(0, 1, 1.5).unwrap();
    sheet.write_with_format(0, 2, ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &day).unwrap();
    sheet.write_with_format(0, 3, 1.25, &elapsed).unwrap();
    sheet.write(0, 4, true).unwrap();
    sheet.write(0, 5, Formula::new("1+1").set_result("2")).unwrap();
    sheet.write(0, 6, Formula::new("1+1").set_result("")).unwrap();
    sheet.merge_range(2, 0, 3, 1, "both", &Format::new()).unwrap();
    written.add_worksheet().set_name("kept").unwrap().set_hidden(true);
    let workbook = read(&written.save_to_buffer().unwrap());
    assert_eq!(workbook.format, WorkbookFormat::Xlsx);
    let values: Vec<_> = workbook.sheets[0].cells.iter().map(|cell| cell.value.clone()).collect();
    assert_eq!(
        values[..6],
        [
            CellValue::Text("Zähler\n1".into()),
            CellValue::Number(1.5),
            CellValue::DateTime(date(2024, 2, 29).at(0, 0, 0, 0)),
            CellValue::Duration(1.25),
            CellValue::Boolean(true),
            CellValue::Number(2.0),
        ]
    );
    assert_eq!(values.last(), Some(&CellValue::Text("both".into())));
    let (start, end) = workbook.sheets[0].merged[0];
    assert_eq!((start.to_string(), end.to_string()), ("A3".to_owned(), "B4".to_owned()));
    assert_eq!(workbook.sheets[1].visibility, Visibility::Hidden);
}

#[test]
fn a_formula_that_was_never_calculated_is_no_empty_cell() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v></v></c><c r="C1" t="str"><f>""</f><v>x</v></c></row></sheetData></worksheet>"#;
    let file = package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let values: Vec<_> =
        read(&file).sheets[0].cells.iter().map(|cell| cell.value.clone()).collect();
    assert_eq!(
        values,
        [
            CellValue::FormulaWithoutValue,
            CellValue::FormulaWithoutValue,
            CellValue::Text("x".into())
        ]
    );
}

#[test]
fn parts_under_unexpected_names_are_found() {
    let elsewhere = PARTS.replace(
        "</Relationships>",
        r#"<Relationship Id="rId2" Type="http://x/relationships/sharedStrings" Target="texts/strings1.xml"/></Relationships>"#,
    );
    let file = package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", &elsewhere),
        ("xl/worksheets/Tabelle.xml", SHEET),
        ("xl/texts/strings1.xml", TEXTS),
    ]);
    let workbook = read(&file);
    assert_eq!(workbook.problems, []);
    assert_eq!(cells(&workbook), seven_and_one());
}

#[test]
fn a_dimension_of_whole_columns_and_a_macro_sheet_are_no_damage() {
    let sheet = SHEET.replace("<sheetData>", r#"<dimension ref="A:B"/><sheetData>"#);
    let book =
        WORKBOOK.replace("</sheets>", r#"<sheet name="M" sheetId="2" r:id="rId2"/></sheets>"#);
    let macros = PARTS.replace(
        "</Relationships>",
        r#"<Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>"#,
    );
    let file = package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &macros),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/macrosheets/sheet1.xml", "<macrosheet/>"),
        ("xl/sharedStrings.xml", TEXTS),
    ]);
    let workbook = read(&file);
    assert_eq!(workbook.problems, []);
    assert_eq!(workbook.sheets.len(), 1);
    assert_eq!(cells(&workbook), seven_and_one());
}

#[test]
fn one_damaged_sheet_costs_only_itself() {
    let book =
        WORKBOOK.replace("</sheets>", r#"<sheet name="T" sheetId="2" r:id="rId2"/></sheets>"#);
    let two = PARTS.replace(
        "</Relationships>",
        r#"<Relationship Id="rId2" Type="http://x/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#,
    );
    let file = package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &two),
        ("xl/worksheets/sheet1.xml", &SHEET[..SHEET.len() - 40]),
        ("xl/worksheets/sheet2.xml", SHEET),
        ("xl/sharedStrings.xml", TEXTS),
    ]);
    let workbook = read(&file);
    assert_eq!(cells(&workbook), seven_and_one());
    assert_eq!(workbook.sheets[0].name, "T");
    assert_eq!(workbook.problems.len(), 1);
    assert_eq!(workbook.problems[0].code, ProblemCode::Corrupt);
    assert_eq!(workbook.problems[0].sheet.as_deref(), Some("S"));
}

const OPEN: &str = r#"<office:document-content>
 <office:automatic-styles>
  <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
 </office:automatic-styles>
 <office:body>
  <office:spreadsheet>
   <table:table table:name="Eins">
    <table:table-column/>
    <table:table-row>
     <table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>Zähler &amp; <text:s text:c="2"/>mehr</text:p><office:annotation><text:p>note</text:p></office:annotation></table:table-cell>
     <table:covered-table-cell/>
    </table:table-row>
    <table:table-row table:number-rows-repeated="1000000"/>
    <table:table-row table:number-rows-repeated="2">
     <table:table-cell office:value-type="date" office:date-value="2024-02-29"/>
     <table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1.5"><text:p>1,5</text:p></table:table-cell>
     <table:table-cell office:value-type="time" office:time-value="PT36H00M00S"/>
     <table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
    </table:table-row>
   </table:table>
   <table:table table:name="Zwei" table:style-name="ta2"/>
  </office:spreadsheet>
 </office:body>
</office:document-content>"#;

#[test]
fn an_open_document_is_read_with_line_breaks_between_its_tags_and_without_its_type() {
    let workbook = read(&package(&[("content.xml", OPEN)]));
    assert_eq!(workbook.format, WorkbookFormat::Ods);
    let expected = [
        ("A1", "Text(\"Zähler &   mehr\")"),
        ("A1000002", "DateTime(2024-02-29T00:00:00)"),
        ("B1000002", "Number(1.5)"),
        ("C1000002", "Number(1.5)"),
        ("D1000002", "Duration(1.5)"),
        ("E1000002", "Error(\"#DIV/0!\")"),
    ];
    let found = cells(&workbook);
    assert_eq!(found.len(), 11);
    for ((at, value), (wanted_at, wanted)) in found.iter().zip(expected) {
        assert_eq!((at.as_str(), value.as_str()), (wanted_at, wanted));
    }
    assert_eq!(found[6].0, "A1000003");
    assert_eq!(workbook.sheets[0].merged.len(), 1);
    assert_eq!(workbook.sheets[1].visibility, Visibility::Hidden);
}

#[test]
fn a_filled_row_that_is_repeated_beyond_the_grid_is_refused_at_once() {
    for times in ["4294967295", "1048000"] {
        let file = OPEN.replace(
            "table:number-rows-repeated=\"2\"",
            &format!("table:number-rows-repeated=\"{times}\""),
        );
        let begun = std::time::Instant::now();
        let problem =
            workbook::read(&package(&[("content.xml", &file)]), &Limits::default()).unwrap_err();
        assert_eq!(problem.code, ProblemCode::LimitExceeded);
        assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
    }
}

#[test]
fn a_limit_that_is_met_is_named() {
    let rows = "1,2\n".repeat(100);
    for (limits, name) in [
        (Limits { file_bytes: 10, ..Limits::default() }, "file_bytes"),
        (Limits { rows: 50, ..Limits::default() }, "rows"),
        (Limits { columns: 1, ..Limits::default() }, "columns"),
        (Limits { cells: 99, ..Limits::default() }, "cells"),
    ] {
        let problem = workbook::read(rows.as_bytes(), &limits).unwrap_err();
        assert_eq!(problem.code, ProblemCode::LimitExceeded);
        assert!(problem.sentence.contains(name), "{}", problem.sentence);
    }
    let parts = [("_rels/.rels", PACKAGE), ("xl/workbook.xml", WORKBOOK), ("xl/a.xml", "x")];
    for (limits, name) in [
        (Limits { archive_entries: 2, ..Limits::default() }, "archive_entries"),
        (Limits { entry_bytes: 100, ..Limits::default() }, "entry_bytes"),
        (Limits { archive_bytes: 500, ..Limits::default() }, "archive_bytes"),
    ] {
        let problem = workbook::read(&package(&parts), &limits).unwrap_err();
        assert_eq!(problem.code, ProblemCode::LimitExceeded);
        assert!(problem.sentence.contains(name), "{}", problem.sentence);
    }
}

#[test]
fn text_formats_are_told_by_their_content() {
    let rows = "<tr><td>A</td><td>2024-01</td><td>1</td></tr>";
    let page = format!("<html><table>{rows}{rows}{rows}</table></html>");
    let archive = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n--x--\r\n",
        page.replace("<td>1<", "<td>Z=C3=A4hler<")
    );
    let table = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet><Table><Row><Cell><Data Type=\"Number\">1</Data></Cell></Row></Table></Worksheet></Workbook>";
    let wide: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xFF\xFE".as_slice(), &wide].concat();
    let flat = OPEN.replace(
        "<office:document-content>",
        "<office:document office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">",
    );
    for (bytes, format) in [
        (page.as_bytes(), WorkbookFormat::Html),
        (archive.as_bytes(), WorkbookFormat::Html),
        (table.as_bytes(), WorkbookFormat::SpreadsheetMl),
        (&marked, WorkbookFormat::SpreadsheetMl),
        (flat.as_bytes(), WorkbookFormat::Ods),
        (b"a;b\n1;2\n", WorkbookFormat::Csv),
    ] {
        let workbook = read(bytes);
        assert_eq!(workbook.format, format);
        assert_eq!(workbook.problems, []);
        assert!(may_be_workbook(bytes, None), "{format:?}");
    }
    assert!(format!("{:?}", read(archive.as_bytes()).sheets[0].cells).contains("Zähler"));
}

#[test]
fn a_workbook_without_cells_says_what_it_holds_instead() {
    let empty = "<worksheet><sheetData/></worksheet>";
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/worksheets/sheet1.xml", empty),
    ];
    for (beside, code) in [
        (None, ProblemCode::Empty),
        (Some("xl/media/image1.png"), ProblemCode::ImageOnly),
        (Some("xl/vbaProject.bin"), ProblemCode::MacroOnly),
    ] {
        let mut parts = parts.to_vec();
        parts.extend(beside.map(|name| (name, "x")));
        let workbook = read(&package(&parts));
        let codes: Vec<_> = workbook.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [code]);
    }
}

#[test]
fn only_what_can_hold_readings_is_asked_about() {
    let workbook = package(&[("xl/workbook.xml", WORKBOOK)]);
    for (bytes, name, may) in [
        (workbook.as_slice(), None, true),
        (b"a;b\n1;2\n", Some("notes.txt"), true),
        (b"broken", Some("Verbrauch.XLSX"), true),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", Some("logo.png"), false),
        (b"%PDF-1.7 ...", Some("bill.pdf"), false),
        (b"Dear all,\nkind regards\n", None, false),
        (b"-----BEGIN PGP SIGNATURE-----\n", Some("signature.asc"), false),
    ] {
        assert_eq!(may_be_workbook(bytes, name), may, "{name:?}");
    }
}
