//! Two directions of time, blocks of columns, several sheets: what a reader gets wrong by looking one way only.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn months_down_and_years_across() {
    reads(
        "Electricity consumption (kWh)
Month|2021|2022|2023
January|100|120|110
February|90|100|95
Total|190|220|205",
        &[
            "B3 ?/? 2021-01-01..2021-01-31 100 kWh",
            "C3 ?/? 2022-01-01..2022-01-31 120 kWh",
            "D3 ?/? 2023-01-01..2023-01-31 110 kWh",
            "B4 ?/? 2021-02-01..2021-02-28 90 kWh",
            "C4 ?/? 2022-02-01..2022-02-28 100 kWh",
            "D4 ?/? 2023-02-01..2023-02-28 95 kWh",
        ],
    );
}

#[test]
fn month_blocks_without_merged_cells_end_where_the_next_begins() {
    reads(
        "Unit|Jan/2023|||Feb/2023||
|Consumo kWh|Valor R$|Demanda kW|Consumo kWh|Valor R$|Demanda kW|Total kWh
Penitenciaria A|1000|500|20|1100|550|21|2100
Penitenciaria B|2000|900|40|2100|950|41|4100
TOTAL|3000|1400|60|3200|1500|62",
        &[
            "B3 Penitenciaria A/? 2023-01-01..2023-01-31 1000 kWh",
            "E3 Penitenciaria A/? 2023-02-01..2023-02-28 1100 kWh",
            "B4 Penitenciaria B/? 2023-01-01..2023-01-31 2000 kWh",
            "E4 Penitenciaria B/? 2023-02-01..2023-02-28 2100 kWh",
        ],
    );
}

#[test]
fn two_commodities_in_each_month_block_keep_their_units() {
    reads(
        "Site|Jan 2024|<|Feb 2024|<
^|Electricity (kWh)|Gas (m3)|Electricity (kWh)|Gas (m3)
A|10|1|12|2",
        &[
            "B3 A/? 2024-01-01..2024-01-31 10 kWh",
            "C3 A/? 2024-01-01..2024-01-31 1 m3",
            "D3 A/? 2024-02-01..2024-02-29 12 kWh",
            "E3 A/? 2024-02-01..2024-02-29 2 m3",
        ],
    );
}

#[test]
fn each_value_has_the_unit_behind_it() {
    reads(
        "Date|Elec usage|Unit|Gas usage|Unit
2024-01-01|100|kWh|20|m3
2024-02-01|110|kWh|22|m3
2024-03-01|105|kWh|21|m3",
        &[
            "B2 ?/Elec usage 2024-01-01..2024-01-31 100 kWh",
            "D2 ?/Gas usage 2024-01-01..2024-01-31 20 m3",
            "B3 ?/Elec usage 2024-02-01..2024-02-29 110 kWh",
            "D3 ?/Gas usage 2024-02-01..2024-02-29 22 m3",
            "B4 ?/Elec usage 2024-03-01..2024-03-31 105 kWh",
            "D4 ?/Gas usage 2024-03-01..2024-03-31 21 m3",
        ],
    );
}

#[test]
fn a_table_of_costs_below_one_of_consumption_is_not_read() {
    let extraction = read_sheet(
        "Consumption 2023 (kWh)
Site|Jan|Feb|Mar
A|10|12|11
B|20|19|22

Cost 2023 (€)
Site|Jan|Feb|Mar
A|1|2|3
B|4|5|6",
    );
    assert_eq!(lines(&extraction).len(), 6);
    assert!(extraction.readings.iter().all(|reading| reading.cell.row < 5));
    let block = read_sheet(
        "Consumption 2023 (kWh)
Site|Jan|Feb|Mar
A|10|12|11
B|20|19|22

Cost
A|1|2|3
B|4|5|6",
    );
    assert_eq!(lines(&block).len(), 6);
    assert!(block.readings.iter().all(|reading| reading.cell.row < 5));
}

#[test]
fn titles_of_generation_and_of_readings_are_heard() {
    holds("PV production 2023 (kWh)\nSite|Jan|Feb|Mar\nA|10|12|11", "kind_unclear");
    holds("Meter readings 2023 (kWh)\nSite|Jan|Feb|Mar\nA|1000|1100|1250", "kind_unclear");
}

#[test]
fn generation_with_several_energies_is_asked_about() {
    holds(
        "Date|Production (kWh)|Consumption (kWh)|Import (kWh)|Export (kWh)
2024-01-01|10|20|15|5
2024-01-02|11|22|16|5
2024-01-03|9|21|15|3",
        "layout_unclear",
    );
}

#[test]
fn tariff_zones_are_read_and_their_sum_is_not() {
    let extraction = read_sheet(
        "Дата|Т1 (кВт·ч)|Т2 (кВт·ч)|Т3 (кВт·ч)|Всего (кВт·ч)
'01.01.2024|10|5|3|18
'02.01.2024|11|6|2|19
'03.01.2024|9|5|3|17",
    );
    assert_eq!(extraction.readings.len(), 9);
    assert!(extraction.readings.iter().all(|reading| reading.cell.column < 4));
}

#[test]
fn what_carries_heat_is_not_used_up() {
    let extraction = read_sheet(
        "Отчет о потреблении тепловой энергии
Дата|Потребление, Гкал|Температура подачи|Объем, м³
'01.01.2024|'1,2|70|20
'02.01.2024|'1,3|71|21
'03.01.2024|'1,1|70|19
Итого|'3,6||60",
    );
    assert_eq!(
        lines(&extraction).iter().map(|line| line.rsplit_once("..").unwrap().1).collect::<Vec<_>>(),
        ["2024-01-01 1.2 Gcal", "2024-01-02 1.3 Gcal", "2024-01-03 1.1 Gcal"]
    );
}

