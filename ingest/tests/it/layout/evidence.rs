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

#[test]
fn hours_are_told_from_days_however_they_are_counted() {
    for hours in [["HE 1", "HE 2", "HE 3"], ["H01", "H02", "H03"], ["12 AM", "1 AM", "2 AM"]] {
        let rows = hours.map(|hour| format!("2022-03-29|{hour}|5.4\n")).concat();
        let read = read_sheet(&format!("Date|Hour|Consumption (kWh)\n{rows}"));
        let lengths: Vec<f64> =
            read.readings.iter().filter_map(|r| Some(r.period?.days())).collect();
        assert!(lengths.len() == 3 && lengths.iter().all(|days| *days < 0.05), "{hours:?}");
    }
    let across = |heading: &dyn Fn(u32) -> String| {
        let headings: Vec<String> = (0..24).map(|hour| format!("|{}", heading(hour))).collect();
        let row = |day: u32| {
            let values: Vec<String> =
                (0..24).map(|hour| format!("|{}", 3 + (hour + day) % 7)).collect();
            format!("2023-01-0{day}{}\n", values.concat())
        };
        let rows = [1, 2, 3].map(row).concat();
        let extraction =
            read_sheet(&format!("Electricity (kWh)\nDate{}\n{rows}", headings.concat()));
        let all = extraction.readings.iter();
        all.filter(|r| r.period.is_some_and(|p| p.days() < 0.05)).count()
    };
    assert_eq!(across(&|hour| format!("H{}", hour + 1)), 72);
    assert_eq!(across(&|hour| format!("{hour:02} - {:02}", hour + 1)), 72);
    assert_eq!(across(&|hour| format!("{}h", hour + 1)), 72);
    assert_eq!(across(&|hour| format!("H{} (kWh)", hour + 1)), 72);
}

#[test]
fn a_number_under_quarter_is_no_month() {
    let table = "year|quarter|Consumption (kWh)\n2020|1|544\n2020|2|534\n2020|3|131\n2020|4|210";
    let read = read_sheet(table);
    let days: Vec<f64> = read.readings.iter().filter_map(|r| Some(r.period?.days())).collect();
    assert!(days.len() == 4 && days.iter().all(|days| *days > 89.0), "{days:?}");
}

#[test]
fn days_outside_the_months_of_their_rows_are_of_something_else() {
    let table = "Month|Usage (kWh)|Date Built\nJanuary 2022|281|2019-05-03\n\
                 February 2022|546|2019-05-04\nMarch 2022|340|2019-05-05";
    assert_eq!(told(table), ["B2 281 2022-01-01", "B3 546 2022-02-01", "B4 340 2022-03-01"]);
}

#[test]
fn columns_made_from_others_are_no_use() {
    let headings = ["kwh_lag_1", "kwh_rolling_24", "kwh_pred", "Allowance (kWh)", "kWh zscore"];
    for heading in headings {
        let table = format!(
            "date|consumption_kwh|{heading}\n2023-01-01|30|21\n2023-01-02|22|30\n2023-01-03|25|22"
        );
        assert_eq!(cells(&table), ["B2", "B3", "B4"], "{heading}");
    }
    let shares = "Electricity (kWh)||\nSite|2022|2023\nMill|900|850\nof which renewable|100|200\nDock|300|310";
    assert!(cells(shares).iter().all(|cell| !cell.ends_with('4')), "{:?}", cells(shares));
}

#[test]
fn a_number_in_the_name_of_a_meter_makes_no_unit() {
    let table = "Electricity (kWh) 2023||||\nMonth|M1|M2|M3|M4\nJan|11|12|13|9\nFeb|10|11|14|8";
    let read = read_sheet(table);
    assert_eq!(read.readings.len(), 8);
    let units: Vec<String> = read
        .readings
        .iter()
        .filter_map(|reading| Some(reading.unit.as_ref()?.text.to_string()))
        .collect();
    assert!(units.len() == 8 && units.iter().all(|unit| unit == "kWh"), "{units:?}");
}

#[test]
fn days_without_a_heading_are_those_of_the_rows() {
    let table = "|School B - Electricity (kWh)\n25.01.2021 00:00|21\n25.01.2021 01:00|47\n\
                 25.01.2021 02:00|45\n25.01.2021 03:00|41";
    assert_eq!(cells(table), ["B2", "B3", "B4", "B5"]);
}

#[test]
fn a_column_that_is_not_read_is_told() {
    let table = "Month|Electricity (kWh)|Gas\n2022-01-01|3121|3381\n2022-02-01|6613|8450\n2022-03-01|6603|7570";
    let read = read_sheet(table);
    assert_eq!(read.readings.len(), 3);
    assert!(read.problems.iter().any(|problem| problem.sentence.contains("Gas")));
}

#[test]
fn a_table_of_emissions_or_means_is_no_use() {
    for title in
        ["Electricity CO2 2023 (kg)", "Average daily electricity (kWh)", "Electricity (kWh/m2)"]
    {
        let table = format!("{title}||\nSite|Jan 2023|Feb 2023\nMill|90|85\nDock|30|31");
        assert_eq!(cells(&table), Vec::<String>::new(), "{title}");
    }
}

#[test]
fn a_mark_for_nothing_among_headings_hides_no_table() {
    let table = "Building|Jan 2022 (kWh)|Feb 2022 (kWh)|-\nB0|889|694|722\nB1|738|421|163";
    assert_eq!(cells(table), ["B2", "C2", "B3", "C3"]);
}

#[test]
fn sums_up_to_a_day_are_no_use() {
    let table = "Date|Consumption (kWh)|Month to date (kWh)|Year to date (kWh)\n\
                 2022-03-01|56|56|1056\n2022-03-02|74|130|1130\n2022-03-03|46|176|1176\n2022-03-04|51|227|1227\n2022-03-05|60|287|1287";
    assert_eq!(cells(table), ["B2", "B3", "B4", "B5", "B6"]);
}
