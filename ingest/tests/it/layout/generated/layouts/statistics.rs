//! What looks like readings and is not, or is stated twice.

use jiff::civil::date;

use super::super::case::{Case, Wish, year_of};
use super::super::notation::Paper;

const REGIONS: [&str; 4] = ["Alvora", "Brenta", "Castil", "Dorado"];
const NETWORKS: [&str; 3] = ["Rede Um", "Rede Dois", "Rede Cinco"];

/// A block for each year: the total, its regions, then the same total by network.
pub fn years_of_regions(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "MWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    paper.text(0, 0, &format!("{} {} ({unit})", words.used, words.supplied[0]));
    let mut row = 2;
    for year in [2021i16, 2022] {
        paper.number(row, 0, u64::try_from(year).expect("a year"));
        months(&mut paper, row, &words.short);
        paper.text(row, 13, words.total);
        paper.text(row + 1, 0, &format!("{} {}", words.total, words.used));
        let mut sums = [0u64; 12];
        for (row, region) in (row + 2..).zip(REGIONS) {
            paper.text(row, 0, region);
            for (month, hundredths) in (0u32..).zip(year_of(&mut dice, 910_007)) {
                let cell = paper.put(row, 1 + month, wish.numbers.write(hundredths));
                sums[month as usize] += hundredths;
                case.month(&sheet, cell, (year, month as i8 + 1), hundredths, unit, region);
            }
        }
        for (at, network) in NETWORKS.iter().enumerate() {
            let row = row + 6 + u32::try_from(at).expect("a row");
            paper.text(row, 0, network);
            for (month, sum) in (0u32..).zip(sums) {
                let share = [sum / 2, sum / 5];
                let own = if at < 2 { share[at] } else { sum - share[0] - share[1] };
                paper.put(row, 1 + month, wish.numbers.write(own));
            }
        }
        for (month, sum) in (0u32..).zip(sums) {
            paper.put(row + 1, 1 + month, wish.numbers.write(sum));
        }
        row += 10;
    }
    case.sheets.push(paper.done());
    case
}

fn months(paper: &mut Paper, row: u32, names: &[&str; 12]) {
    for (column, name) in (1u32..).zip(names) {
        paper.text(row, column, name);
    }
}

/// A sheet for each sector, and one for all of them, whose rows are their sums.
pub fn sheets_of_sectors(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "MWh";
    let mut case = Case::default();
    let mut sums = [[0u64; 12]; REGIONS.len()];
    let mut sectors = Vec::new();
    for sector in ["Residencial", "Rural"] {
        let mut paper = Paper::new(sector);
        paper.text(0, 0, &format!("{} 2023 ({unit})", words.used));
        months(&mut paper, 2, &words.months);
        for (at, region) in REGIONS.iter().enumerate() {
            let row = 3 + u32::try_from(at).expect("a row");
            paper.text(row, 0, region);
            for (month, hundredths) in (0u32..).zip(year_of(&mut dice, 710_007)) {
                let cell = paper.put(row, 1 + month, wish.numbers.write(hundredths));
                sums[at][month as usize] += hundredths;
                case.month(sector, cell, (2023, month as i8 + 1), hundredths, unit, region);
            }
        }
        sectors.push(paper.done());
    }
    let mut paper = Paper::new("Geral");
    paper.text(0, 0, &format!("{} 2023 ({unit})", words.used));
    months(&mut paper, 2, &words.months);
    for (at, region) in REGIONS.iter().enumerate() {
        let row = 3 + u32::try_from(at).expect("a row");
        paper.text(row, 0, region);
        for (month, sum) in (0u32..).zip(sums[at]) {
            paper.put(row, 1 + month, wish.numbers.write(sum));
        }
    }
    case.sheets.push(paper.done());
    case.sheets.extend(sectors);
    case
}

/// How many people were supplied is no consumption.
pub fn consumers(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, "N. 2023");
    paper.text(2, 0, words.site);
    months(&mut paper, 2, &words.months);
    for (row, region) in (3u32..).zip(REGIONS) {
        paper.text(row, 0, region);
        for (month, hundredths) in (0u32..).zip(year_of(&mut dice, 910_007)) {
            paper.put(row, 1 + month, wish.numbers.write(hundredths));
        }
    }
    case.sheets.push(paper.done());
    case
}

/// Money under the names of what was paid for.
pub fn costs_alone(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.line(0, &[words.month, words.supplied[0], words.supplied[2], words.cost]);
    for (row, hundredths) in (1u32..).zip(year_of(&mut dice, 9_177)) {
        let month = i8::try_from(row).expect("a month");
        paper.put(row, 0, wish.days.day(date(2023, month, 1)));
        paper.put(row, 1, wish.numbers.write(hundredths));
        paper.put(row, 2, wish.numbers.write(hundredths / 3));
        paper.put(row, 3, wish.numbers.write(hundredths + hundredths / 3));
    }
    case.sheets.push(paper.done());
    case
}

/// Headings that no list holds, below a title that names a unit: which column it means is not known.
pub fn strange_headings(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, &format!("{} (kWh)", words.used));
    paper.line(2, &[words.site, words.from, words.to, "Tarbimine", "Hind"]);
    for (row, hundredths) in (3u32..).zip(year_of(&mut dice, 91_177)) {
        let first = date(2023, i8::try_from(row - 2).expect("a month"), 1);
        paper.text(row, 0, "Talo Yksi");
        paper.put(row, 1, wish.days.day(first));
        paper.put(row, 2, wish.days.day(first.last_of_month()));
        paper.put(row, 3, wish.numbers.write(hundredths));
        paper.put(row, 4, wish.numbers.write(hundredths / 5));
    }
    case.sheets.push(paper.done());
    case
}
