//! What a trusting reader would import wrongly.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn costs_are_no_quantities() {
    holds("Date|Total due\n2024-01-01|100\n2024-02-01|90", "cost_only");
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
    assert!(extraction.readings.iter().all(|reading| &*reading.sheet != "All"));
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

#[test]
fn ends_that_belong_to_the_period_and_ends_that_begin_the_next_make_no_gap() {
    for (ends, lasts) in [
        (["2023-01-31", "2023-02-28", "2023-03-31"], ["2023-01-31", "2023-02-28", "2023-03-31"]),
        (["2023-02-01", "2023-03-01", "2023-04-01"], ["2023-01-31", "2023-02-28", "2023-03-31"]),
    ] {
        let rows: Vec<String> = ["2023-01-01", "2023-02-01", "2023-03-01"]
            .iter()
            .zip(ends)
            .map(|(start, end)| format!("A|{start}|{end}|12{}", &end[5..7]))
            .collect();
        let extraction =
            read_sheet(&format!("Meter|Start Date|End Date|Usage (kWh)\n{}", rows.join("\n")));
        let read: Vec<String> = extraction
            .readings
            .iter()
            .filter_map(|reading| reading.period)
            .map(|period| period.last_day().to_string())
            .collect();
        assert_eq!(read, lasts);
        let periods: Vec<_> = extraction.readings.iter().filter_map(|r| r.period).collect();
        assert!(periods.windows(2).all(|pair| pair[0].end() == pair[1].start()));
    }
}

#[test]
fn the_total_of_a_group_is_not_counted_beside_its_members() {
    let extraction = read_sheet(
        "Consumption 2023 (kWh)
Site|Jan|Feb|Mar|Apr
House A|10|12|11|14
House B|20|19|22|21
Campus|30|31|33|35
Mill|7|9|8|6",
    );
    let rows: Vec<u32> = extraction.readings.iter().map(|reading| reading.cell.row).collect();
    assert!(!rows.contains(&4), "{rows:?}");
    assert_eq!(rows.len(), 12);
}

#[test]
fn the_bill_of_a_plant_repeated_on_each_machine_is_one_reading() {
    let extraction = read_sheet(
        "Machine|Month|Plant consumption (kWh)|Cost
Press|2023-01-01|5120|900
Press|2023-02-01|4988|880
Press|2023-03-01|5301|930
Oven|2023-01-01|5120|0
Oven|2023-02-01|4988|0
Oven|2023-03-01|5301|0",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", lines(&extraction));
}

#[test]
fn a_ratio_applied_on_one_sheet_and_not_on_another_is_asked_about() {
    let detail = "Month|Meter|Consumption (kWh)
2023-01-01|A|6480|
2023-02-01|A|6240|
2023-03-01|A|6720|
2023-04-01|A|5880|";
    let summary = "Month|Meter|Consumption (kWh)
2023-01-01|A|54|
2023-02-01|A|52|
2023-03-01|A|56|
2023-04-01|A|49|";
    let extraction =
        read(&book(vec![sheet("Detail", detail), sheet("Summary", summary)]), "m.xlsx");
    assert!(extraction.readings.is_empty(), "{:?}", lines(&extraction));
    assert!(codes(&extraction).contains(&"ambiguous_scale"));
}

#[test]
fn formulas_that_run_past_the_data_give_nothing() {
    let extraction = read_sheet(
        "Date|Reading (kWh)|Consumption (kWh)
2023-01-01|3000|110
2023-02-01|3090|90
2023-03-01|3163|73
2023-04-01||-3163
2023-05-01||0
2023-06-01||0
2023-07-01||0",
    );
    assert!(
        extraction.readings.iter().all(|reading| reading.cell.row < 4),
        "{:?}",
        lines(&extraction)
    );
}

