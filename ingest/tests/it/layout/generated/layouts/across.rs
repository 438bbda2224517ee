//! Periods across.

use jiff::civil::date;
use readings::ReadingKind;

use super::super::case::{Case, Fact, UnitPlace, Wish, next_day, year_of};
use super::super::notation::{Days, Paper};
use super::{heading, sheet_name, title, value};

fn wide(wish: &Wish, dated: bool) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = *dice.one_of(&["kWh", "m3", "MWh"]);
    let mut case = Case::default();
    let where_year = if dated { 3 } else { dice.from(0, 4) };
    let name = match (wish.unit, where_year) {
        (UnitPlace::SheetName, 0) => format!("{} {unit} 2023", words.used),
        (UnitPlace::SheetName, _) => format!("{} {unit}", words.used),
        (_, 0) => format!("{} 2023", words.used),
        _ => "Sheet1".to_owned(),
    };
    let mut paper = Paper::new(&name);
    let unit_text = match wish.unit {
        UnitPlace::Title | UnitPlace::Brackets => format!(" ({unit})"),
        UnitPlace::Comma => format!(", {unit}"),
        _ => String::new(),
    };
    let year_text = if where_year == 1 { " 2023" } else { "" };
    paper.text(0, 0, &format!("{}{year_text}{unit_text}", words.used));
    if where_year == 2 {
        "report_2023.xlsx".clone_into(&mut case.file_name);
    }
    let mut column = 0;
    paper.text(2, column, words.site);
    column += 1;
    if wish.unit == UnitPlace::Column {
        paper.text(2, column, words.unit);
        column += 1;
    }
    let first = column;
    for month in 0..12u32 {
        let index = month as usize;
        let at = first + month;
        if dated && dice.from(0, 1) == 0 && wish.days == Days::Native {
            paper.put(2, at, wish.days.day(date(2023, index as i8 + 1, 1)));
        } else if dated {
            paper.text(2, at, &format!("{}-23", words.short[index].trim_end_matches('.')));
        } else if where_year == 3 {
            paper.text(2, at, &format!("{} 2023", words.months[index]));
        } else {
            paper.text(2, at, words.months[index]);
        }
    }
    paper.text(2, first + 12, words.total);
    paper.text(2, first + 13, words.average);
    let mut sums = [0u64; 12];
    let mut row = 3;
    let sheet = paper.name();
    for site in ["Lindhof", "Marenbad", "Norrwerk", "Ostburg"] {
        paper.text(row, 0, site);
        if wish.unit == UnitPlace::Column {
            paper.text(row, 1, unit);
        }
        let base = dice.from(20_000, 900_000);
        let year = year_of(&mut dice, base);
        for (month, hundredths) in year.iter().enumerate() {
            let at = first + u32::try_from(month).expect("a month");
            let cell = paper.put(row, at, value(wish, *hundredths, unit));
            case.month(&sheet, cell, (2023, month as i8 + 1), *hundredths, unit, site);
            sums[month] += hundredths;
        }
        let sum: u64 = year.iter().sum();
        paper.put(row, first + 12, wish.numbers.write(sum));
        paper.put(row, first + 13, wish.numbers.write(sum / 12));
        row += 1;
    }
    paper.text(row, 0, words.total);
    for (month, sum) in (0u32..).zip(sums) {
        paper.put(row, first + month, wish.numbers.write(sum));
    }
    paper.put(row, first + 12, wish.numbers.write(sums.iter().sum()));
    case.sheets.push(paper.done());
    case
}

pub fn wide_months(wish: &Wish) -> Case {
    wide(wish, false)
}

pub fn wide_months_dated(wish: &Wish) -> Case {
    wide(wish, true)
}

