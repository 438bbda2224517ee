//! Cumulative registers.

use super::table::{holds, lines, read_sheet, reads};

#[test]
fn consumption_beside_its_registers() {
    reads(
        "Meter|Month|Previous reading|Current reading|Consumption (m3)
A|2024-01-01|100|112|12
A|2024-02-01|112|120|8
A|2024-03-01|120|135|15",
        &[
            "E2 ?/A 2024-01-01..2024-01-31 12 m3",
            "E3 ?/A 2024-02-01..2024-02-29 8 m3",
            "E4 ?/A 2024-03-01..2024-03-31 15 m3",
        ],
    );
}

#[test]
fn a_difference_that_is_not_the_consumption_is_held() {
    reads(
        "Meter|Month|Previous reading|Current reading|Consumption (m3)
A|2024-01-01|100|112|12
A|2024-02-01|112|120|80
A|2024-03-01|120|135|15",
        &["E2 ?/A 2024-01-01..2024-01-31 12 m3", "E4 ?/A 2024-03-01..2024-03-31 15 m3"],
    );
}

#[test]
fn registers_alone() {
    reads(
        "Date|Meter reading (kWh)
2024-01-05|1000
2024-02-03|1100
2024-03-09|1250",
        &[
            "B2 ?/? 2024-01-05..2024-01-05 1000 kWh register_reading",
            "B3 ?/? 2024-01-06..2024-02-03 1100 kWh register_reading",
            "B4 ?/? 2024-02-04..2024-03-09 1250 kWh register_reading",
        ],
    );
}

#[test]
fn a_register_that_falls_is_asked_about() {
    holds(
        "Date|Meter reading (kWh)
2024-01-05|1000
2024-02-03|900
2024-03-09|1250",
        "kind_unclear",
    );
}

#[test]
fn rising_numbers_under_consumption_are_asked_about() {
    holds(
        "Month|Consumption (kWh)
2024-01-01|1000
2024-02-01|1100
2024-03-01|1250
2024-04-01|1300
2024-05-01|1420
2024-06-01|1500
2024-07-01|1640
2024-08-01|1700
2024-09-01|1850",
        "kind_unclear",
    );
}

#[test]
fn a_register_that_began_anew_is_taken_with_its_multiplier() {
    let numbers = [99_100, 99_250, 99_410, 99_580, 99_720, 99_880, 30, 190, 350];
    let rows = (1..)
        .zip(numbers)
        .map(|(month, number)| format!("2024-{month:02}-28|{number}|40"))
        .collect::<Vec<_>>()
        .join("\n");
    let extraction = read_sheet(&format!("Date|Meter reading (kWh)|Multiplier\n{rows}"));
    assert_eq!(extraction.readings.len(), numbers.len(), "{:?}", extraction.problems);
    for reading in &extraction.readings {
        assert_eq!(reading.kind, readings::ReadingKind::RegisterReading);
        assert_eq!(reading.multiplier, Some(rust_decimal::dec!(40)));
    }
}

#[test]
fn registers_named_by_the_commodity_alone() {
    reads(
        "Day|Month|Year|Cold water
17|February|2024|1029
14|March|2024|1033
8|April|2024|1038
17|April|2024|1039
22|April|2024|1040
25|April|2024|1041
1|May|2024|1042",
        &[
            "D2 ?/? 2024-02-17..2024-02-17 1029 ? register_reading",
            "D3 ?/? 2024-02-18..2024-03-14 1033 ? register_reading",
            "D4 ?/? 2024-03-15..2024-04-08 1038 ? register_reading",
            "D5 ?/? 2024-04-09..2024-04-17 1039 ? register_reading",
            "D6 ?/? 2024-04-18..2024-04-22 1040 ? register_reading",
            "D7 ?/? 2024-04-23..2024-04-25 1041 ? register_reading",
            "D8 ?/? 2024-04-26..2024-05-01 1042 ? register_reading",
        ],
    );
}

