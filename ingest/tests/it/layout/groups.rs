//! Headings in two rows: what spans several columns, and below it what each of them holds.

use super::table::{codes, read_sheet};

/// The cells that are read, with the number.
fn told(lines: &str) -> Vec<String> {
    let extraction = read_sheet(lines);
    extraction.readings.iter().map(|one| format!("{} {}", one.cell, one.quantity)).collect()
}

/// A header of two rows with three months below it, with the numbers of each row.
fn months(header: &str, numbers: [&str; 3]) -> String {
    let names = ["Jan 2023", "Feb 2023", "Mar 2023"];
    let rows = names.iter().zip(numbers).map(|(month, numbers)| format!("{month}|{numbers}\n"));
    format!("{header}\n{}", rows.collect::<String>())
}

#[test]
fn a_second_row_of_headings_is_no_data_whatever_its_words_are() {
    let numbers = ["10|11|20|21", "12|13|22|23", "14|15|24|25"];
    let planned = "Month|Electricity (kWh)|<|Gas (kWh)|<\n|Budget|Actual|Budget|Actual";
    let read = ["C3 11", "E3 21", "C4 13", "E4 23", "C5 15", "E5 25"];
    assert_eq!(told(&months(planned, numbers)), read);
    // Neither where nothing is merged, nor where the first heading spans both rows.
    assert_eq!(told(&months(&planned.replace('<', ""), numbers)), read);
    assert_eq!(told(&months(&planned.replace("\n|", "\n^|"), numbers)), read);
    let french = "Mois|Électricité (kWh)|<|Gaz (kWh)|<\n|Prévu|Réel|Prévu|Réel";
    assert_eq!(told(&months(french, numbers)), read);
    let paid = "Month|Electricity (kWh)|<|Gas (kWh)|<\n|Bill|Units|Bill|Units";
    assert_eq!(told(&months(paid, numbers)), read);
}

#[test]
fn groups_behind_names_of_rows_reach_as_far_as_their_parts() {
    let table = "Site|Floor|Electricity (kWh)||Gas (kWh)|\n||Target|Actual|Target|Actual\n\
                 Mill|1|10|11|20|21\nFarm|2|12|13|22|23\nBarn|3|14|15|24|25\n";
    let dated = format!("Consumption in March 2024\n{table}");
    assert_eq!(told(&dated), ["D4 11", "F4 21", "D5 13", "F5 23", "D6 15", "F6 25"]);
}

#[test]
fn names_of_places_and_meters_below_a_heading_are_read_each() {
    let places = "Month|Electricity (kWh)|<|<\n|Library|Pool|Depot";
    let read = told(&months(places, ["10|31|12", "43|14|25", "16|27|18"]));
    assert_eq!(read.len(), 9);
    let meters = "Month|Electricity (kWh)|<|Water (m3)|<\n|Meter 1|Meter 2|Meter 1|Meter 2";
    let extraction = read_sheet(&months(meters, ["10|31|20|21", "12|13|42|23", "11|15|24|25"]));
    assert_eq!(extraction.readings.len(), 12);
    let meter = extraction.readings[0].meter.clone().expect("a name");
    assert!(meter.contains("Meter 1"), "{meter}");
    let own_each = "Month|Block A (kWh)|<|Block B (kWh)|<\n|Shops|Flats|Gym|Hall";
    assert_eq!(told(&months(own_each, ["8|2|3|9", "5|6|7|4", "9|1|2|8"])).len(), 12);
}

#[test]
fn parts_whose_words_say_nothing_are_asked_about() {
    let numbers = ["10|31|20|51", "32|13|42|23", "14|25|24|35"];
    let open = "Month|Building 1 (kWh)|<|Building 2 (kWh)|<\n|Raw|Xyz|Raw|Xyz";
    let extraction = read_sheet(&months(open, numbers));
    assert!(extraction.readings.is_empty() && codes(&extraction).contains(&"layout_unclear"));
    // One that is measured counts, and the other one is asked about.
    let beside = open.replace("Raw", "Measured");
    let extraction = read_sheet(&months(&beside, numbers));
    assert_eq!(extraction.readings.len(), 6);
    assert!(codes(&extraction).contains(&"layout_unclear"));
    // What is left beside what was planned is what was used.
    let planned = "Month|Building 1 (kWh)|<|Building 2 (m3)|<\n|Mains|Budget|Mains|Budget";
    assert_eq!(told(&months(planned, numbers)).len(), 6);
}

#[test]
fn a_part_of_what_stands_beside_it_is_not_read_again() {
    let table = "Month|Electricity (kWh)|<\n|Total|of which HVAC";
    assert_eq!(told(&months(table, ["10|4", "12|5", "14|6"])), ["B3 10", "B4 12", "B5 14"]);
}

#[test]
fn pieces_below_the_name_of_a_building_name_no_site() {
    let table = "Electricity consumption (kWh)\n\nMonth|Building 1|<|Building 2|<\n\
                 |Usage|Pieces|Usage|Pieces\nJan 2023|100|5|200|6\nFeb 2023|110|7|210|8\n\
                 Mar 2023|120|9|220|5\n";
    let extraction = read_sheet(table);
    assert_eq!(extraction.readings.len(), 6);
    assert!(extraction.readings.iter().all(|one| one.site.is_none()));
}

