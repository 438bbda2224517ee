//! Fields one below the other: forms, bills, and records in columns.

use readings::LayoutKind;

use super::table::{lines, read_sheet, reads};

const FORM: &str = "Energy report
Site:|Town Hall
Meter number:|E-5140
Billing period:|01/03/2024 - 31/03/2024
Consumption (kWh):|3669
Total cost (EUR):|257.85

Site:|Library
Meter number:|E-7712
Billing period:|01/03/2024 - 31/03/2024
Consumption (kWh):|1204
Total cost (EUR):|88.10";

#[test]
fn a_form_for_each_site() {
    let extraction = read_sheet(FORM);
    assert_eq!(
        lines(&extraction),
        [
            "B5 Town Hall/E-5140 2024-03-01..2024-03-31 3669 kWh",
            "B11 Library/E-7712 2024-03-01..2024-03-31 1204 kWh",
        ]
    );
    assert!(extraction.adds_up());
    assert!(extraction.readings.iter().all(|reading| reading.cost.is_some()));
    assert!(extraction.layouts.iter().all(|layout| layout.kind == LayoutKind::Turned));
}

#[test]
fn next_months_form_has_the_same_fingerprint() {
    let next =
        FORM.replace("/03/2024", "/04/2024").replace("3669", "4100").replace("Library", "Depot");
    let (one, other) = (read_sheet(FORM), read_sheet(&next));
    assert!(one.fingerprint.is_some());
    assert_eq!(one.fingerprint, other.fingerprint);
}

#[test]
fn bills_in_columns() {
    reads(
        "Electricity
Invoice|A1|A2
Period start|2023-01-01|2023-02-01
Period end|2023-01-31|2023-02-28
Consumption kWh|1000|1100
Amount $|100|110",
        &["B5 ?/? 2023-01-01..2023-01-31 1000 kWh", "C5 ?/? 2023-02-01..2023-02-28 1100 kWh"],
    );
}

#[test]
fn a_table_that_stands_is_not_turned() {
    let extraction = read_sheet(
        "Period start|Period end|Consumption kWh\n2023-01-01|2023-01-31|1000\n2023-02-01|2023-02-28|1100",
    );
    assert!(extraction.layouts.iter().all(|layout| layout.kind != LayoutKind::Turned));
    assert_eq!(extraction.readings.len(), 2);
    // Labels without a number that is said to be used are no form.
    let letter = read_sheet("Site:|Town Hall\nDate:|2024-03-01\nPages:|3");
    assert!(letter.readings.is_empty() && letter.layouts.is_empty());
}

#[test]
fn the_day_of_reading_begins_the_next_period() {
    reads(
        "Property|Mill Lane 4
Meter no|W-220
Previous reading date|2024-01-03
Current reading date|2024-04-02
Previous reading|1200
Current reading|1296
Consumption (m3)|96",
        &["B7 Mill Lane 4/W-220 2024-01-03..2024-04-01 96 m3"],
    );
}

#[test]
fn a_line_may_hold_two_labels_with_their_values() {
    reads(
        "Account no:|80012345|Invoice date:|2024-06-02
Site:|Town Hall|Meter no:|E17K00231
Period from:|2024-05-01|Period to:|2024-05-31
Amount (£):|2345.67|Consumption (kWh):|12345",
        &["D4 Town Hall/E17K00231 2024-05-01..2024-05-31 12345 kWh"],
    );
}

#[test]
fn the_rows_of_a_form_say_what_they_are() {
    let extraction = read_sheet(
        "Site:|Town Hall|Meter no:|E17\nPeriod from:|2024-05-01|Period to:|2024-05-31\nConsumption (kWh):|12345",
    );
    let [layout] = extraction.layouts.as_slice() else { panic!("{:?}", extraction.layouts) };
    let rows: Vec<(u32, &str)> = layout.rows.iter().map(|(at, role, _)| (*at, &**role)).collect();
    assert_eq!(
        rows,
        [(0, "site"), (0, "meter"), (1, "period_start"), (1, "period_end"), (2, "quantity")]
    );
    assert!(layout.columns.is_empty());
}
