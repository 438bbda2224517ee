//! Periods that are named in ways of their own: weeks, halves of years, fiscal years, years beside what was used.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

#[test]
fn german_calendar_weeks_are_those_of_iso_8601() {
    reads(
        "Jahr|KW|Zähler|Verbrauch (kWh)\n2024|1|Z-100|952\n2024|2|Z-100|1013\n2024|3|Z-100|1035",
        &[
            "D2 ?/Z-100 2024-01-01..2024-01-07 952 kWh",
            "D3 ?/Z-100 2024-01-08..2024-01-14 1013 kWh",
            "D4 ?/Z-100 2024-01-15..2024-01-21 1035 kWh",
        ],
    );
    reads(
        "Kalenderwoche|Meter|Gas kWh\nKW 52/2020|A|80\nKW 53/2020|A|90\nKW 1/2021|A|85",
        &[
            "C2 ?/A 2020-12-21..2020-12-27 80 kWh",
            "C3 ?/A 2020-12-28..2021-01-03 90 kWh",
            "C4 ?/A 2021-01-04..2021-01-10 85 kWh",
        ],
    );
    holds("KW|Meter|Gas kWh\n1|A|80\n2|A|90\n3|A|85", "year_unknown");
}

#[test]
fn weeks_that_may_be_counted_in_another_way_are_asked_about() {
    holds("Year|Week|Meter|kWh\n2024|1|A|80\n2024|2|A|90\n2024|3|A|85", "period_unknown");
    holds("Month|Week|Meter|kWh\nJan 2024|1|A|80\nJan 2024|2|A|90", "period_unknown");
}

#[test]
fn power_in_capitals_is_no_week() {
    let bill = read_sheet("Month|KWH|KW\nJan 2024|9000|1\nFeb 2024|8000|2\nMar 2024|8500|3");
    let used: Vec<_> = bill.readings.iter().map(|reading| reading.cell.to_string()).collect();
    assert_eq!(used, ["B2", "B3", "B4"], "{:?}", bill.problems);
}

#[test]
fn weeks_by_their_first_day() {
    reads(
        "w/c|Meter|Gas m3\nw/c 01/01/2024|B|329\nw/c 08/01/2024|B|176\nw/c 15/01/2024|B|297\nw/c 22/01/2024|B|240",
        &[
            "C2 ?/B 2024-01-01..2024-01-07 329 m3",
            "C3 ?/B 2024-01-08..2024-01-14 176 m3",
            "C4 ?/B 2024-01-15..2024-01-21 297 m3",
            "C5 ?/B 2024-01-22..2024-01-28 240 m3",
        ],
    );
}

#[test]
fn halves_of_a_year_across() {
    reads(
        "Site|H1 2023 (kWh)|H2 2023 (kWh)\nMill|1345|1353\nPool|1115|1391",
        &[
            "B2 Mill/? 2023-01-01..2023-06-30 1345 kWh",
            "C2 Mill/? 2023-07-01..2023-12-31 1353 kWh",
            "B3 Pool/? 2023-01-01..2023-06-30 1115 kWh",
            "C3 Pool/? 2023-07-01..2023-12-31 1391 kWh",
        ],
    );
}

#[test]
fn fiscal_years_over_months_say_when_the_year_changes() {
    reads(
        "Electricity (kWh)
Month|FY2021/22|FY2022/23
Nov|10|20
Dec|11|21
Jan|12|22",
        &[
            "B3 ?/? 2021-11-01..2021-11-30 10 kWh",
            "C3 ?/? 2022-11-01..2022-11-30 20 kWh",
            "B4 ?/? 2021-12-01..2021-12-31 11 kWh",
            "C4 ?/? 2022-12-01..2022-12-31 21 kWh",
            "B5 ?/? 2022-01-01..2022-01-31 12 kWh",
            "C5 ?/? 2023-01-01..2023-01-31 22 kWh",
        ],
    );
    // Where they do not run over the end of a year, either of the two is possible.
    let open = read_sheet("Electricity (kWh)\nMonth|2021/22|2022/23\nJan|1|4\nFeb|2|5\nMar|3|6");
    assert!(open.readings.is_empty(), "{:?}", lines(&open));
    assert!(codes(&open).contains(&"year_unknown"));
}

