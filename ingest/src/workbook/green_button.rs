//! Interval readings as utilities hand them out: Green Button files, an Atom feed of ESPI resources.
//!
//! Each meter reading becomes a sheet with a row for each interval, in the local time the feed states, so that the
//! layout, the checks and a person see a table like any other. What the codes leave open is asked about and its sheet
//! hidden: readings whose local time is unknown, and numbers that are no consumption.

mod codes;
mod feed;
mod local_time;

use readings::{Problem, ProblemCode};

use super::cells::{CellValue, Visibility, Workbook, WorkbookFormat};
use super::collect::{Collector, SheetCells};
use super::limits::{Limits, exceeded};
use codes::Measure;
use feed::{Entry, Interval, LocalTimeCodes, ReadingType, Resource, is_below, is_same};

/// Hundred-thousandths of the currency, in which costs are stated.
const COST_PARTS: f64 = 100_000.0;

/// Reads the intervals of every meter reading.
pub fn read(text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    let (entries, damage) = feed::entries(text, limits)?;
    let series = gathered(&entries);
    if series.is_empty() {
        return Err(damage.unwrap_or_else(|| {
            Problem::of_file(
                ProblemCode::NoReadings,
                "This Green Button file holds no interval readings.",
            )
        }));
    }
    if series.len() > limits.sheets {
        return Err(exceeded(format!(
            "The file has more than {} meter readings (sheets).",
            limits.sheets
        )));
    }
    let mut collector = Collector::new(limits);
    let mut workbook = Workbook {
        format: WorkbookFormat::GreenButton,
        sheets: Vec::new(),
        problems: damage.into_iter().collect(),
    };
    for (number, series) in series.iter().enumerate() {
        let name = match series.title {
            "" => format!("Meter reading {}", number + 1),
            title => title.to_owned(),
        };
        let is_taken = workbook.sheets.iter().any(|sheet| sheet.name == name);
        let name = if is_taken { format!("{name} ({})", number + 1) } else { name };
        let mut sheet = collector.sheet(name.clone(), Visibility::Visible);
        if let Some((code, sentence)) = series.question() {
            sheet.hide();
            workbook.problems.push(Problem::of_sheet(code, &name, sentence));
        }
        series.write(&mut sheet)?;
        let (sheet, problems) = sheet.finish();
        workbook.problems.extend(problems);
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

/// The intervals of one meter reading with what the feed says about them.
#[derive(Debug, Default)]
struct Series<'f> {
    title: &'f str,
    site: &'f str,
    meter: Option<String>,
    service: Option<i64>,
    kind: Option<ReadingType>,
    time: Option<LocalTimeCodes>,
    intervals: Vec<&'f Interval>,
}

/// Joins blocks, meter readings, their types, places and local times by their links, or where there is only one.
fn gathered(entries: &[Entry]) -> Vec<Series<'_>> {
    let all = |test: fn(&Resource) -> bool| -> Vec<&Entry> {
        entries.iter().filter(|entry| test(&entry.resource)).collect()
    };
    let readings = all(|resource| matches!(resource, Resource::MeterReading));
    let types = all(|resource| matches!(resource, Resource::ReadingType(_)));
    let points = all(|resource| matches!(resource, Resource::UsagePoint(_)));
    let times = all(|resource| matches!(resource, Resource::LocalTime(_)));
    let mut found: Vec<(Option<&Entry>, Series<'_>)> = Vec::new();
    for entry in entries {
        let Resource::Block(intervals) = &entry.resource else { continue };
        let reading = parent(entry, &readings);
        let place = found.iter().position(|(known, _)| match (known, reading) {
            (Some(known), Some(reading)) => std::ptr::eq(*known, reading),
            (None, None) => true,
            _ => false,
        });
        let place = place.unwrap_or_else(|| {
            let point = reading.and_then(|reading| parent(reading, &points)).or(only(&points));
            let kind = reading.and_then(|reading| related(reading, &types)).or(only(&types));
            let time = point.and_then(|point| related(point, &times)).or(only(&times));
            found.push((reading, series(reading, point, kind, time)));
            found.len() - 1
        });
        found[place].1.intervals.extend(intervals);
    }
    found
        .into_iter()
        .map(|(_, series)| series)
        .filter(|series| !series.intervals.is_empty())
        .collect()
}

fn series<'f>(
    reading: Option<&'f Entry>,
    point: Option<&'f Entry>,
    kind: Option<&Entry>,
    time: Option<&Entry>,
) -> Series<'f> {
    let title = |entry: Option<&'f Entry>| entry.map_or("", |entry| entry.title.as_str());
    Series {
        title: title(reading),
        site: title(point),
        // The last step of its address is the one name of a meter that stays from file to file.
        meter: point
            .and_then(|point| point.this.as_deref()?.rsplit('/').next())
            .map(|last| format!("usage point {last}")),
        service: point.and_then(|point| match point.resource {
            Resource::UsagePoint(service) => service,
            _ => None,
        }),
        kind: kind.and_then(|kind| match kind.resource {
            Resource::ReadingType(kind) => Some(kind),
            _ => None,
        }),
        time: time.and_then(|time| match time.resource {
            Resource::LocalTime(time) => Some(time),
            _ => None,
        }),
        intervals: Vec::new(),
    }
}

