//! Fixed short periods.

use super::table::{codes, holds, lines, read_sheet, reads};

fn stamps(first_minute: u32, step: u32, count: u32, value: impl Fn(u32) -> String) -> String {
    let mut rows = String::new();
    for n in 0..count {
        let minute = first_minute + n * step;
        let (day, rest) = (1 + minute / 1440, minute % 1440);
        rows.push_str(&format!(
            "\n2024-01-{day:02}T{:02}:{:02}:00|{}",
            rest / 60,
            rest % 60,
            value(n)
        ));
    }
    rows
}

fn wave(n: u32) -> String {
    format!("{}", 0.5 + f64::from(n * 7 % 13) / 8.0)
}

#[test]
fn starts_are_proven_by_the_first_midnight() {
    let extraction = read_sheet(&format!("Timestamp|Usage (kWh){}", stamps(0, 15, 96, wave)));
    let read = lines(&extraction);
    assert_eq!(read.len(), 96);
    assert_eq!(read[0], "B2 ?/? 2024-01-01T00:00:00..2024-01-01T00:15:00 0.5 kWh");
}

#[test]
fn ends_are_proven_by_the_last_midnight() {
    let extraction = read_sheet(&format!("Timestamp|Usage (kWh){}", stamps(30, 30, 48, wave)));
    let read = lines(&extraction);
    assert_eq!(read.len(), 48);
    assert_eq!(read[0], "B2 ?/? 2024-01-01T00:00:00..2024-01-01T00:30:00 0.5 kWh");
}

#[test]
fn neither_is_proven_in_the_middle_of_a_day() {
    holds(&format!("Timestamp|Usage (kWh){}", stamps(600, 30, 20, wave)), "period_unknown");
}

#[test]
fn the_heading_may_prove_it() {
    let extraction = read_sheet(&format!("Interval end|Usage (kWh){}", stamps(600, 30, 20, wave)));
    assert_eq!(lines(&extraction)[0], "B2 ?/? 2024-01-01T09:30:00..2024-01-01T10:00:00 0.5 kWh");
}

#[test]
fn power_is_not_energy() {
    let extraction = read_sheet(&format!("Horodate|Puissance (kW){}", stamps(0, 30, 47, wave)));
    assert_eq!(
        lines(&extraction)[0],
        "B2 ?/? 2024-01-01T00:00:00..2024-01-01T00:30:00 0.5 kW average_power"
    );
}

#[test]
fn power_of_a_day_is_asked_about() {
    holds(
        "Date|Valeur (en kW)
2024-01-01|25.2
2024-01-02|23.1
2024-01-03|24.2",
        "kind_unclear",
    );
}

#[test]
fn demand_beside_energy_is_no_reading() {
    let extraction = read_sheet(&format!(
        "Date|Energy Use (kWh)|Demand (kW){}",
        stamps(0, 15, 90, |n| format!("{}|{}", wave(n), 3))
    ));
    assert!(extraction.readings.iter().all(|reading| reading.cell.column == 1));
    assert_eq!(extraction.readings.len(), 90);
}

#[test]
fn generation_is_not_consumption() {
    let extraction = read_sheet(&format!(
        "Date|PV generation (kWh)|Grid consumption (kWh){}",
        stamps(0, 60, 47, |n| format!("{}|{}", n % 3, wave(n)))
    ));
    assert!(extraction.readings.iter().all(|reading| reading.cell.column == 2));
    assert_eq!(extraction.readings.len(), 47);
}

#[test]
fn hours_as_numbers() {
    let mut rows = String::new();
    for day in 1..=3 {
        for hour in 1..=24 {
            rows.push_str(&format!("\n2024-03-0{day}|{hour}|{}", wave(day * 24 + hour)));
        }
    }
    let extraction = read_sheet(&format!("Fecha|Hora|Consumo_kWh{rows}"));
    let read = lines(&extraction);
    assert_eq!(read.len(), 72, "{:?}", extraction.problems);
    assert!(read[0].contains("2024-03-01T00:00:00..2024-03-01T01:00:00"), "{}", read[0]);
    assert!(read[71].contains("2024-03-03T23:00:00..2024-03-04T00:00:00"), "{}", read[71]);
}

