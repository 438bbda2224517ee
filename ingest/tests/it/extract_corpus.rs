//! Real workbooks against tables of the readings that a careful person takes from them.
//!
//! A truth row is right where sheet and cell, quantity, period, unit and kind agree; a reading that the truth does not
//! have, on a sheet that it covers, is as bad as a wrong one. Columns and the entries of `accept` are described in the
//! corpus itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use ingest::layout::{FileContext, extract};
use ingest::workbook::{self, Limits};
use jiff::civil::{Date, date};
use readings::{CellAddress, ExtractedReading, Extraction};

/// Floors, at the figures reached: mean recall over all files that are asked for readings, and the least in one that
/// states its own period.
const MEAN_RECALL: f64 = 0.99;
const LEAST_RECALL: f64 = 0.99;

struct File {
    workbook: PathBuf,
    source_name: String,
    truth: Option<String>,
}

type Row = HashMap<String, String>;

fn corpus() -> PathBuf {
    let shared = std::env::var_os("METERWATCH_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    shared.join("corpus")
}

fn table(path: &Path) -> Vec<Row> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.expect("a row of the corpus")).collect()
}

fn files() -> Vec<File> {
    let mut seen = HashSet::new();
    table(&corpus().join("MANIFEST.csv"))
        .into_iter()
        .filter(|row| row["file"].starts_with("workbooks/") && seen.insert(row["file"].clone()))
        .map(|row| File {
            workbook: corpus().join(&row["file"]),
            source_name: row["source_path"].rsplit('/').next().unwrap_or_default().to_owned(),
            truth: row["expected"]
                .strip_prefix("truth/")
                .and_then(|rest| Some(rest.split_once(".csv")?.0.to_owned())),
        })
        .collect()
}

/// The paths of all workbooks of the corpus.
pub fn workbooks() -> Vec<PathBuf> {
    files().into_iter().map(|file| file.workbook).collect()
}

fn extraction(file: &File) -> Option<Extraction> {
    let bytes = std::fs::read(&file.workbook).expect("a file of the corpus");
    let workbook = workbook::read(&bytes, &Limits::default()).ok()?;
    let context = FileContext {
        file_name: Some(file.source_name.clone()),
        mail_subject: None,
        today: date(2026, 6, 30),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    };
    Some(extract(&workbook, &context))
}

#[derive(Debug, Default)]
struct Score {
    right: usize,
    wrong: Vec<String>,
    held: usize,
    rows: usize,
    named: usize,
}

impl Score {
    fn recall(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows are small")]
        (self.rows > self.held).then(|| self.right as f64 / (self.rows - self.held) as f64)
    }
}

/// The entries of `accept`: flags, other values by column, the name that alternatives share.
fn accepted(row: &Row) -> (HashSet<String>, HashMap<String, Vec<String>>, Option<String>) {
    let (mut flags, mut other, mut name) =
        (HashSet::new(), HashMap::<String, Vec<String>>::new(), None);
    for entry in row.get("accept").map_or("", String::as_str).split(';').map(str::trim) {
        match entry.split_once(':') {
            Some(("any", value)) => name = Some(value.trim().to_owned()),
            Some((column, value)) => {
                other.entry(column.trim().to_owned()).or_default().push(value.trim().to_owned());
            }
            None if !entry.is_empty() => {
                flags.insert(entry.to_owned());
            }
            None => {}
        }
    }
    (flags, other, name)
}

fn unit(text: &str) -> String {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "kbtu (thousand btu)" => "kbtu".to_owned(),
        "m³" => "m3".to_owned(),
        "therm" => "therms".to_owned(),
        _ => text,
    }
}

fn days_apart(a: &str, b: &str) -> Option<i32> {
    let (a, b): (Date, Date) = (a.get(..10)?.parse().ok()?, b.get(..10)?.parse().ok()?);
    Some((a - b).get_days().abs())
}

