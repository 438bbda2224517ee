//! What a person states about a file, beside what is then read from it.

use ingest::layout::{FileContext, extract};
use ingest::workbook::{self, Limits, Workbook};
use jiff::civil::date;
use readings::profile::{
    ColumnProfile, ColumnRole, DateOrder, DecimalMark, Sign, StampMeaning, TableProfile,
    YearAnswer, YearSource,
};
use readings::{Commodity, Extraction, Profile, ReadingKind, Unit};

use crate::extract_corpus;
use crate::layout::table::{book, codes, lines, sheet};

fn read_as(workbook: &Workbook, profiles: Vec<Profile>, known: Vec<String>) -> Extraction {
    let context = FileContext {
        file_name: Some("file.xlsx".to_owned()),
        mail_subject: None,
        today: date(2026, 6, 30),
        profiles,
        known_layouts: known,
        earlier: Vec::new(),
    };
    let extraction = extract(workbook, &context);
    assert!(extraction.adds_up(), "the account of rows must add up");
    extraction
}

fn one(lines: &str) -> Workbook {
    book(vec![sheet("Sheet1", lines)])
}

/// A profile of the file's own layout, with what the test states.
fn mapping(workbook: &Workbook, state: impl FnOnce(&mut Profile)) -> Profile {
    let before = read_as(workbook, Vec::new(), Vec::new());
    let mut profile = Profile {
        name: "mapped".to_owned(),
        fingerprint: before.fingerprint.expect("a fingerprint"),
        ..Profile::default()
    };
    state(&mut profile);
    assert_eq!(profile.problems(), Vec::<String>::new());
    profile
}

/// What is read once this is stated.
#[track_caller]
fn reads_with(sheet: &str, state: impl FnOnce(&mut Profile), expected: &[&str]) -> Extraction {
    let workbook = one(sheet);
    let profile = mapping(&workbook, state);
    let extraction = read_as(&workbook, vec![profile], Vec::new());
    assert_eq!(lines(&extraction), expected, "problems: {:#?}", extraction.problems);
    assert_eq!(extraction.profiles, ["mapped"]);
    extraction
}

fn column(place: &str, header: &str, role: ColumnRole) -> ColumnProfile {
    ColumnProfile {
        column: place.parse().expect("a column"),
        header: header.to_owned(),
        role: Some(role),
        ..ColumnProfile::default()
    }
}

#[test]
fn a_profile_that_restates_what_was_recognised_gives_the_same_readings() {
    let mut compared = 0;
    for path in extract_corpus::workbooks() {
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        let Ok(workbook) = workbook::read(&bytes, &Limits::default()) else { continue };
        let before = read_as(&workbook, Vec::new(), Vec::new());
        if before.fingerprint.is_none() {
            continue;
        }
        for rows in [false, true] {
            let restated = Profile { name: "same".to_owned(), ..Profile::restating(&before, rows) };
            let after = read_as(&workbook, vec![restated], Vec::new());
            let place = path.display();
            assert_eq!(after.fingerprint, before.fingerprint, "{place}, with rows: {rows}");
            assert_eq!(lines(&after), lines(&before), "{place}, with rows: {rows}");
            assert_eq!(after.rows, before.rows, "{place}, with rows: {rows}");
            compared += usize::from(!before.readings.is_empty());
        }
    }
    assert!(compared > 30, "only {compared} files with readings were compared");
}

