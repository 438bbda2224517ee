//! One row per reading.

use readings::Commodity;

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn header_in_the_first_row() {
    reads(
        "Site|Meter ID|Start Date|End Date|Usage|Unit|Cost
Office|E-1|2024-01-01|2024-01-31|120.5|kWh|30
Office|E-1|2024-02-01|2024-02-29|110|kWh|28",
        &[
            "E2 Office/E-1 2024-01-01..2024-01-31 120.5 kWh",
            "E3 Office/E-1 2024-02-01..2024-02-29 110 kWh",
        ],
    );
}

#[test]
fn notes_above_and_totals_below() {
    reads(
        "Energy report
Printed on|2024-06-01

Building|Month|Electricity (kWh)
North|2024-01-01|100
North|2024-02-01|90
South|2024-01-01|50
South|2024-02-01|55
Total||295
* preliminary",
        &[
            "C5 North/? 2024-01-01..2024-01-31 100 kWh",
            "C6 North/? 2024-02-01..2024-02-29 90 kWh",
            "C7 South/? 2024-01-01..2024-01-31 50 kWh",
            "C8 South/? 2024-02-01..2024-02-29 55 kWh",
        ],
    );
}

#[test]
fn merged_header_of_two_rows() {
    reads(
        "Meter|Period|<|Electricity|<
^|From|To|kWh|EUR
M1|2024-01-01|2024-02-01|400|100
M1|2024-02-01|2024-03-01|380|95",
        &["D3 ?/M1 2024-01-01..2024-01-31 400 kWh", "D4 ?/M1 2024-02-01..2024-02-29 380 kWh"],
    );
}

#[test]
fn year_and_month_in_columns() {
    reads(
        "Property|Year|Month|Consumption (m3)
A|2023|11|12
A|2023|12|14
A|2024|1|13",
        &[
            "D2 A/? 2023-11-01..2023-11-30 12 m3",
            "D3 A/? 2023-12-01..2023-12-31 14 m3",
            "D4 A/? 2024-01-01..2024-01-31 13 m3",
        ],
    );
}

#[test]
fn commodities_as_columns() {
    reads(
        "Date|Electricity (kWh)|Gas (m³)|Water (m³)
2024-01-01|1000|200|30
2024-02-01|900|180|31
2024-03-01|950|150|29",
        &[
            "B2 ?/Electricity (kWh) 2024-01-01..2024-01-31 1000 kWh",
            "C2 ?/Gas (m³) 2024-01-01..2024-01-31 200 m3",
            "D2 ?/Water (m³) 2024-01-01..2024-01-31 30 m3",
            "B3 ?/Electricity (kWh) 2024-02-01..2024-02-29 900 kWh",
            "C3 ?/Gas (m³) 2024-02-01..2024-02-29 180 m3",
            "D3 ?/Water (m³) 2024-02-01..2024-02-29 31 m3",
            "B4 ?/Electricity (kWh) 2024-03-01..2024-03-31 950 kWh",
            "C4 ?/Gas (m³) 2024-03-01..2024-03-31 150 m3",
            "D4 ?/Water (m³) 2024-03-01..2024-03-31 29 m3",
        ],
    );
}

#[test]
fn meters_as_columns_under_a_title() {
    reads(
        "Electricity consumption 2024 (kWh)
Month|Library|Gym|Total
January|100|200|300
February|110|190|300
March|90|180|270",
        &[
            "B3 ?/Library 2024-01-01..2024-01-31 100 kWh",
            "C3 ?/Gym 2024-01-01..2024-01-31 200 kWh",
            "B4 ?/Library 2024-02-01..2024-02-29 110 kWh",
            "C4 ?/Gym 2024-02-01..2024-02-29 190 kWh",
            "B5 ?/Library 2024-03-01..2024-03-31 90 kWh",
            "C5 ?/Gym 2024-03-01..2024-03-31 180 kWh",
        ],
    );
}

