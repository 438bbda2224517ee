//! A row per reading, or one for each of a few columns.

use jiff::civil::date;

use super::super::case::{Case, UnitPlace, Wish, year_of};
use super::super::notation::Paper;
use super::{heading, sheet_name, title, value};

fn bills(wish: &Wish, paper: &mut Paper, case: &mut Case, top: u32, repeat: bool) {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = *dice.one_of(&["kWh", "m3", "MWh", "GJ"]);
    let mut header = vec![
        words.site.to_owned(),
        words.meter.to_owned(),
        words.from.to_owned(),
        words.to.to_owned(),
        heading(wish, words.used, unit),
        words.cost.to_owned(),
    ];
    if wish.unit == UnitPlace::Column {
        header.insert(5, words.unit.to_owned());
    }
    let cost_column = if wish.unit == UnitPlace::Column { 6 } else { 5 };
    let mut row = top;
    let put_header = |paper: &mut Paper, row: u32| {
        let texts: Vec<&str> = header.iter().map(String::as_str).collect();
        paper.line(row, &texts);
    };
    put_header(paper, row);
    row += 1;
    let sheet = paper.name();
    for at in 0..3u64 {
        let meter = format!("ZX{}", 40_031 + 17 * at);
        let site = format!("Kastell {}", ["Aula", "Besko", "Cirra"][at as usize]);
        for (month, hundredths) in (1i8..).zip(year_of(&mut dice, 71_233 + 31_117 * at)) {
            if repeat && month == 7 {
                put_header(paper, row);
                row += 1;
            }
            let first = date(2023, month, 1);
            paper.text(row, 0, &site);
            paper.text(row, 1, &meter);
            paper.put(row, 2, wish.days.day(first));
            paper.put(row, 3, wish.days.day(first.last_of_month()));
            let cell = paper.put(row, 4, value(wish, hundredths, unit));
            if wish.unit == UnitPlace::Column {
                paper.text(row, 5, unit);
            }
            paper.put(row, cost_column, wish.numbers.write(hundredths / 4 + 113));
            case.month(&sheet, cell, (2023, month), hundredths, unit, &meter);
            row += 1;
        }
    }
}

pub fn long_bills(wish: &Wish) -> Case {
    let mut case = Case::default();
    let unit = *wish.dice().one_of(&["kWh", "m3", "MWh", "GJ"]);
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    bills(wish, &mut paper, &mut case, top, false);
    case.sheets.push(paper.done());
    case
}

pub fn repeated_headers(wish: &Wish) -> Case {
    let mut case = Case::default();
    let unit = *wish.dice().one_of(&["kWh", "m3", "MWh", "GJ"]);
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    bills(wish, &mut paper, &mut case, top, true);
    case.sheets.push(paper.done());
    case
}

pub fn long_below_notes(wish: &Wish) -> Case {
    let mut case = Case::default();
    let unit = *wish.dice().one_of(&["kWh", "m3", "MWh", "GJ"]);
    let mut paper = Paper::new(&sheet_name(wish, unit));
    paper.text(0, 0, "Acme Utilities Ltd.");
    paper.text(1, 0, "Customer: Kastell Foundation");
    paper.text(2, 0, "Created: 14.02.2024 08:31");
    paper.text(
        4,
        0,
        "Please return this list by the tenth of the month; questions to office@example.org.",
    );
    if wish.unit == UnitPlace::Title {
        paper.text(5, 0, &format!("{} ({unit})", wish.words().used));
    }
    bills(wish, &mut paper, &mut case, 7, false);
    case.sheets.push(paper.done());
    case
}

pub fn long_months(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    let used = heading(wish, words.used, unit);
    let mut header = vec![words.month, words.site, used.as_str()];
    if wish.unit == UnitPlace::Column {
        header.push(words.unit);
    }
    paper.line(top, &header);
    let mut row = top + 1;
    let style = dice.from(0, 4);
    let sheet = paper.name();
    for site in ["Orla Haus", "Pelka Haus"] {
        for (month, hundredths) in (1i8..).zip(year_of(&mut dice, 53_111)) {
            let index = month as usize - 1;
            let said = match style {
                0 => format!("{} 2022", words.months[index]),
                1 => format!("{}-22", words.short[index].trim_end_matches('.')),
                2 => format!("{month:02}/2022"),
                _ => format!("2022-{month:02}"),
            };
            paper.text(row, 0, &said);
            paper.text(row, 1, site);
            let cell = paper.put(row, 2, value(wish, hundredths, unit));
            if wish.unit == UnitPlace::Column {
                paper.text(row, 3, unit);
            }
            case.month(&sheet, cell, (2022, month), hundredths, unit, site);
            row += 1;
        }
    }
    paper.text(row, 0, words.total);
    paper.put(row, 2, wish.numbers.write(case.facts.iter().map(|fact| fact.hundredths).sum()));
    case.sheets.push(paper.done());
    case
}

