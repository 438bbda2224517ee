//! Lists as offices keep them: what stands in a row beside its value says what the value is.

use readings::ReadingKind;

use super::table::{codes, holds, lines, read_sheet, reads};

#[test]
fn a_forecast_in_a_row_of_its_own_is_no_reading() {
    let sheet = "Site|Month|Type|kWh
HQ|Jan 2023|Actual|1100
HQ|Feb 2023|Actual|1050
HQ|Mar 2023|Forecast|1000
HQ|Apr 2023|Forecast|900";
    let extraction = read_sheet(sheet);
    assert_eq!(extraction.readings.len(), 2, "{:?}", lines(&extraction));
    assert_eq!(extraction.refused, 0, "{:?}", extraction.problems);
    // A branch that is called so is one.
    let sheet = sheet.replace("HQ", "Target").replace("Forecast", "Actual");
    assert_eq!(read_sheet(&sheet).readings.len(), 4);
}

#[test]
fn a_total_above_its_parts_is_not_counted_beside_them() {
    let extraction = read_sheet(
        "Consumption kWh|Jan 23|Feb 23|Mar 23
All sites|600|700|650
Alpha|250|400|350
Beta|350|300|300",
    );
    let sites: Vec<_> = extraction.readings.iter().map(|r| r.site.as_deref()).collect();
    assert!(sites.iter().all(|site| *site != Some("All sites")), "{:?}", lines(&extraction));
    assert_eq!(sites.len(), 6);
    // One after the other, each above its own.
    let extraction = read_sheet(
        "Consumption kWh|Jan 23|Feb 23|Mar 23
North|600|700|650
Alpha|250|400|350
Beta|350|300|300
South|60|70|65
Gamma|25|40|35
Delta|35|30|30",
    );
    assert_eq!(extraction.readings.len(), 12, "{:?}", lines(&extraction));
    // A row that is like two others by chance, and no first one.
    let extraction = read_sheet(
        "Consumption kWh|Jan 23|Feb 23|Mar 23
Omega|1|2|3
Alpha|600|700|650
Beta|250|400|350
Gamma|350|300|300",
    );
    assert_eq!(extraction.readings.len(), 12, "{:?}", lines(&extraction));
}

#[test]
fn a_meter_called_m3_is_no_unit_and_letters_beside_values_are_no_names() {
    let extraction = read_sheet(
        "Meter|Jan-23||Feb-23||Mar-23|
M1|120|A|130|E|125|A
M2|220|A|230|E|225|A
M3|320|A|330|E|325|A",
    );
    assert!(extraction.readings.is_empty(), "{:?}", lines(&extraction));
    assert_eq!(extraction.refused, 9);
    let extraction = read_sheet(
        "Electricity consumption kWh
Meter|Jan-23||Feb-23||Mar-23|
M1|120|A|130|E|125|A
M3|320|A|330|E|325|A",
    );
    assert_eq!(extraction.readings.len(), 6, "{:?}", extraction.problems);
    for reading in &extraction.readings {
        assert_eq!(reading.site, None);
        assert_eq!(reading.unit.as_ref().map(|unit| unit.text.as_ref()), Some("kWh"));
    }
}

#[test]
fn the_days_of_a_bill_say_since_when_it_counts() {
    let sheet = "Read date|Days|Usage (kWh)|Average daily usage (kWh)
2023-02-03|31|620|20
2023-03-03|28|560|20
2023-04-05|33|660|20";
    let periods: Vec<String> = read_sheet(sheet)
        .readings
        .iter()
        .filter_map(|reading| {
            let period = reading.period?;
            Some(format!("{} {}", period.start().date(), period.end().date()))
        })
        .collect();
    assert_eq!(
        periods,
        ["2023-01-04 2023-02-04", "2023-02-04 2023-03-04", "2023-03-04 2023-04-06"]
    );
    // One of them contradicts, and so nothing is proven.
    let torn = sheet.replace("|28|", "|30|");
    holds(&torn, "period_unknown");
}

#[test]
fn a_star_behind_a_number_refers_to_a_note() {
    let extraction = read_sheet(
        "Site|Month|kWh
Pool|Jan 2023|1250.5*
Pool|Feb 2023|1310
Pool|Mar 2023|1120**
* estimated",
    );
    let quantities: Vec<String> =
        extraction.readings.iter().map(|reading| reading.quantity.to_string()).collect();
    assert_eq!(quantities, ["1250.5", "1310", "1120"], "{:?}", extraction.problems);
}

