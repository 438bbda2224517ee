//! Workbooks as suppliers, offices and households send them: lists beside tables, rates below one heading, rows that
//! say what they are, names that hold a known word, years that belong to something else.

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

/// The cells that are read, with the number and unit of each.
fn cells(lines: &str) -> Vec<String> {
    read_sheet(lines)
        .readings
        .iter()
        .map(|reading| {
            let unit = reading.unit.as_ref().map_or("?", |unit| unit.text.as_ref());
            format!("{} {} {unit}", reading.cell, reading.quantity)
        })
        .collect()
}

const MONTHS: [&str; 6] = ["January", "February", "March", "April", "May", "June"];

/// A table of six months, with what each line has behind it.
fn six_months(header: &str, row: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> =
        MONTHS.iter().enumerate().map(|(at, month)| format!("{month} 2024|{}", row(at))).collect();
    format!("{header}\n{}", rows.join("\n"))
}

#[test]
fn a_unit_in_a_cell_is_that_of_its_number_alone() {
    assert_eq!(
        cells("Site|Month|Electricity\nMill|Jan 2024|2.5 MWh\nMill|Feb 2024|2600 kWh"),
        ["C2 2.5 MWh", "C3 2600 kWh"]
    );
}

#[test]
fn a_row_states_its_unit_where_the_heading_has_another() {
    let rows = "Site|Utility|Month|Consumption (kWh)|Unit\nMill|Electricity|Jan 2024|837|kWh\n";
    assert_eq!(cells(&format!("{rows}Mill|Water|Jan 2024|939|m3")), ["D2 837 kWh", "D3 939 m3"]);
    let extraction = read_sheet(&format!("{rows}Mill|Electricity|Feb 2024|1.2|MWh"));
    assert_eq!(extraction.readings.len(), 1, "kWh or MWh?");
    assert!(codes(&extraction).contains(&"ambiguous_scale"));
    // The unit of an amount is not that of the energy that was made of it.
    let fuels = "Site|Month|Fuel|Amount|Unit|Energy (GJ)\nMill|Jan 2024|Gas|900|m3|34.1";
    assert!(cells(fuels).iter().all(|cell| !cell.starts_with("F2") || cell.ends_with("GJ")));
}

#[test]
fn words_for_a_scale_multiply() {
    for (heading, expected) in [
        ("Water (thousands of gallons)", "B2 54000 gallons"),
        ("Electricity (hundreds of kWh)", "B2 5400 kWh"),
        ("Electricity (Lakh kWh)", "B2 5400000 kWh"),
        ("Spotřeba [tis. kWh]", "B2 54000 kWh"),
    ] {
        assert_eq!(cells(&six_months(&format!("Month|{heading}"), |_| "54".into()))[0], expected);
    }
    holds(
        &six_months("Month|Electricity, kWh x 40", |at| (54 + at % 3).to_string()),
        "ambiguous_scale",
    );
    let hundreds = cells(&six_months("Month|Water in 100 gallons", |at| (54 + at % 3).to_string()));
    assert!(hundreds.iter().all(|cell| cell.ends_with(" 100 gallons")), "{hundreds:?}");
}

#[test]
fn rows_that_say_they_are_planned_are_no_readings() {
    for (heading, measured, planned) in [
        ("Type", "Actual", "Forecast"),
        ("Art", "Ist", "Plan"),
        ("Scenario", "Historical", "Budget"),
        ("Remarks", "checked", "projected"),
    ] {
        let table = six_months(&format!("Month|kWh|{heading}"), |at| {
            format!("{}|{}", 900 + 7 * (at % 4), if at < 4 { measured } else { planned })
        });
        let read = cells(&table);
        assert_eq!(read.len(), 4, "{heading}: {read:?}");
    }
}

#[test]
fn a_short_list_beside_a_table_has_no_months() {
    for side in [
        ["Year|kWh", "2023|9800", "2024|5200"],
        ["Appliance|kWh", "Fridge|300", "Oven|120"],
        ["Season|Usage (kWh)", "Winter|4000", "Summer|1200"],
    ] {
        let table = six_months(&format!("Month|Electricity (kWh)||{}", side[0]), |at| {
            let beside = side.get(at + 1).copied().unwrap_or("|");
            format!("{}||{beside}", 880 + 9 * (at % 4))
        });
        let read = cells(&table);
        assert_eq!(read.len(), 6, "{side:?}: {read:?}");
        assert!(read.iter().all(|cell| cell.starts_with('B')), "{side:?}: {read:?}");
    }
}

