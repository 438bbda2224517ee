//! Tables as programs and open data give them out: codes, columns of units, rates, registers beside their steps, costs of
//! several commodities.

use super::table::{book, codes, holds, read, read_sheet, sheet};

/// The cells that are read, with the number, what it cost, and what the reading is called.
fn told(lines: &str) -> Vec<String> {
    read_sheet(lines)
        .readings
        .iter()
        .map(|reading| {
            let cost = reading.cost.map(|cost| format!(" for {}", cost.amount)).unwrap_or_default();
            format!("{} {}{cost}", reading.cell, reading.quantity)
        })
        .collect()
}

/// The cells that are read, with the first and the last day of each.
fn periods(lines: &str) -> Vec<String> {
    read_sheet(lines)
        .readings
        .iter()
        .map(|reading| {
            let period = reading.period.expect("a period");
            format!("{} {} {}", reading.cell, period.start().date(), period.last_day())
        })
        .collect()
}

#[test]
fn a_code_of_a_tariff_is_no_sum() {
    let header = "Meter|Start|End|Consumption (kWh)|Tariff Code";
    let rows = "A1|2024-01-08|2024-02-05|4523|E7\nA2|2024-01-08|2024-02-05|1250|STD\n\
                B1|2024-01-08|2024-02-05|6890|MAX";
    assert_eq!(told(&format!("{header}\n{rows}")), ["D2 4523", "D3 1250", "D4 6890"]);
    // Where it tells rows apart, a word for a sum is one.
    let rates =
        "Site|Month|Kind|kWh\nMill|Jan 2024|Day|5\nMill|Jan 2024|Night|3\nMill|Jan 2024|Total|8";
    assert!(told(rates).iter().all(|cell| !cell.starts_with("D4")));
}

#[test]
fn a_column_of_units_is_that_of_the_energy_behind_a_peak() {
    let rows = "Meter|Month|kwh_consumed|peak_demand_kw|unit\nM1|Jan 2026|1845|62|kWh\n";
    let extraction = read_sheet(&format!("{rows}M2|Jan 2026|7440|90|MWh"));
    assert_eq!(extraction.readings.len(), 1, "kWh or MWh?");
    assert!(codes(&extraction).contains(&"ambiguous_scale"));
}

#[test]
fn a_total_that_some_rows_state_alone_counts_and_its_parts_do_not() {
    let table = "Meter|Month|kWh|Peak kWh|Off-peak kWh\n\
                 M1|Jan 2024|300|100|200\nM2|Jan 2024|510|210|300\nM3|Jan 2024|198||\n\
                 M1|Feb 2024|330|110|220";
    assert_eq!(told(table), ["C2 300", "C3 510", "C4 198", "C5 330"]);
}

#[test]
fn a_cost_belongs_to_the_commodity_that_it_names() {
    let table = "Month|Gas Charges|Gas Consumption (m3)|Water Charges|Water Consumption (m3)\n\
                 Jan 2024|30|31|32|6\nFeb 2024|40|44|41|8";
    assert_eq!(told(table), ["C2 31 for 30", "E2 6 for 32", "C3 44 for 40", "E3 8 for 41"]);
}

#[test]
fn the_use_of_each_day_beside_the_use_is_no_use() {
    let table = "Read Date|Usage (therms)|Number of Days|Usage per day (therms)\n\
                 2021-12-17|124|29|4.28\n2021-11-18|62|29|2.14\n2021-10-20|28|30|0.93";
    assert_eq!(told(table), ["B2 124", "B3 62", "B4 28"]);
}

#[test]
fn a_register_beside_its_steps_is_no_use_whatever_it_is_called() {
    let table = "Date|Water (m3)|Use|Gas (m3)|Use\n2024-03-01|15230||4410.5|\n\
                 2024-03-02|15248|18|4416.2|5.7\n2024-03-03|15269|21|4421.9|5.7\n\
                 2024-03-04|15280|11|4430.9|9.0\n2024-03-05|15300|20|4435.9|5.0";
    let read = told(table);
    assert_eq!(read[..4], ["C3 18", "E3 5.7", "C4 21", "E4 5.7"]);
    let units: Vec<_> = read_sheet(table).readings.iter().map(|one| one.unit.is_some()).collect();
    assert!(units.iter().all(|unit| *unit), "the unit is that of the register");
}

#[test]
fn from_a_month_to_a_month_is_to_the_end_of_the_second() {
    let table = "Site|Start|End|kWh\nA|Oct-24|Dec-24|182\nA|Jan-25|Mar-25|170\nB|Oct-24|Oct-24|74";
    assert_eq!(
        periods(table),
        ["D2 2024-10-01 2024-12-31", "D3 2025-01-01 2025-03-31", "D4 2024-10-01 2024-10-31"]
    );
}

#[test]
fn months_of_a_fiscal_year_are_asked_about() {
    holds(
        "Building|Fiscal Year|Month|Steam (MMBtu)\nA|2013|Jul|812\nA|2013|Aug|790",
        "year_unknown",
    );
}

#[test]
fn an_amount_beside_a_physical_unit_is_a_quantity() {
    let table = "Date|Fuel|Amount|Unit\n2024-01-31|Diesel|500|L\n2024-02-29|Diesel|480|L";
    assert_eq!(told(table), ["C2 500", "C3 480"]);
    let money = "Date|Fuel|Amount|Currency\n2024-01-31|Diesel|500|EUR\n2024-02-29|Diesel|480|EUR";
    assert!(told(money).is_empty());
}

