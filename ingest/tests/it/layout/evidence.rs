//! What stands beside a heading says what it means: registers by their difference, totals by their parts, months by their
//! neighbours; and what has a date or year of its own says nothing of the numbers beside it.

use super::table::{codes, read_sheet};

/// The cells that are read, with the number and the first day of each.
fn told(lines: &str) -> Vec<String> {
    read_sheet(lines)
        .readings
        .iter()
        .map(|reading| {
            let day = reading.period.map(|period| period.start().date().to_string());
            format!("{} {} {}", reading.cell, reading.quantity, day.unwrap_or_default())
        })
        .collect()
}

/// The cells that are read.
fn cells(lines: &str) -> Vec<String> {
    read_sheet(lines).readings.iter().map(|reading| reading.cell.to_string()).collect()
}

#[test]
fn two_columns_whose_difference_was_used_are_registers() {
    let rows = "U0|Apr 2024|1000|1050|50\nU1|Apr 2024|1100|1157|57\nU2|Apr 2024|640|704|64";
    for headings in [
        "Start (kWh)|End (kWh)|Usage (kWh)",
        "Previous (m3)|Present (m3)|Usage (m3)",
        "Old (kWh)|New (kWh)|Diff (kWh)",
        "From (kWh)|To (kWh)|Used (kWh)",
        "Eski (kWh)|Yeni (kWh)|Tüketim (kWh)",
        "Ancien (m3)|Nouveau (m3)|Consommation (m3)",
    ] {
        let table = format!("Unit|Month|{headings}\n{rows}");
        assert_eq!(cells(&table), ["E2", "E3", "E4"], "{headings}");
    }
    // A total less one of its parts is the other part.
    let parts = "Site|Month|Day (kWh)|Total (kWh)|Night (kWh)\n\
                 A|Apr 2024|1000|1050|50\nB|Apr 2024|1100|1157|57\nC|Apr 2024|640|704|64";
    assert!(!cells(parts).contains(&"D2".to_owned()), "a register after");
}

#[test]
fn each_of_two_pairs_of_registers_belongs_to_the_use_beside_it() {
    let table = "Flat|Month|Power alt (kWh)|Power neu (kWh)|Power Verbrauch (kWh)|\
                 Water alt (m3)|Water neu (m3)|Water Verbrauch (m3)\n\
                 1|04/2024|1688|1979|291|3227|3287|60\n2|04/2024|8421|9238|817|2487|2783|296\n\
                 3|04/2024|7191|7343|152|7715|8167|452";
    assert_eq!(cells(table), ["E2", "H2", "E3", "H3", "E4", "H4"]);
}

#[test]
fn the_sum_of_the_places_beside_it_is_their_total() {
    let table = "Electricity (kWh) 2023|||\nMonth|Library|Pool|Total consumption\n\
                 Jan|900|500|1400\nFeb|850|520|1370\nMar|910|480|1390\nApr|700|510|1210";
    let expected = ["B3", "C3", "B4", "C4", "B5", "C5", "B6", "C6"];
    assert_eq!(cells(table), expected);
    let first = &read_sheet(table).readings[0];
    assert!(first.meter.as_deref() == Some("Library") || first.site.as_deref() == Some("Library"));
}

#[test]
fn an_answer_names_nothing_and_loses_nothing() {
    let table = "Electricity (kWh) 2023|||\nSite|Smart meter|Jan|Feb\nMill|yes|10|12\nDock|no|7|9";
    assert_eq!(cells(table), ["C3", "D3", "C4", "D4"]);
    assert!(read_sheet(table).readings.iter().all(|reading| reading.meter.is_none()));
}

#[test]
fn months_that_are_words_as_well_are_told_by_their_neighbours() {
    let table = "Electricity 2023 (kWh)||||||\n\
                 Site|Jan Usage|Feb Usage|Mar Usage|Apr Usage|May Usage\nMill|10|12|11|9|8";
    let days = ["01-01", "02-01", "03-01", "04-01", "05-01"];
    let expected: Vec<String> = ["B3 10", "C3 12", "D3 11", "E3 9", "F3 8"]
        .iter()
        .zip(days)
        .map(|(cell, day)| format!("{cell} 2023-{day}"))
        .collect();
    assert_eq!(told(table), expected);
}

#[test]
fn the_year_of_another_column_is_not_that_of_the_months() {
    let rows = "Mill|360033|35365|33939\nDock|144033|14291|14549";
    for heading in ["2022 Total", "2022", "Contract end 2025", "Area 2021 (m2)", "Baseline 2019"] {
        let table = format!("Electricity (kWh) 2023|||\nSite|{heading}|Jan|Feb\n{rows}");
        let read = told(&table);
        assert_eq!(read.len(), 4, "{heading}");
        assert!(read.iter().all(|cell| cell.contains(" 2023-")), "{heading}: {read:?}");
    }
    let built = "Electricity (kWh) 2023|||\nSite|Built|Jan|Feb\nMill|1998|35|33\nDock|2004|14|15";
    let read = told(built);
    assert!(read.len() == 4 && read.iter().all(|cell| cell.contains(" 2023-")), "{read:?}");
    // Years below what is counted are those of the months.
    let years = "kWh|Jan|Feb\n2022|35|33\n2023|14|15";
    assert_eq!(
        told(years),
        ["B2 35 2022-01-01", "C2 33 2022-02-01", "B3 14 2023-01-01", "C3 15 2023-02-01"]
    );
}

#[test]
fn a_month_that_dates_a_title_is_not_that_of_the_numbers() {
    let table = "Site|Electricity (kWh)|Gas (kWh)\nMill|35365|69486\nDock|14617|27568";
    for title in [
        "Report date: 15 March 2024",
        "As at 31 March 2024",
        "Year to 31 March 2023",
        "12 months to December 2023",
        "Consumption since January 2023",
        "Board meeting 12 March 2024",
        "Energy Audit Report – April 2024",
        "Stand Dezember 2023",
        "Exercice clos le 31 décembre 2023",
    ] {
        let extraction = read_sheet(&format!("{title}||\n{table}"));
        assert!(
            extraction.readings.iter().all(|r| r.period.is_none_or(|p| p.days() > 31.5)),
            "{title}"
        );
    }
    let annual =
        read_sheet(&format!("Annual consumption by site||\nReport: December 2023||\n{table}"));
    assert!(annual.readings.is_empty() && codes(&annual).contains(&"period_unknown"));
    let monthly = format!("Energy use March 2024||\n{table}");
    assert!(told(&monthly).iter().all(|cell| cell.ends_with(" 2024-03-01")));
    assert_eq!(told(&monthly).len(), 4);
}