pub fn year_month_columns(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "m3";
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    let used = heading(wish, words.used, unit);
    let mut header = vec![words.year, words.month, words.meter, used.as_str()];
    if wish.unit == UnitPlace::Column {
        header.push(words.unit);
    }
    paper.line(top, &header);
    let mut row = top + 1;
    let sheet = paper.name();
    let numbered = dice.from(0, 2) == 0;
    for year in [2021i16, 2022] {
        for (month, hundredths) in (1i8..).zip(year_of(&mut dice, 13_111)) {
            paper.number(row, 0, u64::try_from(year).expect("a year"));
            if numbered {
                paper.number(row, 1, u64::try_from(month).expect("a month"));
            } else {
                paper.text(row, 1, words.months[month as usize - 1]);
            }
            paper.text(row, 2, "WM-7731");
            let cell = paper.put(row, 3, value(wish, hundredths, unit));
            if wish.unit == UnitPlace::Column {
                paper.text(row, 4, unit);
            }
            case.month(&sheet, cell, (year, month), hundredths, unit, "WM-7731");
            row += 1;
        }
    }
    case.sheets.push(paper.done());
    case
}

pub fn grouped(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let used = format!("{} ({unit})", words.used);
    paper.line(0, &[words.site, words.month, &used, words.cost]);
    let sheet = paper.name();
    let mut row = 1;
    for site in ["Ekeby", "Forsa", "Gruvan"] {
        paper.text(row, 0, site);
        let mut sum = 0;
        for (month, hundredths) in (1i8..).zip(year_of(&mut dice, 57_111)) {
            paper.text(row, 1, &format!("{} 2023", words.months[month as usize - 1]));
            let cell = paper.put(row, 2, wish.numbers.write(hundredths));
            paper.put(row, 3, wish.numbers.write(hundredths / 4));
            case.month(&sheet, cell, (2023, month), hundredths, unit, site);
            sum += hundredths;
            row += 1;
        }
        paper.text(row, 0, &format!("{} {site}", words.total));
        paper.put(row, 2, wish.numbers.write(sum));
        row += 1;
    }
    case.sheets.push(paper.done());
    case
}

pub fn commodities_across(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let units = ["kWh", "m3", "m3"];
    let headings: Vec<String> =
        words.supplied.iter().zip(units).map(|(name, unit)| format!("{name} ({unit})")).collect();
    paper.line(0, &[words.month, &headings[0], &headings[1], &headings[2]]);
    let sheet = paper.name();
    let years: Vec<Vec<u64>> =
        [151_117, 9_131, 4_423].iter().map(|base| year_of(&mut dice, *base)).collect();
    for month in 0..12usize {
        let row = u32::try_from(month).expect("a row") + 1;
        paper.put(row, 0, wish.days.day(date(2023, month as i8 + 1, 1)));
        for (column, unit) in (1u32..).zip(units) {
            let hundredths = years[column as usize - 1][month];
            let cell = paper.put(row, column, wish.numbers.write(hundredths));
            case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, "");
        }
    }
    case.sheets.push(paper.done());
    case
}

pub fn side_by_side(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let sheet = paper.name();
    for (first, unit) in [(0u32, "kWh"), (4, "m3")] {
        let used = format!("{} ({unit})", words.used);
        for (at, text) in (first..).zip([words.month, used.as_str(), words.cost]) {
            paper.text(0, at, text);
        }
        for (row, hundredths) in (1u32..).zip(year_of(&mut dice, 33_777 + u64::from(first) * 9_000))
        {
            paper.text(row, first, &format!("{} 2023", words.months[row as usize - 1]));
            let cell = paper.put(row, first + 1, wish.numbers.write(hundredths));
            paper.put(row, first + 2, wish.numbers.write(hundredths / 3 + 500));
            case.month(&sheet, cell, (2023, row as i8), hundredths, unit, "");
        }
    }
    case.sheets.push(paper.done());
    case
}

pub fn sheet_per_machine(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let used = format!("{} ({unit})", words.used);
    let mut all = Paper::new("All data");
    all.line(0, &[words.month, words.meter, &used]);
    let mut all_row = 1;
    for name in ["Press 4", "Oven 2", "Mill 9"] {
        let mut paper = Paper::new(name);
        paper.line(0, &[words.month, &used]);
        for (month, hundredths) in (1i8..).zip(year_of(&mut dice, 87_111)) {
            let row = u32::try_from(month).expect("a row");
            let day = wish.days.day(date(2023, month, 1));
            paper.put(row, 0, day.clone());
            let cell = paper.put(row, 1, wish.numbers.write(hundredths));
            case.month(name, cell, (2023, month), hundredths, unit, name);
            all.put(all_row, 0, day);
            all.text(all_row, 1, name);
            all.put(all_row, 2, wish.numbers.write(hundredths));
            all_row += 1;
        }
        case.sheets.push(paper.done());
    }
    case.sheets.push(all.done());
    case
}

pub fn sheet_per_month(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case { file_name: "verbrauch 2023.xlsx".to_owned(), ..Case::default() };
    for month in 0..4usize {
        let mut paper = Paper::new(words.months[month]);
        let used = format!("{} ({unit})", words.used);
        paper.line(0, &[words.site, words.meter, &used, words.cost]);
        let sheet = paper.name();
        for (row, site) in (1u32..).zip(["Ulme", "Vogt", "Wald"]) {
            let hundredths = dice.from(50_011, 90_013);
            paper.text(row, 0, site);
            paper.text(row, 1, &format!("E-{}", 330 + row));
            let cell = paper.put(row, 2, wish.numbers.write(hundredths));
            paper.put(row, 3, wish.numbers.write(hundredths / 4));
            case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, site);
        }
        case.sheets.push(paper.done());
    }
    case
}