#[test]
fn header_repeated_on_every_page() {
    reads(
        "Meter|Month|kWh
A|Jan 2024|10
A|Feb 2024|12
Meter|Month|kWh
A|Mar 2024|9
A|Apr 2024|8",
        &[
            "C2 ?/A 2024-01-01..2024-01-31 10 kWh",
            "C3 ?/A 2024-02-01..2024-02-29 12 kWh",
            "C5 ?/A 2024-03-01..2024-03-31 9 kWh",
            "C6 ?/A 2024-04-01..2024-04-30 8 kWh",
        ],
    );
}

#[test]
fn site_written_once_for_its_rows() {
    reads(
        "Site|Month|Consumption kWh
North|Jan 2024|10
|Feb 2024|12
|Mar 2024|11
South|Jan 2024|20
|Feb 2024|19
|Mar 2024|21",
        &[
            "C2 North/? 2024-01-01..2024-01-31 10 kWh",
            "C3 North/? 2024-02-01..2024-02-29 12 kWh",
            "C4 North/? 2024-03-01..2024-03-31 11 kWh",
            "C5 South/? 2024-01-01..2024-01-31 20 kWh",
            "C6 South/? 2024-02-01..2024-02-29 19 kWh",
            "C7 South/? 2024-03-01..2024-03-31 21 kWh",
        ],
    );
}

#[test]
fn one_sheet_per_site() {
    let rows = "Month|Usage (kWh)
2024-01-01|100
2024-02-01|90
2024-03-01|95";
    let other = "Month|Usage (kWh)
2024-01-01|55
2024-02-01|44
2024-03-01|43";
    let extraction =
        read(&book(vec![sheet("Town hall", rows), sheet("Library", other)]), "energy.xlsx");
    let sites: Vec<_> =
        extraction.readings.iter().map(|reading| reading.site.as_deref().unwrap_or("?")).collect();
    assert_eq!(sites, ["Town hall", "Town hall", "Town hall", "Library", "Library", "Library"]);
}

#[test]
fn estimated_bills_are_marked() {
    reads(
        "Meter|From|To|kWh|Read type
A|2024-01-01|2024-01-31|100|Actual
A|2024-02-01|2024-02-29|110|Estimated",
        &[
            "D2 ?/A 2024-01-01..2024-01-31 100 kWh",
            "D3 ?/A 2024-02-01..2024-02-29 110 kWh estimated",
        ],
    );
}

#[test]
fn a_missing_unit_is_left_empty_and_asked_about() {
    let extraction = read_sheet(
        "Meter|Month|Consumption
A|2024-01-01|100
A|2024-02-01|90
A|2024-03-01|95",
    );
    assert_eq!(lines(&extraction).len(), 3);
    assert!(lines(&extraction)[0].ends_with("100 ?"));
    assert!(codes(&extraction).contains(&"unit_unknown"));
}

#[test]
fn an_unknown_unit_is_kept_as_written() {
    let extraction = read_sheet(
        "Meter|Commodity|Month|Consumption|Unit
A|Gas|2024-01-01|100|Nm3
A|Gas|2024-02-01|90|Nm3
A|Gas|2024-03-01|95|bananas",
    );
    assert_eq!(lines(&extraction).len(), 3);
    assert!(codes(&extraction).contains(&"unit_not_understood"));
}

#[test]
fn thousands_in_the_header_multiply() {
    reads(
        "Meter|Month|Verbrauch in 1000 kWh
A|2024-01-01|1.5
A|2024-02-01|2.25
A|2024-03-01|2",
        &[
            "C2 ?/A 2024-01-01..2024-01-31 1500 kWh",
            "C3 ?/A 2024-02-01..2024-02-29 2250 kWh",
            "C4 ?/A 2024-03-01..2024-03-31 2000 kWh",
        ],
    );
}

#[test]
fn months_without_a_year_are_asked_about() {
    holds(
        "Meter|Month|kWh
A|January|100
A|February|90
A|March|95",
        "year_unknown",
    );
}

