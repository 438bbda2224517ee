//! Reports as offices keep them: years that are not the calendar's, dates of readings, pivots, tables with names over
//! them.

use super::table::{book, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn months_of_a_year_that_begins_in_july() {
    reads(
        "Water usage FY 2022-23 (m3)
Facility|Nov|Dec|Jan|Feb
Plant|11|12|13|9",
        &[
            "B3 Plant/? 2022-11-01..2022-11-30 11 m3",
            "C3 Plant/? 2022-12-01..2022-12-31 12 m3",
            "D3 Plant/? 2023-01-01..2023-01-31 13 m3",
            "E3 Plant/? 2023-02-01..2023-02-28 9 m3",
        ],
    );
    // Of which of the two years?
    holds("Water usage 2022-23 (m3)\nFacility|Jan|Feb|Mar\nPlant|11|12|13", "year_unknown");
    // Which of the two years is called FY 23?
    holds("Water usage FY 23 (m3)\nFacility|Nov|Dec|Jan\nPlant|11|12|13", "year_unknown");
}

#[test]
fn consumption_between_days_of_reading_that_the_registers_prove() {
    let extraction = read_sheet(
        "Zählernummer|Ablesedatum|Zählerstand alt|Zählerstand neu|Faktor|Verbrauch kWh
E1|2023-01-28|1000|1010|40|400
E1|2023-02-27|1010|1022|40|480
E1|2023-03-30|1022|1030|40|320
E1|2023-04-28|1030|1045|40|600",
    );
    assert_eq!(
        lines(&extraction),
        [
            "F3 ?/E1 2023-01-29..2023-02-27 480 kWh",
            "F4 ?/E1 2023-02-28..2023-03-30 320 kWh",
            "F5 ?/E1 2023-03-31..2023-04-28 600 kWh",
        ]
    );
    assert_eq!(extraction.refused, 1, "{:?}", extraction.problems);
    // The registers do not join: since when each was counted is not proven.
    holds(
        "Zählernummer|Ablesedatum|Zählerstand alt|Zählerstand neu|Verbrauch kWh
E1|2023-01-28|1000|1010|10
E1|2023-02-27|1010|1022|12
E1|2023-03-30|1025|1030|5
E1|2023-04-28|1030|1045|15",
        "period_unknown",
    );
}

#[test]
fn consumption_beside_one_register() {
    reads(
        "Date|Meter Reading (kWh)|Consumption (kWh)
2023-01-28|12000|
2023-02-26|12300|300
2023-03-29|12650|350
2023-04-27|12930|280",
        &[
            "C3 ?/? 2023-01-29..2023-02-26 300 kWh",
            "C4 ?/? 2023-02-27..2023-03-29 350 kWh",
            "C5 ?/? 2023-03-30..2023-04-27 280 kWh",
        ],
    );
    holds(
        "Date|Meter Reading (kWh)|Consumption (kWh)
2023-01-28|12000|250
2023-02-26|12300|310
2023-03-29|12650|500
2023-04-27|12930|280",
        "period_unknown",
    );
}

#[test]
fn half_hours_across_a_day_of_reading() {
    let row = |cell: &dyn Fn(u32) -> String| (0..24).map(cell).collect::<Vec<_>>().join("|");
    let clocks = row(&|hour| format!("'{hour:02}:00"));
    let values = row(&|hour| (1 + hour * 7 % 10).to_string());
    let extraction = read_sheet(&format!(
        "Consumption (kWh)\nMPAN|Reading Date|{clocks}\n1200|2023-03-01|{values}\n1200|2023-03-02|{values}"
    ));
    let read = lines(&extraction);
    assert_eq!(read.len(), 48, "{:?}", extraction.problems);
    assert!(read[0].contains("2023-03-01T00:00:00..2023-03-01T01:00:00 1 "), "{}", read[0]);
}

#[test]
fn a_data_export_is_no_export_of_energy() {
    let table =
        "Interval End|kWh\n2023-01-01T00:15:00|1.5\n2023-01-01T00:30:00|2.5\n2023-01-01T00:45:00|2";
    let export =
        |title: &str| read(&book(vec![sheet("Export", &format!("{title}\n{table}"))]), "x.xlsx");
    assert_eq!(lines(&export("Meter Data Export")).len(), 3);
    assert_eq!(lines(&export("Electricity export to the grid")).len(), 0);
}

#[test]
fn years_across_months_under_a_heading_with_the_unit() {
    reads(
        "|2021|2022
Electricity (kWh)||
Jan|100|120
Feb|90|95
Mar|80|70",
        &[
            "B3 ?/? 2021-01-01..2021-01-31 100 kWh",
            "C3 ?/? 2022-01-01..2022-01-31 120 kWh",
            "B4 ?/? 2021-02-01..2021-02-28 90 kWh",
            "C4 ?/? 2022-02-01..2022-02-28 95 kWh",
            "B5 ?/? 2021-03-01..2021-03-31 80 kWh",
            "C5 ?/? 2022-03-01..2022-03-31 70 kWh",
        ],
    );
}

#[test]
fn years_with_their_unit_and_months_with_dots_across() {
    reads(
        "Town hall\nMonth|2022 kWh|2023 kWh|% change\nJanuary|100|110|10\nFebruary|90|99|10",
        &[
            "B3 ?/? 2022-01-01..2022-01-31 100 kWh",
            "C3 ?/? 2023-01-01..2023-01-31 110 kWh",
            "B4 ?/? 2022-02-01..2022-02-28 90 kWh",
            "C4 ?/? 2023-02-01..2023-02-28 99 kWh",
        ],
    );
    reads(
        "Purchased electricity (kWh)\nBranch|'01.2023|'02.2023|'03.2023\nEast|4|5|6\nWest|7|9|8",
        &[
            "B3 East/? 2023-01-01..2023-01-31 4 kWh",
            "C3 East/? 2023-02-01..2023-02-28 5 kWh",
            "D3 East/? 2023-03-01..2023-03-31 6 kWh",
            "B4 West/? 2023-01-01..2023-01-31 7 kWh",
            "C4 West/? 2023-02-01..2023-02-28 9 kWh",
            "D4 West/? 2023-03-01..2023-03-31 8 kWh",
        ],
    );
}

#[test]
fn a_span_in_one_cell_proves_the_order_of_its_days() {
    reads(
        "Billing Period|Therms\n01/05/2023 - 02/04/2023|20\n02/05/2023 - 03/04/2023|25",
        &["B2 ?/? 2023-01-05..2023-02-04 20 Therms", "B3 ?/? 2023-02-05..2023-03-04 25 Therms"],
    );
    let doubtful =
        read_sheet("Billing Period|Therms\n01/02/2023 - 03/04/2023|20\n03/04/2023 - 05/06/2023|25");
    assert_eq!(doubtful.readings.len(), 0);
    assert!(
        doubtful.problems.iter().any(|p| p.code.code() == "ambiguous_date"),
        "{:?}",
        doubtful.problems
    );
}

#[test]
fn a_pivot_of_months_under_years() {
    reads(
        "Sum of Usage (kWh)|Column Labels
Row Labels|Annex|Main|Grand Total
2022|190|30|220
Jan|100|10|110
Feb|90|20|110
2023|165|70|235
Jan|80|40|120
Feb|85|30|115
Grand Total|355|100|455",
        &[
            "B4 ?/Annex 2022-01-01..2022-01-31 100 kWh",
            "C4 ?/Main 2022-01-01..2022-01-31 10 kWh",
            "B5 ?/Annex 2022-02-01..2022-02-28 90 kWh",
            "C5 ?/Main 2022-02-01..2022-02-28 20 kWh",
            "B7 ?/Annex 2023-01-01..2023-01-31 80 kWh",
            "C7 ?/Main 2023-01-01..2023-01-31 40 kWh",
            "B8 ?/Annex 2023-02-01..2023-02-28 85 kWh",
            "C8 ?/Main 2023-02-01..2023-02-28 30 kWh",
        ],
    );
}

#[test]
fn tables_below_each_other_are_named_by_what_stands_over_them() {
    reads(
        "Clinic
Period|Electricity (MWh)
2023-01-01|1.5
2023-02-01|1.4
2023-03-01|1.6

Lab
Period|Electricity (MWh)
2023-01-01|2.5
2023-02-01|2.4
2023-03-01|2.6",
        &[
            "B3 Clinic/? 2023-01-01..2023-01-31 1.5 MWh",
            "B4 Clinic/? 2023-02-01..2023-02-28 1.4 MWh",
            "B5 Clinic/? 2023-03-01..2023-03-31 1.6 MWh",
            "B9 Lab/? 2023-01-01..2023-01-31 2.5 MWh",
            "B10 Lab/? 2023-02-01..2023-02-28 2.4 MWh",
            "B11 Lab/? 2023-03-01..2023-03-31 2.6 MWh",
        ],
    );
}

#[test]
fn tables_beside_each_other_are_named_by_what_stands_over_them() {
    reads(
        "Building 1||||Building 2
Month|kWh|Cost||Month|kWh|Cost
2023-01-01|10|2||2023-01-01|20|4
2023-02-01|11|2||2023-02-01|22|4",
        &[
            "B3 Building 1/? 2023-01-01..2023-01-31 10 kWh",
            "B4 Building 1/? 2023-02-01..2023-02-28 11 kWh",
            "F3 Building 2/? 2023-01-01..2023-01-31 20 kWh",
            "F4 Building 2/? 2023-02-01..2023-02-28 22 kWh",
        ],
    );
}

#[test]
fn readings_that_never_fall_under_a_title_of_readings_are_registers() {
    let extraction = read(
        &book(vec![sheet(
            "Cumulative readings",
            "Readings in m3
Date|WM-01|WM-02
2023-01-01|100|206
2023-02-01|118|215
2023-03-01|131|236
2023-04-01|171|270
2023-05-01|194|286
2023-06-01|233|301",
        )]),
        "water.xlsx",
    );
    let read = lines(&extraction);
    assert_eq!(read.len(), 12, "{:?}", extraction.problems);
    assert!(read.iter().all(|line| line.ends_with(" register_reading")), "{read:?}");
}

#[test]
fn months_that_are_billed_together() {
    reads(
        "Billing cycle|Water (m3)\nJan/Feb 2023|12\nMar/Apr 2023|15\nMay/Jun 2023|11\nJul/Aug 2023|14",
        &[
            "B2 ?/? 2023-01-01..2023-02-28 12 m3",
            "B3 ?/? 2023-03-01..2023-04-30 15 m3",
            "B4 ?/? 2023-05-01..2023-06-30 11 m3",
            "B5 ?/? 2023-07-01..2023-08-31 14 m3",
        ],
    );
    reads(
        "Electricity kWh 2022\nSite|Jan-Mar|Apr-Jun|Jul-Sep\nHall|100|90|80\nBarn|10|12|11",
        &[
            "B3 Hall/? 2022-01-01..2022-03-31 100 kWh",
            "C3 Hall/? 2022-04-01..2022-06-30 90 kWh",
            "D3 Hall/? 2022-07-01..2022-09-30 80 kWh",
            "B4 Barn/? 2022-01-01..2022-03-31 10 kWh",
            "C4 Barn/? 2022-04-01..2022-06-30 12 kWh",
            "D4 Barn/? 2022-07-01..2022-09-30 11 kWh",
        ],
    );
}

#[test]
fn weeks_by_their_last_or_first_day() {
    reads(
        "Week ending|Hall (kWh)\n2023-01-08|70\n2023-01-15|65\n2023-01-22|71",
        &[
            "B2 ?/? 2023-01-02..2023-01-08 70 kWh",
            "B3 ?/? 2023-01-09..2023-01-15 65 kWh",
            "B4 ?/? 2023-01-16..2023-01-22 71 kWh",
        ],
    );
    reads(
        "Week commencing|Hall (kWh)\n2023-01-02|70\n2023-01-09|65\n2023-01-16|71",
        &[
            "B2 ?/? 2023-01-02..2023-01-08 70 kWh",
            "B3 ?/? 2023-01-09..2023-01-15 65 kWh",
            "B4 ?/? 2023-01-16..2023-01-22 71 kWh",
        ],
    );
    // Every seventh day, and nothing says what the days are.
    holds("Date|Hall (kWh)\n2023-01-02|70\n2023-01-09|65\n2023-01-16|71", "period_unknown");
}

#[test]
fn dates_of_the_reading_before_and_of_this_one() {
    reads(
        "Meter #|Prev Read Date|Curr Read Date|Prev Reading|Curr Reading|Usage (CCF)
W-77|2023-01-12|2023-02-11|500|520|20
W-77|2023-02-11|2023-03-12|520|545|25",
        &["F2 ?/W-77 2023-01-12..2023-02-10 20 CCF", "F3 ?/W-77 2023-02-11..2023-03-11 25 CCF"],
    );
}

#[test]
fn registers_beside_the_use_of_something_else() {
    let extraction = read_sheet(
        "Datum|Meterstand (kWh)|Gas verbruik (m3)
2023-01-01|1000|50
2023-02-01|1200|45
2023-03-01|1390|48
2023-04-01|1600|20",
    );
    let read = lines(&extraction);
    assert_eq!(
        read.iter().filter(|line| line.ends_with("kWh register_reading")).count(),
        4,
        "{read:?}"
    );
    assert_eq!(read.iter().filter(|line| line.ends_with("m3")).count(), 4, "{read:?}");
}

#[test]
fn a_list_of_registers_of_which_one_has_no_word_for_it() {
    let extraction = read_sheet(
        "Datum|Meterstand laag (kWh)|Gas (m³)
2023-01-01|1000|500
2023-02-01|1200|545
2023-03-01|1390|593
2023-04-01|1600|613
2023-05-01|1700|620
2023-06-01|1790|625",
    );
    let read = lines(&extraction);
    assert_eq!(read.len(), 12, "{:?}", extraction.problems);
    assert!(read.iter().all(|line| line.ends_with(" register_reading")), "{read:?}");
}

#[test]
fn registers_of_months_across() {
    let extraction = read_sheet(
        "Meter|Multiplier|Jan-23 Reading|Feb-23 Reading|Mar-23 Reading
E1|40|1000|1010|1025
E2|1|500|590|660",
    );
    let read = lines(&extraction);
    assert_eq!(read.len(), 6, "{:?}", extraction.problems);
    assert!(
        read[0].starts_with("C2 ?/E1 2023-01-01..2023-01-31 1000 ? register_reading"),
        "{read:?}"
    );
}

#[test]
fn running_registers_prove_the_order_of_day_and_month() {
    let extraction = read_sheet(
        "Date|Meter|Meter reading (m3)
'03/01/2023|W-1|3567
'03/02/2023|W-1|3579
'07/03/2023|W-1|3604
'09/04/2023|W-1|3620
'12/05/2023|W-1|3640
'09/06/2023|W-1|3679
'04/07/2023|W-1|3714",
    );
    let read = lines(&extraction);
    assert_eq!(read.len(), 7, "{:?}", extraction.problems);
    assert!(read[1].contains(" 2023-01-04..2023-02-03 3579 "), "{read:?}");
}