#[test]
fn how_many_is_no_place() {
    for heading in ["Room nights", "Facility staff", "Site visitors"] {
        let table = six_months(&format!("Month|{heading}|Electricity (kWh)"), |at| {
            format!("{}|{}", 40 + at, 900 + at % 3)
        });
        let extraction = read_sheet(&table);
        assert_eq!(extraction.readings.len(), 6, "{heading}: {:?}", extraction.problems);
        assert!(extraction.readings.iter().all(|one| one.site.is_none()), "{heading}");
    }
}

#[test]
fn rates_below_one_heading_are_read_each() {
    let table = "Standort|Monat|Verbrauch [kWh]|<|Kosten [€]|<\n||HT|NT|HT|NT\n\
                 Werk|01/2024|2164|510|584.28|137.7\nWerk|02/2024|2343|491|632.61|132.57";
    assert_eq!(cells(table), ["C3 2164 kWh", "D3 510 kWh", "C4 2343 kWh", "D4 491 kWh"]);
    let table = "CUPS|Desde|Hasta|Energía activa (kWh)|<|<\n|||P1|P2|P3\n\
                 ES1|2024-01-01|2024-01-31|1165|1111|1096\nES2|2024-01-01|2024-01-31|823|1082|942";
    assert_eq!(cells(table).len(), 6);
    // Below a month stand other years as well, and no list knows them all.
    let table = "Store|Jan 2024|<|Feb 2024|<\n|Ist|ZZ|Ist|ZZ\nStore 1|961|1122|931|1080";
    assert!(!cells(table).iter().any(|cell| cell.starts_with("C3")), "{:?}", cells(table));
}

#[test]
fn comparisons_beside_a_unit_are_no_readings() {
    for other in
        ["LY kWh", "Bud kWh", "kWh 12 months ago", "Vorjahreszeitraum kWh", "Same period LY kWh"]
    {
        let table = format!(
            "Site|From|To|kWh|{other}\nMill|2024-01-01|2024-01-31|961|1014\nMill|2024-02-01|2024-02-29|930|1001"
        );
        assert_eq!(cells(&table), ["D2 961 kWh", "D3 930 kWh"], "{other}");
    }
    for other in ["Mill – Vorjahr", "Mill - N-1", "Mill – Bud"] {
        let table = format!(
            "Strom 2024 kWh\nObjekt|Jan|Feb|Mrz\nMill – Ist|953|986|840\n{other}|824|964|1161"
        );
        assert!(
            !cells(&table).iter().any(|cell| cell.contains('4')
                && cell.starts_with(['B', 'C', 'D'])
                && cell[1..].starts_with('4')),
            "{other}"
        );
    }
}

#[test]
fn a_known_word_in_the_name_of_a_place_says_nothing() {
    let table = "Electricity use by building 2024 (kWh)\nBuilding|Jan|Feb|Mar\nLibrary|953|986|840\n\
                 Gas Station 3|824|964|861\nWater Tower Lodge|424|364|461\nTarget Store 114|724|764|761";
    let extraction = read_sheet(table);
    assert_eq!(extraction.readings.len(), 12, "{:?}", extraction.problems);
    for reading in &extraction.readings {
        assert_eq!(reading.commodity, Some(readings::Commodity::Electricity), "{reading:?}");
        assert_eq!(reading.unit.as_ref().map(|unit| &*unit.text), Some("kWh"));
    }
    // Where a row may be a name or a plan, it is asked about.
    let table = "Electricity use by building 2024 (kWh)\nBuilding|Jan|Feb|Mar\nLibrary|953|986|840\n\
                 Library budget|900|900|900";
    let extraction = read_sheet(table);
    assert_eq!(extraction.readings.len(), 3);
    assert!(codes(&extraction).contains(&"kind_unclear"), "{:?}", extraction.problems);
}

