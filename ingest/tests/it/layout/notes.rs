//! What stands beside the numbers: notes, states of rows, columns made from others, sheets that were replaced.

use readings::ReadingKind;
use rust_decimal::Decimal;

use super::table::{book, codes, holds, lines, read, read_sheet, reads, sheet};

fn months_under(note: &str) -> String {
    let rows: Vec<String> = ["January", "February", "March", "April"]
        .iter()
        .zip([812, 774, 790, 655])
        .map(|(month, used)| format!("{month}|{used}"))
        .collect();
    format!("Harbour House\n{note}\nMonth|kWh\n{}", rows.join("\n"))
}

#[test]
fn the_year_of_a_note_about_something_else_is_not_that_of_the_months() {
    for note in [
        "Building constructed 1998",
        "Meter installed 2020",
        "Lease from 2021",
        "© 2022 EnergyCo Ltd",
        "ISO 50001:2018 energy register",
        "Prices as at Jan 2024",
        "Next review: December 2025",
        "Baujahr 1974",
        "2012 Station Road",
        "Electricity - Harbour House, 2012 Station Road",
    ] {
        holds(&months_under(note), "year_unknown");
    }
    for note in [
        "Electricity use 2024",
        "Electricity 2024 High Street",
        "Year 2024",
        "Year|2024",
        "Jahr|2024",
        "2024",
    ] {
        let extraction = read_sheet(&months_under(note));
        assert_eq!(extraction.readings.len(), 4, "{note}: {:?}", extraction.problems);
    }
}

#[test]
fn a_title_that_contradicts_the_name_of_its_sheet_is_asked_about() {
    let stale = sheet("2024", &months_under("Electricity use 2023"));
    let extraction = read(&book(vec![stale]), "file.xlsx");
    assert_eq!(lines(&extraction), Vec::<String>::new());
    assert!(codes(&extraction).contains(&"year_unknown"), "{:?}", extraction.problems);
}

#[test]
fn months_from_and_to_say_of_which_year_each_month_is() {
    let rows = "Month|kWh\nNovember|812\nDecember|774\nJanuary|790\nTotal|2376";
    for title in [
        "July 2023 - June 2024",
        "FY2024 (July 2023 - June 2024)",
        "01/07/2023 - 30/06/2024",
        "year ending 30 June 2024",
    ] {
        reads(
            &format!("{title}\n\n{rows}"),
            &[
                "B4 ?/? 2023-11-01..2023-11-30 812 kWh",
                "B5 ?/? 2023-12-01..2023-12-31 774 kWh",
                "B6 ?/? 2024-01-01..2024-01-31 790 kWh",
            ],
        );
    }
    // July is in it twice.
    holds(&format!("November 2022 - January 2024\n\n{rows}"), "year_unknown");
}

#[test]
fn what_was_made_from_other_numbers_or_is_of_another_year_is_no_reading() {
    for column in [
        "PY kWh",
        "R12M kWh",
        "MAT kWh",
        "EAC (kWh)",
        "Degree day corrected kWh",
        "Vorjahresverbrauch kWh",
        "Année précédente (kWh)",
        "Año anterior (kWh)",
        "Geçen Yıl (kWh)",
        "Прошлый год (kWh)",
    ] {
        let extraction = read_sheet(&format!(
            "Month|Used kWh|{column}\nJan 2024|812|790\nFeb 2024|774|655\nMar 2024|790|803"
        ));
        assert_eq!(extraction.readings.len(), 3, "{column}: {:?}", lines(&extraction));
        assert!(extraction.readings.iter().all(|reading| reading.cell.column == 1), "{column}");
    }
}

#[test]
fn a_row_that_says_it_was_taken_back_or_badly_measured_is_asked_about() {
    for state in ["Cancelled", "Void", "Reversed", "Superseded", "Storniert", "Comm Fail"] {
        let extraction = read_sheet(&format!(
            "Site|From|To|kWh|Status
Mill|2024-01-01|2024-01-31|812|Actual
Mill|2024-02-01|2024-02-29|774|{state}
Mill|2024-03-01|2024-03-31|790|Actual"
        ));
        assert_eq!(extraction.readings.len(), 2, "{state}: {:?}", lines(&extraction));
        assert!(
            codes(&extraction).contains(&"contradiction"),
            "{state}: {:?}",
            extraction.problems
        );
    }
}

#[test]
fn what_a_row_gives_away_is_not_used() {
    for (used, given) in [("Import", "Export"), ("Afname Dag", "Injectie Dag"), ("1.8.0", "2.8.0")]
    {
        let extraction = read_sheet(&format!(
            "Meter|Register|From|To|kWh
M1|{used}|2024-01-01|2024-01-31|812
M1|{given}|2024-01-01|2024-01-31|74
M1|{used}|2024-02-01|2024-02-29|790
M1|{given}|2024-02-01|2024-02-29|91"
        ));
        let quantities: Vec<String> =
            extraction.readings.iter().map(|reading| reading.quantity.to_string()).collect();
        assert_eq!(quantities, ["812", "790"], "{given}: {:?}", extraction.problems);
    }
}