#[test]
fn the_unit_and_the_site_are_answered_once_for_all_files_of_a_sender() {
    let workbook = one("Meter|Date|Consumption
M1|2024-01-01|5
M1|2024-02-01|6
M1|2024-03-01|7");
    let unanswered = read_as(&workbook, Vec::new(), Vec::new());
    assert!(codes(&unanswered).contains(&"unit_unknown"), "{:?}", unanswered.problems);
    let defaults = Profile {
        name: "all of Acme".to_owned(),
        sender: "@acme.example".to_owned(),
        unit: Some(Unit::KilowattHour),
        commodity: Some(Commodity::Electricity),
        site: Some("North".to_owned()),
        ..Profile::default()
    };
    let answered = read_as(&workbook, vec![defaults], Vec::new());
    assert_eq!(codes(&answered), Vec::<&str>::new());
    assert_eq!(lines(&answered)[0], "C2 North/M1 2024-01-01..2024-01-31 5 kWh");
    assert_eq!(answered.readings[0].commodity, Some(Commodity::Electricity));
}

#[test]
fn what_the_file_says_stands_above_what_holds_for_its_sender() {
    let workbook = one("Site|Meter|Date|Consumption (m3)
South|M1|2024-01-01|5
South|M1|2024-02-01|6");
    let defaults = Profile {
        name: "all".to_owned(),
        sender: "@acme.example".to_owned(),
        unit: Some(Unit::KilowattHour),
        site: Some("North".to_owned()),
        ..Profile::default()
    };
    let read = read_as(&workbook, vec![defaults], Vec::new());
    assert_eq!(lines(&read)[0], "D2 South/M1 2024-01-01..2024-01-31 5 m3");
}

#[test]
fn which_year_is_answered_by_a_number_or_by_the_mail() {
    let months = "Electricity consumption kWh
Site|Oct|Nov|Dec|Jan
Office|10|11|12|13";
    reads_with(
        months,
        |profile| {
            profile.year = Some(YearAnswer::Stated(2023));
            profile.year_begins = Some(10);
        },
        &[
            "B3 Office/? 2023-10-01..2023-10-31 10 kWh",
            "C3 Office/? 2023-11-01..2023-11-30 11 kWh",
            "D3 Office/? 2023-12-01..2023-12-31 12 kWh",
            "E3 Office/? 2024-01-01..2024-01-31 13 kWh",
        ],
    );
    reads_with(
        months,
        |profile| profile.year = Some(YearAnswer::Of(YearSource::Mail)),
        &[
            "B3 Office/? 2025-10-01..2025-10-31 10 kWh",
            "C3 Office/? 2025-11-01..2025-11-30 11 kWh",
            "D3 Office/? 2025-12-01..2025-12-31 12 kWh",
            "E3 Office/? 2026-01-01..2026-01-31 13 kWh",
        ],
    );
}

#[test]
fn which_comes_first_and_which_mark_is_decimal_are_answered() {
    let sheet = "Meter|Date|Consumption kWh
M1|'01/02/2024|'1,234
M1|'02/02/2024|'1,235";
    let days = |profile: &mut Profile| {
        profile.date_order = Some(DateOrder::DayFirst);
        profile.decimal_mark = Some(DecimalMark::Comma);
    };
    reads_with(
        sheet,
        days,
        &["C2 ?/M1 2024-02-01..2024-02-01 1.234 kWh", "C3 ?/M1 2024-02-02..2024-02-02 1.235 kWh"],
    );
    let months = |profile: &mut Profile| {
        profile.date_order = Some(DateOrder::MonthFirst);
        profile.decimal_mark = Some(DecimalMark::Point);
        profile.date_means = Some(StampMeaning::Month);
    };
    reads_with(
        sheet,
        months,
        &["C2 ?/M1 2024-01-01..2024-01-31 1234 kWh", "C3 ?/M1 2024-02-01..2024-02-29 1235 kWh"],
    );
}

#[test]
fn what_the_numbers_are_their_sign_and_their_scale_are_answered() {
    reads_with(
        "Site|Jan 2024|Feb 2024|Mar 2024
Office|-10|-11|-9",
        |profile| {
            profile.kind = Some(ReadingKind::Consumption);
            profile.sign = Some(Sign::Reversed);
            profile.multiply_by = Some(1000.into());
            profile.unit = Some(Unit::KilowattHour);
        },
        &[
            "B2 Office/? 2024-01-01..2024-01-31 10000 kWh",
            "C2 Office/? 2024-02-01..2024-02-29 11000 kWh",
            "D2 Office/? 2024-03-01..2024-03-31 9000 kWh",
        ],
    );
}

/// Headers in no language: nothing is recognised, so all of it is stated.
const STRANGE: &str = "Export 7
Obj|Zst|von|Wert
Haus A|Z1|2024-01-01|5
Haus A|Z1|2024-02-01|6
Haus B|Z2|2024-01-01|7
Haus B|Z2|2024-02-01|8";

fn strange(profile: &mut Profile) {
    let mut value = column("D", "Wert", ColumnRole::Quantity);
    value.unit = Some(Unit::KilowattHour);
    profile.tables = vec![TableProfile {
        header_rows: vec![2],
        columns: vec![
            column("A", "Obj", ColumnRole::Site),
            column("B", "Zst", ColumnRole::Meter),
            column("C", "von", ColumnRole::Date),
            value,
        ],
        ..TableProfile::default()
    }];
}

#[test]
fn a_layout_that_nobody_recognises_is_read_as_it_was_mapped() {
    assert_eq!(lines(&read_as(&one(STRANGE), Vec::new(), Vec::new())), Vec::<String>::new());
    let expected = [
        "D3 Haus A/Z1 2024-01-01..2024-01-31 5 kWh",
        "D4 Haus A/Z1 2024-02-01..2024-02-29 6 kWh",
        "D5 Haus B/Z2 2024-01-01..2024-01-31 7 kWh",
        "D6 Haus B/Z2 2024-02-01..2024-02-29 8 kWh",
    ];
    let read = reads_with(STRANGE, strange, &expected);
    assert_eq!(read.layouts.len(), 1);
    let month_later = one(&STRANGE.replace("2024-", "2025-").replace("Export 7", "Export 8"));
    let profile = mapping(&one(STRANGE), strange);
    let later = read_as(&month_later, vec![profile], Vec::new());
    assert_eq!(lines(&later)[0], "D3 Haus A/Z1 2025-01-01..2025-01-31 5 kWh");
}

#[test]
fn a_stated_header_is_found_again_some_rows_below() {
    let lower = format!("Export 7\n\n\n{}", STRANGE.trim_start_matches("Export 7\n"));
    let profile = mapping(&one(STRANGE), strange);
    let read = read_as(&one(&lower), vec![profile], Vec::new());
    assert_eq!(lines(&read).len(), 4, "{:?}", read.problems);
    assert_eq!(lines(&read)[0], "D5 Haus A/Z1 2024-01-01..2024-01-31 5 kWh");
}

#[test]
fn a_sheet_that_is_not_wanted_is_not_read() {
    let table = "Meter|Date|Consumption kWh
M1|2024-01-01|5
M1|2024-02-01|6";
    let workbook = book(vec![sheet("Data", table), sheet("Old", &table.replace("M1", "M9"))]);
    let profile = mapping(&workbook, |profile| profile.skip_sheets = vec!["old".to_owned()]);
    let read = read_as(&workbook, vec![profile], Vec::new());
    assert_eq!(lines(&read).len(), 2);
    assert!(lines(&read).iter().all(|line| line.contains("M1")));
}

#[test]
fn a_spelling_of_a_unit_is_explained_once() {
    let sheet = "Meter|Date|Consumption|Unit
M1|2024-01-01|5|Einh
M1|2024-02-01|6|Einh";
    let unit_column = |profile: &mut Profile| {
        let columns = vec![column("D", "Unit", ColumnRole::Unit)];
        profile.tables = vec![TableProfile { columns, ..TableProfile::default() }];
    };
    let expected =
        ["C2 ?/M1 2024-01-01..2024-01-31 5 Einh", "C3 ?/M1 2024-02-01..2024-02-29 6 Einh"];
    let read = reads_with(sheet, unit_column, &expected);
    assert!(codes(&read).contains(&"unit_not_understood"));
    let explained = |profile: &mut Profile| {
        unit_column(profile);
        profile.units.insert("EINH".to_owned(), Unit::MegawattHour);
    };
    let read = reads_with(sheet, explained, &expected);
    assert!(!codes(&read).contains(&"unit_not_understood"));
    assert_eq!(read.readings[0].unit.as_ref().and_then(|unit| unit.unit), Some(Unit::MegawattHour));
}

#[test]
fn the_changed_layout_of_a_mapped_one_is_held_with_the_difference() {
    let old = one("Site|Meter|Date|Consumption kWh|Note
North|M1|2024-01-01|5|a
North|M1|2024-02-01|6|b");
    let new = one("Site|Meter|Date|Cost|Consumption kWh
North|M1|2024-01-01|1|5
North|M1|2024-02-01|2|6");
    let before = read_as(&old, Vec::new(), Vec::new());
    let profile = Profile { name: "Acme".to_owned(), ..Profile::restating(&before, false) };
    let held = read_as(&new, vec![profile.clone()], Vec::new());
    assert_eq!((held.readings.len(), held.refused), (0, 2));
    let problem = &held.problems[0];
    assert_eq!(problem.code.code(), "layout_changed");
    for said in ["Acme", "moved from column D to E", "Cost"] {
        assert!(problem.sentence.contains(said), "{said}: {}", problem.sentence);
    }
    let fingerprint = held.fingerprint.expect("a fingerprint");
    let known = read_as(&new, vec![profile.clone()], vec![fingerprint]);
    assert_eq!(known.readings.len(), 2, "a layout that was taken before is no change");
    let other = one("Meter|Start|End|Energy MWh
M1|2024-01-01|2024-01-31|5
M1|2024-02-01|2024-02-29|6");
    assert_eq!(read_as(&other, vec![profile], Vec::new()).readings.len(), 2, "another layout");
}
