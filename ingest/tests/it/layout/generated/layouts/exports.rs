//! What programs export: merged headers of two rows, pivots, a column for each meter.

use jiff::civil::date;

use super::super::case::{Case, Wish, year_of};
use super::super::notation::Paper;

/// Groups over the columns: the period over from and to, the commodity over its quantity and cost.
pub fn merged_header(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    paper.text(0, 0, words.meter);
    paper.merge((0, 0), (1, 0));
    paper.text(0, 1, words.month);
    paper.merge((0, 1), (0, 2));
    paper.text(1, 1, words.from);
    paper.text(1, 2, words.to);
    let units = ["kWh", "m3"];
    for (at, unit) in units.iter().enumerate() {
        let first = 3 + 2 * u32::try_from(at).expect("a column");
        paper.text(0, first, words.supplied[at]);
        paper.merge((0, first), (0, first + 1));
        paper.text(1, first, &format!("{} ({unit})", words.used));
        paper.text(1, first + 1, words.cost);
    }
    let years = [year_of(&mut dice, 81_177), year_of(&mut dice, 7_177)];
    for row in 2..14u32 {
        let month = i8::try_from(row - 1).expect("a month");
        let first = date(2023, month, 1);
        paper.text(row, 0, "N-4471");
        paper.put(row, 1, wish.days.day(first));
        paper.put(row, 2, wish.days.day(first.last_of_month()));
        for (at, unit) in units.iter().enumerate() {
            let column = 3 + 2 * u32::try_from(at).expect("a column");
            let hundredths = years[at][row as usize - 2];
            let cell = paper.put(row, column, wish.numbers.write(hundredths));
            paper.put(row, column + 1, wish.numbers.write(hundredths / 4));
            case.month(&sheet, cell, (2023, month), hundredths, unit, "N-4471");
        }
    }
    case.sheets.push(paper.done());
    case
}

/// A column for each meter, named as its owner likes, under a title that says what is counted.
pub fn meters_across(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let meters = ["Pumpwerk", "Zinkhalle", "Werk 3"];
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    paper.text(0, 0, &format!("{} ({unit})", words.used));
    paper.text(2, 0, words.month);
    let years: Vec<Vec<u64>> = meters.iter().map(|_| year_of(&mut dice, 61_177)).collect();
    for (column, meter) in (1u32..).zip(meters) {
        paper.text(2, column, meter);
    }
    for month in 0..12usize {
        let row = 3 + u32::try_from(month).expect("a row");
        paper.put(row, 0, wish.days.day(date(2023, month as i8 + 1, 1)));
        for (column, meter) in (1u32..).zip(meters) {
            let hundredths = years[column as usize - 1][month];
            let cell = paper.put(row, column, wish.numbers.write(hundredths));
            case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, meter);
        }
    }
    case.sheets.push(paper.done());
    case
}

/// A place for the names without a heading, months with their year, a sum at the end of each row.
pub fn names_without_heading(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "m3";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    paper.text(0, 1, &format!("{} {} ({unit})", words.supplied[2], words.used));
    for month in 0..12u32 {
        paper.text(1, 1 + month, &format!("{} 2022", words.months[month as usize]));
    }
    paper.text(1, 13, words.total);
    for (row, site) in (2u32..).zip(["Quelle Ost", "Quelle Sued", "Quelle Tal"]) {
        paper.text(row, 0, site);
        let year = year_of(&mut dice, 24_177);
        for (month, hundredths) in (0u32..).zip(&year) {
            let cell = paper.put(row, 1 + month, wish.numbers.write(*hundredths));
            case.month(&sheet, cell, (2022, month as i8 + 1), *hundredths, unit, site);
        }
        paper.put(row, 13, wish.numbers.write(year.iter().sum()));
    }
    case.sheets.push(paper.done());
    case
}

/// For each month its quantity and its cost, side by side, the month in both headings.
pub fn use_and_cost_across(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    paper.text(0, 0, words.site);
    for month in 0..6u32 {
        let name = words.months[month as usize];
        paper.text(0, 1 + 2 * month, &format!("{name} 2023 {unit}"));
        paper.text(0, 2 + 2 * month, &format!("{name} 2023 €"));
    }
    for (row, site) in (1u32..).zip(["Tor Eins", "Tor Zwei", "Tor Drei"]) {
        paper.text(row, 0, site);
        for (month, hundredths) in (0u32..6).zip(year_of(&mut dice, 34_177)) {
            let cell = paper.put(row, 1 + 2 * month, wish.numbers.write(hundredths));
            paper.put(row, 2 + 2 * month, wish.numbers.write(hundredths / 3));
            case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, site);
        }
    }
    case.sheets.push(paper.done());
    case
}