#[test]
fn one_year_beside_several_commodities_is_the_year_of_the_table() {
    let sites = |year: &str| {
        format!(
            "Site|Electricity {year} (kWh)|Gas {year} (kWh)\nLibrary|9443|44388\nDepot|13547|98551"
        )
    };
    reads(
        &sites("2023"),
        &[
            "B2 Library/Electricity (kWh) 2023-01-01..2023-12-31 9443 kWh",
            "C2 Library/Gas (kWh) 2023-01-01..2023-12-31 44388 kWh",
            "B3 Depot/Electricity (kWh) 2023-01-01..2023-12-31 13547 kWh",
            "C3 Depot/Gas (kWh) 2023-01-01..2023-12-31 98551 kWh",
        ],
    );
    let meters = |year| -> Vec<_> {
        let extraction = read_sheet(&sites(year));
        extraction.readings.iter().map(|reading| reading.meter.clone()).collect()
    };
    assert_eq!(meters("2023"), meters("2024"), "next year's file is about the same meters");
    reads(
        "Site|Electricity 2023 (kWh)\nLibrary|9443\nDepot|13547",
        &[
            "B2 Library/? 2023-01-01..2023-12-31 9443 kWh",
            "B3 Depot/? 2023-01-01..2023-12-31 13547 kWh",
        ],
    );
}

#[test]
fn several_years_of_several_commodities_across() {
    reads(
        "Site|Electricity 2022 (kWh)|Electricity 2023 (kWh)|Gas 2022 (kWh)|Gas 2023 (kWh)\nMill|1|2|3|4\nPool|5|6|7|8",
        &[
            "B2 Mill/? 2022-01-01..2022-12-31 1 kWh",
            "C2 Mill/? 2023-01-01..2023-12-31 2 kWh",
            "D2 Mill/? 2022-01-01..2022-12-31 3 kWh",
            "E2 Mill/? 2023-01-01..2023-12-31 4 kWh",
            "B3 Pool/? 2022-01-01..2022-12-31 5 kWh",
            "C3 Pool/? 2023-01-01..2023-12-31 6 kWh",
            "D3 Pool/? 2022-01-01..2022-12-31 7 kWh",
            "E3 Pool/? 2023-01-01..2023-12-31 8 kWh",
        ],
    );
}

#[test]
fn the_year_is_the_period_where_a_title_speaks_of_all_of_it() {
    reads(
        "Annual consumption 2023\n\nSite|Gas (kWh)|Water (m3)\nMill|700|30\nPool|900|80",
        &[
            "B4 Mill/Gas (kWh) 2023-01-01..2023-12-31 700 kWh",
            "C4 Mill/Water (m3) 2023-01-01..2023-12-31 30 m3",
            "B5 Pool/Gas (kWh) 2023-01-01..2023-12-31 900 kWh",
            "C5 Pool/Water (m3) 2023-01-01..2023-12-31 80 m3",
        ],
    );
    // Of a report it may be the year in which it was written.
    holds(
        "Energy report 2023\n\nSite|Gas (kWh)|Water (m3)\nMill|700|30\nPool|900|80",
        "period_unknown",
    );
}

#[test]
fn years_over_months_side_by_side() {
    reads(
        "2021|||2022|\nMonth|Gas kWh||Month|Gas kWh\nJan|10||Jan|20\nFeb|11||Feb|21\nMar|12||Mar|22",
        &[
            "B3 ?/? 2021-01-01..2021-01-31 10 kWh",
            "B4 ?/? 2021-02-01..2021-02-28 11 kWh",
            "B5 ?/? 2021-03-01..2021-03-31 12 kWh",
            "E3 ?/? 2022-01-01..2022-01-31 20 kWh",
            "E4 ?/? 2022-02-01..2022-02-28 21 kWh",
            "E5 ?/? 2022-03-01..2022-03-31 22 kWh",
        ],
    );
}