#[test]
fn dates_of_bill_payment_and_due_are_no_period() {
    let extraction = read_sheet(
        "Bill month|Bill date|Due date|Payment date|Units consumed
Jan-23|2023-02-03|2023-02-20|2023-02-18|110
Feb-23|2023-03-03|2023-03-20|2023-03-19|95
Mar-23|2023-04-03|2023-04-20|2023-04-11|120",
    );
    let periods: Vec<String> = extraction
        .readings
        .iter()
        .filter_map(|reading| reading.period)
        .map(|period| period.to_string())
        .collect();
    assert_eq!(
        periods,
        ["2023-01-01 to 2023-01-31", "2023-02-01 to 2023-02-28", "2023-03-01 to 2023-03-31"]
    );
}

#[test]
fn registers_in_rows_are_no_second_reading_beside_the_consumption() {
    reads(
        "Electricity (kWh)
|Jan 2023|Feb 2023|Mar 2023
Previous reading|1000|1110|1205
Current reading|1110|1205|1325
Units consumed|110|95|120",
        &[
            "B5 ?/? 2023-01-01..2023-01-31 110 kWh",
            "C5 ?/? 2023-02-01..2023-02-28 95 kWh",
            "D5 ?/? 2023-03-01..2023-03-31 120 kWh",
        ],
    );
}

#[test]
fn both_readings_of_a_day_and_of_a_number_are_shown() {
    let days = read_sheet(
        "Meter|From|To|kWh
A|'01/02/2024|'05/02/2024|100
A|'06/02/2024|'10/02/2024|90",
    );
    let asked = days.problems.iter().find(|problem| problem.code.code() == "ambiguous_date");
    let sentence = asked.map(|problem| problem.sentence.as_str()).unwrap_or_default();
    assert!(
        sentence.contains("1 February 2024") && sentence.contains("2 January 2024"),
        "{sentence}"
    );
    let numbers = read_sheet(
        "Meter|From|To|kWh
A|2024-01-01|2024-01-31|'1,234
A|2024-02-01|2024-02-29|'1,111",
    );
    let asked = numbers.problems.iter().find(|problem| problem.code.code() == "ambiguous_number");
    let sentence = asked.map(|problem| problem.sentence.as_str()).unwrap_or_default();
    assert!(sentence.contains("1234 ") && sentence.contains("1.234 "), "{sentence}");
}

#[test]
fn a_year_beside_the_months_is_the_year_of_its_block() {
    reads(
        "Consumption (MWh)

2021|Jan|Feb|Mar
North|10|12|11

2022|Jan|Feb|Mar
North|13|9|12",
        &[
            "B4 North/? 2021-01-01..2021-01-31 10 MWh",
            "C4 North/? 2021-02-01..2021-02-28 12 MWh",
            "D4 North/? 2021-03-01..2021-03-31 11 MWh",
            "B7 North/? 2022-01-01..2022-01-31 13 MWh",
            "C7 North/? 2022-02-01..2022-02-28 9 MWh",
            "D7 North/? 2022-03-01..2022-03-31 12 MWh",
        ],
    );
}

#[test]
fn the_difference_of_the_registers_is_the_consumption_whatever_its_heading() {
    reads(
        "Electricity bill for the month of January 2023
Room|Previous Reading|Current Reading|Difference|Amount
R1|1000|1110|110|900
R2|2000|2095|95|800
R3|500|620|120|950",
        &[
            "D3 R1/? 2023-01-01..2023-01-31 110 ?",
            "D4 R2/? 2023-01-01..2023-01-31 95 ?",
            "D5 R3/? 2023-01-01..2023-01-31 120 ?",
        ],
    );
    reads(
        "Sayaç No|İlk Endeks|Son Endeks|Çarpan|Fark|Dönem
'77-A|100|110|40|400|Ocak 2024
'77-B|210|225|40|600|Ocak 2024
'77-C|50|57|40|280|Ocak 2024",
        &[
            "E2 ?/77-A 2024-01-01..2024-01-31 400 ?",
            "E3 ?/77-B 2024-01-01..2024-01-31 600 ?",
            "E4 ?/77-C 2024-01-01..2024-01-31 280 ?",
        ],
    );
    reads(
        "|Jan 2023|Feb 2023|Mar 2023
Previous reading|1000|1110|1205
Current reading|1110|1205|1325
Unit|110|95|120
Fixed charge|50|50|50
Total|900|800|950",
        &[
            "B4 ?/? 2023-01-01..2023-01-31 110 ?",
            "C4 ?/? 2023-02-01..2023-02-28 95 ?",
            "D4 ?/? 2023-03-01..2023-03-31 120 ?",
        ],
    );
}