pub fn wide_days(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let unit_text =
        if matches!(wish.unit, UnitPlace::SheetName | UnitPlace::Column | UnitPlace::Cell) {
            String::new()
        } else {
            format!(" ({unit})")
        };
    paper.text(0, 0, &format!("{} {} 2024{unit_text}", words.used, words.months[0]));
    paper.text(1, 0, words.meter);
    let first = if wish.unit == UnitPlace::Column {
        paper.text(1, 1, words.unit);
        2
    } else {
        1
    };
    for day in 1..=31u32 {
        paper.number(1, first + day - 1, day.into());
    }
    paper.text(1, first + 31, words.total);
    let sheet = paper.name();
    for (row, meter) in (2u32..).zip(["EM-01x", "EM-02x", "EM-07x"]) {
        paper.text(row, 0, meter);
        if wish.unit == UnitPlace::Column {
            paper.text(row, 1, unit);
        }
        let mut sum = 0;
        for day in 1..=31i8 {
            let hundredths = dice.from(2_011, 9_013);
            sum += hundredths;
            let at = first + u32::try_from(day).expect("a day") - 1;
            let cell = paper.put(row, at, value(wish, hundredths, unit));
            let day = date(2024, 1, day);
            case.facts.push(Fact {
                sheet: sheet.clone(),
                at: cell,
                start: day.to_datetime(jiff::civil::Time::midnight()),
                end: next_day(day),
                hundredths,
                unit,
                kind: ReadingKind::Consumption,
                name: meter.to_owned(),
            });
        }
        paper.put(row, first + 31, wish.numbers.write(sum));
    }
    case.sheets.push(paper.done());
    case
}

pub fn month_blocks(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = *dice.one_of(&["m3", "kWh"]);
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    paper.text(0, 0, &format!("{} ({unit}) 2023", words.used));
    paper.text(1, 0, words.site);
    paper.merge((1, 0), (2, 0));
    paper.text(1, 1, words.meter);
    paper.merge((1, 1), (2, 1));
    let used = heading(wish, words.used, unit);
    for month in 0..12u32 {
        let first = 2 + month * 4;
        let text = if dice.from(0, 1) == 0 && month % 2 == 0 {
            format!("{}/2023", words.months[month as usize])
        } else {
            format!("{} 2023", words.months[month as usize])
        };
        paper.text(1, first, &text);
        paper.merge((1, first), (1, first + 3));
        for (at, text) in (first..).zip([words.before, words.after, used.as_str(), words.cost]) {
            paper.text(2, at, text);
        }
    }
    let sheet = paper.name();
    let mut row = 3;
    for at in 0..4u64 {
        let site =
            ["Presidio Alfa", "Presidio Berta", "Presidio Cesar", "Presidio Dora"][at as usize];
        paper.text(row, 0, site);
        paper.text(row, 1, &format!("H{}", 3_000_131 + at * 977));
        let mut register = 100 * dice.from(10_000, 90_000);
        for (month, hundredths) in (0u32..).zip(year_of(&mut dice, 41_111 + at * 20_011)) {
            let hundredths = hundredths / 100 * 100;
            let first = 2 + month * 4;
            if month == 10 && at == 1 {
                paper.text(row, first + 2, "Não encontrado");
                continue;
            }
            paper.put(row, first, wish.numbers.write(register));
            register += hundredths;
            paper.put(row, first + 1, wish.numbers.write(register));
            let cell = paper.put(row, first + 2, value(wish, hundredths, unit));
            paper.put(row, first + 3, wish.numbers.write(hundredths * 7 + 131));
            case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, site);
        }
        row += 1;
    }
    case.sheets.push(paper.done());
    case
}

