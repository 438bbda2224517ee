//! Readings as the lines of `extract --format csv`.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};

use jiff::civil::DateTime;
use readings::{Commodity, ExtractedReading, Extraction, Period};

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
    let mut text = String::new();
    for reading in &extraction.readings {
        line(&mut lines, file_name, reading, &mut text)?;
    }
    lines.flush()
}

/// Writes the fields one by one; `text` is room for those that are not texts already.
fn line<W: Write>(
    lines: &mut csv::Writer<W>,
    file_name: &str,
    reading: &ExtractedReading,
    text: &mut String,
) -> io::Result<()> {
    let (start, end) = reading.period.map_or_else(Default::default, ends);
    lines.write_field(file_name)?;
    lines.write_field(reading.sheet.as_bytes())?;
    lines.write_field(shown(text, &reading.cell))?;
    lines.write_field(reading.site.as_deref().unwrap_or_default())?;
    lines.write_field(reading.meter.as_deref().unwrap_or_default())?;
    lines.write_field(reading.commodity.map_or("", Commodity::code))?;
    lines.write_field(&start)?;
    lines.write_field(&end)?;
    lines.write_field(shown(text, &reading.quantity))?;
    lines.write_field(reading.unit.as_ref().map_or("", |unit| &unit.text))?;
    match reading.cost {
        Some(cost) => lines.write_field(shown(text, &cost.amount.normalize()))?,
        None => lines.write_field("")?,
    }
    lines.write_field(reading.currency().as_ref().map_or("", |currency| currency.code()))?;
    lines.write_field(reading.kind.code())?;
    lines.write_record(None::<&[u8]>)?;
    Ok(())
}

fn shown<'t>(text: &'t mut String, value: &impl Display) -> &'t str {
    text.clear();
    // Writing into memory does not fail.
    let _ = write!(text, "{value}");
    text
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