#[test]
fn a_multiplier_beside_the_table_is_that_of_its_registers() {
    for note in
        ["Multiplier: 40", "Multiplier|40", "CT ratio 200/5", "readings to be multiplied by 40"]
    {
        let extraction = read_sheet(&format!(
            "{note}\n\nMeter|Date|Meter reading (kWh)
M1|2024-01-31|2330
M1|2024-02-29|2453
M1|2024-03-31|2561"
        ));
        let of_registers = extraction.readings.iter().all(|reading| {
            reading.kind == ReadingKind::RegisterReading
                && reading.multiplier == Some(Decimal::from(40))
        });
        assert!(of_registers && extraction.readings.len() == 3, "{note}: {:?}", lines(&extraction));
    }
}

#[test]
fn the_unit_of_an_amount_in_a_note_is_not_that_of_the_table() {
    let extraction = read_sheet(
        "Annual total approx 1.2 GWh\n\nMonth|Electricity used\nJan 2024|8790\nFeb 2024|8120\nMar 2024|8400",
    );
    assert!(
        extraction.readings.iter().all(|reading| reading.unit.is_none()),
        "{:?}",
        lines(&extraction)
    );
}

#[test]
fn a_sheet_that_was_replaced_is_asked_about() {
    let table = |last: u32| {
        format!(
            "Site|Month|Electricity kWh\nMill|Jan 2024|812\nMill|Feb 2024|774\nMill|Mar 2024|{last}"
        )
    };
    for name in ["OLD", "Draft", "OLD - do not use"] {
        let extraction =
            read(&book(vec![sheet("Usage", &table(790)), sheet(name, &table(803))]), "file.xlsx");
        assert_eq!(extraction.readings.len(), 3, "{name}: {:?}", lines(&extraction));
        assert!(extraction.readings.iter().all(|reading| &*reading.sheet == "Usage"), "{name}");
    }
    let alone = read(&book(vec![sheet("Draft", &table(790))]), "file.xlsx");
    assert_eq!(alone.readings.len(), 3, "no other sheet has numbers");
}

#[test]
fn what_two_sheets_say_alike_of_one_meter_is_counted_once() {
    let rows = |values: [u32; 5]| {
        let rows =
            values.iter().zip(1..).map(|(used, month)| format!("Mill|2024-{month:02}-01|{used}"));
        format!("Site|Month|Electricity kWh\n{}", rows.collect::<Vec<_>>().join("\n"))
    };
    let extraction = read(
        &book(vec![
            sheet("Usage", &rows([812, 774, 790, 655, 640])),
            sheet("Second usage", &rows([812, 774, 850, 700, 600])),
        ]),
        "file.xlsx",
    );
    assert_eq!(extraction.readings.len(), 2, "{:?}", lines(&extraction));
    assert!(codes(&extraction).contains(&"contradiction"), "{:?}", extraction.problems);
}

#[test]
fn the_dates_of_the_old_and_the_new_reading_are_from_and_to() {
    for (old, new) in [
        ("Ablesedatum alt", "Ablesedatum neu"),
        ("Date relevé précédent", "Date relevé actuel"),
        ("Fecha lectura anterior", "Fecha lectura actual"),
        ("Data leitura anterior", "Data leitura atual"),
        ("Prev Read Date", "Read Date"),
    ] {
        reads(
            &format!(
                "Site|{old}|{new}|Gas m3\nMill|2023-12-31|2024-03-31|812\nMill|2024-03-31|2024-06-30|774"
            ),
            &["D2 Mill/? 2023-12-31..2024-03-30 812 m3", "D3 Mill/? 2024-03-31..2024-06-29 774 m3"],
        );
    }
}

#[test]
fn the_high_tariff_is_no_cost_without_tax() {
    let extraction =
        read_sheet("Monat|HT [kWh]|NT [kWh]\nJan 2024|812|774\nFeb 2024|790|655\nMär 2024|801|702");
    assert_eq!(extraction.readings.len(), 6, "{:?}", lines(&extraction));
}

#[test]
fn the_corner_of_a_pivot_table_heads_nothing() {
    let extraction = read_sheet(
        "Sum of kWh||Month||
Region|Site|Jan-24|Feb-24|Grand Total
North|Alnwick|1913|6227|8140
|Blyth|8825|3884|12709
South|Dorking|3121|6387|9508
Grand Total||13859|16498|30357",
    );
    let read: Vec<String> = lines(&extraction).into_iter().take(3).collect();
    assert_eq!(
        read,
        [
            "C3 Alnwick/? 2024-01-01..2024-01-31 1913 kWh",
            "D3 Alnwick/? 2024-02-01..2024-02-29 6227 kWh",
            "C4 Blyth/? 2024-01-01..2024-01-31 8825 kWh",
        ],
        "{:?}",
        extraction.problems
    );
    assert_eq!(extraction.readings.len(), 6);
}

