//! Laws that hold for any table: the account adds up, the order of rows and the notation of a place change nothing,
//! and no number is ever read as another.

use proptest::prelude::*;

use super::table::{book, lines, read, sheet};

const MONTHS: [[&str; 3]; 4] = [
    ["January", "February", "March"],
    ["Januar", "Februar", "März"],
    ["enero", "febrero", "marzo"],
    ["Ocak", "Şubat", "Mart"],
];

/// A quantity in thousandths, written with the marks of a place.
fn written(thousandths: u32, digits: usize, place: usize) -> String {
    let (group, mark) = [("", "."), (",", "."), (".", ","), ("\u{a0}", ","), ("'", ".")][place];
    let whole = (thousandths / 1000).to_string();
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    let fraction = format!("{:03}", thousandths % 1000);
    if digits > 0 {
        text.push_str(mark);
        text.push_str(&fraction[..digits]);
    }
    text
}

fn meant(thousandths: u32, digits: usize) -> f64 {
    let unit = 10u32.pow(3 - u32::try_from(digits).expect("few digits"));
    f64::from(thousandths / unit * unit) / 1000.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn text_numbers_of_any_place_are_read_as_meant_or_held(
        values in proptest::collection::vec(0u32..9_000_000, 3..20), digits in 0usize..=3, place in 0usize..5
    ) {
        let mut rows = "Meter|From|To|kWh".to_owned();
        for (at, value) in values.iter().enumerate() {
            let day = 1 + at;
            rows.push_str(&format!("\nA|2024-01-{day:02}|2024-01-{day:02}|'{}", written(*value, digits, place)));
        }
        let extraction = read(&book(vec![sheet("Sheet1", &rows)]), "file.xlsx");
        for reading in &extraction.readings {
            let index = reading.cell.row as usize - 1;
            let number: f64 = reading.quantity.to_string().parse().unwrap();
            prop_assert!((number - meant(values[index], digits)).abs() < 1e-9, "{} is not {}", number, written(values[index], digits, place));
        }
    }

    #[test]
    fn text_dates_of_any_order_are_read_as_meant_or_held(
        first in 0i32..2000, count in 2usize..40, order in 0usize..4, step in 1i32..40
    ) {
        use jiff::ToSpan;
        let start = jiff::civil::date(2015, 1, 1).checked_add(first.days()).unwrap();
        let mut rows = "Meter|From|To|kWh".to_owned();
        let mut days = Vec::new();
        for at in 0..count {
            let from = start.checked_add((step * i32::try_from(at).unwrap()).days()).unwrap();
            let to = from.checked_add((step - 1).days()).unwrap();
            let text = |day: jiff::civil::Date| match order {
                0 => format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()),
                1 => format!("{}/{}/{}", day.month(), day.day(), day.year()),
                2 => format!("{}.{}.{}", day.day(), day.month(), day.year()),
                _ => day.to_string(),
            };
            rows.push_str(&format!("\nA|'{}|'{}|{}", text(from), text(to), 100 + at * 7 % 13));
            days.push((from, to));
        }
        let extraction = read(&book(vec![sheet("Sheet1", &rows)]), "file.xlsx");
        for reading in &extraction.readings {
            let (from, to) = days[reading.cell.row as usize - 1];
            let period = reading.period.unwrap();
            prop_assert_eq!(period.start().date(), from);
            let apart = (period.last_day() - to).get_days().abs();
            prop_assert!(apart <= 1, "{} is not the end {}", period.last_day(), to);
        }
        if order >= 2 {
            prop_assert_eq!(extraction.readings.len(), count);
        }
    }

    #[test]
    fn wide_tables_in_any_language_are_read_whole(
        language in 0usize..4, values in proptest::collection::vec((1u32..500, 501u32..900, 1u32..400), 1..12)
    ) {
        let mut rows = format!("Consumption (kWh) 2024\nSite|{}", MONTHS[language].join("|"));
        for (at, (a, b, c)) in values.iter().enumerate() {
            rows.push_str(&format!("\nHouse {at}x|{a}|{b}|{c}"));
        }
        let extraction = read(&book(vec![sheet("Sheet1", &rows)]), "file.xlsx");
        let read: Vec<u32> = extraction.readings.iter().map(|r| r.quantity.to_string().parse().unwrap()).collect();
        let told: Vec<u32> = values.iter().flat_map(|(a, b, c)| [*a, *b, *c]).collect();
        // A house that happens to be the sum of those above it is taken for their total, and held back.
        prop_assert!(read.iter().all(|value| told.contains(value)));
        prop_assert!(read.len() + 3 >= told.len(), "{:?}", extraction.problems);
    }

    #[test]
    fn any_sheet_is_accounted_for(
        cells in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof![
                    Just(""), Just("kWh"), Just("Month"), Just("January"), Just("2024-01-01"), Just("12.5"), Just("Total"),
                    Just("Site"), Just("100"), Just("'1,234"), Just("Not Available"), Just("="), Just("#REF!"), Just("2024"),
                    Just("Consumption"), Just("Cost (€)"), Just("'01/02/2024"), Just("Meter"), Just("-3"), Just("0"), Just("From"),
                    Just("To"), Just("'00:30"), Just("m3"), Just("Feb 2024"), Just("Reading")
                ],
                0..9,
            ),
            0..14,
        )
    ) {
        let text: Vec<String> = cells.iter().map(|row| row.join("|")).collect();
        let workbook = book(vec![sheet("Sheet1", &text.join("\n"))]);
        // `read` asserts that the account adds up.
        let once = read(&workbook, "file.xlsx");
        prop_assert_eq!(lines(&once), lines(&read(&workbook, "file.xlsx")));
        let mut cells: Vec<_> = once.readings.iter().map(|reading| reading.cell).collect();
        cells.sort_unstable();
        cells.dedup();
        prop_assert_eq!(cells.len(), once.readings.len(), "no cell is printed twice");
    }
}