#[test]
fn a_date_that_is_written_once_is_that_of_the_rows_below() {
    let hours: Vec<String> = (0..48)
        .map(|hour| {
            let day =
                if hour % 24 == 0 { format!("2024-05-{}", 15 + hour / 24) } else { String::new() };
            format!("{day}|{}|{}.5", hour % 24, 1 + hour % 3)
        })
        .collect();
    let extraction = read_sheet(&format!("Day|Hour|kWh\n{}", hours.join("\n")));
    assert_eq!(extraction.readings.len(), 48, "{:?}", extraction.problems);
    assert!(lines(&extraction)[25].contains("2024-05-16T01:00:00..2024-05-16T02:00:00"));
    reads(
        "Month|Meter|kWh\nJan 2024|A|10\n|B|11\nFeb 2024|A|12\n|B|13",
        &[
            "C2 ?/A 2024-01-01..2024-01-31 10 kWh",
            "C3 ?/B 2024-01-01..2024-01-31 11 kWh",
            "C4 ?/A 2024-02-01..2024-02-29 12 kWh",
            "C5 ?/B 2024-02-01..2024-02-29 13 kWh",
        ],
    );
    holds("Month|Meter|kWh\n|A|10\n|B|11\n|A|12\n|B|13", "period_unknown");
}

#[test]
fn the_year_of_a_norm_or_a_law_is_not_that_of_the_months() {
    let rows = "Site|Jan|Feb|Mar\nMill|953|986|840";
    for title in [
        "Energiemonitoring nach DIN EN ISO 50001:2018 – Strom kWh",
        "Electricity kWh by the GHG Protocol 2015",
        "Strom kWh nach VDI 3807 Blatt 1:2013",
    ] {
        holds(&format!("{title}\n{rows}"), "year_unknown");
    }
}

#[test]
fn dates_that_show_their_month_alone_do_not_outweigh_the_title() {
    let rows = "Site|2019-01-01|2019-02-01|2019-03-01\nMill|953|986|840";
    holds(&format!("Water 2024 (m3)\n{rows}"), "year_unknown");
    assert_eq!(cells(&format!("Water 2019 (m3)\n{rows}")).len(), 3);
    // A report is written in the year after.
    assert_eq!(cells(&format!("Report 2020\nWater (m3)\n{rows}")).len(), 3);
}

#[test]
fn years_that_end_in_a_month_are_understood_in_short_forms() {
    let rows = "Site|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Jan|Feb|Mar\nMill|9|8|7|6|5|5|6|7|8|9|9|8";
    for title in
        ["year to 31 March 2024", "YE Mar-24", "Apr-23 to Mar-24", "FY 23/24", "Apr - Mar 2024"]
    {
        let extraction = read_sheet(&format!("Electricity kWh – {title}\n{rows}"));
        let read = lines(&extraction);
        assert_eq!(read.len(), 12, "{title}: {:?}", extraction.problems);
        assert!(
            read[0].contains("2023-04-01") && read[11].contains("2024-03-31"),
            "{title}: {read:?}"
        );
    }
    for title in ["year to date March 2024", "FY2024"] {
        holds(&format!("Electricity kWh – {title}\n{rows}"), "year_unknown");
    }
    let rows = "Site|Jan|Feb|Mar\nMill|953|986|840";
    for title in ["CY2023", "Exercice 2023", "FY2023 (Jan-Dec)"] {
        let read = lines(&read_sheet(&format!("Electricity kWh {title}\n{rows}")));
        assert!(read.len() == 3 && read[0].contains("2023-01-01"), "{title}: {read:?}");
    }
}

#[test]
fn lines_of_a_bill_that_are_taxes_and_fees_are_no_use() {
    let table = "Zählpunkt|Objekt|Von|Bis|Position|Menge|Einheit\n\
                 990|Werk|2024-01-01|2024-01-31|Arbeit|3000|kWh\n\
                 990|Werk|2024-01-01|2024-01-31|Stromsteuer|3000|kWh\n\
                 990|Werk|2024-01-01|2024-01-31|Grundpreis|31|Tage";
    assert_eq!(cells(table), ["F2 3000 kWh"]);
}

#[test]
fn an_exchanged_meter_in_a_list_of_registers_is_no_use() {
    let rows: Vec<String> = (1..=9)
        .map(|month| {
            let gas = if month < 7 { 4300 + 110 * month } else { 20 + 100 * (month - 7) };
            format!("2024-0{month}-28|{}|{gas}", 46_000 + 950 * month)
        })
        .collect();
    let extraction = read_sheet(&format!(
        "Zählerablesung 2024\nDatum|Strom (kWh)|Gas (m³)\n{}",
        rows.join("\n")
    ));
    assert!(
        extraction.readings.iter().all(|one| one.kind == readings::ReadingKind::RegisterReading),
        "{:?}",
        lines(&extraction)
    );
}