pub fn site_blocks(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, words.commodity);
    paper.text(0, 1, words.unit);
    for month in 0..12u32 {
        paper.text(0, 2 + month, &format!("{} 2022", words.months[month as usize]));
    }
    let sheet = paper.name();
    let mut row = 1;
    for site in ["Hafen Nord", "Hafen West", "Hafen Kai"] {
        paper.text(row, 0, site);
        row += 1;
        for (name, unit) in words.supplied.iter().zip(["kWh", "m3", "m3"]) {
            paper.text(row, 0, name);
            paper.text(row, 1, unit);
            let base = dice.from(10_000, 400_000);
            for (month, hundredths) in (0u32..).zip(year_of(&mut dice, base)) {
                let cell = paper.put(row, 2 + month, wish.numbers.write(hundredths));
                case.month(&sheet, cell, (2022, month as i8 + 1), hundredths, unit, site);
            }
            row += 1;
        }
        row += 1;
    }
    case.sheets.push(paper.done());
    case
}

pub fn year_blocks(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "MWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, &format!("{} {} ({unit})", words.used, words.supplied[0]));
    let sheet = paper.name();
    let mut row = 2;
    for year in [2021i16, 2022, 2023] {
        paper.number(row, 0, u64::try_from(year).expect("a year"));
        for month in 0..12u32 {
            paper.text(row, 1 + month, words.short[month as usize]);
        }
        paper.text(row, 13, words.total);
        row += 1;
        let mut sums = [0u64; 12];
        for site in ["Werk Aue", "Werk Born", "Werk Celle"] {
            paper.text(row, 0, site);
            let year_values = year_of(&mut dice, 310_007);
            for (month, hundredths) in (0u32..).zip(&year_values) {
                let cell = paper.put(row, 1 + month, wish.numbers.write(*hundredths));
                case.month(&sheet, cell, (year, month as i8 + 1), *hundredths, unit, site);
                sums[month as usize] += hundredths;
            }
            paper.put(row, 13, wish.numbers.write(year_values.iter().sum()));
            row += 1;
        }
        paper.text(row, 0, words.total);
        for (month, sum) in (0u32..).zip(sums) {
            paper.put(row, 1 + month, wish.numbers.write(sum));
        }
        row += 2;
    }
    case.sheets.push(paper.done());
    case
}

pub fn transposed(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    for month in 0..12u32 {
        paper.text(top, 1 + month, &format!("{} 2023", words.months[month as usize]));
    }
    let titled = matches!(wish.unit, UnitPlace::Title | UnitPlace::SheetName);
    let used = if titled { words.used.to_owned() } else { format!("{} ({unit})", words.used) };
    paper.text(top + 1, 0, words.before);
    paper.text(top + 2, 0, words.after);
    paper.text(top + 3, 0, &used);
    paper.text(top + 4, 0, words.cost);
    let sheet = paper.name();
    let mut register = 100 * dice.from(2_000, 9_000);
    for (month, hundredths) in (0u32..).zip(year_of(&mut dice, 21_111)) {
        let hundredths = hundredths / 100 * 100;
        paper.put(top + 1, 1 + month, wish.numbers.write(register));
        register += hundredths;
        paper.put(top + 2, 1 + month, wish.numbers.write(register));
        let cell = paper.put(top + 3, 1 + month, wish.numbers.write(hundredths));
        paper.put(top + 4, 1 + month, wish.numbers.write(hundredths * 8 + 77));
        case.month(&sheet, cell, (2023, month as i8 + 1), hundredths, unit, "");
    }
    case.sheets.push(paper.done());
    case
}

/// Registers read at the end of each month, under a title that speaks of readings.
pub fn wide_registers(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, &format!("{} 2023 (m3)", words.reading));
    paper.text(1, 0, words.meter);
    for month in 0..12u32 {
        paper.text(1, 1 + month, words.months[month as usize]);
    }
    for (row, meter) in (2u32..).zip(["R-11", "R-12", "R-17"]) {
        paper.text(row, 0, meter);
        let mut register = 100 * dice.from(900, 4_000);
        for month in 0..12u32 {
            register += 100 * dice.from(3, 40);
            paper.put(row, 1 + month, wish.numbers.write(register));
        }
    }
    case.sheets.push(paper.done());
    case
}
