//! Registers, intervals and days.

use jiff::ToSpan;
use jiff::civil::date;
use readings::ReadingKind;

use super::super::case::{Case, Fact, UnitPlace, Wish, month_start, next_day};
use super::super::notation::{Dice, Paper};
use super::{heading, sheet_name, title, value};

pub fn registers_beside(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "m3";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    paper.text(0, 0, &format!("{} {} 2024", words.supplied[2], words.months[2]));
    let used = format!("{} ({unit})", words.used);
    paper.line(2, &[words.meter, words.before, words.after, &used]);
    let sheet = paper.name();
    for row in 3..15u32 {
        let register = 100 * dice.from(100, 9_000);
        let hundredths = 100 * dice.from(2, 40);
        let meter = format!("KV-{}", 100 + row * 7);
        paper.text(row, 0, &meter);
        paper.put(row, 1, wish.numbers.write(register));
        paper.put(row, 2, wish.numbers.write(register + hundredths));
        let cell = paper.put(row, 3, wish.numbers.write(hundredths));
        case.month(&sheet, cell, (2024, 3), hundredths, unit, &meter);
    }
    case.sheets.push(paper.done());
    case
}

pub fn registers_only(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "m3";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let reading = format!("{} ({unit})", words.reading);
    paper.line(0, &[words.date, words.meter, &reading]);
    let sheet = paper.name();
    let mut row = 1;
    for meter in ["CW-1-771", "CW-2-771"] {
        let mut day = date(2023, 1, 3);
        let mut register = 100 * dice.from(900, 4_000);
        for _ in 0..10 {
            paper.put(row, 0, wish.days.day(day));
            paper.text(row, 1, meter);
            let cell = paper.put(row, 2, wish.numbers.write(register));
            case.facts.push(Fact {
                sheet: sheet.clone(),
                at: cell,
                start: day.to_datetime(jiff::civil::Time::midnight()),
                end: next_day(day),
                hundredths: register,
                unit,
                kind: ReadingKind::RegisterReading,
                name: meter.to_owned(),
            });
            register += 100 * dice.from(3, 40) + 37;
            day = day
                .checked_add(i64::try_from(dice.from(25, 36)).expect("days").days())
                .expect("a day");
            row += 1;
        }
    }
    case.sheets.push(paper.done());
    case
}

fn interval_value(dice: &mut Dice, step: usize) -> u64 {
    let hour = step % 24;
    let busy = if (7..19).contains(&hour) { 900 } else { 150 };
    busy + dice.from(3, 400)
}

pub fn hours(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let used = format!("{} ({unit})", words.used);
    paper.line(0, &[words.date, &used]);
    let sheet = paper.name();
    let start = month_start(2024, 3);
    for step in 0..24 * 40usize {
        let row = u32::try_from(step).expect("a row") + 1;
        let at = start.checked_add(i64::try_from(step).expect("hours").hours()).expect("a time");
        paper.put(row, 0, wish.days.write(at));
        let hundredths = interval_value(&mut dice, step);
        let cell = paper.put(row, 1, wish.numbers.write(hundredths));
        case.facts.push(Fact {
            sheet: sheet.clone(),
            at: cell,
            start: at,
            end: at.checked_add(1.hours()).expect("a time"),
            hundredths,
            unit,
            kind: ReadingKind::Consumption,
            name: String::new(),
        });
    }
    case.sheets.push(paper.done());
    case
}

pub fn intervals_from_to(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let (unit, kind) =
        *dice.one_of(&[("kWh", ReadingKind::Consumption), ("kW", ReadingKind::AveragePower)]);
    let used = format!("{} ({unit})", words.used);
    paper.line(0, &[words.meter, words.from, words.to, &used]);
    let sheet = paper.name();
    let start = month_start(2024, 3);
    let minutes = *dice.one_of(&[15i64, 30]);
    for step in 0..4 * 24 * 20usize {
        let row = u32::try_from(step).expect("a row") + 1;
        let at = start
            .checked_add((minutes * i64::try_from(step).expect("steps")).minutes())
            .expect("a time");
        let end = at.checked_add(minutes.minutes()).expect("a time");
        paper.text(row, 0, "PRM 1402");
        paper.put(row, 1, wish.days.write(at));
        paper.put(row, 2, wish.days.write(end));
        let hundredths = interval_value(&mut dice, step / 4);
        let cell = paper.put(row, 3, wish.numbers.write(hundredths));
        case.facts.push(Fact {
            sheet: sheet.clone(),
            at: cell,
            start: at,
            end,
            hundredths,
            unit,
            kind,
            name: "PRM 1402".to_owned(),
        });
    }
    case.sheets.push(paper.done());
    case
}

pub fn date_and_time(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new("Sheet1");
    let used = format!("{} ({unit})", words.used);
    paper.line(0, &[words.date, words.time, &used]);
    let sheet = paper.name();
    let start = month_start(2024, 1);
    for step in 0..48 * 30usize {
        let row = u32::try_from(step).expect("a row") + 1;
        let at = start
            .checked_add((30 * i64::try_from(step).expect("steps")).minutes())
            .expect("a time");
        paper.put(row, 0, wish.days.day(at.date()));
        paper.text(row, 1, &format!("{:02}:{:02}", at.hour(), at.minute()));
        let hundredths = interval_value(&mut dice, step / 2);
        let cell = paper.put(row, 2, wish.numbers.write(hundredths));
        case.facts.push(Fact {
            sheet: sheet.clone(),
            at: cell,
            start: at,
            end: at.checked_add(30.minutes()).expect("a time"),
            hundredths,
            unit,
            kind: ReadingKind::Consumption,
            name: String::new(),
        });
    }
    case.sheets.push(paper.done());
    case
}

pub fn daily(wish: &Wish) -> Case {
    let words = wish.words();
    let mut dice = wish.dice();
    let unit = "kWh";
    let mut case = Case::default();
    let mut paper = Paper::new(&sheet_name(wish, unit));
    let top = title(wish, &mut paper, unit);
    let used = heading(wish, words.used, unit);
    let mut header = vec![words.date, used.as_str()];
    if wish.unit == UnitPlace::Column {
        header.push(words.unit);
    }
    paper.line(top, &header);
    let sheet = paper.name();
    let mut sum = 0;
    for step in 0..90u32 {
        let day = date(2024, 2, 1).checked_add(i64::from(step).days()).expect("a day");
        let hundredths = dice.from(3_011, 9_013);
        sum += hundredths;
        paper.put(top + 1 + step, 0, wish.days.day(day));
        let cell = paper.put(top + 1 + step, 1, value(wish, hundredths, unit));
        if wish.unit == UnitPlace::Column {
            paper.text(top + 1 + step, 2, unit);
        }
        case.facts.push(Fact {
            sheet: sheet.clone(),
            at: cell,
            start: day.to_datetime(jiff::civil::Time::midnight()),
            end: next_day(day),
            hundredths,
            unit,
            kind: ReadingKind::Consumption,
            name: String::new(),
        });
    }
    paper.text(top + 91, 0, words.total);
    paper.put(top + 91, 1, wish.numbers.write(sum));
    case.sheets.push(paper.done());
    case
}