#[test]
fn a_sheet_of_examples_beside_others_is_asked_about() {
    let own = "Month|Electricity (kWh)\nJan 2024|953\nFeb 2024|986";
    let example = "Month|Electricity (kWh)\nJan 2024|1000\nFeb 2024|1100";
    let extraction = read(
        &book(vec![sheet("Data entry", own), sheet("Example (do not edit)", example)]),
        "file.xlsx",
    );
    assert_eq!(extraction.readings.len(), 2);
    assert!(codes(&extraction).contains(&"overlap"), "{:?}", extraction.problems);
}

#[test]
fn a_note_below_that_speaks_of_thousands_is_asked_about() {
    let table = six_months("Month|Electricity (kWh)", |at| format!("{}.5", 40 + at % 3));
    assert_eq!(cells(&table).len(), 6);
    for note in ["All figures in thousands", "Alle Werte in Tsd.", "Valori in migliaia"] {
        holds(&format!("{table}\n\n{note}"), "ambiguous_scale");
    }
}

#[test]
fn the_same_years_below_each_of_several_headings_are_years_of_each() {
    let table = "|Electricity (kWh)|<|Water (m3)|<\nMonth|2022|2023|2022|2023\n\
                 January|960|689|53|50\nFebruary|948|662|72|37\nMarch|959|617|12|73";
    let read = lines(&read_sheet(table));
    assert_eq!(read.len(), 12, "{read:?}");
    assert!(read[1].contains("2023-01-01") && read[3].ends_with("50 m3"), "{read:?}");
}

#[test]
fn a_title_in_two_cells_is_that_of_its_table() {
    let block = |title: &str, first: usize| {
        let rows: Vec<String> = ["Eng", "Arts", "Law"]
            .iter()
            .enumerate()
            .map(|(at, name)| format!("{name}|{}|{}|{}", first + at, first + 3, first - at))
            .collect();
        format!("{title}\nBuilding|2024-01-01|2024-02-01|2024-03-01\n{}", rows.join("\n"))
    };
    let table =
        format!("{}\n\n{}", block("Electricity|(kWh)", 500), block("Natural Gas|(MMBtu)", 50));
    let read = cells(&table);
    assert_eq!(read.len(), 18, "{read:?}");
    assert_eq!((&*read[0], &*read[9]), ("B3 500 kWh", "B9 50 MMBtu"));
}

#[test]
fn months_of_a_bill_say_more_than_the_day_of_its_reading() {
    let table = "Billing period|Reading date|Units (kWh)\nFeb-Mar 2024|04/04/2024|395\nApr-May 2024|13/06/2024|381";
    let read = lines(&read_sheet(table));
    assert!(read.len() == 2 && read[0].contains("2024-02-01..2024-03-31"), "{read:?}");
}

#[test]
fn flats_that_are_called_units_are_meters() {
    let table = "Electricity consumption 2024 (kWh)\nMonth|Unit 1|Unit 2|Unit 3\nJan|208|295|193\nFeb|142|286|226\nMar|158|274|164";
    assert_eq!(read_sheet(table).readings.len(), 9);
}

#[test]
fn words_for_people_rooms_and_losses_may_name_what_used_the_energy() {
    for headings in [
        "Server rooms (kWh)|Meeting rooms (kWh)",
        "Ward A (24 beds) kWh|Ward B (30 beds) kWh",
        "Condensate pump (kWh)|Main incl. losses (kWh)",
        "Rose Bud Cafe (kWh)|Sold Out Bar (kWh)",
        "Gas m3|Gas as kWh",
    ] {
        let table = six_months(&format!("Month|{headings}"), |at| {
            format!("{}|{}", 900 + 7 * (at % 4), 310 - 3 * (at % 5))
        });
        assert!(read_sheet(&table).readings.len() >= 6, "{headings}: {:?}", cells(&table));
        if !headings.contains("as kWh") {
            assert_eq!(cells(&table).len(), 12, "{headings}");
        }
    }
    let rows =
        ["Staff", "Guests", "Rooms", "Losses", "Kitchen"].map(|name| format!("{name}|953|986|840"));
    let table =
        format!("Electricity consumption 2024 (kWh)\nArea|Jan|Feb|Mar\n{}", rows.join("\n"));
    assert_eq!(cells(&table).len(), 15, "{:?}", cells(&table));
}

