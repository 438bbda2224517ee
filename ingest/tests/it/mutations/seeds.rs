//! Good files and mails to be damaged: of every format, written here or from the corpora.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::corpus;

/// A name and the bytes.
pub type Seed = (String, Vec<u8>);

/// Larger files take long to copy and are damaged in the same ways.
const LARGEST: usize = 50_000;

/// Workbooks of every format.
pub fn files() -> Vec<Seed> {
    let mut files: Vec<Seed> = [
        ("written.xlsx", xlsx()),
        ("table.csv", csv().into_bytes()),
        ("wide.csv", csv().encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("page.xls", page().into_bytes()),
        ("table2003.xls", spreadsheet_ml().into_bytes()),
        ("flat.fods", flat_open_document().into_bytes()),
        ("button.xml", green_button().into_bytes()),
        ("packed.zip", zipped("table.csv", csv().as_bytes())),
    ]
    .into_iter()
    .map(|(name, content)| (name.to_owned(), content))
    .collect();
    for folder in ["nasty", "workbooks"] {
        files.extend(
            corpus::entries(folder)
                .into_iter()
                .filter(|entry| (1..LARGEST).contains(&entry.content.len()))
                .map(|entry| (entry.file, entry.content)),
        );
    }
    files
}

/// Mails, with workbooks and without.
pub fn mails() -> Vec<Seed> {
    let attachments: Vec<Seed> = files().into_iter().take(8).collect();
    let mut mails: Vec<Seed> = attachments
        .iter()
        .map(|(name, content)| {
            let mail = mail_builder::MessageBuilder::new()
                .from("ann@example.org")
                .subject("Zähler")
                .text_body("Hello")
                .attachment("application/octet-stream", name.as_str(), content.as_slice())
                .write_to_vec()
                .expect("writes");
            (format!("{name}.eml"), mail)
        })
        .collect();
    mails.extend(
        corpus::entries("mail")
            .into_iter()
            .filter(|entry| entry.content.len() < LARGEST)
            .map(|entry| (entry.file, entry.content)),
    );
    mails
}

fn months() -> impl Iterator<Item = (u32, u8, f64)> {
    (0..40_u32).map(|row| {
        (row % 3, u8::try_from(row % 12 + 1).expect("a month"), f64::from(row + 1) * 1.5)
    })
}

fn xlsx() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, head) in (0..).zip(["Meter", "Month", "kWh"]) {
        sheet.write(0, column, head).expect("writes");
    }
    for (row, (meter, month, value)) in (1..).zip(months()) {
        sheet.write(row, 0, format!("M-{meter}")).expect("writes");
        let month = ExcelDateTime::from_ymd(2024, month, 1).expect("a date");
        sheet.write_with_format(row, 1, &month, &date).expect("writes");
        sheet.write(row, 2, value).expect("writes");
    }
    sheet.merge_range(50, 0, 51, 2, "Total", &Format::new()).expect("merges");
    workbook.save_to_buffer().expect("saves")
}

fn csv() -> String {
    let rows =
        months().map(|(meter, month, value)| format!("M-{meter};2024-{month:02};{value}\r\n"));
    "Zähler;Monat;kWh\r\n".to_owned() + &rows.collect::<String>()
}

fn page() -> String {
    let rows = months().map(|(meter, month, value)| {
        format!(
            "<tr><td>M-{meter}</td><td>2024-{month:02}</td><td x:num=\"{value}\">{value}</td></tr>"
        )
    });
    format!(
        "<html><head><meta charset=utf-8><style>td {{}}</style></head><body><h1>Halle</h1><table><caption>2024</caption>\
         <tr><th rowspan=1 colspan=\"1\">Z&auml;hler</th><th>Month</th><th>kWh</th></tr>{}</table></body></html>",
        rows.collect::<String>()
    )
}

fn spreadsheet_ml() -> String {
    let rows = months().map(|(meter, month, value)| {
        format!(
            "<Row><Cell><Data ss:Type=\"String\">M-{meter}</Data></Cell><Cell><Data ss:Type=\"DateTime\">2024-{month:02}-01T00:00:00.000</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"Number\">{value}</Data></Cell></Row>"
        )
    });
    format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table><Row ss:Index=\"1\"><Cell><Data ss:Type=\"String\">Meter</Data></Cell><Cell ss:MergeAcross=\"0\"><Data ss:Type=\"String\">Month</Data></Cell><Cell><Data ss:Type=\"String\">kWh</Data></Cell></Row>{}</Table></Worksheet></Workbook>",
        rows.collect::<String>()
    )
}

fn flat_open_document() -> String {
    let rows = months().map(|(meter, month, value)| {
        format!(
            "<table:table-row table:number-rows-repeated=\"1\"><table:table-cell><text:p>M-{meter}</text:p></table:table-cell><table:table-cell office:value-type=\"date\" office:date-value=\"2024-{month:02}-01\"/><table:table-cell office:value-type=\"float\" office:value=\"{value}\"/></table:table-row>"
        )
    });
    format!(
        "<office:document office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\"><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row><table:table-cell><text:p>Meter</text:p></table:table-cell><table:table-cell><text:p>Month</text:p></table:table-cell><table:table-cell><text:p>kWh</text:p></table:table-cell></table:table-row>{}</table:table></office:spreadsheet></office:body></office:document>",
        rows.collect::<String>()
    )
}

fn green_button() -> String {
    let readings = (0..40).map(|hour| {
        format!(
            "<IntervalReading><timePeriod><duration>3600</duration><start>{}</start></timePeriod><value>{}</value></IntervalReading>",
            1_704_067_200 + hour * 3600,
            hour * 7 + 3
        )
    });
    format!(
        "<feed xmlns=\"http://naesb.org/espi\"><entry><content><LocalTimeParameters><dstOffset>3600</dstOffset><dstStartRule>360E2000</dstStartRule><dstEndRule>B40E2000</dstEndRule><tzOffset>0</tzOffset></LocalTimeParameters></content></entry><entry><content><ReadingType><uom>72</uom><powerOfTenMultiplier>3</powerOfTenMultiplier></ReadingType></content></entry><entry><content><IntervalBlock>{}</IntervalBlock></content></entry></feed>",
        readings.collect::<String>()
    )
}

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).expect("starts");
    zip.write_all(content).expect("writes");
    zip.finish().expect("finishes").into_inner()
}