#[test]
fn date_and_time_in_two_columns() {
    let mut rows = String::new();
    for n in 0..96 {
        rows.push_str(&format!(
            "\n'{:02}.01.2024|'{:02}:{:02}|'{},25",
            1 + n / 96,
            n % 96 / 4,
            n % 4 * 15,
            n % 7
        ));
    }
    let extraction = read_sheet(&format!("Datum|Uhrzeit|Verbrauch (kWh){rows}"));
    let read = lines(&extraction);
    assert_eq!(read.len(), 96, "{:?}", extraction.problems);
    assert!(read[1].contains("2024-01-01T00:15:00..2024-01-01T00:30:00 1.25 kWh"), "{}", read[1]);
}

#[test]
fn days() {
    reads(
        "Day|kWh
2024-01-01|25.2
2024-01-02|23.1
2024-01-03|24.2
2024-01-04|20.5",
        &[
            "B2 ?/? 2024-01-01..2024-01-01 25.2 kWh",
            "B3 ?/? 2024-01-02..2024-01-02 23.1 kWh",
            "B4 ?/? 2024-01-03..2024-01-03 24.2 kWh",
            "B5 ?/? 2024-01-04..2024-01-04 20.5 kWh",
        ],
    );
}

#[test]
fn weeks_are_asked_about() {
    holds(
        "Date|kWh
2024-01-01|25.2
2024-01-08|23.1
2024-01-15|24.2",
        "period_unknown",
    );
}

#[test]
fn text_half_hours_of_one_week_are_read_in_the_only_steady_order() {
    let mut rows = String::new();
    for n in 0..200 {
        let minute = n * 30;
        rows.push_str(&format!(
            "\n'{:02}/04/2024 {:02}:{:02}:00|'0,{}",
            1 + minute / 1440,
            minute % 1440 / 60,
            minute % 60,
            100 + n % 17
        ));
    }
    let extraction = read_sheet(&format!("Date|Consommation (kWh){rows}"));
    assert_eq!(lines(&extraction).len(), 200, "{:?}", codes(&extraction));
    assert!(lines(&extraction)[0].contains("2024-04-01T00:00:00..2024-04-01T00:30:00 0.1 kWh"));
}

#[test]
fn what_an_export_says_about_itself_above_its_curve_is_heard() {
    let mut rows = "Identifiant PRM|Type de donnees|Date de debut|Grandeur metier|Unite
'12345678901234|Courbe de charge|'2021-03-01|Consommation|W
Horodate|Valeur"
        .to_owned();
    for n in 1..=96u32 {
        let day = 1 + n * 30 / 1440;
        rows.push_str(&format!(
            "\n'2021-03-{day:02}T{:02}:{:02}:00+01:00|{}",
            n * 30 / 60 % 24,
            n * 30 % 60,
            400 + n * 37 % 190
        ));
    }
    let extraction = read_sheet(&rows);
    let read = lines(&extraction);
    assert_eq!(read.len(), 96, "{:?}", extraction.problems);
    assert_eq!(
        read[0],
        "B4 ?/12345678901234 2021-03-01T00:00:00..2021-03-01T00:30:00 437 W average_power"
    );
}

#[test]
fn counted_headings_are_the_intervals_of_a_day() {
    for (first, count, minutes) in [("kWh_1", 48, 30), ("HH1", 48, 30), ("Period 1", 24, 60)] {
        let before = first.trim_end_matches('1');
        let headings: Vec<String> = (1..=count).map(|n| format!("{before}{n}")).collect();
        let numbers: Vec<String> = (1..=count).map(|n| (n * 7 % 13 + 1).to_string()).collect();
        let sheet = format!(
            "Half-hourly kWh\n\nMPAN|Date|{}\n'1200010305967|2023-05-01|{}\n'1200010305967|2023-05-02|{}",
            headings.join("|"),
            numbers.join("|"),
            numbers.join("|")
        );
        let extraction = read_sheet(&sheet);
        assert_eq!(extraction.readings.len(), 2 * count, "{first}: {:?}", extraction.problems);
        let period = extraction.readings[1].period.expect("a period");
        let since = period.start().duration_since(jiff::civil::date(2023, 5, 1).at(0, 0, 0, 0));
        assert_eq!(since.as_mins(), minutes, "{first}");
    }
    // Many meters with numbers are no intervals.
    let headings: Vec<String> = (1..=24).map(|n| format!("Flat {n}")).collect();
    let numbers: Vec<String> = (1..=24).map(|n| (n * 7).to_string()).collect();
    let flats = read_sheet(&format!(
        "Gas m3\n\nDate|{}\n2023-05-01|{}",
        headings.join("|"),
        numbers.join("|")
    ));
    assert!(flats.readings.iter().all(|r| r.period.is_some_and(|p| p.days() >= 1.0)));
}
