//! Periods across.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn months_as_dates_under_a_title() {
    reads(
        "ELECTRICITY CONSUMPTION FOR BUILDINGS 2025|<|<|<
No|Building|2025-01-01|2025-02-01|2025-03-01|Total
1|North|100|110|120|330
2|South|50|60|55|165
|Total|150|170|175|495",
        &[
            "C3 North/? 2025-01-01..2025-01-31 100 ?",
            "D3 North/? 2025-02-01..2025-02-28 110 ?",
            "E3 North/? 2025-03-01..2025-03-31 120 ?",
            "C4 South/? 2025-01-01..2025-01-31 50 ?",
            "D4 South/? 2025-02-01..2025-02-28 60 ?",
            "E4 South/? 2025-03-01..2025-03-31 55 ?",
        ],
    );
}

#[test]
fn months_with_unit_and_year_in_the_header() {
    reads(
        "Site|Meter|Jan-24 kWh|Feb-24 kWh|Mar-24 kWh
Office|M1|10|11|9",
        &[
            "C2 Office/M1 2024-01-01..2024-01-31 10 kWh",
            "D2 Office/M1 2024-02-01..2024-02-29 11 kWh",
            "E2 Office/M1 2024-03-01..2024-03-31 9 kWh",
        ],
    );
}

#[test]
fn a_row_without_a_title_is_held() {
    holds(
        "Site|Jan 2024|Feb 2024|Mar 2024
Office|10|11|9",
        "kind_unclear",
    );
}

#[test]
fn year_in_a_column() {
    reads(
        "Gas consumption, m3
Site|Year|Jan|Feb|Mar
A|2022|5|6|7
A|2023|8|9|4",
        &[
            "C3 A/? 2022-01-01..2022-01-31 5 m3",
            "D3 A/? 2022-02-01..2022-02-28 6 m3",
            "E3 A/? 2022-03-01..2022-03-31 7 m3",
            "C4 A/? 2023-01-01..2023-01-31 8 m3",
            "D4 A/? 2023-02-01..2023-02-28 9 m3",
            "E4 A/? 2023-03-01..2023-03-31 4 m3",
        ],
    );
}

#[test]
fn year_as_a_merged_header_over_months() {
    reads(
        "Water use (m3)
Building|2022|<|2023|<
^|Nov|Dec|Jan|Feb
A|1|2|3|4
B|5|6|9|8",
        &[
            "B4 A/? 2022-11-01..2022-11-30 1 m3",
            "C4 A/? 2022-12-01..2022-12-31 2 m3",
            "D4 A/? 2023-01-01..2023-01-31 3 m3",
            "E4 A/? 2023-02-01..2023-02-28 4 m3",
            "B5 B/? 2022-11-01..2022-11-30 5 m3",
            "C5 B/? 2022-12-01..2022-12-31 6 m3",
            "D5 B/? 2023-01-01..2023-01-31 9 m3",
            "E5 B/? 2023-02-01..2023-02-28 8 m3",
        ],
    );
}

#[test]
fn a_fiscal_year_is_asked_about() {
    holds(
        "Consumption (kWh) 2023
Site|Jul|Aug|Sep|Oct|Nov|Dec|Jan|Feb
A|1|2|3|4|5|6|7|4",
        "year_unknown",
    );
}