#[test]
fn the_days_of_a_title_are_the_period_of_rows_that_state_none() {
    reads(
        "Abrechnung vom 05.02.2024 bis 06.03.2024
Wohnung|Zähler|Verbrauch (m3)
Links|'Z-1|10
Rechts|'Z-2|12
Mitte|'Z-3|9",
        &[
            "C3 Links/Z-1 2024-02-05..2024-03-06 10 m3",
            "C4 Rechts/Z-2 2024-02-05..2024-03-06 12 m3",
            "C5 Mitte/Z-3 2024-02-05..2024-03-06 9 m3",
        ],
    );
}

#[test]
fn payments_alone_are_said_to_be_costs() {
    holds("Fecha de pago|Total a pagar\n2022-07-30|75956\n2022-09-01|70384", "cost_only");
}

#[test]
fn misspelt_headings_and_months_are_read_where_they_can_be_no_other() {
    reads(
        "Builidng|Month|Electrcity Consumtion (kWh)|Totl cost
A|Septmber 2023|110|20
A|Ocotber 2023|95|18
A|Novimebre 2023|120|22",
        &[
            "C2 A/? 2023-09-01..2023-09-30 110 kWh",
            "C3 A/? 2023-10-01..2023-10-31 95 kWh",
            "C4 A/? 2023-11-01..2023-11-30 120 kWh",
        ],
    );
    let extraction = read_sheet(
        "Consumo 2023 (kWh)
Edificio|Setiembre|Octubre|Novimebre|Diciembre
Norte|10|12|11|14
Sur|20|19|22|21",
    );
    assert_eq!(extraction.readings.len(), 8, "{:?}", lines(&extraction));
}

#[test]
fn the_total_in_each_month_block_is_not_counted_beside_its_parts() {
    let extraction = read_sheet(
        "Unidade|Jan/2023|<|<|<|Fev/2023|<|<|<
^|Ponta kWh|Fora ponta kWh|Consumo total kWh|Consumo per capita kWh|Ponta kWh|Fora ponta kWh|Consumo total kWh|Consumo per capita kWh
Presidio A|100|900|1000|2|110|950|1060|2.1
Presidio B|200|800|1000|3|190|870|1060|3.2
Presidio C|150|700|850|2.5|140|720|860|2.4",
    );
    let mut columns: Vec<u32> =
        extraction.readings.iter().map(|reading| reading.cell.column).collect();
    columns.sort_unstable();
    columns.dedup();
    assert_eq!(columns, [1, 2, 5, 6], "{:?}", lines(&extraction));
    assert_eq!(extraction.readings.len(), 12);
}

#[test]
fn numbered_buildings_over_whole_numbers_are_what_each_of_them_used() {
    reads(
        "Electricity consumption (kWh)
Month|Building 1|Building 2
Jan 2023|1200|800
Feb 2023|1100|790
Mar 2023|1150|820",
        &[
            "B3 ?/Building 1 2023-01-01..2023-01-31 1200 kWh",
            "C3 ?/Building 2 2023-01-01..2023-01-31 800 kWh",
            "B4 ?/Building 1 2023-02-01..2023-02-28 1100 kWh",
            "C4 ?/Building 2 2023-02-01..2023-02-28 790 kWh",
            "B5 ?/Building 1 2023-03-01..2023-03-31 1150 kWh",
            "C5 ?/Building 2 2023-03-01..2023-03-31 820 kWh",
        ],
    );
}