#[test]
fn what_each_site_used_in_the_year_of_its_sheet_or_title() {
    let table = "Site|Electricity (kWh)\nMill|5000\nFarm|7000";
    let year =
        ["B3 Mill/? 2023-01-01..2023-12-31 5000 kWh", "B4 Farm/? 2023-01-01..2023-12-31 7000 kWh"];
    for title in ["Energy use in 2023", "Energy use 2023", "Year: 2023", "Electricity 2023"] {
        reads(&format!("{title}\n{table}"), &year);
    }
    let sheets = ["2022", "2023"].map(|name| sheet(name, table));
    assert_eq!(read(&book(sheets.to_vec()), "sites.xlsx").readings.len(), 4);
    // A report is of the year before as often, and a part of a year is not all of it.
    for title in
        ["Energy report 2023", "Budget 2023", "Energy use 2023 YTD", "Energy use 2023\nJan to Jun"]
    {
        assert!(read_sheet(&format!("{title}\n{table}")).readings.is_empty(), "{title}");
    }
    reads(
        &format!("Quarter: Q2 2023\n{table}"),
        &["B3 Mill/? 2023-04-01..2023-06-30 5000 kWh", "B4 Farm/? 2023-04-01..2023-06-30 7000 kWh"],
    );
    for title in ["Period: 1 April 2023 - 30 June 2023", "du 1er avril 2023 au 30 juin 2023"] {
        reads(
            &format!("{title}\n{table}"),
            &[
                "B3 Mill/? 2023-04-01..2023-06-30 5000 kWh",
                "B4 Farm/? 2023-04-01..2023-06-30 7000 kWh",
            ],
        );
    }
}

#[test]
fn kilometres_among_what_sites_used_in_a_year_are_no_reading() {
    let rows = "Site|Source|Activity data|Unit\nMill|Natural gas|5000|kWh\nMill|Travel|7000|km";
    let extraction = read_sheet(&format!("Return 1 January 2023 to 31 December 2023\n{rows}"));
    assert_eq!(extraction.readings.len(), 1);
}

#[test]
fn years_below_a_heading_that_says_nothing_are_those_of_the_months_beside_them() {
    for corner in ["", "Month"] {
        let table = format!("Mill electricity (kWh)\n{corner}|Jan|Feb\n2022|900|800\n2023|700|950");
        let starts = |table: &str| -> Vec<String> {
            let readings = read_sheet(table).readings;
            readings
                .iter()
                .map(|one| one.period.expect("a period").start().date().to_string())
                .collect()
        };
        assert_eq!(starts(&table), ["2022-01-01", "2022-02-01", "2023-01-01", "2023-02-01"]);
    }
}

#[test]
fn days_by_their_numbers_are_those_of_the_month_in_the_title() {
    let log = |days: i32, title: &str, heading: &str| {
        let number = |day: i32| (day * 7) % 13 + 20;
        let rows: Vec<String> = (1..=days).map(|day| format!("{day}|{}", number(day))).collect();
        format!("{title}\n{heading}|Consumption (m3)\n{}", rows.join("\n"))
    };
    for heading in ["Day", "Date"] {
        let extraction = read_sheet(&log(31, "Month: March 2024", heading));
        assert_eq!(extraction.readings.len(), 31, "{:?}", extraction.problems);
        let last = extraction.readings[30].period.expect("a period");
        assert_eq!(last.start().date().to_string(), "2024-03-31");
    }
    assert!(read_sheet(&log(31, "Water log", "Day")).readings.is_empty(), "of which month?");
}