#[test]
fn the_year_of_the_file_name_counts_where_nothing_nearer_speaks() {
    let rows = "Meter|Month|kWh
A|January|100
A|February|90
A|March|95";
    let extraction = read(&book(vec![sheet("Sheet1", rows)]), "usage_2023.xlsx");
    assert!(lines(&extraction)[0].contains("2023-01-01..2023-01-31"));
    let fiscal = read(&book(vec![sheet("Sheet1", rows)]), "usage FY 2023.xlsx");
    assert!(fiscal.readings.is_empty());
}

#[test]
fn a_lone_invoice_date_is_no_period() {
    holds(
        "Invoice date|Meter|kWh
2024-01-17|A|100
2024-02-15|A|90
2024-03-18|A|95",
        "period_unknown",
    );
}

#[test]
fn dates_at_odd_days_are_no_period() {
    holds(
        "Date|Meter|kWh
2024-01-17|A|100
2024-02-15|A|90
2024-03-18|A|95",
        "period_unknown",
    );
}

#[test]
fn periods_written_as_one_text() {
    reads(
        "Billing period|Meter|Consumption (kWh)
01.01.2024 - 31.01.2024|A|100
01.02.2024 - 29.02.2024|A|90",
        &["C2 ?/A 2024-01-01..2024-01-31 100 kWh", "C3 ?/A 2024-02-01..2024-02-29 90 kWh"],
    );
}

#[test]
fn energy_in_two_units_is_counted_once() {
    reads(
        "Month|Meter|Usage (kWh)|Usage (kBtu)
2024-01-01|A|100|341.214
2024-02-01|A|90|307.093
2024-03-01|A|95|324.153",
        &[
            "C2 ?/A 2024-01-01..2024-01-31 100 kWh",
            "C3 ?/A 2024-02-01..2024-02-29 90 kWh",
            "C4 ?/A 2024-03-01..2024-03-31 95 kWh",
        ],
    );
}

#[test]
fn two_tables_side_by_side() {
    reads(
        "Bill month|Consumption||Bill month|Consumption
2024-01-01|78||2024-01-01|278
2024-02-01|83||2024-02-01|252
2024-03-01|82||2024-03-01|250",
        &[
            "B2 ?/table 1 (A:B) 2024-01-01..2024-01-31 78 ?",
            "B3 ?/table 1 (A:B) 2024-02-01..2024-02-29 83 ?",
            "B4 ?/table 1 (A:B) 2024-03-01..2024-03-31 82 ?",
            "E2 ?/table 2 (D:E) 2024-01-01..2024-01-31 278 ?",
            "E3 ?/table 2 (D:E) 2024-02-01..2024-02-29 252 ?",
            "E4 ?/table 2 (D:E) 2024-03-01..2024-03-31 250 ?",
        ],
    );
}

#[test]
fn two_tables_one_below_the_other() {
    reads(
        "Electricity
Month|kWh
2024-01-01|78
2024-02-01|83

Gas
Month|m3
2024-01-01|12
2024-02-01|11",
        &[
            "B3 ?/? 2024-01-01..2024-01-31 78 kWh",
            "B4 ?/? 2024-02-01..2024-02-29 83 kWh",
            "B8 ?/? 2024-01-01..2024-01-31 12 m3",
            "B9 ?/? 2024-02-01..2024-02-29 11 m3",
        ],
    );
}

#[test]
fn text_numbers_of_a_comma_country() {
    reads(
        "Zähler|Von|Bis|Verbrauch (kWh)
DE1|'01.01.2024|'31.01.2024|'1.234,50
DE1|'01.02.2024|'29.02.2024|'1.100",
        &["D2 ?/DE1 2024-01-01..2024-01-31 1234.5 kWh", "D3 ?/DE1 2024-02-01..2024-02-29 1100 kWh"],
    );
}