#[test]
fn blocks_of_sites_with_unit_column() {
    reads(
        "Energy|Units|2024-01-01|2024-02-01|2024-03-01
North
Natural gas|MMBtu|5|6|4
Electric usage|MWh|10|11|12
Nat. gas price|$/MMBTU|3|3|3
Production|mt|100|110|90
South
Natural gas|MMBtu|7|8|6
Electric usage|MWh|20|21|19",
        &[
            "C3 North/Natural gas 2024-01-01..2024-01-31 5 MMBtu",
            "D3 North/Natural gas 2024-02-01..2024-02-29 6 MMBtu",
            "E3 North/Natural gas 2024-03-01..2024-03-31 4 MMBtu",
            "C4 North/Electric usage 2024-01-01..2024-01-31 10 MWh",
            "D4 North/Electric usage 2024-02-01..2024-02-29 11 MWh",
            "E4 North/Electric usage 2024-03-01..2024-03-31 12 MWh",
            "C8 South/Natural gas 2024-01-01..2024-01-31 7 MMBtu",
            "D8 South/Natural gas 2024-02-01..2024-02-29 8 MMBtu",
            "E8 South/Natural gas 2024-03-01..2024-03-31 6 MMBtu",
            "C9 South/Electric usage 2024-01-01..2024-01-31 20 MWh",
            "D9 South/Electric usage 2024-02-01..2024-02-29 21 MWh",
            "E9 South/Electric usage 2024-03-01..2024-03-31 19 MWh",
        ],
    );
}

#[test]
fn month_blocks_with_sub_columns() {
    reads(
        "Unit name|January 2024|<|<|February 2024|<|<
^|Consumption (kWh)|Demand (kW)|Cost (R$)|Consumption (kWh)|Demand (kW)|Cost (R$)
Prison 1|100|5|50|120|6|60
Prison 2|200|7|90|180|8|85",
        &[
            "B3 Prison 1/? 2024-01-01..2024-01-31 100 kWh",
            "E3 Prison 1/? 2024-02-01..2024-02-29 120 kWh",
            "B4 Prison 2/? 2024-01-01..2024-01-31 200 kWh",
            "E4 Prison 2/? 2024-02-01..2024-02-29 180 kWh",
        ],
    );
}

#[test]
fn periods_across_and_kinds_of_numbers_down() {
    reads(
        "Household bill 2024|<|<|<
Item|Jan 2024|Feb 2024|Mar 2024
Units consumed (kWh)|100|110|90
Fixed charges|20|20|20
Energy charges|300|330|270
Total bill amount|320|350|290",
        &[
            "B3 ?/? 2024-01-01..2024-01-31 100 kWh",
            "C3 ?/? 2024-02-01..2024-02-29 110 kWh",
            "D3 ?/? 2024-03-01..2024-03-31 90 kWh",
        ],
    );
}

#[test]
fn a_row_that_sums_its_members_is_a_total() {
    reads(
        "Consumption kWh
Building|Jan 2024|Feb 2024|Mar 2024
A|10|11|13
B|20|21|25
Campus|30|32|38",
        &[
            "B3 A/? 2024-01-01..2024-01-31 10 kWh",
            "C3 A/? 2024-02-01..2024-02-29 11 kWh",
            "D3 A/? 2024-03-01..2024-03-31 13 kWh",
            "B4 B/? 2024-01-01..2024-01-31 20 kWh",
            "C4 B/? 2024-02-01..2024-02-29 21 kWh",
            "D4 B/? 2024-03-01..2024-03-31 25 kWh",
        ],
    );
}

#[test]
fn years_across_need_a_unit() {
    holds(
        "Consumption
Town|2019|2020|2021
A|10|11|13
B|20|21|25",
        "layout_unclear",
    );
}

#[test]
fn a_row_in_an_unknown_unit_is_asked_about_and_one_of_people_is_not() {
    let extraction = read_sheet(
        "Machine|Unit|2024-01-01|2024-02-01|2024-03-01
Press|kWh|100|90|95
Oven|Zorks|40|41|38
Floor area|m2|700|700|700
Staff|persons|12|12|13",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", lines(&extraction));
    let asked: Vec<_> = extraction
        .problems
        .iter()
        .filter(|problem| problem.code.code() == "unit_not_understood")
        .collect();
    assert!(asked.iter().any(|problem| problem.sentence.contains("Zorks")), "{asked:?}");
    assert_eq!((asked.len(), extraction.refused), (3, 3), "{:?}", extraction.problems);
}