fn end_agrees(truth: &str, got: &str) -> bool {
    truth == got
        || truth.is_empty()
        || truth.len() == 10 && days_apart(truth, got).is_some_and(|days| days <= 1)
}

/// Why a reading is not what the truth row says.
fn differs(
    truth: &Row,
    other: &HashMap<String, Vec<String>>,
    got: &ExtractedReading,
) -> Option<&'static str> {
    let options = |column: &str| -> Vec<String> {
        [truth[column].clone()]
            .into_iter()
            .chain(other.get(column).cloned().unwrap_or_default())
            .collect()
    };
    let (start, end) = got.period.map(ingest::extract_csv::ends).unwrap_or_default();
    let minute = |text: &str| text.get(..16).unwrap_or(text).to_owned();
    let (start, end) = (minute(&start), minute(&end));
    let number: f64 = got.quantity.to_string().parse().expect("a number");
    let same = |text: &String| {
        text.parse::<f64>().is_ok_and(|want| (want - number).abs() <= 1e-9 * want.abs().max(1e-12))
    };
    if !options("quantity").iter().any(same) {
        return Some("quantity");
    }
    let starts: Vec<String> = options("period_start").iter().map(|text| minute(text)).collect();
    let ends: Vec<String> = options("period_end").iter().map(|text| minute(text)).collect();
    let period = if truth["period_start"].is_empty() {
        start.is_empty() && end.is_empty()
    } else if truth["kind"] == "register_reading" {
        ends.iter().any(|want| end_agrees(want, &end)) && start <= end
    } else {
        starts.contains(&start) && ends.iter().any(|want| end_agrees(want, &end))
    };
    if !period {
        return Some("period");
    }
    let own_unit = unit(got.unit.as_ref().map_or("", |unit| unit.text.as_ref()));
    if !options("unit").iter().any(|want| unit(want) == own_unit) {
        return Some("unit");
    }
    let kind = got.kind.code().replace("estimated", "consumption");
    (!truth["kind"].is_empty() && !options("kind").contains(&kind)).then_some("kind")
}

fn words(text: &str) -> HashSet<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn score(truth: &[Row], got: &Extraction) -> Score {
    let sheet_of =
        |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let covered: HashSet<String> = truth.iter().map(|row| sheet_of(&row["sheet"])).collect();
    let mut by_cell: HashMap<(String, String), &ExtractedReading> = HashMap::new();
    let mut score = Score::default();
    for reading in &got.readings {
        if by_cell.insert((sheet_of(&reading.sheet), reading.cell.to_string()), reading).is_some() {
            score.wrong.push(format!("{} twice", reading.cell));
        }
    }
    let mut groups: Vec<(Option<String>, Vec<&Row>)> = Vec::new();
    let mut free: Vec<(String, CellAddress, CellAddress)> = Vec::new();
    for row in truth {
        let (flags, _, name) = accepted(row);
        if flags.contains("unscored") {
            let (first, last) = row["cell"].split_once(':').expect("a range");
            free.push((
                sheet_of(&row["sheet"]),
                first.parse().expect("a cell"),
                last.parse().expect("a cell"),
            ));
        } else if !flags.contains("none") {
            match groups.iter_mut().find(|(other, _)| name.is_some() && *other == name) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((name, vec![row])),
            }
        }
    }
    let mut seen = HashSet::new();
    for (_, rows) in &groups {
        score.rows += 1;
        let mut given = 0;
        let mut hold = false;
        for row in rows {
            let (flags, other, _) = accepted(row);
            let unknown_year = row["period_start"].starts_with("XXXX");
            hold |= flags.contains("hold") || row["cell"].is_empty() || unknown_year;
            let key = (sheet_of(&row["sheet"]), row["cell"].clone());
            let Some(reading) = by_cell.get(&key) else { continue };
            seen.insert(key);
            given += 1;
            match differs(row, &other, reading) {
                Some(why) => score.wrong.push(format!("{} {why}: {reading:?}", row["cell"])),
                None if given > 1 => score.wrong.push(format!("{} again", row["cell"])),
                None => {
                    score.right += 1;
                    let wanted = words(&format!("{} {}", row["site"], row["meter"]));
                    let own = words(&format!(
                        "{} {}",
                        reading.site.as_deref().unwrap_or_default(),
                        reading.meter.as_deref().unwrap_or_default()
                    ));
                    score.named += usize::from(wanted.is_empty() || !wanted.is_disjoint(&own));
                }
            }
        }
        score.held += usize::from(given == 0 && hold);
    }
    for (sheet, cell) in
        by_cell.keys().filter(|key| covered.contains(&key.0) && !seen.contains(*key))
    {
        let at: CellAddress = cell.parse().expect("a cell");
        let unscored = free.iter().any(|(other, first, last)| {
            other == sheet
                && (first.row..=last.row).contains(&at.row)
                && (first.column..=last.column).contains(&at.column)
        });
        if !unscored {
            score.wrong.push(format!("{sheet} {cell} extra"));
        }
    }
    score
}