#[test]
fn a_register_with_the_one_before_it_in_its_row_is_proven() {
    let table = "Meter No|Previous Reading|Current Reading|Reading Date|Unit\n\
                 W1|1204|1221|2025-02-27|m3\nW2|880|893|2025-02-27|m3";
    let kinds: Vec<_> = read_sheet(table).readings.iter().map(|one| one.kind.code()).collect();
    assert_eq!(kinds, ["register_reading"; 2]);
    holds(
        "Meter No|Reading Date|Reading (m3)\nW1|2025-02-27|1221\nW2|2025-02-27|893",
        "kind_unclear",
    );
}

#[test]
fn the_firm_that_bills_says_nothing_of_the_commodity() {
    let table =
        "Site|Month|kWh|Provider\nHQ|Jan 2024|5200|British Gas\nHQ|Feb 2024|4960|British Gas";
    let commodities: Vec<_> = read_sheet(table).readings.iter().map(|one| one.commodity).collect();
    assert_eq!(commodities, [None, None]);
    let named = read(&book(vec![sheet("Sheet1", table)]), "electricity_bills.csv");
    assert!(named.readings.iter().all(|one| one.commodity.is_some()), "the file says it");
}

#[test]
fn the_number_of_a_meter_names_it_before_its_make() {
    let table = "Building|Meter Scope|Meter Number|Month|kWh\nA|BLD 01 to 07|7223256|Jan 2024|128\n\
                 A|BLD 08|7223257|Jan 2024|90";
    let meters: Vec<_> = read_sheet(table)
        .readings
        .iter()
        .filter_map(|one| one.meter.as_deref().map(str::to_owned))
        .collect();
    assert_eq!(meters, ["7223256", "7223257"]);
}

#[test]
fn units_of_two_kinds_tell_columns_without_names_apart() {
    let table = "Year|Month|kwh|ccf\n2005|1|891|224\n2005|2|557|166\n2005|3|772|79";
    assert_eq!(told(table).len(), 6);
    // The energy of gas stays in step with its volume: both are of one meter.
    let gas = "Month|m3|kWh\nJan 2024|100|1120\nFeb 2024|90|1008\nMar 2024|81|907";
    assert_eq!(told(gas), ["B2 100", "B3 90", "B4 81"]);
    let summer = "Month|m3|kWh\nMar 2024|100|1120\nApr 2024|90|1007\nMay 2024|1|7\nJun 2024|81|908\nJul 2024|40|451";
    assert!(told(summer).iter().all(|cell| !cell.starts_with('C')), "it is the same gas");
}

#[test]
fn when_a_row_was_entered_is_not_when_something_was_used() {
    let table = "year_month|amount|usage|registered_at\n2024-02|7800|290|2024-03-05\n\
                 2024-12|8100|300|2025-01-04\n2025-01|8900|340|2025-02-03";
    assert_eq!(periods(table)[0], "C2 2024-02-01 2024-02-29");
    // Where nothing else says when, it does.
    let log = "recorded_at|kWh\n2024-02-01|7.8\n2024-02-02|8.1\n2024-02-03|8.9\n2024-02-04|7.1";
    assert_eq!(periods(log).len(), 4);
}

#[test]
fn a_register_that_falls_once_to_less_than_half_was_exchanged() {
    let table = "Date|Meter reading (m3)\n2024-01-31|150\n2024-02-29|200\n2024-03-31|244\n\
                 2024-04-30|27\n2024-05-31|60";
    assert_eq!(told(table).len(), 5);
    holds(
        "Date|Meter reading (m3)\n2024-01-31|150\n2024-02-29|170\n2024-03-31|140\n2024-04-30|160",
        "kind_unclear",
    );
}

#[test]
fn flats_and_customers_are_named_in_the_words_of_their_lists() {
    for heading in ["Apto", "Depto", "Lote", "Parcela", "Abonado", "Cliente", "Кв"] {
        let table = format!(
            "{heading}|Consumo (m3)|Periodo\n101|12|2024-01\n102|9|2024-01\n103|14|2024-01"
        );
        assert_eq!(told(&table).len(), 3, "{heading}");
    }
}

#[test]
fn the_name_of_a_file_of_text_says_what_its_months_hold() {
    let months = "Name|Number|Jan 2024|Feb 2024\nPump|M1|169|155\nGate|M2|80|77";
    let mut text = book(vec![sheet("", months)]);
    text.format = ingest::workbook::WorkbookFormat::Csv;
    assert_eq!(read(&text, "electricity_consumption.csv").readings.len(), 4);
    assert_eq!(read(&text, "electricity.csv").readings.len(), 0);
}

#[test]
fn rows_of_one_time_are_told_apart_by_their_names_or_held() {
    let table = "company|year|energy_mwh|source\nAcme Bank|2023|120|Report\n\
                 Beta Insurance|2023|98|Review\nGamma Mgmt|2023|64|Update";
    let names: Vec<_> = read_sheet(table)
        .readings
        .iter()
        .map(|one| one.meter.as_deref().map(str::to_owned))
        .collect();
    assert_eq!(names, ["Acme Bank", "Beta Insurance", "Gamma Mgmt"].map(|name| Some(name.into())));
    holds(
        "Ref|Month|kWh\nTX-1001|Jan 2024|120\nTX-1002|Jan 2024|98\nTX-1003|Jan 2024|64",
        "contradiction",
    );
}