#[test]
fn what_is_named_last_is_what_was_supplied() {
    let table = "Electricity 2024 (kWh)\nBuilding|Jan|Feb|Mar\nTown Hall|953|986|840\nSchool gas|824|964|861";
    let gas = read_sheet(table)
        .readings
        .iter()
        .filter(|one| one.commodity == Some(readings::Commodity::Gas))
        .count();
    assert_eq!(gas, 3);
}

#[test]
fn a_second_meter_beside_an_empty_column_is_read_though_it_has_fewer_months() {
    let table = six_months("Month|Electricity kWh||Supplier|Gas kWh", |at| {
        let gas = if at < 4 { format!("Eni|{}", 400 + at) } else { "|".into() };
        format!("{}||{gas}", 900 + 7 * (at % 4))
    });
    assert_eq!(cells(&table).len(), 10, "{:?}", cells(&table));
}

#[test]
fn names_of_shops_are_no_states_of_rows() {
    let rows: Vec<String> = ["Jan 2024", "Feb 2024", "Mar 2024"]
        .iter()
        .flat_map(|month| {
            ["Zara", "Gap"].map(|shop| format!("{month}|{shop}|{}", 900 + shop.len()))
        })
        .collect();
    let table = format!("Month|Retailer|Electricity kWh\n{}\nJan 2024|Target|870", rows.join("\n"));
    let extraction = read_sheet(&table);
    assert!(extraction.readings.iter().all(|one| one.meter.is_some()), "{:?}", lines(&extraction));
}

#[test]
fn months_that_begin_with_january_are_of_the_year_of_the_title() {
    let rows = "Site|Jan|Feb|Mar\nMill|953|986|840";
    let read =
        lines(&read_sheet(&format!("Electricity kWh 2023 (contract Apr-23 to Mar-24)\n{rows}")));
    assert!(read.iter().all(|line| line.contains("2023-")), "{read:?}");
}

#[test]
fn years_whose_months_begin_anew_are_asked_about() {
    let months = ["Oct", "Nov", "Dec", "Jan", "Feb", "Mar"];
    let rows: Vec<String> = (0..12)
        .map(|at| {
            let year = if at % 6 == 0 { (2021 + at / 6).to_string() } else { String::new() };
            format!("{year}|{}|{}", months[at % 6], 900 + at)
        })
        .collect();
    let read = lines(&read_sheet(&format!("Year|Month|kWh\n{}", rows.join("\n"))));
    assert!(
        !read.iter().any(|line| line.contains("2021-01") || line.contains("2021-02")),
        "{read:?}"
    );
}

#[test]
fn a_column_that_differs_from_another_by_a_word_for_last_year_is_no_use() {
    let table = six_months("Month|Mill 1 kWh|Mill 1 kWh LY|Mill 2 kWh|Mill 2 kWh (Budget)", |at| {
        format!("{}|{}|{}|{}", 900 + 7 * (at % 4), 850 - at, 300 + 5 * (at % 3), 310)
    });
    assert_eq!(cells(&table).len(), 12, "{:?}", cells(&table));
}

#[test]
fn two_columns_called_by_the_rates_of_a_day_are_read_each() {
    let table = six_months("Monat|HT|NT|Summe", |at| {
        format!("{}|{}|{}", 900 + 9 * (at % 3), 450 - 2 * at, 1350 + 9 * (at % 3) - 2 * at)
    });
    assert_eq!(cells(&format!("Stromverbrauch Rathaus [kWh]\n{table}")).len(), 12);
    let table = six_months("Month|Day|Night|Total", |at| {
        format!("{}|{}|{}", 900 + 9 * (at % 3), 450 - 2 * at, 1350 + 9 * (at % 3) - 2 * at)
    });
    assert_eq!(cells(&format!("Electricity 2024 (kWh)\n{table}")).len(), 12);
    let table = six_months("Month|QLD|NT|NSW", |at| {
        format!("{}|{}|{}", 900 + 9 * (at % 3), 450 - 2 * at, 70 + at % 2)
    });
    let read = cells(&format!("Electricity 2024 (kWh)\n{table}"));
    assert!(read.is_empty() || read.len() == 18, "all places or none: {read:?}");
}