#[test]
fn no_file_gives_a_wrong_reading_and_most_give_all() {
    let classes: HashMap<String, String> = table(&corpus().join("truth/CLASSES.csv"))
        .into_iter()
        .map(|row| (row["truth"].clone(), row["class"].clone()))
        .collect();
    let mut recalls = Vec::new();
    let (mut scored, mut right, mut named) = (0, 0, 0);
    for file in files() {
        let Some(name) = &file.truth else { continue };
        let got = extraction(&file).unwrap_or_else(|| panic!("{name} opens"));
        let truth = table(&corpus().join("truth").join(format!("{name}.csv")));
        let score = score(&truth, &got);
        assert!(score.wrong.is_empty(), "{name}: {:#?}", &score.wrong[..score.wrong.len().min(5)]);
        scored += 1;
        right += score.right;
        named += score.named;
        if let Some(recall) = score.recall() {
            let states_period =
                matches!(classes[name].as_str(), "self-explaining" | "needs-unit" | "needs-site");
            assert!(!states_period || recall >= LEAST_RECALL, "{name}: {recall}");
            recalls.push(recall);
        }
    }
    assert!(scored >= 24, "only {scored} files have a truth");
    assert!(recalls.len() >= 16, "only {} files give readings", recalls.len());
    #[expect(clippy::cast_precision_loss, reason = "counts of files are small")]
    let mean = recalls.iter().sum::<f64>() / recalls.len() as f64;
    assert!(mean >= MEAN_RECALL, "mean recall {mean}");
    assert!(named * 100 >= right * 95, "{named} of {right} readings name their site or meter");
}

#[test]
fn every_file_adds_up_and_says_why_it_gives_nothing() {
    let mut opened = 0;
    for file in files() {
        let Some(got) = extraction(&file) else { continue };
        opened += 1;
        let name = file.workbook.display();
        assert!(got.adds_up(), "{name}");
        assert!(!got.readings.is_empty() || !got.problems.is_empty(), "{name}");
        let again = extraction(&file).expect("it opened before");
        assert_eq!(got, again, "{name} is read the same way twice");
    }
    assert!(opened >= 35, "only {opened} files open");
}

#[test]
fn files_without_readings_of_meters_give_none() {
    let empty = [
        "GASTO_COMUN.xlsx",
        "GASTO_COMUN_BROTHER.xlsx",
        "bills.xlsx",
        "conso.xls",
        "electricity.xlsx",
        "electricity_bill2.xlsx",
        "energia.xlsx",
        "energie.xlsx",
        "portfolio-manager-sample-with-crlf.xlsx",
        "portfolio-manager-sample.xls",
    ];
    let mut found = 0;
    for file in files().into_iter().filter(|file| empty.contains(&file.source_name.as_str())) {
        let got = extraction(&file).unwrap_or_else(|| panic!("{} opens", file.source_name));
        assert!(got.readings.is_empty(), "{}: {:?}", file.source_name, got.readings.first());
        found += 1;
    }
    assert_eq!(found, empty.len());
}
