//! Formats of text from the bytes to the readings: feeds of utilities, pages of portals, tables of Excel 2003.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use ingest::layout;
use ingest::workbook::{self, Limits};
use readings::{Commodity, Extraction, Period, ReadingKind, Unit};
use rust_decimal::dec;

use crate::corpus;
use crate::reader::context;

fn extraction(bytes: &[u8]) -> Extraction {
    layout::extract(&workbook::read(bytes, &Limits::default()).unwrap(), &context("report"))
}

#[test]
fn every_interval_of_the_sample_feed_becomes_a_reading() {
    let entries = corpus::entries("workbooks");
    let sample = entries.iter().find(|entry| entry.file.contains("greenbutton")).unwrap();
    let text = std::str::from_utf8(&sample.content).unwrap();
    let stated = text.matches("<IntervalReading>").count();
    let read = extraction(&sample.content);
    println!("{stated} intervals, {} readings, {:?}", read.readings.len(), read.problems);
    assert_eq!(read.readings.len(), stated);
    let first = &read.readings[0];
    assert_eq!(first.period.unwrap().start().to_string(), "2011-01-01T00:00:00");
    assert_eq!(first.period.unwrap().end().to_string(), "2011-01-01T01:00:00");
    assert_eq!(first.quantity.get(), dec!(703));
    assert_eq!(first.unit.as_ref().unwrap().unit, Some(Unit::WattHour));
    assert_eq!(first.commodity, Some(Commodity::Electricity));
    assert_eq!(first.kind, ReadingKind::Consumption);
    assert_eq!(first.site.as_deref(), Some("Coastal Single Family"));
    assert_eq!(first.meter.as_deref(), Some("usage point 01"));
}

/// Twelve months of one meter in whatever wraps them.
fn months(row: impl Fn(&[String]) -> String) -> String {
    let head = ["Site", "Meter", "Month", "Consumption (kWh)"].map(str::to_owned);
    let rows = (1..=12).map(|month| {
        row(&[
            "North".to_owned(),
            "M-1".to_owned(),
            format!("2024-{month:02}"),
            (month * 37 % 11 * 10 + 5).to_string(),
        ])
    });
    row(&head) + &rows.collect::<String>()
}

#[test]
fn a_table_gives_the_same_readings_in_every_wrapping() {
    let cells = |cells: &[String], open: &str, close: &str| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("{open}{cell}{close}")).collect();
        cells.concat()
    };
    let csv = months(|row| row.join(";") + "\r\n");
    let page = months(|row| format!("<tr>{}</tr>", cells(row, "<td>", "</td>")));
    let page = format!("<html><body><h2>Report</h2><table>{page}</table></body></html>");
    let table = months(|row| {
        format!("<Row>{}</Row>", cells(row, "<Cell><Data ss:Type=\"String\">", "</Data></Cell>"))
    });
    let table = format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table>{table}</Table></Worksheet></Workbook>"
    );
    let flat = months(|row| {
        let cells = cells(row, "<table:table-cell><text:p>", "</text:p></table:table-cell>");
        format!("<table:table-row>{cells}</table:table-row>")
    });
    let flat = format!(
        "<office:document office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\"><office:body><office:spreadsheet><table:table table:name=\"S\">{flat}</table:table></office:spreadsheet></office:body></office:document>"
    );
    let wide: Vec<u8> = csv.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let facts = |bytes: &[u8]| -> Vec<String> {
        let read = extraction(bytes);
        read.readings
            .iter()
            .map(|reading| {
                format!(
                    "{:?} {:?} {:?} {} {:?}",
                    reading.site,
                    reading.meter,
                    reading.period.map(Period::start),
                    reading.quantity,
                    reading.unit
                )
            })
            .collect()
    };
    let expected = facts(csv.as_bytes());
    assert_eq!(expected.len(), 12);
    for bytes in [page.as_bytes(), table.as_bytes(), flat.as_bytes(), &wide] {
        assert_eq!(facts(bytes), expected);
    }
}
