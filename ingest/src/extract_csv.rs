//! Readings as the lines of `extract --format csv`.

use std::io::{self, Write};

use jiff::civil::DateTime;
use readings::{ExtractedReading, Extraction, Period};

/// The header line's columns.
pub const HEADER: [&str; 13] = [
    "file",
    "sheet",
    "cell",
    "site",
    "meter",
    "commodity",
    "period_start",
    "period_end",
    "quantity",
    "unit",
    "cost",
    "currency",
    "kind",
];

/// Writes one line per reading; what the file does not say is empty.
///
/// Fails only where `out` does.
pub fn write(
    out: impl Write,
    file_name: &str,
    extraction: &Extraction,
    header: bool,
) -> io::Result<()> {
    let mut lines = csv::WriterBuilder::new().from_writer(out);
    if header {
        lines.write_record(HEADER)?;
    }
    for reading in &extraction.readings {
        lines.write_record(line(file_name, reading))?;
    }
    lines.flush()
}

fn line(file_name: &str, reading: &ExtractedReading) -> [String; 13] {
    let (start, end) = reading.period.map_or_else(Default::default, ends);
    [
        file_name.to_owned(),
        reading.sheet.clone(),
        reading.cell.to_string(),
        reading.site.clone().unwrap_or_default(),
        reading.meter.clone().unwrap_or_default(),
        reading.commodity.map(|commodity| commodity.code().to_owned()).unwrap_or_default(),
        start,
        end,
        reading.quantity.to_string(),
        reading.unit.as_ref().map(|unit| unit.text.clone()).unwrap_or_default(),
        reading.cost.map(|cost| cost.amount.normalize().to_string()).unwrap_or_default(),
        reading.currency().map(|currency| currency.code().to_owned()).unwrap_or_default(),
        reading.kind.code().to_owned(),
    ]
}

/// The first and the last day, as people write them; periods that are not whole days as two instants, the second of
/// which does not belong to them.
pub fn ends(period: Period) -> (String, String) {
    if period.is_whole_days() {
        return (period.start().date().to_string(), period.last_day().to_string());
    }
    let instant = |at: DateTime| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    (instant(period.start()), instant(period.end()))
}