#[test]
fn the_total_of_totals_is_not_counted_whatever_it_is_called() {
    let table = |last: &str| {
        format!(
            "Depot kWh|Jan 2024|Feb 2024|Mar 2024
Carlisle|28.4|22.3|31.2
Durham|30.1|34.9|26.7
North region|58.5|57.2|57.9
Dorking|18.2|17.1|16.4
Epsom|11.3|12.2|13.9
South region|29.5|29.3|30.3
{last}"
        )
    };
    for last in ["Company|88|86.5|88.2", "Group|88|87|88"] {
        let extraction = read_sheet(&table(last));
        assert_eq!(extraction.readings.len(), 12, "{last}: {:?}", lines(&extraction));
    }
}

#[test]
fn a_column_among_months_that_is_not_understood_is_asked_about() {
    let extraction = read_sheet(
        "Electricity kWh\nSite|Jan 2024|Feb 2024|Marzzo 2024|Apr 2024\nMill|28|22|31|27\nPool|30|34|26|29",
    );
    let asked = extraction.problems.iter().any(|problem| problem.sentence.contains("Marzzo 2024"));
    assert!(asked, "{:?}", extraction.problems);
}

#[test]
fn a_tax_is_not_what_was_charged() {
    for tax in ["VAT (£)", "MwSt €", "Stromsteuer €", "TVA (€)"] {
        let extraction = read_sheet(&format!(
            "Site|Month|Electricity kWh|{tax}\nMill|Jan 2024|812|31.5\nMill|Feb 2024|774|30.1"
        ));
        assert_eq!(extraction.readings.len(), 2, "{tax}");
        assert!(extraction.readings.iter().all(|reading| reading.cost.is_none()), "{tax}");
    }
}

#[test]
fn who_manages_a_site_is_not_its_name() {
    let extraction = read_sheet(
        "Site contact:|Joe Bloggs\nMeter operator:|Siemens\n\nMonth|Electricity kWh\nJan 2024|812\nFeb 2024|774",
    );
    assert_eq!(
        lines(&extraction),
        ["B5 ?/? 2024-01-01..2024-01-31 812 kWh", "B6 ?/? 2024-02-01..2024-02-29 774 kWh"]
    );
}

#[test]
fn a_running_sum_is_neither_use_nor_register() {
    reads(
        "Electricity used, kWh\n\nMonth|Plan|Actual|Actual cumulative
Jan 2024|60|53|53\nFeb 2024|60|55|108\nMar 2024|60|43|151\nApr 2024|60|44|195\nMay 2024|60|46|241",
        &[
            "C4 ?/? 2024-01-01..2024-01-31 53 kWh",
            "C5 ?/? 2024-02-01..2024-02-29 55 kWh",
            "C6 ?/? 2024-03-01..2024-03-31 43 kWh",
            "C7 ?/? 2024-04-01..2024-04-30 44 kWh",
            "C8 ?/? 2024-05-01..2024-05-31 46 kWh",
        ],
    );
    let extraction = read_sheet(
        "Electricity kWh|Series|Jan 2024|Feb 2024|Mar 2024|Apr 2024
Mill|Actual|53|55|43|44\nMill|Cumulative|53|108|151|195\nPool|Actual|31|29|30|33\nPool|Cumulative|31|60|90|123",
    );
    assert_eq!(extraction.readings.len(), 8, "{:?}", lines(&extraction));
    assert!(extraction.readings.iter().all(|reading| reading.cell.row % 2 == 1));
}

#[test]
fn thousands_of_nothing_are_asked_about() {
    for note in ["Figures in thousands", "All numbers shown in 1,000s", "Angaben in Tausend"] {
        holds(
            &format!("{note}\n\nMonth|Electricity kWh\nJan 2024|812\nFeb 2024|774\nMar 2024|790"),
            "ambiguous_scale",
        );
    }
    let costs = read_sheet(
        "Costs in thousands of GBP\n\nMonth|Electricity kWh\nJan 2024|812\nFeb 2024|774",
    );
    assert_eq!(costs.readings.len(), 2, "{:?}", costs.problems);
}

#[test]
fn a_month_and_one_place_are_a_table() {
    let extraction = read_sheet(
        "Wasserverbrauch 2023 (m³)\n\nMonat|Rathaus\nJanuar|12\nFebruar|29\nMärz|31\nApril|27\nMai|25\nJuni|22",
    );
    assert_eq!(extraction.readings.len(), 6, "{:?}", extraction.problems);
}