#[test]
fn a_text_number_with_two_readings_is_held() {
    holds(
        "Meter|Month|kWh
A|Jan 2024|'1,234
A|Feb 2024|'2,345
A|Mar 2024|'1,100",
        "ambiguous_number",
    );
}

#[test]
fn a_text_date_with_two_readings_is_held() {
    holds(
        "Meter|From|To|kWh
A|'01/02/2024|'05/02/2024|100
A|'06/02/2024|'10/02/2024|90",
        "ambiguous_date",
    );
}

#[test]
fn day_numbers_that_lost_their_format_are_dates() {
    reads(
        "Site|Meter|Start Date|End Date|Usage (kWh)
Office|E-1|45292|45322|120.5
Office|E-1|45323|45351|110",
        &[
            "E2 Office/E-1 2024-01-01..2024-01-31 120.5 kWh",
            "E3 Office/E-1 2024-02-01..2024-02-29 110 kWh",
        ],
    );
    reads(
        "Site|Month|Usage (kWh)
Office|45292|120.5
Office|45323|110
Office|45352|118",
        &[
            "C2 Office/? 2024-01-01..2024-01-31 120.5 kWh",
            "C3 Office/? 2024-02-01..2024-02-29 110 kWh",
            "C4 Office/? 2024-03-01..2024-03-31 118 kWh",
        ],
    );
}

#[test]
fn the_same_numbers_under_start_and_end_may_be_registers() {
    let extraction = read_sheet(
        "Site|Meter|Start|End|Usage (kWh)
Office|E-1|45292|45322|30
Office|E-1|45322|45351|29",
    );
    assert_eq!(lines(&extraction), [""; 0]);
}

#[test]
fn a_column_of_currencies_says_what_the_costs_are_in() {
    let extraction = read_sheet(
        "Site|Meter|Start Date|End Date|Usage (kWh)|Cost|Currency
Office|E-1|2024-01-01|2024-01-31|120.5|30|GBP
Office|E-1|2024-02-01|2024-02-29|110|28|GBP",
    );
    let currencies: Vec<Option<String>> = extraction
        .readings
        .iter()
        .map(|reading| reading.currency().map(|currency| currency.code().to_owned()))
        .collect();
    assert_eq!(currencies, vec![Some("GBP".to_owned()); 2]);
}

#[test]
fn periods_that_would_end_before_they_start_prove_the_order_of_dates() {
    let rows: Vec<String> = (1..=9)
        .map(|month| {
            format!("A|'{month}/3/2022|'{}/2/2022|{}", month + 1, 110 + (month - 1) * 37 % 50)
        })
        .collect();
    let extraction = read_sheet(&format!("Meter|From|To|kWh\n{}", rows.join("\n")));
    let read = lines(&extraction);
    assert_eq!(read.len(), 9, "{:?}", extraction.problems);
    assert_eq!(read[0], "D2 ?/A 2022-01-03..2022-02-02 110 kWh");
}

#[test]
fn the_number_of_a_point_of_supply_says_what_is_supplied() {
    let of = |heading: &str, title: &str| {
        let extraction = read_sheet(&format!(
            "{title}\n{heading}|Date|kWh\n2000012345678|2024-02-01|12.5\n2000012345678|2024-03-01|13.5"
        ));
        extraction.readings.first().map(|reading| reading.commodity)
    };
    assert_eq!(of("MPAN", "Usage"), Some(Some(Commodity::Electricity)));
    assert_eq!(of("MPRN", "Usage"), Some(Some(Commodity::Gas)));
    assert_eq!(of("POD", "Consumi"), Some(Some(Commodity::Electricity)));
    // A title that says it itself is believed, and a number that may be of either says nothing.
    assert_eq!(of("MPRN", "Electricity usage"), Some(Some(Commodity::Electricity)));
    assert_eq!(of("MPAN / MPRN", "Usage"), Some(None));
    assert_eq!(of("Meter", "Usage"), Some(None));
}