fn only<'f>(entries: &[&'f Entry]) -> Option<&'f Entry> {
    match entries {
        [entry] => Some(entry),
        _ => None,
    }
}

/// The entry to whose collection this one belongs: it refers to the collection, or its address lies above.
fn parent<'f>(entry: &Entry, candidates: &[&'f Entry]) -> Option<&'f Entry> {
    let by_collection = entry.up.as_deref().and_then(|up| {
        candidates.iter().find(|other| other.related.iter().any(|related| is_same(related, up)))
    });
    let by_address = || {
        let addresses = [entry.this.as_deref(), entry.up.as_deref()];
        addresses.into_iter().flatten().find_map(|address| {
            candidates
                .iter()
                .find(|other| other.this.as_deref().is_some_and(|this| is_below(address, this)))
        })
    };
    by_collection.or_else(by_address).copied().or_else(|| only(candidates))
}

fn related<'f>(entry: &Entry, candidates: &[&'f Entry]) -> Option<&'f Entry> {
    let is_named = |other: &&&Entry| {
        other
            .this
            .as_deref()
            .is_some_and(|this| entry.related.iter().any(|related| is_same(related, this)))
    };
    candidates.iter().find(is_named).copied()
}

impl Series<'_> {
    /// What must be asked before these readings may be taken.
    fn question(&self) -> Option<(ProblemCode, &'static str)> {
        let kind = self.kind.unwrap_or_default();
        if self.time.is_none() {
            return Some((
                ProblemCode::PeriodUnknown,
                "The file does not state the local time of the place, so the days of its readings are not known.",
            ));
        }
        if codes::measure(kind.unit) == Measure::Other {
            return Some((
                ProblemCode::UnitNotUnderstood,
                "These numbers are no consumption: their unit is that of voltage, current or reactive power.",
            ));
        }
        match kind.accumulation {
            // Delta data, interval data, or not stated.
            None | Some(0 | 4 | 10 | 11) => {}
            Some(6 | 12) if codes::measure(kind.unit) == Measure::Power => {}
            Some(_) => {
                return Some((
                    ProblemCode::KindUnclear,
                    "The file calls these numbers a register and not the consumption of each interval.",
                ));
            }
        }
        None
    }

    fn write(&self, sheet: &mut SheetCells<'_, '_>) -> Result<(), Problem> {
        let kind = self.kind.unwrap_or_default();
        let quantity = match codes::measure(kind.unit) {
            Measure::Power => "Power",
            // From the customer to the utility: what is fed in is not consumed.
            _ if kind.flow == Some(19) => "Generation",
            _ => "Consumption",
        };
        let unit = kind.unit.and_then(|code| codes::unit(code, kind.power_of_ten));
        let commodity = codes::commodity(kind.commodity, self.service);
        let has_cost = self.intervals.iter().any(|interval| interval.cost.is_some_and(|c| c != 0));
        let currency = kind.currency.and_then(codes::currency);
        let head =
            ["Site", "Meter", "Commodity", "Start", "End", quantity, "Unit", "Cost", "Currency"];
        let columns = if has_cost { head.len() } else { head.len() - 2 };
        for (column, text) in (0..).zip(&head[..columns]) {
            sheet.push_text(0, column, text)?;
        }
        let time = self.time.unwrap_or_default();
        let mut row = 0;
        for interval in &self.intervals {
            row += 1;
            for (column, text) in [
                (0, self.site),
                (1, self.meter.as_deref().unwrap_or_default()),
                (2, commodity.unwrap_or_default()),
                (6, unit.map(|(symbol, _)| symbol).unwrap_or_default()),
            ] {
                sheet.push_text(row, column, text)?;
            }
            let start = interval.start.and_then(|start| local_time::of(start, &time));
            let end = start
                .zip(interval.duration.filter(|duration| *duration > 0))
                .and_then(|(start, duration)| local_time::later(start, duration));
            for (column, instant) in [(3, start), (4, end)] {
                if let Some(instant) = instant {
                    sheet.push(row, column, CellValue::DateTime(instant))?;
                }
            }
            if let Some(value) = &interval.value {
                let left = unit.map_or(kind.power_of_ten, |(_, left)| left);
                match scaled(value, left) {
                    Some(number) => sheet.push(row, 5, CellValue::Number(number))?,
                    None => sheet.push_text(row, 5, value)?,
                }
            }
            if has_cost && let Some(cost) = interval.cost {
                #[expect(clippy::cast_precision_loss, reason = "costs of an interval are small")]
                sheet.push(row, 7, CellValue::Number(cost as f64 / COST_PARTS))?;
                sheet.push_text(row, 8, currency.unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

/// A whole or decimal number times a power of ten, without rounding twice.
fn scaled(value: &str, power_of_ten: i64) -> Option<f64> {
    let plain =
        value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.'));
    let number: f64 = if plain && power_of_ten != 0 {
        format!("{value}e{power_of_ten}").parse().ok()?
    } else {
        value.parse().ok()?
    };
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests;