#[test]
fn from_and_to_are_read_as_people_write_them() {
    for span in [
        "01.01.-31.01.2024",
        "du 01/01/2024 au 31/01/2024",
        "dal 01/01/2024 al 31/01/2024",
        "с 01.01.2024 по 31.01.2024",
        "od 01.01.2024 do 31.01.2024",
        "01-01-2024 t/m 31-01-2024",
    ] {
        let extraction =
            read_sheet(&format!("Site|Period|Electricity kWh\nMill|{span}|812\nPool|{span}|774"));
        assert_eq!(
            lines(&extraction),
            [
                "C2 Mill/? 2024-01-01..2024-01-31 812 kWh",
                "C3 Pool/? 2024-01-01..2024-01-31 774 kWh",
            ],
            "{span}: {:?}",
            extraction.problems
        );
    }
}

#[test]
fn a_name_with_such_a_word_in_it_is_a_name() {
    for site in ["École n°1", "EAC Building", "Hangar N-1", "Mat Store", "PY Block", "Adj Office"]
    {
        let extraction = read_sheet(&format!(
            "Electricity kWh|Jan 2024|Feb 2024|Mar 2024\n{site}|28|22|31\nLibrary|30|34|26"
        ));
        assert_eq!(extraction.readings.len(), 6, "{site}: {:?}", lines(&extraction));
        let across = read_sheet(&format!(
            "Electricity kWh\nMonth|{site}|Library\nJan 2024|28|30\nFeb 2024|22|34\nMar 2024|31|26"
        ));
        assert_eq!(across.readings.len(), 6, "{site}: {:?}", lines(&across));
    }
}

#[test]
fn a_lone_difference_is_what_was_used() {
    let extraction = read_sheet(
        "Meter|From|To|Diff kWh\nM1|2024-01-01|2024-01-31|28\nM1|2024-02-01|2024-02-29|22\nM2|2024-01-01|2024-01-31|30",
    );
    assert_eq!(extraction.readings.len(), 3, "{:?}", extraction.problems);
}

#[test]
fn a_title_about_use_keeps_its_year_whatever_else_it_names() {
    for title in
        ["Energy contract period 2023", "Electricity 2023 (costs excl. VAT)", "Contract year 2023"]
    {
        let extraction = read_sheet(&months_under(title));
        assert_eq!(extraction.readings.len(), 4, "{title}: {:?}", extraction.problems);
    }
    let room = sheet("Room 2015", &months_under("Electricity use 2024"));
    assert_eq!(read(&book(vec![room]), "file.xlsx").readings.len(), 4);
    let corner = read_sheet("Electricity kWh|2023\nSite|Jan|Feb|Mar\nMill|28|22|31\nPool|30|34|26");
    assert_eq!(corner.readings.len(), 6, "{:?}", corner.problems);
}

#[test]
fn an_archive_of_other_years_counts() {
    let table = |year: u32| {
        format!(
            "Site|Month|Electricity kWh\nMill|Jan {year}|812\nMill|Feb {year}|774\nMill|Mar {year}|790"
        )
    };
    let extraction = read(
        &book(vec![sheet("Usage", &table(2024)), sheet("Archive", &table(2023))]),
        "file.xlsx",
    );
    assert_eq!(extraction.readings.len(), 6, "{:?}", extraction.problems);
}

#[test]
fn plain_values_are_use_only_where_they_sway() {
    let rows = |values: [u32; 7]| {
        let rows = values
            .iter()
            .zip(0..)
            .map(|(value, hour)| format!("a1|2024-02-20T{hour:02}:00:00|{value}|kWh"));
        format!("meter_id|interval_start|value|unit\n{}", rows.collect::<Vec<_>>().join("\n"))
    };
    let used = read_sheet(&rows([5, 3, 6, 4, 7, 5, 6]));
    assert_eq!(used.readings.len(), 7, "{:?}", used.problems);
    // A register that began anew once.
    holds(&rows([910, 920, 935, 5, 12, 20, 31]), "kind_unclear");
}

#[test]
fn registers_of_two_months_beside_the_use_are_before_and_after() {
    reads(
        "Relevé des compteurs\nMois : mars 2024\n\nCompteur|Fluide|Index fin février|Index fin mars|Coef.|Consommation|Unité
C1|Électricité|6515|6672|1|157|kWh\nC2|Gaz|5542|5763|1|221|m³\nC4|Électricité|4875|5106|30|6930|kWh",
        &[
            "F5 ?/C1 2024-03-01..2024-03-31 157 kWh",
            "F6 ?/C2 2024-03-01..2024-03-31 221 m3",
            "F7 ?/C4 2024-03-01..2024-03-31 6930 kWh",
        ],
    );
}
