//! Tables as the portals of suppliers and network operators give them for download.

use super::table::{holds, lines, read_sheet};

fn costs(sheet: &str) -> Vec<String> {
    let extraction = read_sheet(sheet);
    let cost = |reading: &readings::ExtractedReading| {
        let currency = reading.currency();
        let currency = currency.as_ref().map_or("?", |currency| currency.code());
        reading.cost.map(|cost| format!("{} {currency}", cost.amount.normalize()))
    };
    extraction.readings.iter().filter_map(cost).collect()
}

#[test]
fn costs_in_pence_and_cents_are_stated_in_the_currency() {
    let sheet = "Month|Consumption (kWh)|Estimated Cost Inc. Tax (p)
2023-01-01|210|6312.5
2023-02-01|190|5700
2023-03-01|180|5400";
    assert_eq!(costs(sheet), ["63.125 GBP", "57 GBP", "54 GBP"]);
    let sheet = "Monat|Verbrauch kWh|Kosten (Cent)
2023-01-01|210|6300
2023-02-01|190|5700";
    assert_eq!(costs(sheet), ["63 ?", "57 ?"]);
}

#[test]
fn a_price_in_pence_belongs_to_a_cost_in_pounds() {
    let sheet = "Month|Meter|kWh|Rate (p/kWh)|Cost (£)
2023-01-01|E1|21000|30|6300
2023-02-01|E1|19000|30|5700
2023-03-01|E1|18000|30|5400";
    let extraction = read_sheet(sheet);
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
    assert_eq!(costs(sheet), ["6300 GBP", "5700 GBP", "5400 GBP"]);
}

#[test]
fn what_is_injected_into_the_grid_is_no_consumption() {
    let extraction = read_sheet(
        "Data|Consumo registado, Ativa (kWh)|Injeção na rede registada, Ativa (kWh)
2023-01-28|12.5|0.4
2023-01-29|11.5|0.2
2023-01-30|13.5|0.1",
    );
    assert!(
        lines(&extraction).iter().all(|line| line.starts_with('B')),
        "{:?}",
        lines(&extraction)
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
}

#[test]
fn a_unit_may_be_joined_to_the_last_word() {
    let extraction = read_sheet(
        "cups|date|consumptionKWh|obtainMethod
ES0021000000000001AB|2023-01-27|1.5|Real
ES0021000000000001AB|2023-01-28|1.6|Real
ES0021000000000001AB|2023-01-29|1.7|Real",
    );
    let units: Vec<_> = extraction.readings.iter().map(|reading| reading.unit.clone()).collect();
    assert!(units.iter().flatten().all(|unit| unit.unit == Some(readings::Unit::KilowattHour)));
    assert_eq!(units.iter().flatten().count(), 3);
}

#[test]
fn an_account_above_the_table_names_the_meter_and_its_holder_does_not() {
    let extraction = read_sheet(
        "Name|WILLIAM PENN
Account Number|'1776000001
Service|Service 1

TYPE|START DATE|END DATE|USAGE|UNITS|COST
Electric billing|2021-01-07|2021-02-05|310.2|kWh|$61.2
Electric billing|2021-02-06|2021-03-08|290.4|kWh|$57.1",
    );
    assert_eq!(
        lines(&extraction),
        [
            "D6 ?/1776000001 2021-01-07..2021-02-05 310.2 kWh",
            "D7 ?/1776000001 2021-02-06..2021-03-08 290.4 kWh",
        ]
    );
    let extraction = read_sheet(
        "Account Holder|Account Number|Month|Net Consumption (kWh)
JOHN SMITH|'000001234567|2022-01-01|810
JOHN SMITH|'000001234567|2022-02-01|790",
    );
    let meters: Vec<_> = extraction.readings.iter().map(|r| r.meter.as_deref()).collect();
    assert_eq!(meters, [Some("000001234567"); 2]);
}

#[test]
fn one_cost_for_several_meters_is_none_of_theirs() {
    let sheet = "Maand|Elektra (kWh)|Gas (m3)|Water (m3)|Kosten totaal (€)
2022-01-01|1471|321|32|875
2022-02-01|1311|301|30|815";
    assert_eq!(read_sheet(sheet).readings.len(), 6);
    assert_eq!(costs(sheet), [""; 0]);
    let sheet = "Month|Electricity (kWh)|Electricity cost (€)|Water (m3)|Water cost (€)
2022-01-01|1471|321|32|75";
    assert_eq!(costs(sheet), ["321 EUR", "75 EUR"]);
    let sheet = "Month|Electricity (kWh)|Water (m3)|Water cost (€)
2022-01-01|1471|32|75";
    assert_eq!(costs(sheet), ["75 EUR"]);
}

#[test]
fn a_credit_takes_back_the_bill_that_it_equals() {
    let bills = "Invoice|Site|From|To|kWh|Total (€)
1000|Mill|2022-11-01|2022-11-30|7285|1529
1001|Mill|2022-12-01|2022-12-31|6000|1260";
    let extraction = read_sheet(&format!(
        "{bills}
2000|Mill|2022-12-01|2022-12-31|-6000|-1260
2001|Mill|2022-12-01|2022-12-31|6100|1281"
    ));
    assert_eq!(
        lines(&extraction),
        ["E2 Mill/? 2022-11-01..2022-11-30 7285 kWh", "E5 Mill/? 2022-12-01..2022-12-31 6100 kWh",]
    );
    assert_eq!(extraction.refused, 0, "{:?}", extraction.problems);
    // What is left of the bill is not certain.
    let extraction = read_sheet(&format!("{bills}\n2000|Mill|2022-12-01|2022-12-31|-500|-105"));
    assert_eq!(lines(&extraction), ["E2 Mill/? 2022-11-01..2022-11-30 7285 kWh"]);
    assert_eq!(extraction.refused, 2, "{:?}", extraction.problems);
}

#[test]
fn months_with_a_dot_and_days_from_and_to() {
    let extraction = read_sheet(
        "Liegenschaft|Zähler|Zeitraum|Wärme [MWh]
Rathaus|WMZ 1|'01.2022|52.5
Rathaus|WMZ 1|'02.2022|41.5",
    );
    assert_eq!(
        lines(&extraction),
        [
            "D2 Rathaus/WMZ 1 2022-01-01..2022-01-31 52.5 MWh",
            "D3 Rathaus/WMZ 1 2022-02-01..2022-02-28 41.5 MWh",
        ]
    );
    let extraction = read_sheet(
        "Site|PDL|Du|Au|Consommation (kWh)
École|'12345678901234|2022-01-01|2022-02-28|5100
École|'12345678901234|2022-03-01|2022-04-30|4100",
    );
    assert_eq!(
        lines(&extraction),
        [
            "E2 École/12345678901234 2022-01-01..2022-02-28 5100 kWh",
            "E3 École/12345678901234 2022-03-01..2022-04-30 4100 kWh",
        ]
    );
}

#[test]
fn what_was_delivered_and_what_was_received_are_asked_about() {
    holds(
        "Billing Period|Delivered kWh|Received kWh|Net kWh
2022-01-01|900|400|500
2022-02-01|800|410|390
2022-03-01|850|405|445",
        "layout_unclear",
    );
}