#[test]
fn three_groups_above_the_heading_of_the_months_are_no_header_of_their_own() {
    let header = "|Electricity (kWh)|<|Water (m3)|<|LPG (kg)|<\nMonth|Actual|Budget|Actual|Budget|Actual|Budget";
    let extraction =
        read_sheet(&months(header, ["90|91|42|40|7|8", "80|83|47|45|9|8", "99|98|41|40|6|8"]));
    let units = extraction.readings.iter().map(|one| one.unit.as_ref().map(|unit| &*unit.text));
    assert_eq!(units.collect::<Vec<_>>()[..3], [Some("kWh"), Some("m3"), Some("kg")]);
    assert_eq!(extraction.readings.len(), 9);
    assert!(extraction.readings.iter().all(|one| one.commodity.is_some()));
}

#[test]
fn each_value_has_the_registers_that_stand_before_it() {
    let title = "Tenants April 2024\n";
    let rows =
        "S1|4000|4300|300|710|750|40\nS2|5100|5220|120|820|860|40\nS3|6000|6410|410|900|990|90\n";
    let read = ["D3 300", "G3 40", "D4 120", "G4 40", "D5 410", "G5 90"];
    for names in [
        "Unit|EB Opening|EB Closing|EB Units|DG Opening|DG Closing|DG Units",
        "Unit|Prev Elec Reading|Curr Elec Reading|Elec kWh|Prev Water Reading|Curr Water Reading|Water m3",
    ] {
        assert_eq!(told(&format!("{title}{names}\n{rows}")), read, "{names}");
    }
    // What is neither called a register nor used before it is known by its numbers.
    let groups =
        "Piso|Luz (kWh)|<|<|Agua (m3)|<|<\n|Anterior|Actual|Consumo|Anterior|Actual|Consumo";
    let read = ["D4 300", "G4 40", "D5 120", "G5 40", "D6 410", "G6 90"];
    assert_eq!(told(&format!("Abril 2024\n{groups}\n{rows}")), read);
    let groups = "Office|EB Meter|<|<|DG Meter|<|<\n|Opening|Closing|Units|Opening|Closing|Units";
    assert_eq!(told(&format!("{title}{groups}\n{rows}")), read);
}

#[test]
fn a_use_behind_a_part_and_a_whole_makes_no_registers_of_them() {
    let names = "Month|Heating (kWh)|Building (kWh)|Net usage (kWh)";
    let rows = "Jan 2024|40|100|60\nFeb 2024|50|90|40\nMar 2024|20|95|75\n";
    assert!(told(&format!("{names}\n{rows}")).iter().any(|cell| cell.starts_with("C2")));
}

#[test]
fn days_beside_the_registers_before_and_after_are_from_and_to() {
    let table = "Opened|Meter start (m3)|Closed|Meter end (m3)|Use (m3)\n\
                 2025-06-01|1200|2025-06-02|1247|47\n2025-06-03|1247|2025-06-05|1280|33\n\
                 2025-06-06|1280|2025-06-07|1326|46\n";
    let extraction = read_sheet(table);
    let periods =
        extraction.readings.iter().map(|one| one.period.expect("a period").start().date());
    assert_eq!(periods.map(jiff::civil::Date::day).collect::<Vec<_>>(), [1, 3, 6]);
}

#[test]
fn what_was_used_in_a_group_has_the_name_of_the_group() {
    let table = "Electricity (kWh) 2023||||\nMonth|Hall|<|Pool|<\n|Used|Plan|Used|Plan\n\
                 Jan|300|310|90|80\nFeb|290|310|95|80\nMar|280|310|85|80";
    let read = read_sheet(table);
    let names: Vec<&str> = read
        .readings
        .iter()
        .filter_map(|reading| reading.meter.as_deref().or(reading.site.as_deref()))
        .collect();
    assert_eq!(names, ["Hall", "Pool", "Hall", "Pool", "Hall", "Pool"]);
}

#[test]
fn a_name_written_once_for_two_lines_is_that_of_both() {
    let rows = "Mill|Electricity|52|58\n|Gas|71|77\nPool|Electricity|98|91\n|Gas|83|86";
    let extraction = read_sheet(&format!("Annual consumption (kWh)\nSite|Fuel|2022|2023\n{rows}"));
    let sites: Vec<_> = extraction.readings.iter().filter_map(|one| one.site.as_deref()).collect();
    assert_eq!(sites, ["Mill", "Mill", "Mill", "Mill", "Pool", "Pool", "Pool", "Pool"]);
}

#[test]
fn the_unit_of_a_sum_is_that_of_the_months_which_it_proves_to_sum_up() {
    let table = |total: i32| {
        format!(
            "Consumption 2023\nSite|Jan|Feb|Mar|Total kWh\nMill|10|12|11|33\nPool|30|20|25|{total}"
        )
    };
    let units = |table: &str| -> Vec<bool> {
        read_sheet(table).readings.iter().map(|one| one.unit.is_some()).collect()
    };
    assert_eq!(units(&table(75)), [true; 6]);
    assert!(units(&table(80)).iter().all(|has_unit| !has_unit), "not their sum");
}