#[test]
fn rounds_of_reading_on_days_that_are_open_one_by_one() {
    let sheet = "Meter readings 2024
Meter|Location|Unit|05/01/2024|02/02/2024|01/03/2024|05/04/2024
M1|Floor 1|kWh|10000|10300|10610|10900
M2|Floor 2|kWh|52000|52310|52590|52980";
    let extraction = read_sheet(sheet);
    assert_eq!(extraction.readings.len(), 8, "{:?}", extraction.problems);
    assert!(
        extraction.readings.iter().all(|r| r.kind == readings::ReadingKind::RegisterReading),
        "{:?}",
        lines(&extraction)
    );
    // 5 January to 5 April: read with the month first they would follow nothing.
    let last = extraction.readings.iter().filter_map(|r| r.period).max().expect("some");
    assert!(last.to_string().contains("2024-04-05"), "{last}");
    // Use of the same days is asked about: since when was it counted?
    let used =
        read_sheet(&sheet.replace("Meter readings", "Consumption").replace("10610", "10210"));
    assert!(used.readings.is_empty(), "{:?}", lines(&used));
}

#[test]
fn the_day_of_the_current_reading_is_no_month() {
    let rows = "M1|2023-02-01|100|150|50\nM1|2023-03-01|150|190|40\nM1|2023-04-01|190|240|50";
    for heading in ["Current read date", "Reading taken on", "Date read", "Date of reading"] {
        let sheet = format!("Meter|{heading}|Previous reading|Current reading|Use (kWh)\n{rows}");
        let extraction = read_sheet(&sheet);
        let first = extraction.readings.first().and_then(|reading| reading.period);
        let start = first.map(|period| period.start().date().to_string());
        assert_eq!(start.as_deref(), Some("2023-02-02"), "{heading}: {:?}", extraction.problems);
        assert_eq!(extraction.readings.len(), 2, "{heading}: the first has nothing before it");
    }
    // A month that is written as its first day is that month.
    let months =
        read_sheet(&format!("Meter|Month|Previous reading|Current reading|Use (kWh)\n{rows}"));
    assert_eq!(months.readings.len(), 3, "{:?}", months.problems);
}

#[test]
fn each_meter_has_the_ratio_that_its_rows_state() {
    let sheet = "Meter|From|To|Start read|End read|CT multiplier|Units (kWh)
A|2023-01-01|2023-02-01|100|150|1|50
A|2023-02-01|2023-03-01|150|190|1|40
A|2023-03-01|2023-04-01|190|260|1|70
B|2023-01-01|2023-02-01|500|510|40|400
B|2023-02-01|2023-03-01|510|517|40|280
B|2023-03-01|2023-04-01|517|526|40|9";
    let extraction = read_sheet(sheet);
    let cells: Vec<_> = extraction.readings.iter().map(|r| r.cell.to_string()).collect();
    assert_eq!(cells, ["G2", "G3", "G4", "G5", "G6"], "the last is not multiplied");
    // Without a column for it, each meter has its usual one.
    let lines: Vec<String> = sheet
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            [&cells[..5], &cells[6..]].concat().join("|")
        })
        .collect();
    let without = read_sheet(&lines.join("\n"));
    let cells: Vec<_> = without.readings.iter().map(|r| r.cell.to_string()).collect();
    assert_eq!(cells, ["F2", "F3", "F4", "F5", "F6"], "{:?}", without.problems);
}

#[test]
fn a_date_beside_the_register_of_what_was_used_is_that_of_its_reading() {
    let rows = "M1|2023-01-01|1000|\nM1|2023-02-01|1225|225\nM1|2023-03-01|1591|366\nM1|2023-04-01|1700|109";
    let starts = |heading: &str| -> Vec<String> {
        let extraction = read_sheet(&format!("Meter|{heading}|Meter reading|Usage (kWh)\n{rows}"));
        let periods = extraction.readings.iter().filter_map(|reading| reading.period);
        periods.map(|period| period.start().date().to_string()).collect()
    };
    assert_eq!(starts("Date"), ["2023-01-02", "2023-02-02", "2023-03-02"]);
    assert_eq!(starts("Month"), ["2023-02-01", "2023-03-01", "2023-04-01"]);
}
