//! What comes beside bills: the temperature of a weather station, and the hours of a meter.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Time, Weekday};

use super::calendar::{self, first_day, named};
use super::csv::{self, Dialect};
use super::estate::{Meter, Sender};
use super::files::File;
use super::history::{History, in_reported_unit, round, temperatures};
use super::table::{Cell, Sheet, text};

/// The monthly means of the station at a sender's place, as its CSV.
pub fn months(sender: &Sender, (first, end): (usize, usize), seed: u64) -> File {
    let means = temperatures(sender.region, seed);
    let mut sheet = Sheet::new("");
    sheet
        .words(&["Wetterstation: Lindental"])
        .words(&[])
        .words(&["Monat", "Mitteltemperatur (°C)"]);
    for (month, mean) in means.iter().enumerate().take(end).skip(first) {
        let mean = round(*mean, 1);
        sheet.row([text(&named(&calendar::GERMAN, month)), Cell::Number(mean, 1)]);
    }
    File {
        name: format!("Wetterdaten_{}.csv", first_day(end - 1).strftime("%Y-%m")),
        media_type: "text/csv",
        content: csv::write(&sheet, Dialect::German),
    }
}

/// The hours of the first meter for a month: what its bill says, over days and nights.
pub fn hours(meters: &[Meter], history: &History, month: usize) -> File {
    let meter = &meters[0];
    let first = first_day(month).to_datetime(Time::midnight());
    let count = i64::from(first_day(month).days_in_month()) * 24;
    let at = |hour: i64| first.saturating_add(hour.hours());
    let share = |hour: i64| {
        let at = at(hour);
        let by_day = if (6..20).contains(&at.hour()) { 1.0 } else { 0.42 };
        let weekend = matches!(at.date().weekday(), Weekday::Saturday | Weekday::Sunday);
        by_day * if weekend { 0.55 } else { 1.0 }
    };
    let whole: f64 = (0..count).map(share).sum();
    let (quantity, _) = in_reported_unit(meter, history.month(0, month).billed);
    let mut table = String::from("Site,Meter,Utility,Start,End,Consumption (kWh)\n");
    for hour in 0..count {
        let (start, end) = (at(hour), at(hour + 1));
        let used = quantity * share(hour) / whole;
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "{},{},Electricity,{},{},{used:.2}",
            meter.site.name,
            meter.name,
            start.strftime("%Y-%m-%d %H:%M"),
            end.strftime("%Y-%m-%d %H:%M")
        );
    }
    File {
        name: format!("hourly-{}-{}.csv", meter.name, first_day(month).strftime("%Y-%m")),
        media_type: "text/csv",
        content: table.into_bytes(),
    }
}