#[test]
fn a_plant_bill_repeated_for_each_machine_counts_once() {
    let extraction = read_sheet(
        "Month|Machine|Plant consumption (kWh)|Plant cost
2024-01-01|M1|1000.5|100
2024-01-01|M2|1000.5|0
2024-02-01|M1|1100.25|110
2024-02-01|M2|1100.25|0
2024-03-01|M1|900|90
2024-03-01|M2|900|0",
    );
    assert_eq!(extraction.readings.len(), 3);
}

#[test]
fn the_same_values_times_a_transformer_ratio_are_held() {
    let meter = "Date|Previous|Current|CT ratio|Consumption (kWh)
2024-01-31|100|154|120|6480
2024-02-29|154|200|120|5520
2024-03-31|200|260|120|7200
2024-04-30|260|300|120|4800";
    let summary = "Month|Consumption (kWh)\nJan 2024|54\nFeb 2024|46\nMar 2024|60\nApr 2024|40";
    let extraction = read(&book(vec![sheet("Meter", meter), sheet("Summary", summary)]), "m.xlsx");
    assert_eq!(lines(&extraction), Vec::<String>::new());
    assert!(codes(&extraction).contains(&"ambiguous_scale"));
}

#[test]
fn monthly_sums_of_daily_values_are_their_summary() {
    let mut daily = "Date|kWh".to_owned();
    let (mut sums, mut day) = ([0u32; 3], 0u32);
    for month in 1..=3u32 {
        for number in 1..=[31, 29, 31][month as usize - 1] {
            day += 1;
            let value = 10 + day * 7 % 11;
            sums[month as usize - 1] += value;
            daily.push_str(&format!("\n2024-{month:02}-{number:02}|{value}"));
        }
    }
    let monthly = format!(
        "Month|Total kWh\nJan 2024|{}\nFeb 2024|{}\nMar 2024|{}",
        sums[0], sums[1], sums[2]
    );
    for order in [false, true] {
        let mut sheets = vec![sheet("Daily", &daily), sheet("Monthly", &monthly)];
        if order {
            sheets.reverse();
        }
        let extraction = read(&book(sheets), "m.xlsx");
        assert_eq!(extraction.readings.len(), 91, "{:?}", codes(&extraction));
        assert!(extraction.readings.iter().all(|reading| &*reading.sheet == "Daily"));
    }
}

#[test]
fn a_sheet_for_each_month() {
    let rows = |a: u32| format!("Meter|Consumption (kWh)\nA|{a}\nB|{}\nC|{}", a / 2, a / 3);
    let sheets = vec![sheet("Jan 2024", &rows(100)), sheet("Feb 2024", &rows(113))];
    let extraction = read(&book(sheets), "usage.xlsx");
    let read = lines(&extraction);
    assert_eq!(read.len(), 6, "{:?}", codes(&extraction));
    assert_eq!(read[3], "B2 ?/A 2024-02-01..2024-02-29 113 kWh");
}

#[test]
fn labels_and_values_above_the_table_name_its_meter() {
    reads(
        "Meter:|12345
Site:|Town hall
Unit:|kWh
Month|Usage
2024-01-01|100
2024-02-01|120
2024-03-01|110",
        &[
            "B5 Town hall/12345 2024-01-01..2024-01-31 100 kWh",
            "B6 Town hall/12345 2024-02-01..2024-02-29 120 kWh",
            "B7 Town hall/12345 2024-03-01..2024-03-31 110 kWh",
        ],
    );
}

#[test]
fn units_and_currencies_stand_in_the_cells() {
    let extraction =
        read_sheet("Month|Electricity|Cost\nJan 2024|120,5 kWh|30,50 €\nFeb 2024|110 kWh|28,00 €");
    assert_eq!(
        lines(&extraction),
        ["B2 ?/? 2024-01-01..2024-01-31 120.5 kWh", "B3 ?/? 2024-02-01..2024-02-29 110 kWh"]
    );
    assert_eq!(
        extraction.readings[0].cost.map(|cost| cost.amount.to_string()),
        Some("30.50".to_owned())
    );
}

#[test]
fn a_row_called_a_total_that_is_no_exact_sum_is_held() {
    let extraction = read_sheet(
        "Consumption kWh
Building|Jan 2024|Feb 2024|Mar 2024
A|10|11|13
B|20|21|25
North total|30|32|39",
    );
    assert_eq!(lines(&extraction).len(), 6);
    assert!(codes(&extraction).contains(&"layout_unclear"));
}

#[test]
fn rows_that_nothing_tells_apart_are_held() {
    holds(
        "Consumption kWh
|Jan 2024|Feb 2024|Mar 2024
|10|11|13
|20|21|25",
        "layout_unclear",
    );
}

#[test]
fn the_day_of_a_reading_is_no_period_of_consumption() {
    holds(
        "Read date|Meter|Usage (m3)\n2024-01-01|A|10\n2024-02-01|A|12\n2024-03-01|A|11",
        "period_unknown",
    );
}

#[test]
fn hidden_sheets_are_not_read() {
    let mut hidden = sheet("Data", "Meter|Month|kWh\nA|Jan 2024|10\nA|Feb 2024|11\nA|Mar 2024|9");
    hidden.visibility = ingest::workbook::Visibility::Hidden;
    let extraction = read(&book(vec![sheet("Cover", "Welcome"), hidden]), "m.xlsx");
    assert_eq!(lines(&extraction), Vec::<String>::new());
    assert!(codes(&extraction).contains(&"no_readings"));
}