#[test]
fn the_corner_of_a_pivot_says_what_is_counted() {
    reads(
        "Sum of Usage (kWh)|Column Labels
Row Labels|Jan-23|Feb-23|Mar-23|Grand Total
Hall|100|90|95|285
Pool|200|190|210|600
Grand Total|300|280|305|885",
        &[
            "B3 Hall/? 2023-01-01..2023-01-31 100 kWh",
            "C3 Hall/? 2023-02-01..2023-02-28 90 kWh",
            "D3 Hall/? 2023-03-01..2023-03-31 95 kWh",
            "B4 Pool/? 2023-01-01..2023-01-31 200 kWh",
            "C4 Pool/? 2023-02-01..2023-02-28 190 kWh",
            "D4 Pool/? 2023-03-01..2023-03-31 210 kWh",
        ],
    );
}

#[test]
fn a_sum_among_the_numbers_of_rows_is_no_reading() {
    reads(
        "Показания электросчетчиков за ноябрь 2021
№|Арендатор|№ счетчика|Предыдущее|Текущее|Разница|Коэф.|Расход, кВт*ч
1|Пекарня|123456|1200|1250|50|20|1000
2|Аптека|223456|300|345|45|1|45
3|Магазин|323456|5000|5100|100|30|3000
Итого|||||||4045",
        &[
            "H3 Пекарня/123456 2021-11-01..2021-11-30 1000 kWh",
            "H4 Аптека/223456 2021-11-01..2021-11-30 45 kWh",
            "H5 Магазин/323456 2021-11-01..2021-11-30 3000 kWh",
        ],
    );
}

#[test]
fn hours_of_operation_beside_a_day_are_no_time_of_day() {
    reads(
        "Отчет о потреблении тепла за период с 01.02.2021 по 04.02.2021
Дата|Q, Гкал|M1, т|V1, м3|t1|Время, ч
'01.02.2021|1.25|100.2|103.1|85.2|24
'02.02.2021|1.31|101.2|104.1|86.2|24
'03.02.2021|1.28|100.9|103.6|85.9|24
'04.02.2021|1.22|99.9|102.6|84.9|24
Итого|5.06|402.2|413.4||96
Средние|1.265||||",
        &[
            "B3 ?/Q, Гкал 2021-02-01..2021-02-01 1.25 Gcal",
            "B4 ?/Q, Гкал 2021-02-02..2021-02-02 1.31 Gcal",
            "B5 ?/Q, Гкал 2021-02-03..2021-02-03 1.28 Gcal",
            "B6 ?/Q, Гкал 2021-02-04..2021-02-04 1.22 Gcal",
        ],
    );
}

#[test]
fn years_over_quarters_reach_as_far_as_each_other() {
    let extraction = read_sheet(
        "Water Usage (kL) by Building
|2021||2022
Building|Q1|Q2|Q1|Q2
Hall|10|12|11|13
Pool|50|52|51|53",
    );
    assert_eq!(extraction.readings.len(), 8, "{:?}", extraction.problems);
}

#[test]
fn columns_that_count_the_same_are_different_meters() {
    reads(
        "Mois|Consommation HP (kWh)|Consommation HC (kWh)
janvier 2022|349|462
février 2022|176|409
mars 2022|201|377",
        &[
            "B2 ?/Consommation HP (kWh) 2022-01-01..2022-01-31 349 kWh",
            "C2 ?/Consommation HC (kWh) 2022-01-01..2022-01-31 462 kWh",
            "B3 ?/Consommation HP (kWh) 2022-02-01..2022-02-28 176 kWh",
            "C3 ?/Consommation HC (kWh) 2022-02-01..2022-02-28 409 kWh",
            "B4 ?/Consommation HP (kWh) 2022-03-01..2022-03-31 201 kWh",
            "C4 ?/Consommation HC (kWh) 2022-03-01..2022-03-31 377 kWh",
        ],
    );
    reads(
        "Machine|Month|kWh|Whole hall kWh
M1|2022-01-01|49|1037
M1|2022-02-01|73|1074
M1|2022-03-01|61|1011",
        &[
            "C2 ?/M1 2022-01-01..2022-01-31 49 kWh",
            "D2 ?/M1 Whole hall kWh 2022-01-01..2022-01-31 1037 kWh",
            "C3 ?/M1 2022-02-01..2022-02-28 73 kWh",
            "D3 ?/M1 Whole hall kWh 2022-02-01..2022-02-28 1074 kWh",
            "C4 ?/M1 2022-03-01..2022-03-31 61 kWh",
            "D4 ?/M1 Whole hall kWh 2022-03-01..2022-03-31 1011 kWh",
        ],
    );
}