#[test]
fn months_and_bills_are_dated_by_bare_numbers() {
    let extraction = read_sheet(
        "Premise|YYYYMM|kWh
P1|202301|110
P1|202302|120
P1|202303|130",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
    assert_eq!(extraction.readings[0].site.as_deref(), Some("P1"));
    let extraction = read_sheet(
        "Meter|Bill start|Bill end|Usage (kWh)
E9|44927|44956|497
E9|44957|44986|512
E9|44987|45016|480",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
}

#[test]
fn hours_across_end_at_their_number() {
    let hours: Vec<String> = (1..=24).map(|hour| format!("HE{hour}")).collect();
    let day = |day: u32| {
        let values: Vec<String> =
            (1..=24).map(|hour| format!("{}", day * 10 + hour * 7 % 24)).collect();
        format!("Z1|2023-07-0{day}|{}", values.join("|"))
    };
    let sheet = format!(
        "Consumption (kWh)\nMeter|Date|{}\n{}\n{}\n{}",
        hours.join("|"),
        day(1),
        day(2),
        day(3)
    );
    let extraction = read_sheet(&sheet);
    assert_eq!(extraction.readings.len(), 72, "{:?}", extraction.problems);
    let (first, last) = (&extraction.readings[0], &extraction.readings[23]);
    let period = |reading: &readings::ExtractedReading| {
        reading.period.map(|period| (period.start().to_string(), period.end().to_string()))
    };
    let span = |start: &str, end: &str| Some((start.to_owned(), end.to_owned()));
    assert_eq!(period(first), span("2023-07-01T00:00:00", "2023-07-01T01:00:00"));
    assert_eq!(period(last), span("2023-07-01T23:00:00", "2023-07-02T00:00:00"));
}

#[test]
fn a_year_stands_in_the_heading_of_what_was_used() {
    let extraction = read_sheet(
        "Building|Floor area (m2)|Electricity kWh 2023|kWh/m2
Block 1|700|70000|100
Block 2|500|60000|120",
    );
    assert_eq!(extraction.readings.len(), 2, "{:?}", extraction.problems);
    let extraction = read_sheet(
        "Month|Electricity 2022 (kWh)|Electricity 2023 (kWh)
January|1000|1100
February|950|900
March|980|1010",
    );
    let starts: Vec<String> = extraction
        .readings
        .iter()
        .filter_map(|reading| Some(reading.period?.start().date().to_string()))
        .collect();
    assert_eq!(starts[..2], ["2022-01-01", "2023-01-01"], "{:?}", extraction.problems);
}

fn periods(sheet: &str) -> Vec<String> {
    let ends = |reading: &readings::ExtractedReading| {
        let (start, end) = ingest::extract_csv::ends(reading.period?);
        Some(format!("{start}..{end}"))
    };
    read_sheet(sheet).readings.iter().filter_map(ends).collect()
}

#[test]
fn the_last_day_of_a_quarter_stands_for_the_quarter() {
    let sheet = "Quarter ended|Units (kWh)|Amount £
2022-03-31|17000|1700
2022-06-30|12000|1200
2022-09-30|11000|1100";
    assert_eq!(
        periods(sheet),
        ["2022-01-01..2022-03-31", "2022-04-01..2022-06-30", "2022-07-01..2022-09-30"]
    );
    holds(&sheet.replace("-30|", "-15|").replace("-31|", "-15|"), "period_unknown");
}

#[test]
fn registers_are_dated_by_their_headings() {
    let sheet = "Wohnung|Zähler-Nr.|Zählerstand 31.12.2022|Zählerstand 31.12.2023|Verbrauch m³
EG links|KW-100|101|145|44
EG rechts|KW-101|220|251|31
OG|KW-102|87|120|33";
    assert_eq!(periods(sheet), ["2023-01-01..2023-12-31"; 3]);
}

#[test]
fn names_over_the_same_headings_are_places() {
    let sheet = "|Town Hall||Library|
|Electricity|Gas|Electricity|Gas
Month|kWh|kWh|kWh|kWh
Jan 2023|100|900|50|400
Feb 2023|110|800|55|420
Mar 2023|105|700|52|300";
    let extraction = read_sheet(sheet);
    let mut meters: Vec<_> = extraction.readings.iter().filter_map(|r| r.meter.clone()).collect();
    meters.sort_unstable();
    meters.dedup();
    assert_eq!(meters.len(), 4, "{meters:?} {:?}", extraction.problems);
    assert!(meters.iter().filter(|meter| meter.contains("Library")).count() == 2, "{meters:?}");
    // Without them the columns still are no one meter.
    let sheet = sheet.replace("|Town Hall||Library|\n", "");
    let extraction = read_sheet(&sheet);
    let mut meters: Vec<_> = extraction.readings.iter().filter_map(|r| r.meter.clone()).collect();
    meters.sort_unstable();
    meters.dedup();
    assert_eq!(meters.len(), 4, "{meters:?} {:?}", extraction.problems);
}

#[test]
fn shares_and_levels_are_no_use() {
    let extraction = read_sheet(
        "Month|Guest nights|Electricity kWh|Per guest night kWh|Tank level (L)
Jan 2023|1000|12000|12|2000
Feb 2023|1100|12100|11|1500
Mar 2023|1300|13000|10|2600",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", lines(&extraction));
}

#[test]
fn the_day_of_the_week_names_no_meter() {
    let days: Vec<String> = (1..=21)
        .map(|day| {
            let name =
                ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
                    [(day - 1) % 7];
            format!("{name}|2024-01-{day:02}|{}", 100 + day * 7 % 40)
        })
        .collect();
    let extraction = read_sheet(&format!("Day|Date|Electricity kWh\n{}", days.join("\n")));
    assert_eq!(extraction.readings.len(), 21, "{:?}", extraction.problems);
    assert!(extraction.readings.iter().all(|reading| reading.meter.is_none()));
}

#[test]
fn a_column_of_flags_says_what_is_estimated() {
    let extraction = read_sheet(
        "Meter|Date|Reading (m3)|Type
G4|2023-01-28|100|Actual
G4|2023-02-28|180|Estimated
G4|2023-03-28|260|Actual",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
    let used = read_sheet(
        "Month|Gas m3|Type\nJan 2023|100|Actual\nFeb 2023|80|Estimated\nMar 2023|90|Actual",
    );
    let kinds: Vec<_> = used.readings.iter().map(|reading| reading.kind).collect();
    assert_eq!(kinds, [ReadingKind::Consumption, ReadingKind::Estimated, ReadingKind::Consumption]);
    assert!(used.readings.iter().all(|reading| reading.meter.is_none()), "{:?}", lines(&used));
}

#[test]
fn months_with_their_years_are_a_span() {
    reads(
        "Site|Period|Gas m3|Cost €
A|Nov-22 to Jan-23|500|90
A|Feb-23 to Apr-23|400|80",
        &["C2 A/? 2022-11-01..2023-01-31 500 m3", "C3 A/? 2023-02-01..2023-04-30 400 m3"],
    );
    reads("Site|Period|Gas m3\nA|2023M01|500", &["C2 A/? 2023-01-01..2023-01-31 500 m3"]);
}

#[test]
fn registers_of_several_meters_without_a_word_for_it_are_asked_about() {
    let sheet = "Meter|M-101|M-102
Multiplier|40|1
Unit|kWh|kWh
31.12.2022|1200|55000
31.01.2023|1230|56200
28.02.2023|1259|57300
31.03.2023|1290|58480";
    let extraction = read_sheet(sheet);
    assert!(extraction.readings.is_empty(), "{:?}", lines(&extraction));
    assert!(codes(&extraction).contains(&"kind_unclear"), "{:?}", extraction.problems);
}

#[test]
fn units_that_times_the_price_are_the_amount_were_used() {
    let sheet = "Date|Utility|Units|Unit price|Net|Gross
2023-01-01|Electricity|1148|0.2|229.6|275.52
2023-02-01|Electricity|1010|0.2|202|242.4
2023-03-01|Electricity|1205|0.2|241|289.2";
    let extraction = read_sheet(sheet);
    let cells: Vec<_> = extraction.readings.iter().map(|r| r.cell.to_string()).collect();
    assert_eq!(cells, ["C2", "C3", "C4"], "{:?}", extraction.problems);
    assert!(extraction.readings.iter().all(|reading| reading.unit.is_none()), "nothing says it");
    assert!(codes(&extraction).contains(&"unit_unknown"));
    let other = read_sheet(&sheet.replace("|202|", "|260|"));
    assert!(other.readings.is_empty(), "{:?}", lines(&other));
}

#[test]
fn shares_written_as_texts_are_no_quantities() {
    let extraction = read_sheet(
        "Water m3
Month|2022|2023|Change
January|100|110|10%
February|120|100|-17 %
March|90|95|6%
Change|5%|-3%|",
    );
    assert_eq!(extraction.readings.len(), 6, "{:?}", extraction.problems);
    assert_eq!(extraction.refused, 0);
}

#[test]
fn the_registers_of_a_meter_are_told_apart_by_their_column() {
    let extraction = read_sheet(
        "Meter|Register|Read date|Reading
E1|Day|2023-01-01|1000
E1|Day|2023-02-01|1500
E1|Day|2023-03-01|1900
E1|Night|2023-01-01|300
E1|Night|2023-02-01|420
E1|Night|2023-03-01|560",
    );
    let meters: Vec<_> = extraction.readings.iter().map(|r| r.meter.as_deref()).collect();
    let (day, night) = (Some("E1 Day"), Some("E1 Night"));
    assert_eq!(meters, [day, day, day, night, night, night], "{:?}", extraction.problems);
    // What says nothing that tells rows apart is no part of a name.
    let alone = read_sheet(
        "Meter|Remark|Month|Gas m3\nE1|ok|Jan 2023|10\nE1|ok|Feb 2023|11\nE1|late|Mar 2023|12\nE1|late|Apr 2023|13",
    );
    assert!(alone.readings.iter().all(|r| r.meter.as_deref() == Some("E1")));
}

#[test]
fn an_actual_value_stands_for_the_estimate_beside_it() {
    let extraction = read_sheet(
        "Estimated/Actual|Meter|From|To|kWh
E|M1|2023-01-01|2023-02-01|900
A|M1|2023-01-01|2023-02-01|950
A|M1|2023-02-01|2023-03-01|850
E|M1|2023-03-01|2023-04-01|860",
    );
    assert_eq!(
        lines(&extraction),
        [
            "E3 ?/M1 2023-01-01..2023-01-31 950 kWh",
            "E4 ?/M1 2023-02-01..2023-02-28 850 kWh",
            "E5 ?/M1 2023-03-01..2023-03-31 860 kWh estimated",
        ]
    );
    assert!(codes(&extraction).contains(&"overlap"), "{:?}", extraction.problems);
}

#[test]
fn rates_that_add_up_to_the_stated_quantity_are_parts_of_it() {
    let extraction = read_sheet(
        "Mois|HP|HC|Total kWh\n2023-01-01|300|120|420\n2023-02-01|280|100|380\n2023-03-01|290|115|405",
    );
    let cells: Vec<_> = extraction.readings.iter().map(|r| r.cell.to_string()).collect();
    assert_eq!(cells, ["D2", "D3", "D4"], "{:?}", extraction.problems);
    assert_eq!(extraction.refused, 0);
    let other_unit = read_sheet(
        "Site|Month|Peak rate|Low rate|Total MWh\nMill|Jan 2023|3|1.2|4.2\nMill|Feb 2023|2.8|1|3.8",
    );
    assert!(other_unit.readings.iter().all(|r| r.cell.column == 4), "{:?}", lines(&other_unit));
    assert!(!other_unit.readings.is_empty(), "{:?}", other_unit.problems);
}

#[test]
fn what_good_practice_would_use_is_nobodys_use() {
    reads(
        "Site|Gas 2023 (kWh)\nLibrary|9443\nDepot|13547\nGood practice|9000\nTypical|15000",
        &[
            "B2 Library/? 2023-01-01..2023-12-31 9443 kWh",
            "B3 Depot/? 2023-01-01..2023-12-31 13547 kWh",
        ],
    );
}

#[test]
fn the_total_of_a_group_of_places_is_no_place() {
    let sheet = "Building|Electricity 2023 (kWh)|Gas 2023 (kWh)
North area
Mill|100|10
Pool|200|20
North area total|300|30
South area
Depot|50|5
School|70|6
South area total|120|11";
    let extraction = read_sheet(sheet);
    let cells: Vec<_> = extraction.readings.iter().map(|r| r.cell.to_string()).collect();
    assert_eq!(cells, ["B3", "C3", "B4", "C4", "B7", "C7", "B8", "C8"], "{:?}", lines(&extraction));
    // A total that is none of what stands above it is asked about.
    let other = read_sheet(&sheet.replace("|300|30", "|310|30"));
    let asked: Vec<_> =
        other.problems.iter().filter_map(|p| p.cell.map(|c| c.to_string())).collect();
    assert!(asked.contains(&"B5".to_owned()), "{:?}", other.problems);
    assert!(other.readings.iter().all(|r| r.cell.row != 4));
}

#[test]
fn meters_of_one_name_are_told_apart_by_what_else_their_rows_say() {
    let sheet = "Building|Meter name|Serial number|Month|Electricity kWh
West 60|3rd Floor|16604|Jan 2023|1296
West 60|3rd Floor|28069|Jan 2023|4280
West 60|Lobby|30001|Jan 2023|77";
    let meters = |sheet: &str| -> Vec<Option<String>> {
        let extraction = read_sheet(sheet);
        extraction.readings.iter().map(|r| r.meter.as_deref().map(str::to_owned)).collect()
    };
    let called = |name: &str| Some(name.to_owned());
    assert_eq!(
        meters(sheet),
        [called("3rd Floor 16604"), called("3rd Floor 28069"), called("Lobby")]
    );
    // Where nothing tells them apart, one of the two is wrong.
    let nothing = read_sheet(
        "Building|Electricity kWh|Electricity (kWh)|Month\nMill|10|11|Jan 2023\nMill|12|13|Feb 2023",
    );
    let mut names: Vec<_> = nothing.readings.iter().map(|r| (&r.meter, r.period)).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), nothing.readings.len(), "{:?}", lines(&nothing));
}

#[test]
fn the_column_that_tells_sites_and_meters_apart_names_them() {
    reads(
        "Company|Facility|Meter scope|Meter number|Month|Gas kWh
Importers|Miami|all|7223|Jan 2023|10
Importers|Miami|all|7224|Jan 2023|20
Importers|Tampa|all|7225|Jan 2023|30
Importers|Tampa|all|7226|Jan 2023|40",
        &[
            "F2 Miami/7223 2023-01-01..2023-01-31 10 kWh",
            "F3 Miami/7224 2023-01-01..2023-01-31 20 kWh",
            "F4 Tampa/7225 2023-01-01..2023-01-31 30 kWh",
            "F5 Tampa/7226 2023-01-01..2023-01-31 40 kWh",
        ],
    );
}

#[test]
fn the_kind_of_a_building_is_not_its_name() {
    let extraction = read_sheet(
        "Building type|Property name|Year|Site energy use (kBtu)|Steam use (kBtu)|Electricity (kWh)|Natural gas (therms)
Office|Hotel 1|2016|441200|0|100000|1000
Office|Hotel 2|2016|882450|50|200000|2000
Office|Hotel 3|2016|323700|100|50000|1530
Office|Hotel 4|2016|241200|0|41324|1002",
    );
    let sites: Vec<_> = extraction.readings.iter().filter_map(|r| r.site.as_deref()).collect();
    assert!(sites.iter().all(|site| site.starts_with("Hotel")), "{sites:?}");
    // The total of all energy is known in units of its own.
    let columns: Vec<u32> = extraction.readings.iter().map(|r| r.cell.column).collect();
    assert!(!columns.contains(&3) && columns.contains(&6), "{:?}", lines(&extraction));
}

#[test]
fn units_with_a_unit_are_what_was_used() {
    reads(
        "From|To|Site|Resource|Units|UoM|Net cost\n2023-01-01|2023-01-31|Pool|Water|292|m3|58.8\n2023-02-01|2023-02-28|Pool|Water|241|m3|48.2",
        &["E2 Pool/? 2023-01-01..2023-01-31 292 m3", "E3 Pool/? 2023-02-01..2023-02-28 241 m3"],
    );
    holds(
        "From|To|Site|Units|Net cost\n2023-01-01|2023-01-31|Pool|292|58.8\n2023-02-01|2023-02-28|Pool|241|48.2",
        "kind_unclear",
    );
}

#[test]
fn places_over_columns_are_places_whatever_words_they_have() {
    reads(
        "Electricity consumption (MWh)
Month|Primary School|Swimming Pool|Car Park
Jan 2023|20|88|3
Feb 2023|25|70|4",
        &[
            "B3 ?/Primary School 2023-01-01..2023-01-31 20 MWh",
            "C3 ?/Swimming Pool 2023-01-01..2023-01-31 88 MWh",
            "D3 ?/Car Park 2023-01-01..2023-01-31 3 MWh",
            "B4 ?/Primary School 2023-02-01..2023-02-28 25 MWh",
            "C4 ?/Swimming Pool 2023-02-01..2023-02-28 70 MWh",
            "D4 ?/Car Park 2023-02-01..2023-02-28 4 MWh",
        ],
    );
}
