//! What a trusting reader would import wrongly.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn costs_are_no_quantities() {
    holds("Date|Total to pay\n2024-01-01|100\n2024-02-01|90", "no_readings");
    holds("Year|Month|Amount\n2024|1|100\n2024|2|90\n2024|3|90", "cost_only");
    holds(
        "Month|Electricity|Water|Rent\n2024-01-01|100|20|900\n2024-02-01|90|22|900",
        "kind_unclear",
    );
    holds("Month|Electricity cost|Water cost\n2024-01-01|100|20\n2024-02-01|90|22", "cost_only");
}

#[test]
fn prices_times_quantities_find_lost_thousands() {
    holds(
        "Month|Year|m3 water|price x m3|Water charge
June|2023|5000|1331.8|6.659
July|2023|4000|1345.5|5.382
August|2023|4000|1482.25|5.929",
        "ambiguous_scale",
    );
}

#[test]
fn a_thousands_mark_read_as_a_decimal_mark_is_suspected() {
    holds(
        "Meter|Month|kWh
A|2024-01-01|760
A|2024-02-01|812
A|2024-03-01|3.12
A|2024-04-01|1.023
A|2024-05-01|901",
        "ambiguous_scale",
    );
}

#[test]
fn forecasts_and_budgets_are_not_measured() {
    let rows = "Date|Meter|kWh\n2024-01-01|A|1\n2024-01-02|A|2\n2024-01-03|A|1.5";
    let forecast = read(&book(vec![sheet("Forecasted Consumption", rows)]), "data.xlsx");
    assert!(forecast.readings.is_empty());
    reads(
        "Month|Meter|Budget (kWh)|Usage (kWh)
2024-01-01|A|10|12
2024-02-01|A|11|9
2024-03-01|A|11|10",
        &[
            "D2 ?/A 2024-01-01..2024-01-31 12 kWh",
            "D3 ?/A 2024-02-01..2024-02-29 9 kWh",
            "D4 ?/A 2024-03-01..2024-03-31 10 kWh",
        ],
    );
}

#[test]
fn the_same_data_on_two_sheets_is_counted_once() {
    let rows = "Month|Machine|kWh\n2024-01-01|A|101\n2024-02-01|A|92\n2024-03-01|A|95";
    let flat = "Month|Machine|kWh\n2024-01-01|A|101\n2024-02-01|A|92\n2024-03-01|A|95\n2024-01-01|B|11\n2024-02-01|B|12\n2024-03-01|B|15";
    let other = "Month|Machine|kWh\n2024-01-01|B|11\n2024-02-01|B|12\n2024-03-01|B|15";
    let extraction =
        read(&book(vec![sheet("A", rows), sheet("B", other), sheet("All", flat)]), "m.xlsx");
    assert_eq!(extraction.readings.len(), 6);
    assert!(extraction.readings.iter().all(|reading| reading.sheet != "All"));
}

#[test]
fn words_for_no_value_are_not_zero() {
    let extraction = read_sheet(
        "Meter|Month|kWh
A|Jan-24|10
A|Feb-24|Not Available
A|Mar-24|'-
A|Apr-24|NaN
A|May-24|n/a
A|Jun-24|12",
    );
    assert_eq!(lines(&extraction).len(), 2);
    assert_eq!(extraction.refused, 4);
    assert!(codes(&extraction).contains(&"no_value"));
}

#[test]
fn formulas_without_values_are_reported() {
    holds(
        "Meter|Month|kWh\nA|2024-01-01|=\nA|2024-02-01|=\nA|2024-03-01|=",
        "formula_without_value",
    );
}

#[test]
fn errors_are_reported() {
    holds(
        "Meter|Month|kWh\nA|2024-01-01|#REF!\nA|2024-02-01|#REF!\nA|2024-03-01|#REF!",
        "error_cell",
    );
}

#[test]
fn contradictions_are_held_and_their_neighbours_read() {
    let extraction = read_sheet(
        "Meter|Month|kWh
A|2024-01-01|10
A|2024-02-01|11
A|2024-03-01|12
A|2024-03-01|13
A|2024-04-01|9",
    );
    let cells: Vec<String> =
        extraction.readings.iter().map(|reading| reading.cell.to_string()).collect();
    assert_eq!(cells, ["C2", "C3", "C6"]);
    assert!(codes(&extraction).contains(&"contradiction"));
}

#[test]
fn several_meters_without_a_name_are_held() {
    holds(
        "Month|kWh
2024-01-01|10
2024-01-01|11
2024-02-01|12
2024-02-01|13
2024-03-01|9
2024-03-01|8",
        "layout_unclear",
    );
}

#[test]
fn statistics_are_no_readings() {
    holds(
        "Month|Territory|Total consumption|Total production
2024-01-01|France|51086|57177
2024-02-01|France|54476|54419
2024-03-01|France|43156|48583",
        "layout_unclear",
    );
}

#[test]
fn ratios_and_emissions_are_no_readings() {
    holds(
        "Property Id|Property Name|Year Ending|Site EUI (kBtu/ft2)|Total GHG Emissions (MtCO2e)
1|A|'12/31/10|46.9|5190
2|B|'12/31/10|69.8|6223",
        "no_readings",
    );
}

#[test]
fn reversed_periods_are_held() {
    holds(
        "Meter|From|To|kWh\nA|2024-02-01|2024-01-01|10\nA|2024-03-01|2024-02-02|10",
        "period_reversed",
    );
}

#[test]
fn periods_to_come_are_held() {
    holds(
        "Meter|From|To|kWh\nA|2027-02-01|2027-02-28|10\nA|2071-03-01|2071-03-31|10",
        "period_in_future",
    );
}

#[test]
fn negative_quantities_are_held() {
    let extraction =
        read_sheet("Meter|Month|kWh\nA|2024-01-01|10\nA|2024-02-01|-11\nA|2024-03-01|12");
    assert_eq!(lines(&extraction).len(), 2);
    assert!(codes(&extraction).contains(&"negative_quantity"));
}

#[test]
fn an_annual_total_among_its_months_is_held() {
    let extraction = read_sheet(
        "Meter|From|To|kWh
A|2024-01-01|2024-03-31|33
A|2024-01-01|2024-01-31|10
A|2024-02-01|2024-02-29|11
A|2024-03-01|2024-03-31|12",
    );
    assert_eq!(lines(&extraction).len(), 3);
    assert!(codes(&extraction).contains(&"overlap"));
}

#[test]
fn identifiers_are_no_quantities() {
    reads(
        "Meter Consumption ID|Meter ID|Month|Usage (kWh)|Zip code
809588892|M1|2024-01-01|10|12345
809588893|M1|2024-02-01|12|12345
809588894|M1|2024-03-01|11|12345",
        &[
            "D2 ?/M1 2024-01-01..2024-01-31 10 kWh",
            "D3 ?/M1 2024-02-01..2024-02-29 12 kWh",
            "D4 ?/M1 2024-03-01..2024-03-31 11 kWh",
        ],
    );
}

#[test]
fn an_empty_template_says_that_it_holds_nothing() {
    holds("Meter|Start Date|End Date|Usage|Unit", "no_readings");
    holds("", "empty");
}