#[test]
fn sheets_that_contradict_each_other_are_asked_about() {
    let table = |values: [u32; 2]| {
        format!(
            "Site|Meter|Month|Gas kWh\nMill|G1|Jan 2023|{}\nMill|G1|Feb 2023|{}",
            values[0], values[1]
        )
    };
    let extraction = read(
        &book(vec![sheet("A", &table([574, 727])), sheet("B", &table([574, 730]))]),
        "file.xlsx",
    );
    let cells: Vec<String> = extraction
        .readings
        .iter()
        .map(|reading| format!("{}!{}", reading.sheet, reading.cell))
        .collect();
    assert!(!cells.iter().any(|cell| cell.ends_with("D3")), "{cells:?}");
    assert!(codes(&extraction).contains(&"contradiction"), "{:?}", extraction.problems);
}

#[test]
fn sheets_about_the_same_places_are_about_meters_of_their_own() {
    let table = |values: [u32; 2]| {
        format!("Use (kWh)\nTown|2022|2023\nNorth|{}|{}\nSouth|7|8", values[0], values[1])
    };
    let extraction = read(
        &book(vec![sheet("Lighting", &table([1, 2])), sheet("Pumps", &table([3, 4]))]),
        "file.xlsx",
    );
    let meters: Vec<_> = extraction
        .readings
        .iter()
        .filter(|reading| reading.site.as_deref() == Some("North"))
        .map(|reading| reading.meter.as_deref())
        .collect();
    let (lighting, pumps) = (Some("Lighting"), Some("Pumps"));
    assert_eq!(meters, [lighting, lighting, pumps, pumps], "{:?}", extraction.problems);
}

#[test]
fn what_a_sheet_states_again_rounded_or_in_another_unit_is_counted_once() {
    let used =
        sheet("Electricity kWh", "Site|Jan 2023|Feb 2023\nMill|7068.7|9037.5\nPool|2815.8|4501.3");
    for again in [
        sheet("Dashboard kWh", "Site|Jan 2023|Feb 2023\nMill|7069|9038\nPool|2816|4501"),
        sheet("Board", "Electricity (MWh)\nSite|Jan 2023|Feb 2023\nMill|7.07|9.04\nPool|2.82|4.5"),
    ] {
        let extraction = read(&book(vec![used.clone(), again]), "file.xlsx");
        assert!(
            extraction.readings.iter().all(|reading| &*reading.sheet == "Electricity kWh"),
            "{:?}",
            lines(&extraction)
        );
        assert_eq!(extraction.readings.len(), 4, "{:?}", extraction.problems);
        assert_eq!(codes(&extraction), ["overlap"], "{:?}", extraction.problems);
    }
}

#[test]
fn what_differs_in_a_copy_is_asked_about() {
    let table = |last: u32| {
        let months: Vec<String> = (1..=12).map(|month| format!("2023-{month:02}-01")).collect();
        let values: Vec<String> =
            (1..12).map(|month| (month * 37 % 90 + 100).to_string()).collect();
        format!("Site|{}\nMill|{}|{last}", months.join("|"), values.join("|"))
    };
    let extraction = read(
        &book(vec![sheet("Gas kWh", &table(900)), sheet("Gas kWh revised", &table(950))]),
        "file.xlsx",
    );
    assert_eq!(extraction.readings.len(), 11, "{:?}", lines(&extraction));
    assert_eq!(codes(&extraction), ["contradiction", "overlap"], "{:?}", extraction.problems);
}