#[test]
fn zeros_of_months_to_come_are_not_read() {
    let extraction = read_sheet(
        "Consumption kWh
Building|Jan 2026|Feb 2026|Mar 2026|Apr 2026|Oct 2026|Nov 2026
A|10|11|13|0|0|0
B|20|0|25|0|0|0",
    );
    let cells: Vec<String> =
        extraction.readings.iter().map(|reading| reading.cell.to_string()).collect();
    assert_eq!(cells, ["B3", "C3", "D3", "B4", "C4", "D4"]);
    assert!(codes(&extraction).contains(&"period_in_future"));
}

#[test]
fn days_of_a_month_across() {
    let mut header = "Meter".to_owned();
    let mut row = "Pump".to_owned();
    for day in 1..=31 {
        header.push_str(&format!("|{day}"));
        row.push_str(&format!("|{}", 100 + day * 7 % 13));
    }
    let text = format!("Daily consumption in kWh\n{header}\n{row}");
    let extraction = read(&book(vec![sheet("March 2024", &text)]), "days.xlsx");
    let read = lines(&extraction);
    assert_eq!(read.len(), 31, "{:?}", extraction.problems);
    assert_eq!(read[0], "B3 ?/Pump 2024-03-01..2024-03-01 107 kWh");
}

#[test]
fn half_hours_across() {
    let mut header = "Meter|Date".to_owned();
    let mut rows = String::new();
    for half in 0..48 {
        header.push_str(&format!("|'{:02}:{:02}", half / 2, half % 2 * 30));
    }
    for day in 1..=3 {
        rows.push_str(&format!("\n2000001|2024-01-0{day}"));
        for half in 0..48 {
            rows.push_str(&format!("|{}", 0.25 + f64::from((half * 7 + day) % 11)));
        }
    }
    let extraction = read_sheet(&format!("Consumption (kWh)\n{header}{rows}"));
    let read = lines(&extraction);
    assert_eq!(read.len(), 144, "{:?}", extraction.problems.first());
    assert_eq!(read[1], "D3 ?/2000001 2024-01-01T00:30:00..2024-01-01T01:00:00 8.25 kWh");
}

#[test]
fn one_month_across_beside_meters_and_units() {
    reads(
        "Verbrauchsübersicht
Standort|Zähler|Sparte|Einheit|Jan 2025
Rathaus|E-1|Strom|kWh|18282
Rathaus|W-1|Wasser|m³|133",
        &[
            "E3 Rathaus/E-1 2025-01-01..2025-01-31 18282 kWh",
            "E4 Rathaus/W-1 2025-01-01..2025-01-31 133 m3",
        ],
    );
}

#[test]
fn years_below_a_corner_that_names_the_unit() {
    let extraction = read(
        &book(vec![sheet("Electricity", "kWh|Jan|Feb|Mar\n2022|100|120|130\n2023|110|118|140")]),
        "file.xlsx",
    );
    assert_eq!(
        lines(&extraction)[..2],
        ["B2 ?/? 2022-01-01..2022-01-31 100 kWh", "C2 ?/? 2022-02-01..2022-02-28 120 kWh"]
    );
    assert_eq!(extraction.readings.len(), 6);
}

#[test]
fn days_across_that_do_not_follow_each_other_are_not_taken_for_days() {
    let sheet = "Electricity consumption in kWh
Site|Meter|2024-01-15|2024-02-14|2024-03-15|2024-04-15
Hall|M1|300|310|290|280
Hall|M2|120|100|130|110";
    holds(sheet, "period_unknown");
    holds(
        &sheet.replace(
            "2024-01-15|2024-02-14|2024-03-15|2024-04-15",
            "2024-01-07|2024-01-14|2024-01-21|2024-01-28",
        ),
        "period_unknown",
    );
}

#[test]
fn a_unit_of_one_letter_is_no_part_of_a_month() {
    let extraction = read_sheet(
        "Site|Fuel|March 2023 (l)|April 2023 (l)|July 2023 (l)|September 2023 (l)\nMill|Water|1|2|3|4",
    );
    assert_eq!(extraction.readings.len(), 4, "{:?}", extraction.problems);
}
